"""What is in an export and what importing it would do, found by loading it into a temporary study."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from painstats.archive.archive import Archive, export_date
from painstats.archive.entries import is_utf8, shown, utf8
from painstats.batch import Batch, ExportedAt
from painstats.intake.candidates import VERSION
from painstats.intake.inbox_file import InboxFile
from painstats.intake.parts import Parts, parts_of_folder, parts_of_zip
from painstats.intake.reading import read_export
from painstats.parsing.clocks import local_dates_of
from painstats.plan.study import Plan, Study
from painstats.plan.time_zones import TimeZones, ZonePeriod
from painstats.records import INSTANT, RECORD_TABLES, RecordTable
from painstats.sources import ReadSettings, source_named
from painstats.store import ImportSummary, Store, load_records, open_store
from painstats.store.ledger import ExportIdentity
from painstats.store.rows import select

MAX_PLACES = 3
"""Places given for each reason to reject."""

MAX_SAMPLE = 1000
"""Instants of each conversion that are compared with what is stored."""

_WHAT = {
    "measurement": "measure",
    "daily_total": "measure",
    "self_report": "CASE WHEN site = '' THEN item ELSE item || ' (' || site || ')' END",
    "exercise_session": "exercise_type",
    "treatment": "kind",
}
_NO_SCALE = "NULL::DOUBLE AS scale_low, NULL::DOUBLE AS scale_high, NULL::BOOLEAN AS higher_is_worse"


@dataclass(frozen=True, slots=True)
class ContentRow:
    """Rows of a record table that would be stored: of one measure, item or kind, device kind and scale."""

    table: str
    what: str | None
    device_kind: str | None
    rows: int
    first_date: date
    last_date: date
    scale: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row is: the file inside the export, and its line or record number."""

    entry: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Rejections:
    """Rows of a record table that would be rejected by one rule, and the first places of them."""

    table: str
    rule: str
    column: str | None
    rows: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Unused:
    """Rows that would not be used, and why."""

    entry: str
    rows: int
    reason: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an export holds.

    Parameters
    ----------
    name, source, title
        Of the export and of its format.
    participants
        How many participants its rows are about.
    exported_at
        When it was exported; None where it does not say so itself.
    zone_use
        What the participant's zone was used for: to convert ``clock times``, or only to cut ``days``; None for neither.
    summary
        How many of its rows would be new, duplicate, rejected and so on.
    contents, rejected, ignored
        What would be stored, rejected, and not used.
    own_exports
        Files of a folder or zip that are exports of their own and not part of this one.
    """

    name: str
    source: str
    title: str
    participants: int
    exported_at: datetime | None
    zone_use: str | None
    summary: ImportSummary
    contents: tuple[ContentRow, ...]
    rejected: tuple[Rejections, ...]
    ignored: tuple[Unused, ...]
    own_exports: tuple[str, ...]


def exports_at(path: Path, settings: ReadSettings) -> tuple[InboxFile, ...]:
    """List the exports that a file, folder or zip is, itself first."""
    name = path.name
    file = InboxFile(path, utf8(name), settings.participant_id, is_utf8(name))
    try:
        parts = _parts(file, settings)
    except Exception:  # whatever is wrong with it is reported when it is inspected
        return (file,)
    own = [
        InboxFile(part.path, f"{file.name}/{name}", file.participant_id, archive=part)
        for name, part in parts.own.items()
        if part and not parts.whole.is_folder
    ]
    return replace(file, archive=parts.whole), *own


def _parts(file: InboxFile, settings: ReadSettings) -> Parts:
    parts = parts_of_folder(file.path, settings) if file.path.is_dir() else None
    return parts or parts_of_zip(file.open(), settings)


def inspect_export(file: InboxFile, settings: ReadSettings) -> Inspection:
    """Find out what an export is and holds, without keeping anything of it.

    Raises
    ------
    ExportRefused
        It would be refused whole.
    """
    archive = file.open()
    known = settings.time_zones
    zones = _ZonesInUse(known.default, known.home, known.journeys)
    with (
        tempfile.TemporaryDirectory(prefix="painstats-") as folder,
        open_store(Study(folder=Path(folder), plan=Plan())) as store,
    ):
        watched = replace(settings, time_zones=zones)
        source, batches = read_export(archive, watched)
        identity = ExportIdentity(file.name, archive.content_hash, "inspected", settings.participant_id)
        dated = ExportedAt(*export_date(archive))
        stated = [dated] if dated.is_stated else []
        summary = load_records(store, identity, source, _noticing(batches, stated), VERSION, dated)
        inspection = _inspection(store, file.name, archive, settings, summary)
        return replace(
            inspection,
            exported_at=stated[-1].at.astimezone(UTC) if stated else None,
            zone_use=_zone_use(store, zones, inspection.contents),
        )


def _noticing(batches: Iterator[Batch], stated: list[ExportedAt]) -> Iterator[Batch]:
    """Pass batches on, and keep what they say about the date of the export."""
    for batch in batches:
        stated += [batch] if isinstance(batch, ExportedAt) else []
        yield batch


# --- what the participant's zone was used for ---


@dataclass(frozen=True, slots=True)
class _ZonesInUse(TimeZones):
    """The zones of all participants, which record what they were asked for; every source uses them alone."""

    placed: list[pl.Series] = field(default_factory=list)
    dated: list[str] = field(default_factory=list)

    def to_utc(self, participant_id: str | None, local: pl.Series) -> pl.Series:
        instants = TimeZones.to_utc(self, participant_id, local)
        self.placed.append(instants.drop_nulls().head(MAX_SAMPLE))
        return instants

    def periods(self, participant_id: str) -> list[ZonePeriod]:
        self.dated.append(participant_id)
        return TimeZones.periods(self, participant_id)


def _zone_use(store: Store, zones: _ZonesInUse, contents: Iterable[ContentRow]) -> str | None:
    """Say what the zone was used for: an instant converted with it is stored without an offset of its own."""
    tables = [RECORD_TABLES[name] for name in sorted({row.table for row in contents})]
    placed = pl.concat(zones.placed) if zones.placed else pl.Series([], dtype=INSTANT)
    n_unmarked = 0
    for table in tables:
        unmarked = f"FROM {table.name}" + (" WHERE utc_offset_min IS NULL" if "utc_offset_min" in table.columns else "")
        for column in (name for name, dtype in table.columns.items() if dtype == INSTANT and len(placed)):
            stored = store.connection.execute(f"SELECT DISTINCT {column} AS at {unmarked}").pl()
            if stored["at"].is_in(placed.unique().to_list()).any():
                return "clock times"
        if "date" not in table.columns:
            n_unmarked += _count(store, f"SELECT count(*) {unmarked}")
    return "days" if zones.dated or n_unmarked else None


def _inspection(
    store: Store, name: str, archive: Archive, settings: ReadSettings, summary: ImportSummary
) -> Inspection:
    union = " UNION ".join(f"SELECT participant_id FROM {name}" for name in RECORD_TABLES)
    return Inspection(
        name=shown(name),
        source=summary.source,
        title=source.title if (source := source_named(summary.source)) else summary.source,
        participants=_count(store, f"SELECT count(*) FROM ({union})"),
        exported_at=None,
        zone_use=None,
        summary=summary,
        contents=tuple(row for table in RECORD_TABLES.values() for row in _contents(store, table, settings)),
        rejected=_rejections(store),
        ignored=tuple(
            select(
                store,
                Unused,
                "SELECT entry, sum(rows)::BIGINT AS rows, reason FROM ignored GROUP BY ALL ORDER BY 2 DESC, 1, 3",
            )
        ),
        own_exports=tuple(sorted(archive.left_out)),
    )


def _rejections(store: Store) -> tuple[Rejections, ...]:
    found = store.connection.execute(
        "SELECT table_name, rule, column_name, count(*), "
        f"list({{'entry': entry, 'line': line}} ORDER BY entry, line)[:{MAX_PLACES}] "
        "FROM quarantine GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return tuple(
        Rejections(table, rule, column, rows, tuple(Place(**place) for place in places))
        for table, rule, column, rows, places in found
    )


def _contents(store: Store, table: RecordTable, settings: ReadSettings) -> list[ContentRow]:
    """Count the rows of a table by what they are, by device kind and by scale, with first and last local date."""
    has = table.columns.__contains__
    what = _WHAT.get(table.name, "NULL::VARCHAR")
    kind = "device_kind" if has("device_kind") else "NULL::VARCHAR"
    scale = "scale_low, scale_high, higher_is_worse" if has("scale_low") else _NO_SCALE
    offset = "utc_offset_min" if has("utc_offset_min") and not has("date") else "NULL::INTEGER"
    first = next(column for column in ("date", "start_date", "start_at") if has(column))
    last = {"start_date": "coalesce(end_date, start_date)"}.get(first, first)
    found = store.connection.execute(
        f"SELECT participant_id, {what} AS what, {kind} AS device_kind, {scale}, {offset} AS utc_offset_min, "
        f"count(*) AS rows, min({first}) AS first, max({last}) AS last FROM {table.name} GROUP BY ALL ORDER BY ALL"
    ).pl()
    groups = (
        _with_local_dates(found, settings)
        .group_by("what", "device_kind", "scale_low", "scale_high", "higher_is_worse", maintain_order=True)
        .agg(pl.sum("rows"), pl.min("first"), pl.max("last"))
    )
    return [
        ContentRow(table.name, what, kind, rows, first, last, None if low is None else _scale(low, high, is_worse))
        for what, kind, low, high, is_worse, rows, first, last in groups.iter_rows()
    ]


def _with_local_dates(found: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Turn the first and last instants into local dates, by their own offset or else the participant's zone."""
    if found.schema["first"] != INSTANT:
        return found
    recorded = pl.duration(minutes=pl.col("utc_offset_min"))
    return found.with_columns(
        pl.coalesce(
            (pl.col(end) + recorded).dt.date(),
            local_dates_of(found["participant_id"], found[end], settings.time_zones),
        ).alias(end)
        for end in ("first", "last")
    )


def _scale(low: float, high: float, higher_is_worse: bool) -> str:
    return f"{low:g} to {high:g}, higher is {'worse' if higher_is_worse else 'better'}"


def _count(store: Store, query: str) -> int:
    row = store.connection.execute(query).fetchone()
    return int(row[0]) if row else 0
