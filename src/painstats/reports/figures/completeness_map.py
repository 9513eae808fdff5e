"""A map of completeness: a row for each participant, a cell for each day, a shade for what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from markupsafe import Markup

from painstats.questions.phrases import counted, label_text
from painstats.reports.dates import date_words
from painstats.reports.figures.svg.axis import date_axis
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.label import fitting, label
from painstats.reports.figures.svg.marks import cells, hit

ROW = 13
"""Pixels of a row from top to bottom."""

BASE_LINE = 10
"""Pixels from the top of a row to the foot of its label."""

LABEL_WIDTH = 84
"""Pixels of the margin that names the participants."""

BELOW_MAP = 24
WEEK = 7
SWATCH = Markup(
    '<svg class="drawn swatch" height="13" aria-hidden="true"><rect class="cell {}" width="13" height="13"/></svg>'
)


class Known(StrEnum):
    """What is known of a day; the value is the class of its shade."""

    COMPLETE = "c4"
    SCORE = "c2"
    WEAR = "c1"
    NOTHING = "c0"


WORDS = {
    Known.COMPLETE: "complete",
    Known.SCORE: "score, no wear",
    Known.WEAR: "wear, no score",
    Known.NOTHING: "nothing",
}
"""The shades in the order of the key."""


@dataclass(frozen=True, slots=True)
class CompletenessRow:
    """A participant and what is known of each day; a day that is not named is one without anything."""

    participant_id: str
    days: Mapping[date, Known]


def known_of(*, has_score: bool, has_wear: bool) -> Known:
    """Return the shade of a day from whether it has a score and whether it has a valid measure."""
    if has_score:
        return Known.COMPLETE if has_wear else Known.SCORE
    return Known.WEAR if has_wear else Known.NOTHING


def completeness_map(rows: Sequence[CompletenessRow], span: tuple[date, date]) -> Markup:
    """Draw the days of a span, with a text for each participant and week while the pointer is on it, and the key.

    Parameters
    ----------
    rows
        The participants from top to bottom; at least one.
    span
        First and last day; what a row says of other days is not drawn.
    """
    days = [span[0] + timedelta(days=step) for step in range((span[1] - span[0]).days + 1)]
    height = len(rows) * ROW
    frame = Frame((0, len(days)), (0, 1), height)
    places: dict[Known, list[tuple[int, int]]] = {known: [] for known in WORDS}
    for place, row in enumerate(rows):
        for column, day in enumerate(days):
            places[row.days.get(day, Known.NOTHING)].append((column, place))
    paths = [cells(at, len(days), ROW, known.value) for known, at in places.items()]
    names = [
        label(fitting(label_text(row.participant_id), LABEL_WIDTH - 8), 0, place * ROW + BASE_LINE,
              anchor="end", dx=-6, style="q in code")
        for place, row in enumerate(rows)
    ]  # fmt: skip
    hits = [part for place, row in enumerate(rows) for part in _hits(row, days, place, frame)]
    drawn = drawing(height + BELOW_MAP, [scaled(height, paths), *names, *date_axis(frame, *span), *hits])
    keys = [Markup("<span>{} {}</span>").format(SWATCH.format(known.value), words) for known, words in WORDS.items()]
    return drawn + Markup('<p class="key">{}</p>').format(Markup(" ").join(keys))


def _hits(row: CompletenessRow, days: Sequence[date], place: int, frame: Frame) -> list[Markup]:
    """Lay a box over each week that says how many of its days are complete."""
    found = []
    for start in range(0, len(days), WEEK):
        week = days[start : start + WEEK]
        complete = sum(row.days.get(day) is Known.COMPLETE for day in week)
        text = (
            f"{label_text(row.participant_id)}, from {date_words(week[0])}: "
            f"{complete} of {counted(len(week), 'day')} complete"
        )
        found.append(hit((frame.share(start), frame.share(start + len(week))), place * ROW, ROW, text))
    return found
