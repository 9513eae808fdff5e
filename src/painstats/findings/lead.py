"""The first sentences of a personal page: how the outcome has been, against the eight weeks before."""

from __future__ import annotations

from painstats.findings.catalogue import personal_page as say
from painstats.language import decimal, plain_number
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import Outcome
from painstats.questions.recent_level import ALIKE, RecentLevel


def lead(level: RecentLevel, outcome: Outcome) -> tuple[str, ...]:
    """Write one sentence about the last four weeks, and one about the eight weeks before.

    Parameters
    ----------
    level
        What is known of them.
    outcome
        What the scores are of.

    References
    ----------
    docs/method/recent_level.md.
    """
    label, top = outcome_words(outcome).label, plain_number(outcome.scale[1])
    if level.mean is None or level.low is None or level.high is None:
        return (say.few_scores(label, level.scores, level.days),)
    low, high = score_words(level.low), score_words(level.high)
    entry = say.LEAD if low != high else say.LEAD_EVEN
    return (entry.format(outcome=label, mean=decimal(level.mean), top=top, low=low, high=high), _before(level, outcome))


def score_words(score: float) -> str:
    """Write a score: "3", or "3.5" where it is no whole number."""
    return plain_number(round(score, 1))


def _before(level: RecentLevel, outcome: Outcome) -> str:
    if level.mean is None or level.mean_before is None:
        return say.LEAD_ALONE
    words, before = outcome_words(outcome), decimal(level.mean_before)
    if level.sign:
        return say.LEAD_CHANGED.format(direction=words.higher if level.sign > 0 else words.lower, before=before)
    low, high = outcome.scale
    is_alike = abs(level.mean - level.mean_before) < ALIKE * (high - low)
    return (say.LEAD_SAME if is_alike else say.LEAD_CHANCE).format(before=before)
