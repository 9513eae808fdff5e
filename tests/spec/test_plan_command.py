"""``painstats plan`` and ``history``, and what a run, an erasure and a rebuild do to the plan ledger."""

from __future__ import annotations

import json
from datetime import date, timedelta

import polars as pl
import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store.backup import start_again
from painstats.store.plan_ledger import LEDGER_FILE

PLAN = """
[study]
time_zone = "UTC"
[outcome]
item = "pain"
[variables.sex]
kind = "categorical"
levels = ["female", "male"]
[analysis]
moderators = ["sex"]
registered = "OSF abc12"
[[diaries]]
file = "diary*.csv"
filled = "evening"
participant_column = "id"
[[diaries.items]]
column = "pain"
item = "pain"
recall = "today"
scale = [0, 10]
higher_is = "worse"
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "study.toml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def diary(folder) -> None:
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(30)]
    rows = [f"{who},{day},{(day.day * 7 + len(who)) % 9}" for who in ("p01", "p002") for day in days]
    (folder / "inbox" / "diary.csv").write_text("\n".join(["id,date,pain", *rows]) + "\n", encoding="utf-8")


def kinds(folder) -> list[str]:
    return [json.loads(line)["kind"] for line in (folder / LEDGER_FILE).read_text(encoding="utf-8").splitlines()]


def test_the_page_has_the_hash_the_head_and_what_is_asked(folder, capsys):
    assert main(["plan", str(folder)]) == 0
    page = capsys.readouterr().out
    assert main(["plan", str(folder), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert f"Plan (SHA-256): `{read_study(folder).plan_hash}`" in page
    assert f"Head of the plan ledger (SHA-256): `{record['head']}`" in page
    for part in ("before any data were loaded", "Registered as: OSF abc12", "Moderators: sex", "levels female, male"):
        assert part in page
    assert kinds(folder) == ["plan"]


def test_a_nightly_study_that_computed_something_counts_as_one_with_results(folder, capsys):
    main(["plan", str(folder)])
    diary(folder)
    for _ in range(2):
        main(["run", str(folder), "--quiet", "--processes", "1"])
    assert kinds(folder) == ["plan", "result"]
    (folder / "study.toml").write_text(PLAN + "[rules]\nmatters = 2\n", encoding="utf-8")
    main(["run", str(folder), "--quiet", "--processes", "1"])
    assert kinds(folder) == ["plan", "result", "plan", "result"]
    page = (folder / "reports" / "p01.html").read_text(encoding="utf-8")
    assert "after results existed: rules matters: 1 → 2" in page
    assert "before the days were looked at" not in page
    head = json.loads((folder / "reports" / "published" / "manifest.json").read_text())["ledger_head"]
    tables = [pl.read_parquet(path) for path in (folder / "reports" / "published").glob("*.parquet")]
    assert {value for table in tables for value in table["ledger_head"]} == {head}
    capsys.readouterr()
    assert main(["history", str(folder)]) == 0
    text = capsys.readouterr().out
    assert "changed: rules matters: 1 → 2" in text
    assert text.count("results: 1, the last ") == 2
    before = (folder / LEDGER_FILE).read_bytes()
    assert main(["forget", str(folder), "p01", "--yes"]) == 0
    assert "ledger" not in capsys.readouterr().out
    assert b"p01" not in before
    assert b"p002" not in before
    assert (folder / LEDGER_FILE).read_bytes() == before


def test_a_new_database_still_knows_the_ledger_that_was_deleted(folder, capsys):
    main(["plan", str(folder)])
    (folder / "study.toml").write_text(PLAN + "[rules]\nmatters = 2\n", encoding="utf-8")
    main(["plan", str(folder)])
    (folder / LEDGER_FILE).unlink()
    start_again(read_study(folder))
    capsys.readouterr()
    assert main(["plan", str(folder)]) == 0
    assert "This plan: the record was replaced after results existed." in capsys.readouterr().out
