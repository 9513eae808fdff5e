"""Prefect never skips a task by its parameters, never repeats one, and keeps no result."""

from __future__ import annotations

import shutil
from functools import partial
from importlib import import_module

import pytest

from painstats.commands import cohort as cohort_command
from painstats.plan.study import read_study
from painstats.store.connection import held
from tests.shards.small_study import HERE, write_study
from tests.spec.test_cohort_command import folder  # noqa: F401 - the fixture

TASKS = ("prepare_study", "read_inbox", "read_in_shards", "compute_answers", "tell_operator")
OTHERS = {"cohort": "analyse_cohort", "personal": "write_pages"}
"""The task of each of the other flows."""


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


@pytest.mark.parametrize("flow", OTHERS)
def test_the_task_of_another_flow_leaves_nothing_either(flow, tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    from prefect import Task
    from prefect.cache_policies import NO_CACHE

    module = import_module(f"flows.{flow}")
    [(name, task)] = [(name, value) for name, value in vars(module).items() if isinstance(value, Task)]
    assert (name, task.cache_policy, task.retries, task.persist_result) == (OTHERS[flow], NO_CACHE, 0, False)


def test_the_cohort_task_writes_the_results_and_returns_counts(folder, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    from flows.cohort import analyse_cohort

    monkeypatch.setattr(cohort_command, "analyse", partial(cohort_command.analyse, with_sensitivity=False))
    study = read_study(shutil.copytree(folder, tmp_path / "study"))
    counts = analyse_cohort.fn(study)
    written = [path for path in (study.folder / "results").iterdir() if path.suffix]
    assert counts == {"models": 6, "not fitted": 1, "families": 3, "sensitivity analyses": 0, "files": len(written)}
    assert (study.folder / "results" / "methods.md").exists()


def test_a_personal_flow_that_fails_names_no_folder_and_no_file(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    from flows.personal import write_pages

    exports = tmp_path / "canary"
    exports.mkdir()
    (exports / "canary.csv").write_text("not a diary\n")
    state = write_pages.fn(exports)
    assert state.is_failed()
    assert "canary" not in state.message


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
