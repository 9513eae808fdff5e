"""The deviance at one point with its gradient and exact Hessian, for Newton steps.

With A, L, K and M of a participant as in ``likelihood``, N = Z' V^-1 Z and Q = Z' V^-1 [X, y], the marginal sums of
products C = [X, y]' V^-1 [X, y] change in a direction D of the relative covariance L L' by

    dC = - sum Q' D Q,    dQ = - N D Q,    d log|M| = tr N D

and in residual parameters a and b (rho, or rho and the white share), with A_a and A_ab the derivatives of A, T the
identity minus the rows K A_z. in place of the random columns, and J_a = (A_a)_z. T, by

    dC = sum T' A_a T,    dQ = J_a - A_zz K J_a,    d log|M| = tr K (A_a)_zz,
    d2C = sum T' A_ab T - J_a' K J_b - J_b' K J_a,    d2 log|M| = tr K (A_ab)_zz - tr K (A_a)_zz K (A_b)_zz.

The deviance is log|M| + log|R| + m log r^2 [+ log|C_xx|], with r^2 the part of C_yy that the columns leave unexplained:
its second derivatives follow from sums over participants of products of these (Lindstrom & Bates 1988, J Am Stat Assoc
83:1014). Participants are the last axis of every array, so each operation works on long contiguous vectors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from painstats.mixedlm.engine.cross_products import CrossProducts, triangle_index, unpacked
from painstats.mixedlm.engine.likelihood import residual_degrees
from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.mixedlm.engine.whitened_products import (
    WhitenedSums,
    decay_weight_curvatures,
    decay_weight_derivatives,
    decay_weights,
    weighted_sums,
)

MULTIPLICATIONS_CHUNK = 250_000
"""Multiplications in the largest matrix product of a chunk of participants: small enough for the CPU cache, and for
BLAS not to start threads, which would take longer than the product."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums over participants, each followed by its derivatives in the r free residual parameters, as in WhitenedSums.

    Parameters
    ----------
    marginal : (m, k, k)
        C.
    log_determinant : (m,)
        Of M.
    N : (1 + r, q, q)
        Z' V^-1 Z.
    squares : (1 + r, q, k, q, k)
        Products of the elements of Q, and of its derivatives, with those of Q.
    """

    marginal: Floats
    log_determinant: Floats
    N: Floats
    squares: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """The deviance and its gradient at one point, and the sums that its Hessian is made of.

    Parameters
    ----------
    factor : (q, q)
        L.
    deviance
        Minus twice the (restricted) log-likelihood.
    residual_square
        The part of C_yy that the columns leave unexplained.
    factor_gradient : (q, q)
        S, the derivative with respect to L L'; the gradient in L is the lower triangle of 2 S L.
    residual_gradient, residual_curvature : (r,), (r, r)
        Derivatives in the free residual parameters, the second ones at fixed coefficients and sigma, and not numbers
        where the sums have no second derivatives.
    reml
        Whether the likelihood is restricted.
    sums
        Over participants; the log-determinant is that of V.
    Q : (q, k, n) each
        Z' V^-1 [X, y] of n participants at a time.
    positions : (q,)
        Positions of the random columns among the p.
    direction : (k,)
        (-b, 1): the combination of columns and outcome that is the residual.
    precision, degrees
        1 / sigma^2, and the degrees of freedom of the estimate of sigma^2.
    covariance : (p, p)
        Of the coefficients, in units of sigma^2.
    weight : (k, k)
        Weight of the derivatives of C in the derivative of the deviance.
    """

    factor: Floats
    deviance: float
    residual_square: float
    factor_gradient: Floats
    residual_gradient: Floats
    residual_curvature: Floats
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
    """Second derivatives (d, d) of the deviance in d parameters at a fixed sigma^2, with the coefficients profiled.

    Also the derivatives of the residual square (d,) and of the coefficients' covariance (d, p, p).
    """

    hessian: Floats
    residual_square: Floats
    covariance: Floats


def evaluation_at(
    products: CrossProducts, factor: Floats, rho: float, reml: bool, *, with_rho: bool, variance: float | None = None
) -> Evaluation:
    """Evaluate the deviance and its derivatives at L (q, q) and rho; with respect to rho only if ``with_rho``.

    sigma^2 is profiled, or fixed at ``variance``.
    """
    sums, Q = _sums(products, factor, rho, with_rho)
    return _evaluation(products, factor, sums, Q, reml, variance)


def evaluation_of_sums(products: CrossProducts, whitened: WhitenedSums, factor: Floats, reml: bool) -> Evaluation:
    """Evaluate the deviance and its derivatives at L (q, q), given whitened sums instead of rho; sigma^2 is profiled.

    ``products`` give the names and numbers of rows; their own sums are not used.
    """

    def chunk(start: int, stop: int) -> Floats:
        return whitened.sums[:, start:stop]

    sums, Q = _summed_chunks(products, factor, len(products.participants), whitened.parameters, chunk)
    sums = replace(sums, log_determinant=sums.log_determinant + whitened.log_determinant)
    return _evaluation(products, factor, sums, Q, reml, None)


def _evaluation(
    products: CrossProducts, factor: Floats, sums: _Sums, Q: tuple[Floats, ...], reml: bool, variance: float | None
) -> Evaluation:
    degrees, information = residual_degrees(products, reml), sums.marginal[0, :-1, :-1]
    covariance = np.asarray(np.linalg.inv(information))
    direction = np.append(-covariance @ sums.marginal[0, :-1, -1], 1.0)
    square = sums.marginal[0, -1] @ direction
    precision, explained = (degrees / square, degrees) if variance is None else (1 / variance, square / variance)
    weight = precision * np.outer(direction, direction)
    deviance = explained + degrees * np.log(2 * np.pi / precision) + sums.log_determinant[0]
    if reml:
        deviance += np.linalg.slogdet(information)[1]
        weight[:-1, :-1] += covariance
    in_residuals = np.einsum("dij,ij->d", sums.marginal, weight) + sums.log_determinant
    r = len(sums.N) - 1
    gradient = sums.N[0] - np.einsum("aibj,ij->ab", sums.squares[0], weight)
    return Evaluation(
        factor=factor,
        deviance=float(deviance),
        residual_square=float(square),
        factor_gradient=(gradient + gradient.T) / 2,
        residual_gradient=in_residuals[1 : 1 + r],
        residual_curvature=_unpacked_pairs(in_residuals[1 + r :], r),
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
    """Return (d, d): second derivatives in the elements (row, column) of L and, last, the free residual parameters."""
    at_sigma = hessian_at_sigma(evaluation, row, column)
    square = evaluation.precision * at_sigma.residual_square
    return at_sigma.hessian - np.outer(square, square) / evaluation.degrees


def hessian_at_sigma(evaluation: Evaluation, row: Integers, column: Integers) -> HessianAtSigma:
    """Return the second derivatives in the same d parameters at a fixed sigma^2."""
    r = len(evaluation.residual_gradient)
    if not row.size:
        return _at_sigma(evaluation, evaluation.residual_curvature.copy(), evaluation.sums.marginal[1 : 1 + r])
    directions = np.zeros((row.size, *evaluation.factor.shape))
    directions[np.arange(row.size), row] = evaluation.factor.T[column]
    directions += np.swapaxes(directions, 1, 2)  # the derivatives of L L'
    hessian = _twice(directions, _curvature_products(evaluation))
    hessian += 2 * (column[:, None] == column) * evaluation.factor_gradient[row[:, None], row]
    changes = -np.einsum("tab,aibj->tij", directions, evaluation.sums.squares[0])
    moved = np.einsum("raibj,ij->rab", evaluation.sums.squares[1:], evaluation.weight)
    hessian = _bordered(hessian, directions, evaluation.sums.N[1:] - 2 * moved, evaluation.residual_curvature)
    return _at_sigma(evaluation, hessian, np.concatenate([changes, evaluation.sums.marginal[1 : 1 + r]]))


def _at_sigma(evaluation: Evaluation, hessian: Floats, changes: Floats) -> HessianAtSigma:
    """Profile the coefficients, given the second derivatives (d, d) at fixed ones and those (d, k, k) of C."""
    residual, covariance = changes @ evaluation.direction, evaluation.covariance
    spread = covariance @ changes[:, :-1, :-1]
    hessian -= 2 * evaluation.precision * residual[:, :-1] @ covariance @ residual[:, :-1].T
    if evaluation.reml:
        hessian -= np.einsum("tij,sji->ts", spread, spread)
    return HessianAtSigma(hessian, residual @ evaluation.direction, -spread @ covariance)


def scoring_terms(evaluation: Evaluation, directions: Floats) -> tuple[Floats, Floats]:
    """Return the gradient (d,) and the approximate expected Hessian (d, d) for Fisher scoring.

    The parameters are directions (q, q) of L L' and, last, the free residual parameters. The expectation of Q W Q' is
    taken to be N; for the residual parameters alone the second derivatives are the observed ones.
    """
    z = evaluation.positions
    gradient = np.einsum("tab,ab->t", directions, evaluation.factor_gradient)
    information = _twice(directions, evaluation.sums.squares[0][:, z][..., z])
    square = np.einsum("tab,ab->t", directions, evaluation.sums.N[0])
    r = len(evaluation.residual_gradient)
    gradient = np.append(gradient, evaluation.residual_gradient)
    information = _bordered(information, directions, -evaluation.sums.N[1:], evaluation.residual_curvature)
    changes = evaluation.sums.marginal[1 : 1 + r] @ evaluation.direction @ evaluation.direction
    square = np.append(square, -evaluation.precision * changes)
    return gradient, information - np.outer(square, square) / evaluation.degrees


def _unpacked_pairs(values: Floats, r: int) -> Floats:
    """Return (r, r): the symmetric matrix of values, if any, for the pairs (1, 1), (1, 2), ..., (2, 2), ..."""
    matrix = np.full((r, r), np.nan)
    row, column = np.triu_indices(r)
    if len(values):
        matrix[row, column] = matrix[column, row] = values
    return matrix


def _bordered(hessian: Floats, directions: Floats, mixed: Floats, corner: Floats) -> Floats:
    """Return (d + r, d + r): second derivatives with a border for those in the residual parameters.

    ``mixed`` (r, q, q) are the derivatives of the gradient in L L', ``corner`` (r, r) those in the parameters alone.
    """
    border = np.einsum("tab,rab->tr", directions, mixed)
    return np.block([[hessian, border], [border.T, corner]])


def _twice(directions: Floats, curvatures: Floats) -> Floats:
    """Return (d, d): the sum over a, b, c, e of D_ab curvatures_bcea E_ce for all pairs D, E of directions."""
    d, q = directions.shape[:2]
    flat = directions.reshape(d, q * q)
    return np.asarray(flat @ curvatures.transpose(3, 0, 1, 2).reshape(q * q, q * q) @ flat.T)


def _curvature_products(evaluation: Evaluation) -> Floats:
    """Return (q, q, q, q): the sum over participants of products of the elements of N with those of 2 Q W Q' - N."""
    q = len(evaluation.factor)
    total = np.zeros((q * q, q * q))
    for Q in evaluation.Q:
        N = Q[:, evaluation.positions]
        weighted = 2 * np.einsum("akn,bkn->abn", evaluation.weight @ Q, Q) - N
        total += N.reshape(q * q, N.shape[-1]) @ weighted.reshape(q * q, N.shape[-1]).T
    return total.reshape(q, q, q, q)


def _sums(products: CrossProducts, factor: Floats, rho: float, with_rho: bool) -> tuple[_Sums, tuple[Floats, ...]]:
    """Return sums over all participants, with the log-determinant of V, and Q (q, k, n) by chunk of participants."""
    wanted = (decay_weights, decay_weight_derivatives, decay_weight_curvatures)[: 3 if with_rho else 1]
    weights, log_residual = zip(*(one(products, np.asarray(rho)) for one in wanted), strict=True)
    stacked = np.stack(weights)

    def chunk(start: int, stop: int) -> Floats:
        return weighted_sums(products, stacked, start, stop)

    total, Q = _summed_chunks(products, factor, len(products.participants), int(with_rho), chunk)
    return replace(total, log_determinant=total.log_determinant + np.array(log_residual)), Q


def _summed_chunks(
    products: CrossProducts, factor: Floats, n: int, r: int, chunk: Callable[[int, int], Floats]
) -> tuple[_Sums, tuple[Floats, ...]]:
    """Return sums over n participants with their derivatives in r parameters, and Q (q, k, n) by chunk.

    ``chunk`` returns the whitened sums of products (m, n, K) of the participants from one position to another.
    """
    size = max(1, MULTIPLICATIONS_CHUNK // max(1, len(products.positions) * (len(products.names) + 1)) ** 2)
    parts, Q = [], []
    for start in range(0, n, size):
        whitened = chunk(start, min(start + size, n))
        part, chunk_Q = _chunk(products.positions, factor, np.ascontiguousarray(np.swapaxes(whitened, 1, 2)), r)
        parts.append(part)
        Q.append(chunk_Q)
    total = parts[0] if len(parts) == 1 else _Sums(*(sum(column) for column in zip(*map(_parts, parts), strict=True)))
    return total, tuple(Q)


def _parts(sums: _Sums) -> tuple[Floats, ...]:
    return sums.marginal, sums.log_determinant, sums.N, sums.squares


def _chunk(z: Integers, factor: Floats, sums: Floats, r: int) -> tuple[_Sums, Floats]:
    """Return sums over n participants with whitened sums of products (m, K, n), and Q (q, k, n)."""
    if not z.size:
        return _without_random_effects(sums if r else sums[:1], r)
    block = _random_rows(z, sums[0])
    K, log_determinant = _shrinkage(block[:, z], factor)
    Y = _times(K, block)
    Q = block - _times(block[:, z], Y)
    marginal = unpacked(sums[0].sum(axis=-1)) - _summed(block, Y)
    here = _Sums(marginal[None], np.array([log_determinant]), Q[:, z].sum(axis=-1)[None], _squares(Q, Q)[None])
    return (_with_residual_derivatives(z, sums, r, here, K, Y, Q) if r else here), Q


def _without_random_effects(sums: Floats, r: int) -> tuple[_Sums, Floats]:
    """Return the same without random columns: C and its derivatives are the sums themselves, and log|M| is zero."""
    marginal = unpacked(sums.sum(axis=-1))
    k = marginal.shape[-1]
    nothing = np.zeros((1 + r, 0, 0)), np.zeros((1 + r, 0, k, 0, k))
    return _Sums(marginal, np.zeros(len(marginal)), *nothing), np.zeros((0, k, sums.shape[-1]))


def _with_residual_derivatives(
    z: Integers, sums: Floats, r: int, here: _Sums, K: Floats, Y: Floats, Q: Floats
) -> _Sums:
    """Return the sums with their derivatives in the r residual parameters, second ones too if ``sums`` has them."""
    first = [_random_rows(z, sums[1 + a]) for a in range(r)]
    J = [changed - _times(changed[:, z], Y) for changed in first]
    KJ, KA = [_times(K, block) for block in J], [_times(K, changed[:, z]) for changed in first]
    zz = _random_rows(z, sums[0])[:, z]
    Q_changes = [block - _times(zz, shrunken) for block, shrunken in zip(J, KJ, strict=True)]
    marginal = unpacked(sums[1:].sum(axis=-1))
    traces = []
    for a in range(r):
        marginal[a] -= _summed(Y, first[a]) + _summed(J[a], Y)
        traces.append(np.einsum("abn,abn->", K, first[a][:, z]))
    pairs = zip(*np.triu_indices(r), strict=True) if len(sums) > 1 + r else ()
    for place, (one, other) in enumerate(pairs, start=r):
        second, crossed = _random_rows(z, sums[1 + place]), _summed(J[one], KJ[other])
        both = 2 * crossed if one == other else crossed + crossed.T
        marginal[place] -= _summed(Y, second) + _summed(second - _times(second[:, z], Y), Y) + both
        traces.append(np.einsum("abn,abn->", K, second[:, z]) - np.einsum("abn,ban->", KA[one], KA[other]))
    return _Sums(
        np.concatenate([here.marginal, marginal]),
        np.append(here.log_determinant, traces),
        np.stack([here.N[0], *(change[:, z].sum(axis=-1) for change in Q_changes)]),
        np.stack([here.squares[0], *(_squares(change, Q) for change in Q_changes)]),
    )


def _random_rows(z: Integers, packed: Floats) -> Floats:
    """Return (q, k, n): the rows of the random columns of symmetric matrices (K, n)."""
    return np.asarray(packed[triangle_index(len(packed))[z]])


def _times(matrices: Floats, blocks: Floats) -> Floats:
    """Return (q, k, n): the product of matrices (q, q, n) and blocks (q, k, n) of each participant."""
    return np.asarray(np.einsum("abn,bkn->akn", matrices, blocks))


def _summed(left: Floats, right: Floats) -> Floats:
    """Return (k, k): the sum over participants of left' right, both (q, k, n)."""
    return np.asarray((left @ np.swapaxes(right, 1, 2)).sum(axis=0))


def _squares(left: Floats, right: Floats) -> Floats:
    """Return (q, k, q, k): the sum over participants of all products of an element of one and one of the other."""
    q, k, n = left.shape
    return (left.reshape(q * k, n) @ right.reshape(q * k, n).T).reshape(q, k, q, k)


def _shrinkage(zz: Floats, factor: Floats) -> tuple[Floats, float]:
    """Return K = L M^-1 L' (q, q, n) with M = I + L' A_zz L, and the log-determinant of M summed over participants."""
    M = _between(factor.T, zz)
    M[np.diag_indices(len(M))] += 1.0
    log_determinant = 0.0
    for j in range(len(M)):  # Gauss-Jordan inversion in place; no pivoting, since M - I is semi-definite
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
    """Return (q, q, n): B S B' of each participant, for B (q, q) and S (q, q, n)."""
    q, _, n = symmetric.shape
    return np.asarray(matrix @ (matrix @ symmetric.reshape(q, q * n)).reshape(q, q, n))
