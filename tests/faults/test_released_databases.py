"""The database of every release before opens, is migrated after a backup, and answers as a new import does."""

from __future__ import annotations

import lzma
import re
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from painstats.cli import main
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.records import RECORD_TABLES
from painstats.store.migrations import _scripts
from tests.faults.released_study import GOLDEN, WITHDRAWN, write_study
from tests.without_ledger import without_ledger

PLAN_FIRST = " The rules were fixed before the days were read."

FINDINGS = "SELECT COLUMNS(* EXCLUDE (plan_hash, painstats_version)) FROM finding ORDER BY ALL"
RELEASES = sorted(GOLDEN.glob("painstats-[0-9]*.duckdb.xz"))


def release_of(path: Path) -> str:
    return path.name.removeprefix("painstats-").removesuffix(".duckdb.xz")


def ask(database: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def records(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the record tables without the number of the import, and the rejected and corrected ones."""
    queries = {name: f"SELECT * EXCLUDE (import_id) FROM {name} ORDER BY ALL" for name in RECORD_TABLES}
    queries["quarantine"] = "SELECT table_name, rule, line FROM quarantine ORDER BY ALL"
    queries["import"] = "SELECT file_name, status, rows_read, rows_new FROM import ORDER BY ALL"
    return {name: ask(database, query) for name, query in queries.items()}


@pytest.fixture(params=RELEASES, ids=release_of)
def of_release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "released"
    write_study(folder)
    (folder / "painstats.duckdb").write_bytes(lzma.decompress(request.param.read_bytes()))
    return folder


def test_the_release_before_this_one_has_left_its_database():
    changelog = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    before = re.findall(r"^## ([\d.]+)", changelog, re.MULTILINE)
    before.remove(version("painstats"))
    assert set(before) <= {release_of(path) for path in RELEASES}


def test_a_released_database_is_migrated_after_a_backup_and_keeps_its_records(of_release):
    database = of_release / "painstats.duckdb"
    before = records(database)
    [(schema,)] = ask(database, "SELECT max(version) FROM schema_version")
    assert len(before["self_report"]) == 120
    assert len(before["quarantine"]) == 1
    assert "withdrawn" in {row[1] for row in before["import"]}
    assert main(["status", str(of_release)]) == NEEDS_HAND_EXIT_CODE  # its data ended long ago
    assert records(database) == before
    assert ask(database, "SELECT max(version) FROM schema_version") == [(len(_scripts()),)]
    backup = of_release / f"painstats.duckdb.backup-v{schema:04d}"
    assert backup.exists() == (schema < len(_scripts()))
    if backup.exists():
        assert records(backup) == before


@pytest.mark.slow
def test_a_released_database_answers_as_a_new_import_does(of_release, tmp_path):
    fresh = tmp_path / "fresh"
    write_study(fresh)
    run = ["run", "--quiet", "--allow-quarantine"]
    assert main([*run, str(of_release)]) == 0
    assert main([*run, str(fresh)]) == 0
    assert main(["forget-import", str(fresh), WITHDRAWN]) == 0
    assert main([*run, str(fresh)]) == 0
    released, new = (folder / "painstats.duckdb" for folder in (of_release, fresh))
    for name in RECORD_TABLES:
        assert records(released)[name] == records(new)[name]
    found = ask(new, FINDINGS)
    assert len(found) == 6
    assert ask(released, FINDINGS) == found
    for participant in ("anna", "bo"):
        earlier, now = ((folder / f"reports/{participant}.html").read_text("utf-8") for folder in (of_release, fresh))
        of_results = [without_ledger(page.encode()).decode() for page in (earlier, now)]
        assert of_results[0] == of_results[1].replace(PLAN_FIRST, "")
        assert "after results existed: what was changed is not kept" in earlier
        assert ", before any data were loaded" in now
