"""What the page for a clinic visit is made of."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.reports.pages import Cell, Chart

MONTHS_ON_PHONES = 6


@dataclass(frozen=True, slots=True)
class Header:
    """The top of the page: title, whose it is (empty on one's own), the period and the scale, and two means."""

    title: str
    code: Cell
    about: str
    mean: str
    mean_words: str
    before: str


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since the last visit: a heading with a note, and a few sentences."""

    heading: str
    note: str
    points: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class FirmRow:
    """One of the firmest answers: name, a detail below it, the answer, and what it does not mean.

    ``is_daily`` for a daily question, whose interval allows for repeated looks.
    """

    name: Cell
    detail: str
    answer: Cell
    limits: str
    is_daily: bool = False


@dataclass(frozen=True, slots=True)
class LookUp:
    """A table to look something up.

    Parameters
    ----------
    heading, note
        Above the table.
    head
        Names of the columns; those of months have a long name too, else it is empty.
    rows
        The first cell of each names the row.
    more
        What is not shown; empty where all is.
    is_months
        Whether the columns but the first and the last are months.
    """

    heading: str
    note: str
    head: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: str = ""
    is_months: bool = False

    @property
    def old(self) -> int:
        """How many of the oldest months a phone has no room for."""
        return max(len(self.head) - 2 - MONTHS_ON_PHONES, 0) if self.is_months else 0


@dataclass(frozen=True, slots=True)
class ClinicPage:
    """The whole page. ``firmest`` may be empty; ``course``, ``medicines`` and ``spells`` are None where there are none.

    ``others`` says which questions have no answer or are not listed; ``last_lines`` are data quality, notes and origin.
    """

    header: Header
    notices: tuple[Cell, ...]
    course: Chart | None
    since: Since
    firmest: tuple[FirmRow, ...]
    others: tuple[Cell, ...]
    medicines: LookUp | None
    spells: LookUp | None
    quality: str
    last_lines: tuple[str, ...]
