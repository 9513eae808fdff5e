"""Fit the path of each activity to one participant's days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.fit import MixedFit, Residuals
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.refusals import (
    exposure_hardly_varies,
    exposure_rarely_known,
    outcome_hardly_varies,
    those_that_apply,
    too_many_days_missing,
)
from painstats.questions.exploratory.first_fit import first_fit
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import OwnContrasts, own_contrasts
from painstats.questions.look import LookDay
from painstats.questions.path.columns import (
    Equation,
    activities_of,
    activity_equation,
    night_equation,
    outcome_equation,
    total_equation,
)
from painstats.questions.path.contrasts import (
    ACTIVITY_TO_SLEEP,
    CONTRASTS,
    SLEEP,
    SLEEP_TO_OUTCOME,
    THROUGH_SLEEP,
)
from painstats.questions.path.product import product
from painstats.questions.question import Outcome

EquationOf = Callable[[OwnDays, Exposure], Equation]

EQUATIONS: tuple[tuple[EquationOf, ...], ...] = (
    (outcome_equation, total_equation),
    (night_equation,),
    (activity_equation,),
)
"""Those that explain the same, the outcome first: each starts from the fit of the one before."""


@dataclass(frozen=True, slots=True)
class PathEstimate:
    """An arrow of a path: its estimate with 95% interval and p, from a fit of so many days.

    ``se`` and ``df`` are those of a t test; the way through sleep, a product, has none.
    """

    estimate: float
    low: float
    high: float
    p: float
    days: int
    se: float | None = None
    df: float | None = None


@dataclass(frozen=True, slots=True)
class OwnPath:
    """The path of one activity in one participant's days.

    Parameters
    ----------
    participant_id, when, outcome, activity
        The participant, the look, the outcome and the activity.
    days
        Days with a score until the look.
    found
        Contrast to its estimate, where there is one.
    refused
        Why there is no estimate, by name: for all contrasts, or for those that ``found`` lacks.
    """

    participant_id: str
    when: LookDay
    outcome: Outcome
    activity: Exposure
    days: int
    found: Mapping[str, PathEstimate]
    refused: tuple[str, ...] = ()


def own_paths(days: OwnDays, residuals: Residuals = RESIDUALS) -> tuple[OwnPath, ...]:
    """Return the path of each activity that the study asks about; none without a question about the night's sleep."""
    return tuple(_own_path(days, activity, residuals) for activity in activities_of(days.design))


def reasons_against(days: OwnDays, activity: Exposure) -> tuple[str, ...]:
    """List why a path may not be judged, whatever the numbers say; empty if it may.

    The reasons are those of the daily questions about the activity and about sleep.
    """
    rows, rules = days.usable, days.design.rules
    return those_that_apply(
        {
            "outcome_hardly_varies": outcome_hardly_varies(rows, days.design.scale),
            "sleep_rarely_known": exposure_rarely_known(rows, SLEEP, rules),
            "activity_rarely_known": exposure_rarely_known(rows, activity, rules),
            "sleep_hardly_varies": exposure_hardly_varies(rows, SLEEP),
            "activity_hardly_varies": exposure_hardly_varies(rows, activity),
            "too_many_days_missing": too_many_days_missing(rows, rules),
        }
    )


def _own_path(days: OwnDays, activity: Exposure, residuals: Residuals) -> OwnPath:
    refused = reasons_against(days, activity)
    equations = [] if refused else [[of(days, activity) for of in same] for same in EQUATIONS]
    least = days.design.rules.min_days_known
    starts = (first_fit(days), None, None) if equations else ()
    fitted = [fit for of in zip(equations, starts, strict=True) for fit in _fits(*of, least, residuals)]
    tests = {test.name: (test, fit.days) for fit in fitted for test in fit.tests}
    found = {name: _estimate(test, used) for name, (test, used) in tests.items()}
    if ACTIVITY_TO_SLEEP in tests and SLEEP_TO_OUTCOME in tests:
        found[THROUGH_SLEEP] = _through(tests[ACTIVITY_TO_SLEEP][0], *tests[SLEEP_TO_OUTCOME])
    reasons = refused or _why_missing(found, days, equations)
    return OwnPath(days.participant_id, days.when, days.outcome, activity, days.usable.height, found, reasons)


def _fits(
    equations: Sequence[Equation], near: MixedFit | None, least_days: int, residuals: Residuals
) -> Iterator[OwnContrasts]:
    """Fit equations that explain the same, each from where the one before ended; without those of too few days."""
    for equation in equations:
        if equation.rows.height >= least_days:
            fitted = own_contrasts(equation.laid_out(), equation.weights, residuals, equation.guard, near)
            if fitted is not None:
                near = fitted.first
                yield fitted


def _why_missing(
    found: Mapping[str, PathEstimate], days: OwnDays, equations: Sequence[Sequence[Equation]]
) -> tuple[str, ...]:
    """Say why estimates are missing; nothing where none is."""
    if len(found) == len(CONTRASTS):
        return ()
    rows = min(equation.rows.height for same in equations for equation in same)
    return ("few_days_in_a_row",) if rows < days.design.rules.min_days_known else ("no_fit",)


def _through(first: Coefficient, second: Coefficient, days: int) -> PathEstimate:
    way = product(first, second)
    return PathEstimate(way.estimate, way.low, way.high, way.p, days)


def _estimate(test: Coefficient, days: int) -> PathEstimate:
    return PathEstimate(test.estimate, test.low, test.high, test.p, days, test.se, test.df)
