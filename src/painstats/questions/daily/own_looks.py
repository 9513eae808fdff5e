"""The looks at a participant's own days: a model of the days up to each look, and of no later ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.errors import PainstatsError
from painstats.mixedlm.inference.coefficients import CoefficientTable, coefficient
from painstats.mixedlm.inference.one_participant import fit_one_participant, participant_rows
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.daily.guards import DaysOf, guarded_alone, with_guard
from painstats.questions.daily.look_evidence import (
    Effect,
    LookOf,
    exposure_range,
    from_test,
    limits_at,
    scale_ends,
    smallest_effect,
)
from painstats.questions.daily.refusals import (
    exposure_hardly_varies,
    exposure_rarely_known,
    outcome_hardly_varies,
    those_that_apply,
    too_many_days_missing,
)
from painstats.questions.look import Look, LookDay
from painstats.questions.question import Question, family_size


@dataclass(frozen=True, slots=True)
class Refused:
    """A question that may not be judged at a look, and why, by name."""

    when: LookDay
    reasons: tuple[str, ...]


LookResult = Look | Refused


def own_look(
    rows: pl.DataFrame, design: DailyDesign, questions: Sequence[Question], days: DaysOf, when: LookDay
) -> dict[str, LookResult]:
    """Return the evidence on each question from one participant's days until a look.

    Parameters
    ----------
    rows
        The participant's usable rows of ``model_frame`` as they were on the day of the look, by date.
    design
        The design of all questions. Each is answered by the model of its total effect, which the columns of questions
        that may not be judged leave.
    questions
        The daily questions of the study.
    days
        Known days of guarded exposures until the look.
    when
        The look.
    """
    refused = {question.name: reasons_at(rows, question, design) for question in questions}
    judged = [question for question in questions if not refused[question.name]]
    found: dict[str, LookResult] = {
        question.name: Refused(when, refused[question.name]) for question in questions if question not in judged
    }
    for total in design.totals():
        answered = [question for question in judged if total.answers(question)]
        kept = total.only([question.exposure for question in judged])
        table = _own_table(rows, kept, days) if answered else None
        found |= {question.name: _evidence(rows, question, questions, design, table, when) for question in answered}
    return {question.name: found[question.name] for question in questions}


def reasons_at(rows: pl.DataFrame, question: Question, design: DailyDesign) -> tuple[str, ...]:
    """List why a question may not be judged at a look, whatever the numbers say; empty if it may."""
    rules, exposure = design.rules, question.exposure
    return those_that_apply(
        {
            "outcome_hardly_varies": outcome_hardly_varies(rows, design.scale),
            "exposure_rarely_known": exposure_rarely_known(rows, exposure, rules),
            "exposure_hardly_varies": exposure_hardly_varies(rows, exposure),
            "too_many_days_missing": too_many_days_missing(rows, rules),
        }
    )


def _evidence(
    rows: pl.DataFrame,
    question: Question,
    questions: Sequence[Question],
    design: DailyDesign,
    table: CoefficientTable | None,
    when: LookDay,
) -> LookResult:
    known = exposure_range(rows, question.exposure)
    names = [row.name for row in table.coefficients] if table else []
    if table is None or known is None or question.exposure.within not in names:
        return Refused(when, ("no_fit",))
    effect = coefficient(table, question.exposure.within)
    limits = limits_at(design.rules, when.number, family_size(questions, question))
    ends = scale_ends(rows, design.scale)
    matters = smallest_effect(known, ends, design)
    return from_test(
        LookOf(when, "own_days", limits, matters, known, ends), Effect(effect.estimate, effect.se, effect.df)
    )


def _own_table(rows: pl.DataFrame, design: DailyDesign, days: DaysOf) -> CoefficientTable | None:
    """Fit a participant's own model; None without a certified optimum."""
    try:
        own = participant_rows(within_participants(rows, design), str(rows["participant_id"][0]))
        fit = fit_one_participant(own, RESIDUALS)
    except (PainstatsError, np.linalg.LinAlgError):
        return None
    return with_guard(fit, guarded_alone(fit, days)).table if fit.fit.converged else None
