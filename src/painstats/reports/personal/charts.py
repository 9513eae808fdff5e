"""The charts of a personal report, and the months as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from painstats.findings.content import unit_of
from painstats.findings.finding import Finding
from painstats.findings.reading import reading_of, shown_size
from painstats.findings.states import state_of
from painstats.plan.study import Study
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.phrases import counted, listed
from painstats.questions.question import Outcome, outcome_of
from painstats.questions.registry import kind_of
from painstats.reports.drawn_days import MOST_WEEKS, drawn_days
from painstats.reports.figures.daily_charts import NARROW, WIDE, daily_panels, outcome_calendar
from painstats.reports.figures.effect_charts import EffectBar, own_among_others
from painstats.reports.measures_shown import measures_shown
from painstats.reports.numbers import Interval
from painstats.reports.pages import Figure, figure
from painstats.reports.personal.record import ParticipantRecord
from painstats.vocabulary import MEASURES

MINUTES_OF_DAY = 1440


def figures_of_days(record: ParticipantRecord, study: Study) -> tuple[Figure, ...]:
    """Draw a participant's days, and the calendar of their scores."""
    days = drawn_days(record.days)
    return (_over_time(record, days, study), *_calendar(days, outcome_of(study.plan.outcome)))


def _over_time(record: ParticipantRecord, days: pl.DataFrame, study: Study) -> Figure:
    measures, outcome = measures_shown(study, days), outcome_of(study.plan.outcome)
    labels = listed([MEASURES[measure].label for measure in measures])
    undrawn = record.days.height - days.height
    why = f"before the first or after the last score, or more than {MOST_WEEKS} weeks back"
    cut = f" Not drawn: {counted(undrawn, 'day')} {why}." if undrawn else ""
    bars = " The bars below the scores are your treatments; the higher the bar, the higher the dose."
    treated = bars if _phases(record).height else ""
    return figure(
        "days",
        f"Your {outcome_words(outcome).label}, and below it {labels}, day by day.",
        f"Each dot is a day. Where a line breaks, a day is missing; a grey mark at the foot shows which.{treated}{cut}",
        *(daily_panels(days, _phases(record), outcome, measures, width) for width in (WIDE, NARROW)),
    )


def _phases(record: ParticipantRecord) -> pl.DataFrame:
    """Return the treatments, and each block of an experiment with its treatment as a phase of its own."""
    rows = [
        (f"{experiment.on} (experiment)", *_block(experiment, place))
        for experiment in record.experiments
        for place, is_on in enumerate(experiment.order)
        if is_on
    ]
    blocks = pl.DataFrame(rows, {"name": pl.String, "start_date": pl.Date, "end_date": pl.Date}, orient="row")
    return pl.concat([record.phases, blocks], how="diagonal")


def _block(experiment: ExperimentFinding, place: int) -> tuple[date, date]:
    first = experiment.first_date + timedelta(days=place * experiment.block_days)
    return first, first + timedelta(days=experiment.block_days - 1)


def _calendar(days: pl.DataFrame, outcome: Outcome) -> list[Figure]:
    if not days["outcome_score"].count():
        return []
    words = outcome_words(outcome)
    calendar = figure(
        "calendar",
        f"A calendar of your {words.label}.",
        f"Each cell is a day. The darker the cell, the {words.higher} your {words.label}. "
        "An empty cell with a dashed edge is a day without a score.",
        *(outcome_calendar(days, outcome, width) for width in (WIDE, NARROW)),
    )
    return [calendar]


def figures_among_others(record: ParticipantRecord) -> tuple[Figure, ...]:
    """Draw a participant's effects among those of all participants, where there is a single answer."""
    return tuple(
        _own_effect(place, own, record)
        for place, own in enumerate(record.findings)
        if verdict_bar(own) is not None and not state_of(own).is_split
    )


def _own_effect(place: int, own: Finding, record: ParticipantRecord) -> Figure:
    unit, kind = unit_of(own), kind_of(own.question.kind)
    same = [finding for finding in record.all_findings if finding.question == own.question]
    bars = [bar for finding in same if (bar := _bar_among_others(finding, own, unit.factor))]
    others = " The thin grey bars are readings of the other participants, without names." if len(bars) > 1 else ""
    answered = (
        "The thick bar is your range from the last answer day; it is blue or brown only if a direction is given. "
        "The dashed bar is your reading of today with its 95% interval."
        if own.judged
        else "The dashed bar is your reading of today with its 95% interval. It is no answer."
    )
    chart = kind.chart(own.question)
    return figure(
        f"slope-{place}",
        chart.label,
        f"{chart.title}. {answered}{others} "
        "Inside the pale band a difference is smaller than what matters; the vertical line marks no difference.",
        *(
            own_among_others(bars, replace(chart, per=unit.per), own.smallest_effect * unit.factor, width)
            for width in (WIDE, NARROW)
        ),
    )


def _bar_among_others(finding: Finding, own: Finding, factor: float) -> EffectBar | None:
    """Return the bar of the reader: their verdict; or of another participant: their reading."""
    bar = verdict_bar(finding, is_own=True) if finding is own else _reading_bar(finding)
    return bar and bar.times(factor)


def verdict_bar(finding: Finding, *, label: str = "", is_own: bool = False) -> EffectBar | None:
    """Turn a finding into a bar: the range of its verdict, or the reading where it has none; None without numbers."""
    reading, judged, check = _reading(finding), finding.judged, finding.check("own_days")
    is_pooled = finding.estimate.basis == "pooled" and check is not None
    own = Interval(check.value, check.low, check.high) if is_pooled and check else None
    if judged is not None:
        value = shown_size(finding)
        return EffectBar(label, Interval(value, judged.low, judged.high), reading, own, finding.verdict, is_own)
    return EffectBar(label, reading, None, own, finding.verdict, is_own) if reading else None


def _reading_bar(finding: Finding) -> EffectBar | None:
    reading = _reading(finding)
    return EffectBar("", reading) if reading else None


def _reading(finding: Finding) -> Interval | None:
    reading = reading_of(finding)
    return Interval(reading.value, reading.low, reading.high) if reading else None
