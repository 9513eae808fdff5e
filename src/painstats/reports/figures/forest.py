"""The forest of a question: each participant's effect with its interval, sorted, and the average as a diamond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from painstats.findings.research_words import interval_words, points
from painstats.questions.phrases import label_text
from painstats.questions.verdict import Verdict
from painstats.reports.figures.svg.axis import HEIGHT, edge_label, scale_ticks, tick, upright
from painstats.reports.figures.svg.frame import Frame, drawing, scaled, short
from painstats.reports.figures.svg.label import NARROWEST, anchor_at, fitting, label
from painstats.reports.figures.svg.marks import hit, point
from painstats.reports.numbers import Interval, number

HIGHEST_ROW, LOWEST_ROW, TALLEST = 16.0, 3.0, 900.0
"""Pixels of a row, and of all rows together as long as a row is not lower than that."""

NAMED_FROM = 12.0
"""Pixels of a row from which there is room for the participant's code."""

CODE_WIDTH = 84
"""Pixels of the margin for codes."""

BASE_LINE = 4
MOST_TICKS = 6
SIGNS = {Verdict.LOWER: "lower", Verdict.HIGHER: "higher"}


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A participant of a forest.

    Parameters
    ----------
    participant_id
        The code that names the row.
    effect
        The estimate of all days with its 95% interval, in points per unit.
    own
        The estimate of own days alone; None where ``effect`` is that already, or there is none.
    verdict
        Decides whether the row has a colour.
    """

    participant_id: str
    effect: Interval
    own: float | None
    verdict: Verdict


def row_height(n_rows: int) -> float:
    """Return the pixels of a row, so that a map beside the forest has the same rows."""
    return max(LOWEST_ROW, min(HIGHEST_ROW, TALLEST / max(n_rows, 1)))


def in_order(rows: Sequence[ForestRow]) -> list[ForestRow]:
    """Sort the rows from the lowest effect to the highest."""
    return sorted(rows, key=lambda row: (row.effect.value, row.effect.low, row.participant_id))


def forest(rows: Sequence[ForestRow], average: Interval | None, sides: tuple[str, str]) -> Markup:
    """Draw the effects of all participants.

    Parameters
    ----------
    rows
        At least one, in any order.
    average
        The average over participants with its 95% interval; None where there is none.
    sides
        What lies left and right of zero: "less pain", "more pain".
    """
    rows, size = in_order(rows), row_height(len(rows))
    foot = size * len(rows) + (2.4 * HIGHEST_ROW if average else 0)
    frame = Frame(_span(rows, average), (foot, 0), foot)
    parts = [
        *(upright(frame.share(each), 0, foot, "grid") for each in _ticks(frame) if each),
        upright(frame.share(0), 0, foot, "axis"),
        scaled(foot, [*_ranges(frame, rows, size), *([_diamond(frame, average)] if average else [])]),
        *_points(frame, rows, size),
        *codes([row.participant_id for row in rows], size),
        label(f"← {sides[0]}", 0, -6, style="q in"),
        label(f"{sides[1]} →", 1, -6, anchor="end", style="q in"),
        *([_average_label(frame, average)] if average else []),
        *(part for each in _ticks(frame) for part in (tick(frame, each), edge_label(frame, _number(each), each))),
        *(hit((0, 1), place * size, size, _title(row)) for place, row in enumerate(rows)),
    ]
    return Markup('<div class="codes">{}</div>').format(drawing(foot + HEIGHT, parts, lines_above=1))


def _span(rows: Sequence[ForestRow], average: Interval | None) -> tuple[float, float]:
    """Return the ends of the axis: all intervals, all estimates of own days, and zero, with a little room."""
    effects = [row.effect for row in rows] + ([average] if average else [])
    ends = [0.0, *(end for each in effects for end in (each.low, each.high))]
    ends += [row.own for row in rows if row.own is not None]
    room = 0.03 * ((max(ends) - min(ends)) or 1.0)
    return min(ends) - room, max(ends) + room


def _ticks(frame: Frame) -> list[float]:
    return scale_ticks(*frame.x, most=MOST_TICKS)


def _ranges(frame: Frame, rows: Sequence[ForestRow], size: float) -> Iterator[Markup]:
    """Draw the intervals as one path for each sign, and the estimates of own days as ticks."""
    for sign in ("none", "lower", "higher"):
        steps = "".join(
            f"M{frame.across(row.effect.low)} {short((place + 0.5) * size)}H{frame.across(row.effect.high)}"
            for place, row in enumerate(rows)
            if SIGNS.get(row.verdict, "none") == sign
        )
        yield Markup(f'<path class="range {sign}" d="{steps}"/>') if steps else Markup("")
    own = "".join(
        f"M{frame.across(row.own)} {short((place + 0.2) * size)}v{short(0.6 * size)}"
        for place, row in enumerate(rows)
        if row.own is not None
    )
    yield Markup(f'<path class="own" d="{own}"/>') if own else Markup("")


def _points(frame: Frame, rows: Sequence[ForestRow], size: float) -> Iterator[Markup]:
    radius = max(1.5, min(4.0, 0.3 * size))
    for place, row in enumerate(rows):
        sign = SIGNS.get(row.verdict, "")
        yield point(frame, (row.effect.value, (place + 0.5) * size), sign, radius, hollow=not sign)


def codes(participants: Sequence[str], size: float) -> Iterator[Markup]:
    """Name the rows of a forest, or of a map beside it; none where rows of ``size`` pixels are too low."""
    if size >= NAMED_FROM:
        for place, participant in enumerate(participants):
            code = fitting(label_text(participant), CODE_WIDTH - 6)
            yield label(code, 0, (place + 0.5) * size + BASE_LINE, anchor="end", dx=-6, style="q in code")


def _diamond(frame: Frame, average: Interval) -> Markup:
    y, half = frame.height - 1.7 * HIGHEST_ROW, 0.45 * HIGHEST_ROW
    left, middle, right = (frame.across(each) for each in (average.low, average.value, average.high))
    top, foot = short(y - half), short(y + half)
    return Markup(f'<path class="diamond" d="M{left} {short(y)}L{middle} {top}L{right} {short(y)}L{middle} {foot}z"/>')


def _average_label(frame: Frame, average: Interval) -> Markup:
    text = f"average {points(average.value)} ({interval_words(average.low, average.high)})"
    share = frame.share(average.value)
    return label(text, share, frame.height - 6, anchor=anchor_at(text, share, NARROWEST), style="b")


def _title(row: ForestRow) -> str:
    effect = row.effect
    own = "" if row.own is None else f", own days {points(row.own)}"
    ends = interval_words(effect.low, effect.high)
    return f"{label_text(row.participant_id)}: {points(effect.value)} ({ends}){own}"


def _number(value: float) -> str:
    return number(value, 2 if abs(round(10 * value) - 10 * value) > 1e-6 else 1) if value else "0"
