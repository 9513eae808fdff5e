"""The days of a cohort with another item as the outcome: what the family of outcomes is fitted to.

Scores of an item are those of the nightly item questions: on the scale of the study, and over several sites the mean
departure from each site's own mean (docs/method/questions.md, scores of several sites).
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from painstats.cohort.baseline import PARTICIPANT, outside_population
from painstats.cohort.inputs import CohortInputs, left_out_if, only_complete_days
from painstats.cohort.participant_flow import needs_complete_days
from painstats.errors import StudyError
from painstats.frame.exposure import Exposure
from painstats.plan.study import Plan
from painstats.questions.item.scores import SITES_APART, over_sites

SCORES: dict[str, pl.DataType] = {PARTICIPANT: pl.String(), "date": pl.Date(), "outcome_score": pl.Float64()}


def with_outcome(inputs: CohortInputs, item: str, plan: Plan) -> CohortInputs:
    """Return the inputs with another item as the outcome; a covariate that is this item is left out.

    The rules about days are applied to the days with a score of the item.

    Raises
    ------
    StudyError
        No participant has a score of the item, or it stands for several symptoms.
    """
    if item in SITES_APART:
        raise StudyError(f"analysis.outcomes: {item} stands for several symptoms, so it is no outcome; remove it")
    scores = scores_of(inputs.daily, item)
    if scores.is_empty():
        raise StudyError(
            f"analysis.outcomes: no participant has a score of {item}; add it to [[diaries]], or remove it"
        )
    covariates = tuple(each for each in inputs.design.covariates if each.source != item)
    design = replace(inputs.design, covariates=covariates)
    days = inputs.every_day.drop("outcome_score", "left_out")
    days = days.join(scores, on=[PARTICIPANT, "date"], how="left", maintain_order="left")
    days = days.with_columns(left_out=pl.when(pl.col("outcome_score").is_null()).then(pl.lit("no_outcome")))
    days = days.with_columns(column for each in design.exposures for column in _known_often(each, plan))
    outside = sorted(outside_population(inputs.baseline, plan.analysis))
    days = left_out_if(days, pl.col(PARTICIPANT).is_in(outside), "outside_population")
    if needs_complete_days(plan):
        days = only_complete_days(days, design)
    scored = pl.col("left_out").is_null().sum().over(PARTICIPANT)
    return replace(
        inputs, every_day=left_out_if(days, scored < plan.rules.min_days_in_model, "few_days"), design=design
    )


def scores_of(daily: pl.DataFrame, item: str) -> pl.DataFrame:
    """Return each participant's score of an item by date: ``participant_id``, ``date``, ``outcome_score``."""
    known = daily.select(PARTICIPANT, "date", "item_scores").drop_nulls("item_scores")
    scores = known.explode("item_scores").unnest("item_scores").filter(pl.col("item") == item)
    of_each = scores.partition_by(PARTICIPANT, as_dict=True, maintain_order=True)
    found = [
        over_sites(own).select(pl.lit(who).alias(PARTICIPANT), "date", "outcome_score")
        for (who,), own in of_each.items()
    ]
    return pl.concat(found) if found else pl.DataFrame(schema=SCORES)


def _known_often(exposure: Exposure, plan: Plan) -> tuple[pl.Expr, pl.Expr]:
    """Return the columns of an exposure, which is unknown where it is known on too few days with a score."""
    known = ((pl.col("outcome_score").is_not_null()) & (pl.col(exposure.unknown) == 0)).sum().over(PARTICIPANT)
    often = known >= plan.rules.min_days_known
    return (
        pl.when(often).then(exposure.within).otherwise(0.0).alias(exposure.within),
        pl.when(often).then(exposure.unknown).otherwise(1.0).alias(exposure.unknown),
    )
