"""Cohort analysis: who the participants are, and what the analysis that the plan declares says of them."""
