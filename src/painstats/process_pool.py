"""The same work for many tasks in several processes: answers in the order of the tasks, whichever is done first.

Each process is a fresh interpreter with nothing inherited: no open database, no locks, no threads. It gets its tasks
one by one and ends as soon as the process that started it does.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, TypeVar

from painstats.operating_system import processors

MOST_PROCESSES = 8
AT_ONCE = 2
"""Tasks that a process has at a time: the one that it works on, and the next."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Lost:
    """The answer to a task whose process ended: killed, out of memory, or failed in an unforeseen way."""

    reason: str


@dataclass(slots=True, eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    connection: Connection
    tasks: deque[int] = field(default_factory=deque)


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
    pending: dict[int, Task] = {}
    answers: dict[int, Answer | Lost] = {}
    workers = [_start(processes) for _ in range(processes)]
    numbered = enumerate(tasks)
    asked_for = 0
    try:
        while True:
            _hand_out(function, numbered, workers, pending)
            while asked_for in answers:
                pending.pop(asked_for)
                yield answers.pop(asked_for)
                asked_for += 1
                _hand_out(function, numbered, workers, pending)
            if not pending:
                return
            _collect(function, workers, pending, answers, processes)
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.wait()
            worker.connection.close()


def _hand_out(
    function: Callable[[Task], Answer],
    numbered: Iterator[tuple[int, Task]],
    workers: list[_Worker],
    pending: dict[int, Task],
) -> None:
    """Give the next tasks to those who have least to do."""
    while len(pending) < AT_ONCE * len(workers):
        worker = min(workers, key=lambda each: len(each.tasks))
        if len(worker.tasks) >= AT_ONCE:
            return
        following = next(numbered, None)
        if following is None:
            return
        number, task = following
        pending[number] = task
        _send(function, worker, number, task)


def _send(function: Callable[..., Any], worker: _Worker, number: int, task: object) -> None:
    worker.tasks.append(number)
    with suppress(OSError):  # it has ended; its end of the connection says so in a moment
        worker.connection.send((function, task))


def _collect(
    function: Callable[[Task], Answer],
    workers: list[_Worker],
    pending: dict[int, Task],
    answers: dict[int, Answer | Lost],
    processes: int,
) -> None:
    """Wait until somebody answers or ends."""
    ready = wait([worker.connection for worker in workers])
    for place, worker in enumerate(workers):
        if worker.connection not in ready:
            continue
        try:
            answer = worker.connection.recv()
        except (EOFError, OSError):
            workers[place] = _replace(function, worker, pending, answers, processes)
            continue
        answers[worker.tasks.popleft()] = answer


def _replace(
    function: Callable[[Task], Answer],
    ended: _Worker,
    pending: dict[int, Task],
    answers: dict[int, Answer | Lost],
    processes: int,
) -> _Worker:
    """Start a process in place of one that ended: its task is lost, those behind it are not."""
    ended.process.kill()
    ended.process.wait()
    ended.connection.close()
    fresh = _start(processes)
    if ended.tasks:
        answers[ended.tasks.popleft()] = Lost("the process that worked on it was ended")
    for number in ended.tasks:
        _send(function, fresh, number, pending[number])
    return fresh


def _start(processes: int) -> _Worker:
    ours, theirs = Pipe()
    threads = str(max(1, processors() // processes))
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(theirs.fileno())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # a trace can hold values
        pass_fds=[theirs.fileno()],
        start_new_session=True,  # Ctrl-C is for the process that started it
        env={**os.environ, "POLARS_MAX_THREADS": threads, "OPENBLAS_NUM_THREADS": "1"},
    )
    theirs.close()
    return _Worker(process, ours)


# --- in the other process ---


def _serve(connection: Connection) -> None:
    """Answer task after task."""
    tasks: queue.SimpleQueue[tuple[Callable[[Any], Any], Any]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, tasks), daemon=True).start()
    while True:
        function, task = tasks.get()
        try:
            answer = function(task)
        except Exception as error:  # its text may hold values, the name of its type does not
            answer = Lost(type(error).__name__)
        connection.send(answer)


def _receive(connection: Connection, tasks: queue.SimpleQueue[Any]) -> None:
    """Take in tasks, and end with the process that sends them, even in the middle of one."""
    try:
        while True:
            tasks.put(connection.recv())
    except (EOFError, OSError):
        os._exit(1)


if __name__ == "__main__":
    # The functions that arrive name their modules; an answer's class must be that of the module, not of __main__.
    from painstats import process_pool as processes

    processes._serve(Connection(int(sys.argv[1])))
