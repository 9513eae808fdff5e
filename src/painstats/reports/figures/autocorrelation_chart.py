"""The autocorrelation of a model's residuals at lags of 1, 2, … days, with the limits beyond which it is too large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from painstats.reports.figures.svg.axis import BELOW
from painstats.reports.figures.svg.axis import HEIGHT as BELOW_CHART
from painstats.reports.figures.svg.frame import Frame, drawing, short
from painstats.reports.figures.svg.label import label
from painstats.reports.figures.svg.marks import bar, dashes
from painstats.reports.numbers import number

AUTOCORRELATION_LIMIT = 0.10
"""Above it the residuals have structure that the model has not explained (docs/method/checks.md)."""

HEIGHT = 130
SMALLEST_SCALE = 0.25


def autocorrelation(correlations: Sequence[float | None]) -> Markup:
    """Draw a bar for each lag; None where there are too few pairs of days leaves its place empty."""
    widest = max([SMALLEST_SCALE, *(1.1 * abs(each) for each in correlations if each is not None)])
    frame = Frame((0.5, len(correlations) + 0.5), (-widest, widest), HEIGHT)
    limits = (-AUTOCORRELATION_LIMIT, AUTOCORRELATION_LIMIT)
    parts = [
        *(part for limit in (*limits, 0.0) for part in _tick(frame, limit)),
        *(dashes(frame, frame.x, limit) for limit in limits),
        *_bars(frame, correlations),
        *(
            label(f"{lag} days" if lag == len(correlations) else f"{lag}", frame.share(lag), HEIGHT + BELOW,
                  anchor="middle", style="q in")
            for lag in range(1, len(correlations) + 1)
        ),
    ]  # fmt: skip
    return drawing(HEIGHT + BELOW_CHART, parts, longest_label="−0.10")


def _tick(frame: Frame, value: float) -> Iterator[Markup]:
    y = frame.down(value)
    if not value:
        yield Markup(f'<line class="axis" x2="100%" y1="{short(y)}" y2="{short(y)}"/>')
    yield label(number(value, 1) if value else "0", 0, y + 4.5, anchor="end", dx=-6, style="q in")


def _bars(frame: Frame, correlations: Sequence[float | None]) -> Iterator[Markup]:
    for lag, value in enumerate(correlations, start=1):
        if value is not None:
            top, foot = frame.down(max(value, 0.0)), frame.down(min(value, 0.0))
            ends = frame.share(lag - 0.2), frame.share(lag + 0.2)
            yield bar(ends, top, max(foot - top, 0.5))
