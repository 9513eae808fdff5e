"""The same work for many tasks in several processes: answers in the order of the tasks, whichever is done first.

Each process is a fresh interpreter with nothing inherited: no open database, no locks, no threads. It gets its tasks
one by one and ends as soon as the process that started it does.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import chain, islice, tee
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from painstats.interruption import uninterrupted
from painstats.operating_system import processors

MOST_PROCESSES = 8
AT_ONCE = 2
"""Tasks under way or not yet yielded, for each process: the one that it works on, and the next."""

LEAST_TASKS = 60
"""Tasks from which further processes are started: each takes a second to load what models need."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Lost:
    """The answer to a task whose process ended: killed, out of memory, or failed in an unforeseen way."""

    reason: str


def default_processes() -> int:
    """Return how many processes are worth while on this machine."""
    return min(processors(), MOST_PROCESSES)


def in_processes(function: Callable[[Task], Answer], tasks: Iterable[Task], processes: int) -> Generator[Answer | Lost]:
    """Apply a function to tasks in several processes.

    Parameters
    ----------
    function
        A function at the top of a module. Tasks and answers must be small: they are pickled.
    tasks
        Drawn from as processes become free; at most ``AT_ONCE`` for each process are under way and not yet yielded.
    processes
        How many.

    Yields
    ------
    One answer for each task, in order. A task whose process ended gives :class:`Lost`; the others are not touched.
    """
    _start_tracker()
    remaining, pending = iter(tasks), deque[ProcessFuture[Answer]]()
    n_threads = max(1, processors() // processes)
    pool = ProcessPool(processes, initializer=_begin, initargs=(n_threads,), context=_Context())
    try:
        while True:
            for task in islice(remaining, AT_ONCE * processes - len(pending)):
                pending.append(pool.schedule(function, (task,)))
            if not pending:
                return
            answer = _answer(pending.popleft())
            yield answer
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


_in_use = ContextVar("processes in use", default=1)


@contextmanager
def using(processes: int) -> Iterator[None]:
    """Let :func:`for_each` use so many processes inside the block; outside one it works in this process."""
    before = _in_use.set(processes)
    try:
        yield
    finally:
        _in_use.reset(before)


def for_each(function: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[Answer]:
    """Apply a function to tasks, in several processes if they are allowed (:func:`using`) and there are enough tasks.

    Parameters
    ----------
    function
        As for :func:`in_processes`. It must give the same in any process.
    tasks
        Drawn from while the answers are.

    Yields
    ------
    One answer for each task, in order. What a process that ended did not answer is done here.
    """
    remaining, processes = iter(tasks), _in_use.get()
    first = list(islice(remaining, LEAST_TASKS)) if processes > 1 else []
    if len(first) < LEAST_TASKS:
        yield from map(function, chain(first, remaining))
        return
    given, sent = tee(chain(first, remaining))
    for task, answer in zip(given, in_processes(function, sent, processes), strict=True):
        yield function(task) if isinstance(answer, Lost) else answer


def _answer(future: ProcessFuture[Answer]) -> Answer | Lost:
    try:
        return future.result()
    except ProcessExpired:
        return Lost("the process that worked on it was ended")
    except Exception as error:  # its text may hold values, the name of its type does not
        return Lost(type(error).__name__)


def _start_tracker() -> None:
    """Start the process in which Python keeps track of semaphores: if this one is killed, it removes them silently."""
    before = os.environ.get("PYTHONWARNINGS", "")
    os.environ["PYTHONWARNINGS"] = f"{before},ignore:resource_tracker".lstrip(",")
    try:
        resource_tracker.ensure_running()
    finally:
        os.environ["PYTHONWARNINGS"] = before


class _Process(SpawnProcess):
    """A new interpreter that does not import the program's own module, and that leaves Ctrl-C to this process.

    That module may be Prefect's, which takes seconds, or a script that would start its work once more.
    """

    def start(self) -> None:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            # A process that lost its parent before it was told what to do would end with a trace.
            with uninterrupted(), without_main_module():
                super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


@contextmanager
def without_main_module() -> Iterator[None]:
    """Start processes that do not import the program's own module."""
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _Context(SpawnContext):
    Process = _Process


# --- in the other process ---


def _begin(n_threads: int) -> None:
    os.environ |= {"POLARS_MAX_THREADS": str(n_threads), "OPENBLAS_NUM_THREADS": "1"}  # not imported yet
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # a trace can hold values
        os.dup2(nowhere, stream)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End with the process that started this one, even in the middle of a task."""
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)
