"""The covariance of residuals that are CAR(1) plus white noise, as tridiagonal matrices.

    V = (1 - w) R + w I,    R_ts = rho^|t - s|

The inverse Q of R is tridiagonal whatever days are missing, because a row depends on earlier rows only through the
previous one. Therefore so is T = (1 - w) I + w Q, and V = R T. With a_j the correlation with the previous row, zero for
a first row, and b_j = 1 - a_j^2,

    Q_jj = 1 / b_j + a_(j+1)^2 / b_(j+1),    Q_(j-1,j) = -a_j / b_j,    log|V| = sum log b_j + log|T|

(docs/mixed_models.md, "White noise"; Jones 1993, Longitudinal Data with Serial Correlation, ch. 3, for CAR(1) observed
with error; Rue & Held 2005, Gaussian Markov Random Fields, ch. 2, for the tridiagonal inverse.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.padded_rows import PaddedRows
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.tridiagonal import (
    Inverse,
    Tridiagonal,
    combined,
    identity,
    inverse_of,
    trace_of_product,
    trace_of_products,
)


@dataclass(frozen=True, slots=True, eq=False)
class Decay:
    """Correlation with the previous row (N, T), its first and second derivative in rho; zero where no row precedes."""

    a: Floats
    first: Floats
    second: Floats


@dataclass(frozen=True, slots=True, eq=False)
class WhiteCovariance:
    """V at one point: the correlations, w, Q and its derivatives in rho, and H, the inverse of T."""

    decay: Decay
    w: float
    Q: Tridiagonal
    Q_rho: Tridiagonal
    Q_rhorho: Tridiagonal
    H: Inverse


def decay_of(padded: PaddedRows, rho: float) -> Decay:
    """Return the correlations rho^gap with previous rows and their derivatives."""
    power = rho ** np.arange(int(padded.gap.max()) + 1.0)  # by gap
    gap, follows = padded.gap, padded.gap > 0
    a = np.where(follows, power[gap], 0.0)
    first = np.where(follows, gap * power[np.maximum(gap - 1, 0)], 0.0)
    second = np.where(gap > 1, gap * (gap - 1.0) * power[np.maximum(gap - 2, 0)], 0.0)
    return Decay(a, first, second)


def inverse_correlation(decay: Decay) -> Tridiagonal:
    """Return Q, the inverse of R."""
    a, b = decay.a, 1 - decay.a**2
    return _from_steps(1 / b, a * a / b, a / b)


def inverse_correlation_derivative(decay: Decay) -> Tridiagonal:
    """Return the derivative of Q in rho."""
    a, b, first = decay.a, 1 - decay.a**2, decay.first
    on = 2 * a * first / b**2  # of 1 / b, and of a^2 / b
    return _from_steps(on, on, (1 + a * a) / b**2 * first)


def inverse_correlation_curvature(decay: Decay) -> Tridiagonal:
    """Return the second derivative of Q in rho."""
    a, b, first, second = decay.a, 1 - decay.a**2, decay.first, decay.second
    on = (2 * first**2 + 2 * a * second) / b**2 + 8 * (a * first) ** 2 / b**3
    off = (1 + a * a) / b**2 * second + (2 * a / b**2 + 4 * a * (1 + a * a) / b**3) * first**2
    return _from_steps(on, on, off)


def white_mixture(Q: Tridiagonal, w: float) -> Tridiagonal:
    """Return T = (1 - w) I + w Q."""
    return combined(1 - w, identity(len(Q.diagonal)), w, Q)


def white_covariance(padded: PaddedRows, rho: float, w: float) -> WhiteCovariance:
    """Return the tridiagonal matrices of V at rho and w, both from 0 to below 1."""
    decay = decay_of(padded, rho)
    Q = inverse_correlation(decay)
    H = inverse_of(white_mixture(Q, w))
    return WhiteCovariance(decay, w, Q, inverse_correlation_derivative(decay), inverse_correlation_curvature(decay), H)


def log_determinant(V: WhiteCovariance) -> Floats:
    """Return log|V| of each participant (N,)."""
    a = V.decay.a
    return np.asarray((np.log1p(-(a**2)) + np.log(V.H.pivots).reshape(a.shape)).sum(axis=1))


def log_determinant_gradient(V: WhiteCovariance) -> Floats:
    """Return (2,): the derivatives of log|V| in rho and w.

    d / drho = -2 sum a a' / b + w tr H Q_rho,    d / dw = tr H (Q - I)
    """
    a, first = V.decay.a, V.decay.first
    in_rho = -2 * (a * first / (1 - a**2)).sum() + V.w * trace_of_product(V.H, V.Q_rho).sum()
    return np.array([in_rho, trace_of_product(V.H, less_identity(V.Q)).sum()])


def log_determinant_curvature(V: WhiteCovariance) -> Floats:
    """Return (3,): the second derivatives of log|V| in (rho, rho), (rho, w) and (w, w).

    With D = Q - I, from dH = -H (dT) H and w H D = I - H:

        (rho, rho): d2 sum log b + w tr H Q_rhorho - w^2 tr H Q_rho H Q_rho
        (rho, w):   tr H Q_rho - w tr H Q_rho H D = tr H Q_rho H
        (w, w):     -tr H D H D
    """
    a, first, H, D = V.decay.a, V.decay.first, V.H, less_identity(V.Q)
    b = 1 - a**2
    of_correlation = -2 * (first**2 + a * V.decay.second) / b - (2 * a * first / b) ** 2
    of_mixture = V.w * trace_of_product(H, V.Q_rhorho) - V.w**2 * trace_of_products(H, V.Q_rho, H, V.Q_rho)
    in_both = trace_of_products(H, V.Q_rho, H, identity(len(V.Q.diagonal)))
    return np.array([of_correlation.sum() + of_mixture.sum(), in_both.sum(), -trace_of_products(H, D, H, D).sum()])


def less_identity(Q: Tridiagonal) -> Tridiagonal:
    """Return Q - I."""
    return Tridiagonal(Q.diagonal - 1.0, Q.beside)


def _from_steps(own: Floats, following: Floats, off: Floats) -> Tridiagonal:
    """Return the matrix whose diagonal adds a value of each row (N, T) to one of the next row, with -off beside it."""
    diagonal = own.copy()
    diagonal[:, :-1] += following[:, 1:]
    return Tridiagonal(diagonal.ravel(), -off.ravel())
