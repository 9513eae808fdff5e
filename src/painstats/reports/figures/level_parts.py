"""What charts of two levels share: their intervals, their lines, and the line of a dummy medicine."""

from __future__ import annotations

from markupsafe import Markup

from painstats.findings.change_content import ChangeContext, content_of
from painstats.language import _
from painstats.questions.question import Outcome
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.reports.figures.svg.frame import Frame
from painstats.reports.figures.svg.label import Anchor, label
from painstats.reports.figures.svg.marks import band, dashes

LINE = 15
"""Pixels from one line of text to the next."""

ABOVE_LINE, BELOW_LINE = -7, 16
"""Pixels from a line to the base line of a text above or below it."""

DUMMY = _("18% lower, as on a dummy medicine")
DUMMY_LINES = (_("18% lower, as on"), _("a dummy medicine"))
"""The same on a phone."""


def sign(verdict: Verdict) -> str:
    """Return the class of a verdict's colour; grey without a direction."""
    return verdict.value if verdict.has_direction else "none"


def level_band(frame: Frame, finding: ChangeFinding, x: tuple[float, float]) -> list[Markup]:
    """Draw the interval of the level before, or without it; nothing without numbers."""
    if finding.level_before_low is None or finding.level_before_high is None:
        return []
    return [band(frame, x, (finding.level_before_low, finding.level_before_high))]


def interval_band(frame: Frame, finding: ChangeFinding, x: tuple[float, float]) -> list[Markup]:
    """Draw the interval of a change around the level with it; nothing without numbers."""
    if finding.level_before is None or finding.low is None or finding.high is None:
        return []
    ends = finding.level_before + finding.low, finding.level_before + finding.high
    return [band(frame, x, ends, sign(finding.verdict))]


def level_label(
    frame: Frame, text: str, place: tuple[float, float], style: str, *, up: bool, anchor: Anchor = "start"
) -> Markup:
    """Write a level at the end of its line: above or below it, but inside the plot area."""
    line = frame.down(place[1])
    is_up = (up and line + ABOVE_LINE > LINE / 2) or line + BELOW_LINE > frame.height
    y = line + (ABOVE_LINE if is_up else BELOW_LINE)
    return label(text, frame.share(place[0]), y, anchor=anchor, style=f"b {style}")


def has_dummy(finding: ChangeFinding, outcome: Outcome) -> bool:
    """Whether a fall of pain on a dummy medicine can be set beside the change."""
    known = finding.level_before is not None and finding.placebo is not None
    return known and content_of(finding, ChangeContext(outcome)).has_dummy


def dummy_line(frame: Frame, finding: ChangeFinding) -> list[Markup]:
    """Draw the level before less 18%, and say what it is: below it, or over the level before where there is no room."""
    before, placebo = finding.level_before or 0.0, finding.placebo or 0.0
    y = frame.down(before - placebo)
    below = y + BELOW_LINE + LINE <= frame.height
    top = y + BELOW_LINE - 1 if below else frame.down(before) + ABOVE_LINE - 2 * LINE
    lines = [label(text, 0, top + LINE * row, dx=2, style="n") for row, text in enumerate(DUMMY_LINES)]
    whole = label(DUMMY, 0, top + (0 if below else LINE), dx=2, style="w")
    return [dashes(frame, frame.x, before - placebo), whole, *lines]
