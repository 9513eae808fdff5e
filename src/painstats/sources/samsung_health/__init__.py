"""Samsung Health exports."""
