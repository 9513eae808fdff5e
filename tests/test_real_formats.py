"""Real exports of makers and sleep apps: what the daily table gets of each, against a count with csv and json alone.

    PAINSTATS_REAL_EXPORTS=FOLDER python -m pytest tests/test_real_formats.py

The counts know nothing of painstats. Sleep is compared by date, the night with its naps: which of several sleeps is the
night is a question of its own.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from painstats.plan.study import Study, read_study
from painstats.run import run_study
from painstats.store import open_store
from tests.test_real_input import REAL

pytestmark = pytest.mark.skipif(
    "PAINSTATS_REAL_EXPORTS" not in os.environ, reason="PAINSTATS_REAL_EXPORTS does not name their folder"
)

FOLDERS = REAL / "real"
Days = dict[date, float]

ZONES = {
    "oura_trends": "America/Chicago",
    "oura_api_one_root": "Europe/Berlin",
    "oura_api_csv": "America/New_York",
    "google_fit_sleep_sessions": "Europe/London",
    "google_fit_phone": "Europe/London",
    "sleep_cycle": "Europe/London",
    "sleep_as_android": "Europe/Brussels",
    "zepp_life": "Europe/Kyiv",
    "autosleep": "America/New_York",
    "samsung_bedtimes": "America/New_York",
}
"""The real folders, each a participant of one study, and where they live: named in the file, or where its dates fit."""

PLAN = """[study]
name = "real formats"
[[predictors]]
measure = "total_sleep_time_min"
[[predictors]]
measure = "step_count"
"""

LONGEST_CELL = 1 << 24


@dataclass(frozen=True)
class Daily:
    """What one run makes of the real folders, each in the inbox of its participant."""

    study: Study
    notes: str

    def rows(self, query: str, *values: object) -> list[tuple]:
        with open_store(self.study) as store:
            return store.connection.execute(query, values).fetchall()

    def slept(self, participant: str) -> Days:
        """Minutes asleep by date of waking, the night and its naps."""
        query = (
            "SELECT date, recorded_total_sleep_time_min + coalesce(nap_time_min, 0) FROM daily_summary "
            "WHERE recorded_total_sleep_time_min IS NOT NULL AND participant_id = ?"
        )
        return dict(self.rows(query, participant))

    def steps(self, participant: str) -> Days:
        query = (
            "SELECT date, recorded_step_count FROM daily_summary "
            "WHERE recorded_step_count IS NOT NULL AND participant_id = ?"
        )
        return dict(self.rows(query, participant))


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> Daily:
    if not all((FOLDERS / name).is_dir() for name in ZONES):
        pytest.skip("the real folders are not on this machine")
    folder = tmp_path_factory.mktemp("real_formats")
    homes = (f'[participants.{name}]\ntime_zone = "{zone}"\n' for name, zone in ZONES.items())
    (folder / "study.toml").write_text(PLAN + "".join(homes))
    for name in ZONES:
        shutil.copytree(FOLDERS / name, folder / "inbox" / name / "export", copy_function=shutil.copyfile)
    study = read_study(folder)
    summary = run_study(study)
    assert {outcome.status for outcome in summary.files} == {"loaded"}
    loaded = [outcome.summary for outcome in summary.files if outcome.summary]
    assert sum(found.quarantined for found in loaded) == 0
    return Daily(study, "\n".join(note for found in loaded for note in found.notes))


@contextmanager
def long_cells() -> Iterator[None]:
    """Let ``csv`` read cells with the heart rate of a whole night; its limit is that of the whole process."""
    usual = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(usual)


def table(name: str, file: str, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with long_cells(), (FOLDERS / name / file).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter=delimiter))
    yield from ({(column or "").strip(): cell for column, cell in row.items()} for row in rows)


def summed(pairs) -> Days:
    days: defaultdict[date, float] = defaultdict(float)
    for day, minutes in pairs:
        days[day] += minutes
    return dict(days)


def assert_same(found: Days, counted: Days, n_days: int) -> None:
    assert len(counted) == n_days
    assert found == pytest.approx(counted, abs=1e-6)


def test_oura_trends(daily: Daily) -> None:
    rows = list(table("oura_trends", "oura.csv"))
    nights = [(date.fromisoformat(row["date"]), row["Total Sleep Duration"]) for row in rows]
    assert_same(daily.slept("oura_trends"), {day: float(seconds) / 60 for day, seconds in nights if seconds}, 1274)
    steps = {date.fromisoformat(row["date"]): float(row["Steps"]) for row in rows if row["Steps"]}
    assert_same(daily.steps("oura_trends"), steps, 1297)


def test_oura_api_under_one_root(daily: Daily) -> None:
    answers = json.loads((FOLDERS / "oura_api_one_root" / "oura_data.json").read_text())
    days = {day["day"]: day for day in answers["daily_activity"]["data"]}
    worn = {date.fromisoformat(day): row["steps"] for day, row in days.items() if row["steps"]}
    assert_same(daily.steps("oura_api_one_root"), worn, 7)
    assert "daily_sleep has scores but no times of sleep" in daily.notes


def test_oura_api_as_csv(daily: Daily) -> None:
    rows = table("oura_api_csv", "oura.csv")
    nights = ((date.fromisoformat(row["bedtime_end"][:10]), float(row["total_sleep_duration"]) / 60) for row in rows)
    assert_same(daily.slept("oura_api_csv"), summed(nights), 69)


def test_google_fit_sleep_sessions(daily: Daily) -> None:
    nights = []
    for file in (FOLDERS / "google_fit_sleep_sessions").rglob("*_SLEEP.json"):
        session = json.loads(file.read_text())
        woken = datetime.fromisoformat(session["endTime"].replace("Z", "+00:00"))
        nights.append((woken.astimezone(ZoneInfo("Europe/London")).date(), float(session["duration"][:-1]) / 60))
    assert len(nights) == 208
    assert_same(daily.slept("google_fit_sleep_sessions"), summed(nights), 192)


def test_google_fit_of_a_phone(daily: Daily) -> None:
    rows = table("google_fit_phone", "Daily activity metrics.csv")
    steps = {date.fromisoformat(row["Date"]): float(row["Step count"]) for row in rows if row["Step count"]}
    assert_same(daily.steps("google_fit_phone"), steps, 382)


def test_sleep_cycle(daily: Daily) -> None:
    rows = [row for row in table("sleep_cycle", "sleepdata.csv", ";") if float(row["Time asleep (seconds)"])]
    assert len(rows) == 568
    nights = ((date.fromisoformat(row["End"][:10]), float(row["Time asleep (seconds)"]) / 60) for row in rows)
    counted, found = summed(nights), daily.slept("sleep_cycle")
    assert len(counted) == len(found) == 556
    assert sum(found.values()) == pytest.approx(sum(counted.values()))
    # Three sleeps that ended before midnight are the first parts of broken nights, and go to the date of waking.
    moved = sorted(day for day in counted if found[day] != pytest.approx(counted[day], abs=1e-6))
    assert len(moved) == 6
    assert [(after - before).days for before, after in zip(moved[::2], moved[1::2], strict=True)] == [1, 1, 1]


def test_sleep_as_android(daily: Daily) -> None:
    with (FOLDERS / "sleep_as_android" / "sleep-export.csv").open(encoding="utf-8-sig", newline="") as stream:
        records = [cells for cells in csv.reader(stream) if cells and cells[0] not in ("Id", "")]
    assert len(records) == 60
    nights = []
    for cells in records:
        start, end = (datetime.strptime(cells[place], "%d. %m. %Y %H:%M") for place in (2, 3))
        nights.append((end.date(), (end - start) / timedelta(minutes=1) + float(cells[13])))
    assert_same(daily.slept("sleep_as_android"), summed(nights), 58)


def test_zepp_life(daily: Daily) -> None:
    parts = ("deepSleepTime", "shallowSleepTime", "REMTime")
    nights = (
        (date.fromisoformat(row["date"]), sum(float(row[part]) for part in parts))
        for row in table("zepp_life", "SLEEP.csv")
    )
    assert_same(daily.slept("zepp_life"), {day: minutes for day, minutes in nights if minutes}, 660)
    rows = table("zepp_life", "ACTIVITY.csv")
    steps = {date.fromisoformat(row["date"]): float(row["steps"]) for row in rows if int(row["steps"])}
    assert_same(daily.steps("zepp_life"), steps, 694)


def test_autosleep(daily: Daily) -> None:
    nights = {}
    for file in ("AutoSleep.csv", "AutoSleep_part2.csv"):
        for row in table("autosleep", file):
            hours, minutes, seconds = map(int, row["asleep"].split(":"))
            nights[date.fromisoformat(row["waketime"][:10])] = hours * 60 + minutes + seconds / 60
    assert_same(daily.slept("autosleep"), nights, 60)
    workouts = list(table("autosleep", "allWorkouts.csv"))
    assert (
        daily.rows("SELECT count(*) FROM exercise_session WHERE participant_id = ?", "autosleep")
        == [(len(workouts),)]
        == [(92,)]
    )


def test_samsung_bed_times_are_time_in_bed_and_not_sleep(daily: Daily) -> None:
    with (FOLDERS / "samsung_bedtimes" / "Sleep.csv").open(encoding="utf-8-sig", newline="") as stream:
        next(stream)
        rows = list(csv.DictReader(stream))
    beds = sum(float(row["efficiency"] or 0) == 0 for row in rows)
    assert (len(rows), beds) == (101, 89)
    assert daily.rows(
        "SELECT count(*) FROM sleep_segment WHERE stage = 'in_bed' AND participant_id = ?", "samsung_bedtimes"
    ) == [(beds,)]
    assert daily.rows("SELECT count(*) FROM sleep_episode WHERE participant_id = ?", "samsung_bedtimes") == [
        (len(rows) - beds,)
    ]
    assert "89 of 101 sleeps have bed times but no measure of sleep" in daily.notes
