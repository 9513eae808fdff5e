"""Apple Health exports."""
