"""The estimates from other rows: without the first days, and with the score of the day before."""

from __future__ import annotations

import polars as pl

from painstats.errors import NotEnoughData
from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, refitted, results_of

FIRST_DAYS = 14
"""Days in which keeping a diary may itself change what is written in it."""

PARTICIPANT = "participant_id"
SCORE = "outcome_score"
SCORE_BEFORE = "outcome_score_before"


def first_days_removed(reanalysis: Reanalysis) -> list[CheckResult]:
    """Leave out each participant's first fourteen days of diary, and participants with too few days left.

    References
    ----------
    Bolger & Laurenceau 2013, Intensive Longitudinal Methods, ch. 1, on reactivity.
    """
    first = (
        reanalysis.days.filter(pl.col(SCORE).is_not_null())
        .group_by(PARTICIPANT)
        .agg(pl.col("date").min().alias("first"))
    )
    later = reanalysis.frame.join(first, on=PARTICIPANT, maintain_order="left").filter(
        pl.col("date") >= pl.col("first") + pl.duration(days=FIRST_DAYS)
    )
    later = _enough(reanalysis, later)
    return results_of(reanalysis, "first_days_removed", refitted(reanalysis, later), later)


def complete_days(reanalysis: Reanalysis) -> list[CheckResult]:
    """Use only the days on which every exposure is known; nothing where that is every day."""
    names = [exposure.name for exposure in reanalysis.design.exposures]
    complete = reanalysis.frame.drop_nulls(names)
    if complete.height == reanalysis.frame.height:
        return []
    complete = _enough(reanalysis, complete)
    return results_of(reanalysis, "complete_days", refitted(reanalysis, complete), complete)


def enough_steps(reanalysis: Reanalysis) -> list[CheckResult]:
    """Leave out the days whose few steps count only because the device was worn; nothing where there are none."""
    marks = [e.few_steps for e in reanalysis.design.exposures if e.few_steps in reanalysis.frame.columns]
    rows = reanalysis.frame.filter(~pl.any_horizontal(pl.lit(False), *marks))
    if rows.height == reanalysis.frame.height:
        return []
    rows = _enough(reanalysis, rows)
    return results_of(reanalysis, "enough_steps", refitted(reanalysis, rows), rows)


def lagged_outcome(reanalysis: Reanalysis) -> list[CheckResult]:
    """Replace correlated residuals by the score of the day before, against the participant's mean.

    The two together are nearly unidentified, so residuals are independent here. Days after a day without a score are
    lost.

    References
    ----------
    Hamaker & Grasman 2015, Front Psychol 5:1492, on centring the score of the day before.
    """
    scores = reanalysis.days.select(
        PARTICIPANT,
        pl.col("date") + pl.duration(days=1),
        (pl.col(SCORE) - pl.col(SCORE).mean().over(PARTICIPANT)).alias(SCORE_BEFORE),
    )
    rows = reanalysis.frame.join(scores, on=[PARTICIPANT, "date"], maintain_order="left").drop_nulls(SCORE_BEFORE)
    rows = _enough(reanalysis, rows)
    return results_of(
        reanalysis, "lagged_outcome", refitted(reanalysis, rows, also=[SCORE_BEFORE], residuals="independent"), rows
    )


def _enough(reanalysis: Reanalysis, rows: pl.DataFrame) -> pl.DataFrame:
    """Keep the participants with enough days for the model.

    Raises
    ------
    NotEnoughData
        If too few participants are left for the basis of the reported estimates.
    """
    rules = reanalysis.design.rules
    kept = rows.filter(pl.len().over(PARTICIPANT) >= rules.min_days_in_model)
    needed = {"mixed_model": rules.min_people_mixed_model, "two_stage": rules.min_people_cohort, "own_days": 1}
    participants = kept[PARTICIPANT].n_unique()
    if participants < needed[reanalysis.basis]:
        raise NotEnoughData(
            f"{participants} participants have {rules.min_days_in_model} such days; "
            f"at least {needed[reanalysis.basis]} are needed"
        )
    return kept
