"""What is read from an export, from the source that reads it to the store that keeps it: one type, ``Batch``.

A source yields rows as it reads them, rows and entries that painstats has no use for, notes, and the date of the
export. Checking completes the rows, staging moves them to a file, and loading stores them: the type stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from painstats.records import RECORD_TABLES

PLACE: dict[str, pl.DataType | type[pl.DataType]] = {
    "entry": pl.String,
    "line": pl.Int64,
    "column": pl.String,
    "rule": pl.String,
    "text": pl.String,
}
"""Where a row came from and what is wrong with it, beside the columns of its record table."""


@dataclass(frozen=True, slots=True)
class StagedRows:
    """Checked rows in a Parquet file: the columns of the record table, those of ``PLACE``, and ``staged_row``.

    ``participants`` are those of the accepted rows, in order; ``has_repeats`` is whether any two of these are about
    the same fact.
    """

    path: Path
    n_accepted: int
    n_rejected: int
    participants: tuple[str, ...]
    has_repeats: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one record table.

    Parameters
    ----------
    table
        Name of the record table.
    frame
        The columns of the record table (null where a text could not be read as what it should be) and five more:
        ``entry`` (name of the file inside the export), ``line`` (1-based line or record number in it), ``column``
        (name of the column that is wrong), ``rule`` (name of the rule that the row breaks) and ``text`` (the row as it
        came). A source sets ``column`` where a cell could not be read, and ``rule`` where it rejects a row for a
        reason of its own; checking (:func:`painstats.intake.checks.check_records`) sets both for every row that
        breaks a rule, and drops the text of the others.
    is_checked
        Whether every row has been checked. Rows that were not checked are never stored.
    recheck_on
        The first date on which one of the rejected rows may be accepted; None if no date matters.
    """

    table: str
    frame: pl.DataFrame | StagedRows
    is_checked: bool = False
    recheck_on: date | None = None

    @property
    def in_memory(self) -> pl.DataFrame:
        """All rows, read from their file if they are staged."""
        return pl.read_parquet(self.frame.path) if isinstance(self.frame, StagedRows) else self.frame

    @property
    def accepted(self) -> pl.DataFrame:
        """The accepted rows, with exactly the columns of the record table."""
        return self.in_memory.filter(pl.col("rule").is_null()).select(*RECORD_TABLES[self.table].columns)

    @property
    def participants(self) -> tuple[str, ...]:
        """The participants of the accepted rows, in order."""
        if isinstance(self.frame, StagedRows):
            return self.frame.participants
        return tuple(self.frame["participant_id"].filter(self.frame["rule"].is_null()).unique().sort())

    @property
    def rejected(self) -> pl.DataFrame:
        """The place, reason and text of each rejected row: the columns of ``PLACE``."""
        return self.in_memory.filter(pl.col("rule").is_not_null()).select(*PLACE)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Rows or entries of a recognised export that painstats has no use for, counted so that the sums add up."""

    entry: str
    rows: int
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something an operator should know about how the export was read (a repaired defect, an assumed zone)."""

    entry: str
    message: str

    @property
    def text(self) -> str:
        """The note in one line."""
        return f"{self.entry}: {self.message}" if self.entry else self.message


@dataclass(frozen=True, slots=True)
class ExportedAt:
    """When the export was made: of two exports that contradict each other the later one counts.

    ``at`` is an instant with a time zone. ``is_stated`` is False for a date that is only the file's time of change: it
    is moved after that of whatever was imported under the same name before, because the present file counts. A source
    yields at most one; without one the dates in the zip or of the file are taken.
    """

    at: datetime
    is_stated: bool = True


Batch = Rows | Ignored | Note | ExportedAt


# --- alike notes ---

CHECK_ZONE = "check the time zone: "
"""How a note begins that doubts the declared time zone; every run prints it, and it heads the report."""

_NUMBERS = re.compile(r"\d[\d.,:/-]*")
_FILE = re.compile(r"^[^:\n]*\.[A-Za-z0-9]{1,8}: ")


@dataclass(frozen=True, slots=True)
class AlikeNotes:
    """Notes that differ in nothing but numbers and the names of their files: the first, and how many there are."""

    first: str
    number: int

    @property
    def message(self) -> str:
        """What the first says, without the name of its file."""
        return message_of(self.first)

    @property
    def text(self) -> str:
        """The first, with the number of the others."""
        return f"{self.first} (and {self.number - 1:,} more like it)" if self.number > 1 else self.first

    @property
    def is_doubt(self) -> bool:
        """Whether they doubt the declared time zone."""
        return CHECK_ZONE in self.first


def alike(notes: Iterable[str]) -> list[AlikeNotes]:
    """Join alike notes (:attr:`Note.text`); doubts about the time zone come first."""
    kinds: dict[str, list[str]] = {}
    for note in notes:
        kinds.setdefault(_kind(note), []).append(note)
    found = [AlikeNotes(several[0], len(several)) for several in kinds.values()]
    return sorted(found, key=lambda each: not each.is_doubt)


def _kind(note: str) -> str:
    return _NUMBERS.sub("#", message_of(note))


def message_of(note: str) -> str:
    """Return a note without the name of its file."""
    return _FILE.sub("", note, count=1)
