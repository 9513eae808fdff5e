"""Build the daily table: one row for each participant and local date, by SQL in this folder, in one transaction."""

from __future__ import annotations

from importlib.resources import files

import duckdb
import polars as pl

from painstats.store.connection import Store, transaction
from painstats.study import Study
from painstats.vocabulary import DEVICE_KINDS, MEASURES

STEPS_IN_ORDER = ("steps.sql", "sleep.sql", "ratings.sql", "summary.sql")


def build_daily_table(store: Store) -> int:
    """Build ``daily_summary`` and ``step_by_device`` from all records.

    Returns
    -------
    The number of participant-days.
    """
    with transaction(store) as connection:
        _declare(connection, store.study)
        for name in STEPS_IN_ORDER:
            connection.execute((files("painstats.daily") / name).read_text(encoding="utf-8"))
        row = connection.execute("SELECT count(*) FROM daily_summary").fetchone()
    return int(row[0]) if row else 0


def _declare(connection: duckdb.DuckDBPyConnection, study: Study) -> None:
    """Hand the plan to the SQL: zones, device order, limits and rules."""
    people = [
        row[0]
        for row in connection.execute(
            "SELECT participant_id FROM step_count UNION SELECT participant_id FROM sleep_segment "
            "UNION SELECT participant_id FROM sleep_episode UNION SELECT participant_id FROM daily_total "
            "UNION SELECT participant_id FROM self_report ORDER BY ALL"
        ).fetchall()
    ]
    periods = [period for person in people for period in study.time_zones.periods(person)]
    columns = ("participant_id", "starts_at", "ends_at", "time_zone")
    zones = pl.DataFrame(
        [[getattr(period, column) for column in columns] for period in periods],
        schema={
            "participant_id": pl.String,
            "starts_at": pl.Datetime("us", "UTC"),
            "ends_at": pl.Datetime("us", "UTC"),
            "time_zone": pl.String,
        },
        orient="row",
    )
    order = study.plan.rules.step_device_order
    kinds = [*order, *(kind for kind in DEVICE_KINDS if kind not in order)]
    limits = [(measure.name, measure.lowest, measure.highest) for measure in MEASURES.values()]
    _temp_table(connection, "zone_period", zones)
    _temp_table(connection, "device_order", pl.DataFrame({"device_kind": kinds, "place": range(len(kinds))}))
    _temp_table(
        connection, "measure_limit", pl.DataFrame(limits, schema=["measure", "lowest", "highest"], orient="row")
    )
    outcome, rules = study.plan.outcome, study.plan.rules
    for variable, value in {
        "outcome_item": outcome.item,
        "outcome_site": outcome.site,
        "outcome_low": outcome.scale[0],
        "outcome_high": outcome.scale[1],
        "day_ends_hour": rules.day_ends_hour,
        "min_active_hours": rules.min_active_hours,
        "min_clock_hours": rules.min_clock_hours,
    }.items():
        connection.execute(f"SET VARIABLE {variable} = ?", [value])


def _temp_table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("declared_rows", frame.to_arrow())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM declared_rows")
    connection.unregister("declared_rows")
