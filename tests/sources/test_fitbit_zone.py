"""A declared time zone that the nights or the daily files of a Fitbit export rule out is refused, and no true one is."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from painstats.batch import CHECK_ZONE
from painstats.errors import ExportRefused
from painstats.plan.time_zones import Journey
from tests.sources.fitbit_files import FIRST, US, nights, sleep_log, values
from tests.sources.reading import read, settings, zipped

MELBOURNE, LONDON = "Australia/Melbourne", "Europe/London"


def utc_text(local: datetime, zone: str) -> str:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).strftime(US)


def day_steps(days: int, zone: str, per_hour: int = 6, end: int = 22) -> list[tuple[str, str]]:
    """Write minutes with steps from 8:00 to the evening on the clock of a zone, in UTC."""
    gap = timedelta(minutes=60 // per_hour)
    minutes = [
        FIRST + timedelta(days=day, hours=8) + number * gap
        for day in range(days)
        for number in range((end - 8) * per_hour)
    ]
    return [(utc_text(at, zone), "60") for at in minutes]


def export(folder: Path, steps: list[tuple[str, str]], logs: list[dict[str, object]], **more: str) -> Path:
    entries = {"steps-2024-03-01.json": values(steps), "sleep-2024-03-01.json": json.dumps(logs)}
    return zipped(folder / "a.zip", entries | {name.replace("__", "-") + ".json": text for name, text in more.items()})


def doubts(archive: Path, declared: object) -> list[str]:
    return [note.message for note in read(archive, declared).notes if note.message.startswith(CHECK_ZONE)]


def test_an_export_from_the_other_side_of_the_world_is_refused_with_its_zone(tmp_path: Path) -> None:
    archive = export(tmp_path, day_steps(14, MELBOURNE), nights(14))
    with pytest.raises(ExportRefused, match=r"Europe/London, \d+ minutes with steps fall into 14 nights") as refused:
        read(archive, settings(zone=LONDON))
    assert refused.value.rule == "wrong_time_zone"
    assert "in Australia/Melbourne or Australia/Sydney, 0 do" in str(refused.value)
    assert 'write time_zone = "Australia/Melbourne" in study.toml' in str(refused.value)
    assert doubts(archive, settings(zone=MELBOURNE)) == []
    assert doubts(archive, settings(zone="Australia/Sydney")) == []


@pytest.mark.parametrize(("count", "is_refused"), [(9, False), (10, True)])
def test_ten_nights_decide(tmp_path: Path, count: int, is_refused: bool) -> None:
    archive = export(tmp_path, day_steps(14, MELBOURNE), nights(count))
    if is_refused:
        with pytest.raises(ExportRefused, match="10 nights of sleep"):
            read(archive, settings(zone=LONDON))
    else:
        assert doubts(archive, settings(zone=LONDON)) == []


@pytest.mark.parametrize(("per_night", "is_refused"), [(19, False), (20, True)])
def test_a_night_is_walked_through_from_twenty_minutes_with_steps(
    tmp_path: Path, per_night: int, is_refused: bool
) -> None:
    starts = [FIRST + timedelta(days=day, hours=12) for day in range(14)]
    steps = [
        (utc_text(at + timedelta(minutes=number), MELBOURNE), "60") for at in starts for number in range(per_night)
    ]
    # Noon in Melbourne is one in the morning in London.
    archive = export(tmp_path, steps, nights(14))
    if is_refused:
        with pytest.raises(ExportRefused, match="280 minutes with steps fall into 14 nights"):
            read(archive, settings(zone=LONDON))
    else:
        [doubt] = doubts(archive, settings(zone=LONDON))
        assert "in the declared time zone Europe/London, 266 minutes with steps fall into 14 nights" in doubt


def test_a_neighbouring_zone_is_doubted_and_not_refused(tmp_path: Path) -> None:
    archive = export(tmp_path, day_steps(14, "Europe/Oslo", per_hour=30, end=23), nights(14))
    [doubt] = doubts(archive, settings(zone="Europe/Helsinki"))
    assert "in Europe/Berlin or Europe/Paris" in doubt
    assert doubts(archive, settings(zone="Europe/Oslo")) == []


def test_shift_work_naps_and_bad_nights_are_not_doubted(tmp_path: Path) -> None:
    """Sleep by day every second week, and fifteen minutes on foot in every sleep."""
    logs = []
    steps = []
    for day in range(28):
        begin = FIRST + timedelta(days=day, hours=9 if day // 7 % 2 else 22)
        logs.append(sleep_log(day, begin, 7))
        awake = [begin + timedelta(hours=3, minutes=number) for number in range(15)]
        awake += [begin + timedelta(hours=8, minutes=10 * number) for number in range(60)]
        steps += [(utc_text(at, "America/New_York"), "60") for at in awake]
    assert doubts(export(tmp_path, steps, logs), settings(zone="America/New_York")) == []


@pytest.mark.parametrize("days_away", [6, 22])
def test_a_stay_elsewhere_is_not_refused_and_a_declared_one_not_doubted(tmp_path: Path, days_away: int) -> None:
    """The tracker follows the clock of the place: nights are local there too."""
    there = {day for day in range(28) if day < days_away}
    home = day_steps(28, LONDON)
    away = day_steps(28, MELBOURNE)
    per_day = len(home) // 28
    steps = [(away if n // per_day in there else home)[n] for n in range(len(home))]
    archive = export(tmp_path, steps, nights(28))
    last = FIRST.date() + timedelta(days=days_away - 1)
    stay = Journey(date(2024, 3, 1), last, MELBOURNE)
    assert doubts(archive, settings(zone=LONDON, journeys={"ann": (stay,)})) == []
    if days_away < 14:
        assert doubts(archive, settings(zone=LONDON)) == []
    else:
        with pytest.raises(ExportRefused, match="declared as travel"):
            read(archive, settings(zone=LONDON))


def test_a_true_export_in_local_time_is_not_doubted(tmp_path: Path) -> None:
    local = [(at.strftime(US), "60") for at in (FIRST + timedelta(hours=8, minutes=10 * n) for n in range(80))]
    days = [(datetime.strptime(at, US) + timedelta(days=day)).strftime(US) for day in range(14) for at, _ in local]
    archive = export(tmp_path, [(at, "60") for at in days], nights(14))
    assert doubts(archive, settings(zone=MELBOURNE)) == []


# --- files of one day ---


def heart_rates(days: int, zone: str, late: timedelta = timedelta()) -> dict[str, str]:
    files = {}
    for day in range(days):
        begin = utc_text(FIRST + timedelta(days=day) + late, zone)
        files[f"heart_rate__{(FIRST + timedelta(days=day)).date()}"] = json.dumps(
            [{"dateTime": begin, "value": {"bpm": 60, "confidence": 3}}]
        )
    return files


@pytest.mark.parametrize(("count", "outcome"), [(1, None), (2, "noted"), (4, "noted"), (5, "refused")])
def test_daily_files_decide_where_nights_are_few(tmp_path: Path, count: int, outcome: str | None) -> None:
    archive = export(tmp_path, day_steps(6, MELBOURNE), nights(3), **heart_rates(count, MELBOURNE))
    if outcome == "refused":
        with pytest.raises(ExportRefused, match="5 of 5 daily heart rate files begin at midnight in Australia/Melb"):
            read(archive, settings(zone=LONDON))
    else:
        assert len(doubts(archive, settings(zone=LONDON))) == (outcome == "noted")
    assert doubts(archive, settings(zone=MELBOURNE)) == []


def test_a_tracker_put_on_in_the_morning_shows_no_zone(tmp_path: Path) -> None:
    files = heart_rates(5, LONDON, late=timedelta(hours=7, minutes=3))
    assert doubts(export(tmp_path, day_steps(6, LONDON), nights(3), **files), settings(zone=LONDON)) == []
