"""The average effect of each exposure over participants, with the two-stage mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from painstats.errors import NotEnoughData
from painstats.mixedlm.inference.coefficients import coefficient
from painstats.mixedlm.inference.slope_variance import slope_variance
from painstats.mixedlm.inference.two_stage import (
    OwnCoefficients,
    TwoStage,
    agrees_with_two_stage,
    two_sided_p,
    two_stage,
)
from painstats.plan.rules import RulesPlan
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.mixed_model import MixedAnalysis
from painstats.questions.daily.tables import CohortFit
from painstats.questions.question import Question


def cohort_fits(
    questions: Sequence[Question],
    frame: pl.DataFrame,
    apart: OwnCoefficients,
    mixed: MixedAnalysis | None,
    rules: RulesPlan,
    *,
    with_spread: bool = True,
) -> list[CohortFit]:
    """Return the averages over participants, where there are enough participants for one.

    Their p values are not adjusted for the number of questions, which takes those of all models (``adjusted``).

    Parameters
    ----------
    questions
        Those that the model answers.
    frame
        Complete rows of ``model_frame``.
    apart
        Participant to their own slopes by column (``slopes_apart``).
    mixed
        The mixed model as tried.
    rules
        How many participants an average needs.
    with_spread
        Whether to estimate how much participants differ, which takes further fits.
    """
    return [
        _average(question, check, mixed, frame.height, with_spread=with_spread)
        for question in questions
        if (check := _two_stage(apart, question)) is not None and check.participants >= rules.min_people_cohort
    ]


def adjusted(fits: Sequence[CohortFit], questions: Sequence[Question]) -> list[CohortFit]:
    """Return averages with p values adjusted for the number of all daily questions, in the order of the questions."""
    p_adjusted = adjusted_p(questions, {fit.question: fit.p for fit in fits})
    order = [question.name for question in questions]
    in_order = sorted(fits, key=lambda fit: order.index(fit.question))
    return [replace(fit, p_adjusted=p_adjusted[fit.question]) for fit in in_order]


def adjusted_p(questions: Sequence[Question], p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjust p values for the number of questions, confirmatory and exploratory ones apart (Holm 1979).

    Every declared question counts; one that was not fitted has a p value of 1.
    """
    adjusted: dict[str, float] = {}
    for is_confirmatory in (True, False):
        names = [question.name for question in questions if question.is_confirmatory is is_confirmatory]
        if names:
            adjusted |= dict(zip(names, holm([p_values.get(name, 1.0) for name in names]), strict=True))
    return adjusted


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p values for their number, step down (Holm 1979, Scandinavian Journal of Statistics 6, 65-70).

    As statsmodels' ``multipletests``, which also collects Python's garbage: 0.2 s for each study.
    """
    adjusted, largest = [0.0] * len(p_values), 0.0
    for place, number in enumerate(sorted(range(len(p_values)), key=lambda number: p_values[number])):
        largest = max(largest, (len(p_values) - place) * p_values[number])
        adjusted[number] = min(1.0, largest)
    return adjusted


def _two_stage(apart: OwnCoefficients, question: Question) -> TwoStage | None:
    try:
        return two_stage(apart, question.exposure.within)
    except NotEnoughData:
        return None


def _average(
    question: Question, check: TwoStage, mixed: MixedAnalysis | None, days: int, *, with_spread: bool
) -> CohortFit:
    if mixed is None or not mixed.can_be_used:
        note = "not_converged" if mixed else "few_participants_two_stage"
        return _from_two_stages(question, check, days, note)
    average = coefficient(mixed.table, question.exposure.within)
    unguarded = coefficient(mixed.unguarded, question.exposure.within)  # as the two-stage mean is
    spread = slope_variance(mixed.rows, question.exposure.within, residuals=RESIDUALS) if with_spread else None
    return CohortFit(
        question=question.name,
        basis="mixed_model",
        estimate=average.estimate,
        se=average.se,
        df=average.df,
        low=average.low,
        high=average.high,
        p=average.p,
        p_adjusted=average.p,
        participants=len(mixed.fit.participants),
        days=days,
        two_stage_estimate=check.estimate,
        two_stage_low=check.low,
        two_stage_high=check.high,
        agrees=agrees_with_two_stage(unguarded.estimate, unguarded.se, check),
        slope_sd=spread.sd if spread else None,
        slope_sd_low=spread.low if spread else None,
        slope_sd_high=spread.high if spread else None,
        slopes_differ_p=spread.p if spread else None,
    )


def _from_two_stages(question: Question, check: TwoStage, days: int, note: str) -> CohortFit:
    p = two_sided_p(check)
    return CohortFit(
        question=question.name,
        basis="two_stage",
        estimate=check.estimate,
        se=check.se,
        df=float(check.participants - 1),
        low=check.low,
        high=check.high,
        p=p,
        p_adjusted=p,
        participants=check.participants,
        days=days,
        two_stage_estimate=check.estimate,
        two_stage_low=check.low,
        two_stage_high=check.high,
        agrees=True,
        notes=(note,),
    )
