"""Built day by day, the daily table is the same as built at once, for any changes, cut and order."""

from __future__ import annotations

import random
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from painstats.daily import build_daily_table
from painstats.daily.build import DAILY_TABLES
from painstats.plan.study import Plan, Study
from painstats.records import RECORD_TABLES
from painstats.store import Store, open_store
from painstats.store.tables import read_table
from tests.conftest import DEFAULTS, insert
from tests.examples import examples

FIRST = date(2026, 2, 20)  # the clocks go forward in London on 29 March
DAYS = 60
ANN_TRAVELS = [
    {"first_date": "2026-03-10", "last_date": "2026-03-16", "time_zone": "America/Los_Angeles"},
    {"first_date": "2026-04-04", "last_date": "2026-04-09", "time_zone": "Pacific/Auckland"},
]
PLAN = {"study": {"time_zone": "Europe/London"}, "participants": {"ann": {"travel": ANN_TRAVELS}}}
DEVICES = [("apple_health", "watch-1", "watch"), ("apple_health", "phone-1", "phone"), ("whoop", "band", "tracker")]
TOTALS = {
    "step_count": 0.3, "total_sleep_time_min": 0.2, "time_in_bed_min": 0.2, "resting_heart_rate_bpm": 0.7,
    "lightly_active_time_min": 0.2, "moving_time_min": 0.2, "wear_time_min": 0.2,
}  # fmt: skip
"""Totals of a day, and on what share of days each is recorded."""
STAGES = ["asleep", "core", "deep", "rem", "awake", "in_bed"]


def instant(day: int, hour: float) -> datetime:
    return datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(days=day, minutes=round(60 * hour))


def origin(chance: random.Random, person: str) -> dict:
    source, device, kind = chance.choice(DEVICES)
    return {"participant_id": person, "source": source, "device": device, "device_kind": kind}


def interval(chance: random.Random, day: int, earliest: float, latest: float, longest: float) -> dict:
    start = chance.uniform(earliest, latest)
    offset = chance.choice([None, None, None, 0, 60, -480, 720])
    length = chance.choice([0, 0.1, chance.uniform(0, longest)])
    return {"start_at": instant(day, start), "end_at": instant(day, start + length), "utc_offset_min": offset}


def day_of_records(chance: random.Random, person: str, day: int) -> list[tuple[str, dict]]:
    """Make one day's records of everything, with overlaps, gaps, and sleep that lasts longer than a day now and then."""
    rows: list[tuple[str, dict]] = []
    on = FIRST + timedelta(days=day)
    for _ in range(chance.randint(0, 12)):
        steps = {**origin(chance, person), **interval(chance, day, 0, 24, 6), "step_count": chance.randint(0, 3000)}
        rows.append(("step_count", steps))
    for _ in range(chance.randint(0, 4)):
        longest = 23 if chance.random() < 0.05 else 7
        rows.append(
            (
                "sleep_segment",
                {**origin(chance, person), **interval(chance, day, -4, 6, longest), "stage": chance.choice(STAGES)},
            )
        )
    if chance.random() < 0.3:
        minutes = chance.uniform(100, 600)
        times = interval(chance, day, -3, 1, 9) if chance.random() < 0.7 else {"start_at": None, "end_at": None}
        rows.append(
            (
                "sleep_episode",
                {**origin(chance, person), "utc_offset_min": None, **times, "episode_id": f"{day}", "date": on,
                 "total_sleep_time_min": minutes, "time_in_bed_min": minutes * 1.1, "is_main_sleep": True},
            )
        )  # fmt: skip
    for number in range(chance.choice([0, 0, 0, 1, 2])):
        times = interval(chance, day, 6, 23, 2)
        rows.append(
            (
                "exercise_session",
                {**origin(chance, person), **times, "session_id": f"{day}-{number}", "exercise_type": chance.choice(["walking", "yoga"]),
                 "duration_min": chance.uniform(1, 90)},
            )
        )  # fmt: skip
    for measure in ("resting_heart_rate_bpm", "heart_rate_variability_sdnn_ms"):
        if chance.random() < 0.5:
            sample = {**origin(chance, person), **interval(chance, day, 0, 24, 1), "measure": measure}
            rows.append(("measurement", sample | {"value": chance.uniform(40, 80)}))
    for measure, share in TOTALS.items():
        if chance.random() < share:
            total = {**origin(chance, person), "date": on, "measure": measure, "value": round(chance.uniform(40, 700))}
            rows.append(("daily_total", total))
    if chance.random() < 0.8:
        report = {
            "participant_id": person,
            "date": on,
            "reported_at": chance.choice([None, instant(day, chance.uniform(0, 24))]),
        }
        rows.append(
            ("self_report", report | {"value": chance.randint(0, 10), "recall": chance.choice(["today", "yesterday", "last_24_hours"]),
                                      "filled": chance.choice(["morning", "evening", "any_time"])}),
        )  # fmt: skip
    return rows


def new_facts(rows: list[tuple[str, dict]], known: set[tuple]) -> list[tuple[str, dict]]:
    """Leave out rows about a fact that was there before: the store never has two rows of one natural key."""
    new = []
    for name, row in rows:
        key = (name, *(row.get(column, DEFAULTS.get(column)) for column in RECORD_TABLES[name].key))
        if key not in known:
            known.add(key)
            new.append((name, row))
    return new


def insert_all(store: Store, rows: list[tuple[str, dict]]) -> None:
    for name in dict(rows):
        insert(store, name, [row for table, row in rows if table == name])


def remove(store: Store, name: str, row: dict) -> None:
    known = {column: row[column] for column in RECORD_TABLES[name].key if row.get(column) is not None}
    store.connection.execute(
        f"DELETE FROM {name} WHERE {' AND '.join(f'{column} = ?' for column in known)}", list(known.values())
    )


def touch(store: Store, row: dict) -> None:
    """Tell which dates a record lies on, as loading does."""
    dates = [
        at.date() if isinstance(at, datetime) else at
        for at in (row.get("start_at"), row.get("end_at"), row.get("date"))
        if at
    ]
    first, last = min(dates) - timedelta(days=2), max(dates) + timedelta(days=2)
    store.connection.execute("INSERT INTO touched_day VALUES (?, ?, ?)", [row["participant_id"], first, last])


def built(store: Store) -> dict[str, pl.DataFrame]:
    build_daily_table(store)
    return {name: read_table(store, name) for name in DAILY_TABLES}


def built_at_once(store: Store) -> dict[str, pl.DataFrame]:
    store.connection.execute("DELETE FROM daily_built")
    return built(store)


def assert_same(ours: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> None:
    for name in DAILY_TABLES:
        assert ours[name].schema == other[name].schema, name
        if not ours[name].equals(other[name]):
            columns = [
                c
                for c in ours[name].columns
                if ours[name].height == other[name].height and not ours[name][c].equals(other[name][c])
            ]
            raise AssertionError(
                f"{name}: {ours[name].height} rows, at once {other[name].height}; differing columns {columns}"
            )


@pytest.fixture
def at_home():
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Study(folder=Path(folder), plan=Plan.model_validate(PLAN))) as store,
    ):
        yield store


@pytest.mark.parametrize("seed", range(examples(2)))
def test_any_cut_and_order_of_loads_gives_the_same_tables(seed):
    chance = random.Random(seed)
    days = chance.sample(range(DAYS), chance.randint(5, 45))
    loads = [
        (day, person, day_of_records(chance, person, day))
        for day in days
        for person in ("ann", "bob")
        if chance.random() < 0.8
    ]
    chance.shuffle(loads)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Study(folder=Path(folder), plan=Plan.model_validate(PLAN))) as store,
    ):
        stored: list[tuple[str, dict]] = []
        known: set[tuple] = set()
        build_daily_table(store)
        for _, _, loaded in loads:
            rows = new_facts(loaded, known)
            insert_all(store, rows)
            for _, row in rows:
                touch(store, row)
            stored += rows
            for name, row in chance.sample(stored, min(len(stored), chance.choice([0, 0, 0, 3]))):
                remove(store, name, row)
                touch(store, row)
            if chance.random() < 0.2:
                build_daily_table(store)
        in_steps = built(store)
        assert_same(in_steps, built_at_once(store))


def test_a_nap_on_the_far_side_of_the_date_line_reaches_two_days_on():
    # 13:00 in Kiritimati is 23:00 of the day before in UTC; what was asleep after noon is compared two days on.
    plan = Plan.model_validate({"study": {"time_zone": "Pacific/Kiritimati"}})
    with tempfile.TemporaryDirectory() as folder, open_store(Study(folder=Path(folder), plan=plan)) as store:
        asleep = {**origin(random.Random(1), "ann"), "stage": "asleep"}
        for day in range(6):
            insert(store, "sleep_segment", [asleep | {"start_at": instant(day, 10), "end_at": instant(day, 17)}])
        build_daily_table(store)
        nap = asleep | {"start_at": instant(2, 22.2), "end_at": instant(2, 23)}
        insert(store, "sleep_segment", [nap])
        touch(store, nap)
        in_steps = built(store)
        assert_same(in_steps, built_at_once(store))
        assert in_steps["daily_summary"]["same_sleep_state_min"].to_list() == [None, 1440, 1440, 1392, 1392, 1440]


def steady_day(chance: random.Random, day: int) -> list[tuple[str, dict]]:
    """Make a day that counts for everything: a night, seven hours with steps, and now and then some exercise."""
    watch = {"participant_id": "bob", "source": "apple_health", "device": "watch-1", "device_kind": "watch"}
    late = chance.uniform(0, 2)
    night = {"start_at": instant(day, -2 + late), "end_at": instant(day, 5 + late), "stage": "asleep"}
    rows: list[tuple[str, dict]] = [("sleep_segment", watch | night)]
    for hour in range(8, 15):
        times = {"start_at": instant(day, hour), "end_at": instant(day, hour + 0.5)}
        rows.append(("step_count", watch | times | {"step_count": chance.randint(100, 900)}))
    if day % 20 == 3:
        times = {"start_at": instant(day, 17), "end_at": instant(day, 18)}
        session = {"session_id": f"{day}", "exercise_type": "yoga", "duration_min": 50.0}
        rows.append(("exercise_session", watch | times | session))
    return rows


@pytest.mark.parametrize("changed", [3, 23, 30, 59])
def test_a_changed_day_reaches_as_far_as_four_weeks(changed):
    chance = random.Random(changed)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Study(folder=Path(folder), plan=Plan.model_validate(PLAN))) as store,
    ):
        rows = {day: steady_day(chance, day) for day in range(DAYS)}
        insert_all(store, [row for day in rows.values() for row in day])
        before = built(store)["daily_summary"]
        for name, row in rows[changed]:
            remove(store, name, row)
            touch(store, row)
        in_steps = built(store)
        assert_same(in_steps, built_at_once(store))
        assert before["sleep_debt_min"].count() == DAYS - 13
        assert before["exercise_time_min"].count() == DAYS - 3


@pytest.mark.parametrize("comes", [True, False])
def test_sleep_that_lasts_for_days_is_joined_or_parted_far_away(comes):
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Study(folder=Path(folder), plan=Plan.model_validate(PLAN))) as store,
    ):
        asleep = {**origin(random.Random(1), "bob"), "stage": "asleep"}
        segments = [asleep | {"start_at": instant(day, 0), "end_at": instant(day, 23)} for day in range(11)]
        insert(store, "sleep_segment", [each for each in segments if each is not segments[5] or not comes])
        before = built(store)["sleep_by_device"].height
        if comes:
            insert(store, "sleep_segment", [segments[5]])
        else:
            remove(store, "sleep_segment", segments[5])
        touch(store, segments[5])
        in_steps = built(store)
        assert_same(in_steps, built_at_once(store))
        assert (before, in_steps["sleep_by_device"].height) == ((2, 1) if comes else (1, 2))
