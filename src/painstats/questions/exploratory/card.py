"""What a participant reads about an exploratory question: the words of a card, and the rows of its chart."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.language import _

LOWER, SAME, HIGHER = _("lower"), _("same"), _("higher")


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A row of a row chart; the numbers are None where none may be shown.

    Parameters
    ----------
    label, note
        "Swimming", and below it "31 days"; the note may be empty.
    words
        The same as the drawing, in words: "0.7 to 1.5 lower"; "both directions possible".
    estimate, low, high
        In points; left is lower.
    direction
        ``lower`` or ``higher`` where a direction is given, else empty.
    is_sum
        Whether it sums up the rows above it.
    """

    label: str
    words: str
    note: str = ""
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    direction: str = ""
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class RowChart:
    """Rows with their intervals around a common zero.

    Parameters
    ----------
    head
        Heads of the first and last column: "Kind", "On days after it".
    lower, same, higher
        Words above the intervals, from left to right.
    caption
        How to read it; may be empty.
    """

    head: tuple[str, str]
    rows: tuple[ChartRow, ...]
    lower: str = LOWER
    same: str = SAME
    higher: str = HIGHER
    caption: str = ""


@dataclass(frozen=True, slots=True)
class StripRow:
    """A row of a strip chart: a label with a note below it, and a cell for each column, which may be empty.

    The label and note of a cell are not shown; its words are for readers who cannot see the drawing.
    """

    label: str
    note: str
    cells: tuple[ChartRow | None, ...]


@dataclass(frozen=True, slots=True)
class StripChart:
    """Rows with several intervals each, one column beside the other, on the same scale in points.

    Parameters
    ----------
    head
        Head of the column of labels: "Item".
    columns
        Heads of the intervals: "after longer nights", "after more steps".
    lower, higher
        Words above each column of intervals, at its left and right.
    caption
        How to read it; may be empty.
    """

    head: str
    columns: tuple[str, ...]
    rows: tuple[StripRow, ...]
    lower: str = LOWER
    higher: str = HIGHER
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PathArrow:
    """The words on an arrow, line by line, with ``lower`` or ``higher`` where they give a direction of the outcome."""

    words: tuple[str, ...]
    direction: str = ""


@dataclass(frozen=True, slots=True)
class PathChart:
    """Three boxes from left to right with arrows between them.

    Parameters
    ----------
    boxes
        A name and a note for each: "Steps", "the day before".
    first, second
        From the first box to the second, and on to the third.
    through, direct
        The whole way through the second box, and the way past it.
    back
        From the third box back to the second.
    caption
        What is drawn; may be empty.
    label
        The same in words, for readers who cannot see it.
    """

    boxes: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    first: PathArrow
    second: PathArrow
    through: PathArrow
    direct: PathArrow
    back: PathArrow
    caption: str
    label: str


Chart = RowChart | StripChart | PathChart


@dataclass(frozen=True, slots=True)
class ExploratoryCard:
    """What a participant reads about an exploratory question.

    Parameters
    ----------
    name, line, firmness
        "Kinds of exercise", one sentence, "To watch".
    mark
        The verdict by name; ``both`` where answers point both ways; empty for a description.
    card, caution
        Sentences below the line, and what it does not mean.
    chart
        The drawing, if there is anything to draw.
    fold, folded
        A heading, and terms with facts below it.
    """

    name: str
    mark: str
    line: str
    firmness: str
    card: tuple[str, ...] = ()
    caution: str = ""
    chart: Chart | None = None
    fold: str = ""
    folded: tuple[tuple[str, str], ...] = ()
