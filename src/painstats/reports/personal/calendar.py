"""The calendar of a participant's days: which of them are complete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from painstats.language import _
from painstats.plan.study import Study
from painstats.questions.outcome_words import outcome_words
from painstats.questions.question import outcome_of
from painstats.reports.drawn_days import drawn_days, first_of, last_of
from painstats.reports.figures.calendar_chart import Shade, calendar_drawing
from painstats.reports.measures_shown import measures_of
from painstats.reports.pages import Chart
from painstats.reports.personal.record import ParticipantRecord

COMPLETE, SCORE_ONLY, NO_SCORE = "c4", "c2", "c0"
TITLE = _("Days you sent")
NOTE = _("each box is a day, each column a week from Monday down")
COMPLETE_WORDS = _("complete: {days}")
SCORE_WORDS = _("{outcome} score: {days}")
SCORE_ONLY_WORDS = _("{outcome} score, something else missing: {days}")
NO_SCORE_WORDS = _("no {outcome} score: {days}")


def calendar_chart(record: ParticipantRecord, study: Study) -> Chart | None:
    """Draw which days are complete, from the first to the last score; None without a score.

    A day is complete with a score and every measure that the study asks about and that is known on any of these days.
    """
    days = drawn_days(record.days)
    if not days["outcome_score"].count():
        return None
    measures = [measure for measure in measures_of(study) if days[measure].count()]
    label = outcome_words(outcome_of(study.plan.outcome)).label
    words = {
        COMPLETE: COMPLETE_WORDS if measures else SCORE_WORDS,
        SCORE_ONLY: SCORE_ONLY_WORDS,
        NO_SCORE: NO_SCORE_WORDS,
    }
    shades = [
        Shade(style, words[style].format(outcome=label, days=len(own)), own)
        for style, own in _sorted(days, measures).items()
        if own or style == COMPLETE
    ]
    return Chart(
        title=TITLE,
        note=NOTE,
        label=f"{'; '.join(shade.words for shade in shades)}.",
        drawing=calendar_drawing(shades, (first_of(days["date"]), last_of(days["date"]))),
    )


def _sorted(days: pl.DataFrame, measures: Sequence[str]) -> dict[str, list[date]]:
    """Sort days by their shade, from complete ones to those without a score."""
    has_score, known = pl.col("outcome_score").is_not_null(), [pl.col(measure).is_not_null() for measure in measures]
    is_complete = pl.all_horizontal(has_score, *known)
    return {
        COMPLETE: days.filter(is_complete)["date"].to_list(),
        SCORE_ONLY: days.filter(has_score & ~is_complete)["date"].to_list(),
        NO_SCORE: days.filter(~has_score)["date"].to_list(),
    }
