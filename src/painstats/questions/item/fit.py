"""Fit other items of one participant as the outcome of the daily questions is fitted (docs/method/questions.md, items).

Each exposure is adjusted for those before it only, so an item takes one fit for each moment of an exposure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from painstats.errors import PainstatsError
from painstats.frame.exposure import Exposure
from painstats.frame.room import share_at_ends
from painstats.mixedlm.inference.coefficients import Coefficient, coefficient
from painstats.mixedlm.inference.one_participant import ParticipantFit, fit_one_participant, participant_rows
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.daily.look_evidence import exposure_range, smallest_effect_to
from painstats.questions.daily.refusals import (
    exposure_hardly_varies,
    exposure_rarely_known,
    outcome_hardly_varies,
    those_that_apply,
    too_many_days_missing,
)
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.item.guards import Guards, free_guards
from painstats.questions.item.plan import Asked
from painstats.questions.item.scores import ItemScores, item_scores
from painstats.questions.look import LookDay


@dataclass(frozen=True, slots=True)
class ItemEffect:
    """What a participant's own days say of one item and one exposure.

    Parameters
    ----------
    item, site, exposure
        What is compared.
    days
        Days with a score of the item.
    refusal
        Why nothing may be said, by name; empty if something may be.
    test
        The effect in points per unit; None with a refusal.
    smallest_effect
        Smallest effect that matters, times the item's room: scores at an end of the scale show a share only.
    share_at_an_end
        Share of the scores at one end of the scale, the larger one.
    """

    item: str
    site: str
    exposure: Exposure
    days: int
    refusal: str
    test: Coefficient | None = None
    smallest_effect: float = 0.0
    share_at_an_end: float = 0.0


@dataclass(frozen=True, slots=True)
class OwnItems:
    """One participant's effects at a look, by item and exposure."""

    participant_id: str
    when: LookDay
    effects: tuple[ItemEffect, ...]


def own_items(own: OwnDays, asked: Asked) -> OwnItems:
    """Fit each item of one participant; an item with too few scores for anything has no effects."""
    least = own.design.rules.min_days_in_model
    effects = [
        effect
        for scores in item_scores(own, asked)
        if scores.days.height >= least
        for effect in _effects_on(scores, own)
    ]
    return OwnItems(own.participant_id, own.when, tuple(effects))


def _effects_on(scores: ItemScores, own: OwnDays) -> Iterator[ItemEffect]:
    rows = item_rows(scores, own)
    own = replace(own, design=_without_itself(own.design, scores.item))
    refused = {exposure: refusal(rows, exposure, own.design) for exposure in own.design.exposures}
    tests = {} if all(refused.values()) else effects_of(rows, own)
    at_an_end = max(share_at_ends(rows["outcome_score"].to_numpy(), own.design.scale))
    for exposure, why in refused.items():
        test = None if why else tests.get(exposure)
        of = (scores.item, scores.site, exposure, rows.height)
        if test is None:
            yield ItemEffect(*of, why or "no_fit")
        else:
            yield ItemEffect(*of, "", test, smallest_effect_to(rows, exposure, own.design), at_an_end)


def _without_itself(design: DailyDesign, item: str) -> DailyDesign:
    """Return the design without the item among its covariates: residuals carry its days before over already."""
    return replace(design, covariates=tuple(each for each in design.covariates if each.source != item))


def item_rows(scores: ItemScores, own: OwnDays) -> pl.DataFrame:
    """Return the rows of the frame with a score of an item, which takes the place of the study's outcome."""
    rows = own.frame.drop("outcome_score").join(scores.days, on="date").sort("date")
    if own.design.rules.unknown_predictors == "complete":
        return rows.drop_nulls([exposure.name for exposure in own.design.exposures])
    return rows


def refusal(rows: pl.DataFrame, exposure: Exposure, design: DailyDesign) -> str:
    """Say why nothing may be said of an item and an exposure, by name, as for the outcome; empty if something may be.

    An item needs as many days as the first look at the outcome.
    """
    rules = design.rules
    if rows.height < rules.looks[0]:
        return "too_few_days"
    if exposure_range(rows, exposure) is None or exposure_rarely_known(rows, exposure, rules):
        return "exposure_rarely_known"
    reasons = those_that_apply(
        {
            "outcome_hardly_varies": outcome_hardly_varies(rows, design.scale),
            "exposure_hardly_varies": exposure_hardly_varies(rows, exposure),
            "too_many_days_missing": too_many_days_missing(rows, rules),
        }
    )
    return reasons[0] if reasons else ""


def effects_of(rows: pl.DataFrame, own: OwnDays) -> dict[Exposure, Coefficient]:
    """Test each exposure on its own days, with free guard columns where the daily questions have held ones."""
    largest, *others = sorted(own.design.totals(), key=lambda each: -len(each.exposures))
    first = _fit(rows, largest)
    if first is None:
        return {}
    guards = free_guards(first, rows, own.guard_days)
    plain = {largest: first} | {design: _fit(rows, design, first) for design in others if not guards}
    fits = {design: _guarded(rows, design, guards, first) if guards else plain[design] for design in (largest, *others)}
    return {
        exposure: coefficient(fit.table, exposure.within)
        for design, fit in fits.items()
        if fit is not None
        for exposure in design.answered
        if exposure.within in fit.fit.names
    }


def _guarded(rows: pl.DataFrame, design: DailyDesign, guards: Guards, first: ParticipantFit) -> ParticipantFit | None:
    """Fit a model with the guard columns of its exposures, or without where the days cannot carry them."""
    columns = {
        name: values for exposure in design.exposures for name, values in guards.get(exposure.within, {}).items()
    }
    return _fit(rows.with_columns(pl.Series(*each) for each in columns.items()), design, first, tuple(columns)) or _fit(
        rows, design, first
    )


def _fit(
    rows: pl.DataFrame, design: DailyDesign, near: ParticipantFit | None = None, also: Sequence[str] = ()
) -> ParticipantFit | None:
    """Fit one model; None where the days cannot carry it, or without a certified optimum."""
    try:
        laid_out = within_participants(rows, design, also=also)
        own = participant_rows(laid_out, str(laid_out.participant[0]))
        fit = fit_one_participant(own, RESIDUALS, near.fit if near else None)
    except (PainstatsError, np.linalg.LinAlgError):
        return None
    return fit if fit.fit.converged else None
