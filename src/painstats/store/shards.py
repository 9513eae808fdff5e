"""The shards of a study: how many, where they are, and all of their tables as one.

A shard is a study database of its own for some of the participants (docs/method/scale.md). The database of the study
then holds no records: it sees those of its shards through temporary views, and keeps what is computed over all
participants.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from painstats.errors import StorageError, StudyError
from painstats.plan.shards import RULE, Shard
from painstats.plan.study import SHARDS_FOLDER, Study
from painstats.records import RECORD_TABLES
from painstats.store.durable import write_durably

DEALT_FILE = "dealt.json"
"""Says below ``shards/`` how participants were dealt."""

OF_IMPORTS = ("quarantine", "ignored", "superseded", "import_reading")
"""Tables of the ledger with the number of an import, as records have it."""

DAILY_TABLES = ("daily_summary", "step_by_device", "sleep_by_device", "device_change", "source_agreement")
"""Tables of days, as each shard builds them."""

SUMS = ("rows_read", "rows_new", "rows_same", "rows_corrected", "rows_quarantined", "rows_ignored")
SAME_FILE = ("participant_id", "file_name", "content_hash", "reading_hash", "status")
"""What makes the imports of several shards one: a file of several participants is read by each of them."""


MOVE_SHARDS = "move shards/ out of the study folder, and run it again"
"""How participants are dealt again."""


# --- how a study is dealt ---


def dealt(study: Study) -> tuple[Study, ...]:
    """Return the shards to which a study is dealt, in order; empty if it is one database.

    Raises
    ------
    StorageError
        The record of how it was dealt is damaged.
    """
    path = _record_of(study)
    if study.shard or not path.exists():
        return ()
    try:
        record = json.loads(path.read_bytes())
        count, rule = int(record["shards"]), record["rule"]
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{path} is damaged; restore it from a backup, or {MOVE_SHARDS}") from None
    if rule != RULE:
        raise StorageError(f"{path}: participants were dealt by another version of painstats, by {rule!r}")
    return tuple(study.in_shard(Shard(number, count)) for number in range(count))


def deal(study: Study, count: int, *, has_imports: bool) -> tuple[Study, ...]:
    """Deal a study to shards before anything is imported, and record how; later runs keep to it.

    Parameters
    ----------
    study
        A whole study.
    count
        How many shards there are to be if the plan does not say; 1 for one database.
    has_imports
        Whether the database of the study has imported files.

    Returns
    -------
    As :func:`dealt`.

    Raises
    ------
    StudyError
        The plan asks for another number than the one it was dealt to.
    """
    shards, wanted = dealt(study), study.plan.scale.shards
    if not shards and not has_imports and (wanted or count) > 1:
        path = _record_of(study)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_durably(path, json.dumps({"shards": wanted or count, "rule": RULE}).encode())
        return dealt(study)
    now = len(shards) or 1
    if wanted not in (None, now):
        raise StudyError(
            f"study.toml asks for {wanted} shards, but the study has {now}; write shards = {now} under [scale]. "
            f"To deal its participants again, {MOVE_SHARDS if shards else f'run: painstats rebuild {study.folder}'}"
        )
    return shards


def _record_of(study: Study) -> Path:
    return study.folder / SHARDS_FOLDER / DEALT_FILE


# --- all of their tables as one ---


def places_of(
    study: Study, connection: duckdb.DuckDBPyConnection, numbers: Sequence[int]
) -> list[tuple[Study, list[int]]]:
    """Return the databases that hold imports, each with the numbers that the imports have there.

    Parameters
    ----------
    study, connection
        A study and its open database, in which the tables of its shards are seen as one.
    numbers
        Numbers in these tables. In a study that is one database they are those of its own ledger.
    """
    shards = dealt(study)
    if not shards:
        return [(study, list(numbers))]
    rows = connection.execute(
        "SELECT shard, list(own_id ORDER BY own_id) FROM shard_import "
        "WHERE list_contains(?::INTEGER[], import_id) GROUP BY shard ORDER BY shard",
        [list(numbers)],
    ).fetchall()
    return [(shards[shard], own) for shard, own in rows]


@dataclass(frozen=True, slots=True)
class _Attached:
    """A shard under its name in the connection."""

    name: str
    shard: Shard
    tables: frozenset[str]


def attach(study: Study, connection: duckdb.DuckDBPyConnection) -> None:
    """Let a connection to the study's database see the tables of its shards as one, for reading.

    Temporary views take the names of the tables of records, of the ledger and of the days. An import has one number
    for all shards, in the order of reading.
    """
    attached = [_attach(connection, shard) for shard in dealt(study) if shard.database.exists()]
    if not attached:
        return
    _number_imports(connection, attached)
    _merge_imports(connection, attached)
    for table in (*RECORD_TABLES, *OF_IMPORTS):
        _unite(connection, attached, table, _NUMBERED, _NUMBERS)
    _unite(connection, attached, "import_group", _GROUPS)
    for table in DAILY_TABLES:
        _unite(connection, attached, table, "t.*")
    found = connection.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'import_summary'").fetchone()
    if found:  # that of the database itself would summarise its own imports
        connection.execute(str(found[0]).replace("CREATE VIEW", "CREATE TEMP VIEW", 1))


def _attach(connection: duckdb.DuckDBPyConnection, study: Study) -> _Attached:
    assert study.shard is not None
    name = f"shard_{study.shard.number}"
    path = str(study.database).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
    rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = ?", [name]).fetchall()
    return _Attached(name, study.shard, frozenset(row[0] for row in rows))


def _number_imports(connection: duckdb.DuckDBPyConnection, attached: Sequence[_Attached]) -> None:
    """Give the imports of all shards numbers: one for those of the same file, later readings after earlier ones."""
    same = ", ".join(SAME_FILE)
    of_shards = " UNION ALL ".join(
        f"SELECT {each.shard.number} AS shard, import_id AS own_id, {same} FROM {each.name}.import" for each in attached
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE shard_import AS
        WITH every AS (
            SELECT *, row_number() OVER (PARTITION BY shard, {same} ORDER BY own_id) AS time FROM ({of_shards})
        ), file AS (
            SELECT {same}, time, row_number() OVER (ORDER BY min(own_id), {same}, time)::INTEGER AS import_id
            FROM every GROUP BY {same}, time
        )
        SELECT e.shard, e.own_id, f.import_id FROM every AS e JOIN file AS f
        ON {" AND ".join(f"e.{name} IS NOT DISTINCT FROM f.{name}" for name in (*SAME_FILE, "time"))}""")


def _merge_imports(connection: duckdb.DuckDBPyConnection, attached: Sequence[_Attached]) -> None:
    """Make the ledger of all files: the rows of a file that several shards read are added up."""
    described = connection.execute(f"DESCRIBE {attached[0].name}.import").fetchall()
    merged = {"import_id": "m.import_id"} | {name: f"sum({name})::BIGINT" for name in SUMS}
    merged |= {"reported": "bool_and(reported)", "imported_at": "min(imported_at)", "exported_at": "max(exported_at)"}
    of_shards = " UNION ALL ".join(
        f"SELECT {each.shard.number} AS shard, * FROM {each.name}.import" for each in attached
    )
    columns = ", ".join(_merged(name, merged) for name, *_ in described)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE import AS SELECT {columns} FROM ({of_shards}) AS i "
        "JOIN shard_import AS m ON m.shard = i.shard AND m.own_id = i.import_id GROUP BY m.import_id "
        "ORDER BY m.import_id"
    )


def _merged(name: str, merged: Mapping[str, str]) -> str:
    """Return how a column of the ledger is merged; where nothing is added up, the first shard with a value counts."""
    return f"{merged.get(name, f'first({name} ORDER BY i.shard) FILTER ({name} IS NOT NULL)')} AS {name}"


_NUMBERED = "t.* REPLACE (coalesce(m.import_id, t.import_id * {count} - {number})::INTEGER AS import_id)"
"""Numbers of groups of imports are below zero, and differ in every shard."""

_NUMBERS = " LEFT JOIN shard_import AS m ON m.shard = {number} AND m.own_id = t.import_id"

_GROUPS = (
    "(t.group_id * {count} - {number})::INTEGER AS group_id, "
    "(SELECT list(m.import_id ORDER BY m.import_id) FROM shard_import AS m "
    "WHERE m.shard = {number} AND list_contains(t.import_ids, m.own_id)) AS import_ids"
)


def _unite(
    connection: duckdb.DuckDBPyConnection, attached: Sequence[_Attached], table: str, columns: str, joined: str = ""
) -> None:
    parts = [
        f"SELECT {columns} FROM {each.name}.{table} AS t{joined}".format(
            number=each.shard.number, count=each.shard.count
        )
        for each in attached
        if table in each.tables
    ]
    if parts:
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {' UNION ALL BY NAME '.join(parts)}")
