"""``[[tables]]`` of ``study.toml``: the format of a table with a row for each participant and day, and its columns."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from painstats.plan.values import PlanTable, one_of
from painstats.vocabulary import DAILY_LIMITS, DECLARED, DEVICE_KINDS

BED_TIME, WAKE_TIME = "bed_time", "wake_time"
OF_THE_NIGHT = ("total_sleep_time_min", "time_in_bed_min", BED_TIME, WAKE_TIME)
"""Measures of the night, which the table dates by its evening or by the waking."""

DURATION_UNITS = ("minutes", "hours", "seconds", "milliseconds", "hours:minutes")

DECLARED_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _known_or_declared(measure: str) -> str:
    """Check that a measure is a known one, or a declared one with a plain name."""
    if not measure.startswith(DECLARED):
        return one_of((*DAILY_LIMITS, BED_TIME, WAKE_TIME))(measure)
    if not DECLARED_NAME.fullmatch(measure.removeprefix(DECLARED)):
        raise ValueError(f'{measure!r}: a name has small letters, digits and "_", such as "{DECLARED}air_pressure"')
    return measure


TableMeasure = Annotated[str, AfterValidator(_known_or_declared)]
DurationUnit = Annotated[str, AfterValidator(one_of(DURATION_UNITS))]
DeviceKind = Annotated[str, AfterValidator(one_of(DEVICE_KINDS))]


class ColumnPlan(PlanTable):
    """``[[tables.columns]]``: one column of a table, which measure it is, and its unit or the format of its times."""

    column: str
    measure: TableMeasure
    unit: DurationUnit | None = None
    format: str | None = None
    missing: tuple[str, ...] = ()  # beside those of the table

    @property
    def is_time(self) -> bool:
        """Whether it is a time of day, not an amount."""
        return self.measure in (BED_TIME, WAKE_TIME)

    @property
    def declared(self) -> str | None:
        """Its name, if it is a column that the plan itself declares."""
        return self.measure.removeprefix(DECLARED) if self.measure.startswith(DECLARED) else None

    @model_validator(mode="after")
    def _says_what_its_values_are(self) -> ColumnPlan:
        is_duration = self.declared is None and self.measure.endswith("_min")
        if is_duration != (self.unit is not None):
            wanted = f"needs unit, one of: {', '.join(DURATION_UNITS)}" if is_duration else "has no unit"
            raise ValueError(f"{self.column}: {self.measure} {wanted}")
        if self.is_time != (self.format is not None):
            wanted = "needs format, such as '%H:%M' or '%Y-%m-%d %H:%M:%S'" if self.is_time else "has no format"
            raise ValueError(f"{self.column}: {self.measure} {wanted}")
        return self


class TablePlan(PlanTable):
    """``[[tables]]``: the format of a CSV with what devices measured, a row for each participant and day.

    ``nights_dated_by`` says which date the row of a night has; it is required with any column of the night.
    """

    file: str
    participant_column: str | None = None
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    date_column: str = "date"
    date_format: str = "%Y-%m-%d"
    nights_dated_by: Literal["waking", "evening"] | None = None
    device: str = "table"
    device_kind: DeviceKind = "unknown"
    missing: tuple[str, ...] = ("", "NA", "n/a", "NaN")
    columns: tuple[ColumnPlan, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_complete(self) -> TablePlan:
        measures = [column.measure for column in self.columns]
        twice = sorted({measure for measure in measures if measures.count(measure) > 1})
        if twice:
            raise ValueError(f"two columns are {twice[0]}; declare one of them")
        if (BED_TIME in measures) != (WAKE_TIME in measures):
            raise ValueError("bed_time and wake_time belong together; declare both columns or neither")
        if any(measure in OF_THE_NIGHT for measure in measures) and self.nights_dated_by is None:
            raise ValueError(
                'columns of the night need nights_dated_by: "waking" if the row of a night has the date on which it '
                'ended, "evening" if it has the date on which it began'
            )
        return self

    def matches(self, file_name: str) -> bool:
        """Whether a file name fits the mapping's pattern."""
        return fnmatch(file_name.lower(), self.file.lower())

    def column_of(self, measure: str) -> ColumnPlan | None:
        """Return the column that is a measure."""
        return next((column for column in self.columns if column.measure == measure), None)
