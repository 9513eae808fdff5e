"""Text in a chart: beside what it names, on a halo of paper, never rotated, inside the window at every width."""

from __future__ import annotations

from typing import Literal

from markupsafe import Markup

from painstats.reports.figures.svg.frame import percent, short

Anchor = Literal["start", "middle", "end"]

NARROWEST = 250
"""Pixels of a plot area on the narrowest phone, of 320 pixels: a text that has room here has room everywhere."""

WIDEST = 660
"""Pixels of a plot area on a desktop and on paper, by which is decided what may be shown there only."""

LETTER = 7.2
"""Mean width of a letter in pixels in a wide font."""

ANCHORS = {"start": "", "middle": "m", "end": "e"}


def text_width(text: str) -> float:
    """Return the width of a text in pixels, at most."""
    return LETTER * len(text)


def label(
    text: str, share: float, y: float, *, anchor: Anchor = "start", dx: float = 0, style: str = ""
) -> Markup:  # fmt: skip
    """Write a text.

    Parameters
    ----------
    text
        Any text; it is escaped.
    share
        Its place from left, 0, to right, 1.
    y
        Pixels of its base line from the top.
    anchor
        Which part of the text is at this place.
    dx
        Pixels by which it is moved to the right.
    style
        Names of classes: ``b`` bold, ``q`` secondary, ``in`` without halo, ``w`` not on phones, or a sign.
    """
    name = " ".join(filter(None, (ANCHORS[anchor], style)))
    moved = Markup(' dx="{}"').format(short(dx)) if dx else ""
    classed = Markup(' class="{}"').format(name) if name else ""
    return Markup('<text x="{}" y="{}"{}{}>{}</text>').format(percent(share), short(y), moved, classed, text)


def anchor_at(text: str, share: float, width: float = NARROWEST) -> Anchor:
    """Return the anchor that keeps a text inside the window: its middle if there is room on both sides."""
    half = text_width(text) / 2 / width
    if share < half:
        return "start"
    return "end" if share > 1 - half else "middle"


def fitting(text: str, pixels: float) -> str:
    """Shorten a text to its room."""
    letters = max(int(pixels / LETTER), 4)
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
