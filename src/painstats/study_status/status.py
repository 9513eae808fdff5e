"""The types of a study's state: counts, dates and codes, no values of participants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from painstats.store.run_log import LoggedRun

STRIP_DAYS = 28
NIGHTS = 15
LATELY_DAYS = 7


class ProblemKind(StrEnum):
    """What kind of attention something needs."""

    INBOX = "inbox"
    RUN = "run"
    FILE = "file"
    STOPPED = "stopped"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that needs a hand.

    Parameters
    ----------
    kind
        What kind of thing.
    rule
        Its reason in a word: the rule by which a file was refused, for example.
    participant_id, number
        Whom it concerns, by id and by number; None if it concerns no single participant.
    subject
        What it is about: the name of a file, or "diary".
    why, advice
        What was found, and what to do about it. For the operator: they may name files and columns.
    public_why, public_advice
        The same without names, for logs and notifications.
    """

    kind: ProblemKind
    rule: str
    participant_id: str | None
    number: int | None
    subject: str
    why: str
    advice: str
    public_why: str
    public_advice: str


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of data of a participant: "steps", "sleep" or "diary".

    Parameters
    ----------
    last
        The last valid day; None if there never was one.
    days
        Whether each of the 28 days before today is valid, the earliest first.
    is_overdue
        Whether it has stopped: the last day is longer ago than the plan's patience.
    """

    name: str
    last: date | None
    days: tuple[bool, ...]
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """What one participant sends.

    Parameters
    ----------
    number
        The participant's number: the place of the id among those of all participants, from 1.
    today
        The date where the participant lives.
    streams
        Steps, sleep and diary.
    is_expected
        Whether data are still expected: the study is not over, and the participant has not finished.
    """

    participant_id: str
    number: int
    today: date
    streams: tuple[Stream, ...]
    is_expected: bool = True

    @property
    def overdue(self) -> tuple[Stream, ...]:
        """The streams that have stopped."""
        return tuple(stream for stream in self.streams if stream.is_overdue)

    @property
    def has_stopped_all(self) -> bool:
        """Whether every kind of data that was ever sent has stopped."""
        return bool(self.overdue) and all(stream.is_overdue for stream in self.streams if stream.last)

    @property
    def last(self) -> date | None:
        """The last valid day of any kind."""
        return max((stream.last for stream in self.streams if stream.last), default=None)

    def days_since(self, stream: Stream) -> int:
        """Return how many days ago the last valid day of a stream was; 0 without one."""
        return (self.today - stream.last).days if stream.last else 0


class NightState(StrEnum):
    """How a night's last run ended."""

    NONE = "none"
    FINISHED = "finished"
    PROBLEMS = "problems"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Night:
    """One date and the last run that began on it; ``seconds`` is None if none did, or it was killed."""

    date: date
    state: NightState
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change that explains a difference and needs nothing by itself: another device, or an unlikely time zone."""

    participant_id: str | None
    number: int | None
    what: str


@dataclass(frozen=True, slots=True)
class StudyStatus:
    """The state of a study at one instant.

    Parameters
    ----------
    study
        The study's name.
    at
        The instant, in UTC; ``today`` is the date in the study's time zone.
    last_run
        The last run; None before the first.
    problems
        What needs a hand.
    senders
        Every participant, those who stopped first.
    nights
        The last 15 dates with their runs, the earliest first.
    changes
        Devices that changed and time zones in doubt, of the last weeks.
    answer_days
        How many participants reach a look within a week.
    medicine_notices, quarantined_rows
        How many participants' reports begin with a notice, and how many rows were rejected.
    """

    study: str
    at: datetime
    today: date
    last_run: LoggedRun | None
    problems: tuple[Problem, ...]
    senders: tuple[Sender, ...]
    nights: tuple[Night, ...]
    changes: tuple[Change, ...] = ()
    answer_days: int = 0
    medicine_notices: int = 0
    quarantined_rows: int = 0

    @property
    def files_sent(self) -> int:
        """How many files the inbox held in the last run."""
        return sum(self.last_run.files.values()) if self.last_run else 0

    @property
    def files_read(self) -> int:
        """How many of them were read, then or earlier."""
        files = self.last_run.files if self.last_run else {}
        return sum(files.get(status, 0) for status in ("loaded", "known", "withdrawn"))

    @property
    def sent_lately(self) -> int:
        """How many participants sent something in the last 7 days."""
        return sum(1 for each in self.senders if each.last and (each.today - each.last).days <= LATELY_DAYS)

    def of_kind(self, kind: ProblemKind) -> Sequence[Problem]:
        """Return the problems of one kind."""
        return [problem for problem in self.problems if problem.kind is kind]
