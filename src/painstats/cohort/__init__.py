"""Cohort analysis."""
