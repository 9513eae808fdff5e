"""Apple Health: exercise minutes, heart, workouts, symptoms, and the zone that a record names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from painstats.archive.archive import open_archive
from painstats.batch import ExportedAt
from painstats.plan.time_zones import Journey
from painstats.sources import read_batches
from painstats.sources.apple_health.symptoms import SYMPTOMS
from painstats.sources.apple_health.workouts import EXERCISE_TYPES as APPLE_EXERCISE_TYPES
from painstats.vocabulary import EXERCISE_TYPES, ITEMS, SAMPLED
from tests.sources.reading import FIXTURES, Contents, read, settings, written

Q, C = "HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier"
WATCH = "&lt;&lt;HKDevice: 0x1&gt;, name:Apple Watch, model:Watch, hardware:Watch6,7&gt;"
PAIN = f"{C}LowerBackPain"


def document(*elements: str) -> str:
    return '<HealthData locale="en_GB">\n' + "".join(f" {element}\n" for element in elements) + "</HealthData>\n"


def read_document(tmp_path: Path, *elements: str, **known: object) -> Contents:
    return read(written(tmp_path / "export.xml", document(*elements)), settings(**known))


def record(kind: str, value: str, unit: str = "", start: str = "2024-01-10 08:00:00 +0100", *inside: str) -> str:
    """Write a record as Health does."""
    about = f'sourceName="Watch" sourceVersion="10.2" device="{WATCH}"' + (f' unit="{unit}"' if unit else "")
    opened = (
        f'<Record type="{kind}" {about} creationDate="{start}" startDate="{start}" endDate="{start}" value="{value}"'
    )
    return f"{opened}>\n" + "".join(f"  {child}\n" for child in inside) + " </Record>" if inside else f"{opened}/>"


def symptom(severity: str, kind: str = PAIN, start: str = "2024-01-11 19:59:00 +0100") -> str:
    return record(kind, f"HKCategoryValueSeverity{severity}", "", start)


# --- samples ---


@pytest.mark.parametrize(
    ("kind", "unit", "text", "measure", "value"),
    [
        (f"{Q}AppleExerciseTime", "min", "1", "exercise_time_min", 1.0),
        (f"{Q}RestingHeartRate", "count/min", "61", "resting_heart_rate_bpm", 61.0),
        (f"{Q}HeartRateVariabilitySDNN", "ms", "37.4172", "heart_rate_variability_sdnn_ms", 37.4172),
    ],
)
def test_samples_become_measurements(
    tmp_path: Path, kind: str, unit: str, text: str, measure: str, value: float
) -> None:
    contents = read_document(tmp_path, record(kind, text, unit), record(kind, text, "mi"), record(kind, "NaN", unit))
    rows = contents.accepted("measurement").select("measure", "value", "device_kind").rows()
    assert rows == [(measure, value, "watch")]
    assert contents.rejected() == [
        ("export.xml", 3, "unit", "unreadable"),
        ("export.xml", 4, "value", "unreadable"),
    ]


def test_an_impossible_sample_is_rejected(tmp_path: Path) -> None:
    contents = read_document(tmp_path, record(f"{Q}RestingHeartRate", "400", "count/min"))
    assert contents.rejected() == [("export.xml", 2, "value", "total_implausible")]


def test_the_single_beats_of_a_heart_rate_variability_are_no_records(tmp_path: Path) -> None:
    beats = (
        "<HeartRateVariabilityMetadataList>",
        ' <InstantaneousBeatsPerMinute bpm="61" time="8:00:01.00"/>',
        "</HeartRateVariabilityMetadataList>",
    )
    moment = "2024-01-10 08:00:00 +0100"
    contents = read_document(tmp_path, record(f"{Q}HeartRateVariabilitySDNN", "40", "ms", moment, *beats))
    assert (contents.accepted("measurement").height, contents.n_rows) == (1, 1)


# --- the zone that a record names ---


@pytest.mark.parametrize(
    ("start", "zone", "offset_min"),
    [
        ("2024-01-10 08:00:00 +0200", "Europe/Amsterdam", 60),
        ("2024-07-10 08:00:00 +0200", "Europe/Amsterdam", 120),
        ("2024-03-31 02:59:59 +0200", "Europe/Amsterdam", 60),
        ("2024-03-31 03:00:00 +0200", "Europe/Amsterdam", 120),
        ("2024-01-10 08:00:00 +0200", "Asia/Kathmandu", 345),
        ("2024-01-10 08:00:00 +0200", "America/Los_Angeles", -480),
        ("2024-01-10 08:00:00 +0200", "Mars/Olympus", None),
        ("2024-01-10 08:00:00 +0200", "../../etc/passwd", None),
        ("2024-01-10 08:00:00 +0200", "", None),
    ],
)
def test_a_named_zone_gives_the_offset_of_the_clock(
    tmp_path: Path, start: str, zone: str, offset_min: int | None
) -> None:
    named = f'<MetadataEntry key="HKTimeZone" value="{zone}"/>'
    contents = read_document(tmp_path, record(f"{Q}StepCount", "5", "count", start, named))
    assert contents.accepted("step_count")["utc_offset_min"].to_list() == [offset_min]


def test_the_offset_in_the_file_is_that_of_the_export_and_is_not_kept(tmp_path: Path) -> None:
    contents = read_document(tmp_path, record(f"{Q}StepCount", "5", "count"))
    assert contents.accepted("step_count")["utc_offset_min"].to_list() == [None]


def test_zones_of_the_real_excerpt() -> None:
    contents = read(FIXTURES / "alxdrcirilo_export.zip")
    assert contents.accepted("sleep_segment")["utc_offset_min"].to_list() == [60, 60]
    assert contents.accepted("measurement").select("measure", "value").rows() == [("exercise_time_min", 1.0)]


# --- workouts ---

TIMES = 'startDate="2024-01-10 08:00:00 +0000" endDate="2024-01-10 08:40:00 +0000"'


def workout(attributes: str = "", *inside: str, kind: str = "Walking") -> str:
    opened = f'<Workout workoutActivityType="HKWorkoutActivityType{kind}" {attributes} sourceName="Watch" {TIMES}'
    return f"{opened}>\n" + "".join(f"  {child}\n" for child in inside) + " </Workout>" if inside else f"{opened}/>"


def statistic(kind: str, unit: str, **numbers: str) -> str:
    told = " ".join(f'{name}="{number}"' for name, number in numbers.items())
    return f'<WorkoutStatistics type="{Q}{kind}" {TIMES} {told} unit="{unit}"/>'


def sessions(contents: Contents) -> list[tuple[object, ...]]:
    return contents.accepted("exercise_session").select(
        "exercise_type", "duration_min", "distance_m", "energy_kcal", "heart_rate_bpm"
    ).rows()  # fmt: skip


def test_totals_in_attributes_as_before_ios_16() -> None:
    contents = read(FIXTURES / "dogsheep_export.xml")
    [(kind, minutes, metres, kilocalories, beats)] = sessions(contents)
    assert (kind, beats) == ("running", None)
    assert minutes == pytest.approx(5.19412)
    assert metres == pytest.approx(800.13, abs=0.01)
    assert kilocalories == pytest.approx(48.745)
    [session] = contents.accepted("exercise_session").select("session_id", "start_at", "utc_offset_min").rows()
    assert session == ("2016-11-14T14:25:41Z", datetime(2016, 11, 14, 14, 25, 41, tzinfo=UTC), -480)


def test_a_zero_is_what_was_not_measured() -> None:
    [(kind, minutes, metres, kilocalories, _)] = sessions(read(FIXTURES / "tdda_export6s3sample.xml"))
    assert (kind, metres) == ("other", None)
    assert (minutes, kilocalories) == (pytest.approx(31.7368), pytest.approx(139.317))


def test_totals_in_statistics_as_since_ios_16(tmp_path: Path) -> None:
    contents = read_document(
        tmp_path,
        workout(
            'duration="35.5" durationUnit="min"',
            '<MetadataEntry key="HKTimeZone" value="Europe/Paris"/>',
            statistic("HeartRate", "count/min", average="112.5", minimum="80", maximum="140"),
            statistic("ActiveEnergyBurned", "kJ", sum="418.4"),
            statistic("BasalEnergyBurned", "kcal", sum="40"),
            statistic("DistanceWalkingRunning", "km", sum="2.5"),
            statistic("StepCount", "count", sum="3000"),
        ),
    )
    assert sessions(contents) == [("walking", 35.5, 2500.0, pytest.approx(100.0), 112.5)]
    assert contents.accepted("exercise_session")["utc_offset_min"].to_list() == [60]
    assert (contents.n_rows, contents.n_ignored) == (1, 0)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('duration="0.5" durationUnit="hr"', (30.0, None, None)),
        ('duration="90" durationUnit="s"', (1.5, None, None)),
        ("", (40.0, None, None)),
        ('totalDistance="2" totalDistanceUnit="mi"', (40.0, 3218.688, None)),
        ('totalDistance="500" totalDistanceUnit="m"', (40.0, 500.0, None)),
        ('totalEnergyBurned="100" totalEnergyBurnedUnit="Cal"', (40.0, None, 100.0)),
        ('totalEnergyBurned="0" totalEnergyBurnedUnit="kcal"', (40.0, None, None)),
    ],
)
def test_units_of_workouts(tmp_path: Path, attributes: str, expected: tuple[float | None, ...]) -> None:
    [(_, *found, _)] = sessions(read_document(tmp_path, workout(attributes)))
    assert tuple(found) == expected


@pytest.mark.parametrize(
    ("attributes", "column", "rule"),
    [
        ('duration="long" durationUnit="min"', "duration", "unreadable"),
        ('duration="3"', "duration", "unreadable"),
        ('totalDistance="2" totalDistanceUnit="furlong"', "distance", "unreadable"),
        ('totalEnergyBurned="NaN" totalEnergyBurnedUnit="kcal"', "energy", "unreadable"),
        ('duration="2000" durationUnit="min"', "duration_min", None),
    ],
)
def test_a_workout_that_cannot_be_is_rejected(tmp_path: Path, attributes: str, column: str, rule: str | None) -> None:
    [(entry, line, blamed, broken)] = read_document(tmp_path, workout(attributes)).rejected()
    assert (entry, line, blamed) == ("export.xml", 2, column)
    assert rule in (None, broken)


@pytest.mark.parametrize(
    ("kind", "distances", "metres"),
    [
        ("Walking", ("WalkingRunning", "Cycling"), 1000.0),
        ("Walking", ("Cycling", "WalkingRunning"), 2000.0),
        ("Cycling", ("WalkingRunning", "Cycling"), 2000.0),
        ("Cycling", ("Cycling", "WalkingRunning"), 1000.0),
        ("Swimming", ("Swimming",), 1000.0),
        ("Yoga", ("WalkingRunning",), 1000.0),
    ],
)
def test_of_several_distances_that_of_the_sport_counts(
    tmp_path: Path, kind: str, distances: tuple[str, ...], metres: float
) -> None:
    told = (statistic(f"Distance{name}", "km", sum=str(place + 1)) for place, name in enumerate(distances))
    assert sessions(read_document(tmp_path, workout("", *told, kind=kind)))[0][2] == metres


def test_statistics_of_a_part_of_a_workout_are_not_those_of_the_whole(tmp_path: Path) -> None:
    part = f"<WorkoutActivity {TIMES}>{statistic('HeartRate', 'count/min', average='180')}</WorkoutActivity>"
    assert sessions(read_document(tmp_path, workout("", part)))[0][4] is None


def test_every_activity_type_is_in_the_vocabulary(tmp_path: Path) -> None:
    assert set(APPLE_EXERCISE_TYPES.values()) <= set(EXERCISE_TYPES)
    kinds = ("CoreTraining", "HighIntensityIntervalTraining", "MindAndBody", "Tennis", "Sleighing")
    contents = read_document(tmp_path, *(workout(kind=kind) for kind in kinds))
    assert [row[0] for row in sessions(contents)] == [
        "core",
        "interval_training",
        "mind_and_body",
        "ball_game",
        "other",
    ]


# --- symptoms ---


def answers(contents: Contents, *columns: str) -> list[tuple[object, ...]]:
    return contents.accepted("self_report").select(*columns).rows()


@pytest.mark.parametrize(
    ("severity", "value"), [("NotPresent", 0.0), ("Mild", 1.0), ("Moderate", 2.0), ("Severe", 3.0)]
)
def test_severities(tmp_path: Path, severity: str, value: float) -> None:
    contents = read_document(tmp_path, symptom(severity))
    columns = ("item", "site", "value", "scale_low", "scale_high", "higher_is_worse", "recall", "filled", "date")
    assert answers(contents, *columns) == [
        ("pain", "lower_back", value, 0.0, 3.0, True, "now", "any_time", date(2024, 1, 11))
    ]
    assert contents.notes[0].message.startswith("1 symptoms")


@pytest.mark.parametrize(("number", "value"), [("1", 0.0), ("2", 1.0), ("3", 2.0), ("4", 3.0)])
def test_severities_as_numbers(tmp_path: Path, number: str, value: float) -> None:
    contents = read_document(tmp_path, record(PAIN, number))
    assert answers(contents, "value") == [(value,)]


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("HKCategoryValueSeverityUnspecified", "severity_not_given"),
        ("0", "severity_not_given"),
        ("HKCategoryValueSeverityAwful", "unreadable"),
        ("HKCategoryValueNotApplicable", "unreadable"),
    ],
)
def test_a_symptom_without_severity_is_no_number(tmp_path: Path, value: str, rule: str) -> None:
    contents = read_document(tmp_path, symptom("Mild"), record(PAIN, value))
    assert contents.rejected() == [("export.xml", 3, "value", rule)]
    assert answers(contents, "value") == [(1.0,)]


@pytest.mark.parametrize(
    ("kind", "item", "site"),
    [
        ("LowerBackPain", "pain", "lower_back"),
        ("Headache", "pain", "head"),
        ("GeneralizedBodyAche", "pain", "whole_body"),
        ("AbdominalCramps", "pain", "abdomen"),
        ("PelvicPain", "pain", "pelvis"),
        ("ChestTightnessOrPain", "pain", "chest"),
        ("BreastPain", "pain", "breast"),
        ("SoreThroat", "pain", "throat"),
        ("Fatigue", "fatigue", ""),
        ("Nausea", "symptom", "nausea"),
        ("RapidPoundingOrFlutteringHeartbeat", "symptom", "rapid_pounding_or_fluttering_heartbeat"),
    ],
)
def test_what_a_symptom_is_about(tmp_path: Path, kind: str, item: str, site: str) -> None:
    assert answers(read_document(tmp_path, symptom("Mild", C + kind)), "item", "site") == [(item, site)]


def test_items_and_samples_are_words_of_the_vocabulary() -> None:
    assert {item for item, _ in SYMPTOMS.values()} <= set(ITEMS)
    assert {"exercise_time_min", "resting_heart_rate_bpm", "heart_rate_variability_sdnn_ms"} <= set(SAMPLED)


def test_changes_that_have_no_severity_are_passed_over_with_their_reason(tmp_path: Path) -> None:
    contents = read_document(
        tmp_path,
        *(record(f"{C}{name}Changes", "HKCategoryValuePresencePresent") for name in ("Mood", "Sleep", "Appetite")),
    )
    assert [(ignored.rows, "have no severity" in ignored.reason) for ignored in contents.ignored] == [(1, True)] * 3


def test_a_report_is_dated_where_the_person_is(tmp_path: Path) -> None:
    """Half past nine in London is the evening of the same day in Tokyo, and of the day before in Honolulu."""
    moment = "2024-01-11 19:30:00 +1000"  # 09:30 UTC
    for zone, day in (("Asia/Tokyo", 11), ("Pacific/Honolulu", 10)):
        contents = read_document(tmp_path, symptom("Mild", start=moment), zone=zone)
        assert answers(contents, "date", "reported_at") == [
            (date(2024, 1, day), datetime(2024, 1, 11, 9, 30, tzinfo=UTC))
        ]


def test_a_report_on_a_journey_is_dated_there(tmp_path: Path) -> None:
    away = {"ann": (Journey(date(2024, 1, 5), date(2024, 1, 20), "Pacific/Honolulu"),)}
    contents = read_document(tmp_path, symptom("Mild", start="2024-01-11 09:30:00 +0000"), journeys=away)
    assert answers(contents, "date") == [(date(2024, 1, 10),)]


def test_a_report_about_a_whole_day_has_no_time_of_its_own(tmp_path: Path) -> None:
    whole = symptom("Mild", start="2024-01-11 00:00:00 +0000").replace(
        'endDate="2024-01-11 00:00:00', 'endDate="2024-01-11 23:59:59'
    )
    hours = symptom("Severe", start="2024-01-11 00:00:00 +0000").replace(
        'endDate="2024-01-11 00:00:00', 'endDate="2024-01-11 06:00:00'
    )
    assert answers(read_document(tmp_path, whole, hours), "date", "reported_at", "value") == [
        (date(2024, 1, 11), None, 1.0),
        (date(2024, 1, 11), datetime(2024, 1, 11, tzinfo=UTC), 3.0),
    ]


def test_reports_that_nothing_tells_apart_are_numbered(tmp_path: Path) -> None:
    contents = read_document(
        tmp_path, symptom("Mild"), symptom("Unspecified"), symptom("Severe"), symptom("Mild", C + "Headache")
    )
    assert answers(contents, "site", "entry_number", "value") == [
        ("lower_back", 1, 1.0),
        ("lower_back", 2, 3.0),
        ("head", 1, 1.0),
    ]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-07-01 10:00:00 -0700", datetime(2024, 7, 1, 17, tzinfo=UTC)),
        ("1 July 2024", None),
        ("", None),
    ],
)
def test_an_export_says_when_it_was_made(tmp_path: Path, text: str, at: datetime | None) -> None:
    path = written(tmp_path / "export.xml", document(f'<ExportDate value="{text}"/>', symptom("Mild")))
    said = [found.at for found in read_batches(open_archive(path), settings())[1] if isinstance(found, ExportedAt)]
    assert said == ([at] if at else [])


def test_no_name_is_kept(tmp_path: Path) -> None:
    contents = read_document(
        tmp_path,
        *(
            text.replace('"Watch"', '"Ann’s Watch"')
            for text in (symptom("Mild"), workout(), record(f"{Q}StepCount", "5"))
        ),
    )
    for batch in contents.batches:
        assert not batch.frame.select(
            pl.concat_str(pl.all().cast(pl.String), ignore_nulls=True).str.contains("Ann").any()
        ).item()
