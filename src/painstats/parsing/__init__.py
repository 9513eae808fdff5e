"""Strict parsers for CSV, JSON and columns of text; they know no vendor."""
