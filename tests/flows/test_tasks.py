"""Prefect never skips a task by its parameters, never repeats one, and keeps no result."""

from __future__ import annotations

import pytest

from painstats.plan.study import read_study
from painstats.store.connection import held
from tests.shards.small_study import HERE, write_study

TASKS = ("prepare_study", "read_inbox", "read_in_shards", "compute_answers", "tell_operator")


@pytest.fixture
def module(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    from flows import nightly

    return nightly


def test_the_list_of_tasks_is_complete(module):
    from prefect import Task

    assert {name for name, value in vars(module).items() if isinstance(value, Task)} == set(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_always_runs_once_and_leaves_nothing(module, name):
    from prefect.cache_policies import NO_CACHE

    task = getattr(module, name)
    assert task.cache_policy == NO_CACHE  # the folder's path stays the same when its files change
    assert task.retries == 0
    assert task.persist_result is False


def test_a_study_in_shards_is_read_by_one_task(module, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "workers_of", lambda _: HERE)
    study = read_study(write_study(tmp_path / "study", "[scale]\nshards = 2\n"))
    with held(study):
        assert module.prepare_study.fn(study) == []
        read = module.read_in_shards.fn(study)
    assert (read.daily.participants, len(read.outcomes), len(read.unreported)) == (3, 3, 2)


def test_the_flow_is_not_repeated_and_keeps_nothing(module):
    assert module.nightly.retries == 0
    assert module.nightly.persist_result is False
    assert module.nightly.log_prints is False
