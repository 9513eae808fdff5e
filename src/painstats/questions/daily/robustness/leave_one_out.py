"""The answers without one person after the other, and without the one who matters most."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.influence import influence
from painstats.questions.daily.eligible_participants import slopes_apart
from painstats.questions.daily.robustness.other_tests import fit_without_phase, needs_mixed_model
from painstats.questions.daily.robustness.reanalysis import (
    Found,
    Question,
    Slope,
    asked_again,
    columns,
    direction,
    same_answer,
)

Without = Mapping[str, float]
"""Participant to the slope without them."""


def one_person_out(question: Question) -> list[Found]:
    """Give the range of each slope over people left out, and the answer without the one who matters most."""
    slopes = _of_two_stages(question) if question.basis == "two_stage" else _of_mixed_model(question)
    most = {name: _who_matters_most(question.answers[name], without) for name, without in slopes.items()}
    again = {person: _answers_without(question, person) for person in sorted(set(most.values()))}
    results = []
    for name, without in slopes.items():
        results += [_range(question, name, without), _without_most(question, name, most[name], again[most[name]])]
    return results


def _range(question: Question, name: str, without: Without) -> Found:
    """Give the range; where the answer has a direction, also whether it has it whoever is left out."""
    spread, side = Slope(low=min(without.values()), high=max(without.values())), direction(question.answers[name])
    same = all(slope * side > 0 for slope in without.values()) if side else None
    return Found("one_person_out", name, spread, len(without) - 1, None, same)


def _who_matters_most(answer: Slope, without: Without) -> str:
    """Return whose leaving moves the slope most; the first of several by their ids."""
    return max(sorted(without), key=lambda person: abs(without[person] - (answer.estimate or 0.0)))


def _answers_without(question: Question, person: str) -> Mapping[str, Slope] | str:
    """Return the answers without somebody, or why there are none."""
    try:
        return asked_again(question, question.frame.filter(pl.col("participant_id") != person))
    except NotEnoughData as refusal:
        return str(refusal)


def _without_most(question: Question, name: str, person: str, again: Mapping[str, Slope] | str) -> Found:
    rest = question.frame.filter(pl.col("participant_id") != person)
    people, days = rest["participant_id"].n_unique(), rest.height
    if isinstance(again, str):
        return Found("most_influential_out", name, Slope(), people, days, None, person, again)
    same = same_answer(question.answers[name], again[name])
    return Found("most_influential_out", name, again[name], people, days, same, person)


def _of_mixed_model(question: Question) -> dict[str, Without]:
    mixed = needs_mixed_model(question)
    left_out = influence(mixed.fit, fallback=fit_without_phase(mixed))
    slopes = {
        name: left_out.coefficients[:, left_out.names.index(column)] for name, column in columns(question).items()
    }
    if not all(np.isfinite(values).all() for values in slopes.values()):
        raise NotEnoughData("without one of the people the model cannot be fitted")
    return {name: dict(zip(left_out.participants, values.tolist(), strict=True)) for name, values in slopes.items()}


def _of_two_stages(question: Question) -> dict[str, Without]:
    apart, without = slopes_apart(question.frame, question.study), dict[str, Without]()
    for name, column in columns(question).items():
        own = {person: slopes[column] for person, slopes in apart.items() if column in slopes}
        total = sum(own.values())
        without[name] = {person: (total - slope) / (len(own) - 1) for person, slope in own.items()}
    return without
