"""Refits of the declared model to other rows or columns, with what the declared model found out about residuals.

To keep the cost low, four things are those of the declared model: rho and the white share, as in every refit
(``mixedlm``); the guard columns; what feedback can cause (the prior of their coefficients); and the ratio of Kenward
and Roger's standard errors and degrees of freedom to the plain ones. Its own rows and columns therefore give its own
estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.cohort.models.cohort_model import Effect, Fitted
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
from painstats.questions.daily.guards import DaysOf, columns_for

ONE_START = STARTS[:1]
"""A singular fit costs four times as much from four starting points, and ends at the same likelihood."""


@dataclass(frozen=True, slots=True)
class Refitted:
    """An estimate from other rows or columns, with a 95 % interval."""

    estimate: float
    se: float
    df: float
    low: float
    high: float
    participants: int
    days: int


class AsDeclared:
    """Fits other rows and columns as the declared model was fitted.

    Parameters
    ----------
    exposure
        The column of the effect.
    primary, headline
        The declared model, and its effect.
    """

    def __init__(self, exposure: str, primary: Fitted, headline: Effect) -> None:
        guard = primary.guard
        self.exposure = exposure
        last = guard.last if guard and guard.last else primary.fit
        self.rho, self.white_share, self.first_rho = last.rho, last.white_share, primary.fit.rho
        self.exposures = guard.exposures if guard else ()
        self.means = dict[str, float]()
        if guard and guard.with_both and guard.test:
            means = prior_means(guard.test.coefficients, guard.white_share)
            self.means = {day_after_name(name): float(mean) for name, mean in zip(guard.exposures, means, strict=True)}
        _, se, df = self._plain(of_whitened_rows(last))
        self.se_ratio, self.df_ratio = headline.se / se, headline.df / df

    def __call__(self, rows: ModelRows, guard: Mapping[str, Floats], *, with_white_noise: bool = True) -> Refitted:
        """Return the estimate from rows.

        Parameters
        ----------
        rows
            Without guard columns.
        guard
            The guard columns (n,) by name; see ``guard_columns``.
        with_white_noise
            Whether to hold rho and the white share of the declared model; if not, residuals are CAR(1) with a rho of
            their own.

        Raises
        ------
        NotEnoughData
            If there are too few rows for the model.
        """
        fit = self._fitted(with_columns(rows, guard) if guard else rows, with_white_noise=with_white_noise)
        estimate, se, df = self._plain(fit)
        se, df = se * self.se_ratio, df * self.df_ratio
        margin = float(stats.t.ppf(0.975, df)) * se
        return Refitted(estimate, se, df, estimate - margin, estimate + margin, len(fit.participants), fit.n_rows)

    def guard_columns(self, rows: ModelRows, days: DaysOf) -> dict[str, Floats]:
        """Return the guard columns of rows, of the exposures that the declared model guards."""
        kept = {name: known for name, known in days.items() if name in self.exposures}
        found = columns_for(rows.participant, rows.day, kept, self.first_rho) if kept else {}
        columns = {sum_name(name): both.decaying_sum for name, both in found.items()}
        if self.white_share > 0:
            columns |= {day_after_name(name): both.day_after for name, both in found.items()}
        return columns

    def _fitted(self, rows: ModelRows, *, with_white_noise: bool) -> MixedFit:
        if not with_white_noise or self.white_share == 0:
            return fit_mixed(rows, residuals="car1", starts=ONE_START)
        problem = white_problem(rows, reml=True, correlated=True)
        products = whitened_products(problem, self.rho, self.white_share)
        return fit_cross_products(products, residuals="independent", starts=ONE_START)

    def _plain(self, fit: MixedFit) -> tuple[float, float, float]:
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
