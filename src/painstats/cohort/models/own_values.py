"""What each participant's own days say, without a model over participants: own slopes, own changes, and their means.

They are the second of two tests: a mixed model has one covariance of random effects for all, which is wrong where
participants of one group differ more than those of another (docs/method/cohort.md, moderators and arms).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.rows import Floats, ModelRows, participant_slices

LEAST_OF_EACH = 2
"""Values of each group that a comparison needs."""


@dataclass(frozen=True, slots=True)
class GroupMean:
    """The mean and SD of participants' own values in one group; the SD is not a number for a single value."""

    group: str
    participants: int
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Welch:
    """The difference between two groups of own values, by Welch's t test, with a 95 % interval."""

    difference: float
    se: float
    df: float
    p: float
    low: float
    high: float
    groups: tuple[GroupMean, GroupMean]

    @property
    def contrast(self) -> str:
        """Name of the difference, as that of the mixed model."""
        return f"{self.groups[0].group} less {self.groups[1].group}"


def welch(one: Mapping[str, float], other: Mapping[str, float], names: tuple[str, str]) -> Welch:
    """Compare participants' own values of two groups, the first less the second.

    Parameters
    ----------
    one, other
        Participant to value.
    names
        Names of the groups.

    Raises
    ------
    NotEnoughData
        If a group has fewer than two values, or all values of both groups are the same.

    References
    ----------
    Welch 1947, Biometrika 34:28.
    """
    a, b = np.array(list(one.values())), np.array(list(other.values()))
    if min(a.size, b.size) < LEAST_OF_EACH:
        raise NotEnoughData("a comparison of own values needs two participants in each group")
    shares = np.array([a.var(ddof=1) / a.size, b.var(ddof=1) / b.size])
    se = float(np.sqrt(shares.sum()))
    if se == 0:
        raise NotEnoughData("all participants of both groups have the same own value")
    df = float(shares.sum() ** 2 / (shares[0] ** 2 / (a.size - 1) + shares[1] ** 2 / (b.size - 1)))
    difference = float(a.mean() - b.mean())
    margin = float(stats.t.ppf(0.975, df)) * se
    p = float(2 * stats.t.sf(abs(difference / se), df))
    groups = (group_mean(names[0], a), group_mean(names[1], b))
    return Welch(difference, se, df, p, difference - margin, difference + margin, groups)


def group_mean(name: str, values: npt.ArrayLike) -> GroupMean:
    """Describe the own values of one group."""
    own = np.asarray(values, dtype=np.float64)
    sd = float(own.std(ddof=1)) if own.size > 1 else float("nan")
    return GroupMean(name, own.size, float(own.mean()), sd)


def own_changes(rows: ModelRows, phase: Floats) -> dict[str, float]:
    """Return each participant's mean outcome of the days after less that of the days before.

    Participants without days of both have none.

    Parameters
    ----------
    rows
        The rows of the model.
    phase : (n,)
        1 from the start on, 0 before.
    """
    changes = {}
    for participant, own in participant_slices(rows):
        is_after = phase[own] > 0
        if is_after.any() and not is_after.all():
            y = rows.y[own]
            changes[participant] = float(y[is_after].mean() - y[~is_after].mean())
    return changes


def own_slopes(rows: ModelRows, column: str, beside: tuple[str, ...]) -> dict[str, float]:
    """Return each participant's slope of a column by least squares, beside other columns.

    Participants in whose days the column is constant, or a function of the others, have none.

    Parameters
    ----------
    rows
        The rows of the model.
    column
        The exposure within participants.
    beside
        Further columns that vary within participants; one that does not vary in a participant is left out there.
    """
    place = rows.names.index(column)
    others = [rows.names.index(name) for name in beside]
    slopes = {}
    for participant, own in participant_slices(rows):
        X = rows.X[own]
        kept = [place, *(each for each in others if np.ptp(X[:, each]) > 0)]
        design = np.column_stack([np.ones(len(X)), X[:, kept]])
        if len(X) > design.shape[1] and np.linalg.matrix_rank(design) == design.shape[1]:
            slopes[participant] = float(np.linalg.lstsq(design, rows.y[own], rcond=None)[0][1])
    return slopes
