"""Which device a day is based on: the other rule for steps, one device in two exports, changes of device, shifted sources."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from painstats.commands.status import status
from painstats.daily import build_daily_table, date_shifts, shift_sentence
from painstats.frame import Exposure, build_model_frame
from painstats.frame.participants import summarise
from painstats.plan.study import Plan, Study
from painstats.reports import write_reports
from painstats.store import open_store
from painstats.store.publish import new_generation, publish_tables
from tests.conftest import put, table
from tests.made_up_study import fill
from tests.reading_pages import read_page

BY_DEVICE = "SELECT source, device, recorded_step_count AS recorded, counted_step_count AS counted FROM step_by_device ORDER BY source, device"


def by_device(store, text=None):
    if text:
        put(store, "step_count", text)
    build_daily_table(store)
    return [tuple(row.values()) for row in table(store, BY_DEVICE)]


PARTLY = """
    device  | device_kind | start_at               | end_at                 | step_count
    watch-1 | watch       | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
    phone-1 | phone       | 2026-01-10 08:30:00+00 | 2026-01-10 09:30:00+00 | 700
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("merge", [("test", "phone-1", 700, 350.0), ("test", "watch-1", 600, 600.0)]),
        ("max_source", [("test", "phone-1", 700, 700.0), ("test", "watch-1", 600, 0.0)]),
    ],
)
def test_both_rules_show_what_each_device_recorded_and_what_counts(make_study, rule, expected):
    with open_store(make_study(rules={"step_rule": rule})) as store:
        assert by_device(store, PARTLY) == expected
        [day] = table(store, "SELECT recorded_step_count AS steps, main_step_device AS main FROM daily_summary")
    assert day["steps"] == round(sum(counted for *_, counted in expected))
    assert day["main"] == ("test watch-1" if rule == "merge" else "test phone-1")


def test_the_largest_device_is_not_counted_twice_over_itself(make_study):
    with open_store(make_study(rules={"step_rule": "max_source"})) as store:
        text = """
            start_at               | end_at                 | step_count
            2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600
            2026-01-10 08:30:00+00 | 2026-01-10 09:00:00+00 | 300
        """
        assert by_device(store, text) == [("test", "watch-1", 900, 600.0)]


@pytest.mark.parametrize(("rule", "steps"), [("merge", 600), ("max_source", 9999)])
def test_a_total_of_a_lower_device_takes_the_day_only_where_the_most_counts(make_study, rule, steps):
    with open_store(make_study(rules={"step_rule": rule})) as store:
        put(
            store, "step_count", "start_at | end_at | step_count\n2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 600"
        )
        put(
            store,
            "daily_total",
            "device | device_kind | date | measure | value\np | phone | 2026-01-10 | step_count | 9999",
        )
        rows = by_device(store)
        assert sum(counted for *_, counted in rows) == steps
        assert [row[2] for row in rows] == [9999, 600]


GARMIN_TWICE = """
    source       | device    | device_kind | start_at               | end_at                 | step_count
    garmin       | tracker-1 | tracker     | 2026-01-10 08:00:00+00 | 2026-01-10 08:15:00+00 | 900
    garmin       | tracker-1 | tracker     | 2026-01-10 08:15:00+00 | 2026-01-10 08:30:00+00 | 600
    apple_health | app-1     | app         | 2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00 | 1500
"""


def test_one_device_that_comes_by_two_roads_counts_once(store):
    # The kind decides: the app that wrote into Apple Health ranks below the tracker itself.
    assert by_device(store, GARMIN_TWICE) == [
        ("apple_health", "app-1", 1500, 0.0),
        ("garmin", "tracker-1", 1500, 1500.0),
    ]


def test_of_the_same_kind_the_first_source_by_name_counts(store):
    assert by_device(store, GARMIN_TWICE.replace("| app  ", "| tracker")) == [
        ("apple_health", "app-1", 1500, 1500.0),
        ("garmin", "tracker-1", 1500, 0.0),
    ]


# --- Changes of device ---


def walks(store, device_of, days=40, kind="watch"):
    rows = [
        f"{device} | {kind} | {day} 08:00:00+00 | {day} 09:00:00+00 | 6000"
        for day, device in ((date(2026, 1, 1) + timedelta(days=number), device_of(number)) for number in range(days))
        if device
    ]
    put(store, "step_count", "device | device_kind | start_at | end_at | step_count\n" + "\n".join(rows))
    build_daily_table(store)
    changes = table(
        store, "SELECT date::VARCHAR AS date, from_step_device AS old, to_step_device AS new FROM device_change"
    )
    eras = table(store, "SELECT device_era, count(*) AS days FROM daily_summary GROUP BY ALL ORDER BY ALL")
    return [tuple(row.values()) for row in changes], [tuple(row.values()) for row in eras]


def test_a_new_watch_is_a_change_on_its_first_day(store):
    changes, eras = walks(store, lambda day: "old" if day < 20 else "new")
    assert changes == [("2026-01-21", "test old", "test new")]
    assert eras == [(1, 20), (2, 20)]


def test_a_few_days_with_another_device_are_no_change(store):
    changes, eras = walks(store, lambda day: "phone" if day in (5, 6, 17, 30) else "watch")
    assert (changes, eras) == ([], [(1, 40)])


def test_days_without_any_device_are_no_change(store):
    changes, eras = walks(store, lambda day: None if 10 <= day < 30 else "watch")
    assert (changes, eras) == ([], [(1, 40)])


def test_a_device_for_sleep_has_changes_of_its_own(store):
    nights = [
        f"{'old' if number < 20 else 'new'} | {number} | {date(2026, 1, 1) + timedelta(days=number)} | 400"
        for number in range(40)
    ]
    put(store, "sleep_episode", "device | episode_id | date | total_sleep_time_min\n" + "\n".join(nights))
    changes, _ = walks(store, lambda _: "watch")
    assert changes == [("2026-01-21", "test watch", "test watch")]
    assert table(store, "SELECT from_sleep_device AS old, to_sleep_device AS new, device_era FROM device_change") == [
        {"old": "test old", "new": "test new", "device_era": 2}
    ]


@pytest.mark.parametrize("adjusts", [False, True])
def test_a_level_shift_of_the_device_is_left_out_of_the_within_part_if_asked(make_study, adjusts):
    rules = {"adjust_for_device": adjusts, "min_days_in_model": 5, "min_active_hours": 0}
    plan = {"rules": rules, "predictors": [{"measure": "step_count"}]}
    with open_store(make_study(**plan)) as store:
        for number in range(40):
            day = date(2026, 1, 1) + timedelta(days=number)
            device, steps = ("old", 5000) if number < 20 else ("new", 9000)
            put(
                store,
                "daily_total",
                f"device | date | measure | value\n{device} | {day} | step_count | {steps + 100 * (number % 2)}",
            )
            put(store, "self_report", f"date | value\n{day} | {number % 5}")
        build_daily_table(store)
        build_model_frame(store, [Exposure("step_count", 1)])
        rows = table(
            store,
            "SELECT step_count_lag1_within AS x, device_era FROM model_frame WHERE left_out IS NULL ORDER BY date",
        )
    largest = max(abs(row["x"]) for row in rows)
    assert largest == pytest.approx(0.05 if adjusts else 2.05)
    assert {row["device_era"] for row in rows} == {1, 2}


# --- Changes of device, in reports ---

TWO_WATCHES = ("apple_health watch-0a1b2c", "apple_health watch-9f8e7d")


@pytest.fixture(scope="module")
def two_people(tmp_path_factory):
    """Return the folder of a study of two people whose pages are written."""
    folder = tmp_path_factory.mktemp("devices") / "study"
    folder.mkdir()
    with open_store(Study(folder=folder, plan=Plan.model_validate({"study": {"time_zone": "Europe/London"}}))) as store:
        fill(store, people={"ann": 40, "p02": 40})
        write_reports(store)
    return folder


@pytest.fixture
def told(two_people, tmp_path):
    """Return the pages of ann and of the cohort, for device changes as date, devices of steps, devices of sleep."""

    def tell(changes, adjusts=False):
        plan = {"study": {"time_zone": "Europe/London"}, "rules": {"adjust_for_device": adjusts}}
        folder = Path(shutil.copytree(two_people, tmp_path / "study"))
        with open_store(Study(folder=folder, plan=Plan.model_validate(plan))) as store:
            for number, (day, steps, sleep) in enumerate(changes):
                store.connection.execute(
                    "INSERT INTO device_change VALUES ('ann', ?, ?, ?, ?, ?, ?)", [day, *steps, *sleep, number + 2]
                )
            write_reports(store)
        return [read_page((store.study.reports / f"{name}.html").read_bytes()).text for name in ("ann", "cohort")]

    return tell


def test_a_report_says_from_when_on_which_device_counted(told):
    changes = [
        ("2026-01-20", ("fitbit fitbit", "apple_health watch-0a1b2c"), ("fitbit fitbit", "fitbit fitbit")),
        ("2026-01-29", TWO_WATCHES, ("fitbit fitbit", "oura ring")),
    ]
    own, cohort = told(changes)
    assert (
        "From 20 Jan 2026 on, your steps come from the watch (Apple Health) ; before that, from the fitbit (Fitbit)"
        in own
    )
    assert "steps come from the watch-9f8e7d (Apple Health) ; before that, from the watch-0a1b2c (Apple Health)" in own
    assert "From 29 Jan 2026 on, your sleep comes from the ring (Oura) ; before that, from the fitbit (Fitbit)" in own
    assert own.count("your sleep comes") == 1
    assert "numbers before and after such a change may not be comparable" in own
    assert "Changes of the usual device for steps or sleep: 2, in 1 of 2 participants." in cohort


@pytest.mark.parametrize(("adjusts", "words"), [(False, "does not adjust for"), (True, "adjusts for")])
def test_reports_say_whether_the_model_adjusts_for_a_change(told, adjusts, words):
    for page in told([("2026-01-29", TWO_WATCHES, (None, None))], adjusts):
        assert f"the model {words} the change" in page


def test_of_many_changes_the_newest_are_listed(told):
    own, _ = told([(f"2026-01-{day:02d}", TWO_WATCHES[:: 1 - 2 * (day % 2)], (None, None)) for day in range(10, 20)])
    assert "4 earlier changes of device, not listed here." in own
    assert own.count("your steps come from") == 6
    assert "From 13 Jan" not in own


def test_without_a_change_a_report_does_not_mention_devices(told):
    own, cohort = told([])
    assert "comparable" not in own
    assert "No participant changed device." in cohort


def test_status_and_published_tables_tell_of_changes(make_study, capsys):
    study = make_study(study={"time_zone": "Europe/London"})
    with open_store(study) as store:
        walks(store, lambda day: "old" if day < 20 else "new")
        build_model_frame(store, [Exposure("step_count", 1)])
        summarise(store)
        with new_generation(study, lambda _: False) as generation:
            publish_tables(store, generation)
    published = pl.read_parquet(study.published / "device_change.parquet")
    assert published.select("participant_id", "from_step_device", "to_step_device").rows() == [
        ("ann", "test old", "test new")
    ]
    assert status(study.folder, as_json=True) == 0
    [person] = json.loads(capsys.readouterr().out)["participants"]
    assert person["device_changes"] == 1


# --- Sources that date days differently ---


def two_sources(store, shift, days=40):
    rows = []
    for number in range(days):
        day, minutes = date(2026, 1, 1) + timedelta(days=number), 400 + 37 * (number * number % 7) + number % 3
        rows.append(f"apple_health | a | a{number} | {day} | {minutes}")
        rows.append(f"oura | o | o{number} | {day + timedelta(days=shift)} | {minutes + number % 2}")
    put(store, "sleep_episode", "source | device | episode_id | date | total_sleep_time_min\n" + "\n".join(rows))
    build_daily_table(store)
    return date_shifts(store)


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_source_that_names_nights_otherwise_is_found(store, shift):
    [found] = two_sources(store, shift)
    assert (found.participant_id, found.measure, found.source_a, found.source_b) == (
        "ann",
        "total_sleep_time_min",
        "apple_health",
        "oura",
    )
    assert (found.shift_days, found.days) == (shift, 39)
    assert found.shifted > 0.99 > 0.5 > found.same_day
    assert ("a day later" if shift > 0 else "a day earlier") in shift_sentence(found)
    assert "ann" not in shift_sentence(found)


def test_sources_that_agree_raise_nothing(store):
    assert two_sources(store, 0) == []
    [row] = table(store, "SELECT days, best_shift_days FROM source_agreement")
    assert row == {"days": 40, "best_shift_days": 0}


def test_a_few_shared_days_say_nothing(store):
    assert two_sources(store, 1, days=10) == []


TWO_TRACKERS = """
    source | device | device_kind | start_at               | end_at                 | step_count
    garmin | g      | tracker     | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 900
    oura   | o      | tracker     | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 700
    oura   | o      | tracker     | 2026-01-10 10:00:00+00 | 2026-01-10 11:00:00+00 | 300
"""
TWO_NIGHTS = """
    source | device | device_kind | date       | start_at               | end_at                 | total_sleep_time_min | time_in_bed_min
    garmin | g      | tracker     | 2026-01-10 | 2026-01-09 23:00:00+00 | 2026-01-10 07:00:00+00 | 450                  | 480
    oura   | o      | tracker     | 2026-01-10 | 2026-01-09 23:00:00+00 | 2026-01-10 07:00:00+00 | 430                  | 480
"""


@pytest.mark.parametrize(
    ("rules", "steps", "sleep"),
    [
        ({}, 1200, 450.0),
        ({"source_order": ["oura"]}, 1000, 430.0),
        ({"source_order": ["oura", "garmin"], "step_device_order": ["phone", "tracker"]}, 1000, 430.0),
        ({"ignore_devices": ["oura o"]}, 900, 450.0),
        ({"ignore_devices": ["oura g"]}, 1200, 450.0),
        ({"source_order": ["oura"], "ignore_devices": ["oura o"]}, 900, 450.0),
        ({"ignore_devices": ["oura o", "garmin g"]}, None, None),
    ],
)
def test_the_plan_says_which_sources_go_first_and_which_devices_never_count(tmp_path, rules, steps, sleep):
    plan = {"study": {"time_zone": "UTC"}, "rules": {**rules, "min_active_hours": 0}}
    with open_store(Study(folder=tmp_path, plan=Plan.model_validate(plan))) as store:
        put(store, "step_count", TWO_TRACKERS)
        put(store, "sleep_episode", TWO_NIGHTS)
        build_daily_table(store)
        rows = table(
            store, "SELECT recorded_step_count AS steps, recorded_total_sleep_time_min AS sleep FROM daily_summary"
        )
    assert rows == ([{"steps": steps, "sleep": sleep}] if steps else [])
