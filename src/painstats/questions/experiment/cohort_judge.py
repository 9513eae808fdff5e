"""The average effect of the same experiment over participants, judged by the lot and by a mixed model.

It has a direction only where both have it. The lot is exact, but for the claim that there is no effect in any of these
participants. The model is about the average of participants like them, but assumes a form of the residuals.

Source: docs/method/experiments.md, "Several participants".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.integrated import Floats
from painstats.questions.experiment.cohort_groups import Group, OwnExperiment, group_experiments
from painstats.questions.experiment.cohort_redraw import OwnEffects, Redrawn, own_effects, redraw_orders
from painstats.questions.experiment.cohort_row import ExperimentAverage
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.experiment.randomisation import ALPHA
from painstats.questions.treatment.cohort_average import Average, fitted_average
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store

LEAST_PARTICIPANTS = 5
"""Fewest participants of an average and of its direction; the pages show nothing about fewer."""

ON = "on"


def experiment_averages(store: Store, findings: Sequence[ExperimentFinding]) -> list[ExperimentAverage]:
    """Return the average of every experiment that at least five participants finished, with enough scores."""
    groups = group_experiments(store, findings)
    return [judged_group(group) for group in groups if len(group.own) >= LEAST_PARTICIPANTS]


def judged_group(group: Group) -> ExperimentAverage:
    """Return the average effect of a group, with its verdict."""
    lot = redraw_orders([_effects(own) for own in group.own])
    model = model_effect(group.own)
    verdict, reasons = verdict_of(lot, model, going_on=group.going_on)
    return ExperimentAverage(
        on=group.on,
        off=group.off,
        participants=len(group.own),
        days=sum(len(own.days.scores) for own in group.own),
        left_out=group.left_out,
        going_on=group.going_on,
        ended_early=group.ended_early,
        drawn_again=sum(own.draws > 1 for own in group.own),
        first_date=min(own.finding.first_date for own in group.own),
        last_date=max(own.finding.last_date for own in group.own),
        verdict=verdict,
        reasons=reasons,
        estimate=model.estimate if model else None,
        low=model.low if model else None,
        high=model.high if model else None,
        p=model.p if model else None,
        lot_estimate=lot.estimate,
        lot_p=lot.p,
        lot_draws=lot.draws,
    )


def verdict_of(lot: Redrawn, model: Average | None, *, going_on: int) -> tuple[Verdict, tuple[str, ...]]:
    """Return the direction that the lot and the mixed model share, each with p up to .05, or why there is none.

    While others go on, there is none: the average is computed again after each of them, and of many looks one would
    show a direction by chance.
    """
    if going_on:
        return Verdict.NOT_DETERMINED, ("others_go_on",)
    if model is None:
        return Verdict.NOT_DETERMINED, ("model_not_fitted",)
    lot_has, model_has = lot.p <= ALPHA, model.p < ALPHA
    if not (lot_has or model_has):
        return Verdict.NOT_DETERMINED, ("interval_too_wide",)
    if not (lot_has and model_has):
        return Verdict.NOT_DETERMINED, ("only_the_lot_says_so" if lot_has else "only_the_model_says_so",)
    if (lot.estimate < 0) != (model.estimate < 0):
        return Verdict.NOT_DETERMINED, ("signs_differ",)
    return (Verdict.LOWER if model.estimate < 0 else Verdict.HIGHER), ()


def _effects(own: OwnExperiment) -> OwnEffects:
    days = own.days
    return own_effects(own.finding.fingerprint, own.finding.order, days.block, days.day, days.scores)


def model_effect(participants: Sequence[OwnExperiment]) -> Average | None:
    """Return the effect by the mixed model; None where it cannot be fitted or is not certified.

    y = a + b on + u0 + u1 on + e for each participant, with (u0, u1) correlated and e CAR(1), by restricted likelihood;
    the test and interval of b are Kenward and Roger's. The random effect u1 lets participants differ.

    References
    ----------
    Kenward & Roger 1997, Biometrics 53:983.
    """
    from painstats.mixedlm.engine.rows import INTERCEPT, model_rows

    def stacked(values: Sequence[Floats]) -> Floats:
        return np.concatenate(values).astype(np.float64)

    try:
        rows = model_rows(
            y=stacked([own.days.scores for own in participants]),
            predictors={ON: stacked([own.days.on for own in participants])},
            participant=np.repeat(
                [own.finding.participant_id for own in participants], [len(own.days.scores) for own in participants]
            ),
            day=stacked([own.days.day + own.finding.first_date.toordinal() for own in participants]).astype(np.int64),
            random=(INTERCEPT, ON),
        )
    except NotEnoughData:
        return None
    return fitted_average(rows, ON)
