"""The chart of the course of the outcome, with its treatments, for the personal page and the clinic page."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from painstats.language import _, ngettext, plain_number
from painstats.plan.study import Study
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import outcome_of
from painstats.questions.size_words import days_words
from painstats.reports.dates import date_words, month_and_day
from painstats.reports.drawn_days import MOST_WEEKS, drawn_days, first_of, last_of
from painstats.reports.figures.course_chart import Course, course_drawing
from painstats.reports.figures.treatment_rows import BarRow, bar_rows
from painstats.reports.figures.widened import widened
from painstats.reports.pages import Chart
from painstats.reports.personal.course_words import course_words
from painstats.reports.personal.months import months_table
from painstats.reports.personal.record import ParticipantRecord

A_YEAR = 330
"""Days from which the chart is called that of a year."""

YEAR = _("Your year")
CLINIC_TITLE = _("Course of {outcome}")
NOTE = _("{outcome} from {low} to {high}; dots are days, the line is the week")
TREATED_NOTE = _("{outcome} from {low} to {high}; dots are days, the line is the week; treatments below")
CUT_NOTE = _("{note}; not drawn: {days} before the first or after the last score, or more than {weeks} weeks back")
CLINIC_NOTE = _("dots are days, the line is the week")
LAST_VISIT = _("last visit, {day}")
STARTS = _("Treatments: {treatments}.")
START = _("{name} from {day}")
DOSE_START = _("{name} {dose} from {day}")
BY_LOT = _("{name} (by lot)")
LABEL_OF_TREATED = _("{course} {treatments}")
MOST_STARTS_SAID = 8


def course_chart(
    record: ParticipantRecord, study: Study, *, last_visit: date | None = None, compact: bool = False
) -> Chart:
    """Draw the days from the first to the last score, at most the newest 53 weeks.

    Parameters
    ----------
    record, study
        The participant, with at least one day, and the study.
    last_visit
        A date that is drawn as a line, where it is among these days.
    compact
        Whether it is drawn for the clinic page: low, and with a title for a clinician.
    """
    days, outcome = drawn_days(record.days), outcome_of(study.plan.outcome)
    scored = days.drop_nulls("outcome_score")
    scores = dict(zip(scored["date"].to_list(), scored["outcome_score"].to_list(), strict=True))
    span = first_of(days["date"]), last_of(days["date"])
    treatments = bar_rows(treatments_drawn(record), span)
    course = Course(*span, scores, widened(outcome.scale, scores.values()), treatments)
    visit = (last_visit, LAST_VISIT.format(day=month_and_day(last_visit))) if last_visit else None
    label = outcome_words(outcome).label
    words = course_words(scores, outcome.scale, label)
    return Chart(
        title=CLINIC_TITLE.format(outcome=label) if compact else _title(span),
        note=CLINIC_NOTE if compact else _note(record, days, study, is_treated=bool(treatments)),
        label=LABEL_OF_TREATED.format(course=words, treatments=_starts(treatments)) if treatments else words,
        drawing=course_drawing(course, last_visit=visit, compact=compact),
        numbers=None if compact else months_table(record.days, study),
    )


def _title(span: tuple[date, date]) -> str:
    days = (span[1] - span[0]).days + 1
    return YEAR if days >= A_YEAR else _weeks(max(1, round(days / 7)))


def _weeks(weeks: int) -> str:
    return ngettext("Your {weeks} week", "Your {weeks} weeks", weeks).format(weeks=weeks)


def _note(record: ParticipantRecord, days: pl.DataFrame, study: Study, *, is_treated: bool) -> str:
    outcome = outcome_of(study.plan.outcome)
    low, high = outcome.scale
    template = TREATED_NOTE if is_treated else NOTE
    note = template.format(outcome=outcome_words(outcome).label, low=plain_number(low), high=plain_number(high))
    undrawn = record.days.height - days.height
    return CUT_NOTE.format(note=note, days=days_words(undrawn), weeks=MOST_WEEKS) if undrawn else note


def treatments_drawn(record: ParticipantRecord) -> pl.DataFrame:
    """Return the treatments, and each block of an experiment with its treatment as a phase of its own."""
    rows = [
        (BY_LOT.format(name=experiment.on), *_block(experiment, place))
        for experiment in record.experiments
        for place, is_on in enumerate(experiment.order)
        if is_on
    ]
    blocks = pl.DataFrame(rows, {"name": pl.String, "start_date": pl.Date, "end_date": pl.Date}, orient="row")
    return pl.concat([record.phases, blocks], how="diagonal")


def _block(experiment: ExperimentFinding, place: int) -> tuple[date, date]:
    first = experiment.first_date + timedelta(days=place * experiment.block_days)
    return first, first + timedelta(days=experiment.block_days - 1)


def _starts(rows: list[BarRow]) -> str:
    """Name the treatments with their first days and doses; of blocks of an experiment only the first."""
    bars = [bar for row in rows for bar in row.marked]
    said = [
        (DOSE_START if bar.dose else START).format(name=bar.name, dose=bar.dose, day=date_words(bar.first))
        for bar in bars[:MOST_STARTS_SAID]
    ]
    return STARTS.format(treatments=", ".join(said))
