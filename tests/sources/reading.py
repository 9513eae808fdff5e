"""What the tests of sources share: settings, and an export read to its end."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from painstats.archive.archive import open_archive
from painstats.batch import Ignored, Note, Rows
from painstats.errors import ExportRefused
from painstats.intake.checks import check_records
from painstats.plan.apps import AppsPlan
from painstats.plan.diaries import DiaryPlan
from painstats.plan.tables import TablePlan
from painstats.plan.time_zones import Journey, TimeZones
from painstats.records import RECORD_TABLES
from painstats.sources import ReadSettings, read_batches

FIXTURES = Path(__file__).parent / "fixtures"
TODAY = date(2026, 1, 1)

PAIN_DIARY = DiaryPlan.model_validate(
    {
        "file": "pain_diary*.csv",
        "time_column": "time",
        "filled": "evening",
        "items": [
            {"item": "pain", "column": "pain", "scale": (0, 10), "higher_is": "worse", "recall": "today"},
            {"item": "fatigue", "column": "fatigue", "scale": (0, 10), "higher_is": "worse", "recall": "today"},
        ],
    }
)
SYMPTOMS_LONG = DiaryPlan.model_validate(
    {
        "file": "symptoms_long.csv",
        "layout": "long",
        "participant_column": "participant",
        "delimiter": ";",
        "decimal": ",",
        "date_column": "day",
        "date_format": "%d.%m.%Y",
        "item_column": "symptom",
        "value_column": "score",
        "filled": "any_time",
        "items": [
            {
                "item": "pain",
                "named": "back pain",
                "scale": (0, 10),
                "higher_is": "worse",
                "recall": "today",
                "site": "back",
            },
            {"item": "fatigue", "named": "fatigue", "scale": (0, 10), "higher_is": "worse", "recall": "today"},
        ],
    }
)


LIFESNAPS = TablePlan.model_validate(
    {
        "file": "lifesnaps_daily.csv",
        "participant_column": "id",
        "nights_dated_by": "waking",
        "device_kind": "tracker",
        "columns": [
            {"column": "steps", "measure": "step_count"},
            {"column": "minutesAsleep", "measure": "total_sleep_time_min", "unit": "minutes"},
            {"column": "sleep_duration", "measure": "time_in_bed_min", "unit": "milliseconds"},
            {"column": "resting_hr", "measure": "resting_heart_rate_bpm"},
        ],
    }
)


@dataclass
class Contents:
    """Everything that an export yields."""

    source: str
    batches: list[Rows] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def frame(self, table: str) -> pl.DataFrame:
        """Return all rows of one record table as read."""
        return pl.concat([batch.frame for batch in self.batches if batch.table == table])

    def accepted(self, table: str) -> pl.DataFrame:
        """Return the rows of one record table that pass the checks."""
        empty = pl.DataFrame(schema=RECORD_TABLES[table].columns)
        checked = [check_records(batch, TODAY).accepted for batch in self.batches if batch.table == table]
        return pl.concat([empty, *checked])

    def rejected(self) -> list[tuple[str, int, str, str]]:
        """Return entry, line, column and rule of each rejected row."""
        checked = (check_records(batch, TODAY).rejected for batch in self.batches)
        return [row for rows in checked for row in rows.select("entry", "line", "column", "rule").rows()]

    @property
    def n_ignored(self) -> int:
        """Number of ignored rows."""
        return sum(ignored.rows for ignored in self.ignored)

    @property
    def n_rows(self) -> int:
        """Number of rows read, rejected and ignored."""
        return sum(batch.frame.height for batch in self.batches) + self.n_ignored


def settings(
    participant: str | None = "ann",
    zone: str = "Europe/London",
    diaries: Iterable[DiaryPlan] = (),
    journeys: Mapping[str, tuple[Journey, ...]] = {},
    tables: Iterable[TablePlan] = (),
    apps: Mapping[str, object] = {},
) -> ReadSettings:
    declared = AppsPlan.model_validate(apps)
    return ReadSettings(
        participant, TimeZones(zone, {}, journeys), tuple(diaries), apps=declared, tables=tuple(tables), today=TODAY
    )


def read(path: Path, known: ReadSettings | None = None) -> Contents:
    source, reads = read_batches(open_archive(path), known or settings())
    contents = Contents(source.name)
    for found in reads:
        match found:
            case Rows():
                contents.batches.append(found)
            case Ignored():
                contents.ignored.append(found)
            case Note():
                contents.notes.append(found)
    return contents


def zipped(path: Path, entries: Mapping[str, str | bytes]) -> Path:
    """Write a zip with these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def written(path: Path, content: str | bytes) -> Path:
    """Write a file byte for byte."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# --- diaries ---

PAIN = {"item": "pain", "column": "pain", "scale": (0, 10), "higher_is": "worse", "recall": "today"}
TWO_DAYS = "date,pain\n2024-03-01,4\n2024-03-02,5\n"


def plan(**changes: object) -> DiaryPlan:
    """Declare a diary with one column of pain, but for these changes."""
    return DiaryPlan.model_validate({"file": "diary*.csv", "filled": "evening", "items": [PAIN]} | changes)


def answers(contents: Contents) -> list[tuple[object, ...]]:
    """Return date, item and value of each accepted answer."""
    return contents.accepted("self_report").select("date", "item", "value").rows()


def refusal_of(action: Callable[..., object], *args: object, **changes: object) -> ExportRefused:
    """Return the refusal that an action ends with."""
    with pytest.raises(ExportRefused) as refusal:
        action(*args, **changes)
    return refusal.value
