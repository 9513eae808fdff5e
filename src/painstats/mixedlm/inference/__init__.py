"""What is inferred from a fit: tests, intervals, participants' slopes."""
