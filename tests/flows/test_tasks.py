"""Prefect never skips a task by its parameters, never repeats one, and keeps no result."""

from __future__ import annotations

import pytest

TASKS = ("prepare_study", "read_inbox", "compute_answers", "tell_operator")


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


def test_the_flow_is_not_repeated_and_keeps_nothing(module):
    assert module.nightly.retries == 0
    assert module.nightly.persist_result is False
    assert module.nightly.log_prints is False
