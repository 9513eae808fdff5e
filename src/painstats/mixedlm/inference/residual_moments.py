"""What the Kenward-Roger method needs of the residual covariance, in time proportional to the rows.

V = (1 - w) R + w I, and B_a is its derivative in a residual parameter, up to scale: R for the variance of the slow
part, R_rho for rho, I for the white variance. With X a participant's columns, U = V^-1 X, and Q, T, H = T^-1 as in
``white_covariance``, S = H X and P = Q_rho S,

    R U = S,    R_rho U = -R P,    V^-1 R = H,    V^-1 = H Q,    V^-1 R_rho = -H Q_rho R

so every product needs tridiagonal solutions only. The traces of V^-1 B_a V^-1 B_b need H and R in pairs, since
R H = (R - w H) / (1 - w):

    slow, slow:   tr H H                    slow, white:  tr H H Q            white, white: tr H Q H Q
    slow, rho:    -(tr R H Q_rho - w tr H H Q_rho) / (1 - w)                  white, rho:   -tr H H Q_rho
    rho, rho:     (tr R Q_rho R Q_rho - 2 w tr R Q_rho H Q_rho + w^2 tr H Q_rho H Q_rho) / (1 - w)^2
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from painstats.mixedlm.engine.padded_rows import PaddedRows
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.tridiagonal import Tridiagonal, identity, inverse_of, solved, times, trace_of_products
from painstats.mixedlm.engine.white_covariance import WhiteCovariance

ResidualParameter = Literal["rho", "slow", "white"]
"""rho, the variance of the slow part and the variance of white noise."""


@dataclass(frozen=True, slots=True, eq=False)
class ResidualMoments:
    """Products of N participants' columns with the derivatives of V in b residual parameters.

    Parameters
    ----------
    single : (b, N, p, p)
        U' B_a U.
    double : (b, b, N, p, p)
        U' B_a V^-1 B_b U.
    curvature : (N, p, p)
        U' R_rhorho U.
    traces : (b, b, N)
        Of V^-1 B_a V^-1 B_b.
    """

    single: Floats
    double: Floats
    curvature: Floats
    traces: Floats


def residual_moments(
    padded: PaddedRows, V: WhiteCovariance, parameters: Sequence[ResidualParameter]
) -> ResidualMoments:
    """Return the products of the columns (k, N, T) of some participants."""
    k, n, longest = padded.columns.shape
    R = inverse_of(V.Q)
    S = solved(V.H, padded.columns.reshape(k, n * longest))
    U, P = times(V.Q, S), times(V.Q_rho, S)
    RP = solved(R, P)
    moved = {"slow": S, "white": U, "rho": -RP}  # B_a U
    whitened = {"slow": solved(V.H, U), "white": solved(V.H, times(V.Q, U)), "rho": -solved(V.H, P)}  # V^-1 B_a U

    def crossed(left: Floats, right: Floats) -> Floats:
        return np.asarray(
            np.matmul(left.reshape(k, n, longest).transpose(1, 0, 2), right.reshape(k, n, longest).transpose(1, 2, 0))
        )

    return ResidualMoments(
        single=np.stack([crossed(U, moved[one]) for one in parameters]),
        double=np.stack([[crossed(moved[one], whitened[other]) for other in parameters] for one in parameters]),
        curvature=2 * crossed(P, RP) - crossed(S, times(V.Q_rhorho, S)),
        traces=_traces(padded, V, parameters),
    )


def _traces(padded: PaddedRows, V: WhiteCovariance, parameters: Sequence[ResidualParameter]) -> Floats:
    """Return (b, b, N): the traces of V^-1 B_a V^-1 B_b."""
    R, H, w, unit = inverse_of(V.Q), V.H, V.w, identity(padded.gap.size)

    def trace(B: Tridiagonal, D: Tridiagonal) -> Floats:
        return trace_of_products(H, B, H, D)

    in_rho = trace(unit, V.Q_rho)
    both_rho = trace_of_products(R, V.Q_rho, R, V.Q_rho) - 2 * w * trace_of_products(R, V.Q_rho, H, V.Q_rho)
    by_row = {
        ("slow", "slow"): trace(unit, unit),
        ("slow", "white"): trace(unit, V.Q),
        ("white", "white"): trace(V.Q, V.Q),
        ("rho", "slow"): -(trace_of_products(R, unit, H, V.Q_rho) - w * in_rho) / (1 - w),
        ("rho", "white"): -in_rho,
        ("rho", "rho"): (both_rho + w**2 * trace(V.Q_rho, V.Q_rho)) / (1 - w) ** 2,
    }
    totals = {pair: (values.reshape(padded.gap.shape) * padded.is_row).sum(axis=1) for pair, values in by_row.items()}
    return np.stack([[totals[(min(one, other), max(one, other))] for other in parameters] for one in parameters])
