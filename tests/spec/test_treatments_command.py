"""``painstats treatments``: who takes what when, now and then, always, and too close to naltrexone."""

from __future__ import annotations

import json

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store import open_store
from tests.conftest import put

PLAN = """
[study]
name = "Trial"
time_zone = "UTC"

[[phases]]
participant = "ann"
name = "LDN"
kind = "medicine"
start = 2026-01-20
end = 2026-02-28
dose = 1.5
dose_unit = "mg"
ramp_days = 14
wash_out_days = 7

[[phases]]
participant = "ann"
name = "ldn"
kind = "medicine"
start = 2026-03-01
dose = 4.5
dose_unit = "mg"
"""

ROWS = """
    name      | start_date | end_date   | dose | dose_unit | acts_days | kind
    oxycodone | 2025-12-01 | 2026-01-10 | 10   | mg        |           | medicine
    cortisone | 2026-02-01 |            |      |           | 60        | injection
    baclofen  | 2025-01-01 |            | 10   | mg        |           | medicine
    ibuprofen | 2026-01-05 | 2026-01-05 | 400  | mg        |           | medicine
    Ibuprofen | 2026-01-25 | 2026-01-25 | 400  | mg        |           | medicine
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "study.toml").write_text(PLAN)
    return tmp_path


@pytest.fixture
def imported(folder):
    with open_store(read_study(folder)) as store:
        store.connection.execute(
            "CREATE TABLE daily_summary AS SELECT 'ann' AS participant_id, DATE '2026-01-01' + n::INTEGER AS date, 3.0 AS "
            "outcome_score FROM range(90) AS t(n)"
        )
        put(store, "treatment", ROWS)
    return folder


def test_treatments_are_listed_with_doses_and_dates(imported, capsys):
    assert main(["treatments", str(imported)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:9] == [
        "participant treatment kind dose from to builds up (days) wears off (days) acts (days)",
        "ann baclofen medicine 10 mg 2025-01-01 goes on – – –",
        "ann oxycodone medicine 10 mg 2025-12-01 2026-01-10 – – –",
        "ann LDN medicine 1.5 mg 2026-01-20 2026-02-28 14 7 –",
        "ann cortisone injection – 2026-02-01 2026-04-01 – – 60",
        "ann ldn medicine 4.5 mg 2026-03-01 goes on – – –",
        "",
        "participant now and then kind days first last",
        "ann Ibuprofen medicine 2 2026-01-05 2026-01-25",
    ]
    assert (
        "ann listed oxycodone (2025-12-01 to 2026-01-10) and LDN (2026-01-20 to 2026-02-28) within two weeks of each "
        "other. Their report begins with a notice about it"
    ) in lines
    assert "ann had baclofen on every day with a score, so there is nothing to compare it with" in lines


def test_the_answer_as_json_has_the_same(imported, capsys):
    assert main(["treatments", str(imported), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [phase["name"] for phase in answer["treatments"]] == ["baclofen", "oxycodone", "LDN", "cortisone", "ldn"]
    assert answer["treatments"][2]["dose"] == 1.5
    assert [(each["name"], each["days"]) for each in answer["as_needed"]] == [("Ibuprofen", 2)]
    assert answer["always_on"] == [{"participant_id": "ann", "name": "baclofen"}]
    assert answer["opioid_with_naltrexone"] == [{"participant_id": "ann", "opioid": "oxycodone", "blocker": "LDN"}]
    assert answer["to_settle"] == []


def test_the_plan_is_listed_before_the_first_run(folder, capsys):
    assert main(["treatments", str(folder)]) == 0
    assert "1.5 mg" in capsys.readouterr().out


def test_without_treatments_it_says_where_to_write_them(folder, capsys):
    (folder / "study.toml").write_text('[study]\ntime_zone = "UTC"\n')
    assert main(["treatments", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "There are no treatments yet. Write them as [[phases]] into study.toml, or put a table of treatments" in said


def test_entries_that_overlap_are_refused_with_the_file_and_what_to_write(folder, capsys):
    (folder / "study.toml").write_text(PLAN.replace("end = 2026-02-28\n", ""))
    assert main(["treatments", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "study.toml: the plan cannot be used" in said
    assert (
        "phases: ldn of ann: the entry from 2026-01-20 has no end, so it overlaps the one from 2026-03-01; give the first "
        "end = 2026-02-28"
    ) in said
