"""The deviance at one point with its slopes and its exact second derivatives, for Newton steps.

With A, L, K and M of a person as in ``likelihood``, N = Z' V^-1 Z and Q = Z' V^-1 [X, y], the marginal sums of products
C = [X, y]' V^-1 [X, y] change in a direction D of the relative covariance L L' by

    dC = - sum Q' D Q,    dQ = - N D Q,    d log|M| = tr N D

and in rho, with A' and A'' the derivatives of A, T the identity less the rows K A_z. in place of the random columns,
and J = A'_z. T, by

    dC = sum T' A' T,    dQ = J - A_zz K J,    d log|M| = tr K A'_zz,
    d2C = sum T' A'' T - 2 J' K J,    d2 log|M| = tr K A''_zz - tr K A'_zz K A'_zz.

The deviance is log|M| + log|R| + m log r^2 [+ log|C_xx|], with r^2 what the columns leave of C_yy: its second
derivatives follow from sums over people of products of these (Lindstrom & Bates 1988, J Am Stat Assoc 83:1014). Numbers
of different people lie next to each other, so that every operation is one on long vectors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts, triangle_index, unpacked
from painstats.mixedlm.engine.likelihood import residual_degrees
from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.mixedlm.engine.whitened_products import (
    decay_weight_curvatures,
    decay_weight_derivatives,
    decay_weights,
    weighted_sums,
)

MULTIPLICATIONS_CHUNK = 250_000
"""Multiplications of the largest product of matrices, by which people are worked on at once: their numbers stay in the
cache, and the product is too small for BLAS to wake threads, which here would take longer than it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over people, each followed by its derivatives in rho where rho is free.

    Parameters
    ----------
    marginal : (1 or 3, k, k)
        C.
    log_determinant : (1 or 3,)
        Of M.
    N : (1 or 2, q, q)
        Z' V^-1 Z.
    squares : (1 or 2, q, k, q, k)
        Products of the elements of Q, and of its derivative, with those of Q.
    """

    marginal: Floats
    log_determinant: Floats
    N: Floats
    squares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The deviance at one point and its slopes, with sigma at its best value, and what its curvature is made of.

    Parameters
    ----------
    factor : (q, q)
        L.
    deviance
        Minus twice the profiled (restricted) log-likelihood.
    factor_gradient : (q, q)
        S, the derivative in L L'; that in L is the lower triangle of 2 S L.
    rho_derivative, rho_curvature
        The first derivative in rho, and the second at fixed coefficients and sigma; zero where rho is not free.
    reml
        Whether the likelihood is restricted.
    sums
        Over people; the log-determinant is that of V.
    Q : (q, k, n) each
        Z' V^-1 [X, y] of n people at a time.
    positions : (q,)
        Where the random columns are among the p.
    direction : (k,)
        (-b, 1): the combination of columns and outcome that is the residual.
    precision, degrees
        1 / sigma^2, and the degrees of freedom that sigma^2 is estimated with.
    covariance : (p, p)
        Of the coefficients, in units of sigma^2.
    weight : (k, k)
        By which the derivatives of C enter that of the deviance.
    """

    factor: Floats
    deviance: float
    factor_gradient: Floats
    rho_derivative: float
    rho_curvature: float
    reml: bool
    sums: _Sums
    Q: tuple[Floats, ...]
    positions: Integers
    direction: Floats
    precision: float
    degrees: int
    covariance: Floats
    weight: Floats


@dataclass(frozen=True, slots=True, eq=False)
class HessianAtSigma:
    """Second derivatives (d, d) of the deviance at a fixed sigma^2 in d parameters, the coefficients at their best.

    Beside them the derivatives of the residual square (d,) and of the coefficients' covariance (d, p, p).
    """

    hessian: Floats
    residual_square: Floats
    covariance: Floats


def evaluation_at(products: CrossProducts, factor: Floats, rho: float, reml: bool, *, with_rho: bool) -> Evaluation:
    """Return the deviance, its slopes and what its curvature is made of at L (q, q) and rho; in rho if ``with_rho``."""
    sums, Q = _sums(products, factor, rho, with_rho)
    degrees, information = residual_degrees(products, reml), sums.marginal[0, :-1, :-1]
    covariance = np.asarray(np.linalg.inv(information))
    direction = np.append(-covariance @ sums.marginal[0, :-1, -1], 1.0)
    precision = degrees / (sums.marginal[0, -1] @ direction)
    weight = precision * np.outer(direction, direction)
    deviance = degrees * (1 + np.log(2 * np.pi / precision)) + sums.log_determinant[0]
    if reml:
        deviance += np.linalg.slogdet(information)[1]
        weight[:-1, :-1] += covariance
    in_rho = np.einsum("dij,ij->d", sums.marginal, weight) + sums.log_determinant
    slope = sums.N[0] - np.einsum("aibj,ij->ab", sums.squares[0], weight)
    return Evaluation(
        factor=factor,
        deviance=float(deviance),
        factor_gradient=(slope + slope.T) / 2,
        rho_derivative=float(in_rho[1]) if with_rho else 0.0,
        rho_curvature=float(in_rho[2]) if with_rho else 0.0,
        reml=reml,
        sums=sums,
        Q=Q,
        positions=products.positions,
        direction=direction,
        precision=float(precision),
        degrees=degrees,
        covariance=covariance,
        weight=weight,
    )


def hessian(evaluation: Evaluation, row: Integers, column: Integers) -> Floats:
    """Return (d, d): the second derivatives in the elements (row, column) of L and, last, in rho where it is free."""
    at_sigma = hessian_at_sigma(evaluation, row, column)
    square = evaluation.precision * at_sigma.residual_square
    return at_sigma.hessian - np.outer(square, square) / evaluation.degrees


def hessian_at_sigma(evaluation: Evaluation, row: Integers, column: Integers) -> HessianAtSigma:
    """Return the second derivatives in the same d parameters where sigma^2 does not follow them, and what moves it."""
    directions = np.zeros((row.size, *evaluation.factor.shape))
    directions[np.arange(row.size), row] = evaluation.factor.T[column]
    directions += np.swapaxes(directions, 1, 2)  # the derivatives of L L'
    hessian = _twice(directions, _bends(evaluation))
    hessian += 2 * (column[:, None] == column) * evaluation.factor_gradient[row[:, None], row]
    changes = -np.einsum("tab,aibj->tij", directions, evaluation.sums.squares[0])
    if _with_rho(evaluation):
        moved = np.einsum("aibj,ij->ab", evaluation.sums.squares[1], evaluation.weight)
        hessian = _bordered(hessian, directions, evaluation.sums.N[1] - 2 * moved, evaluation.rho_curvature)
        changes = np.concatenate([changes, evaluation.sums.marginal[1:2]])
    residual, covariance = changes @ evaluation.direction, evaluation.covariance
    spread = covariance @ changes[:, :-1, :-1]
    hessian -= 2 * evaluation.precision * residual[:, :-1] @ covariance @ residual[:, :-1].T
    if evaluation.reml:
        hessian -= np.einsum("tij,sji->ts", spread, spread)
    return HessianAtSigma(hessian, residual @ evaluation.direction, -spread @ covariance)


def scoring_terms(evaluation: Evaluation, directions: Floats) -> tuple[Floats, Floats]:
    """Return the slopes (d,) in directions of L L' (q, q each) and, last, in rho, and about their expected derivatives.

    What is expected of Q W Q' is N. For rho alone the second derivative is the observed one.
    """
    z = evaluation.positions
    slopes = np.einsum("tab,ab->t", directions, evaluation.factor_gradient)
    information = _twice(directions, evaluation.sums.squares[0][:, z][..., z])
    square = np.einsum("tab,ab->t", directions, evaluation.sums.N[0])
    if _with_rho(evaluation):
        slopes = np.append(slopes, evaluation.rho_derivative)
        information = _bordered(information, directions, -evaluation.sums.N[1], evaluation.rho_curvature)
        change = evaluation.direction @ evaluation.sums.marginal[1] @ evaluation.direction
        square = np.append(square, -evaluation.precision * change)
    return slopes, information - np.outer(square, square) / evaluation.degrees


def _with_rho(evaluation: Evaluation) -> bool:
    return len(evaluation.sums.N) > 1


def _bordered(hessian: Floats, directions: Floats, mixed: Floats, corner: float) -> Floats:
    """Return (d + 1, d + 1): second derivatives with those in directions of L L' and in rho, and in rho alone."""
    border = np.einsum("tab,ab->t", directions, mixed)
    bordered = np.empty((len(hessian) + 1, len(hessian) + 1))
    bordered[:-1, :-1], bordered[-1, :-1], bordered[:-1, -1], bordered[-1, -1] = hessian, border, border, corner
    return bordered


def _twice(directions: Floats, bends: Floats) -> Floats:
    """Return (d, d): the sum over a, b, c, e of D_ab bends_bcea E_ce for all pairs D, E of directions."""
    d, q = directions.shape[:2]
    flat = directions.reshape(d, q * q)
    return np.asarray(flat @ bends.transpose(3, 0, 1, 2).reshape(q * q, q * q) @ flat.T)


def _bends(evaluation: Evaluation) -> Floats:
    """Return (q, q, q, q): the sum over people of products of the elements of N with those of 2 Q W Q' - N."""
    q = len(evaluation.factor)
    total = np.zeros((q * q, q * q))
    for Q in evaluation.Q:
        N = Q[:, evaluation.positions]
        bent = 2 * np.einsum("akn,bkn->abn", evaluation.weight @ Q, Q) - N
        total += N.reshape(q * q, N.shape[-1]) @ bent.reshape(q * q, N.shape[-1]).T
    return total.reshape(q, q, q, q)


def _sums(products: CrossProducts, factor: Floats, rho: float, with_rho: bool) -> tuple[_Sums, tuple[Floats, ...]]:
    """Return sums over all people, the log-determinant being that of V, and Q (q, k, n) of each chunk of them."""
    wanted = (decay_weights, decay_weight_derivatives, decay_weight_curvatures)[: 3 if with_rho else 1]
    weights, log_residual = zip(*(one(products, np.asarray(rho)) for one in wanted), strict=True)
    stacked, people = np.stack(weights), len(products.participants)
    size = max(1, MULTIPLICATIONS_CHUNK // max(1, len(products.positions) * (len(products.names) + 1)) ** 2)
    parts, Q = [], []
    for start in range(0, people, size):
        whitened = weighted_sums(products, stacked, start, min(start + size, people))
        part, of_people = _chunk(products.positions, factor, np.ascontiguousarray(np.swapaxes(whitened, 1, 2)))
        parts.append(part)
        Q.append(of_people)
    total = parts[0] if len(parts) == 1 else _Sums(*(sum(column) for column in zip(*map(_parts, parts), strict=True)))
    return replace(total, log_determinant=total.log_determinant + np.array(log_residual)), tuple(Q)


def _parts(sums: _Sums) -> tuple[Floats, ...]:
    return sums.marginal, sums.log_determinant, sums.N, sums.squares


def _chunk(z: Integers, factor: Floats, sums: Floats) -> tuple[_Sums, Floats]:
    """Return sums over n people, whose whitened sums of products are (1 or 3, K, n), and Q (q, k, n)."""
    block = _random_rows(z, sums[0])
    K, log_determinant = _shrinkage(block[:, z], factor)
    Y = _times(K, block)
    Q = block - _times(block[:, z], Y)
    marginal = unpacked(sums[0].sum(axis=-1)) - _summed(block, Y)
    here = _Sums(marginal[None], np.array([log_determinant]), Q[:, z].sum(axis=-1)[None], _squares(Q, Q)[None])
    return (here if len(sums) == 1 else _and_in_rho(z, sums, here, K, Y, Q)), Q


def _and_in_rho(z: Integers, sums: Floats, here: _Sums, K: Floats, Y: Floats, Q: Floats) -> _Sums:
    """Return the sums with their derivatives in rho."""
    change, bend = _random_rows(z, sums[1]), _random_rows(z, sums[2])
    J = change - _times(change[:, z], Y)
    KJ, KA = _times(K, J), _times(K, change[:, z])
    Q_change = J - _times(_random_rows(z, sums[0])[:, z], KJ)
    by_rho = unpacked(sums[1:].sum(axis=-1))
    by_rho[0] -= _summed(Y, change) + _summed(J, Y)
    by_rho[1] -= _summed(Y, bend) + _summed(bend - _times(bend[:, z], Y), Y) + 2 * _summed(J, KJ)
    slope, bent = (np.einsum("abn,abn->", K, block[:, z]) for block in (change, bend))
    traces = [slope, bent - np.einsum("abn,ban->", KA, KA)]
    return _Sums(
        np.concatenate([here.marginal, by_rho]),
        np.append(here.log_determinant, traces),
        np.stack([here.N[0], Q_change[:, z].sum(axis=-1)]),
        np.stack([here.squares[0], _squares(Q_change, Q)]),
    )


def _random_rows(z: Integers, packed: Floats) -> Floats:
    """Return (q, k, n): the rows of the random columns of symmetric matrices (K, n)."""
    return np.asarray(packed[triangle_index(len(packed))[z]])


def _times(matrices: Floats, blocks: Floats) -> Floats:
    """Return (q, k, n): the product of matrices (q, q, n) and blocks (q, k, n) of each person."""
    return np.asarray(np.einsum("abn,bkn->akn", matrices, blocks))


def _summed(left: Floats, right: Floats) -> Floats:
    """Return (k, k): the sum over people of left' right, both (q, k, n)."""
    return np.asarray((left @ np.swapaxes(right, 1, 2)).sum(axis=0))


def _squares(left: Floats, right: Floats) -> Floats:
    """Return (q, k, q, k): the sum over people of all products of an element of one and one of the other."""
    q, k, n = left.shape
    return (left.reshape(q * k, n) @ right.reshape(q * k, n).T).reshape(q, k, q, k)


def _shrinkage(zz: Floats, factor: Floats) -> tuple[Floats, float]:
    """Return K = L M^-1 L' (q, q, n) with M = I + L' A_zz L, and the log-determinant of M summed over people."""
    M = _between(factor.T, zz)
    M[np.diag_indices(len(M))] += 1.0
    log_determinant = 0.0
    for j in range(len(M)):  # Gauss and Jordan's inverse in place; no pivoting, since M - I is semi-definite
        pivot = M[j, j].copy()
        log_determinant += float(np.log(pivot).sum())
        M[j, j] = 1.0
        M[j] /= pivot
        others = M[:, j].copy()
        others[j] = 0.0
        M[:, j] -= others
        M -= others[:, None] * M[j]
    return _between(factor, M), log_determinant


def _between(matrix: Floats, symmetric: Floats) -> Floats:
    """Return (q, q, n): B S B' of each person, for B (q, q) and S (q, q, n)."""
    q, _, n = symmetric.shape
    return np.asarray(matrix @ (matrix @ symmetric.reshape(q, q * n)).reshape(q, q, n))
