"""The days of each participant, counted from the model frame: what Table 1, the flow and the patterns are made from."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from painstats.cohort.baseline import PARTICIPANT
from painstats.frame.exposure import Exposure
from painstats.plan.formula import PHASE

USABLE = pl.col("left_out").is_null() | (pl.col("left_out") == "few_days")


def participant_days(frame: pl.DataFrame, exposures: Sequence[Exposure]) -> pl.DataFrame:
    """Count the days of each participant.

    Parameters
    ----------
    frame
        The model frame: a row for each participant and calendar day.
    exposures
        The exposures of the models.

    Returns
    -------
    polars.DataFrame
        A row for each participant in the frame, in the order of their ids: ``participant_id``, ``calendar_days``,
        ``rated_days``, ``complete_days`` (rated, every exposure known), ``usable_days`` (rated, or complete where the
        plan asks for it), ``phase_days`` (usable, with a known phase; all usable ones of a frame without phases),
        ``complete_share`` (of calendar days), ``mean_score``, ``different_scores`` (of the usable days), and for each
        exposure ``<name>_days`` (rated days on which it is known), ``<name>_known`` (whether models know it: on enough
        of the participant's days) and ``<name>_sd`` (of the usable days, within the participant, in the units of its
        effect; null for fewer than two).
    """
    rated = pl.col("outcome_score").is_not_null()
    in_a_phase = USABLE & pl.col(PHASE).is_not_null() if PHASE in frame.columns else USABLE
    complete = pl.all_horizontal(rated, *(pl.col(each.name).is_not_null() for each in exposures))
    counts = frame.group_by(PARTICIPANT).agg(
        calendar_days=pl.len(),
        rated_days=rated.sum(),
        complete_days=complete.sum(),
        usable_days=USABLE.sum(),
        phase_days=in_a_phase.sum(),
        complete_share=complete.mean(),
        mean_score=pl.col("outcome_score").mean(),
        different_scores=pl.col("outcome_score").filter(USABLE).n_unique(),
        **{f"{each.name}_days": (rated & pl.col(each.name).is_not_null()).sum() for each in exposures},
        **{f"{each.name}_known": (USABLE & (pl.col(each.unknown) == 0)).any() for each in exposures},
        **{f"{each.name}_sd": pl.col(each.name).filter(USABLE).std() for each in exposures},
    )
    return counts.sort(PARTICIPANT)
