"""The verdict on a change: a direction only if it holds with and without the week before the change."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.questions.verdict import Verdict

SURE = 0.975
"""Probability of a direction that a verdict needs."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """What one fit says of a change, in points.

    Parameters
    ----------
    estimate, low, high
        Mean and 95% interval.
    sd
        Standard deviation.
    below_zero
        Probability that the change is a lower score.
    """

    estimate: float
    low: float
    high: float
    sd: float
    below_zero: float


def direction(below_zero: float) -> Verdict | None:
    """Return the direction that a fit is sure of, if any."""
    if below_zero >= SURE:
        return Verdict.LOWER
    return Verdict.HIGHER if below_zero <= 1 - SURE else None


def verdict_of(without_week: Estimated, with_week: Estimated, smallest: float) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict and its reasons.

    Parameters
    ----------
    without_week, with_week
        The change without the week before it, and with it.
    smallest
        The smallest change that matters, in points.

    References
    ----------
    docs/method/treatments.md, "The rule".
    """
    both = (without_week, with_week)
    first, second = (direction(fit.below_zero) for fit in both)
    if first and first == second:
        return first, ()
    if all(-smallest < fit.low and fit.high < smallest for fit in both):
        return Verdict.AT_MOST_SMALL, ("inside_smallest_change",)
    reason = "hangs_on_the_days_before" if first or second else "interval_too_wide"
    return Verdict.NOT_DETERMINED, (reason,)
