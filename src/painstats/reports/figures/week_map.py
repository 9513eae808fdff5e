"""A map of completeness by week: a row for each participant, a cell for each week since the participant's first day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from painstats.questions.phrases import label_text
from painstats.reports.figures.completeness_map import SWATCH
from painstats.reports.figures.forest import codes, row_height
from painstats.reports.figures.svg.axis import HEIGHT, edge_label
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.marks import cells, hit
from painstats.reports.numbers import percent

SHADES = {"c4": (0.9, "90% or more"), "c3": (0.7, "70 to 89%"), "c2": (0.4, "40 to 69%"), "c1": (0.0, "under 40%")}
"""Shade to the share from which it begins, and its words; a share of nothing has its own, ``c0``."""

EMPTY = "c0"
EVERY_WEEKS = (5, 10, 20, 50, 100)
MOST_LABELS = 7


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A participant and the share of complete days of each week since the first day; the last week may be shorter."""

    participant_id: str
    weeks: tuple[float, ...]


def shade_of(share: float) -> str:
    """Return the class of a share's shade."""
    if share <= 0:
        return EMPTY
    return next(name for name, (least, _) in SHADES.items() if share >= least)


def week_map(rows: Sequence[WeekRow]) -> Markup:
    """Draw the weeks of all participants in the order given, and the key; rows are as high as those of a forest."""
    columns, size = max(len(row.weeks) for row in rows), row_height(len(rows))
    height = size * len(rows)
    frame = Frame((0, columns), (height, 0), height)
    places: dict[str, list[tuple[int, int]]] = {name: [] for name in (EMPTY, *SHADES)}
    for place, row in enumerate(rows):
        for week, share in enumerate(row.weeks):
            places[shade_of(share)].append((week, place))
    parts = [
        scaled(height, [cells(at, columns, size, name) for name, at in places.items()]),
        *codes([row.participant_id for row in rows], size),
        *(edge_label(frame, f"week {week}" if week == 1 else f"{week}", week - 0.5) for week in _labelled(columns)),
        *(hit((0, 1), place * size, size, _title(row)) for place, row in enumerate(rows)),
    ]
    drawn = drawing(height + HEIGHT, parts, lines_above=1)
    words = {EMPTY: "none", **{name: words for name, (_, words) in reversed(SHADES.items())}}
    keys = [Markup("<span>{} {}</span>").format(SWATCH.format(name), text) for name, text in words.items()]
    return Markup('<div class="codes">{}</div><p class="key">{}</p>').format(drawn, Markup(" ").join(keys))


def _labelled(columns: int) -> list[int]:
    """Return the weeks that are labelled: the first, and round ones."""
    step = next((each for each in EVERY_WEEKS if columns / each <= MOST_LABELS), EVERY_WEEKS[-1])
    return [1, *(week for week in range(step, columns + 1, step) if week > 1)]


def _title(row: WeekRow) -> str:
    mean = sum(row.weeks) / len(row.weeks)
    return f"{label_text(row.participant_id)}: {len(row.weeks)} weeks, on average {percent(mean)} of days complete"
