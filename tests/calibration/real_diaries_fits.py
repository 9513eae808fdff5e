"""What the product finds in diaries like real ones, and what simpler methods find in the same diaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.frame.guard import day_after_name, sum_name
from painstats.mixedlm import Coefficient, CoefficientTable, MixedFit, coefficient, fit_each_participant, fit_mixed
from painstats.mixedlm.engine.fit import Residuals
from painstats.questions.daily.columns import EPOCH_DAYS, mixed_model, within_participants
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.guards import DaysOf, columns_for
from painstats.questions.daily.mixed_model import NO_DAYS, MixedAnalysis, mixed_analysis
from tests.calibration.real_diaries import (
    DESIGN,
    SLEEP,
    STEPS,
    Diaries,
    Truth,
    known_days,
    model_frame,
    simulate,
    with_unknown,
)

COHORT = (40, 90)
"""Participants and days."""

LONG = 240
USUALLY_UNKNOWN = 0.07

FIRST_STEP_OF_HOLM = 0.025
"""Some effect of two is found at 5% if the smaller p-value is below this."""


@dataclass(frozen=True)
class Slopes:
    """What was found for sleep and for steps."""

    sleep: Coefficient
    steps: Coefficient

    @property
    def both(self) -> tuple[Coefficient, Coefficient]:
        """Sleep, then steps."""
        return self.sleep, self.steps

    @property
    def covered(self) -> tuple[bool, bool]:
        """Whether each interval contains zero, the true average."""
        return self.sleep.low <= 0 <= self.sleep.high, self.steps.low <= 0 <= self.steps.high

    @property
    def is_any_found(self) -> bool:
        """Whether an effect of either is found at 5% by Holm's method."""
        return min(self.sleep.p, self.steps.p) < FIRST_STEP_OF_HOLM


def width(found: Coefficient) -> float:
    """Return the width of the 95% interval, in points."""
    return found.high - found.low


def own_days(
    truth: Truth, participants: int, residuals: tuple[Residuals, ...], seed: int
) -> list[dict[Residuals, Slopes]]:
    """Fit each participant's complete days, of 240; without participants who have no fit with some residuals."""
    diaries = with_unknown(simulate(truth, participants, LONG, seed), "days", USUALLY_UNKNOWN, seed)
    rows = within_participants(model_frame(diaries, complete=True), DESIGN)
    fits = {kind: {own.participant: own for own in fit_each_participant(rows, kind)[0]} for kind in residuals}
    fitted = sorted(set.intersection(*(set(own) for own in fits.values())))
    return [{kind: _slopes(fits[kind][name].table) for kind in residuals} for name in fitted]


def keeps_own_trend(truth: Truth, residuals: tuple[Residuals, ...], seed: int) -> dict[Residuals, bool]:
    """Return whether participants' own trends over time stay in the model: not if that is singular."""
    rows = mixed_model(model_frame(_cohort(truth, seed)), DESIGN, own_trend=True)
    return {kind: not fit_mixed(rows, residuals=kind).is_singular for kind in residuals}


@dataclass(frozen=True)
class UnknownCohort:
    """One cohort with everything known, with its days with a score, and with its complete days alone."""

    full: Slopes
    kept: Slopes
    complete: Slopes


def unknown_cohort(truth: Truth, kind: str, share: float, seed: int, size: tuple[int, int] = COHORT) -> UnknownCohort:
    """Analyse a cohort before and after nights and steps become unknown, without guard columns."""
    everything = simulate(truth, *size, seed)
    full, holes = with_unknown(everything, "none", 0.0, seed), with_unknown(everything, kind, share, seed)
    frames = model_frame(full), model_frame(holes), model_frame(holes, complete=True)
    return UnknownCohort(*(_slopes(_analysed(frame).table) for frame in frames))


@dataclass(frozen=True)
class GuardedCohort:
    """One cohort with guard columns as the product has them, and without.

    Parameters
    ----------
    held, first
        With held guard columns, and without any.
    sums_alone
        Estimates for sleep and steps with the columns S alone.
    free_se
        Standard errors for sleep and steps with S and D, neither held; None if not wanted.
    test_p
        Of the test of feedback; 1 where no columns were used.
    """

    held: Slopes
    first: Slopes
    sums_alone: tuple[float, float]
    free_se: tuple[float, float] | None
    test_p: float


def guarded_cohort(truth: Truth, seed: int, size: tuple[int, int] = COHORT, *, free: bool = False) -> GuardedCohort:
    """Analyse a cohort in which pain may act back; ``free`` adds the fit in which S and D are not held."""
    diaries = _cohort(truth, seed, size)
    frame, days = model_frame(diaries), known_days(diaries)
    found = _analysed(frame, days)
    guard = found.guard
    sums = guard.with_sums if guard and guard.with_sums else None
    held, first = _slopes(found.table), _slopes(found.unguarded)
    return GuardedCohort(
        held=held,
        first=first,
        sums_alone=_estimates(sums) if sums else (first.sleep.estimate, first.steps.estimate),
        free_se=_se(_with_free_columns(frame, days, found)) if free else None,
        test_p=guard.test.p if guard and guard.test else 1.0,
    )


def _cohort(truth: Truth, seed: int, size: tuple[int, int] = COHORT) -> Diaries:
    return with_unknown(simulate(truth, *size, seed), "days", USUALLY_UNKNOWN, seed)


def _analysed(frame: pl.DataFrame, days: DaysOf = NO_DAYS) -> MixedAnalysis:
    found = mixed_analysis(frame, DESIGN, lambda _: None, days)
    if found is None or not found.fit.converged:
        raise RuntimeError("a simulated cohort has no certified optimum")
    return found


def _with_free_columns(frame: pl.DataFrame, days: DaysOf, found: MixedAnalysis) -> MixedFit:
    """Fit S and D without holding D, with rho of the first fit."""
    rho = found.guard.rho if found.guard else found.fit.rho
    participant, day = frame["participant_id"].to_numpy(), frame.select(EPOCH_DAYS).to_series().to_numpy()
    columns: Mapping[str, np.ndarray] = {
        name_of(name): values
        for name, both in columns_for(participant, day, days, rho).items()
        for name_of, values in ((sum_name, both.decaying_sum), (day_after_name, both.day_after))
    }
    wider = frame.with_columns(pl.Series(name, values) for name, values in columns.items())
    return fit_mixed(
        mixed_model(wider, DESIGN, own_trend=found.has_own_trend, also=tuple(columns)), residuals=RESIDUALS
    )


def _slopes(table: CoefficientTable) -> Slopes:
    return Slopes(coefficient(table, SLEEP.within), coefficient(table, STEPS.within))


def _estimates(fit: MixedFit) -> tuple[float, float]:
    sleep, steps = (float(fit.coefficients[fit.names.index(exposure.within)]) for exposure in (SLEEP, STEPS))
    return sleep, steps


def _se(fit: MixedFit) -> tuple[float, float]:
    variances = np.diag(fit.covariance)
    sleep, steps = (float(np.sqrt(variances[fit.names.index(exposure.within)])) for exposure in (SLEEP, STEPS))
    return sleep, steps
