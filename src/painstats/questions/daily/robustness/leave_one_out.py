"""The estimates without each participant in turn, and without the most influential one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.influence import influence
from painstats.mixedlm.inference.two_stage import two_stage, usable_coefficients
from painstats.questions.daily.robustness.other_tests import needs_mixed_model
from painstats.questions.daily.robustness.reanalysis import (
    CheckResult,
    Reanalysis,
    Slope,
    columns,
    direction,
    refitted,
    same_verdict,
    too_few_participants,
)
from painstats.questions.daily.two_stage_participants import slopes_apart

Without = Mapping[str, float]
"""Participant to the slope without them."""


def one_participant_out(reanalysis: Reanalysis) -> list[CheckResult]:
    """Give the range of each average over participants left out, and the average without the most influential one."""
    slopes = _of_two_stages(reanalysis) if reanalysis.basis == "two_stage" else _of_mixed_model(reanalysis)
    most = {name: _most_influential(reanalysis.reported[name], without) for name, without in slopes.items()}
    again = {participant: _refitted_without(reanalysis, participant) for participant in sorted(set(most.values()))}
    results = []
    for name, without in slopes.items():
        results += [_range(reanalysis, name, without), _without_most(reanalysis, name, most[name], again[most[name]])]
    return results


def _range(reanalysis: Reanalysis, name: str, without: Without) -> CheckResult:
    """Give the range and, if the reported average has a direction, whether every one of these averages keeps it."""
    spread, side = Slope(low=min(without.values()), high=max(without.values())), direction(reanalysis.reported[name])
    same = all(slope * side > 0 for slope in without.values()) if side else None
    return CheckResult("one_participant_out", name, spread, len(without) - 1, None, same)


def _most_influential(reported: Slope, without: Without) -> str:
    """Return the participant who changes the average most when left out; the first by id of several."""
    return max(sorted(without), key=lambda participant: abs(without[participant] - (reported.estimate or 0.0)))


def _refitted_without(reanalysis: Reanalysis, participant: str) -> Mapping[str, Slope] | str:
    """Return the averages without one participant, or why there are none."""
    try:
        return refitted(reanalysis, reanalysis.frame.filter(pl.col("participant_id") != participant))
    except NotEnoughData as refusal:
        return str(refusal)


def _without_most(reanalysis: Reanalysis, name: str, participant: str, again: Mapping[str, Slope] | str) -> CheckResult:
    rest = reanalysis.frame.filter(pl.col("participant_id") != participant)
    participants, days = rest["participant_id"].n_unique(), rest.height
    if isinstance(again, str) or name not in again:
        reason = again if isinstance(again, str) else too_few_participants(reanalysis)
        return CheckResult("most_influential_out", name, Slope(), participants, days, None, participant, reason)
    slope = again[name]
    same = same_verdict(reanalysis.reported[name], slope)
    participants = slope.participants or participants
    return CheckResult("most_influential_out", name, slope, participants, days, same, participant)


def _of_mixed_model(reanalysis: Reanalysis) -> dict[str, Without]:
    left_out = influence(needs_mixed_model(reanalysis).fit)
    slopes = {
        name: left_out.coefficients[:, left_out.names.index(column)] for name, column in columns(reanalysis).items()
    }
    if not all(np.isfinite(values).all() for values in slopes.values()):
        raise NotEnoughData("without one of the participants the model cannot be fitted")
    return {name: dict(zip(left_out.participants, values.tolist(), strict=True)) for name, values in slopes.items()}


def _of_two_stages(reanalysis: Reanalysis) -> dict[str, Without]:
    """Average over the others: their weights change with the spread between those who are left."""
    apart, without = slopes_apart(reanalysis.frame, reanalysis.design), dict[str, Without]()
    for name, column in columns(reanalysis).items():
        entering = usable_coefficients(apart, column)
        rest = {out: {other: apart[other] for other in entering if other != out} for out in entering}
        without[name] = {out: two_stage(others, column).estimate for out, others in rest.items()}
    return without
