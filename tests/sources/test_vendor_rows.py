"""Shared reading of vendors' tables: columns as text, offsets, one count for each row, names of exercise."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from painstats.archive.archive import open_archive
from painstats.archive.entries import Entry
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import read_csv
from painstats.sources import vendor_rows
from painstats.sources.exercise_names import UNUSED, exercise_types
from painstats.sources.vendor_rows import (
    csv_rows,
    delimiter_of,
    hashed_device,
    is_csv,
    object_rows,
    offset_minutes,
    rows_below,
    split_unused,
    zoned_instants,
    zoned_offsets,
)
from painstats.vocabulary import EXERCISE_TYPES
from tests.sources.reading import zipped


def entry(path: Path, text: str) -> Entry:
    path.write_text(text)
    return Entry(path.name, len(text), path)


# --- tables ---


def test_a_column_that_is_absent_is_null_and_notes_are_not_kept(tmp_path: Path) -> None:
    file = entry(tmp_path / "a.csv", "note,steps\nprivate, 12 \nprivate,\n")
    rows = csv_rows(file, read_csv(file), ("steps", "distance"))
    assert rows.rows() == [("12", None, "a.csv", 2, "…, 12 "), (None, None, "a.csv", 3, "…,")]


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("P1;23,5;2025-03-01 10:00:00;;31,25", "P1;23,5;2025-03-01 10:00:00;;31,25"),  # as it stood in the file
        ('"P;1"; 23,5 ;"10:15"; 7 ;31,25', '"P;1"; 23,5 ;"10:15"; 7 ;31,25'),
        ('P1;"23,5";at Bo\'s;"a ""b""";31,25', "P1;23,5;…;…;31,25"),
        ('"P;1";23,5;Bo;1;"31;""25"""', '"P;1";23,5;…;1;"31;""25"""'),
    ],
)
def test_the_text_of_a_row_is_that_of_the_file_without_notes(row: str, kept: str, tmp_path: Path) -> None:
    file = entry(tmp_path / "a.csv", f"ID;hours;when;label;mg\n{row}\n")
    rows = csv_rows(file, read_csv(file, delimiter=";"), ("ID", "mg"))
    assert rows["text"].to_list() == [kept]


def test_numbers_that_are_places_or_births_are_not_kept(tmp_path: Path) -> None:
    file = entry(tmp_path / "a.csv", "steps,start_latitude,Long,Birth date,latency\n12,52.1,4.3,1970-01-01,600\n")
    assert csv_rows(file, read_csv(file), ("steps",))["text"].to_list() == ["12,…,…,…,600"]


@pytest.mark.parametrize(
    ("name", "content", "csv"),
    [
        ("a.csv", "x", True),
        ("a.bin", "date;steps\n2025-03-01;5\n", True),
        ("a", "\ufeff\ndate,steps\r\n", True),
        ("a.json", '{"a": 1, "b": 2}', False),
        ("a.html", "<p>one, two</p>", False),
        ("a.db", "SQLite format 3\0, and so on", False),
        ("a.txt", "one column", False),
        ("a.txt", "", False),
    ],
)
def test_a_file_in_an_archive_may_be_a_csv_by_its_first_line(
    name: str, content: str, csv: bool, tmp_path: Path
) -> None:
    export = open_archive(zipped(tmp_path / "a.zip", {name: content}))
    assert is_csv(export.entries[0]) is csv


def test_rows_above_the_header_a_closing_comma_and_repeated_columns(tmp_path: Path) -> None:
    file = entry(tmp_path / "a.csv", "vendor,1\n\na,b,a\n1,2,3,\n4,5,6\n7,8,9,x\n")
    table = read_csv(file, rows_above=1, closing_comma=True, repeated_columns=True)
    assert table.header == ("a", "b", "a (2)")
    assert table.cells["a (2)"].to_list() == ["3", "6"]
    assert table.lines.to_list() == [4, 5]
    assert table.ragged["line"].to_list() == [6]


def test_repeated_columns_are_refused_unless_they_are_expected(tmp_path: Path) -> None:
    with pytest.raises(ExportRefused) as refusal:
        read_csv(entry(tmp_path / "a.csv", "a,a\n1,2\n"))
    assert refusal.value.rule == "duplicate_column"


@pytest.mark.parametrize(("text", "delimiter"), [("a,b;c", ","), ("a;b;c,d", ";"), ("a\tb", "\t"), ("a", ",")])
def test_the_delimiter_is_the_one_that_gives_most_columns(tmp_path: Path, text: str, delimiter: str) -> None:
    assert delimiter_of(entry(tmp_path / "a.csv", text)) == delimiter


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\n1\n2\n", 2), ("a\n1\n2", 2), ("a\n", 0), ("a", 0), ("a\r\n1\r\n2\r\n", 2), ("a\r1\r2", 2),
        ("a\n\n1\n\n\n2\n\n", 2), ('a\n"1\n\n1"\n2\n', 2), ('a\n"1 ""x""\n"\n2', 2), ('"a\nb"\n1', 1), ("", 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("chunk", [1, 2, 1 << 18])
def test_rows_are_counted_as_a_csv_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, rows: int, encoding: str, chunk: int
) -> None:
    monkeypatch.setattr(vendor_rows, "_CHUNK_BYTES", chunk)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    assert rows_below(Entry(path.name, path.stat().st_size, path), encoding=encoding) == rows


def test_objects_keep_their_own_keys_and_nothing_nested(tmp_path: Path) -> None:
    objects = [{"a": 1.5, "b": True, "c": [1]}, {"a": " x ", "name": "private"}]
    rows = object_rows(entry(tmp_path / "a.json", "[]"), objects, ("a", "b", "c"))
    assert rows.select("a", "b", "c", "line").rows() == [("1.5", "true", None, 1), ("x", None, None, 2)]
    assert "private" not in rows["text"][1]


def test_each_row_is_split_off_once_under_its_first_reason() -> None:
    rows = pl.DataFrame({"entry": ["f"] * 4, "a": [1, 2, None, 4]})
    kept, ignored = split_unused(
        rows, {"small": pl.col("a") < 3, "odd": pl.col("a") % 2 == 1, "four": pl.col("a") == 4}
    )
    assert kept["a"].to_list() == [None]
    assert [(one.rows, one.reason) for one in ignored] == [(2, "small"), (1, "four")]


def test_devices_are_named_by_a_hash_and_without_an_id_by_the_source() -> None:
    rows = pl.DataFrame({"id": ["watch of Bo", None, "watch of Bo"]})
    names = rows.select(hashed_device("vendor", "id", rows).alias("name"))["name"].to_list()
    assert names[1] == "vendor"
    assert names[0] == names[2] != names[1]
    assert "Bo" not in names[0]


# --- offsets ---


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("UTC-07:00", -420), ("UTC+0530", 330), ("UTC-0330", -210), ("+02:00", 120), ("-0700", -420), ("UTCZ", 0),
        ("Z", 0), ("UTC", 0), ("UTC+00:00", 0), ("GMT+1:00", 60), ("", None), ("Berlin", None), ("UTC+25", None),
        (None, None),
    ],
)  # fmt: skip
def test_offsets(text: str | None, minutes: int | None) -> None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    assert frame.select(offset_minutes(pl.col("text"))).item() == minutes


@pytest.mark.parametrize(
    ("text", "instant", "minutes"),
    [
        ("2025-03-01T22:10:00.000+01:00", datetime(2025, 3, 1, 21, 10, tzinfo=UTC), 60),
        ("2025-03-01 22:10:00-0800", datetime(2025, 3, 2, 6, 10, tzinfo=UTC), -480),
        ("2025-03-01T22:10:00Z", datetime(2025, 3, 1, 22, 10, tzinfo=UTC), 0),
        ("2025-03-01T22:10:00", None, None),
        ("2025-02-30T22:10:00Z", None, 0),
        ("2025-03-01T22:10:60Z", None, None),
        ("1740866400", None, None),
    ],
)
def test_times_with_an_offset(text: str, instant: datetime | None, minutes: int | None) -> None:
    frame = pl.DataFrame({"at": [text]})
    assert frame.select(zoned_instants("at").alias("at"), zoned_offsets("at").alias("min")).row(0) == (instant, minutes)


# --- exercise ---


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("trail_running", "running"), ("Treadmill", "running"), ("Indoor Cycling", "cycling"), ("Spin", "cycling"),
        ("mountain biking", "cycling"), ("Motorcycling", "other"), ("Horseback Riding", "other"),
        ("lap_swimming", "swimming"), ("Water Polo", "water_sport"), ("Table Tennis", "ball_game"),
        ("Ice Hockey", "ball_game"), ("Cross Country Skiing", "winter_sport"), ("resort_skiing", "winter_sport"),
        ("Weightlifting", "strength"), ("strengthTraining", "strength"), ("strength_training", "strength"),
        ("HIIT", "interval_training"), ("Functional Fitness", "interval_training"), ("Hot Yoga", "yoga"),
        ("Pilates", "pilates"), ("Tai Chi", "mind_and_body"), ("Mind and Body", "mind_and_body"), ("Rowing", "rowing"),
        ("Elliptical", "elliptical"), ("Stairmaster", "stairs"), ("Hiking/Rucking", "hiking"), ("Dog Walking", "walking"),
        ("physical therapy", "physiotherapy"), ("Dance", "dance"), ("Basket weaving", "other"), ("", "other"),
        (None, "other"), ("Stand Up Paddleboarding", "water_sport"), ("Padel", "ball_game"),
        ("coreTraining", "core"), ("core_training", "core"), ("Rumpfkräftigung", "core"), ("Gainage", "core"),
        ("Sit-ups", "core"), ("Core strength", "core"), ("open_water_swimming", "swimming"), ("Open Water", "swimming"),
        ("Freiwasserschwimmen", "swimming"), ("Nage en eau libre", "swimming"), ("Aguas abiertas", "swimming"),
        ("Open water rowing", "water_sport"), ("massage_therapy", "massage"), ("Massage", "massage"), ("Masaje", "massage"),
        ("Acupuncture", "acupuncture"), ("Akupunktur", "acupuncture"), ("Acupuntura", "acupuncture"),
        ("Dry needling", "acupuncture"), ("Meditation", "meditation"), ("Meditación", "meditation"),
        ("Achtsamkeit", "meditation"), ("Mindful Cooldown", "mind_and_body"),
        ("Skipping rope", "interval_training"), ("Mind & Body", "mind_and_body"), ("Cooldown", "mind_and_body"),
        ("Cross Training", "interval_training"), ("Step Training", "stairs"), ("Stair Climbing", "stairs"),
        ("Climbing", "hiking"), ("Klettern", "hiking"), ("Boxing", "other"), ("Gehen", "walking"), ("Spaziergang", "walking"), ("Nordic Walking", "walking"),
        ("Laufen", "running"), ("Laufband", "running"), ("Radfahren", "cycling"), ("Ergometer", "cycling"),
        ("Motorradfahren", "other"), ("Schwimmen", "swimming"), ("Krafttraining", "strength"), ("Wandern", "hiking"),
        ("Skilanglauf", "winter_sport"), ("Eislaufen", "winter_sport"), ("Fußball", "ball_game"), ("Tanzen", "dance"),
        ("Krankengymnastik", "physiotherapy"), ("Dehnübungen", "mind_and_body"), ("Treppensteigen", "stairs"),
        ("Rudergerät", "rowing"), ("Marche à pied", "walking"), ("Course à pied", "running"), ("Course", "running"),
        ("Vélo d'appartement", "cycling"), ("Natation", "swimming"), ("Musculation", "strength"), ("Danse", "dance"),
        ("Randonnée", "hiking"), ("Étirements", "mind_and_body"), ("Kinésithérapie", "physiotherapy"),
        ("Vélo elliptique", "elliptical"), ("Caminata", "walking"), ("Correr", "running"), ("Bicicleta", "cycling"),
        ("Natación", "swimming"), ("Fútbol", "ball_game"), ("Pesas", "strength"), ("Senderismo", "hiking"),
        ("Bailar", "dance"), ("Fisioterapia", "physiotherapy"), ("Esquí alpino", "winter_sport"),
    ],
)  # fmt: skip
def test_names_of_exercise(name: str | None, kind: str) -> None:
    frame = pl.DataFrame({"name": [name]}, schema={"name": pl.String})
    assert frame.select(exercise_types(pl.col("name"))).item() == kind
    assert kind in EXERCISE_TYPES


@pytest.mark.parametrize("name", ["breathwork", "Atemübungen", "Respiración", "Sauna", "Ice bath"])
def test_what_is_neither_exercise_nor_a_therapy_is_not_used(name: str) -> None:
    assert pl.select(exercise_types(pl.lit(name))).item() == UNUSED
    assert UNUSED not in EXERCISE_TYPES
