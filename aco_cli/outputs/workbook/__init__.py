"""Workbooks of worksheets: every calculated cell a live formula."""
