"""Formats of research tools and health records."""
