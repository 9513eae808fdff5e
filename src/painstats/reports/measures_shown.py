"""Which measures a participant's charts and months show: those asked about, and exercise beside steps."""

from __future__ import annotations

import polars as pl

from painstats.plan.study import Study
from painstats.questions.asked import asked

STEPS, EXERCISE = "step_count", "exercise_time_min"


def measures_of(study: Study) -> list[str]:
    """Return the measures that a study asks about, each once."""
    return list(dict.fromkeys(question.exposure.measure for question in asked(study)))


def measures_shown(study: Study, days: pl.DataFrame) -> list[str]:
    """Return the measures to show of a participant: exercise follows steps if any was recorded.

    Steps miss what is done without them: an hour of swimming is a day of few steps.

    Parameters
    ----------
    study
        The study.
    days
        Rows of ``daily_summary`` of one participant.
    """
    measures = measures_of(study)
    if STEPS not in measures or EXERCISE in measures or not days.select((pl.col(EXERCISE) > 0).any()).item():
        return measures
    after = measures.index(STEPS) + 1
    return [*measures[:after], EXERCISE, *measures[after:]]
