"""Real diaries of apps against counts of their rows made here, if they are next to the project."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import pytest

from painstats.daily import build_daily_table
from painstats.daily.outcome_days import participants_with_several_sites, unlogged_days
from painstats.plan.study import Plan, Study
from painstats.run import list_inbox, load_files, prepare
from painstats.store import Store, open_store
from tests.test_real_input import REAL

PAIN = re.compile(r"pain|ache|migraine|cramp", re.IGNORECASE)


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        pytest.skip(f"the real {path.parent.name} export is not on this machine")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@contextmanager
def stored(folder: Path, export: Path, item: str) -> Iterator[Store]:
    (folder / "inbox" / "me").mkdir(parents=True)
    (folder / "inbox" / "me" / export.name).symlink_to(export)
    plan = {"study": {"time_zone": "Europe/London"}, "outcome": {"item": item}}
    with open_store(Study(folder=folder, plan=Plan.model_validate(plan))) as store:
        prepare(store, lambda _: None)
        load_files(store, list_inbox(store.study), lambda _: None)
        build_daily_table(store)
        yield store


def days_of_bearable(rows: list[dict[str, str]]) -> tuple[set[date], dict[date, set[str]]]:
    kept, pains = set(), {}
    for row in rows:
        day = datetime.strptime(re.sub(r"^(\d+)[a-z]+", r"\1", row["date"]), "%d %b %Y").date()
        kept.add(day)
        if row["category"] == "Symptom" and PAIN.search(row["detail"]):
            pains.setdefault(day, set()).add(row["detail"].rsplit(" (", 1)[0])
    return kept, pains


def test_bearable_pains_sleep_and_days_without_pain(tmp_path):
    [export] = sorted((REAL / "real" / "bearable").glob("*.csv")) or [REAL / "real" / "bearable" / "none.csv"]
    rows = rows_of(export)
    kept, pains = days_of_bearable(rows)
    between = {day for day in kept if min(pains) <= day <= max(pains)}
    nights = [row for row in rows if row["category"] == "Sleep" and "Asleep" in row["detail"]]
    with stored(tmp_path, export, "pain") as opened:
        count = "SELECT count(*) FILTER (outcome_score IS NOT NULL) FROM daily_summary"
        assert opened.connection.execute(count).fetchone() == (len(pains),)
        assert [found.days_with_several for found in participants_with_several_sites(opened)] == [
            sum(len(sites) > 1 for sites in pains.values())
        ]
        assert [found.days for found in unlogged_days(opened)] == [len(between - set(pains))]
        episodes = opened.connection.execute("SELECT count(*) FROM sleep_episode").fetchone()
        rejected = opened.connection.execute("SELECT count(*) FROM quarantine").fetchone()
        assert (episodes[0] + rejected[0], rejected[0]) == (len(nights), 2)
        doses = {(row["date"], row["detail"]) for row in rows if row["category"] == "Meds/Supplements"}
        assert opened.connection.execute("SELECT count(*) FROM treatment").fetchone() == (len(doses),)


def test_daylio_of_2018_has_a_score_on_every_day_with_an_entry(tmp_path):
    export = REAL / "real" / "daylio_2018" / "daylio_export.csv"
    rows = rows_of(export)
    days = {(row["year"], row["date"]) for row in rows}
    with stored(tmp_path, export, "mood") as opened:
        count = "SELECT count(*) FILTER (outcome_score IS NOT NULL) FROM daily_summary"
        assert opened.connection.execute(count).fetchone() == (len(days),)
