"""Workers that are killed in the middle of a shard: nothing is lost, and the run ends right."""

from __future__ import annotations

import pytest

from painstats.errors import StorageError, StudyError
from painstats.plan.study import Study, read_study
from painstats.shards.read import dealt_at_run
from painstats.shards.workers import Workers, in_every_shard, workers_of
from painstats.store import open_store
from tests.shards.small_study import always_killed, killed_once, read_all, tables, write_study

TWO_SHARDS = "[scale]\nshards = 2\n"


def shards_of(study: Study) -> tuple[Study, ...]:
    with open_store(study) as store:
        return dealt_at_run(store)


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_shard_is_finished(tmp_path):
    undisturbed = read_all(read_study(write_study(tmp_path / "undisturbed" / "study", TWO_SHARDS)))
    study = read_study(write_study(tmp_path / "study", TWO_SHARDS))
    read = list(in_every_shard(killed_once, shards_of(study), Workers(2, "local")))
    assert (study.folder / "killed").exists()
    assert sum(each.daily.participants for each in read) == 3
    with open_store(study) as store:
        assert tables(store) == undisturbed
    assert set((study.folder / "listening").read_text().split()) == {"127.0.0.1"}


def test_a_shard_whose_workers_are_killed_each_time_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("painstats.shards.workers.ATTEMPTS", 1)
    study = read_study(write_study(tmp_path / "study", TWO_SHARDS))
    with pytest.raises(StorageError, match=r"shard 0 could not be computed .*; run again"):
        list(in_every_shard(always_killed, shards_of(study), Workers(2)))


def test_an_address_where_no_scheduler_answers_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("painstats.shards.workers.TO_START_S", 0.5)
    study = read_study(write_study(tmp_path / "study", TWO_SHARDS))
    with pytest.raises(StudyError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(in_every_shard(killed_once, shards_of(study), Workers(1, "tcp://127.0.0.1:9")))


def test_the_environment_goes_before_the_plan(tmp_path, monkeypatch):
    study = read_study(write_study(tmp_path / "study", '[scale]\nscheduler = "tcp://127.0.0.1:8786"\n'))
    assert workers_of(study, 3) == Workers(3, "tcp://127.0.0.1:8786")
    monkeypatch.setenv("PAINSTATS_SCHEDULER", "local")
    assert workers_of(study, 3) == Workers(3, "local")
