"""Participants' slopes from the mixed model, pooled with those of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from painstats.mixedlm.inference.participant_slopes import ParticipantSlope, participant_slopes
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.mixed_model import MixedAnalysis

SEED = 20260101

LEAST_EFFECTIVE_DRAWS = 50
"""Draws that an integrated interval must be based on; with fewer a participant is judged on their own days."""

Slopes = Mapping[tuple[str, str], ParticipantSlope]
"""Of each participant and within column."""


def pooled_slopes(mixed: MixedAnalysis | None, design: DailyDesign, tails: Sequence[float] = ()) -> Slopes:
    """Return the slopes that a mixed model answers for, those that can be used; none without a model.

    ``tails`` are the probabilities beyond the ranges that are wanted, as in ``participant_slopes``.
    """
    if mixed is None:
        return {}
    low, high = design.scale
    slopes = participant_slopes(
        mixed.fit,
        [exposure.within for exposure in design.answered],
        SEED,
        weighted=True,
        outcome_range=high - low,
        rows=mixed.rows,
        tails=tails,
    )
    return {
        (slope.participant, slope.name): slope
        for slope in slopes
        if slope.effective_sample_size >= LEAST_EFFECTIVE_DRAWS
    }
