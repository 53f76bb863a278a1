"""Writers: terminal table, CSV, JSON, Parquet, XLSX, Markdown; written whole or not at all."""
