"""What the readers concluded is said by every run, by status and on the page, alike notes once; zone doubts first."""

from __future__ import annotations

import json

import pytest

from painstats.batch import CHECK_ZONE, Note, alike, message_of
from painstats.cli import main
from tests.faults.test_bad_input import PLAN
from tests.sources.fitbit_files import nights, values
from tests.sources.test_fitbit_zone import day_steps

ZONE = "Australia/Melbourne"


def test_notes_that_differ_in_files_and_numbers_are_one():
    notes = [Note(f"sleep-{n}.json", f"{n} of 30 nights, {n}.5 min").text for n in range(1, 106)]
    doubt = Note("steps.json", f"{CHECK_ZONE}it does not fit").text
    first, second = alike([*notes, doubt, Note("", "no place: none").text])[:2]
    assert (first.text, first.is_doubt) == (f"steps.json: {CHECK_ZONE}it does not fit", True)
    assert second.text == "sleep-1.json: 1 of 30 nights, 1.5 min (and 104 more like it)"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Loose files of a tracker in Melbourne, read in the time of Brisbane, an hour off."""
    folder = tmp_path_factory.mktemp("study")
    own = folder / "inbox" / "anna"
    own.mkdir(parents=True)
    (folder / "study.toml").write_text(PLAN.replace("Europe/London", "Australia/Brisbane"))
    (own / "steps-2024-03-01.json").write_text(values(day_steps(28, ZONE, per_hour=30, end=23)))
    (own / "sleep-2024-03-01.json").write_text(json.dumps(nights(28)))
    days = "\n".join(f"2024-03-{day:02d},18:00,{day % 7},3" for day in range(1, 29))
    (own / "pain_diary.csv").write_text(f"date,time,pain,fatigue\n{days}\n")
    return folder


def test_a_run_says_them_once_and_the_doubt_first(study, capsys):
    assert main(["run", str(study), "--quiet"]) in (0, 7)
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  Note: ")]
    assert said[0].startswith(
        f"  Note: steps-2024-03-01.json: {CHECK_ZONE}read in the declared time zone Australia/Brisbane"
    )
    assert len(said) == len(set(said)) >= 2


def test_status_says_them_in_text_and_as_json(study, capsys):
    main(["run", str(study), "--quiet"])
    capsys.readouterr()
    main(["status", str(study)])
    assert f"\nNotes of reading:\n  steps-2024-03-01.json: {CHECK_ZONE}" in capsys.readouterr().out
    main(["status", str(study), "--json"])
    first = json.loads(capsys.readouterr().out)["notes"][0]
    assert (first["participant"], first["number"], first["doubts_time_zone"]) == ("anna", 1, True)


def test_the_page_shows_them_and_the_doubt_before_the_findings(study):
    main(["run", str(study), "--quiet"])
    text = (study / "reports" / "anna.html").read_text()
    assert 0 < text.index("First check the time zone") < text.index("<summary>")
    assert "How the files were read" in text


def test_only_the_name_of_a_file_is_taken_off_a_note():
    assert message_of("steps-2020-05-08.json: times are UTC") == "times are UTC"
    whole = "3 of 127 nights were detected by movement alone (classic): they have no deep sleep"
    assert message_of(whole) == whole
