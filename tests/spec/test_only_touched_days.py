"""Only touched days are computed again; all days if the plan changed or the touched days are unknown."""

import pytest

from painstats.daily import build_daily_table
from painstats.plan.study import Plan, Study
from painstats.store import load_records, open_store
from painstats.store.ledger import ExportIdentity
from tests.conftest import put, table
from tests.spec.test_load import steps as loaded_steps

STEPS = "SELECT participant_id AS who, date::VARCHAR AS date, recorded_step_count AS steps FROM daily_summary WHERE has_record ORDER BY ALL"


def walk(store, person, day, steps):
    put(
        store,
        "step_count",
        f"participant_id | start_at | end_at | step_count\n{person} | {day} 08:00:00+00 | {day} 09:00:00+00 | {steps}",
    )


def touch(store, person, first, last):
    store.connection.execute("INSERT INTO touched_day VALUES (?, ?, ?)", [person, first, last])


def days(store):
    build_daily_table(store)
    return [tuple(row.values()) for row in table(store, STEPS)]


@pytest.fixture
def two_people(store):
    walk(store, "ann", "2026-01-10", 100)
    walk(store, "bob", "2026-01-10", 200)
    build_daily_table(store)
    return store


def test_untouched_days_stay_as_they_were(two_people):
    walk(two_people, "ann", "2026-01-11", 300)
    walk(two_people, "bob", "2026-01-11", 400)
    touch(two_people, "ann", "2026-01-09", "2026-01-13")
    assert days(two_people) == [("ann", "2026-01-10", 100), ("ann", "2026-01-11", 300), ("bob", "2026-01-10", 200)]
    assert table(two_people, "SELECT * FROM touched_day") == []


def test_a_gap_up_to_a_new_day_is_filled_and_closed_again(two_people):
    walk(two_people, "ann", "2026-02-10", 300)
    touch(two_people, "ann", "2026-02-08", "2026-02-12")
    build_daily_table(two_people)
    assert table(two_people, "SELECT count(*) AS days FROM daily_summary WHERE participant_id = 'ann'") == [
        {"days": 32}
    ]
    two_people.connection.execute("DELETE FROM step_count WHERE start_at::DATE = '2026-02-10'")
    touch(two_people, "ann", "2026-02-08", "2026-02-12")
    build_daily_table(two_people)
    assert table(two_people, "SELECT count(*) AS days FROM daily_summary WHERE participant_id = 'ann'") == [{"days": 1}]


def test_a_person_without_records_is_gone(two_people):
    two_people.connection.execute("DELETE FROM step_count WHERE participant_id = 'ann'")
    touch(two_people, "ann", "2026-01-08", "2026-01-12")
    assert days(two_people) == [("bob", "2026-01-10", 200)]
    assert table(two_people, "SELECT DISTINCT participant_id AS who FROM step_by_device") == [{"who": "bob"}]


@pytest.mark.parametrize(
    "change",
    [
        {"study": {"time_zone": "Asia/Tokyo"}},
        {"rules": {"min_active_hours": 1}},
        {"rules": {"step_rule": "max_source"}},
        {"outcome": {"item": "fatigue"}},
    ],
)
def test_a_changed_plan_builds_everything(make_study, change):
    with open_store(make_study(study={"time_zone": "Europe/London"})) as store:
        walk(store, "ann", "2026-01-10", 100)
        build_daily_table(store)
        walk(store, "ann", "2026-01-11", 300)
    changed = Plan.model_validate({"study": {"time_zone": "Europe/London"}, **change})
    with open_store(Study(folder=store.study.folder, plan=changed)) as store:
        assert len(days(store)) == 2


def test_an_unchanged_plan_builds_nothing(two_people):
    walk(two_people, "ann", "2026-01-11", 300)
    assert len(days(two_people)) == 2


@pytest.mark.parametrize(
    "table_name", ["daily_summary", "step_by_device", "sleep_by_device", "device_change", "source_agreement"]
)
def test_a_missing_table_builds_everything(two_people, table_name):
    walk(two_people, "ann", "2026-01-11", 300)
    two_people.connection.execute(f"DROP TABLE {table_name}")
    assert len(days(two_people)) == 3


def test_an_import_that_touched_nothing_known_builds_everything(two_people):
    walk(two_people, "ann", "2026-01-11", 300)
    two_people.connection.execute(
        "INSERT INTO import (content_hash, file_name, reading_hash, status, rows_read, rows_new, painstats_version) "
        "VALUES ('c', 'f', 'r', 'loaded', 1, 1, '0')"
    )
    assert len(days(two_people)) == 3


def test_loading_tells_what_it_touched(two_people):
    load_records(
        two_people,
        ExportIdentity("1.csv", "hash 1", "settings", "ann"),
        "test",
        [loaded_steps("at | steps\n12 10:00 | 700")],
        "0",
    )
    assert len(table(two_people, "SELECT * FROM touched_day")) == 1
    assert ("ann", "2026-01-12", 700) in days(two_people)


def test_no_temporary_table_is_left(two_people):
    assert table(two_people, "SELECT table_name FROM duckdb_tables() WHERE temporary") == []
