"""Health Auto Export: days as the app merged them, sleep of every version, and what the files cut or repeat."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from painstats.archive.archive import open_archive
from painstats.daily import build_daily_table
from painstats.intake.load_files import load_files
from painstats.intake.parts import parts_of_zip
from painstats.run import list_inbox
from tests.conftest import table
from tests.sources.reading import FIXTURES, Contents, read, settings, written, zipped

BERLIN = settings(zone="Europe/Berlin")
PHONE, WATCH = "Phone of Ann", "Apple Watch von Ann"


def payload(**parts: object) -> str:
    return json.dumps({"data": parts})


def metric(name: str, units: str, *points: dict[str, object]) -> dict[str, object]:
    return {"name": name, "units": units, "data": [*points]}


def point(at: str, qty: object, source: str = PHONE) -> dict[str, object]:
    return {"date": at if len(at) > 20 else f"{at} +0100", "qty": qty, "source": source}


def steps(*points: dict[str, object]) -> str:
    return payload(metrics=[metric("step_count", "count", *points)])


def night(start: str, end: str, **totals: object) -> dict[str, object]:
    return {"sleepStart": f"{start} +0100", "sleepEnd": f"{end} +0100", **totals}


def sleep(*points: dict[str, object], units: str = "hr") -> str:
    return payload(metrics=[metric("sleep_analysis", units, *points)])


@pytest.fixture
def reading(tmp_path: Path):
    def of(content: str) -> Contents:
        return read(written(tmp_path / "HealthAutoExport-2024-01-02.json", content), BERLIN)

    return of


def days(contents: Contents) -> list[tuple[date, float]]:
    return contents.accepted("daily_total").select("date", "value").rows()


def nights(contents: Contents, *columns: str) -> list[tuple[object, ...]]:
    return contents.accepted("sleep_episode").select(*columns).rows()


# --- days ---


def test_hours_add_up_to_the_date_that_the_file_gives_them(reading) -> None:
    contents = reading(
        steps(
            point("2024-01-01 23:00:00", 10),
            point("2024-01-02 00:00:00", 20.4),
            point("2024-01-02 09:00:00", 30, WATCH),
        )
    )
    assert days(contents) == [(date(2024, 1, 1), 10), (date(2024, 1, 2), pytest.approx(50.4))]
    assert set(contents.accepted("daily_total")["device"]) == {"health-auto-export"}
    assert contents.notes == []


@pytest.mark.parametrize("watch_at", ["2024-01-02 09:00:10", "2024-01-02 09:00:00"])
def test_single_samples_of_phone_and_watch_are_never_added(watch_at: str, reading) -> None:
    contents = reading(steps(point("2024-01-02 09:00:00", 500), point(watch_at, 520, WATCH)))
    assert days(contents) == []
    assert contents.n_ignored == 2
    assert "turn on the aggregation of data" in contents.notes[0].message


def test_single_samples_of_one_device_are_added(reading) -> None:
    contents = reading(steps(point("2024-01-02 09:00:07", 500), point("2024-01-02 10:00:01", 20)))
    assert days(contents) == [(date(2024, 1, 2), 520)]


def test_a_day_with_an_unreadable_number_is_no_day(reading) -> None:
    contents = reading(
        steps(point("2024-01-02 09:00:00", 500), point("2024-01-02 10:00:00", None), point("yesterday", 3))
    )
    assert days(contents) == []
    rejected = [(line, column) for _, line, column, _ in contents.rejected()]
    assert sorted(rejected) == [(1, "qty"), (3, "date")]


def test_units_are_converted_or_refused(reading) -> None:
    contents = reading(
        payload(
            metrics=[
                metric("apple_exercise_time", "hr", point("2024-01-02 00:00:00", 0.5)),
                metric("resting_heart_rate", "bpm", point("2024-01-02 00:00:00", 60), point("2024-01-02 12:00:00", 64)),
                metric("heart_rate_variability", "furlongs", point("2024-01-02 00:00:00", 40)),
            ]
        )
    )
    found = contents.accepted("daily_total").select("measure", "value").rows()
    assert found == [("exercise_time_min", 30.0), ("resting_heart_rate_bpm", 62.0)]
    assert [column for _, _, column, _ in contents.rejected()] == ["units"]


def test_a_phone_with_a_12_hour_clock_writes_the_same_days(reading) -> None:
    contents = reading(steps(point("2024-01-02 12:00:00\u202fAM +0100", 10), point("2024-01-02 1:00:00 PM +0100", 20)))
    assert days(contents) == [(date(2024, 1, 2), 30)]


def test_a_zone_that_the_file_contradicts_is_said(reading) -> None:
    contents = reading(steps(point("2024-01-02 00:00:00 -0800", 10), point("2024-01-03 00:00:00 +0100", 10)))
    assert contents.notes[0].message.startswith("1 of 2 times of daily values have a UTC offset that")


@pytest.mark.parametrize("content", ['{"data": {}}', '{"data": {"metrics": [], "workouts": []}}'])
def test_a_day_without_data_is_no_error(content: str, reading) -> None:
    contents = reading(content)
    assert contents.n_rows == 0
    assert "it contains nothing" in contents.notes[0].message


# --- sleep ---


@pytest.mark.parametrize(
    ("totals", "asleep"),
    [
        ({"totalSleep": 7, "asleep": 0, "core": 4, "deep": 1, "rem": 2}, 420),
        ({"asleep": 7, "core": 0, "deep": 0, "rem": 0}, 420),
        ({"asleep": 7}, 420),
        ({"asleep": 7.01, "core": 4, "deep": 1, "rem": 2}, 420.6),
        ({"asleep": 1, "core": 3, "deep": 1, "rem": 2}, 420),
        ({"asleep": 0, "core": 4, "deep": 1, "rem": 2}, 420),
    ],
)
def test_all_sleep_is_found_whatever_the_version_calls_asleep(totals, asleep: float, reading) -> None:
    contents = reading(sleep(night("2024-01-01 23:00:30", "2024-01-02 07:00:00", **totals)))
    assert nights(contents, "date", "total_sleep_time_min") == [(date(2024, 1, 2), pytest.approx(asleep))]


def test_sleep_that_fits_no_reading_is_rejected(reading) -> None:
    contents = reading(sleep(night("2024-01-01 23:00:30", "2024-01-02 07:00:00", asleep=6, core=4, deep=1, rem=2)))
    assert [column for _, _, column, _ in contents.rejected()] == ["asleep"]


def test_stages_that_are_all_zero_are_unknown(reading) -> None:
    zero = {"asleep": 4.733, "awake": 0.017, "rem": 0, "deep": 0, "core": 0, "inBed": 0}
    contents = reading(sleep(night("2024-01-02 03:30:01", "2024-01-02 08:14:04", **zero)))
    columns = ("time_in_bed_min", "wake_after_sleep_onset_min", "deep_sleep_min", "rem_sleep_min")
    assert nights(contents, *columns) == [(pytest.approx(284.05), pytest.approx(1.02), None, None)]
    assert "unknown, not 0" in contents.notes[0].message


@pytest.mark.parametrize("without", [(), ("sleepStart", "sleepEnd", "asleep")])
def test_time_in_bed_without_sleep_is_not_sleep(without: tuple[str, ...], reading) -> None:
    times = {"inBedStart": "2024-01-01 22:30:00 +0100", "inBedEnd": "2024-01-02 07:15:00 +0100"}
    whole = night("2024-01-01 23:00:30", "2024-01-02 07:00:00", inBed=8.75, asleep=0, **times)
    contents = reading(sleep({key: value for key, value in whole.items() if key not in without}))
    assert nights(contents, "date") == []
    [segment] = contents.accepted("sleep_segment").select("stage", "start_at", "end_at").rows()
    assert segment == ("in_bed", datetime(2024, 1, 1, 21, 30, tzinfo=UTC), datetime(2024, 1, 2, 6, 15, tzinfo=UTC))


def test_absurd_hours_are_rejected(reading) -> None:
    contents = reading(sleep(night("2024-01-01 23:00:30", "2024-01-02 07:00:00", asleep=808742334249.9)))
    assert [rule for _, _, _, rule in contents.rejected()] == ["minutes_implausible"]


def test_two_devices_that_slept_the_same_night_give_one_sleep_and_no_nap(reading) -> None:
    contents = reading(
        sleep(
            night("2024-01-01 23:00:30", "2024-01-02 06:00:00", asleep=6),
            night("2024-01-01 22:55:00", "2024-01-02 06:30:00", asleep=7),
            night("2024-01-02 14:00:30", "2024-01-02 15:00:00", asleep=0.9),
        )
    )
    assert nights(contents, "total_sleep_time_min", "is_main_sleep") == [(420, True), (54, False)]


def test_a_night_that_the_file_cuts_at_midnight_is_rejected_with_what_to_do(reading) -> None:
    cut = night("2024-01-02 00:00:00", "2024-01-02 06:00:00", asleep=6)
    whole = night("2024-01-03 00:00:00", "2024-01-03 06:00:00", asleep=6)
    evening = night("2024-01-03 23:00:30", "2024-01-04 00:00:00", asleep=0.9)
    contents = reading(sleep(cut, whole, evening))
    assert nights(contents, "date") == [(date(2024, 1, 3),)]
    assert [rule for _, _, _, rule in contents.rejected()] == ["cut_at_midnight"] * 2
    assert "choose a date range of several days" in contents.notes[0].message


def test_single_stages_are_segments_of_their_devices(reading) -> None:
    def stage(value: str, start: str, end: str, source: str) -> dict[str, object]:
        return {"startDate": f"{start} +0100", "endDate": f"{end} +0100", "qty": 1, "value": value, "source": source}

    contents = reading(
        sleep(
            stage("Core", "2024-01-01 23:00:00", "2024-01-02 00:00:00", WATCH),
            stage("REM", "2024-01-02 00:00:00", "2024-01-02 01:00:00", WATCH),
            stage("In Bed", "2024-01-01 22:30:00", "2024-01-02 07:00:00", "Anns iPhone"),
            stage("Dreaming", "2024-01-02 02:00:00", "2024-01-02 03:00:00", WATCH),
        )
    )
    segments = contents.accepted("sleep_segment")
    assert segments.select("device_kind", "stage").rows() == [("watch", "core"), ("watch", "rem"), ("phone", "in_bed")]
    assert segments["device"].n_unique() == 2
    assert not any("Ann" in device for device in segments["device"])
    assert [column for _, _, column, _ in contents.rejected()] == ["value"]


# --- workouts and symptoms ---


def test_workouts_of_both_versions_in_our_units() -> None:
    sessions = read(FIXTURES / "health_auto_export.json", BERLIN).accepted("exercise_session")
    columns = ("exercise_type", "duration_min", "distance_m", "energy_kcal", "heart_rate_bpm")
    assert sessions.select(columns).rows() == [
        ("walking", 38.0, pytest.approx(2414.016), pytest.approx(100.0), 101.0),
        ("strength", 30.0, None, None, None),
    ]


def test_a_symptom_has_the_scale_of_an_apple_export(reading) -> None:
    moment = {"start": "2024-01-02 10:00:00 +0100", "end": "2024-01-02 10:00:00 +0100"}
    contents = reading(
        payload(
            symptoms=[
                {**moment, "name": "Chest Tightness or Pain", "severity": "Severe"},
                {**moment, "name": "Headache", "severity": "Not Present"},
                {**moment, "name": "Fatigue", "severity": "Present"},
            ]
        )
    )
    columns = ("item", "site", "value", "scale_high")
    assert contents.accepted("self_report").select(columns).rows() == [("pain", "chest", 3, 3), ("pain", "head", 0, 3)]
    assert [rule for _, _, _, rule in contents.rejected()] == ["severity_not_given"]


# --- several files ---


def test_files_of_a_zip_are_an_export_each_and_routes_beside_one_are_counted(tmp_path: Path) -> None:
    one = steps(point("2024-01-02 00:00:00", 1000))
    several = zipped(tmp_path / "several.zip", {"a/1.json": one, "a/2.json": one})
    parts = parts_of_zip(open_archive(several), BERLIN)
    assert [[entry.name for entry in part.entries] for part in (parts.whole, *parts.own.values()) if part] == [
        ["a/1.json"],
        ["a/2.json"],
    ]
    contents = read(zipped(tmp_path / "one.zip", {"a/1.json": one, "a/Walk.gpx": "<gpx/>"}), BERLIN)
    assert days(contents) == [(date(2024, 1, 2), 1000)]
    assert [ignored.reason for ignored in contents.ignored] == ["1 other file(s): not used"]


# --- the whole way ---

APPLE = """<HealthData locale="en_DE">
 <ExportDate value="2024-01-03 12:00:00 +0100"/>
 <Record type="HKQuantityTypeIdentifierStepCount" sourceName="Phone" unit="count" startDate="2024-01-02 09:00:00 +0100"
  endDate="2024-01-02 09:10:00 +0100" value="900" device="&lt;&lt;HKDevice: 0x1&gt;, name:iPhone, model:iPhone&gt;"/>
</HealthData>
"""


def load(store, name: str, content: str, at: int) -> None:
    file = store.study.inbox / name
    file.parent.mkdir(parents=True, exist_ok=True)
    written(file, content)
    os.utime(file, (at, at))
    load_files(store, list_inbox(store.study), lambda _: None, processes=1)
    build_daily_table(store)


def step_days(store) -> list[tuple[object, ...]]:
    query = (
        "SELECT date::VARCHAR, recorded_step_count FROM daily_summary WHERE recorded_step_count IS NOT NULL ORDER BY 1"
    )
    return [tuple(row.values()) for row in table(store, query)]


def test_a_day_that_grows_from_file_to_file_of_a_folder_is_corrected_and_never_added(store) -> None:
    noon, midnight = 1_704_196_800, 1_704_243_600
    later = steps(point("2024-01-02 00:00:00", 4000, f"{PHONE}|{WATCH}"))
    load(store, "ann/Health/HealthAutoExport-2024-01-02.json", steps(point("2024-01-02 00:00:00", 1000)), noon)
    load(store, "ann/Health/HealthAutoExport-2024-01-03.json", later, midnight)
    assert step_days(store) == [("2024-01-02", 4000)]
    assert table(store, "SELECT count(*) AS n FROM quarantine") == [{"n": 0}]


def test_steps_that_an_apple_export_has_too_count_once(store) -> None:
    at = 1_704_300_000
    load(
        store,
        "ann/HealthAutoExport-2024-01-03.json",
        steps(point("2024-01-02 00:00:00", 950), point("2024-01-03 00:00:00", 700)),
        at,
    )
    assert step_days(store) == [("2024-01-02", 950), ("2024-01-03", 700)]
    load(store, "ann/export.xml", APPLE, at)
    assert step_days(store) == [("2024-01-02", 900), ("2024-01-03", 700)]
