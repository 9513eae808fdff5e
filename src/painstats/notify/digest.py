"""What a notification says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from painstats.study_status.nights import state_of
from painstats.study_status.status import Change, NightState, Problem, StudyStatus
from painstats.study_status.words import lead_words

HERE = "painstats status, on the machine of the study, shows ids, files and what to do."

WHAT_FAILED = {
    2: "study.toml or the inbox cannot be used",
    5: "another process is using the study",
    6: "the database or the disk cannot be used",
}
"""Why a run could not be done, by its exit code."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A message about one run.

    Parameters
    ----------
    mark
        A short hash of the study's folder, which tells studies apart and does not name them.
    state
        ``finished``, ``problems`` or ``failed``.
    subject, lines
        The message; the first line is a whole sentence.
    counts
        The numbers in it, for programs.
    """

    mark: str
    state: NightState
    subject: str
    lines: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def text(self) -> str:
        """The lines as a text."""
        return "\n".join(self.lines) + "\n"


def study_mark(folder: Path) -> str:
    """Return a short hash of the path of a study folder: 8 hex digits."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:8]


def digest_of(folder: Path, status: StudyStatus) -> Digest:
    """Write what the operator should know after a run."""
    state = state_of(status.last_run) if status.last_run else NightState.NONE
    if state is NightState.FINISHED and status.problems:
        state = NightState.PROBLEMS
    counts = {
        "files_sent": status.files_sent,
        "files_read": status.files_read,
        "rows_new": status.last_run.rows_new if status.last_run else 0,
        "participants": len(status.senders),
        "participants_sent_lately": status.sent_lately,
        "needs_hand": len(status.problems),
    }
    lines = [
        "".join(lead_words(status)),
        f"Files read: {counts['files_read']:,} of {counts['files_sent']:,}. New rows: {counts['rows_new']:,}. "
        f"Sent in the last 7 days: {counts['participants_sent_lately']:,} of {counts['participants']:,} participants.",
        *_section("Needs a hand:", [_hand_line(problem) for problem in status.problems]),
        *_section("Changed:", [_change_line(change) for change in status.changes]),
        HERE,
    ]
    mark = study_mark(folder)
    return Digest(mark, state, f"painstats {mark}: {_state_words(state)}", tuple(lines), counts)


def failure_digest(folder: Path, exit_code: int) -> Digest:
    """Write that a run could not be done."""
    mark, why = study_mark(folder), WHAT_FAILED.get(exit_code, "an unforeseen error")
    lines = (f"The run failed: {why} (exit code {exit_code}).", "painstats run shows the details.")
    return Digest(mark, NightState.FAILED, f"painstats {mark}: failed", lines, {"exit_code": exit_code})


def _state_words(state: NightState) -> str:
    return {NightState.PROBLEMS: "finished with problems", NightState.FAILED: "failed"}.get(state, "finished")


def _section(heading: str, lines: list[str]) -> list[str]:
    return [heading, *(f"- {line}" for line in lines)] if lines else []


def _hand_line(problem: Problem) -> str:
    return f"{_whom(problem.number)}{problem.public_why}: {problem.public_advice}"


def _change_line(change: Change) -> str:
    return f"{_whom(change.number)}{change.what}"


def _whom(number: int | None) -> str:
    return f"participant {number}: " if number else ""
