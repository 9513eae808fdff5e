"""The same data in another form or locale gives the same table; one bad cell far down is found and costs one row."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta

import pytest

from painstats.plan.study import read_study
from painstats.records import RECORD_TABLES
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from tests.faults.test_bad_input import PLAN
from tests.sources.reading import FIXTURES, zipped

DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(40)]
ENGLISH = "date,pain\n" + "".join(f"{day},{day.day % 7}.5\n" for day in DAYS)
GERMAN = "Datum;Schmerz\r\n" + "".join(f"{day:%d.%m.%Y};{day.day % 7},5\r\n" for day in DAYS)
GERMAN_PLAN = PLAN.replace(
    'file = "*diary*.csv"',
    'file = "*diary*.csv"\ndelimiter = ";"\ndecimal = ","\ndate_column = "Datum"\ndate_format = "%d.%m.%Y"',
).replace('column = "pain"', 'column = "Schmerz"')
LONG = "date,what,value\n" + "".join(f"{day},pain,{day.day % 7}.5\n" for day in DAYS)
LONG_PLAN = PLAN.replace(
    'filled = "evening"', 'layout = "long"\nitem_column = "what"\nvalue_column = "value"\nfilled = "evening"'
)
LONG_PLAN = LONG_PLAN.replace('column = "pain"', 'named = "pain"')

OURA_CSV = (FIXTURES / "oura_sleepmodel.csv").read_text()


def made(folder, plan=PLAN, **files):
    (folder / "inbox" / "anna").mkdir(parents=True)
    (folder / "study.toml").write_text(plan)
    for name, content in files.items():
        path = folder / "inbox" / "anna" / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def tables(folder):
    with loaded(folder) as (store, outcome):
        assert outcome.status == "loaded"
        return {
            name: store.connection.execute(f"SELECT * EXCLUDE (import_id) FROM {name} ORDER BY ALL").fetchall()
            for name in RECORD_TABLES
        }


@contextmanager
def loaded(folder):
    study = read_study(folder)
    with open_store(study) as store:
        [outcome] = load_files(store, list_inbox(study), lambda _: None, 1)
        yield store, outcome


# --- the same data, the same table ---


@pytest.mark.parametrize(
    ("plan", "name", "content"),
    [
        (GERMAN_PLAN, "diary__csv", GERMAN),
        (
            GERMAN_PLAN.replace("[[diaries.items]]", 'encoding = "utf-16"\n[[diaries.items]]'),
            "diary__csv",
            GERMAN.encode("utf-16"),
        ),
        (PLAN, "diary__csv", "\ufeff" + ENGLISH.replace("\n", "\r")),
        (LONG_PLAN, "diary__csv", LONG),
    ],
    ids=["German", "German in UTF-16", "old Mac", "long"],
)
def test_a_diary_in_another_locale_or_layout(plan, name, content, tmp_path):
    expected = tables(made(tmp_path / "one", diary__csv=ENGLISH))
    assert len(expected["self_report"]) == 40
    assert tables(made(tmp_path / "two", plan, **{name: content})) == expected


def test_a_diary_in_a_zip(tmp_path):
    expected = tables(made(tmp_path / "one", diary__csv=ENGLISH))
    packed = zipped(tmp_path / "packed.zip", {"export/diary.csv": ENGLISH}).read_bytes()
    assert tables(made(tmp_path / "two", packed__zip=packed)) == expected


def as_json(table):
    rows = csv.DictReader(io.StringIO(table), delimiter=";")
    return json.dumps({"data": [{key: value for key, value in row.items() if value} for row in rows]})


def test_nights_as_csv_as_json_and_in_a_zip(tmp_path):
    expected = tables(made(tmp_path / "one", sleepmodel__csv=OURA_CSV))
    assert expected["sleep_episode"]
    assert tables(made(tmp_path / "two", sleep__json=as_json(OURA_CSV))) == expected
    packed = zipped(tmp_path / "packed.zip", {"App Data/sleepmodel.csv": OURA_CSV}).read_bytes()
    assert tables(made(tmp_path / "three", packed__zip=packed)) == expected


def test_a_machine_in_another_locale_and_zone(tmp_path):
    expected = tables(made(tmp_path / "one", diary__csv=ENGLISH))
    folder = made(tmp_path / "two", diary__csv=ENGLISH)
    abroad = {**os.environ, "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Pacific/Auckland"}
    words = [sys.executable, "-m", "painstats", "run", str(folder), "--quiet"]
    subprocess.run(words, env=abroad, check=False, capture_output=True)
    with open_store(read_study(folder)) as store:
        query = "SELECT * EXCLUDE (import_id) FROM self_report ORDER BY ALL"
        assert store.connection.execute(query).fetchall() == expected["self_report"]


# --- far down ---


def test_a_word_on_line_30_002_costs_that_row_alone(tmp_path):
    people = [f"p{number:03}" for number in range(300)]
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(100)]
    rows = [f"{person},{day},{day.day % 7}" for person in people for day in days]
    text = "\n".join(["who,date,pain", *rows, "p999,2025-01-01,seven"]) + "\n"
    plan = PLAN.replace('filled = "evening"', 'participant_column = "who"\nfilled = "evening"')
    with loaded(made(tmp_path / "one", plan, diary__csv=text)) as (store, outcome):
        assert (outcome.summary.new, outcome.summary.quarantined) == (30_000, 1)
        place = store.connection.execute("SELECT line, column_name, rule FROM quarantine").fetchall()
    assert place == [(30_002, "pain", "unreadable")]
