"""Cross-products computed by DuckDB."""
