"""Simulated studies for the promises of the cohort analysis, and what the analysis of each of them gives.

Every function takes the number of a study, which is also its seed, and returns numbers by name: p values, estimates
and widths. Sleep, steps and pain are those of ``tests/cohort_days.py``; a tenth of the scores is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.cohort.missing_days.sensitivity import missing_days
from painstats.cohort.models.arms import PHASE, arms_model
from painstats.cohort.models.average import average_model
from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import Fitted, unguarded_model
from painstats.cohort.models.moderators import moderator_model, product
from painstats.cohort.models.variable import Variable
from painstats.cohort.precision.information import ResidualCovariance, change_variance, slope_variance
from painstats.cohort.precision.planning import arms_se, mean_se, power_of
from painstats.mixedlm.engine.fit import fit_mixed
from painstats.mixedlm.engine.optimum import STARTS
from painstats.mixedlm.engine.rows import INTERCEPT, ModelRows
from tests.cohort_days import SLEEP, cohort_days, residuals, simulated, without

UNRATED = 0.1
LEAST_DAYS = 10
RESIDUAL_SD, RHO, SLEEP_SD = 1.2, 0.4, 1.2
ROUNDING = 1 / 12
"""Variance that whole scores add."""

STRONG_FEEDBACK = (-0.15, -0.3)
"""Hours of the next night, and thousand steps of the day, per point of pain."""

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Arms:
    """Two arms, all starting half way: sizes, the effect on the first, and how much changes differ in each."""

    programme: int
    usual: int
    effect: float = 0.0
    spread: float = 0.6
    usual_spread: float = 0.6
    days: int = 90

    @property
    def phase(self) -> npt.NDArray[np.float64]:
        """0 before the start, then 1."""
        return (np.arange(self.days) >= self.days // 2).astype(np.float64)

    def planned_power(self) -> float:
        """Return the power that ``painstats power`` plans with; changes differ by the same in both arms."""
        residual = ResidualCovariance(
            float(np.hypot(RESIDUAL_SD, ROUNDING**0.5)), RHO, ROUNDING / (RESIDUAL_SD**2 + ROUNDING)
        )
        kept = np.flatnonzero(np.random.default_rng(0).random(self.days) >= UNRATED)
        own = change_variance(kept, self.phase[kept], residual)
        se = arms_se(own, self.spread, self.programme, self.usual)
        return power_of(self.effect, se, self.programme + self.usual - 2)


def arms_study(arms: Arms, study: int) -> tuple[pl.DataFrame, Variable, tuple[str, ...]]:
    """Return the days with a score, the arms, and the participants."""
    rng, participants = np.random.default_rng([7, study]), arms.programme + arms.usual
    in_programme = np.arange(participants) < arms.programme
    changes = np.where(in_programme, arms.spread, arms.usual_spread) * rng.standard_normal(participants)
    changes += arms.effect * in_programme
    series = simulated(study, participants, arms.days)
    level = 5 + rng.standard_normal((participants, 1))
    pain = level + changes[:, None] * arms.phase + residuals(rng, participants, arms.days, RHO, RESIDUAL_SD)
    days = cohort_days(series | {"pain": np.clip(np.rint(pain), 0, 10)})
    frame = days.every_day.with_columns(pl.Series(PHASE, np.tile(arms.phase, participants)))
    names = {who: "programme" if n < arms.programme else "usual" for n, who in enumerate(days.participants)}
    variable = Variable("arm", "categorical", names, ("usual", "programme"))
    rated = pl.Series(rng.random(frame.height) >= UNRATED)
    return frame.filter(rated), variable, days.participants


def arms_numbers(arms: Arms, study: int, *, fixed_phase: bool = True) -> Numbers:
    """Compare the arms of a study: ``both`` tests, the ``model``, ``own`` changes, and a model with a ``fixed`` phase.

    The last one, which gives every participant the same change, is only there to show what it would find.
    """
    frame, variable, participants = arms_study(arms, study)
    found = arms_model(frame, PHASE, variable, participants, least_days=LEAST_DAYS, drawn_by_lot=True)
    difference, [own] = found.effects[-1], found.own
    if found.p is None or difference.p is None or own is None or found.fitted is None:
        raise AssertionError("five participants in each arm are tested")
    numbers = {
        "both": found.p, "model": difference.p, "own": own.p, "estimate": difference.estimate,
        "covers": float(difference.low <= arms.effect <= difference.high),
    }  # fmt: skip
    if fixed_phase:
        numbers["fixed"] = p_with_random(found.fitted, product(PHASE, variable.column("programme")), (INTERCEPT,))
    return numbers


def p_with_random(fitted: Fitted, column: str, random: tuple[str, ...]) -> float:
    """Return the p value of a column in the same model with fewer random effects."""
    p = unguarded_model(replace(fitted.rows, random=random)).effect(column).p
    if p is None:
        raise AssertionError(f"{column} is tested")
    return p


def moderator_numbers(study: int, participants: int, days: int) -> Numbers:
    """Test a continuous moderator without any influence: ``p``, and ``fixed`` without participants' own slopes."""
    made = usual_study(study, participants, days)
    rng = np.random.default_rng([8, study])
    values: dict[str, float | str] = {who: float(rng.standard_normal()) for who in made.participants}
    rows = made.rows(own_trend=made.has_own_trends)
    found = moderator_model(made, rows, Variable("severity", "continuous", values), made.participants)
    if found.p is None or found.fitted is None:
        raise AssertionError("a continuous moderator is tested")
    return {"p": found.p, "fixed": p_with_random(found.fitted, product(SLEEP.within, "severity"), (INTERCEPT,))}


def usual_study(study: int, participants: int, days: int, slope: float = 0.0) -> CohortDays:
    """Return a study in which a tenth of the scores is unknown, and participants differ in their slopes."""
    series = simulated(study, participants, days, slope=slope)
    series["pain"] = without(series["pain"], UNRATED, np.random.default_rng([9, study]))
    return cohort_days(series)


def average_numbers(study: int, participants: int, days: int, slope: float) -> Numbers:
    """Estimate the average effect of sleep as the headline does."""
    effect = average_model(usual_study(study, participants, days, slope)).effects[0]
    if effect.p is None:
        raise AssertionError("the average is tested")
    return {"p": effect.p, "estimate": effect.estimate, "covers": float(effect.low <= slope <= effect.high)}


def planned_average(participants: int, days: int, slope_sd: float = 0.15) -> float:
    """Return the standard error of the average slope that ``painstats power`` plans with."""
    residual = ResidualCovariance(
        float(np.hypot(RESIDUAL_SD, ROUNDING**0.5)), RHO, ROUNDING / (RESIDUAL_SD**2 + ROUNDING)
    )
    rng = np.random.default_rng(0)
    own = [
        slope_variance(np.flatnonzero(rng.random(days) >= UNRATED), residual, sd=SLEEP_SD) for _ in range(participants)
    ]
    return mean_se(own, slope_sd)


def planned_power(slope: float, participants: int, days: int) -> float:
    """Return the power for an average slope that ``painstats power`` plans with."""
    return power_of(slope, planned_average(participants, days), participants - 1)


def plain_fit(days: CohortDays) -> Fitted:
    """Fit the average with CAR(1) residuals and without guard columns, which hide what unknown days do."""
    return unguarded_model(days.rows(own_trend=False), "car1")


def plain_slope(rows: ModelRows) -> float:
    """Return the average slope of sleep by the cheapest fit."""
    fit = fit_mixed(rows, residuals="car1", starts=STARTS[:1])
    return float(fit.coefficients[fit.names.index(SLEEP.within)])


def precision_numbers(study: int, participants: int, days: int) -> Numbers:
    """Return the estimate of a study."""
    return {"estimate": plain_slope(usual_study(study, participants, days).rows(own_trend=False))}


def unknown_numbers(study: int, participants: int, days: int, sets: int) -> Numbers:
    """Treat unknown days in each way; shifts are against the same study without unknown days.

    A quarter of the nights and of the days' steps is unknown, singly; pain acts strongly on both, and no exposure has
    an effect.
    """
    series = simulated(study, participants, days, slope=0.0, feedback=STRONG_FEEDBACK)
    whole = plain_slope(cohort_days(series).rows(own_trend=False))
    rng = np.random.default_rng([10, study])
    series["sleep"], series["steps"] = (without(series[name], 0.25, rng) for name in ("sleep", "steps"))
    holes = cohort_days(series)
    fitted = plain_fit(holes)
    found = missing_days(holes, fitted, fitted.effect(SLEEP.within), sets=sets)
    ways = {way.name: way for way in found.ways if way.shift == 0}
    shifts = {name: ways[name].estimate - whole for name in ("kept", "complete", "imputed")}
    wide = ways["complete"].high - ways["complete"].low
    return shifts | {"width": (ways["imputed"].high - ways["imputed"].low) / wide}
