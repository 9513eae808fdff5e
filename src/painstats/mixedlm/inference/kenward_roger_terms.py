"""The sums of the Kenward-Roger method: products of the columns with derivatives of the outcome's covariance.

The covariance of a participant's outcomes is W = Z G Z' + s_a R + s_n I, linear in G, the variance s_a of the slow part
and the white variance s_n, but not in rho. With W_a and W_ab its derivatives in two parameters,

    P_a = -X' W^-1 W_a W^-1 X        Q_ab = X' W^-1 W_a W^-1 W_b W^-1 X        R_ab = X' W^-1 W_ab W^-1 X

and traces of W^-1 W_a W^-1 W_b. With V the residual correlation, A = X' V^-1 X, K the random effects' covariance given
the data over sigma^2, and D the identity minus K A_z. in the random rows,

    sigma^2 W^-1 X = V^-1 X D,    sigma^2 W^-1 = V^-1 - V^-1 Z K Z' V^-1

so all terms are products of p x p matrices of each participant (``residual_moments``), and no matrix of days by days is
formed (docs/mixed_models.md, "White noise").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.fit import MixedFit, free_elements_of, scaled_variance, solution_of
from painstats.mixedlm.engine.padded_rows import blocks, padded_rows
from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows, is_first_row
from painstats.mixedlm.engine.scaling import scaled_columns
from painstats.mixedlm.engine.white_covariance import white_covariance
from painstats.mixedlm.inference.residual_moments import ResidualMoments, ResidualParameter, residual_moments


@dataclass(frozen=True, slots=True, eq=False)
class KenwardRogerTerms:
    """Sums over participants, for the free elements of G and then the residual parameters: a in all (scaled columns).

    Parameters
    ----------
    P, Q, R : (a, p, p), (a, a, p, p), (a, a, p, p)
        As above.
    traces : (a, a)
        Of W^-1 W_a W^-1 W_b.
    """

    P: Floats
    Q: Floats
    R: Floats
    traces: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Parameters:
    """The parameters: derivatives (d, q, q) of G in its elements, and the residual ones with (b,) units of B_a."""

    elements: Floats
    residual: tuple[ResidualParameter, ...]
    units: Floats
    slow_variance: float
    positions: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Products:
    """Products of n participants in units of sigma^2, all between the columns of W^-1 X or W^-1 Z.

    Parameters
    ----------
    with_effects : (n, q, p)
        Z' W^-1 X.
    effects : (n, q, q)
        Z' W^-1 Z.
    single : (b, n, p, p)
        X' W^-1 W_a W^-1 X of the residual parameters.
    double : (b, b, n, p, p)
        X' W^-1 W_a W^-1 W_b W^-1 X.
    """

    with_effects: Floats
    effects: Floats
    single: Floats
    double: Floats


def kenward_roger_terms(fit: MixedFit, rows: ModelRows) -> KenwardRogerTerms:
    """Return the terms of a fit to rows, in time proportional to the rows."""
    weight = np.repeat(fit.products.residual_scale, fit.products.rows_per_participant)
    columns = scaled_columns(rows, fit.products.scaling)[:, :-1] / weight[:, None]
    parameters, solution, start, found = _parameters(fit), solution_of(fit), 0, []
    for block in blocks(padded_rows(columns, rows.day, np.flatnonzero(is_first_row(rows)))):
        own = slice(start, start + len(block.gap))
        moments = residual_moments(block, white_covariance(block, fit.rho, fit.white_share), parameters.residual)
        found.append(_terms(parameters, moments, solution.sums[own, :-1, :-1], solution.shrinkage[own]))
        start = own.stop
    P, Q, R, traces = (np.sum(parts, axis=0) for parts in zip(*found, strict=True))
    variance = scaled_variance(fit)
    return KenwardRogerTerms(P / variance**2, Q / variance**3, R / variance**2, traces / variance**2)


def _parameters(fit: MixedFit) -> _Parameters:
    q, slow_variance = len(fit.random), (1 - fit.white_share) * scaled_variance(fit)
    row, column = free_elements_of(fit)
    elements = np.zeros((row.size, q, q))
    elements[np.arange(row.size), row, column] = elements[np.arange(row.size), column, row] = 1.0
    residual: list[ResidualParameter] = ["rho"] if fit.optimum.rho_is_free else []
    residual += ["slow", "white"] if fit.white_share > 0 else ["slow"]
    units = np.array([slow_variance if name == "rho" else 1.0 for name in residual])
    return _Parameters(elements, tuple(residual), units, slow_variance, fit.products.positions)


def _terms(
    parameters: _Parameters, moments: ResidualMoments, sums: Floats, K: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return P, Q, R and traces of some participants, in units of sigma^2, with A (n, p, p) and K (n, q, q)."""
    z, p = parameters.positions, sums.shape[-1]
    D = np.broadcast_to(np.eye(p), sums.shape).copy()
    D[:, z] -= K @ sums[:, z]
    found = _products(parameters, moments, sums, K, D)
    d, b = len(parameters.elements), len(parameters.residual)
    moved = parameters.elements[:, None] @ found.with_effects  # the derivative of G times Z' W^-1 X
    P = np.concatenate([np.einsum("nqi,dnqj->dij", found.with_effects, moved), found.single.sum(axis=1)])
    Q = np.zeros((d + b, d + b, p, p))
    Q[:d, :d] = np.einsum("dnqi,nqr,enrj->deij", moved, found.effects, moved, optimize=True)
    Q[:d, d:] = np.einsum("dnqi,bnqj->dbij", moved, found.single[:, :, z], optimize=True)
    Q[d:, :d] = Q[:d, d:].transpose(1, 0, 3, 2)
    Q[d:, d:] = found.double.sum(axis=2)
    R = np.zeros_like(Q)
    if "rho" in parameters.residual:
        R[d:, d:] = _second_derivatives(parameters, moments, D)
    return -P, Q, R, _traces(parameters, moments, found, K)


def _products(parameters: _Parameters, moments: ResidualMoments, sums: Floats, K: Floats, D: Floats) -> _Products:
    z, units = parameters.positions, parameters.units[:, None, None, None]
    with_effects = sums[:, z] @ D
    across = moments.single[:, None][..., z] @ K @ moments.single[None][..., z, :]  # through the random effects
    double = moments.double - across
    return _Products(
        with_effects=with_effects,
        effects=with_effects[:, :, z],
        single=units * (_turned(D) @ moments.single @ D),
        double=units * units[:, None] * (_turned(D) @ double @ D),
    )


def _second_derivatives(parameters: _Parameters, moments: ResidualMoments, D: Floats) -> Floats:
    """Return (b, b, p, p): R of the residual parameters, not zero in rho alone and in rho and s_a."""
    names, p = parameters.residual, D.shape[-1]
    rho, slow = names.index("rho"), names.index("slow")
    R = np.zeros((len(names), len(names), p, p))
    R[rho, rho] = parameters.slow_variance * (_turned(D) @ moments.curvature @ D).sum(axis=0)
    R[rho, slow] = R[slow, rho] = (_turned(D) @ moments.single[rho] @ D).sum(axis=0)
    return R


def _traces(parameters: _Parameters, moments: ResidualMoments, found: _Products, K: Floats) -> Floats:
    """Return (a, a): tr W^-1 W_a W^-1 W_b, of the residual parameters by what the random effects take from V^-1.

    tr V^-1 B_a V^-1 B_b - 2 tr K (U' B_a V^-1 B_b U)_zz + tr K (U' B_a U)_zz K (U' B_b U)_zz
    """
    z, d, units = parameters.positions, len(parameters.elements), parameters.units
    through = K @ moments.single[..., z[:, None], z]
    once = np.einsum("nqr,abnrq->ab", K, moments.double[..., z[:, None], z])
    twice = np.einsum("anqr,bnrq->ab", through, through)
    within = parameters.elements[:, None] @ found.effects
    traces = np.empty((d + len(units), d + len(units)))
    traces[:d, :d] = np.einsum("dnqr,enrq->de", within, within)
    traces[:d, d:] = np.einsum("dqr,bnrq->db", parameters.elements, found.single[..., z[:, None], z])
    traces[d:, :d] = traces[:d, d:].T
    traces[d:, d:] = np.outer(units, units) * (moments.traces.sum(axis=2) - once - once.T + twice)
    return traces


def _turned(matrices: Floats) -> Floats:
    return np.swapaxes(matrices, -1, -2)
