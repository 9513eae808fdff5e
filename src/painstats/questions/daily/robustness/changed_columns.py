"""The estimates with other columns: without drifts, with the days before as well, with a curve for sleep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from painstats.questions.daily.columns import TIME
from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, Slope, refitted, results_of

PARTICIPANT = "participant_id"
SLEEP = "total_sleep_time_min"
SQUARED = "sleep_squared"


def detrended(reanalysis: Reanalysis) -> list[CheckResult]:
    """Take each participant's straight drift over time out of the exposures.

    References
    ----------
    Wang & Maxwell 2015, Psychol Methods 20:63.
    """
    columns = [exposure.within for exposure in reanalysis.design.exposures]
    frame = reanalysis.frame.with_columns(_without_drift(name) for name in columns)
    return results_of(reanalysis, "detrended", refitted(reanalysis, frame))


def earlier_days(reanalysis: Reanalysis) -> list[CheckResult]:
    """Let the same measures one day earlier explain the outcome too."""
    columns = [exposure.within for exposure in reanalysis.design.exposures]
    before = [f"{name}_before" for name in columns]
    earlier = reanalysis.days.select(
        PARTICIPANT,
        pl.col("date") + pl.duration(days=1),
        *(pl.col(name).alias(f"{name}_before") for name in columns),
    )
    frame = reanalysis.frame.join(earlier, on=[PARTICIPANT, "date"], maintain_order="left").drop_nulls(before)
    return results_of(reanalysis, "earlier_days", refitted(reanalysis, frame, also=before), frame)


def curved_sleep(reanalysis: Reanalysis) -> list[CheckResult]:
    """Let the line for sleep curve: its slope at the participant's average, and the curve in points per squared unit.

    References
    ----------
    Edwards et al. 2008, Pain 137:202: more pain after short nights and after long ones.
    """
    sleep = [exposure for exposure in reanalysis.design.exposures if exposure.measure == SLEEP]
    if not sleep or sleep[0].name not in reanalysis.reported:
        return []
    frame = reanalysis.frame.with_columns((pl.col(sleep[0].within) ** 2).alias(SQUARED))
    slopes = refitted(reanalysis, frame, also=[SQUARED])
    straight = results_of(reanalysis, "curved_sleep", slopes)
    return [*straight, *_bends(straight, sleep[0].name, slopes)]


def _bends(straight: Sequence[CheckResult], question: str, slopes: Mapping[str, Slope]) -> list[CheckResult]:
    """Return the result about the curve, beside the slope of sleep; none where there is no slope."""
    made = [result for result in straight if result.question == question and result.reason is None]
    if SQUARED not in slopes:
        return []
    bend = slopes[SQUARED]
    return [
        replace(
            result,
            check="sleep_bend",
            slope=bend,
            participants=bend.participants or result.participants,
            same_verdict=None,
        )
        for result in made
    ]


def _without_drift(name: str) -> pl.Expr:
    """Return a column less its straight line over time within each participant; its mean stays."""
    time = pl.col(TIME) - pl.col(TIME).mean().over(PARTICIPANT)
    value = pl.col(name)
    squares = (time**2).sum().over(PARTICIPANT)
    slope = pl.when(squares > 0).then((time * value).sum().over(PARTICIPANT) / squares).otherwise(0.0)
    return (value - slope * time).alias(name)
