"""The estimate of the declared question under each specification.

Each specification is fitted to its own rows and columns. To keep the cost low, four things are those of the declared
model: rho and the white share, as in every refit (``mixedlm``); the guard columns; what feedback can cause (the prior of
their coefficients); and the ratio of Kenward and Roger's standard errors and degrees of freedom to the plain ones. The
declared specification therefore gives the headline. Specifications without white noise estimate their own rho.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import Effect, Fitted
from painstats.cohort.specification_curve.choices import (
    MOST_SPECIFICATIONS,
    NAMES,
    Choice,
    Specification,
    checked_names,
    crossed,
)
from painstats.cohort.specification_curve.columns import WHITE, CurveColumns, StepDays
from painstats.errors import NotEnoughData
from painstats.frame.guard import day_after_name, sum_name
from painstats.mixedlm.engine.fit import MixedFit, fit_cross_products, fit_mixed
from painstats.mixedlm.engine.optimum import STARTS
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_profile import whitened_products
from painstats.mixedlm.inference.held import hold, prior_means
from painstats.mixedlm.inference.held_residuals import of_whitened_rows
from painstats.mixedlm.inference.satterthwaite import satterthwaite
from painstats.questions.daily.guarded import with_columns

ONE_START = STARTS[:1]
"""A singular fit costs four times as much from four starting points, and ends at the same likelihood."""


@dataclass(frozen=True, slots=True)
class SpecificationResult:
    """The estimate under one specification; without one, ``refusal`` says why.

    Parameters
    ----------
    options
        The option of each choice, in the order of the choices.
    estimate, se, df, low, high
        With a 95 % interval; not numbers where there is no estimate.
    participants, days
        Of the fit.
    is_declared
        Whether this is what the plan declared.
    refusal
        Why there is no estimate.
    """

    options: tuple[str, ...]
    estimate: float
    se: float
    df: float
    low: float
    high: float
    participants: int
    days: int
    is_declared: bool
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class SpecificationCurve:
    """All specifications, the declared one first.

    Parameters
    ----------
    choices
        What was crossed.
    dropped
        Choices that were left out because there would be too many specifications.
    results
        One for each specification.
    """

    choices: tuple[Choice, ...]
    dropped: tuple[str, ...]
    results: tuple[SpecificationResult, ...]

    @property
    def declared(self) -> SpecificationResult:
        """The result of the declared specification."""
        return next(result for result in self.results if result.is_declared)


def specification_curve(
    days: CohortDays,
    primary: Fitted,
    headline: Effect,
    step_days: dict[str, StepDays] | None = None,
    *,
    names: Sequence[str] = NAMES,
    most: int = MOST_SPECIFICATIONS,
) -> SpecificationCurve:
    """Estimate the average effect under every combination of choices.

    Parameters
    ----------
    days
        The analysed days and the exposure.
    primary, headline
        The declared model, and its effect.
    step_days
        Other rules for days with steps, from ``step_days_of``.
    names
        Which choices to cross.
    most
        How many specifications at most.

    Raises
    ------
    PainstatsError
        If a choice is refused; the message says why.
    """
    columns = CurveColumns(primary.rows, days, _guard_columns(primary), step_days or {})
    found = crossed(columns.choices(checked_names(names)), most)
    estimator = _Estimator(days.exposure.within, primary, headline)
    results = tuple(
        _result(specification, columns, estimator, is_declared=number == 0)
        for number, specification in enumerate(found.specifications)
    )
    return SpecificationCurve(found.choices, found.dropped, results)


class _Estimator:
    """Fits specifications as the declared model was fitted."""

    def __init__(self, exposure: str, primary: Fitted, headline: Effect) -> None:
        guard = primary.guard
        self.exposure = exposure
        last = guard.last if guard and guard.last else primary.fit
        self.rho, self.white_share = last.rho, last.white_share
        self.means = dict[str, float]()
        if guard and guard.with_both and guard.test:
            means = prior_means(guard.test.coefficients, guard.white_share)
            self.means = {day_after_name(name): float(mean) for name, mean in zip(guard.exposures, means, strict=True)}
        _, se, df = self.plain(of_whitened_rows(last))
        self.se_ratio, self.df_ratio = headline.se / se, headline.df / df

    def __call__(self, rows: ModelRows, guard: dict[str, Floats], residuals: str) -> tuple[float, float, float, MixedFit]:
        """Return estimate, standard error and degrees of freedom of the exposure, with the fit."""
        if residuals == WHITE:
            rows = with_columns(rows, guard) if guard else rows
        estimate, se, df = self.plain(fit := self.fitted(rows, with_white_noise=residuals == WHITE))
        return estimate, se * self.se_ratio, df * self.df_ratio, fit

    def fitted(self, rows: ModelRows, *, with_white_noise: bool) -> MixedFit:
        """Fit rows, with the declared rho and white share if there is white noise."""
        if not with_white_noise or self.white_share == 0:
            return fit_mixed(rows, residuals="car1", starts=ONE_START)
        problem = white_problem(rows, reml=True, correlated=True)
        products = whitened_products(problem, self.rho, self.white_share)
        return fit_cross_products(products, residuals="independent", starts=ONE_START)

    def plain(self, fit: MixedFit) -> tuple[float, float, float]:
        """Return estimate, standard error and Satterthwaite's degrees of freedom, with guard columns held."""
        weights = np.zeros(len(fit.names))
        weights[column_positions([self.exposure], fit.names)] = 1.0
        (own,) = satterthwaite(fit, {self.exposure: weights}).coefficients
        held = [name for name in self.means if name in fit.names]
        if not held:
            return own.estimate, own.se, own.df
        found = hold(fit, held, np.array([self.means[name] for name in held]))
        place = found.names.index(self.exposure)
        return float(found.coefficients[place]), float(np.sqrt(found.covariance[place, place])), own.df


def _guard_columns(primary: Fitted) -> dict[str, Floats]:
    """Return the guard columns of the declared model's last fit."""
    guard = primary.guard
    if guard is None or guard.rows is None:
        return {}
    names = [name for each in guard.exposures for name in (sum_name(each), day_after_name(each))]
    return {name: guard.rows.X[:, guard.rows.names.index(name)] for name in names if name in guard.rows.names}


def _result(
    specification: Specification, columns: CurveColumns, estimator: _Estimator, *, is_declared: bool
) -> SpecificationResult:
    options = tuple(specification.values())
    try:
        rows, guard = columns.of(specification)
        estimate, se, df, fit = estimator(rows, guard, specification.get("residuals", WHITE))
    except (NotEnoughData, np.linalg.LinAlgError) as refusal:
        nothing = float("nan")
        return SpecificationResult(options, *[nothing] * 5, 0, 0, is_declared, str(refusal))
    margin = float(stats.t.ppf(0.975, df)) * se
    return SpecificationResult(
        options, estimate, se, df, estimate - margin, estimate + margin, len(fit.participants), fit.n_rows, is_declared
    )
