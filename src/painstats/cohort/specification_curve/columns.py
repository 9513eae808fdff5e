"""The days and columns of each specification, cut from arrays that are made once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.cohort.models.cohort_days import CALENDAR, CohortDays
from painstats.cohort.specification_curve.choices import END_SHARE, FIRST_DAYS, LEAST_DAYS, NAMES, Choice, Specification
from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, Integers, ModelRows, model_rows
from painstats.questions.daily.columns import EPOCH_DAYS, TIME, calendar_columns

Booleans = npt.NDArray[np.bool_]

WEEKEND, DAY_OF_WEEK = "weekend", "day of the week"
FIXED_TIME, OWN_TIME, DETRENDED = "one trend", "participants' own trends", "exposures without their trend"
WITH_OTHERS, ALONE = "in the model", "left out"
KEPT, COMPLETE = "every day with a score", "complete days"
WHITE, CAR1 = "CAR(1) and white noise, guarded", "CAR(1)"
ALL, LEFT_OUT = "kept", "left out"
DECLARED_WEAR = "declared"


@dataclass(frozen=True, slots=True, eq=False)
class StepDays:
    """Steps under another rule for days that count: departures and indicators (n,) on the analysed rows."""

    within: Floats
    unknown: Floats


@dataclass(frozen=True, eq=False)
class CurveColumns:
    """Everything that a specification can need, on the n rows of the declared model.

    Parameters
    ----------
    rows
        The rows of the declared model, without guard columns.
    days
        Where they come from.
    guard
        The guard columns of the declared model (n,), by name.
    step_days
        Name of another rule for days with steps to the columns under it.
    """

    rows: ModelRows
    days: CohortDays
    guard: Mapping[str, Floats]
    step_days: Mapping[str, StepDays] = field(default_factory=dict)

    def choices(self, names: Sequence[str] = NAMES) -> tuple[Choice, ...]:
        """Return the choices with the declared option first; those without an alternative have one option."""
        return tuple(Choice(name, options) for name, options in self._options.items() if name in names)

    def of(self, specification: Specification) -> tuple[ModelRows, dict[str, Floats]]:
        """Return the rows of a specification, and its guard columns.

        Raises
        ------
        NotEnoughData
            If too few rows are left.
        """
        is_declared = {
            choice.name: choice.declared == specification.get(choice.name, choice.declared) for choice in self.choices()
        }
        columns, random = self._columns(specification, is_declared)
        kept = self._rows_kept(specification, columns)
        if not kept.any():
            raise NotEnoughData("no participant has enough days left")
        varying = {name: values[kept] for name, values in columns.items() if np.ptp(values[kept]) > 0}
        rows = model_rows(
            y=self.rows.y[kept],
            predictors=varying,
            participant=self.rows.participant[kept],
            day=self.rows.day[kept],
            random=[name for name in random if name == INTERCEPT or name in varying],
        )
        has_guard = specification.get("residuals", WHITE) == WHITE
        guard = {
            name: values[kept] for name, values in self.guard.items() if has_guard and _exposure_of(name) in varying
        }
        return rows, guard

    @cached_property
    def _options(self) -> dict[str, tuple[str, ...]]:
        rows, design = self.rows, self.days.design
        calendar = (WEEKEND, DAY_OF_WEEK) if WEEKEND in rows.names else (DAY_OF_WEEK, WEEKEND)
        time = (OWN_TIME, FIXED_TIME) if TIME in rows.random else (FIXED_TIME, OWN_TIME)
        least = design.rules.min_days_in_model
        others = [each for each in design.exposures if each is not self.days.exposure and each.within in rows.names]
        unknown = any(rows.X[:, rows.names.index(name)].any() for name in design.nuisance if name in rows.names)
        return {
            "step days": (DECLARED_WEAR, *self.step_days),
            "least days": (str(least), *([str(LEAST_DAYS)] if least < LEAST_DAYS else [])),
            "calendar": calendar,
            "time": (*time, DETRENDED),
            "other exposures": (WITH_OTHERS, ALONE) if others else (WITH_OTHERS,),
            "first 14 days": (ALL, LEFT_OUT),
            "residuals": (WHITE, CAR1),
            "days": (KEPT, COMPLETE) if unknown else (KEPT,),
            "scores at an end": (ALL, LEFT_OUT) if self._at_an_end.any() else (ALL,),
        }

    def _columns(self, chosen: Specification, is_declared: Mapping[str, bool]) -> tuple[dict[str, Floats], list[str]]:
        rows, exposures = self.rows, self.days.design.exposures
        columns = {name: values for name, values in zip(rows.names, rows.X.T, strict=True) if name != INTERCEPT}
        random = list(rows.random)
        if not is_declared["step days"]:
            columns |= self._steps(chosen["step days"])
        if not is_declared["calendar"]:
            columns = {name: values for name, values in columns.items() if name not in CALENDAR}
            columns |= self._other_calendar
        if not is_declared["time"]:
            random = [name for name in random if name != TIME] + ([TIME] if chosen["time"] == OWN_TIME else [])
        if chosen.get("time") == DETRENDED:
            columns |= {each.within: self._detrended(columns, each.within, each.unknown) for each in exposures}
        if chosen.get("other exposures") == ALONE:
            other = {
                name
                for each in exposures
                if each is not self.days.exposure
                for name in (each.within, each.between, each.unknown)
            }
            columns = {name: values for name, values in columns.items() if name not in other}
            random = [name for name in random if name not in other]
        return columns, random

    @cached_property
    def _other_calendar(self) -> dict[str, Floats]:
        return calendar_columns(self.days.analysed, by_day_of_week=WEEKEND in self.rows.names)

    def _steps(self, rule: str) -> dict[str, Floats]:
        steps = next(each for each in self.days.design.exposures if each.measure == "step_count")
        other = self.step_days[rule]
        return {steps.within: other.within, steps.unknown: other.unknown}

    def _detrended(self, columns: Mapping[str, Floats], within: str, unknown: str) -> Floats:
        """Return an exposure less each participant's line through its known days; 0 where it is unknown."""
        values, time = columns[within], columns[TIME]
        known = columns[unknown] == 0 if unknown in columns else np.ones(len(values), dtype=bool)
        found = np.zeros_like(values)
        for own in self._own_rows:
            use = own[known[own]]
            if use.size > 2:
                line = np.column_stack([np.ones(use.size), time[use]])
                found[use] = values[use] - line @ np.linalg.lstsq(line, values[use], rcond=None)[0]
        return found

    def _rows_kept(self, chosen: Specification, columns: Mapping[str, Floats]) -> Booleans:
        kept = np.ones(len(self.rows.y), dtype=bool)
        if chosen.get("first 14 days") == LEFT_OUT:
            kept &= self._days_since_first >= FIRST_DAYS
        if chosen.get("days") == COMPLETE:
            unknown = [columns[name] for name in self.days.design.nuisance if name in columns]
            kept &= ~np.any(unknown, axis=0) if unknown else True
        if chosen.get("scores at an end") == LEFT_OUT:
            kept &= ~self._at_an_end
        least = int(chosen.get("least days", self.days.design.rules.min_days_in_model))
        for own in self._own_rows:
            kept[own] &= np.count_nonzero(kept[own]) >= least
        return kept

    @cached_property
    def _own_rows(self) -> list[Integers]:
        """Return the positions of each participant's rows."""
        starts = np.flatnonzero(self.rows.participant[1:] != self.rows.participant[:-1]) + 1
        return np.split(np.arange(len(self.rows.y)), starts)

    @cached_property
    def _days_since_first(self) -> Integers:
        since = np.empty(len(self.rows.day), dtype=np.int64)
        for own in self._own_rows:
            since[own] = self.rows.day[own] - self.rows.day[own].min()
        return since

    @cached_property
    def _at_an_end(self) -> Booleans:
        """Return (n,) whether the row's participant has many scores at one end of the scale."""
        low, high = self.days.design.scale
        found = np.zeros(len(self.rows.y), dtype=bool)
        for own in self._own_rows:
            scores = self.rows.y[own]
            found[own] = max(np.mean(scores <= low), np.mean(scores >= high)) >= END_SHARE
        return found


def step_days_of(days: CohortDays, daily: pl.DataFrame, hours: Mapping[str, int]) -> dict[str, StepDays]:
    """Return the columns of steps under other rules for a day that counts.

    A day counts if steps were recorded in as many hours as the rule says; a day without hours stays as declared.
    Departures are from the participant's mean of counted days of the same regime.

    Parameters
    ----------
    days
        The analysed days.
    daily
        Of each participant and date: ``step_count`` as declared, ``recorded_step_count`` and ``active_hours``.
    hours
        Name of each rule to its least number of hours.
    """
    steps = next((each for each in days.design.exposures if each.measure == "step_count"), None)
    if steps is None or daily["active_hours"].null_count() == daily.height:
        return {}
    frame = days.analysed.select("participant_id", "date", steps.name, regime=f"{steps.name}_regime")
    at = daily.select(
        "participant_id",
        pl.col("date") + pl.duration(days=steps.lag_days),
        "step_count",
        "recorded_step_count",
        "active_hours",
    )
    joined = frame.join(at, on=["participant_id", "date"], how="left", maintain_order="left")
    found = {}
    for name, least in hours.items():
        by_hours = pl.when(pl.col("active_hours") >= least).then(pl.col("recorded_step_count"))
        value = pl.when(pl.col("active_hours").is_null()).then(pl.col("step_count")).otherwise(by_hours)
        value = value / steps.definition.per
        within = value - value.mean().over("participant_id", "regime")
        columns = joined.select(within=within.fill_null(0.0), unknown=value.is_null().cast(pl.Float64))
        found[name] = StepDays(columns["within"].to_numpy(), columns["unknown"].to_numpy())
    return found


def rows_match(days: CohortDays, rows: ModelRows) -> bool:
    """Whether rows are those of the analysed days, in the same order."""
    frame = days.analysed
    same_days = np.array_equal(frame.select(EPOCH_DAYS).to_series().to_numpy(), rows.day)
    return same_days and np.array_equal(frame["participant_id"].to_numpy().astype(str), rows.participant)


def _exposure_of(guard_column: str) -> str:
    """Return the within column to which a guard column belongs."""
    return guard_column.removesuffix("_guard_sum").removesuffix("_guard_day_after")
