"""When zones or diary mappings change, everything is read again from the inbox, or nothing is touched."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from painstats.cli import main

PLAN = """
[study]
time_zone = "{zone}"
[[diaries]]
file = "diary.csv"
filled = "{filled}"
[[diaries.items]]
item = "pain"
column = "pain"
scale = [0, 10]
higher_is = "worse"
recall = "last_24_hours"
"""
SLEEP = [
    {
        "logId": number, "dateOfSleep": str(date(2026, 1, 2) + timedelta(days=number)), "startTime": f"2026-01-{1 + number:02d}T23:00:00.000",
        "endTime": f"2026-01-{2 + number:02d}T06:00:00.000", "duration": 25_200_000, "minutesAsleep": 400, "timeInBed": 420, "mainSleep": True,
    }
    for number in range(20)
]  # fmt: skip


@pytest.fixture
def study(tmp_path, capsys):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "sleep-2026-01-01.json").write_text(json.dumps(SLEEP))
    (tmp_path / "inbox" / "diary.csv").write_text(
        "date,pain\n" + "".join(f"2026-01-{day:02d},{day % 6}\n" for day in range(3, 23))
    )

    def run(zone="Europe/London", filled="evening"):
        (tmp_path / "study.toml").write_text(PLAN.format(zone=zone, filled=filled))
        code = main(["run", str(tmp_path), "--json", "--quiet"])
        captured = capsys.readouterr()
        return code, captured.out and json.loads(captured.out), captured.err

    def days():
        import duckdb

        with duckdb.connect(str(tmp_path / "painstats.duckdb"), read_only=True) as connection:
            return connection.execute(
                "SELECT min(date)::VARCHAR, max(date)::VARCHAR, min(sleep_start_local)::VARCHAR FROM daily_summary WHERE outcome_score IS NOT NULL"
            ).fetchone()

    return tmp_path, run, days


def test_a_new_zone_reads_local_times_again(study):
    _, run, days = study
    run()
    assert days() == ("2026-01-03", "2026-01-22", "2026-01-02 23:00:00")
    _, answer, _ = run(zone="Asia/Tokyo")
    assert [file["status"] for file in answer["files"]] == ["loaded", "loaded"]
    assert days() == ("2026-01-03", "2026-01-22", "2026-01-02 23:00:00")  # the person's own clock is what it was
    _, answer, _ = run(zone="Asia/Tokyo")
    assert [file["status"] for file in answer["files"]] == ["known", "known"]


def test_a_diary_declared_as_filled_in_the_morning_moves_by_a_day(study):
    _, run, days = study
    run()
    run(filled="morning")
    assert days()[:2] == ("2026-01-02", "2026-01-21")


def test_a_file_that_is_gone_is_not_lost_over_a_changed_zone(study):
    folder, run, days = study
    run()
    (folder / "inbox" / "diary.csv").unlink()
    before = days()
    code, _, said = run(zone="Asia/Tokyo")
    assert code == 2
    assert "inbox: diary.csv. Put them back" in said
    assert days() == before


def test_a_file_replaced_under_its_name_is_no_obstacle(study):
    folder, run, days = study
    run()
    with (folder / "inbox" / "diary.csv").open("a") as diary:
        diary.write("2026-01-23,4\n")
    run()
    code, answer, _ = run(filled="morning")
    assert code != 2
    assert {file["status"] for file in answer["files"]} == {"loaded"}
    assert days()[:2] == ("2026-01-02", "2026-01-22")
