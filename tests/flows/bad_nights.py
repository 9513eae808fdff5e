"""Run nights that fail in different ways on one study, each as the flow, and print how each ended, one per line.

    python -m tests.flows.bad_nights STUDY CANARY

``CANARY`` is the word that names and values of the study hold. Not a test by itself: ``test_nothing_leaves.py`` starts
it far from the repository and looks at what Prefect and the network were given.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flows import nightly as module
from painstats.errors import StudyInUse
from painstats.intake import reading
from painstats.plan.study import read_study
from painstats.store.connection import locked


class PanicError(BaseException):
    """As polars raises them: no Exception."""


def fail(error: BaseException) -> Callable[..., Any]:
    def step(*_: Any, **__: Any) -> None:
        raise error

    return step


@contextmanager
def nothing(_: Path) -> Iterator[None]:
    yield


@contextmanager
def no_inbox(study: Path) -> Iterator[None]:
    (study / "inbox").rename(study / "away")
    yield
    (study / "away").rename(study / "inbox")


@contextmanager
def another_run(study: Path) -> Iterator[None]:
    with locked(read_study(study)):
        yield


@contextmanager
def another_run_between_the_tasks(_: Path) -> Iterator[None]:
    """Try to start a run of one's own where no task has the database open."""
    real = module.list_inbox

    def list_inbox(read: Any) -> Any:
        try:
            with locked(read):
                print("another run came in between")
        except StudyInUse:
            print("another run was kept out")
        return real(read)

    with patch.object(module, "list_inbox", list_inbox):
        yield


@contextmanager
def one_of_two_inboxes(study: Path) -> Iterator[None]:
    """Run another study, in which one of two participants' inboxes cannot be read."""
    two = study.with_name(f"{study.name} of two")
    [person] = (study / "inbox").iterdir()
    failing = f"{person.name}-2"
    for name in (person.name, failing):
        shutil.copytree(person, two / "inbox" / name)
    shutil.copy(study / "study.toml", two)
    real = module.load_files

    def load(store: Any, files: Any, say: Any) -> Any:
        if any(file.participant_id == failing for file in files):
            raise OSError("made to fail")
        return real(store, files, say)

    with patch.dict(os.environ, {module.STUDY_VARIABLE: str(two)}), patch.object(module, "load_files", load):
        yield
    written = [(two / "reports" / f"{name}.html").exists() for name in (person.name, failing)]
    print(f"reports of the two: {written}")


@contextmanager
def damaged(study: Path) -> Iterator[None]:
    database = study / "painstats.duckdb"
    for left in study.glob("painstats.duckdb*"):
        left.unlink()
    database.write_bytes(b"no database" * 500)
    yield
    database.unlink()


def nights(canary: str) -> dict[str, Callable[[Path], Any]]:
    """Return a name for each way to fail, and what makes a night fail in it."""
    value = f"could not convert '{canary}' to float"
    return {
        "a bug in a source": lambda _: patch.object(reading, "read_export", fail(KeyError(value))),
        "a refused file": nothing,
        "a bug in a task": lambda _: patch.object(module, "load_files", fail(ValueError(value))),
        "one of two inboxes": one_of_two_inboxes,
        "a panic": lambda _: patch.object(module, "answer", fail(PanicError(value))),
        "a file": lambda _: patch.object(module, "answer", fail(PermissionError(13, "denied", f"/{canary}/diary.csv"))),
        "a bug in the flow": lambda _: patch.object(module, "_leave_artifacts", fail(ValueError(value))),
        "no inbox": no_inbox,
        "another run": another_run,
        "overlap": another_run_between_the_tasks,
        "damage": damaged,
    }


def main(study: str, canary: str) -> None:
    module.start_local_server()
    module.refresh_global_settings_context()
    for name, spoilt in nights(canary).items():
        with spoilt(Path(study)):
            try:
                module.nightly()
                print(f"{name}: done")
            except module.StepFailedError as error:
                print(f"{name}: {error.exit_code}: {error}")
            except BaseException as error:
                print(f"{name}: {type(error).__name__} came through the door")


if __name__ == "__main__":
    main(*sys.argv[1:])
