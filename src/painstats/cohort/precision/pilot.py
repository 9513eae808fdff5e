"""What a pilot study says about a larger one: the standard error of the new design, with its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.8
"""Chance that the range is meant to contain the true standard error."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """A pilot study: its participants, and the standard error and degrees of freedom of its mean slope."""

    participants: int
    se: float
    df: float


@dataclass(frozen=True, slots=True)
class PlannedSE:
    """A standard error with its range."""

    se: float
    low: float
    high: float


def se_from_pilot(
    pilot: Pilot, *, own: float, planned_own: float, participants: int, level: float = LEVEL
) -> PlannedSE:
    """Return the standard error of the mean slope in a new design.

    tau^2 + v lies between N SE^2 df / chi2_df(upper) and N SE^2 df / chi2_df(lower). The pilot's sampling variance v is
    subtracted, but not below 0, that of the new design added, and the sum divided by its participants.

    Parameters
    ----------
    pilot
        The pilot study.
    own, planned_own
        Sampling variance of one participant's slope in the pilot's design and in the new one.
    participants
        Of the new design.
    level
        Chance that the range is meant to contain the true standard error; simulated, it contained it in 75-77 %.

    References
    ----------
    docs/method/cohort.md, from a pilot.
    """

    def of_total(total: float) -> float:
        return float(np.sqrt((max(total - own, 0.0) + planned_own) / participants))

    total = pilot.participants * pilot.se**2
    lower, upper = (float(stats.chi2.ppf(share, pilot.df)) for share in ((1 - level) / 2, (1 + level) / 2))
    return PlannedSE(of_total(total), of_total(total * pilot.df / upper), of_total(total * pilot.df / lower))
