"""The last runs in counts, in a file next to the database: those that changed nothing, failed or were killed too.

A run without news leaves the database as it was, and one that failed may not have opened it; both are here. The file
holds times, exit codes and counts, no ids and no file names. ``painstats forget`` removes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime

from painstats.plan.study import Study
from painstats.store.durable import write_durably

RUN_LOG_FILE = ".painstats.runs"
MOST_RUNS = 60


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """One run.

    Parameters
    ----------
    started_at, finished_at
        ISO 8601 in UTC; ``finished_at`` is None for a run that was killed, as is ``exit_code``.
    exit_code
        As the command ended.
    files
        Status (``loaded``, ``known``, ``refused``, …) to the number of files of the inbox.
    rows_new
        Rows that were new.
    failure
        The kind of error that ended the run before it wrote anything; empty if none did.
    """

    started_at: str
    finished_at: str | None = None
    exit_code: int | None = None
    files: Mapping[str, int] = field(default_factory=dict)
    rows_new: int = 0
    failure: str = ""

    @property
    def began(self) -> datetime:
        """When it began."""
        return datetime.fromisoformat(self.started_at)

    @property
    def seconds(self) -> float | None:
        """How long it took; None for a run that was killed."""
        if self.finished_at is None:
            return None
        return max(0.0, (datetime.fromisoformat(self.finished_at) - self.began).total_seconds())


def logged_runs(study: Study) -> list[LoggedRun]:
    """Return the last runs, the oldest first; none if the file is missing or unreadable."""
    with suppress(OSError, ValueError, TypeError):
        return [LoggedRun(**run) for run in json.loads((study.folder / RUN_LOG_FILE).read_bytes())]
    return []


def log_run(study: Study, run: LoggedRun) -> None:
    """Add a run, or replace what was logged of it earlier.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    others = [each for each in logged_runs(study) if each.started_at != run.started_at]
    kept = sorted([*others, run], key=lambda each: each.started_at)[-MOST_RUNS:]
    write_durably(study.folder / RUN_LOG_FILE, json.dumps([asdict(each) for each in kept]).encode())
