"""A planned self-experiment and its result: a row of the table ``experiment_finding``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from painstats.questions.verdict import Verdict

if TYPE_CHECKING:  # pages read findings without it
    from painstats.questions.experiment.plan import ExperimentPlan

Stage = Literal["planned", "sealed", "finished", "ended_early"]
"""Before the first day; while it goes on, when nothing is shown; after the last block; stopped before it."""

WAITING = "waiting_for_scores"
"""Reason of a sealed experiment that is over, but whose diary has not been imported up to the last day."""


@dataclass(frozen=True, slots=True)
class ExperimentFinding:
    """One experiment of one participant, in outcome points; numbers are None until the last block is over.

    Parameters
    ----------
    participant_id, fingerprint
        The participant, and the SHA-256 of the plan, from which anyone can compute the order.
    on, off
        What is compared, in the participant's words.
    first_date, last_date, blocks, block_days, dropped_days
        The plan: first and last day, blocks, days of a block, days at the head of each block that are not counted.
    order
        1 for a block with the treatment, 0 for one without.
    drawn_at, draws
        When the order was drawn, and how often one was drawn for this participant and treatment.
    stage, opens_on
        How far it has come, and the day on which the result is shown; where scores of the last days are waited for, the
        day on which it is shown without them.
    verdict, reasons
        The verdict of the randomisation test, and why, by name.
    estimate, low, high, p, orders
        Effect of the blocks with the treatment, the interval of all effects that the test does not reject, its exact
        two-sided p value, and over how many orders it was computed.
    model_estimate, model_low, model_high
        The same from the model with integrated residuals.
    block_means, block_scored_days
        Mean outcome of each block, None where no day has a score, and its kept days with a score.
    level_off, level_on
        Mean outcome of all kept days without and with the treatment.
    more_blocks
        Blocks of a further experiment of this kind that would show a difference of one point in three of four cases;
        None where there is a verdict, and where none would within a year.
    block
        The block that went on when it was judged, from 1; None before the first and after the last.
    """

    participant_id: str
    fingerprint: str
    on: str
    off: str
    first_date: date
    last_date: date
    blocks: int
    block_days: int
    dropped_days: int
    order: tuple[int, ...]
    drawn_at: datetime
    draws: int
    stage: Stage
    opens_on: date
    verdict: Verdict
    reasons: tuple[str, ...]
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    orders: int | None = None
    model_estimate: float | None = None
    model_low: float | None = None
    model_high: float | None = None
    block_means: tuple[float | None, ...] = ()
    block_scored_days: tuple[int, ...] = ()
    level_off: float | None = None
    level_on: float | None = None
    more_blocks: int | None = None
    block: int | None = None

    @property
    def blocks_with_few_scores(self) -> tuple[int, ...]:
        """The blocks, from 1, with a score on fewer than half of the days that count."""
        counted = self.block_days - self.dropped_days
        return tuple(place for place, days in enumerate(self.block_scored_days, start=1) if 2 * days < counted)


def without_numbers(
    plan: ExperimentPlan,
    stage: Stage,
    drawn_at: datetime,
    draws: int,
    reasons: tuple[str, ...],
    block: int | None = None,
) -> ExperimentFinding:
    """Return the finding of a plan without any number of the scores; arguments as in ``ExperimentFinding``."""
    return ExperimentFinding(
        participant_id=plan.participant,
        fingerprint=plan.fingerprint,
        on=plan.on,
        off=plan.off,
        first_date=plan.first_day,
        last_date=plan.last_day,
        blocks=plan.blocks,
        block_days=plan.block_days,
        dropped_days=plan.dropped_days,
        order=plan.order,
        drawn_at=drawn_at,
        draws=draws,
        stage=stage,
        opens_on=plan.opens_on,
        verdict=Verdict.NOT_JUDGED,
        reasons=reasons,
        block=block,
    )
