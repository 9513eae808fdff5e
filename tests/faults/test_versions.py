"""Databases of other versions: an earlier one opens after a backup, a newer one is refused with both versions."""

from __future__ import annotations

import gzip
import hashlib
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from painstats.cli import main
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.migrations import _scripts
from tests.faults.test_bad_input import PLAN
from tests.faults.test_damage import loaded

HERE = Path(__file__).parent
MIGRATIONS = HERE.parents[1] / "src" / "painstats" / "store" / "migrations"


def released():
    lines = (HERE / "released_migrations.sha256").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def test_a_released_migration_is_never_edited():
    """A new migration gets a line of its own in released_migrations.sha256; lines are never changed."""
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(MIGRATIONS.glob("*.sql"))}
    assert found == released()


@pytest.fixture
def of_schema_1(tmp_path):
    """Unpack a database that painstats wrote when it had one migration: two people, a diary of 30 days each."""
    (tmp_path / "study" / "inbox").mkdir(parents=True)
    (tmp_path / "study" / "study.toml").write_text(PLAN)
    old = gzip.decompress((HERE / "golden" / "painstats-schema-1.duckdb.gz").read_bytes())
    (tmp_path / "study" / "painstats.duckdb").write_bytes(old)
    return tmp_path / "study"


def counts(database):
    with duckdb.connect(str(database), read_only=True) as connection:
        return [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("import", "self_report")
        ] + connection.execute("SELECT max(version) FROM schema_version").fetchall()


def test_a_database_of_the_previous_schema_opens_after_a_backup(of_schema_1):
    database = of_schema_1 / "painstats.duckdb"
    before = counts(database)
    assert before == [(2,), (60,), (1,)]
    assert main(["status", str(of_schema_1)]) == NEEDS_HAND_EXIT_CODE
    backup = of_schema_1 / "painstats.duckdb.backup-v0001"
    assert counts(backup) == before
    assert counts(database) == [*before[:2], (len(_scripts()),)]
    assert backup.stat().st_mode & 0o077 == 0
    assert main(["restore", str(of_schema_1), str(backup)]) == 0
    assert counts(database) == [*before[:2], (len(_scripts()),)]


@pytest.mark.parametrize(
    "as_it_was",
    [
        "ALTER TABLE import DROP COLUMN exported_at",
        "ALTER TABLE sleep_episode DROP COLUMN rem_sleep_min",
        "DROP TABLE treatment",
        "ALTER TABLE self_report ALTER entry_number TYPE INTEGER",
    ],
)
def test_a_database_from_before_the_first_release_is_called_that(of_schema_1, capsys, as_it_was):
    with duckdb.connect(str(of_schema_1 / "painstats.duckdb")) as connection:
        connection.execute("DROP VIEW import_summary")
        connection.execute(as_it_was)
    before = (of_schema_1 / "painstats.duckdb").read_bytes()
    assert main(["run", str(of_schema_1)]) == 6
    said = capsys.readouterr().err
    assert "development version" in said
    assert "painstats rebuild" in said
    assert (of_schema_1 / "painstats.duckdb").read_bytes() == before


def test_a_newer_schema_is_refused_with_both_versions(tmp_path, capsys):
    folder = loaded(tmp_path / "study")
    with open_store(read_study(folder)) as store:
        store.connection.execute("INSERT INTO schema_version VALUES (99, now())")
    assert main(["status", str(folder)]) == 6
    said = capsys.readouterr().err
    assert f"schema 99, written by painstats {version('painstats')}" in said
    assert f"supports schemas up to {len(_scripts())}" in said


def test_the_file_of_a_newer_duckdb_is_refused_with_both_versions(tmp_path, capsys):
    folder = loaded(tmp_path / "study")
    (folder / ".painstats.checksum").unlink()
    newer = gzip.decompress((HERE / "golden" / "duckdb-2.0.1.duckdb.gz").read_bytes())
    (folder / "painstats.duckdb").write_bytes(newer)
    assert main(["run", str(folder)]) == 6
    said = capsys.readouterr().err
    assert "written by DuckDB 2.0.1" in said
    assert f"this painstats uses DuckDB {duckdb.__version__}" in said
    assert (folder / "painstats.duckdb").read_bytes() == newer
