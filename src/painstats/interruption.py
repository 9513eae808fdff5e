"""End at once on Ctrl-C, SIGTERM or a closed terminal, wherever the program is, and leave no temporary folder behind.

A signal does not raise an exception: raised inside DuckDB, polars or an import, an exception is swallowed, deadlocks
their threads or crashes them on the way out. Instead a thread that does nothing but wait for signals replaces the
process (``exec``), which ends all its threads, native ones included, and releases its locks. What takes its place is
this file, run as a script: it removes the temporary folders and ends with 128 + the signal's number. The database needs
no more than that: what was not committed is gone, as after a power cut.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130
MESSAGE = "painstats: interrupted; whatever was not finished has been undone. Run the command again to continue"
PATIENCE_S = 10.0
"""How long a process that is reading may take to notice that this one has ended, and the main thread to be ended."""

_folders: set[Path] = set()
_given_tmpdir = os.environ.get("TMPDIR")
_message = MESSAGE
_changing = threading.Lock()
_watch: threading.Thread | None = None


def end_on_signals() -> None:
    """End this process whenever a signal arrives. Called once, in the main thread of a process that is ours alone."""
    global _watch
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a background job of a script
            signal.signal(number, _noted)
    _watch = threading.Thread(target=_wait_for_signal, args=(reading,), name="signals", daemon=True)
    _watch.start()


def say_when_interrupted(message: str) -> None:
    """Say something else than that the command can be run again."""
    global _message
    _message = message


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let a signal wait for the end of the block, which must be short."""
    with _changing:
        yield


@contextmanager
def removed_if_interrupted(*folders: Path) -> Iterator[None]:
    """Remove folders, which need not exist yet, if a signal ends the process inside the block."""
    with _changing:
        _folders.update(folders)
    try:
        yield
    finally:
        with _changing:
            _folders.difference_update(folders)


@contextmanager
def private_temporary_folder() -> Iterator[None]:
    """Put every temporary file of this process and of those that it starts into one private folder.

    The folder is removed at the end of the block, or by a signal that comes before.
    """
    with _changing:  # no signal comes between the folder and the note of it
        folder = Path(tempfile.mkdtemp(prefix="painstats-"))
        _folders.add(folder)
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        shutil.rmtree(folder)


def leave(code: int) -> NoReturn:
    """End the process with a code at once: native threads can crash while Python takes itself down."""
    with suppress(OSError, ValueError):  # closed meanwhile
        sys.stderr.flush()
    os._exit(code)


def become(command: Sequence[str]) -> NoReturn:
    """Replace this process by another program, which gets the signals from then on.

    The temporary folders are removed first, and the program has the ``TMPDIR`` that this process was started with.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    with _changing:
        for folder in _folders:
            shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop("TMPDIR", None)
    if _given_tmpdir is not None:
        os.environ["TMPDIR"] = _given_tmpdir
    os.execv(command[0], list(command))


def interrupted() -> int:
    """Return the exit code of Ctrl-C that a library raised; where signals are waited for, they end the process."""
    if _watch:
        _watch.join(PATIENCE_S)
    print(_message, file=sys.stderr)
    return INTERRUPTED


def _noted(number: int, frame: FrameType | None) -> None:
    """Do nothing: the number of the signal has been written to the pipe by now."""
    del number, frame


def _wait_for_signal(reading: int) -> None:
    number = 0
    while number not in SIGNALS:
        number = os.read(reading, 1)[0]
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # a second Ctrl-C must not stop the removal
    with _changing:
        words = [str(128 + number), _message, *map(str, _folders)]
        os.execv(sys.executable, [sys.executable, "-I", "-S", __file__, *words])


# --- in place of the process that was interrupted ---


def _remove(folder: str) -> None:
    """Remove a folder into which a process that is about to end may still write."""
    until = time.monotonic() + PATIENCE_S
    while os.path.lexists(folder) and time.monotonic() < until:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.01)


if __name__ == "__main__":
    code, message, *doomed = sys.argv[1:]
    for each in doomed:
        _remove(each)
    print(message, file=sys.stderr)
    raise SystemExit(int(code))
