"""What needs a hand, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import PurePosixPath

from painstats.errors import StudyError
from painstats.intake.lost_inbox import check_inbox
from painstats.plan.study import Study
from painstats.questions.date_words import date_words
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, counted, listed
from painstats.questions.question import outcome_of
from painstats.store import Store
from painstats.store.checksum import Record, read_record
from painstats.store.damage import moment
from painstats.store.rows import select
from painstats.store.runs import unfinished_run
from painstats.store.stages import damaged_files
from painstats.study_status.status import Problem, ProblemKind, Sender, Stream

LOOK = "painstats status shows the file and what to do"

CUT_SHORT = frozenset({"zip_broken", "xml_truncated", "json_truncated", "file_unreadable", "empty_file", "zip_empty"})
"""Rules that speak for a copy that did not arrive whole."""

ASK = {
    "steps": "ask whether the device is still worn and exported",
    "sleep": "ask whether the device is still worn at night and exported",
    "diary": "ask whether they want to go on",
}
"""What to do where one kind of data has stopped."""


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """The last that the ledger says of a file, if it was refused."""

    participant_id: str | None
    file_name: str
    rule: str | None
    message: str | None


REFUSED = """
SELECT participant_id, file_name, rule, message FROM import
QUALIFY row_number() OVER (PARTITION BY participant_id, file_name ORDER BY import_id DESC) = 1 AND status = 'refused'
ORDER BY participant_id NULLS FIRST, file_name
"""


def problems(
    store: Store, senders: Sequence[Sender], numbers: Mapping[str, int], *, is_running: bool
) -> tuple[Problem, ...]:
    """Return what needs a hand: the inbox and the last run first, then files, then who has stopped.

    Parameters
    ----------
    is_running
        Whether a run of this process is under way, which cannot have been cut short.
    """
    found = [*_inbox(store), *([] if is_running else _run(store))]
    found += [_file(each, numbers) for each in refused_files(store)]
    return (*found, *_stopped(store.study, senders))


def refused_files(store: Store) -> list[RefusedFile]:
    """Return the files that were refused when they were last read, and are still in the inbox."""
    return [each for each in select(store, RefusedFile, REFUSED) if _is_present(store.study, each.file_name)]


def _is_present(study: Study, name: str) -> bool:
    """Whether a file of the inbox, or the zip that it is in, is there and not ignored."""
    parts = PurePosixPath(name).parts
    ends = range(len(parts), 0, -1)
    path = next((path for end in ends if (path := study.inbox.joinpath(*parts[:end])).exists()), None)
    if path is None or (path.is_dir() and path != study.inbox.joinpath(*parts)):
        return False
    below = str(path.relative_to(study.inbox))
    return not any(fnmatch(path.name, pattern) or fnmatch(below, pattern) for pattern in study.plan.inbox.ignore)


# --- the study ---


def _inbox(store: Store) -> Iterator[Problem]:
    try:
        check_inbox(store)
    except StudyError as error:
        why, _, advice = str(error).partition("; ")
        yield Problem(
            ProblemKind.INBOX, "inbox_lost", None, None, "inbox", why, capital(advice), "The inbox is missing or empty",
            "check that its disk or network share is mounted",
        )  # fmt: skip


def _run(store: Store) -> Iterator[Problem]:
    unfinished = unfinished_run(read_record(store.study) or Record())
    if unfinished:
        why, advice = f"The run that began on {moment(unfinished)} did not finish", "painstats run does the rest"
        yield Problem(ProblemKind.RUN, "unfinished", None, None, "run", why, capital(advice), why, advice)
    damaged = damaged_files(store)
    if damaged:
        why = f"Missing or damaged: {', '.join(damaged)}"
        public = f"{counted(len(damaged), 'report or table')} missing or damaged"
        advice = "The next run writes them again"
        yield Problem(ProblemKind.REPORT, "damaged", None, None, "reports", why, advice, public, advice)


# --- files ---


def _file(file: RefusedFile, numbers: Mapping[str, int]) -> Problem:
    rule, name = file.rule or "unknown", PurePosixPath(file.file_name).name
    why, advice = _parted(file.message or rule, file.file_name)
    advice = advice or "Repair it, remove it, or name it in [inbox] ignore of study.toml"
    public = "ask for a new copy" if rule in CUT_SHORT else LOOK
    return Problem(
        ProblemKind.FILE, rule, file.participant_id, numbers.get(file.participant_id or ""), name, capital(why),
        capital(advice), f"A file was refused ({rule})", public,
    )  # fmt: skip


def _parted(message: str, file_name: str) -> tuple[str, str]:
    """Part a message of a refusal into what was found and what to do, and leave out the name of the file."""
    for name in (file_name, PurePosixPath(file_name).name):
        message = message.removeprefix(f"{name}: ").removeprefix(f"{name} ")
    why, _, advice = message.partition("; ")
    return why, advice


# --- participants ---


def _stopped(study: Study, senders: Sequence[Sender]) -> Iterator[Problem]:
    stopped = [sender for sender in senders if sender.overdue]
    expected = [sender for sender in senders if sender.is_expected and sender.last]
    if len(expected) > 1 and all(sender.has_stopped_all for sender in expected):
        yield _all_stopped(expected)
        return
    for sender in stopped:
        yield from _of_sender(study, sender)


def _all_stopped(senders: Sequence[Sender]) -> Problem:
    last = max(sender.last for sender in senders if sender.last)
    why = f"No participant has sent data since {date_words(last)}"
    advice = "check that exports still reach the inbox. If the study is over, write last_date under [nightly]"
    return Problem(
        ProblemKind.STOPPED, "all_stopped", None, None, "all participants", why, capital(advice), why,
        "check that exports still reach the inbox",
    )  # fmt: skip


def _of_sender(study: Study, sender: Sender) -> Iterator[Problem]:
    if sender.has_stopped_all and sender.last:
        days = (sender.today - sender.last).days
        why = f"No data since {date_words(sender.last)} ({counted(days, 'day')})"
        yield _problem(sender, "all sources", "stopped", why, "ask for a new export")
        return
    label = outcome_words(outcome_of(study.plan.outcome)).label
    names = {"steps": "steps", "sleep": "sleep", "diary": f"{label} score"}
    for stream in sender.overdue:
        what = f"No {names[stream.name]} since {date_words(_last(stream))}"
        why = f"{what} ({counted(sender.days_since(stream), 'day')})"
        yield _problem(sender, stream.name, f"{stream.name}_stopped", why, ASK[stream.name])


def _last(stream: Stream) -> date:
    assert stream.last is not None
    return stream.last


def _problem(sender: Sender, subject: str, rule: str, why: str, advice: str) -> Problem:
    advice_here = f"{capital(advice)}. Name those who have finished under finished in [nightly]"
    return Problem(
        ProblemKind.STOPPED, rule, sender.participant_id, sender.number, subject, why, advice_here, why, advice
    )


def stopped_words(sender: Sender) -> str:
    """Name what a participant has stopped sending: "Diary stopped 11 days ago"."""
    names = listed([stream.name for stream in sender.overdue])
    days = min(sender.days_since(stream) for stream in sender.overdue)
    return f"{capital(names)} stopped {counted(days, 'day')} ago"
