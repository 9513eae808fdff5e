"""The days that a cohort's models are fitted to, and the columns of the model of an exposure's average effect."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from painstats.errors import NotEnoughData, StudyError
from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import ModelRows
from painstats.questions.daily.columns import (
    DAYS_FOR_OWN_TREND,
    TIME,
    calendar_columns,
    median_days,
    mixed_model,
    of_cohort,
)
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guards import DaysOf, of_design
from painstats.questions.daily.mixed_model import NO_DAYS
from painstats.vocabulary import MEASURES

LEAST_PARTICIPANTS = 2

CALENDAR = ("weekend", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, eq=False)
class CohortDays:
    """The usable days of a study for one exposure.

    Parameters
    ----------
    every_day
        The rows of ``model_frame``, also those without a score; ``left_out`` says why a row is not used.
    exposure
        Whose average effect is asked.
    design
        That of the exposure's total effect: with what precedes it, and not what comes after it.
    known_days
        Known days of the exposures that the outcome can move, for guard columns.
    """

    every_day: pl.DataFrame
    exposure: Exposure
    design: DailyDesign
    known_days: DaysOf = field(default_factory=lambda: NO_DAYS)

    @property
    def frame(self) -> pl.DataFrame:
        """The usable rows: every day with a score, of participants with enough of them."""
        return self.every_day.filter(pl.col("left_out").is_null())

    @property
    def analysed(self) -> pl.DataFrame:
        """The rows of the participants for whom every exposure of the model is known on enough days."""
        return of_cohort(self.frame, self.design)

    @property
    def guards(self) -> DaysOf:
        """The known days of the exposures of the model."""
        return of_design(self.known_days, self.design)

    @property
    def participants(self) -> tuple[str, ...]:
        """The analysed participants, in order."""
        return tuple(self.analysed["participant_id"].unique().sort())

    @property
    def has_own_trends(self) -> bool:
        """Whether there are enough days for participants' own trends over time."""
        return median_days(self.analysed) >= DAYS_FOR_OWN_TREND

    def rows(self, *, own_trend: bool) -> ModelRows:
        """Lay out the model of the average effect, as the daily question does (docs/method/frame.md).

        Raises
        ------
        NotEnoughData
            If fewer than two participants have enough days.
        """
        require_participants(self.analysed)
        return mixed_model(self.analysed, self.design, own_trend=own_trend)


def is_at_usual_lag(exposure: Exposure) -> bool:
    """Whether an exposure enters at the usual lag of its measure: another lag is a question of its own."""
    return exposure.lag_days == exposure.definition.lag_days


def usual_exposure(design: DailyDesign, measure: str) -> Exposure:
    """Return the exposure of a measure that a daily question is about; of several lags the usual one, or the first.

    Raises
    ------
    StudyError
        If no daily question is about it.
    """
    found = [each for each in design.exposures if each.measure == measure]
    if not found:
        raise StudyError(f"no daily question is about {MEASURES[measure].label}; add one to [[questions]]")
    return next((each for each in found if is_at_usual_lag(each)), found[0])


def require_participants(analysed: pl.DataFrame) -> None:
    """Refuse days of fewer than two participants: a cohort is about their average and their differences."""
    found = analysed["participant_id"].n_unique()
    if found < LEAST_PARTICIPANTS:
        raise NotEnoughData(
            f"{found} participants have enough days with a score and every exposure of the model; a cohort needs at "
            f"least {LEAST_PARTICIPANTS}. What is missing: painstats status"
        )


def within_columns(rows: ModelRows, exposure: Exposure) -> tuple[str, ...]:
    """Return the columns that vary within participants beside an exposure: other exposures, calendar and time."""
    return tuple(
        name
        for name in rows.names
        if name != exposure.within and (name.endswith("_within") or name in CALENDAR or name == TIME)
    )


def weekend(frame: pl.DataFrame) -> pl.Series:
    """Return the column of the weekend."""
    return pl.Series("weekend", calendar_columns(frame, by_day_of_week=False)["weekend"])
