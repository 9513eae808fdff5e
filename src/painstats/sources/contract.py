"""What a source is: the contract that every format's file keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from painstats.archive.archive import Archive
from painstats.batch import Batch
from painstats.plan.apps import AppsPlan
from painstats.plan.diaries import DiaryPlan
from painstats.plan.shards import Shard
from painstats.plan.tables import TablePlan
from painstats.plan.time_zones import TimeZones

NOT_READ = "not read: "
"""How a note begins that names something of an export that is not read and might be wanted; every run prints it."""


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """What a source may know of the plan: time zones, mappings, and the last date that can be real.

    Parameters
    ----------
    participant_id
        The owner of a file that does not name one itself; None for a file of many participants.
    time_zones
        Turns a participant's local clock times into UTC.
    diaries
        Mappings of diary CSVs, in the order of the study file.
    apps
        What a participant's own words mean in the diaries of apps.
    today
        Dates after it are rejected.
    tables
        Mappings of tables of daily values, in the order of the study file.
    shard
        The shard for which a file of several participants is read; None for all of them.
    """

    participant_id: str | None
    time_zones: TimeZones
    diaries: tuple[DiaryPlan, ...] = ()
    apps: AppsPlan = field(default_factory=AppsPlan)
    today: date = field(default_factory=date.today)
    tables: tuple[TablePlan, ...] = ()
    shard: Shard | None = None

    @property
    def mappings(self) -> tuple[DiaryPlan | TablePlan, ...]:
        """All mappings of the study file."""
        return (*self.diaries, *self.tables)


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
        How a participant gets the export out of their app.
    recognises
        Whether an archive is of this format, by its content and, for diaries, by the mappings of the plan. Nothing
        else of the settings may decide: each source is asked once.
    telltales
        Names of columns or JSON keys by which a kind of its files is recognised, one collection for each kind: a
        message about an unrecognised file says which of them it lacks.
    read
        Yields what is in it; rows are not checked yet. Raises :class:`painstats.errors.ExportRefused` when the file
        cannot be trusted as a whole.
    belongs_with_others
        Whether a bare file is one of several that are read together where they lie in one folder; None for a format of
        which each file is an export.
    """

    name: str
    version: int
    title: str
    reads: str
    how_to_export: str
    recognises: Callable[[Archive, ReadSettings], bool]
    read: Callable[[Archive, ReadSettings], Iterator[Batch]]
    telltales: tuple[tuple[str, ...], ...] = ()
    belongs_with_others: Callable[[Archive], bool] | None = None
