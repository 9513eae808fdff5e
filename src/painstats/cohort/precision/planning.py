"""From one participant's information to the precision of a study: standard errors, power, detectable effects.

Participants' true slopes or changes have the SD tau, and each is estimated with a sampling variance v_i. Formulas:
docs/method/cohort.md, precision.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from painstats.errors import PainstatsError

POWER: Final = 0.8
ALPHA: Final = 0.05

NONCENTRALITIES: Final = (0.01, 12.0)
"""The range in which the noncentrality of a design's power is sought; with few degrees of freedom it is wider."""


def mean_se(own: npt.ArrayLike, tau: float) -> float:
    """Return the standard error of a mean over participants: SE^2 = 1 / sum 1 / (tau^2 + v_i).

    Parameters
    ----------
    own : (N,)
        Sampling variances v_i.
    tau
        SD of the true values between participants.
    """
    return float(np.sqrt(1 / np.sum(1 / (tau**2 + np.asarray(own, dtype=np.float64)))))


def contrast_se(own: npt.ArrayLike, tau: float, in_arm: npt.ArrayLike) -> float:
    """Return the standard error of the difference between the means of two arms; ``in_arm`` (N,) says who is in one."""
    variances, one = np.asarray(own, dtype=np.float64), np.asarray(in_arm, dtype=bool)
    if one.all() or not one.any():
        raise PainstatsError("one of the two arms has no participant")
    return float(np.hypot(mean_se(variances[one], tau), mean_se(variances[~one], tau)))


def moderator_se(own: float, tau: float, participants: int) -> float:
    """Return the standard error per SD of a moderator: SE^2 = (tau^2 + v) / (N - 1)."""
    return float(np.sqrt((tau**2 + own) / (participants - 1)))


def arms_se(own: float, tau: float, one: int, other: int) -> float:
    """Return the standard error of a difference between two arms of given sizes: (tau^2 + v) (1/n_1 + 1/n_0)."""
    return float(np.sqrt((tau**2 + own) * (1 / one + 1 / other)))


def power_of(effect: float, se: float, df: float, alpha: float = ALPHA) -> float:
    """Return the chance that a two-sided t test finds an effect, by the noncentral t distribution."""
    return _power(abs(effect) / se, df, alpha)


def detectable(se: float, df: float, power: float = POWER, alpha: float = ALPHA) -> float:
    """Return the effect that a two-sided t test finds with the given power.

    Raises
    ------
    PainstatsError
        If there are no degrees of freedom.
    """
    if df < 1:
        raise PainstatsError("a design without degrees of freedom detects nothing; plan more participants")
    times = optimize.brentq(lambda noncentrality: _power(noncentrality, df, alpha) - power, *_range(df, alpha))
    return float(se * times)


def _range(df: float, alpha: float) -> tuple[float, float]:
    """Return a range that contains the noncentrality; that of 80 % power is about the critical value and one more."""
    return NONCENTRALITIES[0], max(NONCENTRALITIES[1], 4 * float(stats.t.ppf(1 - alpha / 2, df)))


def _power(noncentrality: float, df: float, alpha: float) -> float:
    critical = stats.t.ppf(1 - alpha / 2, df)
    # The far tail, below -critical, is not a number in scipy where it is as good as empty.
    opposite = np.nan_to_num(stats.nct.cdf(-critical, df, noncentrality))
    return float(stats.nct.sf(critical, df, noncentrality) + opposite)
