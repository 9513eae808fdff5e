"""Whitened sums of products under CAR(1) plus white noise, and their exact derivatives in rho and w.

V = R T and V^-1 = T^-1 Q (``white_covariance``), so with the columns M of a participant, outcome last,

    S = T^-1 M,    U = Q S = V^-1 M,    P = Q_rho S,    E = T^-1 (U - S),    Y = T^-1 P,    G = Q E - E

    A          = M' V^-1 M = (1 - w) S'U + w U'U
    A_rho      = (1 - w) S'P                         A_w     = S'U - U'U
    A_rho,rho  = (1 - w) (S' Q_rhorho S - 2 w P'Y)   A_rho,w = -S'P - (1 - w) (E'P + P'E)
    A_w,w      = G'U + U'G

Each needs tridiagonal solutions and products of the columns only: time is proportional to rows times columns, and no
matrix of days by days is formed. To the engine, A are the sums of products of independent rows.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from painstats.mixedlm.engine.padded_rows import PaddedRows, blocks
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.tridiagonal import solved, times
from painstats.mixedlm.engine.white_covariance import (
    WhiteCovariance,
    log_determinant,
    log_determinant_curvature,
    log_determinant_gradient,
    white_covariance,
)
from painstats.mixedlm.engine.whitened_products import WhitenedSums

Order = Literal[0, 1, 2]


def white_sums(padded: PaddedRows, rho: float, w: float, order: Order) -> WhitenedSums:
    """Return the whitened sums of products and log|V|, with their derivatives in (rho, w) up to an order.

    Parameters
    ----------
    padded
        The rows.
    rho, w
        Correlation of the slow part one day apart, and share of white noise in the residual variance; 0 to below 1.
    order
        0 for the sums alone, 1 with first derivatives, 2 with first and second ones.

    Returns
    -------
    WhitenedSums
        With m = 1, 3 or 6.
    """
    found = [_of_block(block, rho, w, order) for block in blocks(padded)]
    sums = np.concatenate([block.sums for block in found], axis=1)
    return WhitenedSums(sums, np.sum([block.log_determinant for block in found], axis=0), found[0].parameters)


def log_determinants(padded: PaddedRows, rho: float, w: float) -> Floats:
    """Return log|V| of each participant (N,)."""
    return np.concatenate([log_determinant(white_covariance(block, rho, w)) for block in blocks(padded)])


def _of_block(padded: PaddedRows, rho: float, w: float, order: Order) -> WhitenedSums:
    V = white_covariance(padded, rho, w)
    sums = _sums(padded.columns, V, order)
    log_determinants = [np.array([log_determinant(V).sum()])]
    if order > 0:
        log_determinants.append(log_determinant_gradient(V))
    if order > 1:
        log_determinants.append(log_determinant_curvature(V))
    row, column = np.tril_indices(len(padded.columns))
    return WhitenedSums(np.stack(sums)[:, :, row, column], np.concatenate(log_determinants), 2 if order > 0 else 0)


def _sums(columns: Floats, V: WhiteCovariance, order: Order) -> list[Floats]:
    """Return A (N, k, k) of each participant, then its derivatives; columns are (k, N, T)."""
    k, n, longest = columns.shape
    shape, slow = (k, n, longest), 1 - V.w

    def crossed(left: Floats, right: Floats) -> Floats:
        return _crossed(left.reshape(shape), right.reshape(shape))

    S = solved(V.H, columns.reshape(k, n * longest))
    U = times(V.Q, S)
    SU, UU = crossed(S, U), crossed(U, U)
    sums = [slow * SU + V.w * UU]
    if order > 0:
        P = times(V.Q_rho, S)
        SP = crossed(S, P)
        sums += [slow * SP, SU - UU]
    if order > 1:
        E, Y = solved(V.H, U - S), solved(V.H, P)
        G = times(V.Q, E) - E
        in_rho = slow * (crossed(S, times(V.Q_rhorho, S)) - V.w * _twice(crossed(P, Y)))
        sums += [in_rho, -SP - slow * _twice(crossed(E, P)), _twice(crossed(G, U))]
    return sums


def _crossed(left: Floats, right: Floats) -> Floats:
    """Return (N, k, k): left' right of each participant, both (k, N, T)."""
    return np.asarray(np.matmul(left.transpose(1, 0, 2), right.transpose(1, 2, 0)))


def _twice(matrices: Floats) -> Floats:
    """Return each matrix (N, k, k) plus its transpose."""
    return matrices + matrices.transpose(0, 2, 1)
