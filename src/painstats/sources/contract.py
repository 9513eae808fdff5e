"""What a source is and what it yields: the contract that every format's file keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from painstats.archive.archive import Export
from painstats.plan.study import DiaryPlan
from painstats.plan.time_zones import TimeZones


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What a source may know of the plan: time zones, diary mappings, and the last date that can be real.

    Parameters
    ----------
    participant_id
        The person a file belongs to when it does not say so itself; None for a file of many people.
    time_zones
        Turns a participant's local clock times into UTC.
    diaries
        Mappings of diary CSVs, in the order of the study file.
    today
        Dates after it are rejected.
    """

    participant_id: str | None
    time_zones: TimeZones
    diaries: tuple[DiaryPlan, ...] = ()
    today: date = field(default_factory=date.today)


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Rows for one record table, as read, not yet checked.

    ``frame`` has the columns of the record table (null where a text could not be read as what it should be) and four
    more: ``entry`` (name of the file inside the export), ``line`` (1-based line or record number in it), ``column``
    (name of the column that could not be read, null if all could) and ``text`` (the row as it came). A row with a
    non-null ``column`` is rejected by :func:`painstats.intake.checks.check_records` with the rule ``unreadable``. A
    source that rejects a row for a reason of its own sets ``rule`` to its name too; otherwise ``rule`` is null.
    """

    table: str
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Ignored:
    """Rows or entries of a recognised export that painstats has no use for, counted so that the sums add up."""

    entry: str
    rows: int
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something an operator should know about how the export was read (a repaired defect, an assumed zone)."""

    entry: str
    message: str


NOT_READ = "not read: "
"""How a note begins that names something of an export that is not read and might be wanted; every run prints it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """When the export was made, where it says so itself: of two exports that contradict each other the later counts.

    ``at`` is an instant with a time zone. A source yields at most one; without one the dates in the zip or of the file
    are taken.
    """

    at: datetime


Read = RecordBatch | Ignored | Noted | Exported


@dataclass(frozen=True, slots=True)
class Source:
    """One export format.

    Parameters
    ----------
    name, title
        ``fitbit``; "Fitbit account export (JSON)".
    version
        Raised by one whenever the same file would be read differently than before, whether by this source or by code
        that it shares with others: files read by an earlier version are then read again.
    reads
        What is read from it, in words.
    how_to_export
        How a person gets the export out of their app.
    recognises
        Whether an export is of this format, by its content.
    read
        Yields what is in it. Raises :class:`painstats.errors.ExportRefused` when the file cannot be trusted as a whole.
    """

    name: str
    version: int
    title: str
    reads: str
    how_to_export: str
    recognises: Callable[[Export, ReadSettings], bool]
    read: Callable[[Export, ReadSettings], Iterator[Read]]
