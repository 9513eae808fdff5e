"""A level change in one series, with the shape of its residuals integrated out.

The residuals are a slow part with correlation rho^(days apart), white noise, and the series' own trend with a prior. A
series of some weeks cannot say which shape it has, so every answer is averaged over a grid of shapes, weighted by how
likely each makes the scores. It is a finite mixture of t distributions.

Source: docs/method/treatments.md, "The model of one change"; Pinheiro & Bates 2000, Mixed-Effects Models in S and
S-PLUS, for the restricted likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special

Floats: TypeAlias = npt.NDArray[np.float64]

TREND_SD = 1 / 6
"""Prior SD of a series' own trend, in residual SDs per 30 days."""

CORRELATIONS = (0.0, 0.2, 0.35, 0.5, 0.6, 0.7, 0.78, 0.84, 0.89, 0.93, 0.96, 0.98)
"""Correlations of the slow part from one day to the next."""

WHITE_SHARES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
"""Shares of the white noise in the residual variance."""

SHAPES = tuple((rho, white) for rho in CORRELATIONS for white in WHITE_SHARES if rho or not white)
"""The grid: 78 pairs of correlation and white share; without correlation there is only white noise."""

BISECTIONS = 60


def correlation_matrix(day: Floats, rho: float, white: float, trend_sd: float = 0.0) -> Floats:
    """Return the correlation matrix of residuals, (n, n), with the variance that the trend adds.

    Parameters
    ----------
    day
        (n,) days, in any origin.
    rho, white
        Correlation of the slow part from one day to the next, and share of the white noise.
    trend_sd
        Prior SD of the trend in residual SDs per 30 days; 0 for none.
    """
    apart = np.abs(day[:, None] - day[None, :])
    correlation = (1 - white) * rho**apart
    np.fill_diagonal(correlation, 1.0)
    months = months_of(day)
    return correlation + trend_sd**2 * np.outer(months, months)


def months_of(day: Floats) -> Floats:
    """Return days as months of 30 days from their mean, (n,)."""
    return np.asarray((day - day.mean()) / 30)


@dataclass(frozen=True)
class Mixture:
    """Distribution of a contrast for each of N series: a mixture of K t distributions with the same df.

    Parameters
    ----------
    weight, centre, scale
        (K, N) each.
    df
        Degrees of freedom, above 2; infinite for normal distributions.
    """

    weight: Floats
    centre: Floats
    scale: Floats
    df: float

    def below(self, value: float | Floats) -> Floats:
        """Return the probability that the contrast is less than a value, (N,)."""
        return np.asarray((self.weight * special.stdtr(self.df, (value - self.centre) / self.scale)).sum(axis=0))

    @cached_property
    def mean(self) -> Floats:
        """The mean, (N,)."""
        return np.asarray((self.weight * self.centre).sum(axis=0))

    @cached_property
    def sd(self) -> Floats:
        """The standard deviation, (N,)."""
        second_moment = self.scale**2 / (1 - 2 / self.df) + self.centre**2
        return np.asarray(np.sqrt((self.weight * second_moment).sum(axis=0) - self.mean**2))

    def quantile(self, share: float) -> Floats:
        """Return a quantile by bisection, (N,)."""
        low, high = self.mean - 12 * self.sd, self.mean + 12 * self.sd
        for _ in range(BISECTIONS):
            middle = (low + high) / 2
            is_low = self.below(middle) < share
            low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        return np.asarray((low + high) / 2)


@dataclass(frozen=True)
class IntegratedFit:
    """Generalised least squares at every shape of the grid, for N series with the same days and columns.

    Parameters
    ----------
    weight
        (K, N) posterior weight of each shape.
    estimates
        (K, p, N) coefficients at each shape.
    unscaled
        (K, p, p) their covariance matrices in residual variances.
    residual_squares
        (K, N) whitened sums of squares.
    df
        Rows less columns.
    """

    weight: Floats
    estimates: Floats
    unscaled: Floats
    residual_squares: Floats
    df: int

    def contrast(self, weights: Floats) -> Mixture:
        """Return the distribution of a weighted sum of coefficients; ``weights`` is (p,)."""
        centre = np.einsum("p,kpn->kn", weights, self.estimates)
        variance = np.einsum("p,kpq,q->k", weights, self.unscaled, weights)[:, None] * self.residual_squares / self.df
        return Mixture(self.weight, centre, np.sqrt(variance), self.df)


def fit_integrated(columns: Floats, scores: Floats, day: Floats, trend_sd: float = TREND_SD) -> IntegratedFit:
    """Fit series of scores at every shape of the residuals.

    Parameters
    ----------
    columns
        (n, p) of full rank; the first is usually the intercept.
    scores
        (n,) or (n, N): one series, or several with the same days.
    day
        (n,) days.
    trend_sd
        Prior SD of the trend; 0 where a column has the trend.

    Raises
    ------
    ValueError
        There are no more rows than columns and two.
    """
    series = scores[:, None] if scores.ndim == 1 else scores
    df = len(columns) - columns.shape[1]
    if df <= 2:
        raise ValueError(f"{len(columns)} rows are too few for {columns.shape[1]} columns")
    whitened, log_determinant = whitened_at_shapes(np.column_stack([columns, months_of(day), series]), day)
    products = _products(whitened, columns.shape[1], trend_sd)
    unscaled = np.asarray(np.linalg.inv(products.columns), dtype=np.float64)
    estimates = unscaled @ products.columns_scores
    squares = products.scores - (products.columns_scores * estimates).sum(axis=1)
    log_determinant = log_determinant + products.log_determinant - np.linalg.slogdet(unscaled)[1]
    return IntegratedFit(_weights(log_determinant, squares, df), estimates, unscaled, squares, df)


def whitened_at_shapes(values: Floats, day: Floats) -> tuple[Floats, Floats]:
    """Whiten columns at every shape without a trend; return them, (K, n, c), and log|R|, (K,).

    Each row minus its prediction from the earlier rows, over the SD of that error: the Kalman filter of a slow part
    that decays by rho a day plus white noise (Jones 1993, Longitudinal Data with Serial Correlation, ch. 4).

    Parameters
    ----------
    values
        (n, c) columns.
    day
        (n,) days, in any order.
    """
    order = np.argsort(day, kind="stable")
    decay, variance, gain = _filter(np.diff(day[order]))
    errors, state = np.empty((len(day), len(SHAPES), values.shape[1])), np.zeros((len(SHAPES), values.shape[1]))
    for place, row in enumerate(values[order]):
        state *= decay[place, :, None]
        np.subtract(row, state, out=errors[place])
        state += gain[place, :, None] * errors[place]
    errors /= np.sqrt(variance)[:, :, None]
    return errors.transpose(1, 0, 2), np.log(variance).sum(axis=0)


def _filter(apart: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the decay since the row before, the variance of the error and the gain of the state, (n, K) each."""
    rho, white = np.array(SHAPES).T
    decay = np.vstack([np.zeros(len(SHAPES)), rho ** apart[:, None]])  # a first row has no state
    variance, gain, spread = np.empty_like(decay), np.empty_like(decay), 1 - white
    for place, carried in enumerate(decay):
        spread = carried**2 * spread + (1 - white) * (1 - carried**2)
        variance[place] = spread + white
        gain[place] = spread / variance[place]
        spread = spread * white / variance[place]
    return decay, variance, gain


@dataclass(frozen=True)
class _Products:
    """At each shape X'R⁻¹X (K, p, p), X'R⁻¹y (K, p, N), y'R⁻¹y (K, N), and what the trend adds to log|R| (K,)."""

    columns: Floats
    columns_scores: Floats
    scores: Floats
    log_determinant: Floats


def _products(whitened: Floats, p: int, trend_sd: float) -> _Products:
    """Sum products of whitened columns, trend and scores, with the variance that the trend adds (Sherman-Morrison)."""
    x, trend, y = whitened[:, :, :p], whitened[:, :, p : p + 1], whitened[:, :, p + 1 :]
    across, trend_y = x.transpose(0, 2, 1) @ trend, trend.transpose(0, 2, 1) @ y
    added = 1 + trend_sd**2 * (trend**2).sum(axis=(1, 2))
    share = (trend_sd**2 / added)[:, None, None]
    return _Products(
        x.transpose(0, 2, 1) @ x - share * across @ across.transpose(0, 2, 1),
        x.transpose(0, 2, 1) @ y - share * across @ trend_y,
        (y**2).sum(axis=1) - (share * trend_y**2)[:, 0],
        np.log(added),
    )


def _weights(log_determinants: Floats, squares: Floats, df: int) -> Floats:
    """Weigh shapes by |R|^(-1/2) |X'R⁻¹X|^(-1/2) S^(-df/2): the prior is flat but for 1/σ² on the variance."""
    log_likelihood = -(log_determinants[:, None] + df * np.log(squares)) / 2
    relative = np.exp(log_likelihood - log_likelihood.max(axis=0))
    return np.asarray(relative / relative.sum(axis=0))
