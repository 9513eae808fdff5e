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
    sums, pairs = np.zeros(longest), np.zeros(longest, dtype=np.int64)
    for step in range(1, min(longest, len(residuals) - 1) + 1):  # rows apart; at most as many as days
        same = rows.participant[step:] == rows.participant[:-step]
        apart = rows.day[step:] - rows.day[:-step]
        near = same & (apart <= longest)
        products = residuals[step:][near] * residuals[:-step][near]
        sums += np.bincount(apart[near] - 1, products, minlength=longest)
        pairs += np.bincount(apart[near] - 1, minlength=longest)
    return sums / np.maximum(pairs, 1) / np.mean(residuals**2), pairs
