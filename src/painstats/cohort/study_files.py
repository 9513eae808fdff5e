"""The files of a study that belong to the cohort analysis, by name; this module loads nothing."""

from __future__ import annotations

RESULTS = "results"
"""The folder of everything that ``painstats cohort`` writes."""

PARTICIPANTS_FILE = "participants.csv"
"""The baseline variables of the participants."""
