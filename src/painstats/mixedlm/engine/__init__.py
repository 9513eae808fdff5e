"""The exact likelihood, its derivatives and the certified optimum."""
