"""Contrasts of one participant's own fit to activity of earlier days, or why there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from painstats.frame.variation import scores_vary
from painstats.mixedlm.engine.fit import MixedFit, Residuals
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.exploratory.activity import (
    ActivityDays,
    activity_days,
    days_of_rows,
    known_days,
    rows_of,
)
from painstats.questions.exploratory.first_fit import first_fit
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import Weights, own_contrasts

ColumnsOf = Callable[[ActivityDays, Integers], Mapping[str, Floats]]
"""From a participant's activity and m calendar days to columns (m,), NaN where unknown."""

TOO_FEW_DAYS, OUTCOME_HARDLY_VARIES, NO_FIT = "too_few_days", "outcome_hardly_varies", "no_fit"


@dataclass(frozen=True, slots=True)
class ContrastsAsked:
    """What is fitted for each measure.

    Parameters
    ----------
    weights
        Contrast to the weight of each column in it.
    least_days
        Days with a score and all columns known from which there is a fit.
    residuals_for_average
        Those of the fits whose contrasts are averaged over participants.
    """

    weights: Mapping[str, Weights]
    least_days: int
    residuals_for_average: Residuals = RESIDUALS


@dataclass(frozen=True, slots=True, eq=False)
class ActivityFit:
    """One participant's contrasts for one measure.

    Parameters
    ----------
    participant_id, look_date, measure
        The participant, the last day used, and the measure.
    days
        Days with a score on which every column is known.
    reason
        Why there is no fit, by name; else empty.
    own, for_average
        Contrast to its test; without a fit they are empty.
    """

    participant_id: str
    look_date: date
    measure: str
    days: int
    reason: str = ""
    own: Mapping[str, Coefficient] = field(default_factory=dict)
    for_average: Mapping[str, Coefficient] = field(default_factory=dict)


def fit_activity(own: OwnDays, measure: str, columns_of: ColumnsOf, asked: ContrastsAsked) -> ActivityFit:
    """Fit one participant's usable days to columns of a measure, on the days on which all of these are known."""
    columns = columns_of(activity_days(own, measure), days_of_rows(own))
    frame = known_days(own, columns)
    scores, scale = frame["outcome_score"].to_numpy(), own.design.scale
    found: dict[str, Mapping[str, Coefficient]] = {}
    if frame.height < asked.least_days:
        reason = TOO_FEW_DAYS
    elif not scores_vary(scores, scale):
        reason = OUTCOME_HARDLY_VARIES
    else:
        found = _tests(rows_of(own, frame, tuple(columns)), asked, first_fit(own))
        reason = "" if found else NO_FIT
    return ActivityFit(own.participant_id, own.when.date, measure, frame.height, reason, **found)


def _tests(rows: ModelRows, asked: ContrastsAsked, near: MixedFit | None) -> dict[str, Mapping[str, Coefficient]]:
    """Test the contrasts; empty without a fit."""
    own = _by_name(rows, asked, RESIDUALS, near)
    if not own:
        return {}
    same = asked.residuals_for_average == RESIDUALS
    return {"own": own, "for_average": own if same else _by_name(rows, asked, asked.residuals_for_average)}


def _by_name(
    rows: ModelRows, asked: ContrastsAsked, residuals: Residuals, near: MixedFit | None = None
) -> dict[str, Coefficient]:
    found = own_contrasts(rows, asked.weights, residuals, near=near)
    return {test.name: test for test in found.tests} if found else {}


def measures_shown(fits: Sequence[ActivityFit], *, is_named: bool) -> list[ActivityFit]:
    """Return the fits of measures that the plan names, else of those known on enough days.

    Where none of the standard ones is, the first that is known at all says how many days there are.
    """
    enough = [fit for fit in fits if fit.reason != TOO_FEW_DAYS]
    known = [fit for fit in fits if fit.days > 0]
    return list(fits) if is_named else enough or known[:1]
