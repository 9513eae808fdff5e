"""The chart of an experiment: the mean of each block, filled with the treatment and hollow without, and two levels.

While an experiment is sealed only the strip of its blocks is drawn.
"""

from __future__ import annotations

import math

from markupsafe import Markup

from painstats.language import _, decimal, plain_number
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.phrases import label_text
from painstats.questions.question import Outcome
from painstats.reports.dates import month_and_day
from painstats.reports.figures.level_parts import LINE, level_label, sign
from painstats.reports.figures.svg.axis import scale_ticks, value_axis
from painstats.reports.figures.svg.frame import Frame, drawing, scaled
from painstats.reports.figures.svg.label import NARROWEST, Anchor, fitting, label, text_width
from painstats.reports.figures.svg.marks import cells, hit, level, point
from painstats.reports.figures.widened import widened

PLOT, STRIP, GAP = 180, 16, 8
"""Pixels of the plot area, of the strip of blocks, and between the two."""

RADIUS = 5
WITHOUT, WITH = _("{level} without"), _("{level} with")
FILLED, FILLED_TO_COME = _("filled: {name}"), _("filled: {name}; dashed: to come")
BLOCK = _("block {number}: {mean}")
BLOCK_WITHOUT_MEAN = _("block {number}: no scores")


def experiment_drawing(finding: ExperimentFinding, outcome: Outcome, blocks_begun: int) -> Markup:
    """Draw an experiment.

    Parameters
    ----------
    finding
        The experiment.
    outcome
        What the scores are of, and their scale.
    blocks_begun
        Blocks that have begun; the others are drawn as still to come.
    """
    is_sealed = finding.stage in ("planned", "sealed")
    if is_sealed or not any(mean is not None for mean in finding.block_means):
        strip = _strip(finding, blocks_begun, 0)
        return drawing(STRIP + 2 * LINE + GAP, strip, margin=False)
    frame = Frame((0, finding.blocks), scale_of(finding, outcome), PLOT)
    ticks = scale_ticks(*frame.y)
    parts = [
        *value_axis(frame, ticks),
        *_levels(frame, finding),
        *_means(frame, finding),
        *_strip(finding, blocks_begun, PLOT + GAP),
        *_hits(frame, finding),
    ]
    longest = max((plain_number(value) for value in ticks), key=len)
    return drawing(PLOT + GAP + STRIP + 2 * LINE + GAP, parts, longest_label=longest)


def scale_of(finding: ExperimentFinding, outcome: Outcome) -> tuple[float, float]:
    """Return the part of the scale that is drawn: a tenth of it more than the blocks' means on both sides."""
    means = [mean for mean in finding.block_means if mean is not None]
    step = (outcome.scale[1] - outcome.scale[0]) / 10
    low, high = widened(outcome.scale, means)
    return max(low, math.floor(min(means) / step - 1) * step), min(high, math.ceil(max(means) / step + 1) * step)


def _means(frame: Frame, finding: ExperimentFinding) -> list[Markup]:
    style = sign(finding.verdict)
    return [
        point(frame, (place + 0.5, mean), style if is_on else "none", RADIUS, hollow=not is_on)
        for place, (mean, is_on) in enumerate(zip(finding.block_means, finding.order, strict=False))
        if mean is not None
    ]


def _levels(frame: Frame, finding: ExperimentFinding) -> list[Markup]:
    if finding.level_off is None or finding.level_on is None:
        return []
    style, rises = sign(finding.verdict), finding.level_on > finding.level_off
    texts = WITHOUT.format(level=decimal(finding.level_off)), WITH.format(level=decimal(finding.level_on))
    x, anchor = _free_end(frame, finding, max(texts, key=len))
    return [
        level(frame, frame.x, finding.level_off),
        level(frame, frame.x, finding.level_on, style),
        level_label(frame, texts[0], (x, finding.level_off), "none", up=not rises, anchor=anchor),
        level_label(frame, texts[1], (x, finding.level_on), style, up=rises, anchor=anchor),
    ]


def _free_end(frame: Frame, finding: ExperimentFinding, text: str) -> tuple[float, Anchor]:
    """Return the end of the levels where their names cover fewer means of blocks."""
    covered = math.ceil(text_width(text) / NARROWEST * finding.blocks)
    levels = (finding.level_off or 0.0, finding.level_on or 0.0)
    reach = 2 * LINE / frame.height * (frame.y[1] - frame.y[0])
    is_near = [mean is not None and min(levels) - reach < mean < max(levels) + reach for mean in finding.block_means]
    if sum(is_near[:covered]) <= sum(is_near[-covered:]):
        return frame.x[0], "start"
    return frame.x[1], "end"


def _strip(finding: ExperimentFinding, blocks_begun: int, top: float) -> list[Markup]:
    """Draw the blocks in their order, those with the treatment filled, those still to come with a dashed edge."""
    begun = [(place, bool(on)) for place, on in enumerate(finding.order) if place < blocks_begun]
    to_come = [(place, 0) for place in range(blocks_begun, finding.blocks)]
    paths = [
        cells([(place, 0) for place, on in begun if on], finding.blocks, STRIP, "filled"),
        cells([(place, 0) for place, on in begun if not on], finding.blocks, STRIP, "empty"),
        cells(to_come, finding.blocks, STRIP, "to-come"),
    ]
    moved = Markup('<svg y="{}">').format(top) + scaled(STRIP, paths) + Markup("</svg>")
    return [moved, *_below(finding, top + STRIP, has_more=bool(to_come))]


def _below(finding: ExperimentFinding, foot: float, *, has_more: bool) -> list[Markup]:
    """Write the first and the last day under the strip, and what is filled: between them if there is room."""
    first, last = month_and_day(finding.first_date), month_and_day(finding.last_date)
    template = FILLED_TO_COME if has_more else FILLED
    filled = template.format(name=fitting(label_text(finding.on), NARROWEST - text_width(template.format(name=""))))
    fits = text_width(f"{first}   {filled}   {last}") < NARROWEST
    y = foot + LINE
    place: tuple[float, float, Anchor] = (0.5, y, "middle") if fits else (0, y + LINE, "start")
    return [
        label(first, 0, y, style="q in"),
        label(filled, place[0], place[1], anchor=place[2], style="q in"),
        label(last, 1, y, anchor="end", style="q in"),
    ]


def _hits(frame: Frame, finding: ExperimentFinding) -> list[Markup]:
    """Lay a box over each block that says its mean."""
    return [
        hit(
            (frame.share(place), frame.share(place + 1)), 0, frame.height,
            (BLOCK_WITHOUT_MEAN if mean is None else BLOCK).format(number=place + 1, mean=decimal(mean or 0)),
        )
        for place, mean in enumerate(finding.block_means)
    ]  # fmt: skip
