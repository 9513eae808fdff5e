"""The calendar of a participant's days: which of them are complete."""

from __future__ import annotations

import polars as pl

from painstats.language import _
from painstats.plan.study import Study
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import outcome_of
from painstats.reports.drawn_days import drawn_days, first_of, last_of
from painstats.reports.figures.calendar_chart import calendar_drawing, shades_of
from painstats.reports.measures_shown import measures_of
from painstats.reports.pages import Chart
from painstats.reports.personal.record import ParticipantRecord

COMPLETE, SCORE_ONLY, NO_SCORE = "c4", "c2", "c0"
TITLE = _("Days you sent")
NOTE = _("each box is a day, each column a week from Monday down")
COMPLETE_WORDS = _("complete: {days}")
SCORE_ONLY_WORDS = _("{outcome} score, something else missing: {days}")
NO_SCORE_WORDS = _("no {outcome} score: {days}")
LABEL = _("{complete}; {partly}; {without}.")


def calendar_chart(record: ParticipantRecord, study: Study) -> Chart | None:
    """Draw which days are complete, from the first to the last score; None without a score.

    A day is complete with a score and every measure that the study asks about.
    """
    days = drawn_days(record.days)
    if not days["outcome_score"].count():
        return None
    known = [pl.col(measure).is_not_null() for measure in measures_of(study)]
    shade = (
        pl.when(pl.col("outcome_score").is_null())
        .then(pl.lit(NO_SCORE))
        .when(pl.all_horizontal(pl.lit(True), *known))
        .then(pl.lit(COMPLETE))
        .otherwise(pl.lit(SCORE_ONLY))
    )
    label = outcome_words(outcome_of(study.plan.outcome)).label
    words = {
        COMPLETE: COMPLETE_WORDS,
        SCORE_ONLY: SCORE_ONLY_WORDS.replace("{outcome}", label),
        NO_SCORE: NO_SCORE_WORDS.replace("{outcome}", label),
    }
    shades = shades_of(dict(days.select("date", shade.alias("shade")).iter_rows()), words)
    complete, partly, without = (one.words for one in shades)
    return Chart(
        title=TITLE,
        note=NOTE,
        label=LABEL.format(complete=complete, partly=partly, without=without),
        drawing=calendar_drawing(shades, (first_of(days["date"]), last_of(days["date"]))),
    )
