"""A temporary study of the files that a person gives, in which they are read."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread
from time import perf_counter

from painstats.commands.my_outcome import Rated, rated_in
from painstats.intake.candidates import FileOutcome
from painstats.intake.load_files import Say
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.plan.study import Study
from painstats.run import list_inbox, load_files, prepare
from painstats.store import Store


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """What happened to each file, the seconds that it took, and what the files rate."""

    outcomes: tuple[FileOutcome, ...]
    seconds: float
    rated: list[Rated]


def fill_inbox(study: Study, paths: Sequence[Path]) -> None:
    """Link to the files where they are; a second file of the same name goes into a folder of its own."""
    inbox = study.inbox / SOLE_PARTICIPANT
    for number, path in enumerate(paths):
        place = inbox / path.name
        if place.exists():
            place = inbox / str(number) / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        _link(path.resolve(), place)


def _link(path: Path, place: Path) -> None:
    place.symlink_to(path, target_is_directory=path.is_dir())


def read_files(store: Store, say: Say) -> ReadFiles:
    """Read what is in the inbox, before it is decided what is asked of it."""
    prepare(store, say, is_recorded=False)  # the plan follows from the files
    started = perf_counter()
    outcomes = load_files(store, list_inbox(store.study), say)
    return ReadFiles(outcomes, perf_counter() - started, rated_in(store))


@contextmanager
def preloaded() -> Iterator[None]:
    """Load the statistics and the pages while files are read: the database reads on another processor meanwhile."""
    loading = Thread(target=_load, name="loading")
    loading.start()
    try:
        yield
    finally:
        loading.join()


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Let Python look for cycles rarely: it finds few here, and looking takes a fifteenth of the time of a report."""
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


RARELY = (100_000, 50, 100)
"""Thresholds of the garbage collector; Python's own are (700, 10, 10)."""


def _load() -> None:
    for module in LOADED:
        with suppress(ImportError):  # where it is needed, the error is reported
            import_module(module)


LOADED = ("painstats.questions.daily.fit", "painstats.reports.write")
"""Modules that take longest to load, in the order in which they are needed."""
