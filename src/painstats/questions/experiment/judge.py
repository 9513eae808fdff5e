"""Judge experiments: nothing before the last block is over, then the exact test and the model beside it.

Source: docs/method/experiments.md, "The result".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from painstats.mixedlm.integrated import Floats, fit_integrated
from painstats.questions.experiment.clock import date_at
from painstats.questions.experiment.finding import WAITING, ExperimentFinding, without_numbers
from painstats.questions.experiment.power import Design, blocks_needed, own_noise, typical_noise
from painstats.questions.experiment.randomisation import (
    ALPHA,
    Places,
    order_scores,
    randomisation_test,
    reference_orders,
)
from painstats.questions.experiment.scores import scale_points, scored_days
from painstats.questions.experiment.stored import Experiment, draws_of, outcome_of, stored_experiments
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store

FEW_SCORES = "few_scores_in_blocks"
MODEL_ALONE = "only_the_model_says_so"
OUTCOME_CHANGED = "outcome_changed"
EVER = date(9999, 12, 31)
LEAST_ROWS_OF_MODEL = 5


@dataclass(frozen=True)
class ScoredDays:
    """The days of an experiment that count and have a score.

    Parameters
    ----------
    block, day, scores
        (n,) block from 0, day from the first one, and score.
    on
        (n,) 1 in blocks with the treatment.
    """

    block: Places
    day: Floats
    scores: Floats
    on: Floats

    @property
    def has_both_kinds(self) -> bool:
        """Whether there are days with and without the treatment."""
        return bool(0 < self.on.sum() < len(self.on))


def findings(store: Store, instant: datetime) -> list[ExperimentFinding]:
    """Return the findings of all stored experiments at an instant, in the order in which they were drawn."""
    experiments = stored_experiments(store)
    return [_finding(store, experiment, draws_of(experiment, experiments), instant) for experiment in experiments]


def _finding(store: Store, experiment: Experiment, draws: int, instant: datetime) -> ExperimentFinding:
    today = date_at(store.study, experiment.participant_id, instant)
    sealed = _sealed(experiment, draws, today)
    if sealed.stage == "finished" and _is_waiting(store, experiment, today):
        return replace(
            sealed, stage="sealed", reasons=(WAITING,), opens_on=experiment.waits_until, block=experiment.plan.blocks
        )
    if sealed.stage == "finished" and experiment.outcome != outcome_of(store.study):
        return replace(sealed, reasons=(OUTCOME_CHANGED,))
    if sealed.stage == "finished":
        days = counted_days(store, experiment, experiment.plan.last_day)
        return _judged(_with_numbers(sealed, days), experiment, days, scale_points(store.study))
    if experiment.ended_at is not None:
        ended_on = date_at(store.study, experiment.participant_id, experiment.ended_at)
        return _with_numbers(sealed, counted_days(store, experiment, ended_on))
    return sealed


def _is_waiting(store: Store, experiment: Experiment, today: date) -> bool:
    """Whether the diary ends before the last day, and may still be imported: a result is shown once."""
    has_last = bool(scored_days(store, experiment.participant_id, experiment.plan.last_day, EVER))
    return not has_last and today < experiment.waits_until


def _sealed(experiment: Experiment, draws: int, today: date) -> ExperimentFinding:
    """Return a finding without any number of the scores."""
    stage, block = experiment.stage_on(today), experiment.block_on(today)
    return without_numbers(experiment.plan, stage, experiment.drawn_at, draws, (stage,), block)


def counted_days(store: Store, experiment: Experiment, until: date) -> ScoredDays:
    """Return the days of an experiment, up to a date, that count and have a score."""
    plan = experiment.plan
    rows = scored_days(store, experiment.participant_id, plan.first_day, min(until, plan.last_day))
    day = np.array([(row.date - plan.first_day).days for row in rows], dtype=np.int_)
    scores = np.array([row.outcome_score for row in rows], dtype=float)
    counts = day % plan.block_days >= plan.dropped_days
    day, scores = day[counts], scores[counts]
    block = day // plan.block_days
    return ScoredDays(block, day.astype(float), scores, np.array(plan.order, dtype=float)[block])


def _with_numbers(finding: ExperimentFinding, days: ScoredDays) -> ExperimentFinding:
    """Add the mean outcome of each block, and of the days with and without the treatment."""
    return replace(
        finding,
        block_means=tuple(_mean(days.scores[days.block == block]) for block in range(finding.blocks)),
        block_scored_days=tuple(int((days.block == block).sum()) for block in range(finding.blocks)),
        level_off=_mean(days.scores[days.on == 0]),
        level_on=_mean(days.scores[days.on == 1]),
    )


def _mean(scores: Floats) -> float | None:
    return float(scores.mean()) if len(scores) else None


def _judged(finding: ExperimentFinding, experiment: Experiment, days: ScoredDays, points: float) -> ExperimentFinding:
    """Add the verdict of the test, the model beside it, and what a further experiment would need."""
    if refusal := _refusal(days):
        return replace(finding, reasons=(refusal,))
    orders, drawn = reference_orders(finding.order, experiment.fingerprint)
    result = randomisation_test(days.scores, order_scores(orders, days.block, days.day), drawn)
    few = (FEW_SCORES,) if finding.blocks_with_few_scores else ()
    tested = replace(
        _with_model(finding, days),
        estimate=result.estimate,
        low=result.low,
        high=result.high,
        p=result.p,
        orders=result.orders,
    )
    if result.p <= ALPHA:
        verdict = Verdict.LOWER if result.estimate < 0 else Verdict.HIGHER
        return replace(tested, verdict=verdict, reasons=few)
    return replace(
        tested,
        verdict=Verdict.NOT_DETERMINED,
        reasons=(_why_open(tested), *few),
        more_blocks=_more_blocks(finding, days, points),
    )


def _refusal(days: ScoredDays) -> str | None:
    """Return why scores cannot be tested at all."""
    if not len(days.scores):
        return "outcome_missing"
    if not days.has_both_kinds:
        return "scores_of_one_kind"
    return None if np.ptp(days.scores) else "outcome_hardly_varies"


def _with_model(finding: ExperimentFinding, days: ScoredDays) -> ExperimentFinding:
    """Add the effect that the model with integrated residuals finds on the same days."""
    if len(days.scores) < LEAST_ROWS_OF_MODEL:
        return finding
    columns = np.column_stack([np.ones(len(days.on)), days.on])
    effect = fit_integrated(columns, days.scores, days.day).contrast(np.array([0.0, 1.0]))
    low, high = float(effect.quantile(ALPHA / 2)[0]), float(effect.quantile(1 - ALPHA / 2)[0])
    return replace(finding, model_estimate=float(effect.mean[0]), model_low=low, model_high=high)


def _why_open(finding: ExperimentFinding) -> str:
    """Return why there is no direction: the interval is wide, or only the model sees one."""
    if finding.model_low is None or finding.model_high is None:
        return "interval_too_wide"
    return MODEL_ALONE if finding.model_low > 0 or finding.model_high < 0 else "interval_too_wide"


def _more_blocks(finding: ExperimentFinding, days: ScoredDays, points: float) -> int | None:
    """Return the blocks of a further experiment that would show a tenth of the scale: one point of 0 to 10."""
    without = days.scores - np.where(days.on == 1, (finding.level_on or 0.0) - (finding.level_off or 0.0), 0.0)
    noise = own_noise(days.day, without) or typical_noise(points)
    return blocks_needed(Design(finding.blocks, finding.block_days, finding.dropped_days), noise, points / 10)
