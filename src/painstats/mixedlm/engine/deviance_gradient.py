"""The deviance and its gradient at many points, in one pass over chunks of participants: what an optimiser needs.

With A_i, M_i and L as in ``likelihood``, V = L' A_z., M = R R', U = R^-1 V, P = R^-T U and Y = L P, each chunk adds

    sum A - U'U,   sum of all products of elements of Q = A_z. - A_zz Y,   and for rho sum T' (dA/drho) T

to the totals, T being the identity minus the rows Y in place of the random columns. Their weights, the coefficients and
their covariance, are known only after the last participant, and no second pass is needed. Participants are the last
axis of every array, so each operation works on long contiguous vectors.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts, triangle_index, unpacked
from painstats.mixedlm.engine.likelihood import residual_degrees
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.whitened_products import decay_weight_derivatives, decay_weights, weighted_sums

PARTICIPANTS_CHUNK = 4096
"""Participants times points per chunk, chosen so that a chunk stays in the CPU cache."""

MIN_PARTICIPANTS_FOR_THREADS = 16_384
"""Participants times points from which chunks are distributed over threads."""


@dataclass(frozen=True, slots=True, eq=False)
class DevianceGradient:
    """The deviance at D points and its gradient, in scaled columns, with sigma profiled.

    Parameters
    ----------
    deviance : (D,)
        Minus twice the profiled (restricted) log-likelihood.
    factor_gradient : (D, q, q)
        S, its derivative with respect to L L'; its gradient in L is the lower triangle of 2 S L.
    rho_derivative : (D,)
        Its derivative with respect to rho; zeros if not requested.
    """

    deviance: Floats
    factor_gradient: Floats
    rho_derivative: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Totals:
    """Sums over participants at D points.

    ``marginal`` (D, k, k), ``log_determinant`` (D,), ``unshrunken`` (D, q, q), ``squares`` (D, qk, qk), and the
    derivatives with respect to rho of the first two.
    """

    marginal: Floats
    log_determinant: Floats
    unshrunken: Floats
    squares: Floats
    marginal_change: Floats
    log_change: Floats


def deviance_gradient_at(
    products: CrossProducts, factor: Floats, rho: Floats, reml: bool, *, with_rho: bool
) -> DevianceGradient:
    """Return the deviance and its gradient at D points at once.

    Parameters
    ----------
    factor : (D, q, q)
        L, lower triangular.
    rho : (D,)
        Residual correlation one day apart.
    """
    weights, log_residual = decay_weights(products, rho)
    changes, log_change = decay_weight_derivatives(products, rho) if with_rho else (None, np.zeros(len(rho)))
    totals = _totals(products, factor, weights, changes)
    degrees = residual_degrees(products, reml)
    information, moment = totals.marginal[:, :-1, :-1], totals.marginal[:, :-1, -1]
    covariance = np.linalg.inv(information)
    coefficients = np.einsum("dij,dj->di", covariance, moment)
    square = totals.marginal[:, -1, -1] - np.einsum("di,di->d", coefficients, moment)
    weight = _outcome_weight(coefficients, degrees / square)
    deviance = degrees * (1 + np.log(2 * np.pi * square / degrees)) + totals.log_determinant + log_residual
    if reml:
        deviance += np.linalg.slogdet(information)[1]
        weight[:, :-1, :-1] += covariance
    rho_derivative = np.einsum("dij,dij->d", weight, totals.marginal_change) + totals.log_change + log_change
    return DevianceGradient(deviance, _factor_gradient(totals, weight), rho_derivative)


def _outcome_weight(coefficients: Floats, precision: Floats) -> Floats:
    """Return (D, k, k): v v' / sigma^2 with v = (-b, 1)."""
    v = np.concatenate([-coefficients, np.ones((len(coefficients), 1))], axis=1)
    return np.asarray(precision[:, None, None] * v[:, :, None] * v[:, None, :])


def _factor_gradient(totals: _Totals, weight: Floats) -> Floats:
    q, k = totals.unshrunken.shape[-1], weight.shape[-1]
    squares = totals.squares.reshape(len(weight), q, k, q, k)
    gradient = totals.unshrunken - np.einsum("daibj,dij->dab", squares, weight)
    return np.asarray((gradient + np.swapaxes(gradient, -1, -2)) / 2)


def _totals(products: CrossProducts, factor: Floats, weights: Floats, changes: Floats | None) -> _Totals:
    """Add chunks of participants in order, whatever the number of threads."""

    def chunk(limits: tuple[int, int]) -> _Totals:
        return _chunk_totals(products, factor, weights, changes, *limits)

    n, workers = len(products.participants), len(os.sched_getaffinity(0))
    parts = _limits(n, max(1, PARTICIPANTS_CHUNK // len(factor)))
    if n * len(factor) < MIN_PARTICIPANTS_FOR_THREADS or workers == 1:
        chunks = [chunk(limits) for limits in parts]
    else:
        with ThreadPoolExecutor(workers) as threads:
            chunks = list(threads.map(chunk, parts))
    return _Totals(*(sum(getattr(part, field.name) for part in chunks) for field in fields(_Totals)))


def _limits(n: int, size: int) -> Iterator[tuple[int, int]]:
    return ((start, min(start + size, n)) for start in range(0, n, size))


def _chunk_totals(
    products: CrossProducts, factor: Floats, weights: Floats, changes: Floats | None, start: int, stop: int
) -> _Totals:
    """Return the sums over the participants from ``start`` to ``stop``."""
    A = np.swapaxes(weighted_sums(products, weights, start, stop), -1, -2).copy()  # (D, K, n)
    index = triangle_index(A.shape[1])
    z = products.positions
    block, transposed = A[:, index[z]], np.swapaxes(factor, -1, -2)  # (D, q, k, n)
    V = _times(transposed, block)
    inverse, log_determinant = _inverse_root(_congruence(transposed, V[:, :, z]))
    U = np.zeros_like(V)
    P = np.zeros_like(V)
    for row, column in zip(*np.tril_indices(len(z)), strict=True):
        U[:, row] += inverse[:, row, column, None] * V[:, column]
    for row, column in zip(*np.tril_indices(len(z)), strict=True):
        P[:, column] += inverse[:, row, column, None] * U[:, row]
    Y = _times(factor, P)
    Q = block
    zz = A[:, index[z[:, None], z]]
    for place in range(len(z)):
        Q -= zz[:, :, place, None] * Y[:, None, place]
    flat = Q.reshape(len(Q), Q.shape[1] * Q.shape[2], stop - start)
    if changes is None:
        no_change = np.zeros((len(A), *index.shape)), np.zeros(len(A))
    return _Totals(
        unpacked(A.sum(axis=-1)) - (U @ np.swapaxes(U, -1, -2)).sum(axis=1),
        log_determinant,
        Q[:, :, z].sum(axis=-1),
        flat @ np.swapaxes(flat, -1, -2),
        *(no_change if changes is None else _changes(products, factor, changes, inverse, Y, start, stop)),
    )


def _changes(
    products: CrossProducts, factor: Floats, changes: Floats, inverse: Floats, Y: Floats, start: int, stop: int
) -> tuple[Floats, Floats]:
    """Return the derivatives in rho of the marginal sums (D, k, k) and of the log-determinant of M (D,)."""
    dA = np.swapaxes(weighted_sums(products, changes, start, stop), -1, -2).copy()
    index = triangle_index(dA.shape[1])
    z = products.positions
    block, zz = dA[:, index[z]], dA[:, index[z[:, None], z]]
    crossed = (Y @ np.swapaxes(block, -1, -2)).sum(axis=1)
    moved = np.zeros_like(Y)
    for column in range(len(z)):
        moved += zz[:, :, column, None] * Y[:, None, column]
    marginal = unpacked(dA.sum(axis=-1)) - crossed - np.swapaxes(crossed, -1, -2)
    marginal += (Y @ np.swapaxes(moved, -1, -2)).sum(axis=1)
    transposed = np.swapaxes(factor, -1, -2)
    dM = _congruence(transposed, _times(transposed, zz))
    log_change = np.zeros(len(dA))
    for place in range(len(z)):  # tr M^-1 dM, with M^-1 = R^-T R^-1
        root = inverse[:, place, : place + 1]
        log_change += (root[:, :, None] * root[:, None] * dM[:, : place + 1, : place + 1]).sum(axis=(1, 2, 3))
    return marginal, log_change


def _times(matrices: Floats, block: Floats) -> Floats:
    """Return (D, q, k, n): matrices (D, q, q) times the q x k matrix of each of n participants in (D, q, k, n)."""
    d, q, k, n = block.shape
    return np.asarray((matrices @ block.reshape(d, q, k * n)).reshape(d, q, k, n))


def _congruence(transposed: Floats, half: Floats) -> Floats:
    """Return (D, q, q, n): L' A L of each participant, from L' (D, q, q) and L' A (D, q, q, n)."""
    return np.asarray(transposed[:, None] @ half)


def _inverse_root(M: Floats) -> tuple[Floats, Floats]:
    """Return R^-1 (D, q, q, n) with I + M = R R', and the log-determinant of I + M summed over participants (D,)."""
    q = M.shape[1]
    root, inverse = np.zeros_like(M), np.zeros_like(M)
    log_determinant = np.zeros(len(M))
    for j in range(q):
        pivot = np.sqrt(1 + M[:, j, j] - (root[:, j, :j] ** 2).sum(axis=1))
        log_determinant += 2 * np.log(pivot).sum(axis=-1)
        inverse[:, j, j] = 1 / pivot
        for i in range(j + 1, q):
            root[:, i, j] = (M[:, i, j] - (root[:, i, :j] * root[:, j, :j]).sum(axis=1)) * inverse[:, j, j]
        for i in range(j):
            inverse[:, j, i] = -(root[:, j, i:j] * inverse[:, i:j, i]).sum(axis=1) * inverse[:, j, j]
    return inverse, log_determinant
