"""What is asked of the robustness set: the answers that were given, and the days and the model they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import Residuals, fit_mixed
from painstats.mixedlm.inference.coefficients import CoefficientTable, coefficient
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.one_participant import fit_one_participant, participant_rows
from painstats.mixedlm.inference.two_stage import two_sided_p, two_stage
from painstats.plan.study import Study
from painstats.questions.daily.columns import mixed_model, within_people
from painstats.questions.daily.eligible_participants import slopes_apart
from painstats.questions.daily.mixed_model import MixedAnalysis

Basis = Literal["mixed_model", "two_stage", "own_days"]


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope of one predictor in outcome points per effect unit, with its 95 % interval; None where there is none.

    ``p`` of a test that knows no slope stands alone.
    """

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Answers, and what they rest on.

    Parameters
    ----------
    study
        The plan.
    days
        All rows of ``model_frame``, complete or not.
    frame
        The complete ones.
    basis
        Where the answers come from.
    answers
        Predictor to its slope.
    mixed
        The mixed model, if it is the basis.
    """

    study: Study
    days: pl.DataFrame
    frame: pl.DataFrame
    basis: Basis
    answers: Mapping[str, Slope]
    mixed: MixedAnalysis | None


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found for one predictor.

    Parameters
    ----------
    check
        Name of the check.
    predictor
        Name of the predictor.
    slope
        What it found; empty where it could not be made.
    people, days
        On whom and on how much it rests.
    same_answer
        Whether the interval lies on the same side of zero as the answer's, or holds zero as it does; None where that is
        no question, or not known.
    participant
        Who matters most, where the check is about single people.
    reason
        Why it could not be made.
    """

    check: str
    predictor: str
    slope: Slope
    people: int | None = None
    days: int | None = None
    same_answer: bool | None = None
    participant: str | None = None
    reason: str | None = None


def asked_again(
    question: Question, frame: pl.DataFrame, *, also: Sequence[str] = (), residuals: Residuals = "car1"
) -> dict[str, Slope]:
    """Compute the answers again in the way in which they were computed, from other rows or with other columns.

    Slopes are named after their predictors; those of further columns after the columns.

    Parameters
    ----------
    frame
        Complete rows with the columns of ``model_frame``.
    also
        Further columns of the frame.
    residuals
        As in ``fit_mixed``.

    Raises
    ------
    NotEnoughData
        If it cannot be done.
    """
    if question.basis == "mixed_model":
        return _from_mixed_model(question, frame, also, residuals)
    if question.basis == "two_stage":
        return _from_two_stages(question, frame, also, residuals)
    rows = within_people(frame, question.study, also=also)
    own = fit_one_participant(participant_rows(rows, str(rows.participant[0])), residuals)
    if not own.fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    return slopes_of(question, own.table, also)


def slopes_of(question: Question, table: CoefficientTable, also: Sequence[str] = ()) -> dict[str, Slope]:
    """Return the slopes of the predictors that were answered for, and of further columns, where a table has them."""
    names = {row.name for row in table.coefficients}
    rows = {name: coefficient(table, column) for name, column in columns(question, also).items() if column in names}
    return {name: Slope(row.estimate, row.low, row.high, row.p) for name, row in rows.items()}


def columns(question: Question, also: Sequence[str] = ()) -> dict[str, str]:
    """Return name to column of the slopes that were answered for, and of further columns."""
    asked = [predictor for predictor in question.study.plan.predictors if predictor.name in question.answers]
    return {predictor.name: predictor.within for predictor in asked} | {name: name for name in also}


def found(
    question: Question, check: str, slopes: Mapping[str, Slope], frame: pl.DataFrame | None = None
) -> list[Found]:
    """Set slopes beside the answers.

    Parameters
    ----------
    frame
        The rows that they rest on, if not those of the answers.
    """
    rows = question.frame if frame is None else frame
    people = rows["participant_id"].n_unique()
    return [
        Found(check, name, slope, people, rows.height, same_answer(question.answers[name], slope))
        for name, slope in slopes.items()
        if name in question.answers
    ]


def same_answer(answer: Slope, other: Slope) -> bool | None:
    """Say whether two intervals lie on the same side of zero, or both hold it; None where one is not known."""
    ends = (answer.low, answer.high, other.low, other.high)
    if any(end is None or not np.isfinite(end) for end in ends):
        return None
    return direction(answer) == direction(other)


def direction(slope: Slope) -> int:
    """Return the side of zero on which the 95 % interval lies, 1 or -1, or 0 if it holds zero."""
    if slope.low is None or slope.high is None:
        return 0
    return int(slope.low > 0) - int(slope.high < 0)


def _from_mixed_model(
    question: Question, frame: pl.DataFrame, also: Sequence[str], residuals: Residuals
) -> dict[str, Slope]:
    own_trend = question.mixed is not None and question.mixed.has_own_trend
    rows = mixed_model(frame, question.study, own_trend=own_trend, also=also)
    fit = fit_mixed(rows, residuals=residuals)
    if not fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    return slopes_of(question, coefficient_table(fit, rows), also)


def _from_two_stages(
    question: Question, frame: pl.DataFrame, also: Sequence[str], residuals: Residuals
) -> dict[str, Slope]:
    apart = slopes_apart(frame, question.study, also=also, residuals=residuals)
    least = question.study.plan.rules.min_people_cohort
    if len(apart) < least:
        raise NotEnoughData(f"{len(apart)} people have days enough for it; at least {least} are needed")
    means = {name: two_stage(apart, column) for name, column in columns(question, also).items()}
    return {name: Slope(mean.estimate, mean.low, mean.high, two_sided_p(mean)) for name, mean in means.items()}
