"""A study of three participants in folders of their own and in files of several, as text."""

from __future__ import annotations

import os
import signal
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import psutil

from painstats.errors import PainstatsError
from painstats.intake.inbox import list_inbox
from painstats.intake.load_files import load_files
from painstats.plan.study import Study
from painstats.process_pool import Lost
from painstats.run import prepare
from painstats.shards.read import read_shards
from painstats.shards.work import ShardRead, read_shard
from painstats.shards.workers import Workers
from painstats.store import Store, open_store
from painstats.store.connection import held, opened
from tests.without_ledger import without_ledger

PLAN = """
[study]
time_zone = "Europe/London"

[[diaries]]
file = "diary.csv"
layout = "wide"
date_column = "date"
date_format = "%Y-%m-%d"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]

[[diaries]]
file = "clinic.csv"
layout = "wide"
participant_column = "id"
date_column = "date"
date_format = "%Y-%m-%d"
filled = "evening"
items = [{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }]
"""
OWN, SHARED = ("ben", "Cleo"), ("ben", "dee")
HERE = Workers(1)
FIRST, DAYS, REJECTED = date(2026, 1, 5), 24, 2


def write_study(folder: Path, scale: str = "") -> Path:
    """Write a study; of each shared participant one score is beyond the scale, and rejected."""
    inbox = folder / "inbox"
    for number, participant in enumerate(OWN):
        (inbox / participant).mkdir(parents=True)
        scores = "".join(f"{_day(day)},{(day * 7 + number) % 10}\n" for day in range(DAYS))
        (inbox / participant / "diary.csv").write_text(f"date,pain\n{scores}")
    rows = [f"{who},{_day(DAYS + day)},{day % 9 if day else 11}\n" for day in range(DAYS) for who in SHARED]
    (inbox / "clinic.csv").write_text("id,date,pain\n" + "".join(rows))
    (folder / "study.toml").write_text(PLAN + scale)
    for path in inbox.rglob("*.csv"):
        os.utime(path, (1_770_000_000, 1_770_000_000))
    return folder


def _day(number: int) -> date:
    return FIRST + timedelta(days=number)


def published(folder: Path) -> dict[str, bytes]:
    """Return every file of the reports, by name, without what says when plans were declared and runs were made."""
    reports = folder / "reports"
    paths = [path for path in reports.rglob("*") if path.is_file() and path.name not in OF_RUNS]
    return {str(path.relative_to(reports)): _without_ledger(path) for path in paths}


OF_RUNS = ("index.html", "manifest.json")


def _without_ledger(path: Path) -> bytes:
    if path.suffix == ".parquet":
        return pl.read_parquet(path).drop("ledger_head", strict=False).write_json().encode()
    return without_ledger(path.read_bytes())


def killed_once(study: Study) -> ShardRead | PainstatsError | Lost:
    """Read the first shard, and die between reading and the daily table, the database open; do all when called again."""
    mark = study.whole / "killed"
    if study.shard and study.shard.number == 0 and not mark.exists():
        with open_store(study) as store:
            load_files(store, list_inbox(study), lambda _: None, processes=1)
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    with (study.whole / "listening").open("a") as file:
        file.writelines(f"{each.laddr.ip}\n" for each in psutil.Process().net_connections() if each.status == "LISTEN")
    return read_shard(study)


def read_all(study: Study, workers: Workers = HERE) -> dict[str, list[tuple[object, ...]]]:
    """Read a study in its shards; return its records and days."""
    with held(study):
        with opened(study) as store:
            shards = prepare(store, lambda _: None)
        read_shards(shards, workers, lambda _: None)
        with opened(study) as store:
            return tables(store)


def tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return the records and days of a study."""
    names = ("self_report", "quarantine", "import_summary", "daily_summary")
    return {name: store.connection.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}


def always_killed(study: Study) -> ShardRead | PainstatsError | Lost:
    """Die."""
    os.kill(os.getpid(), signal.SIGKILL)
    return read_shard(study)
