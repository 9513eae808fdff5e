"""The plot area of a chart, its scales, and the SVG around them.

Drawings are fluid: places from left to right are per cent of the width, places from top to bottom are pixels. Text,
strokes and points therefore keep their size from a phone of 320 pixels to a desktop and on paper. Only paths need
numbers on both axes: they are in a nested SVG of 1,000 units across, whose strokes do not scale.
"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

ACROSS = 1000
"""Units of a nested SVG from left to right."""

LONG_LABEL = 3
"""Letters of a label of the vertical axis from which the margin is wider."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot area with its scales.

    Parameters
    ----------
    x, y
        The values at the left and right edge, and at the foot and the top.
    height
        Pixels from the top to the foot.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    height: float

    def share(self, x: float) -> float:
        """Return the place of a value between the left edge, 0, and the right one, 1; values beyond are at an edge."""
        left, right = self.x
        return min(max((x - left) / (right - left), 0.0), 1.0)

    def percent(self, x: float) -> str:
        """Write the place of a value from left to right: "34.2%"."""
        return percent(self.share(x))

    def across(self, x: float) -> str:
        """Write the place of a value in a path."""
        return f"{self.share(x) * ACROSS:.0f}"

    def down(self, y: float) -> float:
        """Return the pixel of a value from the top, inside the plot area."""
        foot, top = self.y
        return min(max((top - y) / (top - foot), 0.0), 1.0) * self.height


def percent(share: float) -> str:
    """Write a share of the width with as few letters as do: "34.2%"."""
    return f"{short(100 * share)}%"


def short(number: float) -> str:
    """Write a number with at most two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def drawing(
    height: float, parts: list[Markup], *, longest_label: str = "", margin: bool = True, lines_above: int = 0
) -> Markup:
    """Put the parts of a chart into one SVG.

    Parameters
    ----------
    height
        Pixels of everything that is drawn, from the top of the plot area on.
    parts
        What is drawn, from the back to the front.
    longest_label
        The longest label of the vertical axis, which hangs into the margin.
    margin
        Whether there is a margin for such labels.
    lines_above
        Lines of text above the plot area, for which room is left: 0, 1 or 2.
    """
    names = [
        "plot",
        *([] if margin else ["bare"]),
        *(["far"] if len(longest_label) >= LONG_LABEL else []),
        *([f"above{lines_above}"] if lines_above else []),
    ]
    opening = Markup('<div class="{}"><svg class="drawn" height="{}">').format(" ".join(names), short(height))
    return opening + Markup("").join(parts) + Markup("</svg></div>")


def scaled(height: float, paths: list[Markup]) -> Markup:
    """Put paths into a nested SVG that is stretched to the width."""
    tall = short(height)
    opening = f'<svg viewBox="0 0 {ACROSS} {tall}" width="100%" height="{tall}" preserveAspectRatio="none">'
    return Markup(opening) + Markup("").join(paths) + Markup("</svg>")
