"""One participant's own fit of kinds of exercise, and its joint tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import stats

from painstats.errors import PainstatsError
from painstats.frame.room import room
from painstats.mixedlm.engine.fit import MixedFit, Residuals
from painstats.mixedlm.engine.rows import Floats, ModelRows
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.guards import DaysOf
from painstats.questions.daily.refusals import outcome_hardly_varies, those_that_apply, too_many_days_missing
from painstats.questions.exercise.columns import column_of, kind_rows
from painstats.questions.exercise.plan import ExercisePlan
from painstats.questions.exercise.sessions import KindDays, before_scores, known_days
from painstats.questions.exploratory.first_fit import first_fit
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import own_contrasts
from painstats.questions.question import Outcome

LEAST_DF = 3.0
"""Degrees of freedom from which a fit is used; with 2 or less an interval has no finite spread."""


@dataclass(frozen=True, slots=True, eq=False)
class KindEstimates:
    """Own estimates of k kinds, in outcome points per unit, each (k,), and their covariance (k, k)."""

    kinds: tuple[str, ...]
    estimate: Floats
    covariance: Floats
    df: Floats
    p: Floats

    @property
    def se(self) -> Floats:
        """Standard errors, (k,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def median_df(self) -> float:
        """Degrees of freedom of the joint tests and of pooled sizes."""
        return float(np.median(self.df))


@dataclass(frozen=True, slots=True, eq=False)
class OwnKinds:
    """What one participant's days say about kinds of exercise.

    Parameters
    ----------
    participant_id, look_date, outcome, days
        The participant, the last day used, the outcome, and the number of rows.
    days_with
        Kind to the rows after a day with it, for every kind that was done.
    reasons
        Kind to why it is not judged; every kind without an estimate has one.
    session
        Kind to the units of the estimate on a usual day with it: 1, or its mean minutes in units of 30.
    smallest_effect
        Smallest effect that matters, in outcome points for a usual day with a kind.
    estimates
        None without a fit.
    """

    participant_id: str
    look_date: date
    outcome: Outcome
    days: int
    days_with: Mapping[str, int]
    reasons: Mapping[str, str]
    session: Mapping[str, float]
    smallest_effect: float
    estimates: KindEstimates | None


def own_kinds(days: OwnDays, plan: ExercisePlan) -> OwnKinds:
    """Fit one participant's kinds of exercise together, or say why not."""
    kinds = before_scores(days)
    scores = days.usable["outcome_score"].to_numpy()
    low, high = days.outcome.scale
    reasons, estimates = _fitted(days, kinds, plan)
    return OwnKinds(
        participant_id=days.participant_id,
        look_date=days.when.date,
        outcome=days.outcome,
        days=scores.size,
        days_with={kind: int(done.sum()) for kind, done in kinds.done.items()},
        reasons=reasons,
        session=_usual_session(kinds, plan),
        smallest_effect=room(scores, days.outcome.scale) * days.design.rules.matters * (high - low) / 10,
        estimates=estimates,
    )


def kind_estimates(
    rows: ModelRows,
    kinds: tuple[str, ...],
    guard: DaysOf | None = None,
    residuals: Residuals = RESIDUALS,
    near: MixedFit | None = None,
) -> KindEstimates | None:
    """Estimate kinds together from one participant's rows; None without a certified optimum.

    Parameters
    ----------
    rows
        The rows, with a column for each kind (``column_of``).
    kinds
        At least one kind.
    guard, residuals, near
        As in ``own_contrasts``.
    """
    found = own_contrasts(rows, {kind: {column_of(kind): 1.0} for kind in kinds}, residuals, guard, near)
    if found is None:
        return None
    # Each contiguous: sums over one with gaps round otherwise than over the copy that another process sends back.
    estimate, df, p = np.array([(test.estimate, test.df, test.p) for test in found.tests]).T.copy()
    estimates = KindEstimates(kinds, estimate, found.covariance, df, p)
    return estimates if estimates.median_df >= LEAST_DF else None


def any_kind_p(estimates: KindEstimates) -> float:
    """Return p of the F test that no kind matters: b'V^-1 b / k on k and the median degrees of freedom."""
    return _f_test(estimates.estimate, estimates.covariance, estimates.median_df)


def kinds_differ_p(estimates: KindEstimates) -> float | None:
    """Return p of the F test that all kinds are alike, from their differences to the first; None for a single kind."""
    k = estimates.estimate.size
    if k < 2:
        return None
    differences = np.eye(k)[1:] - np.eye(k)[:1]
    covariance = differences @ estimates.covariance @ differences.T
    return _f_test(differences @ estimates.estimate, covariance, estimates.median_df)


def _f_test(estimate: Floats, covariance: Floats, df: float) -> float:
    statistic = estimate @ np.linalg.solve(covariance, estimate) / estimate.size
    return float(stats.f.sf(statistic, estimate.size, df))


def _fitted(days: OwnDays, kinds: KindDays, plan: ExercisePlan) -> tuple[dict[str, str], KindEstimates | None]:
    refused = _why_not(days, kinds)
    if refused is not None:
        return dict.fromkeys(kinds.done, refused), None
    try:
        laid_out = kind_rows(days, kinds, by_minutes=plan.by_minutes)
    except (PainstatsError, np.linalg.LinAlgError):
        return dict.fromkeys(kinds.done, "no_fit"), None
    kept, reasons = laid_out.choice.kinds, dict[str, str](laid_out.choice.reasons)
    if not kept:
        return reasons, None
    guard = known_days(days, {kind: column_of(kind) for kind in kept}, by_minutes=plan.by_minutes)
    estimates = kind_estimates(laid_out.rows, kept, guard, near=first_fit(days))
    return (reasons | dict.fromkeys(kept, "no_fit"), None) if estimates is None else (reasons, estimates)


def _why_not(days: OwnDays, kinds: KindDays) -> str | None:
    """Return why no kind may be judged, by name; None if some may."""
    rows, rules = days.usable, days.design.rules
    reasons = those_that_apply(
        {
            "outcome_hardly_varies": outcome_hardly_varies(rows, days.outcome.scale),
            "exposure_rarely_known": bool(kinds.known.sum() < rules.min_days_known),
            "too_many_days_missing": too_many_days_missing(rows, rules),
        }
    )
    return reasons[0] if reasons else None


def _usual_session(kinds: KindDays, plan: ExercisePlan) -> dict[str, float]:
    amounts = kinds.amounts(by_minutes=plan.by_minutes)
    return {kind: float(amounts[kind][done > 0].mean()) for kind, done in kinds.done.items()}
