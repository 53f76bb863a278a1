"""From claims to expenditures by ACO, period and enrollment type."""
