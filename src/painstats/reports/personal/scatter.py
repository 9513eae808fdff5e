"""The chart of a daily question: the participant's own days, and the line of the model between low and high days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from painstats.findings.finding import Finding
from painstats.findings.reading import shown_size
from painstats.findings.states import state_of
from painstats.language import _, decimal, plain_number
from painstats.questions.daily.words import compared_with
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import capital, whole
from painstats.questions.verdict import Verdict
from painstats.reports.figures.level_parts import sign
from painstats.reports.figures.scatter_chart import LineEnd, Scatter, scatter_drawing
from painstats.reports.pages import Chart
from painstats.reports.personal.record import ParticipantRecord

FEWEST_DAYS = 2
MINUTES_OF_DAY = 1440
DAILY = "daily"
DRAWN = (Verdict.LOWER, Verdict.HIGHER, Verdict.AT_MOST_SMALL)
"""Verdicts that are shown as a line through the days; of the others the looks are shown."""


@dataclass(frozen=True, slots=True)
class AxisWords:
    """How the axis of a measure is drawn and named.

    Parameters
    ----------
    low, high
        "short nights", "long nights".
    axis
        What it counts, for the usual days: "hours slept in the night before".
    per
        How many of the column's units one unit of the axis is.
    tick
        Writes a value: "6 h".
    """

    low: str
    high: str
    axis: str
    per: float
    tick: Callable[[float], str]


HOURS = _("{hours} h")
SHARE = _("{share}%")


def _hours(value: float) -> str:
    return HOURS.format(hours=plain_number(value))


def _plain(value: float) -> str:
    return whole(value).replace("-", "−")


def _clock(value: float) -> str:
    hours, minutes = divmod(round(60 * value) % MINUTES_OF_DAY, 60)
    return f"{hours:02d}:{minutes:02d}"


def _share(value: float) -> str:
    return SHARE.format(share=plain_number(value))


AXES = {
    "total_sleep_time_min": AxisWords(
        _("short nights"), _("long nights"), _("hours slept in the night before"), 60, _hours
    ),
    "step_count": AxisWords(_("quiet days"), _("busy days"), _("steps on the day before"), 1, _plain),
    "active_time_min": AxisWords(_("quiet days"), _("busy days"), _("active minutes on the day before"), 1, _plain),
    "exercise_time_min": AxisWords(
        _("little exercise"), _("a lot"), _("minutes of exercise on the day before"), 1, _plain
    ),
    "sleep_efficiency_percent": AxisWords(
        _("restless nights"), _("calm nights"), _("time asleep of the time in bed, the night before"), 1, _share
    ),
    "sleep_midpoint_min": AxisWords(
        _("early nights"), _("late nights"), _("middle of the sleep in the night before"), 60, _clock
    ),
    "sleep_regularity_index": AxisWords(
        _("less regular"), _("more regular"), _("regularity of the sleep in two weeks"), 1, _plain
    ),
    "time_in_bed_min": AxisWords(
        _("short nights"), _("long nights"), _("hours in bed in the night before"), 60, _hours
    ),
}
NOTE = _("by {axis}; each dot is a day")
END = _("{days}: {level}")
SHOWN = _("{outcome} by {axis}: around {low} after {low_days}, around {high} after {high_days}, on {days} days.")


def scatter_charts(record: ParticipantRecord) -> tuple[Chart, ...]:
    """Draw each daily question with a direction, or with an effect that is at most small."""
    charts = (scatter_chart(finding, record) for finding in record.findings)
    return tuple(chart for chart in charts if chart is not None)


def question_card(finding: Finding) -> str:
    """Name the card of a question."""
    return f"question-{finding.question.name}"


def scatter_chart(finding: Finding, record: ParticipantRecord) -> Chart | None:
    """Draw the days of a daily question; None where there is no answer that a line could show.

    The line has the size that the sentences give, and goes through the mean of the days that are drawn. Its ends are
    the low and high days on which the question was judged.
    """
    question, axis, days = finding.question, AXES.get(finding.question.exposure.measure), _days(finding, record)
    if axis is None or len(days) < FEWEST_DAYS or not _is_drawn(finding):
        return None
    low, high = _ends(finding, axis, days)
    label, name = outcome_words(question.outcome).label, _axis_name(finding, axis)
    shown = SHOWN.format(
        outcome=capital(label), axis=name, low=decimal(low.y), low_days=axis.low, high=decimal(high.y),
        high_days=axis.high, days=len(days),
    )  # fmt: skip
    scatter = Scatter(days, question.outcome.scale, (low, high), sign(finding.verdict), axis.tick, name)
    return Chart(
        title=capital(label),
        note=NOTE.format(axis=name),
        label=shown,
        drawing=scatter_drawing(scatter),
        card=question_card(finding),
    )


def _is_drawn(finding: Finding) -> bool:
    return finding.judged is not None and finding.verdict in DRAWN and not state_of(finding).is_split


def _days(finding: Finding, record: ParticipantRecord) -> list[tuple[float, float]]:
    """Return the exposure, in units of the axis, and the score of each day; of other kinds of question nothing."""
    column, axis = finding.question.exposure.name, AXES.get(finding.question.exposure.measure)
    if finding.question.kind != DAILY or axis is None or column not in record.frame.columns:
        return []
    known = record.frame.select(column, "outcome_score").drop_nulls()
    return [(x * finding.question.exposure.definition.per / axis.per, y) for x, y in known.iter_rows()]


def _ends(finding: Finding, axis: AxisWords, days: Sequence[tuple[float, float]]) -> tuple[LineEnd, LineEnd]:
    """Return the ends of the line, whose size is changed from units of an effect to those of the axis."""
    assert finding.judged is not None
    per = finding.question.exposure.definition.per / axis.per
    size, own = shown_size(finding) / per, finding.judged.exposure
    middle = fmean(x for x, _y in days), fmean(y for _x, y in days)
    return _end(own.low * per, middle, size, axis.low), _end(own.high * per, middle, size, axis.high)


def _axis_name(finding: Finding, axis: AxisWords) -> str:
    """Name the axis; days that are not the usual ones for a measure are named as in the question."""
    exposure = finding.question.exposure
    return axis.axis if exposure.lag_days == exposure.definition.lag_days else compared_with(exposure)


def _end(x: float, middle: tuple[float, float], size: float, words: str) -> LineEnd:
    y = middle[1] + size * (x - middle[0])
    return LineEnd(x, y, END.format(days=words, level=decimal(y)))
