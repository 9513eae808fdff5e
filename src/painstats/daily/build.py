"""Build the daily table: one row for each participant and local date, computed by the SQL files in this folder.

Only days that new, corrected or removed records can have changed are recomputed, by the same SQL that builds the whole
table, so the result is bit for bit the same. It replaces the old rows in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter

import duckdb

from painstats.daily.declare import daily_inputs_hash, declare_plan, script
from painstats.records import RECORD_TABLES, TREATMENT
from painstats.store.connection import Store, transaction

DAILY_TABLES = ("daily_summary", "step_by_device", "sleep_by_device", "device_change", "source_agreement")
"""The tables that :func:`build_daily_table` builds."""

SLEEP = ("clock.sql", "sleep.sql", "broken_nights.sql")
TOPICS = (
    "step_days.sql",
    "nights.sql",
    "exercise.sql",
    "samples.sql",
    "wear.sql",
    "unlogged.sql",
    "ratings.sql",
    "summary.sql",
)
AFTERWARDS = ("outcome.sql", "replace_outcome.sql", "devices.sql", "agreement.sql")
"""What takes all days of a participant, once the rows are replaced."""

EVER = ("DATE '1800-01-01'", "DATE '2300-01-01'")
PART_SAMPLES = 170_000
"""Number of step samples that are counted at a time, roughly; larger if there are more than 16 times as many in all."""

LONGEST_SLEEP_MIN = 1440
"""All dates of a participant with longer sleep than this are recomputed, because distant days can depend on it."""

DAYS_BEFORE, DAYS_AFTER = 28, 6
"""How many days back and ahead the measures of a date look."""


@dataclass(frozen=True, slots=True)
class DailyTableBuilt:
    """What the daily table holds, and how much of it was computed this time.

    Parameters
    ----------
    participants, days
        Participants and participant-days in ``daily_summary``.
    rebuilt_participants, rebuilt_days
        Those of them that were computed this time.
    seconds
        How long it took.
    """

    participants: int
    days: int
    rebuilt_participants: int
    rebuilt_days: int
    seconds: float = field(compare=False)


def build_daily_table(store: Store) -> DailyTableBuilt:
    """Update the daily table and its companion tables from the records.

    Builds ``daily_summary``, ``step_by_device``, ``sleep_by_device``, ``device_change`` and ``source_agreement``.
    Recomputes the days in ``touched_day``; or all days if the plan or the version changed, a table is missing, or
    records changed without an entry in ``touched_day``. Empties ``touched_day``.
    """
    started, rebuilt = perf_counter(), (0, 0)
    connection = store.connection
    before = _temporary_tables(connection)
    try:
        is_whole = _must_build_all(store)
        participants = _declare_touched(connection, is_whole)
        if participants or is_whole:
            declare_plan(connection, store.study, participants)
            # Outside the transaction: inside it DuckDB assumes that new tables are empty, and joins them row by row.
            _compute(connection, is_whole)
            rebuilt = _participants_and_days(connection, "new_day")
        with transaction(store):
            if participants or is_whole:
                _run(connection, ("replace_all.sql" if is_whole else "replace.sql", *AFTERWARDS))
            _note_built(store)
    finally:
        for name in sorted(_temporary_tables(connection) - before):
            connection.execute(f'DROP TABLE temp."{name}"')
    return DailyTableBuilt(
        *_participants_and_days(connection, "daily_summary"), *rebuilt, seconds=perf_counter() - started
    )


def _must_build_all(store: Store) -> bool:
    """Whether anything other than the touched days may have changed."""
    connection = store.connection
    have = {
        row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
    }
    built = connection.execute("SELECT inputs_hash, last_import_id FROM daily_built").fetchone()
    if built is None or built[0] != daily_inputs_hash(store.study) or not have.issuperset(DAILY_TABLES):
        return True
    n_touched = _number(connection, "SELECT count(*) FROM touched_day")
    if n_touched and store.study.plan.outcome.unlogged == "zero":
        return True  # a score shows on distant days too that the diary was kept without one
    if built[1] is not None and not _number(connection, "SELECT count(*) FROM import WHERE import_id = ?", built[1]):
        return True  # the records were cleared and imported again
    changed = "status = 'loaded' AND rows_new + rows_corrected > 0 AND import_id > coalesce(?, 0)"
    return bool(_number(connection, f"SELECT count(*) FROM import WHERE {changed}", built[1])) and not n_touched


def _declare_touched(connection: duckdb.DuckDBPyConnection, is_whole: bool) -> list[str]:
    """Put the participants and dates to compute into ``touched_range``; return the participants."""
    if is_whole:
        tables = (table for table in RECORD_TABLES if table != TREATMENT.name)
        all_ids = " UNION ".join(f"SELECT participant_id FROM {table}" for table in tables)
        query = f"SELECT participant_id, {EVER[0]} AS first_date, {EVER[1]} AS last_date FROM ({all_ids})"
    else:
        query = f"""
            WITH long_sleeper AS (
                SELECT DISTINCT participant_id FROM sleep_by_device WHERE longest_episode_min > {LONGEST_SLEEP_MIN}
            )
            SELECT DISTINCT t.participant_id,
                   CASE WHEN r.participant_id IS NULL THEN first_date ELSE {EVER[0]} END AS first_date,
                   CASE WHEN r.participant_id IS NULL THEN last_date ELSE {EVER[1]} END AS last_date
            FROM touched_day AS t LEFT JOIN long_sleeper AS r USING (participant_id)"""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE touched_range AS {query}")
    rows = connection.execute("SELECT DISTINCT participant_id FROM touched_range ORDER BY ALL").fetchall()
    return [row[0] for row in rows]


def _compute(connection: duckdb.DuckDBPyConnection, is_whole: bool) -> None:
    _run(connection, SLEEP)
    if _widen_for_long_sleep(connection):
        _run(connection, SLEEP)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE touched_participant AS SELECT DISTINCT participant_id FROM touched_range"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE stored_day (participant_id VARCHAR, date DATE, has_record BOOLEAN)"
    )
    if not is_whole:
        connection.execute(
            "INSERT INTO stored_day SELECT participant_id, date, has_record FROM daily_summary "
            "WHERE participant_id IN (FROM touched_participant)"
        )
    _count_steps(connection)
    _run(connection, TOPICS)
    _gather_facts(connection, is_whole)
    _run(connection, ("windows.sql",))


def _count_steps(connection: duckdb.DuckDBPyConnection) -> None:
    """Count steps, one part of the dates at a time."""
    connection.execute("SET VARIABLE part_samples = ?", [PART_SAMPLES])
    _run(connection, ("step_parts.sql",))
    for part in range(_number(connection, "SELECT coalesce(max(part) + 1, 0) FROM step_part")):
        connection.execute("SET VARIABLE part = ?", [part])
        _run(connection, ("steps.sql",))


def _widen_for_long_sleep(connection: duckdb.DuckDBPyConnection) -> bool:
    """Extend the range of participants who slept longer than a day to all dates; return whether there are any."""
    row = connection.execute(
        f"UPDATE touched_range SET first_date = {EVER[0]}, last_date = {EVER[1]} WHERE participant_id IN ("
        f"SELECT participant_id FROM segment_episode WHERE (end_us - start_us) / 60e6 > {LONGEST_SLEEP_MIN}) "
        f"AND first_date > {EVER[0]}"
    ).fetchone()
    return bool(row and row[0])


def _gather_facts(connection: duckdb.DuckDBPyConnection, is_whole: bool) -> None:
    """Combine the new facts with the stored facts of the dates around them."""
    connection.execute("CREATE OR REPLACE TEMP TABLE near_fact AS FROM day_fact")
    if is_whole:
        return
    columns = ", ".join(f"d.{row[0]}" for row in connection.execute("DESCRIBE day_fact").fetchall())
    connection.execute(
        f"INSERT INTO near_fact BY NAME SELECT {columns} FROM daily_summary AS d "
        "JOIN kept_day AS k USING (participant_id, date) "
        "JOIN span AS s ON s.participant_id = d.participant_id AND d.date BETWEEN s.first_date AND s.last_date "
        "WHERE d.date BETWEEN getvariable('near_from') AND getvariable('near_until') "
        f"AND EXISTS (FROM near AS n WHERE n.participant_id = d.participant_id "
        f"AND d.date BETWEEN n.first_date - {DAYS_BEFORE} AND n.last_date + {DAYS_AFTER})"
    )


def _note_built(store: Store) -> None:
    """Record what the tables were computed from."""
    connection = store.connection
    connection.execute("DELETE FROM touched_day")
    connection.execute("DELETE FROM daily_built")
    connection.execute(
        "INSERT INTO daily_built SELECT ?, max(import_id) FROM import WHERE status = 'loaded'",
        [daily_inputs_hash(store.study)],
    )


def _run(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> None:
    for name in names:
        connection.execute(script(name))


def _temporary_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()}


def _participants_and_days(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    return (
        _number(connection, f"SELECT count(DISTINCT participant_id) FROM {table}"),
        _number(connection, f"SELECT count(*) FROM {table}"),
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> int:
    row = connection.execute(query, list(values)).fetchone()
    return int(row[0]) if row else 0
