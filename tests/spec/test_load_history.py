"""The value exported last counts and the others are kept; days that a change may affect are recorded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest

from painstats.batch import ExportedAt
from painstats.records import INSTANT, RECORD_TABLES
from painstats.store import load_records
from painstats.store.ledger import ExportIdentity
from painstats.store.withdraw import withdraw_import
from tests.checked_rows import checked_rows
from tests.conftest import DEFAULTS, drawn, table
from tests.spec.test_load import STORED, identity, steps
from tests.spec.test_load_in_any_order import stored

JANUARY, MARCH = datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
NOTHING = pl.DataFrame()
VALUES = {
    "step_count": "start_at | end_at | step_count\n2026-01-10T08:00:00.123456Z | 2026-01-10T08:01:00Z | {}",
    "sleep_segment": "start_at | end_at | stage | utc_offset_min\n2026-01-10T22:00:00Z | 2026-01-11T06:00:00Z | deep | {}",
    "sleep_episode": "start_at | end_at | date | total_sleep_time_min | time_in_bed_min\n"
    "2026-01-10T22:00:00Z | 2026-01-11T06:00:00Z | 2026-01-11 | {}.1 | 480",
    "exercise_session": "start_at | end_at | distance_m | energy_kcal\n2026-01-10T10:00:00Z | 2026-01-10T11:00:00Z | {} | 200",
    "measurement": "start_at | end_at | measure | value\n"
    "2026-01-10T10:00:00Z | 2026-01-10T10:00:00Z | heart_rate_variability_sdnn_ms | 0.1{}",
    "daily_total": "date | measure | value\n2026-01-10 | step_count | {}",
    "self_report": "date | reported_at | value\n2026-01-10 |  | {}",
    "treatment": "name | dose | dose_unit\n\"tab'lets\\n\" | {} | mg",
}  # fmt: skip


def rows(name, value):
    """One row of a record table, drawn, with usual values for what is not drawn."""
    columns = RECORD_TABLES[name].columns
    [row] = drawn(VALUES[name].format(value))
    text = {column: row.get(column, DEFAULTS.get(column)) for column in columns}
    casts = {
        column: pl.col(column).str.to_datetime(time_zone="UTC", time_unit="us")
        if dtype == INSTANT
        else pl.col(column).str.to_date()
        if dtype == pl.Date
        else pl.col(column) == "true"
        if dtype == pl.Boolean
        else pl.col(column).cast(dtype)
        for column, dtype in columns.items()
    }
    frame = pl.DataFrame(text, schema=dict.fromkeys(columns, pl.String))
    return checked_rows(name, frame.with_columns(**casts), NOTHING)


def load(store, name, at, *readings, stated=True):
    return load_records(store, identity(name), "test", readings, "0", ExportedAt(at, stated))


@pytest.mark.parametrize("name", RECORD_TABLES)
def test_every_table_keeps_and_brings_back_the_other_value_exactly(store, name):
    load(store, "march", MARCH, rows(name, 7))
    before = stored(store, ledger=True)
    assert load(store, "january", JANUARY, rows(name, 5)).corrected == 1  # exported earlier, read later
    assert stored(store)[name] == before[name]
    assert len(stored(store)["superseded"]) == 1
    withdraw_import(store, 2)
    assert stored(store, ledger=True) == before
    load(store, "january", JANUARY, rows(name, 5))
    withdraw_import(store, 1)
    [row] = store.connection.execute(f"SELECT * EXCLUDE (import_id) FROM {name}").pl().rows()
    assert row == rows(name, 5).accepted.rows()[0]
    assert stored(store)["superseded"] == []


def test_withdrawing_the_newest_of_several_files_restores_what_outranks_the_rest(store):
    """January and March say 100, February says 200: without March, February counts before January."""
    february = JANUARY + timedelta(days=28)
    load(store, "january", JANUARY, steps("at | steps\n10 08:00 | 100"))
    load(store, "february", february, steps("at | steps\n10 08:00 | 200"))
    march = load(store, "march", MARCH, steps("at | steps\n10 08:00 | 100"))
    assert [row["step_count"] for row in table(store, STORED)] == [100]
    assert withdraw_import(store, march.import_id).reinstated == 1
    assert [row["step_count"] for row in table(store, STORED)] == [200]
    [old] = table(store, "SELECT (record->>'step_count')::INTEGER AS steps FROM superseded")
    assert old == {"steps": 100}


def test_the_export_itself_knows_best_when_it_was_made(store):
    day = "at | steps\n10 08:00 | {}"
    load(store, "a", MARCH, steps(day.format(1)), ExportedAt(JANUARY))
    load(store, "b", JANUARY, steps(day.format(2)), ExportedAt(MARCH))
    load(store, "c", MARCH + timedelta(days=9), steps(day.format(3)), ExportedAt(JANUARY - timedelta(days=1)))
    assert [row["step_count"] for row in table(store, STORED)] == [2]


def test_what_stands_under_a_name_now_counts_before_what_stood_there(store):
    day = "at | steps\n10 08:00 | {}"
    load(store, "diary", MARCH, steps(day.format(1)), stated=False)
    replaced = ExportIdentity("diary", "another hash", "settings", "ann")
    dated = ExportedAt(JANUARY, is_stated=False)  # a backup, put back with its old date
    load_records(store, replaced, "test", [steps(day.format(2))], "0", dated)
    assert [row["step_count"] for row in table(store, STORED)] == [2]


def test_a_conflicting_row_is_kept_with_its_place(store):
    both = steps("at | steps\n10 08:00 | 100\n10 09:00 | 5\n10 08:00 | 700")
    placed = both.accepted.with_columns(entry=pl.lit("steps.json"), line=pl.Series([3, 4, 9]))
    load(store, "a", MARCH, checked_rows("step_count", placed, both.rejected))
    assert table(store, "SELECT entry, line, rule FROM quarantine") == [
        {"entry": "steps.json", "line": 3, "rule": "conflicting_duplicate"}
    ]


# --- touched days ---


def touched(store):
    found = store.connection.execute("SELECT * FROM touched_day ORDER BY ALL").fetchall()
    store.connection.execute("DELETE FROM touched_day")
    return [(person, str(first), str(last)) for person, first, last in found]


def test_touched_days_are_those_of_what_came_changed_or_went(store):
    first = load(store, "a", JANUARY, steps("at | steps\n10 08:00 | 1\n11 08:00 | 2"))
    assert touched(store) == [("ann", "2026-01-08", "2026-01-13")]
    load(store, "b", MARCH, steps("at | steps\n10 08:00 | 1\n11 08:00 | 3"))
    assert touched(store) == [("ann", "2026-01-09", "2026-01-13")]
    load(store, "c", MARCH, steps("at | steps\n10 08:00 | 1\n11 08:00 | 3"))
    assert touched(store) == []
    load(store, "d", JANUARY - timedelta(days=1), steps("at | steps\n10 08:00 | 9"))  # contradicts, and does not count
    assert touched(store) == []
    withdraw_import(store, first.import_id)
    assert touched(store) == []


def test_a_single_old_correction_does_not_touch_the_years_between(store):
    many = "participant_id | at | steps\n" + "\n".join(f"bob | {day:02d} 08:00 | 1" for day in range(1, 29))
    load(store, "a", JANUARY, steps(many))
    touched(store)
    later = many.replace("bob | 02 08:00 | 1", "bob | 02 08:00 | 4").replace("bob | 28 08:00 | 1", "bob | 28 08:00 | 4")
    load(store, "b", MARCH, steps(later + "\nann | 05 08:00 | 1"))
    assert touched(store) == [
        ("ann", "2026-01-03", "2026-01-07"), ("bob", "2025-12-31", "2026-01-04"), ("bob", "2026-01-26", "2026-01-30"),
    ]  # fmt: skip


def test_a_treatment_touches_its_start_alone(store):
    load(store, "a", JANUARY, rows("treatment", 5))
    assert touched(store) == [("ann", "2025-12-30", "2026-01-03")]


def test_both_dates_of_a_night_that_moved_are_touched(store):
    load(store, "a", JANUARY, rows("sleep_episode", 5))
    touched(store)
    moved = rows("sleep_episode", 5)
    frame = moved.accepted.with_columns(
        date=date(2026, 2, 2),
        start_at=pl.col("start_at") + timedelta(days=22),
        end_at=pl.col("end_at") + timedelta(days=22),
    )
    load(store, "b", MARCH, checked_rows("sleep_episode", frame, NOTHING))
    assert touched(store) == [("ann", "2026-01-08", "2026-01-13"), ("ann", "2026-01-30", "2026-02-04")]
