"""The chart of an experiment: the mean of each block, filled with the treatment and hollow without, and two levels.

While an experiment is sealed only the strip of its blocks is drawn.
"""

from __future__ import annotations

import math

from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.phrases import label_text
from painstats.questions.question import Outcome
from painstats.reports.dates import MONTHS
from painstats.reports.figures.daily_charts import LEFT_MARGIN, WIDE
from painstats.reports.figures.shapes import (
    Part,
    Sheet,
    Text,
    cells,
    label,
    level,
    note,
    points,
    put_together,
    scale_axis,
    sign_colours,
    text_width,
)
from painstats.reports.figures.vega_svg import (
    AXIS,
    MISSING,
    NO_SIGN,
    PHASE_MORE,
    QUIET_INK,
    Specification,
    stacked,
)
from painstats.reports.figures.widened import widened

HEIGHT = 190
STRIP = 16
RIGHT_MARGIN = 18
LONGEST_NAME = 24
NAMES = 74
"""Pixels left of the first block, for the names of the two levels."""


def experiment_chart(
    finding: ExperimentFinding, outcome: Outcome, blocks_begun: int, width: int = WIDE
) -> Specification:
    """Draw an experiment.

    Parameters
    ----------
    finding
        The experiment.
    outcome
        What the scores are of, and their scale.
    blocks_begun
        Blocks that have begun; the others are drawn as still to come.
    width
        Width of the chart in pixels.
    """
    inner = width - LEFT_MARGIN - RIGHT_MARGIN
    is_sealed = finding.stage in ("planned", "sealed")
    has_means = not is_sealed and any(mean is not None for mean in finding.block_means)
    span = (-finding.blocks * NAMES / (inner - NAMES) if has_means else 0.0, float(finding.blocks))
    if not has_means:
        return _strip(finding, blocks_begun, Sheet(span, (0, 1), width - 2, STRIP))
    strip = _strip(finding, blocks_begun, Sheet(span, (0, 1), inner, STRIP))
    sheet = Sheet(span, scale_of(finding, outcome), inner, HEIGHT, None, scale_axis(LEFT_MARGIN))
    parts: list[Part] = [*_levels(sheet, finding), *_means(sheet, finding)]
    return stacked([put_together(parts, inner, HEIGHT), strip], spacing=8)


def scale_of(finding: ExperimentFinding, outcome: Outcome) -> tuple[float, float]:
    """Return the part of the scale that is drawn: a tenth of it more than the blocks' means on both sides."""
    means = [mean for mean in finding.block_means if mean is not None]
    step = (outcome.scale[1] - outcome.scale[0]) / 10
    low, high = widened(outcome.scale, means)
    return max(low, math.floor(min(means) / step - 1) * step), min(high, math.ceil(max(means) / step + 1) * step)


def _means(sheet: Sheet, finding: ExperimentFinding) -> list[Specification]:
    colour = sign_colours(finding.verdict)[0]
    placed = [
        (place + 0.5, mean, bool(is_on))
        for place, (mean, is_on) in enumerate(zip(finding.block_means, finding.order, strict=False))
        if mean is not None
    ]
    mark = {"type": "point", "size": 64, "opacity": 1, "strokeWidth": 1.6}
    return [
        points(sheet, [(x, y) for x, y, is_on in placed if is_on], {**mark, "color": colour, "fill": colour}),
        points(sheet, [(x, y) for x, y, is_on in placed if not is_on], {**mark, "color": NO_SIGN, "fill": "white"}),
    ]


def _levels(sheet: Sheet, finding: ExperimentFinding) -> list[Part]:
    if finding.level_off is None or finding.level_on is None:
        return []
    colour, rises = sign_colours(finding.verdict)[0], finding.level_on > finding.level_off
    left = sheet.x[0]
    on, off = f"{finding.level_on:.1f} with", f"{finding.level_off:.1f} without"
    return [
        level(sheet, sheet.x, finding.level_off, NO_SIGN),
        level(sheet, sheet.x, finding.level_on, colour),
        _name(sheet, off, (left, finding.level_off), NO_SIGN, up=not rises),
        _name(sheet, on, (left, finding.level_on), colour, up=rises),
    ]


def _name(sheet: Sheet, text: str, place: tuple[float, float], colour: str, *, up: bool) -> Text:
    dy, baseline = (-6, "bottom") if up else (6, "top")
    return label(sheet, text, place, dy=dy, baseline=baseline, color=colour, bold=True)


def _strip(finding: ExperimentFinding, blocks_begun: int, sheet: Sheet) -> Specification:
    """Draw the blocks in their order, those with the treatment filled, those still to come with a dashed edge."""
    begun = [(place, bool(on)) for place, on in enumerate(finding.order) if place < blocks_begun]
    to_come = [place for place in range(finding.blocks) if place >= blocks_begun]
    parts: list[Part] = [
        cells(sheet, [place for place, on in begun if on], PHASE_MORE, AXIS),
        cells(sheet, [place for place, on in begun if not on], "white", AXIS),
        cells(sheet, to_come, "white", MISSING, dashed=True),
        *_below(sheet, finding, has_more=bool(to_come)),
    ]
    return put_together(parts, sheet.width, STRIP)


def _below(sheet: Sheet, finding: ExperimentFinding, *, has_more: bool) -> list[Text]:
    """Write the first and the last day under the strip, and what is filled."""
    first, last = (f"{day.day} {MONTHS[day.month - 1]}" for day in (finding.first_date, finding.last_date))
    on = label_text(finding.on)
    name = on if len(on) <= LONGEST_NAME else f"{on[: LONGEST_NAME - 1]}…"
    filled = f"filled: {name}; dashed: to come" if has_more else f"filled: {name}"
    fits = text_width(f"{first} {filled} {last}") < sheet.at(finding.blocks) - sheet.at(0)
    middle = finding.blocks / 2
    return [
        note(sheet, first, 0, STRIP + 6, align="left", baseline="top", color=QUIET_INK, halo=False),
        note(
            sheet,
            filled,
            middle,
            STRIP + (6 if fits else 22),
            align="center",
            baseline="top",
            color=QUIET_INK,
            halo=False,
        ),
        note(sheet, last, finding.blocks, STRIP + 6, align="right", baseline="top", color=QUIET_INK, halo=False),
    ]
