"""Families of questions: p values adjusted for how many were asked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from painstats.mixedlm.engine.rows import Floats

LARGEST_Q = 0.05
"""Share of false directions among those given, within a family."""


def benjamini_hochberg(p_values: npt.ArrayLike) -> Floats:
    """Adjust p values (n,) for their number, so that few of the directions given are false: q values (n,).

    References
    ----------
    Benjamini & Hochberg 1995, Journal of the Royal Statistical Society B 57:289.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    steps = p[order] * p.size / np.arange(1, p.size + 1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted
