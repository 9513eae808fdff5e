"""The mixed model of the plan: fitted, checked, and set beside its neighbour where it is singular.

A singular fit cannot tell people apart on every person-specific effect. Its averages are sound, but how many such
effects the model has is then a choice, so the model without the unsupported ones, or the one with them, is fitted too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl

from painstats.errors import NotEnoughData
from painstats.models.inference import CoefficientTable, coefficient_table
from painstats.models.mixed import MixedFit, fit_mixed
from painstats.models.rows import INTERCEPT, ModelRows
from painstats.models.statsmodels_check import StatsmodelsCheck, statsmodels_check
from painstats.models.terms import DAYS_FOR_OWN_TREND, TIME, median_days, mixed_model
from painstats.study import Study

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The model beside a singular one: the same columns, other person-specific effects.

    Parameters
    ----------
    is_simpler
        Whether it has fewer person-specific effects than the model that is used; otherwise it has more.
    unsupported
        The effects that one of the two has and the other has not.
    gain
        What they add to the restricted log-likelihood.
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
    """The mixed model with everything that is said about it; ``neighbour`` only where singular fits are met."""

    rows: ModelRows
    fit: MixedFit
    table: CoefficientTable
    check: StatsmodelsCheck
    notes: tuple[str, ...]
    neighbour: Neighbour | None = None

    @property
    def can_be_used(self) -> bool:
        """Whether the optimum is certified, and statsmodels does not contradict it."""
        return self.fit.converged and self.check.agrees is not False

    @property
    def has_own_trend(self) -> bool:
        """Whether people have their own trends over time."""
        return TIME in self.rows.random


def mixed_analysis(frame: pl.DataFrame, study: Study, say: Say) -> MixedAnalysis | None:
    """Fit the mixed model; where it is singular with people's own trends, without them if that is regular."""
    own_trend = median_days(frame) >= DAYS_FOR_OWN_TREND
    try:
        rows = mixed_model(frame, study, own_trend=own_trend)
        fit, notes, neighbour = fit_mixed(rows), list[str](), None
        if fit.is_singular and own_trend:
            simpler = mixed_model(frame, study, own_trend=False)
            simpler_fit = fit_mixed(simpler)
            if not simpler_fit.is_singular:
                neighbour = _neighbour(simpler_fit, fit, rows)
                rows, fit, notes = simpler, simpler_fit, ["own_trend_dropped"]
    except NotEnoughData as refusal:
        say(f"no mixed model: {refusal}")
        return None
    if fit.is_singular:
        notes.append("singular")
        neighbour = _neighbour(fit, *supported(fit, rows))
    say(f"mixed model over {len(fit.participants)} people, {fit.n_rows} days")
    table = coefficient_table(fit, rows)
    return MixedAnalysis(rows, fit, table, statsmodels_check(fit, rows), tuple(notes), neighbour)


def supported(fit: MixedFit, rows: ModelRows) -> tuple[MixedFit, ModelRows]:
    """Leave out person-specific effects, the one that is missed least first, until the fit is regular.

    The person-specific intercept stays.
    """
    while fit.is_singular and set(fit.random) - {INTERCEPT}:
        candidates = [
            replace(rows, random=tuple(other for other in rows.random if other != name))
            for name in rows.random
            if name != INTERCEPT
        ]
        fits = [fit_mixed(candidate) for candidate in candidates]
        best = max(range(len(fits)), key=lambda place: fits[place].log_likelihood)
        fit, rows = fits[best], candidates[best]
    return fit, rows


def _neighbour(used: MixedFit, other: MixedFit, rows: ModelRows) -> Neighbour | None:
    """Describe ``other``, fitted to ``rows``; None where the two are the same."""
    unsupported = tuple(
        name for name in (*used.random, *other.random) if (name in used.random) != (name in other.random)
    )
    if not unsupported:
        return None
    gain = abs(used.log_likelihood - other.log_likelihood)
    is_simpler = len(other.random) < len(used.random)
    return Neighbour(is_simpler, unsupported, gain, other, coefficient_table(other, rows))
