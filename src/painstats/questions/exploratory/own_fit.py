"""Contrasts of a participant's own fit: weighted sums of coefficients, with their covariance and degrees of freedom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import MixedFit, Residuals, fit_mixed
from painstats.mixedlm.engine.rows import Floats, ModelRows
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.mixedlm.inference.one_participant import participant_rows
from painstats.mixedlm.inference.satterthwaite import satterthwaite
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.guards import DaysOf
from painstats.questions.exploratory.own_guard import guarded_fit

Weights = Mapping[str, float]
"""Column to its weight in a contrast."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnContrasts:
    """Contrasts of one participant's fit, in outcome points per unit.

    Parameters
    ----------
    tests
        One t test for each contrast, in their order, with Satterthwaite's degrees of freedom.
    covariance : (c, c)
        Covariance of the estimates.
    days
        Rows of the fit.
    first
        The fit without guard columns.
    """

    tests: tuple[Coefficient, ...]
    covariance: Floats
    days: int
    first: MixedFit = field(repr=False)


def own_contrasts(
    rows: ModelRows,
    contrasts: Mapping[str, Weights],
    residuals: Residuals = RESIDUALS,
    guard: DaysOf | None = None,
    near: MixedFit | None = None,
) -> OwnContrasts | None:
    """Fit one participant's rows and test contrasts; None without a certified optimum, or without a contrast's column.

    Parameters
    ----------
    rows
        One participant's rows, without random effects (``columns.within_participants``).
    contrasts
        Name to the weight of each column in it.
    residuals
        As in ``fit_mixed``.
    guard
        Known days of the columns that the outcome can move, by name of the column; a column without them, or one that
        is not among the rows, has no guard.
    near
        A fit to similar rows, from which the search starts (``fit_mixed``): the result is the same, sooner.

    References
    ----------
    docs/method/questions.md, own contrasts.
    """
    try:
        own = participant_rows(rows, str(rows.participant[0]))
        if {name for weights in contrasts.values() for name in weights} - set(own.names):
            return None
        fit = fit_mixed(own, residuals=residuals, near=near)
    except (PainstatsError, np.linalg.LinAlgError):
        return None
    return _tested(guarded_fit(own, fit, guard or {}), contrasts, fit) if fit.converged else None


def _tested(fit: MixedFit, contrasts: Mapping[str, Weights], first: MixedFit) -> OwnContrasts:
    weights = {name: _vector(fit, each) for name, each in contrasts.items()}
    matrix = np.array(list(weights.values()))
    return OwnContrasts(satterthwaite(fit, weights).coefficients, matrix @ fit.covariance @ matrix.T, fit.n_rows, first)


def _vector(fit: MixedFit, weights: Weights) -> Floats:
    return np.array([weights.get(name, 0.0) for name in fit.names])
