"""Three boxes with arrows between them as one small drawing, for a phone as for a desktop.

Places from left to right are per cent of the width, so that text and lines never shrink; words on arrows are wrapped to
what fits between the boxes of a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from markupsafe import Markup

from painstats.questions.exploratory.card import PathArrow, PathChart

BOX_WIDTH, LEFTS = 26, (0, 37, 74)
"""Per cent of the width: of a box, and where the boxes begin."""

CENTRES = tuple(left + BOX_WIDTH / 2 for left in LEFTS)
BETWEEN = (29, 68.5)
"""Where the words of the arrows from box to box are centred; the first ones leave room for the arrow back."""

LINE = 17
"""Pixels from one line of text to the next."""

DIRECT_TEXT, DIRECT_LINE, THROUGH_TEXT, BOX_TOP = 13, 22, 44, 56
"""Pixels from the top."""

PADDING = 9
"""Pixels above and below the text in a box."""

LETTERS_IN_BOX, LETTERS_ON_ARROW = 11, 14
HEAD = 8
"""Length of an arrow's head in pixels."""


def drawn_path(chart: PathChart) -> Markup:
    """Draw the boxes and arrows."""
    boxes = [(_wrapped(name, LETTERS_IN_BOX), _wrapped(note, LETTERS_IN_BOX)) for name, note in chart.boxes]
    bottom = BOX_TOP + 2 * PADDING + LINE * max(len(name) + len(note) for name, note in boxes)
    words = [_on_arrow(arrow) for arrow in (chart.first, chart.second)]
    back_line = bottom + 14 + LINE * max(map(len, words))
    shapes = [
        *_direct(chart),
        *_boxes(boxes, bottom),
        *_between(words, bottom),
        *_back(chart.back, bottom, back_line),
    ]
    opening = Markup('<svg class="drawing" role="img" aria-label="{}" height="{}">').format(
        chart.label, back_line + LINE * len(chart.back.words) + 8
    )
    return opening + Markup("").join(shapes) + Markup("</svg>")


def _on_arrow(arrow: PathArrow) -> list[tuple[str, str]]:
    """Wrap the words on an arrow, and name the direction of the lines that have it: those of the first words."""
    directions = [arrow.direction, *[""] * len(arrow.words)]
    return [
        (line, direction)
        for text, direction in zip(arrow.words, directions, strict=False)
        for line in _wrapped(text, LETTERS_ON_ARROW)
    ]


def _direct(chart: PathChart) -> Iterator[Markup]:
    """Draw the way over the box in the middle, and write above it and below it what is known of both ways."""
    first, last = CENTRES[0], CENTRES[2]
    yield _line(first, BOX_TOP, first, DIRECT_LINE)
    yield _line(first, DIRECT_LINE, last, DIRECT_LINE)
    yield _line(last, DIRECT_LINE, last, BOX_TOP - HEAD)
    yield _head(last, BOX_TOP, "M0 0L-4 -8H4Z")
    yield from _text(chart.direct.words, 50, DIRECT_TEXT, chart.direct.direction)
    yield from _text(chart.through.words, 50, THROUGH_TEXT, chart.through.direction)


def _boxes(boxes: Sequence[tuple[Sequence[str], Sequence[str]]], bottom: int) -> Iterator[Markup]:
    box = Markup('<rect x="{}%" y="{}" width="{}%" height="{}" rx="3"/>')
    for left, centre, (name, note) in zip(LEFTS, CENTRES, boxes, strict=True):
        yield box.format(left, BOX_TOP, BOX_WIDTH, bottom - BOX_TOP)
        top = BOX_TOP + PADDING + 12
        yield from _text(name, centre, top, "in name")
        yield from _text(note, centre, top + LINE * len(name), "in")


def _between(words: Sequence[Sequence[tuple[str, str]]], bottom: int) -> Iterator[Markup]:
    """Draw the arrows from box to box, with their words below."""
    y = bottom - 16
    for left, tip, centre, lines in zip(LEFTS, LEFTS[1:], BETWEEN, words, strict=False):
        yield _line(left + BOX_WIDTH, y, tip - 1, y)
        yield _head(tip, y, "M0 0L-8 -4V4Z")
        for number, (line, direction) in enumerate(lines, start=1):
            yield from _text([line], centre, bottom + LINE * number, direction)


def _back(arrow: PathArrow, bottom: int, y: int) -> Iterator[Markup]:
    middle, last = CENTRES[1], CENTRES[2]
    yield _line(last, bottom, last, y, "dashed")
    yield _line(last, y, middle, y, "dashed")
    yield _line(middle, y, middle, bottom + HEAD, "dashed")
    yield _head(middle, bottom, "M0 0L-4 8H4Z")
    yield from _text(arrow.words, BETWEEN[1], y + LINE)


def _wrapped(text: str, letters: int) -> list[str]:
    return wrap(str(text), letters, break_long_words=False)


def _text(lines: Sequence[str], x: float, y: float, name: str = "") -> Iterator[Markup]:
    for number, line in enumerate(lines):
        yield Markup('<text x="{}%" y="{}"{}>{}</text>').format(x, y + LINE * number, _class(name), line)


def _line(x1: float, y1: float, x2: float, y2: float, name: str = "") -> Markup:
    return Markup('<line x1="{}%" y1="{}" x2="{}%" y2="{}"{}/>').format(x1, y1, x2, y2, _class(name))


def _class(name: str) -> Markup:
    return Markup(' class="{}"').format(name) if name else Markup("")


def _head(x: float, y: float, path: str) -> Markup:
    """Draw the head of an arrow with its tip at a place; its own coordinates are pixels."""
    return Markup('<svg x="{}%" y="{}"><path class="head" d="{}"/></svg>').format(x, y, path)
