"""The reported estimates with the days and the model they are based on, and how they are computed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import Residuals, fit_mixed
from painstats.mixedlm.inference.coefficients import CoefficientTable, coefficient
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.one_participant import fit_one_participant, participant_rows
from painstats.mixedlm.inference.two_stage import OwnCoefficients, two_sided_p, two_stage, usable_coefficients
from painstats.questions.daily.columns import mixed_model, within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.daily.mixed_model import MixedAnalysis
from painstats.questions.daily.two_stage_participants import slopes_apart
from painstats.questions.estimate import Basis


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope of one exposure in outcome points per unit, with its 95% interval; None where there is none.

    A test that estimates no slope gives only ``p``. A two-stage mean also gives how many participants enter it.
    """

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    participants: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reanalysis:
    """Estimates, and what they are based on.

    Parameters
    ----------
    design
        The design of the models.
    days
        All rows of ``model_frame``, usable or not.
    frame
        The usable ones on which the estimates are based.
    basis
        Where the reported estimates come from.
    reported
        Question to its estimate.
    mixed
        The mixed model, if it is the basis.
    guards
        Names of the guard columns in the frame; every refit has them, with free coefficients.
    """

    design: DailyDesign
    days: pl.DataFrame
    frame: pl.DataFrame
    basis: Basis
    reported: Mapping[str, Slope]
    mixed: MixedAnalysis | None
    guards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found for one question.

    Parameters
    ----------
    check
        Name of the check.
    question
        Name of the question.
    slope
        The result; empty if the check could not be made.
    participants, days
        What it is based on.
    same_verdict
        Whether the interval is on the same side of zero as the reported one, or contains zero as it does; None where
        that does not apply or is not known.
    participant
        The most influential one, where the check is about single participants.
    reason
        Why it could not be made.
    """

    check: str
    question: str
    slope: Slope
    participants: int | None = None
    days: int | None = None
    same_verdict: bool | None = None
    participant: str | None = None
    reason: str | None = None


def refitted(
    reanalysis: Reanalysis, frame: pl.DataFrame, *, also: Sequence[str] = (), residuals: Residuals = RESIDUALS
) -> dict[str, Slope]:
    """Compute the estimates again in the same way, from other rows or with other columns.

    Slopes are named after their questions; those of further columns after the columns.

    Parameters
    ----------
    frame
        Complete rows with the columns of ``model_frame``.
    also
        Further columns of the frame.
    residuals
        As in ``fit_mixed``.

    Raises
    ------
    NotEnoughData
        If it cannot be done.
    """
    if reanalysis.basis == "mixed_model":
        return _from_mixed_model(reanalysis, frame, also, residuals)
    if reanalysis.basis == "two_stage":
        return _from_two_stages(reanalysis, frame, also, residuals)
    rows = within_participants(frame, reanalysis.design, also=[*also, *reanalysis.guards])
    own = fit_one_participant(participant_rows(rows, str(rows.participant[0])), residuals)
    if not own.fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    return slopes_of(reanalysis, own.table, also)


def slopes_of(reanalysis: Reanalysis, table: CoefficientTable, also: Sequence[str] = ()) -> dict[str, Slope]:
    """Return the slopes of the reported questions and of further columns, where a table has them."""
    names = {row.name for row in table.coefficients}
    rows = {name: coefficient(table, column) for name, column in columns(reanalysis, also).items() if column in names}
    return {name: Slope(row.estimate, row.low, row.high, row.p) for name, row in rows.items()}


def columns(reanalysis: Reanalysis, also: Sequence[str] = ()) -> dict[str, str]:
    """Return name to column of the reported questions and of further columns."""
    asked = [exposure for exposure in reanalysis.design.exposures if exposure.name in reanalysis.reported]
    return {exposure.name: exposure.within for exposure in asked} | {name: name for name in also}


def results_of(
    reanalysis: Reanalysis, check: str, slopes: Mapping[str, Slope], frame: pl.DataFrame | None = None
) -> list[CheckResult]:
    """Compare slopes with the reported estimates; a two-stage mean with too few participants gets the reason.

    Parameters
    ----------
    frame
        The rows that they are based on, if not those of the reported estimates.
    """
    rows = reanalysis.frame if frame is None else frame
    in_rows = rows["participant_id"].n_unique()
    made = [
        CheckResult(
            check,
            name,
            slope,
            slope.participants or in_rows,
            rows.height,
            same_verdict(reanalysis.reported[name], slope),
        )
        for name, slope in slopes.items()
        if name in reanalysis.reported
    ]
    if reanalysis.basis != "two_stage":
        return made
    missing = [name for name in reanalysis.reported if name not in slopes]
    return [*made, *(CheckResult(check, name, Slope(), reason=too_few_participants(reanalysis)) for name in missing)]


def too_few_participants(reanalysis: Reanalysis) -> str:
    """Say how many participants a two-stage mean needs."""
    least = reanalysis.design.rules.min_people_cohort
    return f"too few participants have enough days for it; at least {least} are needed"


def same_verdict(reported: Slope, other: Slope) -> bool | None:
    """Return whether two intervals are on the same side of zero, or both contain it; None if one is not known."""
    ends = (reported.low, reported.high, other.low, other.high)
    if any(end is None or not np.isfinite(end) for end in ends):
        return None
    return direction(reported) == direction(other)


def direction(slope: Slope) -> int:
    """Return the side of zero of the 95% interval, 1 or -1, or 0 if it contains zero."""
    if slope.low is None or slope.high is None:
        return 0
    return int(slope.low > 0) - int(slope.high < 0)


def _from_mixed_model(
    reanalysis: Reanalysis, frame: pl.DataFrame, also: Sequence[str], residuals: Residuals
) -> dict[str, Slope]:
    own_trend = reanalysis.mixed is not None and reanalysis.mixed.has_own_trend
    rows = mixed_model(frame, reanalysis.design, own_trend=own_trend, also=[*also, *reanalysis.guards])
    fit = fit_mixed(rows, residuals=residuals)
    if not fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    return slopes_of(reanalysis, coefficient_table(fit, rows), also)


def _from_two_stages(
    reanalysis: Reanalysis, frame: pl.DataFrame, also: Sequence[str], residuals: Residuals
) -> dict[str, Slope]:
    """Average again, each question over its own participants; without the questions that have too few of them."""
    alone: Residuals = "independent" if residuals == "independent" else "car1"  # that search has no white noise
    apart = slopes_apart(frame, reanalysis.design, also=also, residuals=alone)
    least = reanalysis.design.rules.min_people_cohort
    slopes = {
        name: _mean_slope(apart, column)
        for name, column in columns(reanalysis, also).items()
        if len(usable_coefficients(apart, column)) >= least
    }
    if not slopes.keys() & reanalysis.reported.keys():
        raise NotEnoughData(too_few_participants(reanalysis))
    return slopes


def _mean_slope(apart: OwnCoefficients, column: str) -> Slope:
    mean = two_stage(apart, column)
    return Slope(mean.estimate, mean.low, mean.high, two_sided_p(mean), mean.participants)
