"""The second-order certificate of an optimum: no direction of the random-effect covariance lowers the deviance."""

from __future__ import annotations

import numpy as np

from painstats.mixedlm.engine.objective import Objective
from painstats.mixedlm.engine.rows import Floats


def certificate_of(objective: Objective, factor_gradient: Floats) -> tuple[float, Floats]:
    """Return the smallest eigenvalue of S (q, q) relative to the largest, or to 1 if larger, and its eigenvector."""
    if factor_gradient.size == 0:
        return 0.0, np.zeros(0)
    if not np.isfinite(factor_gradient).all():
        return -np.inf, np.zeros(len(factor_gradient))
    S = factor_gradient if objective.correlated else np.diag(np.diag(factor_gradient))
    eigenvalues, directions = np.linalg.eigh(S)
    return float(eigenvalues[0] / max(1.0, abs(eigenvalues[-1]))), directions[:, 0]


MAX_PROJECTED_GRADIENT = 1e-4
"""Largest projected gradient of an accepted optimum."""


MIN_CERTIFICATE = -1e-6
"""Smallest scaled eigenvalue of S (``factor_gradient``) of an accepted optimum."""


SINGULAR_VARIANCE = 1e-4
"""A fit is singular if L L' (scaled columns) has an eigenvalue below this."""
