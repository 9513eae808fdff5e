"""The four equations of a path: which days and columns each is fitted to (docs/method/questions.md, path).

The order in time: the activity and the score of day t - 1, the night that ends on day t, the score of day t. No
equation has a column of what comes later, and that of a night has none of the night before: beside correlated residuals
its coefficient is hardly identified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import ModelRows
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guards import DaysOf
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.path.contrasts import (
    ACTIVITIES,
    ACTIVITY_TO_SLEEP,
    DIRECT,
    OUTCOME_TO_ACTIVITY,
    OUTCOME_TO_SLEEP,
    SLEEP,
    SLEEP_TO_OUTCOME,
    TOTAL,
)

SCORE_BEFORE = "score_before"
"""The score of the day before, as a column."""


@dataclass(frozen=True, slots=True, eq=False)
class Equation:
    """What one fit needs.

    Parameters
    ----------
    rows
        The days, by date, with what the equation explains as ``outcome_score``.
    design
        Its exposures.
    also
        Further columns of ``rows``.
    columns
        Name of each contrast to its column.
    guard
        Known days of the exposures that the outcome can move, where the outcome is what is explained.
    """

    rows: pl.DataFrame
    design: DailyDesign
    also: tuple[str, ...]
    columns: Mapping[str, str]
    guard: DaysOf | None = None

    @property
    def weights(self) -> dict[str, dict[str, float]]:
        """Each contrast is one coefficient."""
        return {contrast: {column: 1.0} for contrast, column in self.columns.items()}

    def laid_out(self) -> ModelRows:
        """Lay out the rows and columns of the fit."""
        return within_participants(self.rows, self.design, also=self.also)


def activities_of(design: DailyDesign) -> tuple[Exposure, ...]:
    """Return the activities that have a path: those asked about, if the night's sleep is asked about too."""
    return tuple(one for one in design.exposures if one in ACTIVITIES) if SLEEP in design.exposures else ()


def total_equation(days: OwnDays, activity: Exposure) -> Equation:
    """Return the outcome on an activity, without the night that follows it."""
    design = days.design.total_of(activity)
    return Equation(_known(days.usable, design), design, (), {TOTAL: activity.within}, days.guard_days)


def outcome_equation(days: OwnDays, activity: Exposure) -> Equation:
    """Return the outcome on an activity and the night that follows it."""
    design = replace(days.design.total_of(SLEEP), exposures=(*_until(days.design, activity), SLEEP))
    columns = {DIRECT: activity.within, SLEEP_TO_OUTCOME: SLEEP.within}
    return Equation(_known(days.usable, design), design, (), columns, days.guard_days)


def night_equation(days: OwnDays, activity: Exposure) -> Equation:
    """Return sleep, in hours, on the activity and the score of the day before, which may move both.

    Without the score, pain that changes what is done on a day and the night after it would look like a link between
    these two. Only nights that are known, after a day with a score, are rows.
    """
    design = days.design.total_of(SLEEP).only(_until(days.design, activity))
    rows = _with_score_before(days.frame).filter(pl.col(SLEEP.name).is_not_null())
    columns = {ACTIVITY_TO_SLEEP: activity.within, OUTCOME_TO_SLEEP: SCORE_BEFORE}
    explained = _known(rows, design).with_columns(outcome_score=pl.col(SLEEP.name))
    return Equation(explained, design, (SCORE_BEFORE,), columns)


def activity_equation(days: OwnDays, activity: Exposure) -> Equation:
    """Return the activity of a day, in units of its effects, on the score of the day before and the night between."""
    design = days.design.only((SLEEP,))
    measure = pl.col(activity.measure) / activity.definition.per
    done = days.daily.select("date", measure.alias("outcome_score")).drop_nulls()
    rows = _with_score_before(days.frame).drop("outcome_score").join(done, on="date", maintain_order="left")
    return Equation(_known(rows, design), design, (SCORE_BEFORE,), {OUTCOME_TO_ACTIVITY: SCORE_BEFORE})


def _until(design: DailyDesign, activity: Exposure) -> tuple[Exposure, ...]:
    """Return the exposures that do not come after an activity, that one among them."""
    return design.total_of(activity).exposures


def _with_score_before(frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the days after one with a score, and add that score."""
    before = frame.select(pl.col("date").dt.offset_by("1d"), pl.col("outcome_score").alias(SCORE_BEFORE)).drop_nulls()
    return frame.join(before, on="date", maintain_order="left")


def _known(rows: pl.DataFrame, design: DailyDesign) -> pl.DataFrame:
    """Leave out days on which an exposure is unknown, where the plan asks for complete days."""
    if design.rules.unknown_predictors == "keep":
        return rows
    return rows.drop_nulls([exposure.name for exposure in design.exposures])
