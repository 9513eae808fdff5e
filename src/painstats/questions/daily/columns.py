"""Which columns a daily model has: exposures within and between, calendar, time, covariates, treatments, unknown days.

See docs/method/frame.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from painstats.mixedlm.engine.rows import Floats, ModelRows, model_rows, without_repeats
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.treatment_columns import (
    TreatmentColumn,
    common_treatments,
    fewest_days_first,
    numbered,
    own_choices,
    own_treatments,
)

DAYS_FOR_DAY_OF_WEEK = 42
"""Median usable days from which six day-of-week columns replace the one for the weekend."""

DAYS_FOR_OWN_TREND = 30
"""Median usable days from which participants get their own trend over time."""

WEEKDAYS = ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME = "time_30d"
EPOCH_DAYS = pl.col("date").cast(pl.Int32)


def median_days(frame: pl.DataFrame) -> float:
    """Return the median number of usable days over participants."""
    return float(np.median(frame.group_by("participant_id").len()["len"].to_numpy())) if frame.height else 0.0


def of_cohort(frame: pl.DataFrame, design: DailyDesign) -> pl.DataFrame:
    """Return the rows of the participants whom a model over participants includes: every exposure of it is known.

    Exposures of other models do not matter. ``frame`` has usable rows of participants with enough of them.
    """
    return frame.filter(pl.all_horizontal(pl.lit(True), *_is_known(design)).over("participant_id"))


def with_an_exposure(frame: pl.DataFrame, design: DailyDesign) -> pl.DataFrame:
    """Return the rows of the participants for whom some exposure is known on enough days."""
    return frame.filter(pl.any_horizontal(_is_known(design)).over("participant_id"))


def of_known(frame: pl.DataFrame, design: DailyDesign) -> DailyDesign:
    """Return the design without the exposures that are known on too few days of every participant."""
    known = frame.group_by("participant_id").agg(_is_known(design)).drop("participant_id")
    return design.only([exposure for exposure in design.exposures if known[exposure.unknown].any()])


def _is_known(design: DailyDesign) -> list[pl.Expr]:
    """Return whether each exposure is known on enough days of a participant."""
    return [pl.col(exposure.unknown).min() == 0 for exposure in design.exposures]


def calendar_columns(frame: pl.DataFrame, by_day_of_week: bool) -> dict[str, Floats]:
    """Return the columns of the calendar: a weekend, or six days of the week against Monday."""
    if not by_day_of_week:
        return {"weekend": frame["is_weekend"].to_numpy()}
    day = frame["date"].dt.weekday().to_numpy()
    return {name: (day == number).astype(float) for number, name in enumerate(WEEKDAYS, start=2)}


def within_participants(frame: pl.DataFrame, design: DailyDesign, *, also: Sequence[str] = ()) -> ModelRows:
    """Lay out participants' own days: exposures within the participant, calendar, time and treatments.

    Parameters
    ----------
    frame
        Usable rows of ``model_frame``, of any number of participants.
    also
        Further columns of the frame.

    Notes
    -----
    An exposure that is the same on all days of all participants is left out; the others can still be estimated.
    """
    within, calendar = _varying(_within(frame, design)), _calendar_and_time(frame)
    further = _covariates(frame, design) | _named(frame, also)
    return _laid_out(frame, design, within | calendar | further | own_treatments(frame, calendar), [])


def mixed_model(frame: pl.DataFrame, design: DailyDesign, *, own_trend: bool, also: Sequence[str] = ()) -> ModelRows:
    """Lay out the mixed model: also exposures between participants, and participant-specific slopes.

    Parameters
    ----------
    frame
        Usable rows of ``model_frame``.
    own_trend
        Whether each participant has their own trend over time.
    also
        Further columns of the frame, with the same effect in all participants.
    """
    within = _within(frame, design)
    between = {p.between: frame[p.between].to_numpy() for p in design.exposures}
    calendar, treatments = _calendar_and_time(frame), numbered(treatments_in_common(frame))
    further = _covariates(frame, design) | _named(frame, also)
    random = ["intercept", *within, *([TIME] if own_trend else [])]
    return _laid_out(frame, design, within | between | calendar | further | treatments, random)


def treatments_of_each(frame: pl.DataFrame) -> dict[str, list[TreatmentColumn]]:
    """Return each treated participant's treatments, and which of them a model of their own days has columns for."""
    return {participant: found for participant, (_, found) in own_choices(frame, _calendar_and_time(frame)).items()}


def treatments_in_common(frame: pl.DataFrame) -> list[TreatmentColumn]:
    """Return the treatments on the rows of the mixed model, and which of them it has columns for."""
    return common_treatments(frame, _calendar_and_time(frame))


def _within(frame: pl.DataFrame, design: DailyDesign) -> dict[str, Floats]:
    return {p.within: frame[p.within].to_numpy() for p in design.exposures}


def _covariates(frame: pl.DataFrame, design: DailyDesign) -> dict[str, Floats]:
    return _varying({each.within: frame[each.within].to_numpy() for each in design.covariates})


def _named(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, Floats]:
    return {name: frame[name].to_numpy() for name in names}


def _calendar_and_time(frame: pl.DataFrame) -> dict[str, Floats]:
    calendar = calendar_columns(frame, median_days(frame) >= DAYS_FOR_DAY_OF_WEEK)
    return _varying(calendar | {TIME: frame[TIME].to_numpy()})


def _varying(columns: dict[str, Floats]) -> dict[str, Floats]:
    return {name: values for name, values in columns.items() if values.size and np.ptp(values) > 0}


def _laid_out(frame: pl.DataFrame, design: DailyDesign, columns: dict[str, Floats], random: list[str]) -> ModelRows:
    """Lay out columns with the indicators of unknown exposures, without what only repeats other columns.

    An indicator can repeat another one, a treatment or the weekend.
    """
    indicators = {name: frame[name].to_numpy() for name in design.nuisance}
    dispensable = [*design.nuisance, *fewest_days_first(columns)]
    return model_rows(
        y=frame["outcome_score"].to_numpy(),
        predictors=without_repeats(columns | _varying(indicators), design.nuisance),
        participant=frame["participant_id"].to_numpy(),
        day=frame.select(EPOCH_DAYS).to_series().to_numpy(),
        random=random,
        dispensable=dispensable,
    )
