"""Real exports are imported and reported, if they are next to the project or in ``PAINSTATS_REAL_EXPORTS``."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from painstats.plan.study import read_study
from painstats.run import run_study
from painstats.store import open_store

ROOT = Path(__file__).parents[1]
BESIDE = [folder for folder in ROOT.parent.glob("*/data") if (folder / "pmdata").is_dir()]
REAL = Path(os.environ.get("PAINSTATS_REAL_EXPORTS", BESIDE[0] if BESIDE else ROOT.parent))
EXAMPLES = ROOT / "docs" / "examples"


def study_of(folder: Path, example: str, *exports: Path):
    if not all(export.exists() for export in exports):
        pytest.skip(f"the real {example} exports are not on this machine")
    folder.mkdir()
    shutil.copy(EXAMPLES / example / "study.toml", folder)
    (folder / "inbox").mkdir()
    for export in exports:
        if export.is_dir():
            shutil.copytree(export, folder / "inbox" / export.name, copy_function=shutil.copyfile)
        else:
            shutil.copyfile(export, folder / "inbox" / export.name)
    return read_study(folder)


def rows(study, query):
    with open_store(study) as store:
        return store.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def pmdata(tmp_path_factory):
    people = [REAL / "pmdata" / name for name in ("p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p13")]
    study = study_of(tmp_path_factory.mktemp("real") / "pmdata", "pmdata", *people)
    return study, run_study(study)


def test_pmdata_is_read_whole(pmdata):
    study, summary = pmdata
    assert {outcome.status for outcome in summary.files} == {"loaded"}
    # A folder with the files of one Fitbit is one export; the two files of a diary are read singly.
    assert len(summary.files) == 18
    assert rows(study, "SELECT sum(rows_read) FROM import") == [(110_449,)]
    # Two mornings of one person hold nothing but zeros on a scale that starts at 1: two items each.
    assert rows(study, "SELECT rule, count(*) FROM quarantine GROUP BY rule") == [("outside_scale", 4)]
    assert rows(study, "SELECT sum(outcome_days), min(compliance) < 0.5 FROM participant_summary") == [(1038, True)]


def test_pmdata_participants_are_distinguished_or_refused(pmdata):
    study, _ = pmdata
    query = (
        "SELECT participant_id, verdict, low > 0 FROM finding "
        "WHERE exposure = 'active_time_min' AND subject = 'participant'"
    )
    found = {participant: (verdict, is_above_zero) for participant, verdict, is_above_zero in rows(study, query)}
    # Sorer on the day after more activity, with whatever runs through the night that follows.
    assert found["p01"] == ("higher", True)
    assert found["p02"] == ("not_judged", None)  # nine days in ten have the same score
    # Of nine people fewer than five give scores that vary enough: no verdict on the average.
    assert rows(study, "SELECT DISTINCT verdict, reasons FROM finding WHERE subject = 'cohort'") == [
        ("not_judged", ["too_few_participants"])
    ]


def minutes_asleep_by_date(person):
    """Add up Fitbit's own minutes asleep of each of its dates, and find the longest log; read without painstats."""
    total, longest = {}, {}
    logs = json.loads((REAL / "pmdata" / person / "fitbit" / "sleep.json").read_text())
    for log in {log["logId"]: log for log in logs}.values():
        day, minutes = log["dateOfSleep"], log["minutesAsleep"]
        total[day] = total.get(day, 0) + minutes
        longest[day] = max(longest.get(day, 0), minutes)
    return total, longest


def test_pmdata_broken_nights_come_closer_to_fitbits_own_sums(pmdata):
    study, _ = pmdata
    query = "SELECT participant_id, date::VARCHAR, recorded_total_sleep_time_min FROM daily_summary"
    nights = {(person, day): minutes for person, day, minutes in rows(study, query)}
    before = after = dates = 0
    for person in sorted({person for person, _ in nights}):
        total, longest = minutes_asleep_by_date(person)
        dates += len(total)
        before += sum(longest[day] == total[day] for day in total)
        after += sum(nights.get((person, day)) == total[day] for day in total)
    print(f"dates {dates}, main sleep equal to Fitbit's sum: longest log {before}, broken nights joined {after}")
    assert (dates, before, after) == (1108, 1016, 1038)


def test_fitabase_has_days_and_nights_but_nothing_to_explain(tmp_path):
    exports = [REAL / "fitabase" / name for name in ("dailyActivity_merged.csv", "sleepDay_merged.csv")]
    study = study_of(tmp_path / "fitabase", "fitabase", *exports)
    summary = run_study(study)
    assert summary.exit_code == 7
    assert "no pain scores" in (summary.refusal or "")
    assert rows(study, "SELECT count(*), sum(valid_step_days) FROM participant_summary")[0][0] == 33
    # 410 different nights; three rows are exact repetitions. Unworn days are missing, not days without steps.
    assert rows(study, "SELECT sum(rows_same), sum(rows_quarantined) FROM import") == [(6, 0)]
    unproven = "SELECT min(step_count) FROM daily_summary WHERE step_wear_rule = 'enough steps'"
    assert rows(study, unproven)[0][0] >= 500
    assert rows(study, "SELECT min(step_count) FROM daily_summary")[0][0] >= 100
