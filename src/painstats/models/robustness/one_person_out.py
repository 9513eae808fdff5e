"""The answers without one person after the other, and without the one who matters most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.models.apart import slopes_apart
from painstats.models.influence import influence
from painstats.models.robustness.other_tests import fit_without_phase, needs_mixed_model
from painstats.models.robustness.question import Found, Question, Slope, asked_again, same_answer
from painstats.study import PredictorPlan


def one_person_out(question: Question) -> list[Found]:
    """Give the range of each slope over people left out, and the answer without the one who matters most."""
    slopes = _of_two_stages(question) if question.basis == "two_stage" else _of_mixed_model(question)
    results = []
    for predictor in question.study.plan.predictors:
        if predictor.name in question.answers:
            without = slopes[predictor.name]
            results += [_range(question, predictor, without), _without_most(question, predictor, without)]
    return results


def _range(question: Question, predictor: PredictorPlan, without: Mapping[str, float]) -> Found:
    is_positive = (question.answers[predictor.name].estimate or 0.0) > 0
    one_sign = all((slope > 0) == is_positive for slope in without.values())
    spread = Slope(low=min(without.values()), high=max(without.values()))
    return Found("one_person_out", predictor.name, spread, len(without) - 1, None, one_sign)


def _without_most(question: Question, predictor: PredictorPlan, without: Mapping[str, float]) -> Found:
    """Answer without the person whose leaving moves the slope most; the first of several by their ids."""
    answer = question.answers[predictor.name]
    most = max(sorted(without), key=lambda person: abs(without[person] - (answer.estimate or 0.0)))
    frame = question.frame.filter(pl.col("participant_id") != most)
    check, people = "most_influential_out", frame["participant_id"].n_unique()
    try:
        slope = asked_again(question, frame)[predictor.name]
    except NotEnoughData as refusal:
        return Found(check, predictor.name, Slope(), people, frame.height, None, most, str(refusal))
    return Found(check, predictor.name, slope, people, frame.height, same_answer(answer, slope), most)


def _of_mixed_model(question: Question) -> dict[str, dict[str, float]]:
    """Return predictor to participant to the slope without them."""
    mixed = needs_mixed_model(question)
    left_out = influence(mixed.fit, otherwise=fit_without_phase(mixed))
    places = {
        predictor.name: left_out.names.index(predictor.within)
        for predictor in question.study.plan.predictors
        if predictor.name in question.answers
    }
    if not np.isfinite(left_out.coefficients[:, list(places.values())]).all():
        raise NotEnoughData("without one of the people the model cannot be fitted")
    return {
        name: dict(zip(left_out.participants, left_out.coefficients[:, place].tolist(), strict=True))
        for name, place in places.items()
    }


def _of_two_stages(question: Question) -> dict[str, dict[str, float]]:
    apart = slopes_apart(question.frame, question.study)
    without = {}
    for predictor in question.study.plan.predictors:
        own = {person: slopes[predictor.within] for person, slopes in apart.items() if predictor.within in slopes}
        without[predictor.name] = {
            person: (sum(own.values()) - slope) / (len(own) - 1) for person, slope in own.items()
        }
    return without
