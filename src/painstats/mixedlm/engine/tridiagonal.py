"""Symmetric tridiagonal matrices, one for each participant: factors, solutions, and traces of products of inverses.

The matrices of all participants are stored as one, of size m = N T for N participants with T rows each: its diagonal,
and at each row the element that couples it to the previous row, zero at a participant's first row. The factors are
those of LAPACK (``dpttrf``): A = L D L', with pivots D and L unit lower bidiagonal.

With H = A^-1, elements above the diagonal follow from those below: H_ij = -L_(i+1,i) H_(i+1,j) for i < j. So every
element between two rows is a product of steps and a diagonal element, and traces of products of inverses need one pass
over the rows (Vandebril, Van Barel & Mastronardi 2008, Matrix Computations and Semiseparable Matrices, vol. 1, ch. 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from painstats.mixedlm.engine.rows import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tridiagonal:
    """A symmetric matrix: its diagonal (m,), and the elements (m,) that couple each row to the previous one."""

    diagonal: Floats
    beside: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """The inverse H of a positive definite tridiagonal matrix, in O(m) numbers.

    Parameters
    ----------
    pivots, multipliers : (m,), (m - 1,)
        D and the elements of L, from LAPACK.
    diagonal : (m,)
        H_ii.
    step : (m,)
        H_ij = step_i H_(i+1,j) for every i < j; zero at a participant's last row.
    """

    pivots: Floats
    multipliers: Floats
    diagonal: Floats
    step: Floats


def combined(a: float, one: Tridiagonal, b: float, other: Tridiagonal) -> Tridiagonal:
    """Return a times one matrix plus b times another."""
    return Tridiagonal(a * one.diagonal + b * other.diagonal, a * one.beside + b * other.beside)


def identity(m: int) -> Tridiagonal:
    """Return the identity matrix of size m."""
    return Tridiagonal(np.ones(m), np.zeros(m))


def factored(matrix: Tridiagonal) -> tuple[Floats, Floats]:
    """Return the pivots (m,) and multipliers (m - 1,) of a positive definite matrix.

    Raises
    ------
    numpy.linalg.LinAlgError
        If it is not positive definite.
    """
    pivots, multipliers, failed = lapack.dpttrf(matrix.diagonal, matrix.beside[1:])
    if failed:
        raise np.linalg.LinAlgError("a tridiagonal matrix is not positive definite")
    return pivots, multipliers


def inverse_of(matrix: Tridiagonal) -> Inverse:
    """Return the inverse, with its diagonal from forward and backward pivots (Meurant 1992, SIAM J Matrix Anal 13:707).

    Raises
    ------
    numpy.linalg.LinAlgError
        If the matrix is not positive definite.
    """
    pivots, multipliers = factored(matrix)
    backward, _ = factored(Tridiagonal(matrix.diagonal[::-1], np.append(0.0, matrix.beside[:0:-1])))
    diagonal = 1 / (pivots + backward[::-1] - matrix.diagonal)
    return Inverse(pivots, multipliers, diagonal, np.append(-multipliers, 0.0))


def solved(H: Inverse, columns: Floats) -> Floats:
    """Return H times columns (k, m)."""
    return np.asarray(lapack.dpttrs(H.pivots, H.multipliers, columns.T)[0].T)


def times(matrix: Tridiagonal, columns: Floats) -> Floats:
    """Return the matrix times columns (k, m)."""
    product = matrix.diagonal * columns
    coupled = matrix.beside[1:] * columns[:, :-1]
    product[:, 1:] += coupled
    product[:, :-1] += np.multiply(matrix.beside[1:], columns[:, 1:], out=coupled)
    return np.asarray(product)


def trace_of_product(H: Inverse, B: Tridiagonal) -> Floats:
    """Return (m,): the contribution of each row to the trace of H B, which needs H on and beside the diagonal only."""
    beside = _next(B.beside) * H.step * _next(H.diagonal)
    return np.asarray(H.diagonal * B.diagonal + 2 * beside)


def trace_of_products(H: Inverse, B: Tridiagonal, G: Inverse, D: Tridiagonal) -> Floats:
    """Return (m,): contributions of rows to the trace of H B G D, which a participant's rows add up to.

    With Y = B G D, pairs of rows that are not neighbours contribute sum_(i < j - 1) H_ij (Y_ij + Y_ji), in which H_ij
    and Y_ij are products of steps from i to j: the sum over i is a recurrence along the rows.
    """
    near, above = _near_products(B, G, D)
    distant = _distant_pairs(H, B, G, D)
    if B is D:  # Y is symmetric
        return np.asarray(H.diagonal * near + 2 * (H.step * _next(H.diagonal) * above + distant))
    below = _near_products(D, G, B)[1]
    neighbours = H.step * _next(H.diagonal) * (above + below)
    return np.asarray(H.diagonal * near + neighbours + distant + _distant_pairs(H, D, G, B))


def _near_products(B: Tridiagonal, G: Inverse, D: Tridiagonal) -> tuple[Floats, Floats]:
    """Return (m,) each: the elements (i, i) and (i, i + 1) of B G D."""
    on, above = G.diagonal, G.step * _next(G.diagonal)
    above_two, ahead = G.step * _next(above), _steps_of_product(B, G)
    before = B.beside * _previous(on) + B.diagonal * _previous(above) + _next(B.beside) * _previous(above_two)
    here = B.beside * _previous(above) + B.diagonal * on + _next(B.beside) * above
    after, after_two = ahead * _next(on), ahead * _next(above)  # B G two places before to two after the diagonal
    near = before * D.beside + here * D.diagonal + after * _next(D.beside)
    return near, here * _next(D.beside) + after * _next(D.diagonal) + after_two * _next(_next(D.beside))


def _steps_of_product(B: Tridiagonal, G: Inverse) -> Floats:
    """Return (m,): the factors beta with (B G)_il = beta_i G_(i+1,l) for every i < l."""
    return np.asarray(B.beside * _previous(G.step) * G.step + B.diagonal * G.step + _next(B.beside))


def _distant_pairs(H: Inverse, B: Tridiagonal, G: Inverse, D: Tridiagonal) -> Floats:
    """Return (m,): for each row j, the sum over i < j - 1 of H_ij (B G D)_ij."""
    H_above, G_above = H.step * _next(H.diagonal), G.step * _next(G.diagonal)
    GD = G.diagonal * _next(D.beside) + G_above * _next(D.diagonal) + G.step * _next(G_above) * _next(_next(D.beside))
    new, kept = _steps_of_product(B, G) * H.step, H.step * G.step
    return np.asarray(_previous(H_above * GD) * _recurrence(_previous(_previous(new)), _previous(_previous(kept))))


def _recurrence(new: Floats, kept: Floats) -> Floats:
    """Return (m,): u_j = kept_j u_(j-1) + new_j, the solution of a bidiagonal system."""
    band = np.stack([np.ones_like(kept), -_next(kept)])
    return np.asarray(lapack.dtbtrs(band, new[:, None], uplo="L", diag="U")[0][:, 0])


def _next(values: Floats) -> Floats:
    """Return (m,): each row's value at the next row, zero at the end."""
    moved = np.empty_like(values)
    moved[:-1], moved[-1] = values[1:], 0.0
    return moved


def _previous(values: Floats) -> Floats:
    """Return (m,): each row's value at the previous row, zero at the beginning."""
    moved = np.empty_like(values)
    moved[1:], moved[0] = values[:-1], 0.0
    return moved
