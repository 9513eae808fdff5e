"""The sampling variance of one participant's slope or change, from the information of their days.

Residuals of a participant have the covariance V = sigma^2 [(1 - w) rho^|d| + w I], and a column x the generalised
least-squares information x' P x, P = V^-1 - V^-1 C (C' V^-1 C)^-1 C' V^-1, beside nuisance columns C.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painstats.errors import PainstatsError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

DAYS_PER_MONTH = 30.0


@dataclass(frozen=True, slots=True)
class ResidualCovariance:
    """How residuals of a participant vary: SD in points, rho one day apart, and the share of white noise.

    The SD must contain what a model leaves out: that of a change without its predictors is larger than that of the
    model with them.

    Raises
    ------
    PainstatsError
        If the SD is not positive, or rho or the share is not in [0, 1).
    """

    sd: float
    rho: float = 0.4
    white_share: float = 0.0

    def __post_init__(self) -> None:
        if not self.sd > 0:
            raise PainstatsError(f"the residual SD must be above 0, not {self.sd}")
        for name, value in (("rho", self.rho), ("the share of white noise", self.white_share)):
            if not 0 <= value < 1:
                raise PainstatsError(f"{name} must be at least 0 and below 1, not {value}")

    def of_days(self, day: Integers) -> Floats:
        """Return the covariance (n, n) of the residuals of some days."""
        slow = (1 - self.white_share) * self.rho ** _apart(day)
        return self.sd**2 * (slow + self.white_share * np.eye(len(day)))


def slope_variance(
    day: Integers, residual: ResidualCovariance, *, sd: float, lag_correlation: float = 0.0, with_time: bool = True
) -> float:
    """Return v = 1 / (s^2 sum_jk P_jk phi^|d_j - d_k|), the expected sampling variance of one participant's slope.

    Parameters
    ----------
    day : (n,)
        The participant's analysed days, as day numbers.
    residual
        Of the outcome.
    sd
        s, the SD of the predictor within the participant.
    lag_correlation
        phi, the correlation of the predictor with that of the day before.
    with_time
        Whether a trend over time is estimated as well.

    References
    ----------
    docs/method/cohort.md, precision.
    """
    month = (day - day.mean()) / DAYS_PER_MONTH
    nuisance = [np.ones(len(day)), month] if with_time else [np.ones(len(day))]
    information = np.sum(_projection(day, residual, nuisance) * lag_correlation ** _apart(day))
    return float(1 / (sd**2 * information))


def change_variance(day: Integers, is_after: Floats, residual: ResidualCovariance) -> float:
    """Return v = 1 / (x' P x), the sampling variance of one participant's change.

    Parameters
    ----------
    day : (n,)
        The participant's analysed days.
    is_after : (n,)
        x: 1 from the start on, 0 before.
    residual
        Of the outcome.

    References
    ----------
    docs/method/cohort.md, precision.
    """
    P = _projection(day, residual, [np.ones(len(day))])
    return float(1 / (is_after @ P @ is_after))


def drawn_days(days: int, missing: float, gap: float, draws: int, seed: int = 0) -> Iterator[Integers]:
    """Yield the days that remain where a share of them is missing in gaps, drawn again each time.

    A day is missing with probability ``missing``; gaps have a geometric length with the mean ``gap``.

    Parameters
    ----------
    days
        Calendar days of a participant.
    missing
        Share of days that are missing, below 1.
    gap
        Mean length of a gap in days, at least 1.
    draws
        How many patterns to draw.
    seed
        The same seed gives the same days.
    """
    if not (0 <= missing < 1 and gap >= 1):
        raise PainstatsError(
            "the share of missing days must be at least 0 and below 1, and a gap at least one day long"
        )
    rng = np.random.default_rng(seed)
    leaves = 1 / gap
    enters = missing * leaves / (1 - missing)
    for _ in range(draws):
        drawn = rng.random(days)
        is_missing = np.zeros(days, dtype=bool)
        is_missing[0] = drawn[0] < missing
        for each in range(1, days):
            is_missing[each] = drawn[each] >= leaves if is_missing[each - 1] else drawn[each] < enters
        yield np.flatnonzero(~is_missing)


def _projection(day: Integers, residual: ResidualCovariance, nuisance: list[Floats]) -> Floats:
    inverse = np.linalg.inv(residual.of_days(day))
    columns = np.column_stack(nuisance)
    weighted = inverse @ columns
    return np.asarray(inverse - weighted @ np.linalg.solve(columns.T @ weighted, weighted.T))


def _apart(day: Integers) -> Floats:
    """Return (n, n) days between any two days."""
    return np.abs(np.subtract.outer(day, day)).astype(np.float64)
