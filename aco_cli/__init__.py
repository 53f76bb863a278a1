"""Settlement of Medicare's accountable care organizations, year by year, under the rules of each year."""

__version__ = "0.1.0"
