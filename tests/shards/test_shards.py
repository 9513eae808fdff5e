"""A study in shards: the same bytes, whatever their number."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from painstats.daily.build import DAILY_TABLES as BUILT
from painstats.errors import StudyError
from painstats.intake.settling import names_still_written
from painstats.plan.shards import Shard, shard_of
from painstats.plan.study import read_study
from painstats.run import run_study
from painstats.shards.read import dealt_at_run, read_shards
from painstats.store import open_store
from painstats.store.forget import forget_participant
from painstats.store.shards import DAILY_TABLES, attach, dealt
from tests.reading_inboxes import read_inbox
from tests.shards.small_study import DAYS, HERE, OWN, REJECTED, SHARED, published, read_all, tables, write_study

EVERYONE = sorted({*OWN, *SHARED})


@pytest.fixture(scope="module")
def in_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_study(tmp_path_factory.mktemp("three") / "study", "[scale]\nshards = 3\n")
    run_study(read_study(folder), processes=1)
    return folder


def test_every_number_of_shards_gives_the_same_bytes(in_three, tmp_path):
    whole = write_study(tmp_path / "study")
    run_study(read_study(whole), processes=1)
    assert len(published(whole)) > len(EVERYONE)
    assert published(in_three) == published(whole)
    eight = read_study(write_study(tmp_path / "eight" / "study", "[scale]\nshards = 8\n"))
    in_eight = read_all(eight)
    assert len(dealt(eight)) == 8
    with open_store(read_study(whole)) as store:
        assert in_eight == tables(store)


def test_the_next_run_has_nothing_to_do(in_three):
    summary = run_study(read_study(in_three), processes=1)
    assert not summary.changed
    assert {outcome.status for outcome in summary.files} == {"known"}


def test_a_file_of_several_participants_is_counted_once(in_three):
    with open_store(read_study(in_three)) as store:
        rows = store.connection.execute(
            "SELECT file_name, rows_read, rows_new, rows_quarantined FROM import ORDER BY file_name"
        ).fetchall()
        of = "SELECT file_name, count(*) FROM {} JOIN import USING (import_id) GROUP BY ALL ORDER BY ALL"
        rejected = store.connection.execute(of.format("quarantine")).fetchall()
        stored = store.connection.execute(of.format("self_report")).fetchall()
    n_shared = len(SHARED) * DAYS
    assert rows == [
        *((f"{name}/diary.csv", DAYS, DAYS, 0) for name in sorted(OWN)),
        ("clinic.csv", n_shared, n_shared - REJECTED, REJECTED),
    ]
    assert rejected == [("clinic.csv", REJECTED)]
    assert stored == [(name, new) for name, _, new, _ in rows]


def test_each_shard_holds_its_own_participants_only(in_three):
    found = []
    for shard in dealt(read_study(in_three)):
        with open_store(shard) as store:
            ids = [
                row[0] for row in store.connection.execute("SELECT DISTINCT participant_id FROM self_report").fetchall()
            ]
        assert all(shard.shard.holds(name.lower()) for name in ids)
        found += ids
    assert sorted(found) == EVERYONE


@pytest.mark.parametrize("count", [2, 3, 8])
def test_participants_are_dealt_by_the_hash_of_their_id_alone(count):
    for name in EVERYONE:
        digest = hashlib.sha256(name.lower().encode()).digest()
        assert shard_of(name.lower(), count) == int.from_bytes(digest[:8], "big") % count
        assert sum(Shard(number, count).holds(name.lower()) for number in range(count)) == 1


def test_shards_can_be_asked_for_with_a_hash_of_the_plan_that_stays(tmp_path):
    plain, scaled = (
        write_study(tmp_path / "a"),
        write_study(tmp_path / "b", '[scale]\nshards = 3\nscheduler = "local"\n'),
    )
    assert read_study(plain).plan_hash == read_study(scaled).plan_hash


def test_another_number_of_shards_is_refused(in_three):
    plan = in_three / "study.toml"
    text = plan.read_text()
    plan.write_text(text.replace("shards = 3", "shards = 4"))
    try:
        with pytest.raises(
            StudyError, match=r"asks for 4 shards, but the study has 3; write shards = 3 under \[scale\]"
        ):
            run_study(read_study(in_three), processes=1)
    finally:
        plan.write_text(text)


def test_a_study_that_was_read_into_one_database_stays_so(tmp_path):
    folder = write_study(tmp_path / "study")
    read_inbox(folder)
    (folder / "study.toml").write_text((folder / "study.toml").read_text() + "[scale]\nshards = 2\n")
    with pytest.raises(StudyError, match="painstats rebuild"):
        run_study(read_study(folder), processes=1)


def test_many_participants_are_dealt_to_several_shards(tmp_path, monkeypatch):
    monkeypatch.setattr("painstats.shards.read.PARTICIPANTS_PER_SHARD", 1)
    with open_store(read_study(write_study(tmp_path / "study"))) as store:
        assert len(dealt_at_run(store)) == 2  # two participants have folders
        assert len(dealt_at_run(store)) == 2


def test_the_tables_of_days_are_those_that_are_built():
    assert set(DAILY_TABLES) == set(BUILT)


@pytest.mark.parametrize("scheduler", ["here", "http://host:80"])
def test_a_scheduler_is_local_or_an_address(tmp_path, scheduler):
    with pytest.raises(StudyError, match=r"scale\.scheduler: .*is no scheduler; write \"local\", or an address"):
        read_study(write_study(tmp_path / "study", f'[scale]\nscheduler = "{scheduler}"\n'))


def test_what_workers_import_knows_neither_prefect_nor_dask():
    script = "import sys, painstats.shards.work; print({'prefect', 'dask', 'distributed'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_a_forgotten_participant_leaves_no_trace_in_any_shard(tmp_path):
    study = read_study(write_study(tmp_path / "study", "[scale]\nshards = 2\n"))
    read_all(study)
    erasure = forget_participant(study, "ben")
    assert erasure.is_complete
    assert erasure.rows_removed >= DAYS
    assert not [path for path in study.folder.rglob("*.duckdb*") if b"ben" in path.read_bytes()]
    left = sorted({row[0] for row in read_all(study)["daily_summary"]})
    assert left == [name for name in EVERYONE if name != "ben"]


def test_a_file_that_is_still_written_waits_in_every_shard(tmp_path):
    study = read_study(write_study(tmp_path / "study", "[scale]\nshards = 2\n[nightly]\nsettle_seconds = 0.5\n"))
    ended, clinic = Event(), study.inbox / "clinic.csv"

    def write() -> None:
        while not ended.wait(0.02):
            with clinic.open("a") as file:
                file.write("dee,2026-06-01,1\n")

    clinic.touch()  # files that have not changed for long are not watched
    writer = Thread(target=write)
    writer.start()
    try:
        unsettled = names_still_written(study)
    finally:
        ended.set()
        writer.join()
    assert unsettled == {"clinic.csv"}
    with open_store(study) as store:
        shards = dealt_at_run(store)
    read = read_shards(shards, HERE, lambda _: None, unsettled)
    assert [(each.file.name, each.status) for each in read.outcomes if each.file.name == "clinic.csv"] == [
        ("clinic.csv", "waiting")
    ]
    assert read.daily.participants == len(OWN)
    assert len(read_all(study)["import_summary"]) == len(OWN) + 1


def test_a_database_without_shards_sees_its_own_tables(store):
    attach(store.study, store.connection)
    assert store.connection.execute(
        "SELECT count(*) FROM duckdb_views() WHERE temporary AND NOT internal"
    ).fetchone() == (0,)
