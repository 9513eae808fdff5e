"""The personal report."""
