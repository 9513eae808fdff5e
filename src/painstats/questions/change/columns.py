"""The columns of a link that may change: an exposure times time, and times whether a day is one of the last 60."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import ModelRows
from painstats.questions.change.plan import BEFORE, CHANGE, LAST_60_DAYS, first_recent_day
from painstats.questions.daily.columns import TIME, within_participants
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.own_fit import Weights

BY_TIME, BY_RECENT, RECENT = "exposure_by_time", "exposure_by_recent", "recent"


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Rows of a fit with the contrasts that answer the question."""

    rows: ModelRows
    contrasts: dict[str, Weights]


def by_time(usable: pl.DataFrame, design: DailyDesign, exposure: Exposure) -> Laid:
    """Lay out the exposure and its product with time: the contrast is the change of its slope in 30 days.

    Parameters
    ----------
    usable
        One participant's rows of ``model_frame`` with a score.
    design, exposure
        The design, with the exposures before this one, and this one.

    References
    ----------
    docs/method/questions.md, change of a link.
    """
    frame = usable.with_columns((pl.col(exposure.within) * pl.col(TIME)).alias(BY_TIME))
    return Laid(within_participants(frame, design, also=[BY_TIME]), {CHANGE: {BY_TIME: 1.0}})


def by_recent(usable: pl.DataFrame, design: DailyDesign, exposure: Exposure, look: date) -> Laid:
    """Lay out the exposure and its product with the last 60 days: contrasts are the slopes before and since then."""
    is_recent = pl.col("date") >= first_recent_day(look)
    recent = is_recent.cast(pl.Float64)
    frame = usable.with_columns(recent.alias(RECENT), (pl.col(exposure.within) * recent).alias(BY_RECENT))
    contrasts: dict[str, Weights] = {
        LAST_60_DAYS: {exposure.within: 1.0, BY_RECENT: 1.0},
        BEFORE: {exposure.within: 1.0},
    }
    return Laid(within_participants(frame, design, also=[RECENT, BY_RECENT]), contrasts)
