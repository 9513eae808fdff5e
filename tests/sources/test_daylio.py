"""Daylio: moods with names of a person's own, the columns of 2018, and activities that are symptoms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from painstats.plan.apps import AppsPlan
from tests.sources.reading import read, refusal_of, settings, written

HEADER = "full_date,date,weekday,time,mood,activities,note_title,note\n"
DAYS = ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday")


def daylio(folder: Path, *moods: str, activities: str = "") -> Path:
    rows = [
        f"2025-03-{number:02d},March {number},{DAYS[(number - 1) % 7]},20:00,{mood},{activities},,\n"
        for number, mood in enumerate(moods, 1)
    ]
    return written(folder / "daylio_export.csv", HEADER + "".join(reversed(rows)))


def test_the_header_of_2018_is_read(tmp_path: Path) -> None:
    rows = "2018,June 3,Sunday,20:15,rad,work | walk,\n2018,June 1,Friday,8:05 am,bad,,a note\n"
    contents = read(written(tmp_path / "export.csv", "\ufeffyear,date,weekday,time,mood,activities,note\n" + rows))
    reports = contents.accepted("self_report").sort("date")
    assert contents.source == "daylio"
    assert reports.select("date", "item", "value").rows() == [
        (date(2018, 6, 1), "mood", 2.0),
        (date(2018, 6, 3), "mood", 5.0),
    ]
    assert [moment.hour for moment in reports["reported_at"]] == [7, 19]  # British Summer Time


def test_a_date_of_2018_that_does_not_exist_is_rejected_under_its_own_column(tmp_path: Path) -> None:
    rows = "2018,June 3,Sunday,20:15,rad,,\n2018,June 31,Sunday,20:15,rad,,\n"
    contents = read(written(tmp_path / "export.csv", "year,date,weekday,time,mood,activities,note\n" + rows))
    assert contents.rejected() == [("export.csv", 3, "date", "unreadable")]


def test_renamed_moods_come_back_as_a_map_in_the_order_of_use(tmp_path: Path) -> None:
    path = daylio(tmp_path, "gut", "na ja", "gut", "super", "gut", "na ja")
    refusal = refusal_of(read, path)
    assert refusal.rule == "moods_renamed"
    assert str(refusal).splitlines()[1:] == [
        "[apps.daylio.moods]",
        '"gut" = 0   # 3',
        '"na ja" = 0   # 2',
        '"super" = 0   # 1',
    ]


def test_the_map_cannot_be_used_without_having_been_edited() -> None:
    with pytest.raises(ValidationError, match=r"'gut': write a number from 1 \(the worst\) to 5 \(the best\)"):
        AppsPlan.model_validate({"daylio": {"moods": {"gut": 0}}})


def test_declared_moods_are_read_whatever_their_capitals(tmp_path: Path) -> None:
    path = daylio(tmp_path, "Gut", "na ja", "rad")
    known = settings(apps={"daylio": {"moods": {"gut": 4, "Na ja": 3}}})
    reports = read(path, known).accepted("self_report").sort("date")
    assert reports["value"].to_list() == [4.0, 3.0, 5.0]


def test_a_few_moods_without_a_number_are_rejected_and_named(tmp_path: Path) -> None:
    contents = read(daylio(tmp_path, "rad", "good", "meh", "hm"))
    assert contents.rejected() == [("daylio_export.csv", 2, "mood", "unreadable")]
    assert any("3 of 4 have known names, the others need a number in [apps.daylio.moods]: hm (1)" in note.message
               for note in contents.notes)  # fmt: skip


def test_an_activity_is_a_symptom_only_by_declaration(tmp_path: Path) -> None:
    path = daylio(tmp_path, "rad", "rad", activities="Migraine | work")
    assert read(path).accepted("self_report")["item"].unique().to_list() == ["mood"]
    activities = {"migraine": {"item": "pain", "site": "head"}}
    contents = read(path, settings(apps={"daylio": {"activities": activities}}))
    pains = contents.accepted("self_report").filter(item="pain")
    assert pains.select("date", "site", "value", "scale_low", "scale_high", "higher_is_worse").rows() == [
        (date(2025, 3, day), "head", 1.0, 0.0, 1.0, True) for day in (1, 2)
    ]
    assert not any("work" in note.message for note in contents.notes)
