"""How many of a participant's scores are at an end of the scale, where they hide a part of every link."""

from __future__ import annotations

import polars as pl

from painstats.findings.words import AtAnEnd
from painstats.frame.room import room
from painstats.questions.question import Outcome


def scores_at_an_end(frame: pl.DataFrame, outcome: Outcome) -> AtAnEnd | None:
    """Return the scores at the end of the scale that has more of them; None without scores.

    Parameters
    ----------
    frame
        A participant's rows of ``model_frame``.
    outcome
        The outcome, with its scale.
    """
    scores = frame["outcome_score"].drop_nulls().to_numpy()
    if not scores.size:
        return None
    lowest, highest = (float((scores == end).mean()) for end in outcome.scale)
    is_lowest = lowest >= highest
    return AtAnEnd(
        score=outcome.scale[0 if is_lowest else 1],
        share=max(lowest, highest),
        room=room(scores, outcome.scale),
        is_lowest=is_lowest,
    )
