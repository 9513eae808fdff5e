"""The average change of many participants in four ways; only where all four agree does it have a direction.

The mixed model and the mean of the participants' own estimates, each with and without the week before the change.
Participants often start when pain is bad, and then it eases anyway: one way alone gives a false direction often, and no
interval allows for that. The errors with and without the week before have opposite signs.

Source: docs/method/treatments_cohort.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from painstats.errors import NotEnoughData
from painstats.questions.treatment.cohort_days import CHANGE, AlignedDays, change_rows
from painstats.questions.verdict import Verdict

if TYPE_CHECKING:
    from painstats.mixedlm.engine.rows import ModelRows

LEAST_FOR_MODEL = 10
"""Participants of the mixed model, and of a direction."""

LEAST_FOR_MEAN = 5
"""Participants of the mean of their own estimates."""

LARGEST_P = 0.05

LEAST_SPREAD_DAYS = 60
"""Days between the first and the last start from which calendar time is shown as a what-if."""


@dataclass(frozen=True, slots=True)
class Average:
    """An average change, or a difference between two: outcome points, 95% interval, two-sided p."""

    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class FourWays:
    """The same average in four ways; None for a way that has no number.

    Parameters
    ----------
    model, model_week
        The mixed model without and with the week before the change.
    mean, mean_week
        The mean of the participants' own estimates, without and with it.
    """

    model: Average | None
    model_week: Average | None
    mean: Average | None
    mean_week: Average | None

    @property
    def verdict(self) -> Verdict:
        """The direction in which all four agree, each with p < .05; not judged where one is missing."""
        ways = self._found
        if len(ways) < 4:
            return Verdict.NOT_JUDGED
        if any(each.p >= LARGEST_P for each in ways):
            return Verdict.NOT_DETERMINED
        if all(each.estimate < 0 for each in ways):
            return Verdict.LOWER
        return Verdict.HIGHER if all(each.estimate > 0 for each in ways) else Verdict.NOT_DETERMINED

    @property
    def has_difference(self) -> bool:
        """Whether one of the ways alone would have a direction."""
        return any(each.p < LARGEST_P for each in self._found)

    @property
    def _found(self) -> list[Average]:
        return [each for each in (self.model, self.model_week, self.mean, self.mean_week) if each is not None]


def average_change(participants: Sequence[AlignedDays], own: Sequence[float], own_week: Sequence[float]) -> FourWays:
    """Return the average change after the same start, stop or new dose.

    Parameters
    ----------
    participants
        Their days; the mixed model needs ten.
    own, own_week
        (N,) their own changes with integrated residuals, without and with the week before; the mean needs five.
    """
    return FourWays(
        model=model_average(participants, CHANGE, week_before=False),
        model_week=model_average(participants, CHANGE, week_before=True),
        mean=mean_average(own),
        mean_week=mean_average(own_week),
    )


def model_average(
    participants: Sequence[AlignedDays],
    name: str,
    *,
    week_before: bool,
    arms: dict[str, float] | None = None,
    calendar: bool = False,
) -> Average | None:
    """Return a coefficient of the mixed model by Kenward-Roger; None where it cannot be fitted or is not certified.

    y = a + b share + u0 + u1 share + e for each participant, with (u0, u1) correlated and e CAR(1); restricted
    likelihood. Without the random change, slow ups and downs of single participants would pass as an average.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983.
    """
    if len(participants) < LEAST_FOR_MODEL:
        return None
    try:
        rows = change_rows(participants, week_before=week_before, arms=arms, calendar=calendar)
    except NotEnoughData:
        return None
    return fitted_average(rows, name)


def fitted_average(rows: ModelRows, name: str) -> Average | None:
    """Return a coefficient of a mixed model by Kenward-Roger; None where it cannot be fitted or is not certified."""
    from painstats.mixedlm.engine.fit import fit_mixed
    from painstats.mixedlm.inference.coefficients import coefficient
    from painstats.mixedlm.inference.kenward_roger import kenward_roger

    try:
        fit = fit_mixed(rows)
    except NotEnoughData:
        return None
    if not fit.converged:
        return None
    found = coefficient(kenward_roger(fit, rows), name)
    return Average(found.estimate, found.low, found.high, found.p)


def mean_average(changes: Sequence[float]) -> Average | None:
    """Return the mean of the participants' own changes by t with N - 1 degrees of freedom; None for fewer than five."""
    if len(changes) < LEAST_FOR_MEAN:
        return None
    values = np.asarray(changes, dtype=np.float64)
    return averaged(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))), len(values) - 1)


def averaged(estimate: float, se: float, df: float) -> Average | None:
    """Return an estimate with its t interval and p; None where all participants have the same change."""
    if not se > 0:
        return None
    from scipy import stats

    margin = float(stats.t.ppf(0.975, df)) * se
    return Average(estimate, estimate - margin, estimate + margin, float(2 * stats.t.sf(abs(estimate) / se, df)))


def starts_are_spread(participants: Sequence[AlignedDays]) -> bool:
    """Whether the starts lie so far apart that a common season is worth a what-if."""
    starts = [each.first_date for each in participants]
    return (max(starts) - min(starts)).days >= LEAST_SPREAD_DAYS
