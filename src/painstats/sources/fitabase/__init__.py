"""Fitabase exports."""
