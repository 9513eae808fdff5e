"""Shared by the tests of erasure: a small study next to another person's folder, and helpers that change it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store import open_store
from tests.faults.test_bad_input import DAYS, PLAN
from tests.reading_inboxes import exit_code, read_inbox

SHARED_PLAN = f"""{PLAN}
[[diaries]]
file = "shared.csv"
participant_column = "who"
filled = "evening"
items = [{{ item = "pain", column = "pain", scale = [0, 10], higher_is = "worse", recall = "today" }}]
"""


def make(tmp_path: Path) -> Path:
    """Make an empty study next to another person's folder."""
    for name in ("S/inbox", "victim"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "victim" / "precious.txt").write_text("keep me")
    (tmp_path / "S" / "study.toml").write_text(SHARED_PLAN)
    return tmp_path / "S"


def put(study: Path, **files: str) -> None:
    for name, text in files.items():
        path = study / "inbox" / name.replace("__", "/")
        path = path.with_name(path.name + ".csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(study: Path) -> int:
    return main(["run", str(study), "--quiet"])


def read(study: Path) -> int:
    """Read what is in the inbox; return the exit code of its files."""
    return exit_code(read_inbox(study).values())


def forget(study: Path, participant: str) -> int:
    return main(["forget", str(study), participant, "--yes"])


def answer_of(study: Path, participant: str, capsys) -> tuple[int, dict]:
    capsys.readouterr()
    code = main(["forget", str(study), participant, "--yes", "--json"])
    return code, json.loads(capsys.readouterr().out)


def rows(study: Path, query: str) -> list[tuple]:
    with open_store(read_study(study)) as store:
        return store.connection.execute(query).fetchall()


def people(study: Path) -> list[str]:
    return [row[0] for row in rows(study, "SELECT DISTINCT participant_id FROM self_report ORDER BY 1")]


def shared(*ids: str) -> str:
    return "who,date,pain\n" + "".join(f'"{who}",{day},{day.day % 5}\n' for who in ids for day in DAYS)


def world(study: Path) -> dict[str, bytes]:
    """Return every file around the study and in it, but for what opening the database writes."""
    return {
        str(path.relative_to(study.parent)): path.read_bytes()
        for path in study.parent.rglob("*")
        if path.is_file() and not path.name.startswith((".painstats", "painstats.duckdb"))
    }


def zipped(path: Path, entries: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path.read_bytes()
