"""Workbooks of CMS's reports to an ACO, and what they hold as inputs."""
