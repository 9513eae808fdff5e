"""The views of the dashboard; each shows published tables and computes no statistics."""
