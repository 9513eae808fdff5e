"""Health Connect backups."""
