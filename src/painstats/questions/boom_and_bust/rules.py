"""How boom and bust is judged."""

from __future__ import annotations

from painstats.questions.exploratory.activity_rules import ContrastRule

SWING = "swing"
"""The only contrast: the difference between two days in a row."""

LEAST_DAYS = 60
"""Days with a score and both days before known from which it is judged: those of a first look."""

RULES = {SWING: ContrastRule(error=0.05)}
