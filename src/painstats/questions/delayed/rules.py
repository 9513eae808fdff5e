"""How later effects are judged."""

from __future__ import annotations

from painstats.questions.exploratory.activity_rules import ContrastRule

TOMORROW, LATER = "tomorrow", "later"
"""The two contrasts that are tested; the others are shown."""

LEAST_DAYS = 90
"""Days with a score and all three windows known from which later effects are judged."""

RULES = {
    TOMORROW: ContrastRule(error=0.05),
    "days_2_to_7": ContrastRule(error=0.01, is_tested=False),
    "days_8_to_28": ContrastRule(error=0.01, is_tested=False),
    LATER: ContrastRule(error=0.01),
    "in_all": ContrastRule(error=0.01, is_tested=False),
}
"""Contrast to its rule. Residuals that wander for weeks make sums over many days look surer than they are."""
