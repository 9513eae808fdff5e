"""Everybody's own slopes for the two-stage mean, of those people whose days can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from painstats.frame.variation import outcome_varies
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.inference.two_stage import own_slopes
from painstats.plan.study import Study
from painstats.questions.daily.columns import DAYS_FOR_DAY_OF_WEEK, within_people


def parts_by_calendar(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Split rows by people: those with days enough for days of the week, and those who get a weekend."""
    days = pl.len().over("participant_id")
    parts = [frame.filter(days >= DAYS_FOR_DAY_OF_WEEK), frame.filter(days < DAYS_FOR_DAY_OF_WEEK)]
    return [part for part in parts if part.height]


def slopes_apart(
    frame: pl.DataFrame, study: Study, *, also: Sequence[str] = (), residuals: Residuals = "car1"
) -> Mapping[str, Mapping[str, float]]:
    """Return participant to coefficients by column, fitted apart, of those people whose days can tell.

    Parameters
    ----------
    frame
        Complete rows of ``model_frame``.
    also
        Further columns of the frame.
    residuals
        As in ``fit_mixed``.
    """
    telling = pl.col("participant_id").is_in(people_whose_days_can_tell(frame, study))
    found: dict[str, Mapping[str, float]] = {}
    for part in parts_by_calendar(frame):
        told = part.filter(telling)
        if told.height:
            found |= own_slopes(within_people(told, study, also=also), residuals)
    return found


def people_whose_days_can_tell(frame: pl.DataFrame, study: Study) -> list[str]:
    """List the people who have enough complete days to be shown, and ratings that vary."""
    scale = study.plan.outcome.scale
    return [
        scores["participant_id"][0]
        for scores in frame.select("participant_id", "outcome_score").partition_by(
            "participant_id", maintain_order=True
        )
        if scores.height >= study.plan.rules.min_days_shown and _varies(scores["outcome_score"], scale)
    ]


def _varies(scores: pl.Series, scale: tuple[float, float]) -> bool:
    commonest = scores.value_counts()["count"].max()
    share = commonest / scores.len() if isinstance(commonest, int) else 1.0
    return outcome_varies(float(np.std(scores.to_numpy(), ddof=1)), scores.n_unique(), share, scale)
