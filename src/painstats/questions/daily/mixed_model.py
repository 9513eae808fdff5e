"""The mixed model of the plan: fitted, checked, and compared with its neighbour if it is singular.

In a singular fit, some participant-specific effect does not vary. Its averages are sound, but the number of such
effects is then a choice, so the model without the unsupported ones, or the one with them, is fitted too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.statsmodels_check import StatsmodelsCheck, statsmodels_check
from painstats.mixedlm.engine.certificate import SINGULAR_VARIANCE
from painstats.mixedlm.engine.fit import MixedFit, fit_mixed
from painstats.mixedlm.engine.rows import INTERCEPT, ModelRows
from painstats.mixedlm.inference.coefficients import CoefficientTable
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.questions.daily.columns import DAYS_FOR_OWN_TREND, TIME, median_days, mixed_model
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.daily.guarded import Guarded, guarded
from painstats.questions.daily.guards import DaysOf, columns_for, of_design
from painstats.questions.kind import Say

NO_DAYS: DaysOf = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The alternative to a singular model: the same columns, other participant-specific effects.

    Parameters
    ----------
    is_simpler
        Whether it is simpler than the model that is used: its participant-specific effects are not correlated;
        otherwise it has more of them.
    unsupported
        The participant-specific effects that only one of the two has.
    gain
        By how much the restricted log-likelihood of the fuller one is higher.
    fit, table
        The neighbour and its tests.
    """

    is_simpler: bool
    unsupported: tuple[str, ...]
    gain: float
    fit: MixedFit
    table: CoefficientTable


@dataclass(frozen=True, slots=True)
class MixedAnalysis:
    """The mixed model with its checks.

    Parameters
    ----------
    rows, fit
        The model that is reported, with guard columns where there are any.
    table
        Its tests, with guard columns held to what feedback can cause and not among them.
    check
        That of statsmodels.
    notes
        Remarks by name.
    neighbour
        Only if a fit is singular.
    guard
        The fits with and without guard columns; None if none were wanted.
    """

    rows: ModelRows
    fit: MixedFit
    table: CoefficientTable
    check: StatsmodelsCheck
    notes: tuple[str, ...]
    neighbour: Neighbour | None = None
    guard: Guarded | None = None

    @property
    def unguarded(self) -> CoefficientTable:
        """The tests of the fit without guard columns."""
        return self.guard.unguarded if self.guard else self.table

    @property
    def can_be_used(self) -> bool:
        """Whether the optimum is certified, and statsmodels does not contradict it."""
        return self.fit.converged and self.check.agrees is not False

    @property
    def has_own_trend(self) -> bool:
        """Whether participants have their own trends over time."""
        return TIME in self.rows.random


def mixed_analysis(frame: pl.DataFrame, design: DailyDesign, say: Say, days: DaysOf = NO_DAYS) -> MixedAnalysis | None:
    """Fit the mixed model; where it is singular with participants' own trends, without them if that is regular."""
    own_trend = median_days(frame) >= DAYS_FOR_OWN_TREND
    try:
        rows = mixed_model(frame, design, own_trend=own_trend)
        fit, notes, neighbour = fit_mixed(rows, residuals=RESIDUALS), list[str](), None
        if fit.is_singular and own_trend:
            simpler = mixed_model(frame, design, own_trend=False)
            simpler_fit = fit_mixed(simpler, residuals=RESIDUALS)
            if not simpler_fit.is_singular:
                neighbour = _neighbour(simpler_fit, fit, rows)
                rows, fit, notes = simpler, simpler_fit, ["own_trend_dropped"]
    except NotEnoughData as refusal:
        say(f"no mixed model: {refusal}")
        return None
    table, known = coefficient_table(fit, rows), of_design(days, design)
    guard = guarded(rows, fit, table, columns_for(rows.participant, rows.day, known, fit.rho)) if known else None
    if guard and not guard.converged:
        guard = None
        notes.append("guard_not_converged")
    if guard and guard.last and guard.rows:
        rows, fit, table = guard.rows, guard.last, guard.table
    if fit.is_singular:
        notes.append("singular")
        neighbour = _neighbour(fit, *uncorrelated(rows))
    say(f"mixed model: {len(fit.participants)} participants, {fit.n_rows} days")
    return MixedAnalysis(rows, fit, table, statsmodels_check(fit, rows), tuple(notes), neighbour, guard)


def uncorrelated(rows: ModelRows) -> tuple[MixedFit, ModelRows]:
    """Fit the model with participant-specific effects that are not correlated, without those that do not vary.

    A fit is singular if some combination of effects does not vary between participants. Without correlations, each
    effect either varies or not; one that does not is left out. The intercept stays.

    References
    ----------
    Barr et al. 2013, J Mem Lang 68:255; Bates et al. 2015, arXiv:1506.04967, on which effects to leave out first.
    """
    fit = fit_mixed(rows, residuals=RESIDUALS, correlated=False)
    varies = np.diag(fit.optimum.factor) ** 2 >= SINGULAR_VARIANCE
    kept = tuple(name for name, is_kept in zip(rows.random, varies, strict=True) if is_kept or name == INTERCEPT)
    if kept != rows.random:
        rows = replace(rows, random=kept)
        fit = fit_mixed(rows, residuals=RESIDUALS, correlated=False)
    return fit, rows


def _neighbour(used: MixedFit, other: MixedFit, rows: ModelRows) -> Neighbour:
    """Describe ``other``, fitted to ``rows``, compared with the fit that is used."""
    shared = set(used.random) & set(other.random)
    unsupported = [name for name in (*used.random, *other.random) if name not in shared]
    return Neighbour(
        is_simpler=not other.optimum.correlated,
        unsupported=tuple(unsupported),
        gain=abs(used.log_likelihood - other.log_likelihood),
        fit=other,
        table=coefficient_table(other, rows),
    )
