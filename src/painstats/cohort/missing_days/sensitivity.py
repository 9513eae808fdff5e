"""The headline beside what other ways of treating days with something unknown give (docs/method/cohort.md).

All of them are declared sensitivity analyses, fitted as the declared model was (``models.as_declared``). Where nothing
is unknown they equal the headline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.cohort.missing_days.calendars import OUTCOME, calendars_of, completed_columns, completed_frame
from painstats.cohort.missing_days.delta import DELTAS, Shifted, tipping_point
from painstats.cohort.missing_days.imputation import COMPLETED_SETS, Floats, imputed
from painstats.cohort.missing_days.pooling import pooled
from painstats.cohort.models.as_declared import AsDeclared, Refitted
from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import Effect, Fitted
from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.rows import INTERCEPT, ModelRows, column_positions, model_rows
from painstats.questions.daily.columns import TIME, mixed_model

STEP_SHIFTS = (-1.0, 1.0)
"""Thousand steps by which imputed steps are shifted."""

SEED = 19


@dataclass(frozen=True, slots=True)
class WayOfTreating:
    """The effect under one way of treating unknown values.

    Parameters
    ----------
    name
        ``kept``, ``complete``, ``imputed``, ``imputed_with_ratings``, ``delta`` or ``steps_delta``.
    shift
        By what imputed values were shifted: points, or thousand steps; 0 where they were not.
    estimate, se, df, low, high
        With a 95 % interval.
    participants, days
        Of the fit.
    fmi
        Fraction of missing information, of imputed ones.
    """

    name: str
    shift: float
    estimate: float
    se: float
    df: float
    low: float
    high: float
    participants: int
    days: int
    fmi: float | None = None


@dataclass(frozen=True, slots=True)
class MissingDays:
    """All ways of treating unknown values, the headline first.

    Parameters
    ----------
    ways
        One row each.
    tipping_point
        The smallest shift of imputed ratings at which the answer changes; None if there is none from -1 to 3.
    rating_variance
        s^2 of an imputed rating given what predicts it: a shift of k s^2 stands for log-odds of silence that rise by k
        with each point. None where no rating is imputed.
    refusals
        Why something could not be done.
    """

    ways: tuple[WayOfTreating, ...]
    tipping_point: float | None
    rating_variance: float | None
    refusals: tuple[str, ...] = ()


def missing_days(
    days: CohortDays, primary: Fitted, headline: Effect, *, sets: int = COMPLETED_SETS, seed: int = SEED
) -> MissingDays:
    """Estimate the average effect under each way of treating unknown values.

    Parameters
    ----------
    days
        The analysed days and the exposure.
    primary, headline
        The declared model, and its effect.
    sets
        Number of completed data sets.
    seed
        The same seed gives the same values.
    """
    estimate = AsDeclared(days.exposure.within, primary, headline)
    kept = WayOfTreating(
        "kept", 0.0, headline.estimate, headline.se, headline.df, headline.low, headline.high,
        primary.participants, primary.fit.n_rows,
    )  # fmt: skip
    ways, refusals = [kept], list[str]()
    try:
        ways.append(_of_fit("complete", complete_days(days, primary, estimate)))
    except NotEnoughData as refusal:
        refusals.append(f"complete days: {refusal}")
    try:
        found = _Imputed(days, primary, estimate, sets, seed)
    except NotEnoughData as refusal:
        return MissingDays(tuple(ways), None, None, (*refusals, f"imputation: {refusal}"))
    ways += found.without_ratings()
    shifted = found.shifted_ratings()
    ways += [replace(way, name="imputed_with_ratings" if way.shift == 0 else "delta") for way in shifted]
    ways += found.shifted_steps()
    tips = tipping_point([Shifted(way.shift, way.estimate, way.se, way.df, way.low, way.high) for way in shifted])
    return MissingDays(tuple(ways), tips, found.rating_variance(), tuple(refusals))


def complete_days(days: CohortDays, primary: Fitted, estimate: AsDeclared) -> Refitted:
    """Estimate the effect from the days on which every exposure of the model is known."""
    rows = primary.rows
    names = [name for name in days.design.nuisance if name in rows.names]
    complete: npt.NDArray[np.bool_] = np.asarray(rows.X[:, column_positions(names, rows.names)]).sum(axis=1) == 0
    guard = estimate.guard_columns(rows, days.guards)
    least = days.design.rules.min_days_in_model
    for who in np.unique(rows.participant):
        own = rows.participant == who
        complete[own] &= np.count_nonzero(complete[own]) >= least
    return estimate(_cut(rows, complete), {name: values[complete] for name, values in guard.items()})


class _Imputed:
    """Completed data sets and the fits to them; what does not change between sets is laid out once."""

    def __init__(self, days: CohortDays, primary: Fitted, estimate: AsDeclared, sets: int, seed: int) -> None:
        self.exposures = [each for each in days.design.exposures if each.within in primary.rows.names]
        self.calendars = calendars_of(days.every_day, days.participants, self.exposures)
        given = self.calendars
        self.sets = list(imputed(given.series, given.known, seed, inside=given.inside, sets=sets))
        self.is_rated = given.frame[OUTCOME].is_not_null().to_numpy()
        self.every_day = _LaidOut(self, days, primary, estimate, np.ones(len(self.is_rated), dtype=bool))
        self.rated = self.every_day if self.is_rated.all() else _LaidOut(self, days, primary, estimate, self.is_rated)

    def without_ratings(self) -> list[WayOfTreating]:
        """Pool the fits to the days with a score, with imputed exposures."""
        return [_of_pooled("imputed", 0.0, self.rated.fits({}))]

    def shifted_ratings(self) -> list[WayOfTreating]:
        """Pool the fits to all days, with imputed ratings shifted by each delta; empty where none is imputed."""
        if self.is_rated.all():
            return []
        unrated = (~self.is_rated).astype(np.float64)
        return [_of_pooled("delta", by, self.every_day.fits({OUTCOME: by * unrated})) for by in DELTAS]

    def shifted_steps(self) -> list[WayOfTreating]:
        """Pool the fits to the days with a score, with imputed steps shifted; empty without steps in the model."""
        steps = next((each for each in self.exposures if each.measure == "step_count"), None)
        if steps is None or not (unknown := self.calendars.frame[steps.unknown].to_numpy()).any():
            return []
        return [_of_pooled("steps_delta", by, self.rated.fits({steps.within: by * unknown})) for by in STEP_SHIFTS]

    def rating_variance(self) -> float | None:
        """Return the mean variance of imputed ratings, over completed sets."""
        if self.is_rated.all():
            return None
        drawn = np.array([self.calendars.at_rows(each[OUTCOME])[~self.is_rated] for each in self.sets])
        return float(drawn.var(axis=0, ddof=1).mean())


class _LaidOut:
    """Some rows of the completed data: columns that sets share, and where the completed ones are."""

    def __init__(
        self, of: _Imputed, days: CohortDays, primary: Fitted, estimate: AsDeclared, kept: npt.NDArray[np.bool_]
    ) -> None:
        self.of, self.kept, self.estimate = of, kept, estimate
        frame = completed_frame(of.calendars, of.sets[0], of.exposures).filter(pl.Series(kept))
        self.rows = mixed_model(frame, days.design, own_trend=TIME in primary.rows.random)
        self.guard = estimate.guard_columns(self.rows, days.guards)

    def fits(self, shifts: Mapping[str, Floats]) -> list[Refitted]:
        """Fit each completed set, with values (n,) added to the outcome or to a column."""
        return [self._fit(each, shifts) for each in self.of.sets]

    def _fit(self, completed: Mapping[str, Floats], shifts: Mapping[str, Floats]) -> Refitted:
        columns = completed_columns(self.of.calendars, completed, self.of.exposures)
        columns = {name: (values + shifts.get(name, 0.0))[self.kept] for name, values in columns.items()}
        X = self.rows.X.copy()
        for name, place in zip(self.rows.names, range(X.shape[1]), strict=True):
            if name in columns:
                X[:, place] = columns[name]
        return self.estimate(replace(self.rows, y=columns[OUTCOME], X=X), self.guard)


def _cut(rows: ModelRows, kept: npt.NDArray[np.bool_]) -> ModelRows:
    """Return some rows, without the columns that are constant in them."""
    columns = {name: values[kept] for name, values in zip(rows.names, rows.X.T, strict=True) if name != INTERCEPT}
    varying = {name: values for name, values in columns.items() if np.ptp(values) > 0}
    return model_rows(
        y=rows.y[kept],
        predictors=varying,
        participant=rows.participant[kept],
        day=rows.day[kept],
        random=[name for name in rows.random if name == INTERCEPT or name in varying],
    )


def _of_fit(name: str, found: Refitted) -> WayOfTreating:
    return WayOfTreating(
        name, 0.0, found.estimate, found.se, found.df, found.low, found.high, found.participants, found.days
    )


def _of_pooled(name: str, shift: float, fits: Sequence[Refitted]) -> WayOfTreating:
    """Pool the fits to completed sets."""
    found = pooled(
        [fit.estimate for fit in fits], [fit.se**2 for fit in fits], float(np.mean([fit.df for fit in fits]))
    )
    return WayOfTreating(
        name, shift, found.estimate, found.se, found.df, found.low, found.high,
        fits[0].participants, fits[0].days, found.fmi,
    )  # fmt: skip
