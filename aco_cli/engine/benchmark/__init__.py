"""From expenditures to the updated benchmark: tables 1 and 2 of CMS's reconciliation report."""
