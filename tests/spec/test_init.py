"""``painstats init`` with files: the concluded diary and what was found to be rated are in the plan that it writes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from painstats.cli import main
from painstats.plan.study import read_study

DAYS = [date(2026, 1, 1) + timedelta(n) for n in range(30)]
DIARY = "Datum;Schmerz (0-10)\n" + "".join(f"{day:%d.%m.%Y};{n % 9}\n" for n, day in enumerate(DAYS))
BEARABLE = "date,weekday,time of day,category,rating/amount,detail,notes\n" + "".join(
    f"{day:%Y-%m-%d},,pm,Symptom,2,{where} pain (Moderate),\n" for day in DAYS[:3] for where in ("Neck", "Jaw")
)


@pytest.fixture
def started(tmp_path):
    def start(name, content):
        (tmp_path / name).write_text(content)
        assert main(["init", str(tmp_path / "s"), str(tmp_path / name), "--time-zone", "Europe/Berlin"]) == 0
        return tmp_path / "s"

    return start


def test_the_concluded_diary_takes_the_place_of_the_example(started):
    study = started("tagebuch.csv", DIARY)
    [diary] = read_study(study).plan.diaries
    assert (diary.file, diary.delimiter, diary.date_format) == ("tagebuch.csv", ";", "%d.%m.%Y")
    text = (study / "study.toml").read_text()
    assert "# The scale is 0 to 10, as the diary says.\n" in text
    assert "# Rated in your files: pain (30 days)\n" in text


def test_a_diary_with_an_open_question_is_declared_as_a_comment(started, capsys):
    study = started("diary.csv", "date,pain\n" + "".join(f"{day},{1 + n % 5}\n" for n, day in enumerate(DAYS)))
    assert read_study(study).plan.diaries == ()
    assert "# scale = [0, 10]   # choose: [0, 10], [0, 5], [1, 5]" in (study / "study.toml").read_text()
    assert "Answer in study.toml, and remove the # of its block." in capsys.readouterr().out


def test_the_places_that_an_app_rates_are_offered(started):
    study = started("bearable.csv", BEARABLE)
    assert read_study(study).plan.diaries == ()  # an app's diary needs no declaration
    assert "# Rated in your files: pain of jaw (3 days), pain of neck (3 days)\n" in (study / "study.toml").read_text()


def test_a_missing_file_leaves_no_study_behind(tmp_path, capsys):
    assert main(["init", str(tmp_path / "s"), str(tmp_path / "no.csv"), "--time-zone", "UTC"]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()
