"""Detectable effects of designs: from stated variances, from a study, or from a pilot with its range."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from painstats.cohort.precision.information import ResidualCovariance, drawn_days, slope_variance
from painstats.cohort.precision.pilot import Pilot, se_from_pilot
from painstats.cohort.precision.planning import arms_se, detectable, mean_se, moderator_se

PATTERNS = 60
"""Patterns of missing days over which the information of a design is averaged."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a plan of precision assumes.

    Parameters
    ----------
    residual
        Of the outcome around a participant's line.
    slope_sd
        tau, the SD of true slopes between participants.
    exposure_sd
        SD of the exposure within participants.
    lag_correlation
        Correlation of the exposure with that of the day before.
    missing, gap
        Share of days that are missing, and the mean length of a gap.
    """

    residual: ResidualCovariance
    slope_sd: float
    exposure_sd: float
    lag_correlation: float = 0.0
    missing: float = 0.2
    gap: float = 2.0

    def own_variance(self, days: int) -> float:
        """Return the sampling variance of one participant's slope: the inverse of the mean information."""
        information = [
            1 / slope_variance(kept, self.residual, sd=self.exposure_sd, lag_correlation=self.lag_correlation)
            for kept in drawn_days(days, self.missing, self.gap, PATTERNS)
            if len(kept) > 2
        ]
        return float(1 / np.mean(information))


@dataclass(frozen=True, slots=True)
class PlannedDesign:
    """What one design detects with 80 % power at 5 %.

    Parameters
    ----------
    participants, days
        The design.
    se, detectable
        Of the mean slope.
    moderator
        Detectable difference of slopes per SD of a moderator.
    two_groups
        Detectable difference of mean slopes between two equal groups.
    low, high
        The range of ``detectable`` that a pilot gives; None without one.
    """

    participants: int
    days: int
    se: float
    detectable: float
    moderator: float
    two_groups: float
    low: float | None = None
    high: float | None = None


def planned_designs(assumed: Assumed, participants: Sequence[int], days: Sequence[int]) -> list[PlannedDesign]:
    """Return what each number of participants and days detects, under stated variances."""
    return [_stated(assumed, n, t, assumed.own_variance(t)) for t in days for n in participants]


def from_pilot(
    assumed: Assumed, pilot: Pilot, pilot_days: int, participants: Sequence[int], days: Sequence[int]
) -> list[PlannedDesign]:
    """Return the same with the spread of slopes that a pilot leaves possible, as a range.

    Parameters
    ----------
    assumed
        Of both studies; its ``slope_sd`` is not used for the mean slope.
    pilot, pilot_days
        The pilot study.
    participants, days
        The designs.
    """
    own, found = assumed.own_variance(pilot_days), list[PlannedDesign]()
    for t in days:
        planned = assumed.own_variance(t)
        for n in participants:
            se = se_from_pilot(pilot, own=own, planned_own=planned, participants=n)
            middle, low, high = (detectable(each, n - 1) for each in (se.se, se.low, se.high))
            stated = _stated(assumed, n, t, planned)
            found.append(PlannedDesign(n, t, se.se, middle, stated.moderator, stated.two_groups, low, high))
    return found


def _stated(assumed: Assumed, participants: int, days: int, own: float) -> PlannedDesign:
    se = mean_se(np.full(participants, own), assumed.slope_sd)
    of_moderator = moderator_se(own, assumed.slope_sd, participants)
    half = participants // 2
    of_groups = arms_se(own, assumed.slope_sd, half, participants - half)
    return PlannedDesign(
        participants,
        days,
        se,
        detectable(se, participants - 1),
        detectable(of_moderator, participants - 2),
        detectable(of_groups, participants - 2),
    )
