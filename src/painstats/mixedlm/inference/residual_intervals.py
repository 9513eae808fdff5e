"""Intervals of rho and of the share of white noise, from the curvature of the deviance at its optimum."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.inference.profile_intervals import VarianceInterval
from painstats.mixedlm.inference.satterthwaite import WITHOUT_CURVATURE
from painstats.mixedlm.inference.variance_derivatives import variance_derivatives


def residual_intervals(fit: MixedFit, *, level: float = 0.95) -> tuple[VarianceInterval, ...]:
    """Return intervals of ``rho`` and ``white_share`` on the logit scale; none for what is at a limit or was given.

    All other variance parameters are estimated too. With few days the deviance is not quadratic, and the intervals are
    rough: they show how well the data separate a slow part from white noise, and no test should rest on them.

    References
    ----------
    Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, section 5.2, for intervals of correlation parameters on
    a transformed scale.
    """
    estimates = {"rho": fit.rho, "white_share": fit.white_share}
    z = stats.norm.ppf((1 + level) / 2)
    intervals = []
    for name, se in residual_standard_errors(fit).items():
        estimate = estimates[name]
        margin = z * se / (estimate * (1 - estimate))
        low, high = special.expit(special.logit(estimate) + margin * np.array([-1, 1]))
        intervals.append(VarianceInterval(name, estimate, float(low), float(high)))
    return tuple(intervals)


def residual_standard_errors(fit: MixedFit) -> dict[str, float]:
    """Return the standard errors of ``rho`` and ``white_share``, where they were estimated and are not at a limit."""
    free = ["rho"] if fit.optimum.rho_is_free else []
    free += ["white_share"] if fit.optimum.white_share_is_free else []
    if not free:
        return {}
    curvature, directions = np.linalg.eigh(variance_derivatives(fit)[2])
    kept = curvature > WITHOUT_CURVATURE * curvature.max()
    loadings = directions[-1 - len(free) : -1, kept]  # the last parameter is log sigma
    return dict(zip(free, np.sqrt(loadings**2 @ (2 / curvature[kept])).tolist(), strict=True))
