"""Autocorrelation over calendar days, pooled over participants."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.rows import Floats, Integers, ModelRows


def residual_autocorrelation(residuals: Floats, rows: ModelRows, longest: int) -> tuple[Floats, Integers]:
    """Return the pooled autocorrelation within participants, one to ``longest`` days apart, and the number of pairs.

    Lags are calendar days, whatever rows are missing in between; 0 where there is no pair.

    Parameters
    ----------
    residuals : (n,)
        In the order of the rows, with mean zero.
    rows
        The rows they belong to.
    longest
        In days.
    """
    sums, pairs = lagged_products(residuals[:, None], residuals[:, None], rows, longest)
    return sums / np.maximum(pairs, 1) / np.mean(residuals**2), pairs


def lagged_products(later: Floats, earlier: Floats, rows: ModelRows, longest: int) -> tuple[Floats, Integers]:
    """Return sums of products over pairs of days one to ``longest`` days apart, and the number of pairs.

    Parameters
    ----------
    later, earlier : (n, d)
        Values at the later and at the earlier day of each pair, whose products are summed over d too.
    rows
        The rows they belong to; both days are of the same participant.
    longest
        In days.
    """
    sums, pairs = np.zeros(longest), np.zeros(longest, dtype=np.int64)
    for step in range(1, min(longest, len(later) - 1) + 1):  # rows apart; at most as many as days
        same = rows.participant[step:] == rows.participant[:-step]
        apart = rows.day[step:] - rows.day[:-step]
        near = same & (apart <= longest)
        products = np.einsum("nd,nd->n", later[step:][near], earlier[:-step][near])
        sums += np.bincount(apart[near] - 1, products, minlength=longest)
        pairs += np.bincount(apart[near] - 1, minlength=longest)
    return sums, pairs
