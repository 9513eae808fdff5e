"""Loose files of one Fitbit export are read together, and a file that is refused does not hide the others."""

from __future__ import annotations

import json

import pytest

from painstats.plan.study import read_study
from painstats.store import open_store
from tests.faults.test_bad_input import GOOD, PLAN
from tests.reading_inboxes import read_inbox
from tests.sources.fitbit_files import nights, values
from tests.sources.test_fitbit_zone import day_steps

ZONE = "Australia/Melbourne"
SLEEP, STEPS, MORE = "sleep-2024-03-01.json", "steps-2024-03-01.json", "steps-2024-04-01.json"
JOINED = "anna/fitbit files"


@pytest.fixture
def own(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN.replace("Europe/London", ZONE))
    folder = tmp_path / "inbox" / "anna"
    folder.mkdir(parents=True)
    (folder / "diary.csv").write_text(GOOD)
    (folder / SLEEP).write_text(json.dumps(nights(14)))
    return folder


def write_steps(own):
    (own / STEPS).write_text(values(day_steps(14, ZONE)))


def status(own):
    return {name: outcome.status for name, outcome in read_inbox(own.parents[1]).items()}


def stored(own, query):
    with open_store(read_study(own.parents[1])) as store:
        return store.connection.execute(query).fetchall()


def test_loose_files_are_one_export_and_a_diary_is_not_part_of_it(own):
    write_steps(own)
    (own / "steps.json").write_text(values([("03/20/24 10:00:00", "7")]))
    (own / "export.json").write_text(values([("03/20/24 10:00:00", "7")]))  # unclear: refused by itself
    found = status(own)
    assert found == {"anna/diary.csv": "loaded", "anna/export.json": "refused", JOINED: "loaded"}
    assert status(own)[JOINED] == "known"


def test_a_zone_that_the_files_rule_out_together_stops_them_together(own):
    write_steps(own)
    (own.parents[1] / "study.toml").write_text(PLAN)
    outcome = read_inbox(own.parents[1])[JOINED]
    assert (outcome.status, outcome.rule) == ("refused", "wrong_time_zone")


def test_files_that_were_read_singly_are_replaced_by_the_export_of_all(own):
    assert status(own)[f"anna/{SLEEP}"] == "loaded"
    write_steps(own)
    assert status(own) == {"anna/diary.csv": "known", JOINED: "loaded"}
    assert stored(own, "SELECT count(*), count(DISTINCT date) FROM sleep_episode") == [(14, 14)]
    assert stored(own, "SELECT file_name, status FROM import ORDER BY import_id")[1:] == [
        (f"anna/{SLEEP}", "replaced"),
        (JOINED, "loaded"),
    ]


def test_a_refused_file_does_not_hide_the_others(own):
    write_steps(own)
    (own / MORE).write_text('[{"dateTime" : "04/01/24 10:00:00", "value" : "7"')
    first = read_inbox(own.parents[1])
    assert {name: outcome.status for name, outcome in first.items()} == {
        "anna/diary.csv": "loaded", f"{JOINED}/{MORE}": "refused", JOINED: "loaded",
    }  # fmt: skip
    assert MORE in first[f"{JOINED}/{MORE}"].message
    again = status(own)
    assert (again[f"{JOINED}/{MORE}"], again[JOINED]) == ("refused", "known")
    assert stored(own, "SELECT count(*) FROM import WHERE status = 'refused'") == [(1,)]
    (own / MORE).write_text(values([("04/01/24 10:00:00", "7")]))
    assert status(own) == {"anna/diary.csv": "known", JOINED: "loaded"}


def test_a_folder_of_which_nothing_else_can_be_read_is_refused_whole(own):
    (own / SLEEP).unlink()
    folder = own / "Fitbit"
    folder.mkdir()
    (folder / STEPS).write_text('[{"dateTime" : "04/01/24 10:00:00", "value" : "7"')
    (folder / "readme.txt").write_text("an export")
    assert status(own)["anna/Fitbit"] == "refused"


def test_files_directly_in_the_inbox_stay_single_so_that_an_erasure_finds_each(tmp_path):
    (tmp_path / "study.toml").write_text(PLAN.replace("Europe/London", ZONE))
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / SLEEP).write_text(json.dumps(nights(14)))
    (tmp_path / "inbox" / STEPS).write_text(values(day_steps(14, ZONE)))
    assert set(read_inbox(tmp_path)) == {SLEEP, STEPS}
