"""Pass the plan to the SQL (clocks, device order, limits, rules), and hash the inputs of the daily table."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from importlib.resources import files

import duckdb
import polars as pl

from painstats.plan.study import Study
from painstats.plan.time_zones import clock_offsets
from painstats.records import INSTANT, RECORD_TABLES
from painstats.vocabulary import (
    BETTER_WHEN_HIGHER,
    DEVICE_KINDS,
    LEAST_ACTIVE_MIN,
    LEAST_SITE_DAYS,
    LEAST_WEAR_MIN,
    LEAST_WORN_HOURS,
    LEAST_WORN_STEPS,
    MEASURES,
    RESTING_TYPES,
    SAMPLED,
)


def daily_inputs_hash(study: Study) -> str:
    """Hash what the daily table depends on besides records: zones, outcome, rules, limits, version and the SQL."""
    plan = study.plan
    names = sorted(entry.name for entry in files(__package__).iterdir() if entry.name.endswith(".sql"))
    participants = sorted((name, declared.model_dump_json()) for name, declared in plan.participants.items())
    facts = (
        plan.study.time_zone,
        participants,
        plan.outcome.model_dump_json(),
        plan.rules.model_dump_json(),
        tuple(MEASURES.values()),
        DEVICE_KINDS,
        (LEAST_WORN_STEPS, LEAST_WORN_HOURS, LEAST_WEAR_MIN, LEAST_ACTIVE_MIN, LEAST_SITE_DAYS),
        RESTING_TYPES,
        version("painstats"),
        [script(name) for name in names],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def script(name: str) -> str:
    """Return the text of an SQL file in this folder."""
    return (files(__package__) / name).read_text(encoding="utf-8")


def declare_plan(connection: duckdb.DuckDBPyConnection, study: Study, participants: list[str]) -> None:
    """Create the temporary tables and variables from which the SQL reads the plan."""
    periods = [period for participant in participants for period in study.time_zones.periods(participant)]
    zones = {
        "participant_id": [period.participant_id for period in periods],
        "starts_at": [period.starts_at for period in periods],
        "ends_at": [period.ends_at for period in periods],
        "time_zone": [period.time_zone for period in periods],
        "rule": [
            "home zone" if period.time_zone == study.time_zones.of(period.participant_id) else "journey in the plan"
            for period in periods
        ],
    }
    offsets = [offset for zone in sorted({period.time_zone for period in periods}) for offset in clock_offsets(zone)]
    limits = [(measure.name, measure.lowest, measure.highest) for measure in MEASURES.values()]
    text, whole = pl.String(), pl.Int64()
    for name, rows, schema in (
        (
            "zone_period",
            zones,
            {"participant_id": text, "starts_at": INSTANT, "ends_at": INSTANT, "time_zone": text, "rule": text},
        ),
        (
            "zone_offset",
            [(offset.time_zone, offset.starts_at, offset.ends_at, offset.offset_min) for offset in offsets],
            {"time_zone": text, "starts_at": INSTANT, "ends_at": INSTANT, "offset_min": whole},
        ),
        ("device_order", _device_order(connection, study), {"place": whole, "source": text, "device_kind": text}),
        ("measure_limit", limits, {"measure": text, "lowest": pl.Float64(), "highest": pl.Float64()}),
        ("sampled", [(measure,) for measure in SAMPLED], {"measure": text}),
    ):
        _temp_table(connection, name, pl.DataFrame(rows, schema=schema, orient=None if rows is zones else "row"))
    _set_outcome(connection, study)
    _set_rules(connection, study)


def declare_outcome(connection: duckdb.DuckDBPyConnection, study: Study) -> None:
    """Make the macros of ``outcome.sql`` for a connection: ``site_score``, ``site_mean`` and ``outcome_of``."""
    _set_outcome(connection, study)
    connection.execute(script("outcome.sql"))


def _device_order(connection: duckdb.DuckDBPyConnection, study: Study) -> list[tuple[int, str, str]]:
    """Rank the kinds of device of all sources: by preferred source first, then by kind."""
    rules = study.plan.rules
    tables = (table.name for table in RECORD_TABLES.values() if "device_kind" in table.columns)
    query = " UNION ".join(f"SELECT source FROM {table}" for table in tables)
    sources = [row[0] for row in connection.execute(query).fetchall()]
    order = rules.step_device_order
    kinds = [*order, *(kind for kind in DEVICE_KINDS if kind not in order)]
    preferred = {source: place for place, source in enumerate(rules.source_order)}
    return [
        (preferred.get(source, len(preferred)) * len(kinds) + place, source, kind)
        for source in sources
        for place, kind in enumerate(kinds)
    ]


def _set_outcome(connection: duckdb.DuckDBPyConnection, study: Study) -> None:
    outcome = study.plan.outcome
    _set(
        connection,
        outcome_item=outcome.item,
        outcome_site=outcome.site,
        good_items=sorted(BETTER_WHEN_HIGHER),
        across_sites=outcome.across_sites,
        least_site_days=LEAST_SITE_DAYS,
        unlogged_is_zero=outcome.unlogged == "zero",
        outcome_low=outcome.scale[0],
        outcome_high=outcome.scale[1],
    )


def _set_rules(connection: duckdb.DuckDBPyConnection, study: Study) -> None:
    rules = study.plan.rules
    _set(
        connection,
        step_rule=rules.step_rule,
        ignored_devices=list(rules.ignore_devices),
        day_ends_hour=rules.day_ends_hour,
        min_active_hours=rules.min_active_hours,
        min_clock_hours=rules.min_clock_hours,
        low_step_days=rules.low_step_days,
        least_worn_steps=LEAST_WORN_STEPS,
        least_worn_hours=LEAST_WORN_HOURS,
        least_wear_min=LEAST_WEAR_MIN,
        least_active_min=LEAST_ACTIVE_MIN,
        resting_types=list(RESTING_TYPES),
    )


def _set(connection: duckdb.DuckDBPyConnection, **variables: object) -> None:
    for variable, value in variables.items():
        connection.execute(f"SET VARIABLE {variable} = ?", [value])


def _temp_table(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("declared_rows", frame.to_arrow())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM declared_rows")
    connection.unregister("declared_rows")
