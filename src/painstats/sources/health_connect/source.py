"""Android Health Connect: the exported SQLite database, zipped or not."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.text import first_problem
from painstats.records import EXERCISE_SESSION, INSTANT, MEASUREMENT, SLEEP_SEGMENT, STEP_COUNT, RecordTable
from painstats.sources.batching import BATCH_ROWS, in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
from painstats.sources.health_connect.clock import MIN_SHARE, decide_health_connect_clock, times_of

_MAGIC = b"SQLite format 3\0"
_STEPS, _SESSIONS, _STAGES = "steps_record_table", "sleep_session_record_table", "sleep_stages_table"
_EXERCISE = "exercise_session_record_table"
_APPS, _DEVICES = "application_info_table", "device_info_table"

SAMPLES = {
    "resting_heart_rate_record_table": ("beats_per_minute", "resting_heart_rate_bpm"),
    "heart_rate_variability_rmssd_record_table": ("heart_rate_variability_millis", "heart_rate_variability_rmssd_ms"),
}
"""Tables of samples: the column of the value, and its measure."""

NEEDED = {
    _STEPS: ("row_id", "start_time", "end_time", "count"),
    _SESSIONS: ("row_id", "start_time", "end_time"),
    _STAGES: ("parent_key", "stage_start_time", "stage_end_time", "stage_type"),
    _EXERCISE: ("row_id", "start_time", "end_time"),
    **{table: ("row_id", "time", column) for table, (column, _) in SAMPLES.items()},
}
"""Tables that are read, and the columns that each needs; a table without them is skipped."""

STAGES = {1: "awake", 2: "asleep", 3: "awake", 4: "light", 5: "deep", 6: "rem", 7: "awake"}
"""Sleep stages by number; 0 is unknown. Out of bed (3) and awake in bed (7) both count as awake."""

DEVICE_KINDS = {1: "watch", 2: "phone", 4: "tracker", 6: "tracker"}
"""Kinds of devices by number; all others count as apps."""

_LATEST_MS = 4_102_444_800_000  # the year 2100
_BESIDE_MS = 60_000
_LONGEST_KEPT = 30
_AGAIN = "export again in the settings of Health Connect"


@dataclass(frozen=True, slots=True)
class Database:
    """An open database: the columns of its tables, values that all rows share, and the unit of offsets in seconds."""

    connection: sqlite3.Connection
    entry: Entry
    tables: Mapping[str, set[str]]
    known: Mapping[str, str | None]
    offset_s: int = 1


def _databases(archive: Archive) -> list[Entry]:
    return [entry for entry in archive.entries if entry.head(len(_MAGIC)) == _MAGIC]


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    for entry in _databases(archive):
        with _on_disk(entry) as path:
            if _holds_steps(path):
                return True
    return False


def _holds_steps(path: Path) -> bool:
    """Whether a database is from Health Connect, by its tables."""
    try:
        with _opened(path) as connection:
            return _STEPS in _tables(connection)
    except sqlite3.Error:
        return False


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    n_other = len(archive.entries)
    for entry in _databases(archive):
        with _on_disk(entry) as path:
            if not _holds_steps(path):
                continue
            n_other -= 1
            _refuse_cut_short(entry, path)
            try:
                with _opened(path) as connection:
                    yield from _read_database(connection, entry, settings)
            except sqlite3.Error:
                raise refused("sqlite_damaged", entry, f"the database is damaged; {_AGAIN}") from None
    if n_other:
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def _read_database(connection: sqlite3.Connection, entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    tables = _tables(connection)
    known = {"participant_id": settings.participant_id, "source": SOURCE.name, "entry": entry.label}
    database = Database(connection, entry, tables, known)
    lacking = {
        table: [name for name in NEEDED[table] if name not in tables[table]] for table in NEEDED if table in tables
    }
    for table, names in lacking.items():
        if names:
            yield from _left_out(database, table, f"missing column {', '.join(names)}")
    tables = {table: columns for table, columns in tables.items() if not lacking.get(table)}
    recorded = {table: tables[table] for table in NEEDED if table in tables and table != _STAGES}
    offset_s, messages = decide_health_connect_clock(connection, entry, recorded, (_STEPS, *SAMPLES))
    database = replace(database, tables=tables, offset_s=offset_s)
    yield from _read_tables(database)
    for table in sorted(tables.keys() - NEEDED.keys()):
        if table.endswith("_record_table") and (count := _count(connection, table)):
            yield Ignored(entry.label, count, f"{table}: not used")
    apart = "package_name" in tables.get(_APPS, ())
    messages.append("each app is a separate device" if apart else f"apps cannot be distinguished without {_APPS}")
    for message in messages:
        yield Note(entry.label, message)


def _left_out(database: Database, table: str, reason: str) -> Iterator[Batch]:
    """Count the rows of a table that cannot be read, and say why."""
    if count := _count(database.connection, table):
        yield Ignored(database.entry.label, count, f"{table}: not read, {reason}")
        yield Note(database.entry.label, f"{table} was not read: {reason}")


def _read_tables(database: Database) -> Iterator[Batch]:
    if _STEPS in database.tables:
        value = {"step_count": "t.count"}
        yield from _records(database, STEP_COUNT, _STEPS, _times(database, _STEPS) | value, ("t.count",))
    if _SESSIONS in database.tables:
        yield from _sleep(database)
    elif _STAGES in database.tables:
        yield from _left_out(database, _STAGES, f"{_SESSIONS}, to which the stages belong, could not be read")
    for table, (column, measure) in SAMPLES.items():
        if table in database.tables:
            value = {"value": f"t.{column}", "measure": f"'{measure}'"}
            yield from _records(database, MEASUREMENT, table, _times(database, table) | value, (f"t.{column}",))
    if _EXERCISE in database.tables:
        value = {"title": _column(database, _EXERCISE, "title")}
        number = _column(database, _EXERCISE, "exercise_type")
        yield from _records(database, EXERCISE_SESSION, _EXERCISE, _times(database, _EXERCISE) | value, (number,))


# --- tables to rows ---


def _column(database: Database, table: str, name: str | None) -> str:
    return f"t.{name}" if name in database.tables[table] else "NULL"


def _times(database: Database, table: str) -> dict[str, str]:
    began, offset = times_of(database.tables[table])
    ended = "end_time" if began == "start_time" else began
    return {"start_ms": f"t.{began}", "end_ms": f"t.{ended}", "offset": _column(database, table, offset)}


def _sleep(database: Database) -> Iterator[Batch]:
    """Yield stages and sessions; a session with stages is time in bed, others are sleep without stages."""
    has_stages = _STAGES in database.tables
    if has_stages:
        yield from _checked_stages(database)
    staged = f"EXISTS (SELECT 1 FROM {_STAGES} AS s WHERE s.parent_key = t.row_id)" if has_stages else "0"
    session = _times(database, _SESSIONS) | {"stage": f"CASE WHEN {staged} THEN 'in_bed' ELSE 'asleep' END"}
    yield from _records(database, SLEEP_SEGMENT, _SESSIONS, session)
    if has_stages:
        names = " ".join(f"WHEN {number} THEN '{name}'" for number, name in STAGES.items())
        stage = session | {
            "start_ms": "s.stage_start_time",
            "end_ms": "s.stage_end_time",
            "stage": f"CASE s.stage_type {names} END",
        }
        yield from _records(database, SLEEP_SEGMENT, _STAGES, stage, ("s.stage_type",))


def _checked_stages(database: Database) -> Iterator[Batch]:
    """Check that stages lie within the session of their ``parent_key``; count those without a session."""
    inside = (
        f"total(s.stage_start_time >= t.start_time - {_BESIDE_MS} AND s.stage_end_time <= t.end_time + {_BESIDE_MS})"
    )
    n_stages, n_placed, n_inside = database.connection.execute(
        f"SELECT count(*), count(t.row_id), {inside} FROM {_STAGES} AS s "
        f"LEFT JOIN {_SESSIONS} AS t ON t.row_id = s.parent_key"
    ).fetchone()
    label = database.entry.label
    if n_inside < MIN_SHARE * n_placed:
        raise refused(
            "stages_elsewhere",
            database.entry,
            f"{n_placed - int(n_inside)} of {n_placed} sleep stages lie outside the session of their parent_key; "
            f"{_AGAIN}",
        )
    if n_stages > n_placed:
        yield Ignored(label, n_stages - n_placed, f"{_STAGES}: no session with their parent_key")
    if n_placed:
        yield Note(label, f"{int(n_inside)} of {n_placed} sleep stages lie inside their session")
        yield Note(label, _check_stage_numbers(database))


def _check_stage_numbers(database: Database) -> str:
    """Check the meaning of stage numbers: in most sessions, sleep is longer than time awake."""
    asleep, awake = (
        f"total((stage_end_time - stage_start_time) * (stage_type IN ({_numbers_of(is_awake)})))"
        for is_awake in (False, True)
    )
    n_sessions, n_right = database.connection.execute(
        f"SELECT count(*), total(asleep > awake) FROM (SELECT {asleep} AS asleep, {awake} AS awake "
        f"FROM {_STAGES} GROUP BY parent_key) WHERE asleep + awake > 0"
    ).fetchone()
    if n_right < MIN_SHARE * n_sessions:
        raise refused(
            "stage_numbers",
            database.entry,
            f"by their stage numbers {n_sessions - int(n_right)} of {n_sessions} sleeps would be mostly awake, so the "
            f"numbers must mean something else; {_AGAIN}",
        )
    return f"by their stage numbers {int(n_right)} of {n_sessions} sessions are mostly sleep"


def _numbers_of(is_awake: bool) -> str:
    return ", ".join(str(number) for number, stage in STAGES.items() if (stage == "awake") == is_awake)


def _records(
    database: Database, record_table: RecordTable, table: str, values: dict[str, str], others: tuple[str, ...] = ()
) -> Iterator[Batch]:
    """Yield the rows of one table as records, in batches; rejected rows keep their times and the columns ``others``."""
    line, owner = ("s.rowid", _SESSIONS) if table == _STAGES else ("t.row_id", table)
    kept = dict.fromkeys((*(values[name] for name in ("start_ms", "end_ms", "offset")), *others))
    text = " || ', ' || ".join(f"'{of[2:]} ' || substr(quote({of}), 1, {_LONGEST_KEPT})" for of in kept if of != "NULL")
    package, device_type, joined = _joined(database, owner)
    columns = values | {"package": package, "device_type": device_type, "line": line}
    selected = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    origin = f"{_STAGES} AS s JOIN {_SESSIONS} AS t ON t.row_id = s.parent_key" if owner != table else f"{table} AS t"
    cursor = database.connection.execute(
        f"SELECT {selected}, '{table} row ' || {line} || ': ' || {text} AS text FROM {origin} {joined} ORDER BY line"
    )
    names = [column[0] for column in cursor.description]
    while rows := cursor.fetchmany(BATCH_ROWS):
        cells = {name: _typed(name, [row[place] for row in rows]) for place, name in enumerate(names)}
        frame = _placed(pl.DataFrame(cells), database.offset_s).with_columns(
            pl.lit(value, pl.String).alias(name) for name, value in database.known.items()
        )
        yield from in_batches(record_table, _finished(frame, record_table))


def _joined(database: Database, table: str) -> tuple[str, str, str]:
    """Return the columns of app name and device type (or NULL), and the joins that they need."""
    found = []
    joins = ""
    for info, alias, column, key in (
        (_APPS, "a", "package_name", "app_info_id"), (_DEVICES, "d", "device_type", "device_info_id"),
    ):  # fmt: skip
        is_there = {"row_id", column} <= database.tables.get(info, set()) and key in database.tables[table]
        found.append(f"{alias}.{column}" if is_there else "NULL")
        joins += f" LEFT JOIN {info} AS {alias} ON {alias}.row_id = t.{key}" if is_there else ""
    return found[0], found[1], joins


def _typed(name: str, values: list[object]) -> pl.Series:
    """Keep the values of a column that have its type: SQLite does not enforce types."""
    if name in ("stage", "package", "title", "measure", "text"):
        return pl.Series(name, [value if isinstance(value, str) else None for value in values], pl.String)
    numbers = [float(value) if isinstance(value, int | float) else None for value in values]
    return pl.Series(name, numbers, pl.Float64)


def _placed(rows: pl.DataFrame, offset_s: int) -> pl.DataFrame:
    """Add instants, UTC offset, and the app as a device."""
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
        (pl.col("offset") * offset_s / 60).cast(pl.Int32, strict=False).alias("utc_offset_min"),
        pl.format("health-connect-{}", tag).alias("device"),
        pl.col("device_type").replace_strict(DEVICE_KINDS, default="app", return_dtype=pl.String).alias("device_kind"),
        pl.col("line").cast(pl.Int64),
    )


def _finished(rows: pl.DataFrame, record_table: RecordTable) -> pl.DataFrame:
    """Add the columns of the record table, and the name of the column that could not be read."""
    length_min = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    problems = {"start_time": pl.col("start_at").is_null(), "end_time": pl.col("end_at").is_null()}
    if record_table is STEP_COUNT:
        rows = rows.with_columns(pl.col("step_count").cast(pl.Int64, strict=False))
        problems["count"] = pl.col("step_count").is_null()
    elif record_table is SLEEP_SEGMENT:
        problems["stage_type"] = pl.col("stage").is_null()
    elif record_table is EXERCISE_SESSION:
        # Exercise types differ from the documented numbers; only a title says what a session was.
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
    """Yield the path of a database; one in a zip is unpacked into a private folder, because SQLite must seek."""
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
    """Open a database read-only, without writing a journal."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection


def _tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Return the tables of a database with their columns."""
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = "SELECT name FROM pragma_table_info(?)"
    return {name: {row[0] for row in connection.execute(columns, (name,))} for name in names}


def _count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def _refuse_cut_short(entry: Entry, path: Path) -> None:
    """Refuse a file with fewer pages than its header says: SQLite would only notice when reading them."""
    with path.open("rb") as file:
        header = file.read(100)
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    if len(header) < 100 or path.stat().st_size < page_bytes * int.from_bytes(header[28:32], "big"):
        raise refused("sqlite_truncated", entry, f"the database is incomplete; {_AGAIN}")


SOURCE = Source(
    name="health_connect",
    version=3,
    title="Android Health Connect (zip or SQLite)",
    reads="steps and sleep of every app, exercise, resting heart rate, heart rate variability",
    how_to_export=(
        "On the phone open Settings, Health Connect, Manage data, Export data, and send the zip to this computer."
    ),
    recognises=_recognises,
    read=_read,
)
