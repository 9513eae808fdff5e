"""FHIR: what counts as a pain score, where its number is, and when it was given."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.sources.reading import FIXTURES, Contents, read, refusal_of, settings, written


def coded(code: str, system: str = "http://loinc.org") -> dict[str, object]:
    return {"coding": [{"system": "http://snomed.info/sct", "code": "22253000"}, {"system": system, "code": code}]}


def observation(code: str = "72514-3", when: str = "2024-07-01T21:30:00+02:00", **fields: object) -> dict[str, object]:
    return {"resourceType": "Observation", "status": "final", "code": coded(code), "effectiveDateTime": when} | fields


def bundle(path: Path, *resources: dict[str, object]) -> Path:
    entries = [{"resource": resource} for resource in resources]
    return written(path / "record.json", json.dumps({"resourceType": "Bundle", "entry": entries}))


def read_back(path: Path, *resources: dict[str, object], **known) -> Contents:
    return read(bundle(path, *resources), settings(**known))


@pytest.mark.parametrize(
    "number",
    [
        {"valueInteger": 6},
        {"valueDecimal": 6.0},
        {"valueQuantity": {"value": 6, "unit": "{score}"}},
        {"component": [{"code": coded("72514-3"), "valueInteger": 6}]},
    ],
)
def test_the_number_is_found_wherever_it_may_stand(number: dict[str, object], tmp_path: Path) -> None:
    reports = read_back(tmp_path, observation(**number)).accepted("self_report")
    assert reports.select("item", "value", "scale_low", "scale_high").rows() == [("pain", 6.0, 0.0, 10.0)]


@pytest.mark.parametrize(
    ("when", "zone", "day", "hour"),
    [
        # a local clock with its offset: its own date counts, wherever the person's home is
        ("2024-07-01T23:30:00+02:00", "America/New_York", date(2024, 7, 1), 21),
        # UTC says nothing about the clock on the wall: the person's zone does
        ("2024-07-01T23:30:00Z", "Europe/Berlin", date(2024, 7, 2), 23),
        ("2024-07-01T23:30:00Z", "America/New_York", date(2024, 7, 1), 23),
        ("2024-07-01T23:30:00", "Europe/Berlin", date(2024, 7, 1), 21),
        ("2024-07-01T23:30:00.250-05:30", "Europe/Berlin", date(2024, 7, 1), 5),
        ("2024-07-01", "Europe/Berlin", date(2024, 7, 1), None),
    ],
)
def test_answers_are_dated_by_the_clock_that_they_show(
    when: str, zone: str, day: date, hour: int | None, tmp_path: Path
) -> None:
    reports = read_back(tmp_path, observation(when=when, valueInteger=3), zone=zone).accepted("self_report")
    assert reports["date"].to_list() == [day]
    moment = reports["reported_at"][0]
    assert (moment.astimezone(UTC).hour if isinstance(moment, datetime) else None) == hour


@pytest.mark.parametrize(
    ("endings", "note"),
    [
        (("+02:00", "-05:30"), "times of answers were read with their own UTC offsets"),
        (("", "Z"), "times of answers have no local offset and were read in the participant's time zone"),
        (
            ("+02:00", "Z"),
            "1 of 2 times of answers were read with their own UTC offsets; the others were read in the participant's "
            "time zone",
        ),
    ],
)
def test_the_clock_that_was_used_is_noted(endings: tuple[str, str], note: str, tmp_path: Path) -> None:
    told = [observation(when=f"2024-07-01T1{hour}:00:00{end}", valueInteger=3) for hour, end in enumerate(endings)]
    assert note in [noted.message for noted in read_back(tmp_path, *told).notes]


def test_a_code_without_a_scale_needs_a_reference_range(tmp_path: Path) -> None:
    limits = [{"low": {"value": 0}, "high": {"value": 100}}]
    contents = read_back(
        tmp_path,
        observation("38208-5", valueInteger=35, referenceRange=limits),
        observation("38208-5", when="2024-07-02", valueInteger=3),
    )
    reports = contents.accepted("self_report")
    assert reports.select("value", "scale_high").rows() == [(35.0, 100.0)]
    assert contents.rejected() == [("record.json", 2, "referenceRange", "scale_unknown")]


@pytest.mark.parametrize(("highest", "accepted"), [(64, 2), (10, 0)])
def test_a_visual_analogue_is_read_to_100_only_where_its_values_prove_it(
    highest: int, accepted: int, tmp_path: Path
) -> None:
    contents = read_back(
        tmp_path,
        observation("38214-3", when="2024-07-01", valueInteger=7),
        observation("38214-3", when="2024-07-02", valueInteger=highest),
    )
    assert contents.accepted("self_report").height == accepted


def test_other_resources_weekly_questions_and_withdrawn_ones_are_counted(tmp_path: Path) -> None:
    contents = read_back(
        tmp_path,
        observation(valueInteger=6),
        observation(valueInteger=6) | {"status": "entered-in-error"},
        observation("75261-8", valueInteger=3),
        observation("8867-4", valueInteger=70),
        observation("72514-3", valueInteger=1) | {"code": coded("72514-3", "http://example.org")},
        {"resourceType": "Patient", "birthDate": "1970-01-01"},
    )
    assert contents.accepted("self_report").height == 1
    assert {ignored.reason: ignored.rows for ignored in contents.ignored} == {
        "marked as cancelled or entered in error": 1,
        "answers about the last seven days, not about a single day": 1,
        "other observations": 2,
        "resources of other kinds": 1,
    }


def test_answers_of_questionnaires_are_found_however_deep_they_lie() -> None:
    reports = read(FIXTURES / "fhir_bundle.json").accepted("self_report")
    interference = reports.filter(item="pain_interference")
    assert interference.select("date", "value", "recall").rows() == [(date(2024, 3, 5), 4.5, "last_24_hours")]


def test_one_resource_on_each_line_is_read_too(tmp_path: Path) -> None:
    lines = [observation(when=f"2024-07-0{day}", valueInteger=day) for day in (1, 2)]
    contents = read(written(tmp_path / "record.ndjson", "\n".join(json.dumps(line) for line in lines)))
    assert contents.accepted("self_report")["value"].to_list() == [1.0, 2.0]


def test_the_participant_comes_from_the_folder_or_from_the_patient(tmp_path: Path) -> None:
    subjects = [{"reference": "Patient/a1"}, {"reference": "Patient/b2"}]
    both = [observation(valueInteger=4, subject=subject) for subject in subjects]
    reports = read_back(tmp_path, *both, participant=None).accepted("self_report")
    assert sorted(reports["participant_id"]) == ["a1", "b2"]
    assert read_back(tmp_path, both[0]).accepted("self_report")["participant_id"].to_list() == ["ann"]
    assert refusal_of(read_back, tmp_path, *both).rule == "several_people"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"valueInteger": None}, "value"),
        ({"valueInteger": True}, "value"),
        ({"valueInteger": 4, "effectiveDateTime": "July"}, "effectiveDateTime"),
        ({"valueInteger": 4, "effectiveDateTime": None}, "effectiveDateTime"),
        ({"valueInteger": 4, "effectiveDateTime": ["2024-07-01"]}, "effectiveDateTime"),
    ],
)
def test_what_cannot_be_read_is_rejected_by_name(change: dict[str, object], column: str, tmp_path: Path) -> None:
    contents = read_back(tmp_path, observation() | change)
    assert contents.rejected() == [("record.json", 1, column, "unreadable")]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"valueInteger": 14}, {"valueInteger": 14}),
        ({"valueQuantity": {"value": 14, "unit": "{score}"}}, {"valueQuantity": {"value": 14, "unit": "{score}"}}),
        ({"valueString": "7/10"}, {"valueString": "7/10"}),
        ({"valueString": "worse since I argued with Bo, 7 of 10"}, {"valueString": "…"}),
        ({"valueInteger": 14, "note": [{"text": "Bo"}], "performer": [{"display": "Bo"}]}, {"valueInteger": 14}),
    ],
)
def test_a_rejected_answer_keeps_its_code_time_and_value(
    said: dict[str, object], kept: dict[str, object], tmp_path: Path
) -> None:
    batch = read_back(tmp_path, observation(**said)).batches[0].frame
    when = {"loinc": "72514-3", "effectiveDateTime": "2024-07-01T21:30:00+02:00"}
    assert json.loads(batch["text"][0]) == when | kept


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ({"start": "2024-07-01T08:00:00+02:00", "end": "2024-07-01T21:00:00+02:00"}, date(2024, 7, 1)),
        ({"start": "2024-07-01T22:00:00+02:00", "end": "2024-07-02T06:00:00+02:00"}, date(2024, 7, 2)),
        ({"start": "2024-07-01", "end": "2024-07-01"}, date(2024, 7, 1)),
        ({"start": "2024-07-01T08:00:00+02:00"}, date(2024, 7, 1)),
        ({"end": "2024-07-01"}, date(2024, 7, 1)),
    ],
)
def test_a_period_within_a_day_is_dated_by_its_end(period: dict[str, str], day: date, tmp_path: Path) -> None:
    resource = observation(valueInteger=6, effectivePeriod=period)
    del resource["effectiveDateTime"]
    assert read_back(tmp_path, resource).accepted("self_report")["date"].to_list() == [day]


@pytest.mark.parametrize("ends", [("2024-07-01", "2024-07-02"), ("2024-06-24T00:00:00Z", "2024-07-01T00:00:00Z")])
def test_a_period_of_days_is_not_a_score_of_one_day(ends: tuple[str, str], tmp_path: Path) -> None:
    resource = observation(valueInteger=6, effectivePeriod=dict(zip(("start", "end"), ends, strict=True)))
    del resource["effectiveDateTime"]
    contents = read_back(tmp_path, resource)
    assert contents.accepted("self_report").is_empty()
    assert [(ignored.reason, ignored.rows) for ignored in contents.ignored] == [("observations about a day or more", 1)]


def test_a_period_that_is_no_period_is_rejected_by_name(tmp_path: Path) -> None:
    resource = observation(valueInteger=6, effectivePeriod={"start": "lately", "end": "today"})
    del resource["effectiveDateTime"]
    assert [row[2:] for row in read_back(tmp_path, resource).rejected()] == [("effectiveDateTime", "unreadable")]
