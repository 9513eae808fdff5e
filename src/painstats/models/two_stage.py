"""The check that shares nothing with the mixed model: everybody's own slope, their mean, and its t interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.errors import NotEnoughData
from painstats.models.inference import coefficient
from painstats.models.own_days import OwnDaysFit


@dataclass(frozen=True, slots=True)
class TwoStage:
    """Mean of people's own slopes, with its standard error and 95 % interval (t with people - 1 degrees of freedom)."""

    name: str
    estimate: float
    se: float
    low: float
    high: float
    people: int


def two_stage(own_fits: Sequence[OwnDaysFit], name: str) -> TwoStage:
    """Average the slopes that people's own models gave for a column; people without the column are left out.

    Raises
    ------
    NotEnoughData
        If fewer than two people have the slope.
    """
    slopes = np.array([coefficient(own.table, name).estimate for own in own_fits if name in own.fit.names])
    if slopes.size < 2:
        raise NotEnoughData(f"{slopes.size} people have their own slope on {name!r}; their mean needs at least two")
    estimate, se = float(slopes.mean()), float(slopes.std(ddof=1) / np.sqrt(slopes.size))
    margin = float(stats.t.ppf(0.975, slopes.size - 1)) * se
    return TwoStage(name, estimate, se, estimate - margin, estimate + margin, slopes.size)


def agrees(estimate: float, se: float, check: TwoStage) -> bool:
    """Say whether an estimate lies within one combined standard error of the two-stage mean."""
    return bool(abs(estimate - check.estimate) <= np.hypot(se, check.se))
