"""A study of mood from start to end: a high mood is a good one in the tables, the findings and the words."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.commands.report_lines import verdict_lines
from painstats.findings.finding import Origin
from painstats.findings.published import published_findings
from painstats.plan.study import Study, read_study
from painstats.questions.look import LookDay
from painstats.questions.verdict import Verdict
from painstats.run import run_study
from painstats.run_report import load_run_reports
from painstats.store.publish import PUBLISHED_TABLES
from tests.reading_pages import read_page

PLAN = """
[study]
time_zone = "UTC"
[outcome]
item = "mood"
[[questions]]
kind = "daily"
measure = "total_sleep_time_min"
[[diaries]]
file = "diary.csv"
participant_column = "id"
filled = "evening"
[[diaries.items]]
item = "mood"
column = "mood"
scale = [0, 100]
higher_is = "better"
recall = "today"
"""
DAYS = [date(2024, 1, 1) + timedelta(days=day) for day in range(70)]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """One participant, whose mood is better after longer nights."""
    folder, chance = tmp_path_factory.mktemp("mood"), np.random.default_rng(3)
    diary, nights = ["id,date,mood"], ["Id,SleepDay,TotalMinutesAsleep,TotalTimeInBed"]
    for day in DAYS:
        minutes = int(chance.integers(300, 540))
        nights.append(f"ann,{day.month}/{day.day}/{day.year},{minutes},560")
        diary.append(f"ann,{day},{round(50 + 15 * (minutes - 420) / 60 + 6 * chance.standard_normal())}")
    (folder / "inbox").mkdir()
    (folder / "study.toml").write_text(PLAN)
    for name, rows in {"diary": diary, "sleepDay": nights}.items():
        (folder / "inbox" / f"{name}.csv").write_text("\n".join(rows) + "\n")
    made = read_study(folder)
    assert run_study(made).exit_code == 0
    return made


def published(study: Study, table: str) -> pl.DataFrame:
    return pl.read_parquet(study.published / f"{table}.parquet")


def test_a_better_mood_is_stored_as_higher(study: Study) -> None:
    [finding] = published_findings(study.published / "finding.parquet")
    assert finding.verdict is Verdict.HIGHER
    assert finding.estimate.value == pytest.approx(1.5, abs=0.3)
    assert (finding.question.outcome.item, finding.question.outcome.site) == ("mood", "")
    assert published(study, "daily_summary")["outcome_score"].max() > 7


def test_the_words_are_those_of_mood(study: Study) -> None:
    text = read_page((study.reports / "ann.html").read_bytes()).text
    assert "Sleep After longer nights, mood was better: 1.5 points per extra hour" in text
    assert "After a night one hour longer, mood the next day was 1.5 points better on average." in text
    assert "It does not show that sleeping longer makes mood better" in text
    assert "0 to 10, higher is better" in text
    assert "(higher is better)" in text
    assert "70 days with a mood score; sleep known on all of them" in text
    [report] = load_run_reports(study)
    assert verdict_lines(study, report.results) == ["sleep: 1 better mood"]


def test_every_published_table_says_what_it_was_computed_from(study: Study) -> None:
    [finding] = published_findings(study.published / "finding.parquet")
    imports_hash = finding.origin.imports_hash
    assert finding.origin == Origin(study.plan_hash, version("painstats"), imports_hash)
    assert len(imports_hash) == 16
    tables = {path.stem for path in study.published.glob("*.parquet")}
    assert tables == set(PUBLISHED_TABLES)
    for table in tables:
        columns = published(study, table).select("plan_hash", "painstats_version", "imports_hash")
        assert set(columns.rows()) <= {(study.plan_hash, version("painstats"), imports_hash)}, table


def test_a_verdict_is_of_the_last_look_and_its_reading_of_the_last_day(study: Study) -> None:
    [finding] = published_findings(study.published / "finding.parquet")
    assert finding.judged is not None
    assert finding.judged.look == LookDay(1, DAYS[59], 60)
    assert (finding.last_day, finding.estimate.days) == (DAYS[-1], len(DAYS))
    [look] = published(study, "look").to_dicts()
    assert (look["date"], look["days"], look["verdict"]) == (DAYS[59], 60, "higher")
    assert (look["low"], look["high"]) == (finding.judged.low, finding.judged.high)


def test_the_imports_hash_follows_the_files_and_not_their_order(study: Study, tmp_path: Path) -> None:
    hashes = []
    for order in (("diary", "sleepDay"), ("sleepDay", "diary"), ("diary",)):
        folder = tmp_path / "-".join(order)
        (folder / "inbox").mkdir(parents=True)
        (folder / "study.toml").write_text(PLAN)
        for name in order:
            (folder / "inbox" / f"{name}.csv").write_bytes((study.inbox / f"{name}.csv").read_bytes())
            run_study(read_study(folder))
        hashes.append(published(read_study(folder), "daily_summary")["imports_hash"][0])
    assert hashes[0] == hashes[1] != hashes[2]
