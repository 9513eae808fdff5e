"""Fitbit account exports and Google Takeout."""
