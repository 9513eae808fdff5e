"""What is concluded about a diary, and what is asked: the types that all steps share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.forms.rows_of_text import TextRow


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that only the keeper of the diary knows.

    Parameters
    ----------
    key
        The key of the declaration: of ``DiaryPlan`` or, for ``column``, ``scale`` and ``map``, of ``ItemPlan``.
    question
        A whole sentence.
    answers
        Values that could be given, best first; those of a scale are written ``0-10``.
    """

    key: str
    question: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What was found out about a diary.

    Parameters
    ----------
    plan
        The declaration that reads it; None if something is asked, or if it is not a diary.
    said
        What was concluded, and from what: whole sentences.
    asked
        The questions; empty if nothing is asked.
    draft
        The declaration with the likeliest answer to each question; None if it is not a diary.
    """

    plan: DiaryPlan | None
    said: tuple[str, ...] = ()
    asked: tuple[Ask, ...] = ()
    draft: DiaryPlan | None = None

    @property
    def is_diary(self) -> bool:
        """Whether the file is a diary, as far as can be seen."""
        return self.plan is not None or bool(self.asked)


@dataclass(frozen=True, slots=True)
class Found:
    """The result of one step: keys of the declaration, sentences, and questions."""

    keys: dict[str, object] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    asked: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a diary below its header, and what is known of their form.

    Parameters
    ----------
    keys
        Keys of the declaration that describe the form.
    header, days
        The column names, and the rows with a date, or with one above that is theirs.
    date_place
        The place of the date column.
    above
        The texts above the header, and names of the file and sheet: they can say the year, the scale, and what is
        rated.
    said
        What was concluded about the form.
    """

    keys: dict[str, object]
    header: tuple[str, ...]
    days: tuple[TextRow, ...]
    date_place: int
    above: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def date_column(self) -> str:
        """The name of the date column."""
        return self.header[self.date_place]

    def cells(self, column: str) -> list[str]:
        """Return the cells of a column in the rows of days."""
        place = self.header.index(column)
        return [row.cell(place) for row in self.days]


@dataclass(frozen=True, slots=True)
class Context:
    """What is known before anything is looked at: keys that were chosen, today, and whether the file is a diary."""

    known: Mapping[str, object]
    today: date
    is_diary: bool = False


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(names: tuple[str, ...] | list[str], most: int = 8) -> str:
    """List names for a sentence."""
    shown = [name if len(name) <= 60 else name[:59] + "…" for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
