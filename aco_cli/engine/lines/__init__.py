"""Lines of the law: their language, their tables, computed over columns, walked for one row, and written out."""
