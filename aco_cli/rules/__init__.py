"""Dated parameters as data, with citation and status, and their loader."""
