"""The drawings of the status page: strips of days and bars of nights, as small SVG that needs no script."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from painstats.study_status.status import Night, NightState

CELL = 10
"""Width of a day in a strip, of which one tenth is the gap to the next."""

BAR_FLOOR, BAR_TOP = 76, 14
"""Where bars stand and how far they may reach, in pixels from the top."""


def day_strip(days: Sequence[bool]) -> Markup:
    """Draw days as a row of cells, filled where a day is valid."""
    filled, empty = (
        "".join(f"M{place * CELL + 0.5:g} .5h9v11h-9z" for place, day in enumerate(days) if day is wanted)
        for wanted in (True, False)
    )
    return Markup(
        '<svg class="strip" viewBox="0 0 {width} 12" preserveAspectRatio="none" role="img" aria-label="{label}">'
        '<path class="empty" d="{empty}"/><path class="filled" d="{filled}"/></svg>'
    ).format(width=len(days) * CELL, label=f"{sum(days)} of {len(days)} days", empty=empty, filled=filled)


def night_bars(nights: Sequence[Night]) -> Markup:
    """Draw a bar for each night, as high as the run was long; darker where it had problems, a word where it failed."""
    longest = max((night.seconds or 0 for night in nights), default=0) or 1
    step = 100 / max(1, len(nights))
    marks = [_bar(night, place * step, step, longest) for place, night in enumerate(nights)]
    axis = Markup('<line x1="0" x2="100%" y1="{y}" y2="{y}"/>').format(y=BAR_FLOOR)
    label = "; ".join(f"{night.date.day}: {_spoken(night)}" for night in nights)
    return Markup(
        '<svg class="bars" height="96" role="img" aria-label="Runs of the last nights. {label}">{axis}{marks}</svg>'
    ).format(label=label, axis=axis, marks=Markup().join(marks))


def _bar(night: Night, left: float, step: float, longest: float) -> Markup:
    middle = f"{left + step / 2:.2f}%"
    day = Markup('<text x="{x}" y="92">{day}</text>').format(x=middle, day=night.date.day)
    if night.state is NightState.NONE:
        return day
    if night.state is NightState.FAILED:
        word = Markup('<text x="{x}" y="{y}">failed</text>').format(x=middle, y=BAR_FLOOR - 8)
        return word + _rect(night, left, step, 3) + day
    height = max(3.0, (BAR_FLOOR - BAR_TOP) * (night.seconds or 0) / longest)
    return _rect(night, left, step, height) + day


def _rect(night: Night, left: float, step: float, height: float) -> Markup:
    return Markup(
        '<rect class="{state}" x="{x:.2f}%" width="{width:.2f}%" y="{y:.1f}" height="{height:.1f}">'
        "<title>{title}</title></rect>"
    ).format(
        state=night.state, x=left + step * 0.08, width=step * 0.84, y=BAR_FLOOR - height, height=height,
        title=f"{night.date.day}: {_spoken(night)}",
    )  # fmt: skip


def _spoken(night: Night) -> str:
    if night.state is NightState.NONE:
        return "no run"
    if night.state is NightState.FAILED:
        return "failed"
    seconds = f"{night.seconds or 0:,.0f} seconds"
    return f"{seconds}, with problems" if night.state is NightState.PROBLEMS else seconds
