"""Names from outside never become SQL, paths or terminal commands."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.commands.run import silent
from painstats.plan.study import read_study
from painstats.records import RECORD_TABLES
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from tests.conftest import table
from tests.faults.test_bad_input import DAYS, GOOD, PLAN

SQL = "x'; DROP TABLE self_report; --"
QUOTED = 'x"; DROP TABLE self_report; --'
ANSI = "\x1b[31mred\x1b]0;title\x07"
PEOPLE = sorted([SQL, QUOTED, ANSI, "$1", "{participant}", "%s", "select"])
COLUMNS = ['st"eps', "select", QUOTED, SQL, "p" * 300]
OTHER_USER = 65534


def study_of(folder, plan, **diaries):
    """Write a study with one diary for each name; return it."""
    (folder / "study.toml").write_text(plan)
    for name, text in diaries.items():
        path = folder / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return read_study(folder)


def load(study):
    with open_store(study) as store:
        assert {outcome.status for outcome in load_files(store, list_inbox(study), silent, 1)} == {"loaded"}


def test_hostile_folder_names_are_participants_like_any_other(tmp_path, capsys):
    spoilt = GOOD.replace("2026-01-09,2", f"2026-01-09,{ANSI}")
    study = study_of(tmp_path, PLAN, **{f"{person}/diary.csv": spoilt for person in PEOPLE})
    load(study)
    for command in (["status"], ["status", "--files"], ["quarantine"]):
        assert main([command[0], str(tmp_path), *command[1:]]) == 0
    printed = capsys.readouterr()
    assert "DROP TABLE" in printed.out
    assert not {"\x1b", "\x07"} & set(printed.out + printed.err)
    with open_store(study) as store:
        stored = table(store, "SELECT participant_id AS id, count(*) AS rows FROM self_report GROUP BY ALL ORDER BY id")
    assert stored == [{"id": person, "rows": len(DAYS) - 1} for person in PEOPLE]


@pytest.mark.parametrize("column", COLUMNS)
def test_hostile_names_of_columns_and_files_are_never_sql(tmp_path, column):
    plan = PLAN.replace('column = "pain"', f"column = {json.dumps(column)}")
    header = '"' + column.replace('"', '""') + '"'
    name = f"my diary {SQL}.csv"
    study = study_of(tmp_path, plan, **{name: GOOD.replace("date,pain", f"date,{header}")})
    load(study)
    with open_store(study) as store:
        assert table(store, "SELECT count(*) AS rows FROM self_report") == [{"rows": len(DAYS)}]
        assert table(store, "SELECT file_name FROM import") == [{"file_name": name}]


def test_keys_are_text_whole_numbers_or_instants_in_utc(store):
    """A float or a local time in a key would make the same fact two rows."""
    allowed = {"VARCHAR", "BOOLEAN", "INTEGER", "BIGINT", "DATE", "TIMESTAMP WITH TIME ZONE"}
    for name, record in RECORD_TABLES.items():
        types = {row["column_name"]: row["column_type"] for row in table(store, f"SELECT * FROM (DESCRIBE {name})")}
        assert {types[column] for column in record.key} <= allowed, name


def test_a_lock_file_of_a_dead_process_stops_no_one(tmp_path):
    study = study_of(tmp_path, PLAN)
    (tmp_path / ".painstats.lock").write_text("999999")
    with open_store(study) as store:
        assert table(store, "SELECT count(*) AS rows FROM import") == [{"rows": 0}]


@pytest.fixture
def read_only_study():
    """Make a study that this process may read but not write, as another user where it runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="painstats-read-only-"))
    study_of(folder, PLAN, **{"diary.csv": GOOD})
    for path in (folder / "study.toml", folder / "inbox", folder / "inbox" / "diary.csv", folder):
        path.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(OTHER_USER)
    try:
        yield folder
    finally:
        os.seteuid(user)
        folder.chmod(0o700)
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_ends_with_the_storage_code(read_only_study, capsys):
    assert main(["run", str(read_only_study)]) == 6
    assert "check the permissions" in capsys.readouterr().err
    assert sorted(path.name for path in read_only_study.iterdir()) == ["inbox", "study.toml"]
