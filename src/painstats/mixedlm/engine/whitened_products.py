"""CAR(1)-whitened sums of products at any residual correlation, and their derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from painstats.mixedlm.engine.cross_products import FIRST_ROW_GAP, CrossProducts, unpacked
from painstats.mixedlm.engine.rows import Floats

POINTS_CHUNK = 1_000_000
"""Numbers in memory at once when many points are evaluated; more would not fit into the CPU cache."""


MAX_GAP = 10_000
"""Longer gaps, in days, are treated alike: rho**gap is then below rounding for any allowed rho."""


@dataclass(frozen=True, slots=True, eq=False)
class WhitenedSums:
    """Whitened sums of products, followed by their derivatives in r residual parameters.

    Of m = 1 + r + r (r + 1) / 2 entries the first is the sums themselves, followed by their first derivatives and by
    their second derivatives in the pairs of parameters (1, 1), (1, 2), ..., (2, 2), ... Without second derivatives
    m = 1 + r, and without any m = 1 and r = 0.

    Parameters
    ----------
    sums : (m, N, K)
        A of each participant.
    log_determinant : (m,)
        Of the residual correlation of all rows.
    parameters
        r.
    """

    sums: Floats
    log_determinant: Floats
    parameters: int


def whitened(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the whitened sums of products of each participant, and the log-determinant of the residual correlation.

    Parameters
    ----------
    rho : (...)
        Residual correlation one day apart; any number of values at once.

    Returns
    -------
    sums : (..., N, k, k)
    log_determinant : (...)
    """
    weights, log_determinant = decay_weights(products, np.asarray(rho))
    return unpacked(_summed(products, weights)), log_determinant


def decay_weights(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the weights (..., 2, J) of ``sums``, and the log-determinant (...) of the residual correlation."""
    a, _ = _decay(products, rho)
    weights, log_determinant = _for_each_pair(products, [1 / (1 - a), 1 / (1 + a)], np.log1p(-a * a))
    return weights, np.asarray(log_determinant + products.log_determinant.sum())


def decay_weight_derivatives(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives with respect to ``rho`` of the results of ``decay_weights``, in the same shapes."""
    a, da = _decay(products, rho)
    return _for_each_pair(products, [da / (1 - a) ** 2, -da / (1 + a) ** 2], -2 * a * da / (1 - a * a))


def decay_weight_curvatures(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return the second derivatives with respect to ``rho`` of the results of ``decay_weights``, in the same shapes."""
    a, da = _decay(products, rho)
    days = np.arange(a.shape[-1])
    dda = np.where(days > 1, days * (days - 1.0) * rho[..., None] ** np.maximum(days - 2, 0), 0.0)
    less, more, both = 1 - a, 1 + a, 1 - a * a
    weights = [dda / less**2 + 2 * da**2 / less**3, 2 * da**2 / more**3 - dda / more**2]
    return _for_each_pair(products, weights, -2 * (da**2 + a * dda) / both - (2 * a * da / both) ** 2)


def in_chunks(points: Floats, products: CrossProducts) -> list[Floats]:
    """Split points (D, ...) into chunks whose sums of products fit into the cache together."""
    n, k = len(products.participants), len(products.names) + 1
    chunks = 1 + len(points) * (n * k * k + 2 * len(products.gap)) // POINTS_CHUNK
    return np.array_split(points, max(1, min(len(points), chunks)))


def _decay(products: CrossProducts, rho: Floats) -> tuple[Floats, Floats]:
    """Return (..., G): the correlation across gaps of 0, 1, 2, … days and its derivative; zero before a first row."""
    gap = np.arange(min(int(products.gap.max()), MAX_GAP) + 1)
    rho, follows, days = rho[..., None], gap != FIRST_ROW_GAP, np.maximum(gap, 1)
    return np.where(follows, rho**days, 0.0), np.where(follows, days * rho ** (days - 1), 0.0)


def _for_each_pair(products: CrossProducts, weights: list[Floats], log_factor: Floats) -> tuple[Floats, Floats]:
    """Look up (..., 2, J) weights of pairs and sum their logarithms (...), from values (..., G) for lengths of gap."""
    gap = np.minimum(products.gap, MAX_GAP)
    rows = np.bincount(gap, products.rows_per_gap, minlength=log_factor.shape[-1])
    return np.stack([np.take(values, gap, axis=-1) for values in weights], axis=-2), np.asarray(log_factor @ rows)


def _summed(products: CrossProducts, weights: Floats) -> Floats:
    """Return (..., N, K): each participant's weighted sums over gaps, for weights (..., 2, J)."""
    return weighted_sums(products, weights, 0, len(products.participants))


def weighted_sums(products: CrossProducts, weights: Floats, start: int, stop: int) -> Floats:
    """Return (..., n, K): weighted sums over gaps of the participants from ``start`` to ``stop``, weights (..., 2, J).

    A product with a sparse matrix, one row for each point and participant, passes over the sums without temporaries.
    """
    cuts = np.append(products.first_pair, len(products.gap))[start : stop + 1]
    sums = products.sums[:, cuts[0] : cuts[-1]]
    pairs, points = sums.shape[1], int(np.prod(weights.shape[:-2]))
    values = weights[..., cuts[0] : cuts[-1]].reshape(points, 2, pairs)
    if pairs == stop - start:  # every participant's sums are those of one pair
        return np.asarray(np.einsum("dtj,tjk->djk", values, sums)).reshape(*weights.shape[:-2], pairs, sums.shape[2])
    pointer = (np.arange(points)[:, None] * pairs + (cuts[1:] - cuts[0])).ravel()
    pointer = np.concatenate([[0], pointer])
    shape = (points * (stop - start), pairs)
    index = np.tile(np.arange(pairs), points)
    total = np.zeros((shape[0], sums.shape[2]))
    for kind in range(2):
        total += sparse.csr_array((values[:, kind].ravel(), index, pointer), shape=shape) @ sums[kind]
    return total.reshape(*weights.shape[:-2], stop - start, sums.shape[2])
