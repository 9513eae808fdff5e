"""The sentences about a study's state that the page, ``painstats status`` and notifications share."""

from __future__ import annotations

from painstats.errors import QUARANTINED_EXIT_CODE
from painstats.questions.phrases import listed
from painstats.store.run_log import LoggedRun
from painstats.study_status.nights import state_of
from painstats.study_status.problems import stopped_words
from painstats.study_status.status import NightState, ProblemKind, Sender, StudyStatus

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

PATCHY_SHARE = 0.6
"""Share of the last 28 nights below which they are called patchy."""


def lead_words(status: StudyStatus) -> tuple[str, str, str]:
    """Return the state of the last run in a sentence of three parts; the second is to be set in bold."""
    run = status.last_run
    if run is None:
        return "This study has ", "not been run yet", "."
    reasons = _reasons(status, run)
    start = f"{_which(status, run)} "
    state = state_of(run)
    if run.finished_at is None:
        return start, "did not finish", _because(reasons)
    if state is NightState.FAILED:
        return start, "failed", _because(reasons)
    if reasons:
        return start, "finished with problems", _because(reasons)
    return start, "finished without problems", "."


def _which(status: StudyStatus, run: LoggedRun) -> str:
    return "Today's run" if run.began.astimezone(status.at.tzinfo).date() == status.at.date() else "The last run"


def _because(reasons: list[str]) -> str:
    return f": {listed(reasons)}." if reasons else "."


def _reasons(status: StudyStatus, run: LoggedRun) -> list[str]:
    files, failed = len(status.of_kind(ProblemKind.FILE)), run.files.get("failed", 0)
    stopped = sum(bool(sender.overdue) for sender in status.senders)
    waiting = run.files.get("waiting", 0)
    have_stopped = _plural(stopped, "participant has", "participants have")
    return [
        *(["the inbox is missing or empty"] if status.of_kind(ProblemKind.INBOX) else []),
        *([f"{_number(files)} {_plural(files, 'file was', 'files were')} refused"] if files else []),
        *([f"{_number(failed)} {_plural(failed, 'file', 'files')} could not be read"] if failed else []),
        *([f"{_number(stopped)} {have_stopped} stopped sending"] if stopped else []),
        *(["some rows were rejected"] if run.exit_code == QUARANTINED_EXIT_CODE else []),
        *([f"{_number(waiting)} {_plural(waiting, 'file was', 'files were')} still being written"] if waiting else []),
    ]


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def _plural(number: int, one: str, several: str) -> str:
    return one if number == 1 else several


def sender_words(sender: Sender) -> str:
    """Say in a few words what a participant sends: "Sends all", "Nothing for 9 days", "No steps"."""
    if sender.last is None:
        return "Nothing yet"
    if not sender.is_expected:
        return "Has finished"
    if sender.has_stopped_all:
        return f"Nothing for {(sender.today - sender.last).days:,} days"
    if sender.overdue:
        return stopped_words(sender)
    never = [stream.name for stream in sender.streams if stream.last is None]
    sleep = next((stream for stream in sender.streams if stream.name == "sleep" and stream.last), None)
    is_patchy = sleep is not None and sum(sleep.days) < PATCHY_SHARE * len(sleep.days)
    words = f"No {' and no '.join(never)}" if never else "Sends all"
    return f"{words}, nights patchy" if is_patchy else words
