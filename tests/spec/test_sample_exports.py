"""Sample Fitbit archives and Apple Health exports contain the simulated days, with the difficulties of real ones."""

from __future__ import annotations

import json
import re
import zipfile
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from painstats.plan.study import read_study
from sample_data.make import DEFAULT_SEED, make_study
from sample_data.people import TABLE
from sample_data.truth import zone_on
from tests.spec.test_sample_data import LIVES, TRUTH, planted_sleep, planted_steps

FITBIT = [person.participant_id for person in TABLE if person.wearable == "fitbit"]
APPLE = [person.participant_id for person in TABLE if person.wearable == "apple_health"]
STEPS, SLEEP = "HKQuantityTypeIdentifierStepCount", "HKCategoryTypeIdentifierSleepAnalysis"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sample") / "study"
    make_study(made, TRUTH, DEFAULT_SEED)
    return made


# Fitbit archives


def fitbit(folder: Path, name: str, kind: str) -> list[list[dict[str, object]]]:
    """Return the rows of each chunk of one kind, in order of their names."""
    with zipfile.ZipFile(folder / "inbox" / name / "MyFitbitData.zip") as archive:
        entries = sorted(
            entry for entry in archive.namelist() if re.search(rf"/{kind}-\d{{4}}-\d\d-\d\d\.json$", entry)
        )
        return [json.loads(archive.read(entry)) for entry in entries]


def minutes_walked(folder: Path, name: str) -> list[tuple[datetime, int]]:
    rows = [row for chunk in fitbit(folder, name, "steps") for row in chunk]
    return [
        (datetime.strptime(row["dateTime"], "%m/%d/%y %H:%M:%S").replace(tzinfo=UTC), int(row["value"])) for row in rows
    ]


def by_local_date(folder: Path, name: str) -> dict[date, int]:
    zones, person = read_study(folder).time_zones, LIVES[name].person
    totals: Counter[date] = Counter()
    for instant, steps in minutes_walked(folder, name):
        (period,) = [p for p in zones.periods(person.participant_id) if p.starts_at <= instant < p.ends_at]
        totals[instant.astimezone(ZoneInfo(period.time_zone)).date()] += steps
    return dict(totals)


@pytest.mark.parametrize("name", FITBIT)
def test_fitbit_minutes_add_up_to_the_planted_steps_of_each_local_date(folder: Path, name: str) -> None:
    assert by_local_date(folder, name) == planted_steps(name)


def test_in_new_york_utc_days_would_be_wrong(folder: Path) -> None:
    totals: Counter[date] = Counter()
    for instant, steps in minutes_walked(folder, "clover"):
        totals[instant.date()] += steps
    wrong = [day for day, steps in planted_steps("clover").items() if totals[day] != steps]
    assert len(wrong) > 0.9 * len(planted_steps("clover"))


@pytest.mark.parametrize("name", FITBIT)
def test_no_fitbit_minute_stands_twice(folder: Path, name: str) -> None:
    instants = [instant for instant, _ in minutes_walked(folder, name)]
    assert len(set(instants)) == len(instants)


@pytest.mark.parametrize("name", FITBIT)
def test_fitbit_main_sleep_is_the_planted_sleep_of_the_date_of_waking(folder: Path, name: str) -> None:
    logs = [log for chunk in fitbit(folder, name, "sleep") for log in chunk]
    found = {date.fromisoformat(log["dateOfSleep"]): log["minutesAsleep"] for log in logs if log["mainSleep"]}
    assert found == planted_sleep(name)
    assert len({log["logId"] for log in logs}) == len(logs)


@pytest.mark.parametrize("name", FITBIT)
def test_a_fitbit_sleep_log_agrees_with_itself(folder: Path, name: str) -> None:
    for chunk in fitbit(folder, name, "sleep"):
        assert [log["startTime"] for log in chunk] == sorted((log["startTime"] for log in chunk), reverse=True)
        for log in chunk:
            levels = log["levels"]
            assert log["minutesAsleep"] + log["minutesAwake"] == log["timeInBed"] == log["duration"] / 60_000
            assert sum(row["seconds"] for row in levels["data"]) == 60 * log["timeInBed"]
            assert sum(level["minutes"] for level in levels["summary"].values()) == log["timeInBed"]
            awake = [row["seconds"] for row in levels["data"] if row["level"] == "wake"]
            short = [row["seconds"] for row in levels.get("shortData", [])]
            assert sum(awake + short) == 60 * log["minutesAwake"]
            assert all(seconds <= 180 for seconds in short)


def test_a_night_over_the_clock_change_keeps_its_length(folder: Path) -> None:
    logs = [log for chunk in fitbit(folder, "amber", "sleep") for log in chunk]
    (log,) = [log for log in logs if log["dateOfSleep"] == "2026-03-29" and log["mainSleep"]]
    on_the_clock = datetime.fromisoformat(log["endTime"]) - datetime.fromisoformat(log["startTime"])
    assert on_the_clock == timedelta(minutes=log["timeInBed"] + 60)


@pytest.mark.parametrize("name", FITBIT)
def test_no_steps_are_simulated_during_sleep(folder: Path, name: str) -> None:
    walked = sorted(instant for instant, steps in minutes_walked(folder, name) if steps)
    for log in (log for chunk in fitbit(folder, name, "sleep") for log in chunk):
        zone = ZoneInfo(zone_on(TRUTH, LIVES[name].person, date.fromisoformat(log["dateOfSleep"])))
        start, end = (
            datetime.fromisoformat(log[edge]).replace(tzinfo=zone).astimezone(UTC) for edge in ("startTime", "endTime")
        )
        assert bisect_left(walked, start) == bisect_left(walked, end)


def test_naps_are_there_and_are_not_main_sleep(folder: Path) -> None:
    logs = [log for name in FITBIT for chunk in fitbit(folder, name, "sleep") for log in chunk]
    naps = [log for log in logs if not log["mainSleep"]]
    assert len(naps) >= 5
    assert {log["type"] for log in naps} == {"classic"}


def test_an_unworn_day_is_1440_sedentary_minutes_at_fitbit(folder: Path) -> None:
    rows = [row for chunk in fitbit(folder, "clover", "sedentary_minutes") for row in chunk]
    still = {datetime.strptime(row["dateTime"], "%m/%d/%y %H:%M:%S").date() for row in rows if row["value"] == "1440"}
    assert still == set(LIVES["clover"].dates) - set(planted_steps("clover"))


# Apple Health exports


def apple(folder: Path, name: str, export: str = "export.zip") -> ElementTree.Element:
    with zipfile.ZipFile(folder / "inbox" / name / export) as archive:
        return ElementTree.fromstring(archive.read("apple_health_export/export.xml"))


def spans(root: ElementTree.Element, kind: str) -> list[tuple[str, datetime, datetime, str]]:
    """Return each different top-level record of one kind once: device, start and end in UTC, value."""

    def instant(text: str) -> datetime:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)

    records = (record.attrib for record in root.findall("Record") if record.get("type") == kind)
    found = {
        (
            "watch" if "model:Watch" in r["device"] else "phone",
            instant(r["startDate"]),
            instant(r["endDate"]),
            r["value"],
        )
        for r in records
    }
    return sorted(found, key=lambda span: span[1:])


def counted_once(root: ElementTree.Element, zone: ZoneInfo) -> dict[date, Fraction]:
    """Count the watch's steps, and of each phone interval the share that no watch interval covers."""
    all_spans = spans(root, STEPS)
    watch = [(start, end) for device, start, end, _ in all_spans if device == "watch"]
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(watch))
    totals: dict[date, Fraction] = defaultdict(Fraction)
    for device, start, end, value in all_spans:
        covered = timedelta()
        if device == "phone":
            covered = sum((min(end, e) - max(start, s) for s, e in watch if s < end and start < e), timedelta())
        length = round((end - start).total_seconds())
        totals[start.astimezone(zone).date()] += int(value) * Fraction(length - round(covered.total_seconds()), length)
    return totals


@pytest.mark.parametrize("name", APPLE)
def test_watch_and_phone_counted_once_add_up_to_the_planted_steps(folder: Path, name: str) -> None:
    totals = counted_once(apple(folder, name), ZoneInfo(LIVES[name].person.time_zone))
    unworn = {day: steps for day, steps in totals.items() if day not in planted_steps(name)}
    assert {day: steps for day, steps in totals.items() if day not in unworn} == planted_steps(name)
    assert set(unworn.values()) == {305}


@pytest.mark.parametrize("name", APPLE)
def test_summing_both_devices_would_count_twice(folder: Path, name: str) -> None:
    everything = sum(int(value) for _, _, _, value in spans(apple(folder, name), STEPS))
    assert everything > 1.2 * sum(planted_steps(name).values())


@pytest.mark.parametrize("name", APPLE)
def test_the_watch_sees_the_planted_sleep(folder: Path, name: str) -> None:
    zone = ZoneInfo(LIVES[name].person.time_zone)
    minutes: Counter[date] = Counter()
    for _, start, end, value in spans(apple(folder, name), SLEEP):
        is_nap = 12 <= start.astimezone(zone).hour < 16
        if "SleepAnalysisAsleep" in value and not is_nap:
            waking = (start.astimezone(zone) + timedelta(hours=6)).date()
            minutes[waking] += (end - start).total_seconds() / 60
    assert dict(minutes) == planted_sleep(name)


@pytest.mark.parametrize("name", APPLE)
def test_every_time_in_an_apple_export_has_the_offset_of_its_export(folder: Path, name: str) -> None:
    root = apple(folder, name)
    offsets = {value[-5:] for element in root.iter() for key, value in element.attrib.items() if key.endswith("Date")}
    zone = ZoneInfo(LIVES[name].person.time_zone)
    assert offsets == {datetime(2026, 6, 2, 9, 30, tzinfo=zone).strftime("%z")}
    winter = datetime(2026, 2, 2, 9, 30, tzinfo=zone).strftime("%z")
    assert winter not in offsets


def test_the_early_export_lies_inside_the_last_one_under_other_strings(folder: Path) -> None:
    early, last = apple(folder, "hazel", "export-early.zip"), apple(folder, "hazel")
    for kind in (STEPS, SLEEP):
        assert set(spans(early, kind)) < set(spans(last, kind))
    early_times = {record.get("startDate") for record in early.iter("Record")}
    assert not early_times & {record.get("startDate") for record in last.iter("Record")}


def test_an_apple_export_holds_what_has_to_be_passed_over(folder: Path) -> None:
    root = apple(folder, "hazel")
    assert root.find("Correlation/Record") is not None
    assert root.find("Me") is not None
    assert root.find("Record/MetadataEntry[@key='HKTimeZone']") is not None
    records = Counter(tuple(record.attrib.items()) for record in root.findall("Record"))
    assert max(records.values()) == 2
