"""Who enters the two-stage mean of each exposure, and their own slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from painstats.frame.exposure import Exposure
from painstats.frame.variation import scores_vary
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.inference.two_stage import OwnCoefficient, OwnCoefficients, coefficients_by_participant
from painstats.questions.daily.columns import DAYS_FOR_DAY_OF_WEEK, within_participants
from painstats.questions.daily.design import DailyDesign


def parts_by_calendar(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Split rows by participant: those with enough days for days of the week, and those who get a weekend."""
    days = pl.len().over("participant_id")
    parts = [frame.filter(days >= DAYS_FOR_DAY_OF_WEEK), frame.filter(days < DAYS_FOR_DAY_OF_WEEK)]
    return [part for part in parts if part.height]


def slopes_apart(
    frame: pl.DataFrame, design: DailyDesign, *, also: Sequence[str] = (), residuals: Residuals = "car1"
) -> OwnCoefficients:
    """Return participant to coefficients by column, each fitted to their own days; of eligible participants only.

    A participant whose exposure is rarely known or hardly varies has no coefficient of it, but those of the others.

    Parameters
    ----------
    frame
        Usable rows of ``model_frame``.
    also
        Further columns of the frame.
    residuals
        As in ``fit_mixed``.
    """
    is_eligible = pl.col("participant_id").is_in(eligible_participants(frame, design))
    slopes: dict[str, Mapping[str, OwnCoefficient]] = {}
    for part in parts_by_calendar(frame.filter(is_eligible)):
        slopes |= coefficients_by_participant(within_participants(part, design, also=also), residuals)
    entering = {exposure.within: exposed_participants(frame, design, exposure) for exposure in design.exposures}
    return {
        participant: {name: value for name, value in own.items() if participant in entering.get(name, slopes)}
        for participant, own in slopes.items()
    }


def exposed_participants(frame: pl.DataFrame, design: DailyDesign, exposure: Exposure) -> frozenset[str]:
    """List the participants whose exposure is known on enough days with a score, and varies on those days.

    The limits are those without which a participant gets no verdict either: ``min_days_known`` of the plan, and the
    measure's least SD.
    """
    known, swing = pl.col(exposure.name).count(), pl.col(exposure.name).std()
    days = frame.group_by("participant_id").agg(known.alias("known"), swing.alias("swing"))
    enough = (pl.col("known") >= design.rules.min_days_known) & (pl.col("swing") >= exposure.definition.least_within_sd)
    return frozenset(days.filter(enough)["participant_id"])


def eligible_participants(frame: pl.DataFrame, design: DailyDesign) -> list[str]:
    """List the participants with enough days to be shown, and scores that vary."""
    return [
        scores["participant_id"][0]
        for scores in frame.select("participant_id", "outcome_score").partition_by(
            "participant_id", maintain_order=True
        )
        if scores.height >= design.rules.min_days_shown
        and scores_vary(scores["outcome_score"].to_numpy(), design.scale)
    ]
