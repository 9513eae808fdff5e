"""Columns of a model for declared treatments: one for each treatment and dose, with the share that acts on each day."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from painstats.questions.treatment.phases import Level, Phase, follows

Days: TypeAlias = npt.NDArray[np.int64]
"""(n,) dates as proleptic ordinals."""

Floats: TypeAlias = npt.NDArray[np.float64]


def ramp(day: Days, first_day: int, ramp_days: int) -> Floats:
    """Return the share of a new state on each day, (n,): k / (ramp days + 1) on its day k, at most 1; 0 before it.

    References
    ----------
    docs/method/treatments.md, "The model of one change".
    """
    return np.asarray(np.clip((day - first_day + 1) / (ramp_days + 1), 0.0, 1.0))


def share(phase: Phase, day: Days) -> Floats:
    """Return the share of a phase that acts on each day, (n,): up over the ramp, nothing after the last day."""
    rising = ramp(day, phase.start_date.toordinal(), phase.ramp_days)
    return rising if phase.last_date is None else np.where(day <= phase.last_date.toordinal(), rising, 0.0)


def treatment_columns(phases: Sequence[Phase], day: Days) -> dict[Level, Floats]:
    """Return a column (n,) for each treatment and dose; over the ramp of a new dose the old one fades.

    Parameters
    ----------
    phases
        Of one participant, from ``in_order``.
    day
        (n,) dates as ordinals.

    References
    ----------
    docs/method/treatments.md, "Days on against days off".
    """
    columns: dict[Level, Floats] = {}
    for phase in phases:
        columns[phase.level] = np.maximum(columns.get(phase.level, 0.0), share(phase, day))
    for earlier, later in pairwise(phases):
        if later.treatment == earlier.treatment and later.level != earlier.level and follows(later, earlier):
            first = later.start_date.toordinal()
            is_fading = (day >= first) & (day < first + later.ramp_days)
            columns[earlier.level] = np.where(is_fading, 1 - share(later, day), columns[earlier.level])
    return columns
