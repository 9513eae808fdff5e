"""Scored days of many participants around the same change, aligned by its date, as rows of one mixed model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from painstats.mixedlm.engine.rows import ModelRows

Floats = npt.NDArray[np.float64]

CHANGE, ARM, ARM_CHANGE, CALENDAR = "change", "arm", "arm_change", "calendar"
"""Columns of the mixed models: share of the new state, arm, their product, calendar time in months of 30 days."""

DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True, eq=False)
class AlignedDays:
    """One participant's scored days in the window of a change.

    Parameters
    ----------
    participant_id
        The participant.
    first_date
        Day of the change.
    day : (n,) of int
        Days since ``first_date``; negative before it.
    share : (n,)
        Share of the new state: 0 before the change, 1 once it acts in full.
    score : (n,)
        Outcome.
    is_week_before : (n,) of bool
        Days that only the fit with the week before uses: the 7 days before this change and before the next one.
    """

    participant_id: str
    first_date: date
    day: npt.NDArray[np.int64]
    share: Floats
    score: Floats
    is_week_before: npt.NDArray[np.bool_]

    def kept(self, *, week_before: bool) -> npt.NDArray[np.bool_]:
        """Return (n,) whether a day is in the fit with, or without, the week before."""
        return np.ones(len(self.day), dtype=np.bool_) if week_before else ~self.is_week_before


def change_rows(
    participants: Sequence[AlignedDays],
    *,
    week_before: bool,
    arms: Mapping[str, float] | None = None,
    calendar: bool = False,
) -> ModelRows:
    """Return the rows of the model with random intercept and random change, over all participants.

    Parameters
    ----------
    participants
        At least two.
    week_before
        Whether the week before the change is among the rows.
    arms
        Participant to 0 or 1, for the contrast of two arms: adds ``arm`` and ``arm_change``.
    calendar
        Whether to add a column of calendar time.

    Raises
    ------
    NotEnoughData
        A column does not vary, or there are too few rows.

    Source: docs/method/treatments_cohort.md, "The model".
    """
    from painstats.mixedlm.engine.rows import INTERCEPT, model_rows

    kept = [each.kept(week_before=week_before) for each in participants]

    def stacked(values: Sequence[npt.NDArray[np.generic]]) -> Floats:
        return np.concatenate([own[mask] for own, mask in zip(values, kept, strict=True)]).astype(np.float64)

    days = [each.day + each.first_date.toordinal() for each in participants]
    columns = {CHANGE: stacked([each.share for each in participants])}
    if calendar:
        columns[CALENDAR] = stacked(days) / DAYS_A_MONTH
    if arms is not None:
        own_arm = stacked([np.full(len(each.day), arms[each.participant_id]) for each in participants])
        columns |= {ARM: own_arm, ARM_CHANGE: own_arm * columns[CHANGE]}
    return model_rows(
        y=stacked([each.score for each in participants]),
        predictors=columns,
        participant=np.repeat([each.participant_id for each in participants], [int(mask.sum()) for mask in kept]),
        day=stacked(days).astype(np.int64),
        random=(INTERCEPT, CHANGE),
    )
