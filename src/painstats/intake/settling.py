"""Leave files that are still being written for the next run: those that change while a run watches them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from painstats.intake.inbox import list_inbox
from painstats.intake.inbox_file import InboxFile
from painstats.plan.study import Study

STILL_WRITTEN = "still_written"
"""Rule of a file that waits because it grew while the run watched it."""

CHANGED = "file_changed"
"""Rule of a file that waits because it changed while it was read."""

FileTimes = tuple[int, int]
"""Size in bytes and time of the last change in nanoseconds; of a folder, the sum and the latest."""


def with_unsettled_marked(
    files: Sequence[InboxFile],
    settle_seconds: float,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.time,
) -> list[InboxFile]:
    """Watch the files that changed a moment ago, once and together, and mark those that change meanwhile.

    Parameters
    ----------
    files
        The inbox.
    settle_seconds
        How recently a file must have changed to be watched, and how long it is watched. 0 watches none.
    pause, clock
        Wait for some seconds; tell the time in seconds since 1970.

    Returns
    -------
    The same files in the same order; those that are still being written have ``is_unsettled``.
    """
    since_ns = int((clock() - settle_seconds) * 1e9)
    before = {file.name: times for file in files if (times := _times(file.path))[1] >= since_ns}
    if not before or not settle_seconds:
        return list(files)
    pause(settle_seconds)
    growing = {file.name for file in files if file.name in before and _times(file.path) != before[file.name]}
    return marked(files, growing)


def marked(files: Sequence[InboxFile], unsettled: Collection[str]) -> list[InboxFile]:
    """Mark the files with these names as still being written."""
    return [replace(file, is_unsettled=True, archive=None) if file.name in unsettled else file for file in files]


def names_still_written(study: Study) -> frozenset[str]:
    """Watch the inbox of a whole study, and name the files that are still being written.

    The shards of a study get these names: watching apart, two of them could decide differently about a file.
    """
    files = with_unsettled_marked(list_inbox(study), study.plan.nightly.settle_seconds)
    return frozenset(file.name for file in files if file.is_unsettled)


def _times(path: Path) -> FileTimes:
    """Return what changes when a file is written to; (0, 0) for one that is gone."""
    found = [each.stat() for each in _files(path) if each.exists()]
    return sum(each.st_size for each in found), max((each.st_mtime_ns for each in found), default=0)


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, _, names in os.walk(path):
        yield from (Path(folder) / name for name in names)
