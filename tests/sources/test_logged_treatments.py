"""Doses and sessions that apps log: a row for each day, with the sum of its doses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from painstats.plan.apps import AppsPlan
from tests.sources.reading import FIXTURES, Contents, read, settings, written

BEARABLE = "date,weekday,time of day,category,rating/amount,detail,notes\n"
DAYLIO = "full_date,date,weekday,time,mood,activities,note_title,note\n"


def days(contents: Contents) -> list[tuple[object, ...]]:
    treatments = contents.accepted("treatment").sort("start_date", "name")
    assert (treatments["start_date"] == treatments["end_date"]).all()
    return treatments.select("kind", "name", "start_date", "dose", "dose_unit").rows()


@pytest.fixture
def bearable(tmp_path: Path):
    def of(*rows: str) -> Contents:
        lines = [f'2021-12-{day},Wednesday,{time},{category},{amount},{detail},private\n'
                 for day, time, category, amount, detail in (row.split("|") for row in rows)]  # fmt: skip
        return read(written(tmp_path / "b.csv", BEARABLE + "".join(lines)))

    return of


def test_doses_of_bearable_are_added_up_by_day(bearable) -> None:
    contents = bearable(
        "08|8:15|Meds/Supplements|400|Ibuprofen (mg)", "08|20:15|Meds/Supplements|600|Ibuprofen (mg)",
        "15|8:15|Medication|1|LDN 4.5 (capsule)", "15|9:15|Supplements|1000|Vitamin D (IU)",
    )  # fmt: skip
    assert days(contents) == [
        ("medicine", "Ibuprofen", date(2021, 12, 8), 1000.0, "mg"),
        ("medicine", "LDN 4.5", date(2021, 12, 15), 1.0, "capsule"),
        ("supplement", "Vitamin D", date(2021, 12, 15), 1000.0, "IU"),
    ]
    assert sum(ignored.rows for ignored in contents.ignored) == 1


def test_units_that_differ_in_a_day_leave_it_without_a_dose(bearable) -> None:
    contents = bearable("08|am|Medication|400|Ibuprofen (mg)", "08|pm|Medication|1|Ibuprofen (tablet)")
    assert days(contents) == [("medicine", "Ibuprofen", date(2021, 12, 8), None, None)]


def test_an_amount_of_nought_was_not_taken_and_impossible_ones_are_rejected(bearable) -> None:
    contents = bearable("08|am|Medication|0|a (mg)", "08|am|Medication|4500|b (g)", "08|am|Medication|one|c (mg)",
                        "08|am|Medication||d")  # fmt: skip
    assert days(contents) == [("medicine", "d", date(2021, 12, 8), None, None)]
    assert contents.rejected() == [
        ("b.csv", 3, "rating/amount", "dose_impossible"),
        ("b.csv", 4, "rating/amount", "unreadable"),
    ]
    assert "b, 4,500 g: expected at most 50,000 mg a day" in contents.notes[0].message


def test_a_medicine_still_shows_that_the_diary_was_kept(bearable) -> None:
    contents = bearable("08|am|Medication|1|a (mg)")
    assert contents.accepted("daily_total")["measure"].to_list() == ["unscored_entries"]


def test_doses_of_apple_health_are_read_if_they_were_taken(tmp_path: Path) -> None:
    taken = {"displayText": "Naltrexone", "start": "2024-01-02 23:57:56 +0100", "dosage": 1, "units": "count",
             "status": "Taken", "scheduledDate": "2024-01-02 22:00:00 +0100", "isArchived": False, "codings": []}  # fmt: skip
    doses = [taken, taken, {**taken, "status": "Skipped"}, {**taken, "status": "Not Interacted", "dosage": None},
             {**taken, "displayText": "Ibuprofen", "start": "soon"}]  # fmt: skip
    contents = read(written(tmp_path / "h.json", json.dumps({"data": {"medications": doses}})))
    assert days(contents) == [("medicine", "Naltrexone", date(2024, 1, 2), 2.0, "count")]
    assert [rejected[2:] for rejected in contents.rejected()] == [("start", "unreadable")]
    assert sorted(ignored.rows for ignored in contents.ignored) == [1, 2]


@pytest.fixture
def daylio(tmp_path: Path):
    def of(**activity: object) -> Contents:
        rows = (f"2025-03-0{day},March {day},{name},20:00,good,Massage | work,,\n"
                for day, name in ((1, "Saturday"), (2, "Sunday")))  # fmt: skip
        path = written(tmp_path / "daylio_export.csv", DAYLIO + "".join(rows))
        return read(path, settings(apps={"daylio": {"activities": {"massage": activity}}}))

    return of


def test_an_activity_is_a_treatment_by_declaration(daylio) -> None:
    assert days(daylio(treatment="massage")) == [
        ("massage", "massage", date(2025, 3, day), None, None) for day in (1, 2)
    ]
    assert daylio(item="pain").accepted("treatment").is_empty()


def test_an_activity_that_acts_for_longer_is_an_event(daylio) -> None:
    events = daylio(treatment="injection", name="Cortisone", acts_days=60).accepted("treatment")
    assert events.select("name", "acts_days").rows() == [("Cortisone", 60), ("Cortisone", 60)]


@pytest.mark.parametrize(
    ("activity", "said"),
    [
        ({}, "write either item"),
        ({"item": "pain", "treatment": "massage"}, "write either item"),
        ({"treatment": "massage", "site": "neck"}, "site is for a symptom"),
        ({"item": "pain", "acts_days": 3}, "name and acts_days are for a treatment"),
        ({"treatment": "injection"}, "needs acts_days"),
        ({"treatment": "prayer"}, "'prayer' is not known"),
    ],
)
def test_an_activity_that_is_neither_or_both_is_refused(activity: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        AppsPlan.model_validate({"daylio": {"activities": {"x": activity}}})


def test_the_fixture_has_one_medicine() -> None:
    assert days(read(FIXTURES / "bearable.csv")) == [("medicine", "Ibuprofen", date(2021, 12, 8), 1.0, "tablet")]
