"""Android Health Connect: the exported SQLite database, in its zip or bare."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl

from painstats.records import EXERCISE_SESSION, INSTANT, MEASUREMENT, SLEEP_SEGMENT, STEP_COUNT, RecordTable
from painstats.sources.batching import BATCH_ROWS, in_batches
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
from painstats.sources.export import Entry, Export, refused
from painstats.sources.text import first_problem

_MAGIC = b"SQLite format 3\0"
_STEPS, _SESSIONS, _STAGES = "steps_record_table", "sleep_session_record_table", "sleep_stages_table"
_EXERCISE = "exercise_session_record_table"

SAMPLES = {
    "resting_heart_rate_record_table": ("beats_per_minute", "resting_heart_rate_bpm"),
    "heart_rate_variability_rmssd_record_table": ("heart_rate_variability_millis", "heart_rate_variability_rmssd_ms"),
}
"""Tables of samples: the column of their value, and the measure that it is."""

STAGES = {1: "awake", 2: "asleep", 3: "awake", 4: "light", 5: "deep", 6: "rem", 7: "awake"}
"""Sleep stages by their number; 0 is unknown. Out of bed (3) and awake in bed (7) are both awake."""

DEVICE_KINDS = {1: "watch", 2: "phone", 4: "tracker", 6: "tracker"}
"""Types of devices by their number; all others count as apps."""

_LATEST_MS = 4_102_444_800_000  # the year 2100
_AGAIN = "export again in the settings of Health Connect"


def _database(export: Export) -> Entry | None:
    """Return the entry that is a database: known by its tables where it lies bare, by its name in the zip too."""
    databases = [entry for entry in export.entries if entry.head(len(_MAGIC)) == _MAGIC]
    named = [entry for entry in databases if entry.member is None or "health_connect" in entry.label.lower()]
    return named[0] if len(named) == 1 else None


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    entry = _database(export)
    if entry is None or entry.member is not None:
        return entry is not None
    try:
        with _opened(entry.path) as connection:
            return _STEPS in _tables(connection)
    except sqlite3.Error:
        return False


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    entry = _database(export)
    assert entry is not None
    with _on_disk(entry) as path:
        _refuse_cut_short(entry, path)
        try:
            with _opened(path) as connection:
                if _STEPS not in _tables(connection):
                    raise refused("not_health_connect", entry, f"it is a database without {_STEPS}; {_AGAIN}")
                yield from _read_tables(connection, entry, settings)
        except sqlite3.Error:
            raise refused("sqlite_damaged", entry, f"the database is damaged; {_AGAIN}") from None
    n_other = len(export.entries) - 1
    if n_other:
        yield Ignored(export.name, 0, f"{n_other} other file(s) of the archive: not used")


def _read_tables(connection: sqlite3.Connection, entry: Entry, settings: ReadSettings) -> Iterator[Read]:
    tables = _tables(connection)
    known = {"participant_id": settings.participant_id, "source": SOURCE.name, "entry": entry.label}
    yield from _records(connection, STEP_COUNT, _STEPS, _interval("t.count AS step_count"), known)
    if _SESSIONS in tables:
        yield from _sleep(connection, known, has_stages=_STAGES in tables)
    for table, (column, measure) in SAMPLES.items():
        if table in tables:
            sample = f"t.time AS start_ms, t.time AS end_ms, t.zone_offset AS offset_s, t.{column} AS value"
            yield from _records(connection, MEASUREMENT, table, sample, {**known, "measure": measure})
    if _EXERCISE in tables:
        yield from _records(connection, EXERCISE_SESSION, _EXERCISE, _interval("t.title AS title"), known)
    read = {_STEPS, _SESSIONS, _EXERCISE, *SAMPLES}
    for table in sorted(tables - read):
        if table.endswith("_record_table"):
            count = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
            if count:
                yield Ignored(entry.label, int(count), f"{table}: not used")
    yield Noted(entry.label, "days were cut by the offset that each record keeps; each app is a device of its own")


def _interval(value: str) -> str:
    return f"t.start_time AS start_ms, t.end_time AS end_ms, t.start_zone_offset AS offset_s, {value}"


def _sleep(connection: sqlite3.Connection, known: dict[str, str | None], has_stages: bool) -> Iterator[Read]:
    """Yield stages, and sessions: as time in bed where they have stages, else as sleep without stages."""
    staged = f"EXISTS (SELECT 1 FROM {_STAGES} AS s WHERE s.parent_key = t.row_id)" if has_stages else "0"
    session = _interval(f"CASE WHEN {staged} THEN 'in_bed' ELSE 'asleep' END AS stage")
    yield from _records(connection, SLEEP_SEGMENT, _SESSIONS, session, known)
    if not has_stages:
        return
    names = " ".join(f"WHEN {number} THEN '{name}'" for number, name in STAGES.items())
    stage = (
        "s.stage_start_time AS start_ms, s.stage_end_time AS end_ms, t.start_zone_offset AS offset_s, "
        f"CASE s.stage_type {names} END AS stage"
    )
    joined = f"{_STAGES} AS s JOIN {_SESSIONS} AS t ON t.row_id = s.parent_key"
    yield from _records(connection, SLEEP_SEGMENT, _STAGES, stage, known, joined)


def _records(
    connection: sqlite3.Connection,
    record_table: RecordTable,
    table: str,
    columns: str,
    known: dict[str, str | None],
    joined: str = "",
) -> Iterator[Read]:
    """Yield the rows of one table as records, a batch at a time."""
    cursor = connection.execute(
        f"SELECT {columns}, a.package_name AS package, {_device_type(connection)} AS device_type, "
        f"{'s.rowid' if joined else 't.row_id'} AS line FROM {joined or f'{table} AS t'} "
        "LEFT JOIN application_info_table AS a ON a.row_id = t.app_info_id "
        "LEFT JOIN device_info_table AS d ON d.row_id = t.device_info_id ORDER BY line"
    )
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(BATCH_ROWS):
        cells = {name: _typed(name, [row[place] for row in rows]) for place, name in enumerate(names)}
        frame = _placed(pl.DataFrame(cells), table).with_columns(
            pl.lit(value, pl.String).alias(name) for name, value in known.items()
        )
        yield from in_batches(record_table, _finished(frame, record_table))


def _device_type(connection: sqlite3.Connection) -> str:
    columns = {row[1] for row in connection.execute("PRAGMA table_info(device_info_table)")}
    return "d.device_type" if "device_type" in columns else "NULL"


def _typed(name: str, values: list[object]) -> pl.Series:
    """Keep the values of a column that have its type: SQLite lets anything stand anywhere."""
    if name in ("stage", "package", "title"):
        return pl.Series(name, [value if isinstance(value, str) else None for value in values], pl.String)
    numbers = [float(value) if isinstance(value, int | float) else None for value in values]
    return pl.Series(name, numbers, pl.Float64)


def _placed(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Add times, the offset of the clock, and the app as a device."""
    tags = {
        package: hashlib.sha256(package.encode()).hexdigest()[:6] for package in rows["package"].drop_nulls().unique()
    }
    instants = [
        pl.from_epoch(pl.when(pl.col(name).is_between(0, _LATEST_MS)).then(name).cast(pl.Int64), time_unit="ms")
        .cast(INSTANT)
        .alias(column)
        for name, column in (("start_ms", "start_at"), ("end_ms", "end_at"))
    ]
    tag = pl.col("package").replace_strict(tags, default="unknown", return_dtype=pl.String)
    return rows.with_columns(
        *instants,
        (pl.col("offset_s") / 60).cast(pl.Int32, strict=False).alias("utc_offset_min"),
        pl.format("health-connect-{}", tag).alias("device"),
        pl.col("device_type").replace_strict(DEVICE_KINDS, default="app", return_dtype=pl.String).alias("device_kind"),
        pl.col("line").cast(pl.Int64),
        pl.format("{} row {}", pl.lit(table), pl.col("line").cast(pl.Int64)).alias("text"),
    )


def _finished(rows: pl.DataFrame, record_table: RecordTable) -> pl.DataFrame:
    """Add what only one record table has, and name the column that could not be read."""
    length_min = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    problems = {"start_time": pl.col("start_at").is_null(), "end_time": pl.col("end_at").is_null()}
    if record_table is STEP_COUNT:
        rows = rows.with_columns(pl.col("step_count").cast(pl.Int64, strict=False))
        problems["count"] = pl.col("step_count").is_null()
    elif record_table is SLEEP_SEGMENT:
        problems["stage_type"] = pl.col("stage").is_null()
    elif record_table is EXERCISE_SESSION:
        # The numbers of kinds of exercise differ from the documented ones; a title is the only word there is.
        rows = rows.with_columns(
            pl.col("start_at").dt.to_string("%Y-%m-%dT%H:%M:%SZ").alias("session_id"),
            exercise_types(pl.col("title")).alias("exercise_type"),
            length_min.alias("duration_min"),
        )
    else:
        problems["value"] = pl.col("value").is_null()
    return rows.with_columns(first_problem(**problems))


# --- the file ---


@contextmanager
def _on_disk(entry: Entry) -> Iterator[Path]:
    """Give the path of a database; one inside a zip is unpacked into a private folder, as SQLite must seek in it."""
    if entry.member is None:
        yield entry.path
        return
    with tempfile.TemporaryDirectory(prefix="painstats-") as folder:
        path = Path(folder) / "database"
        with entry.open() as packed, path.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked, 1 << 20)
        yield path


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for reading only, without a journal beside it."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection


def _tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _refuse_cut_short(entry: Entry, path: Path) -> None:
    """Refuse a file with fewer pages than its header says: SQLite finds out only where it reads them."""
    with path.open("rb") as file:
        header = file.read(100)
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    if len(header) < 100 or path.stat().st_size < page_bytes * int.from_bytes(header[28:32], "big"):
        raise refused("sqlite_truncated", entry, f"the database is cut short; {_AGAIN}")


SOURCE = Source(
    name="health_connect",
    title="Android Health Connect (zip or SQLite)",
    reads="steps and sleep of every app, exercise, resting heart rate, heart rate variability",
    how_to_export=(
        "On the phone open Settings, Health Connect, Manage data, Export data, and send the zip to this computer."
    ),
    recognises=_recognises,
    read=_read,
)
