"""The stored experiments: drawn plans, and those that were stopped early. Rows are only added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from painstats.plan.study import Study
from painstats.questions.experiment.checks import Wish
from painstats.questions.experiment.clock import date_at
from painstats.questions.experiment.finding import Stage
from painstats.questions.experiment.plan import ExperimentPlan, plan_of
from painstats.store.connection import Store, transaction
from painstats.store.rows import select

DAYS_TO_WAIT = 14
"""Days after the last one on which scores of the last days are waited for, so that the result is not seen twice."""

_EXPERIMENTS = """
SELECT p.*, e.ended_at FROM experiment_plan AS p LEFT JOIN experiment_end AS e USING (fingerprint)
ORDER BY p.drawn_at, p.fingerprint
"""


@dataclass(frozen=True)
class Experiment:
    """A stored experiment: plan and outcome as JSON, and when it was drawn, agreed to, and ended early."""

    participant_id: str
    fingerprint: str
    canonical: str
    drawn_at: datetime
    outcome: str
    is_medicine: bool
    agreed_on: date | None
    agreed_by: str | None
    ended_at: datetime | None

    @cached_property
    def plan(self) -> ExperimentPlan:
        """The plan."""
        return plan_of(self.canonical)

    @property
    def treatment(self) -> tuple[str, str]:
        """The participant and what is tried, written alike: what draws are counted for."""
        return self.participant_id, same_words(self.plan.on)

    def stage_on(self, today: date) -> Stage:
        """Return how far it has come on the participant's date."""
        if self.ended_at is not None:
            return "ended_early"
        if today < self.plan.first_day:
            return "planned"
        return "sealed" if today < self.plan.opens_on else "finished"

    def block_on(self, today: date) -> int | None:
        """Return the number of the block that goes on, from 1; None before the first and after the last."""
        if self.stage_on(today) != "sealed":
            return None
        return (today - self.plan.first_day).days // self.plan.block_days + 1

    @property
    def waits_until(self) -> date:
        """The day on which the result is shown even if the diary does not reach the last day."""
        return self.plan.opens_on + timedelta(days=DAYS_TO_WAIT)


def same_words(text: str) -> str:
    """Return words as they are compared: without capitals, and with one space between them."""
    return " ".join(text.casefold().split())


def outcome_of(study: Study) -> str:
    """Return what the plan explains, as JSON: the item, its site, and what counts as its score."""
    return study.plan.outcome.model_dump_json(include={"item", "site", "across_sites", "unlogged"})


def stored_experiments(store: Store) -> list[Experiment]:
    """Return all experiments in the order in which they were drawn."""
    return select(store, Experiment, _EXPERIMENTS)


def draws_of(experiment: Experiment, experiments: list[Experiment]) -> int:
    """Return how many orders were drawn for the same participant and treatment."""
    return sum(other.treatment == experiment.treatment for other in experiments)


def store_plan(store: Store, plan: ExperimentPlan, wish: Wish, drawn_at: datetime) -> Experiment:
    """Store a drawn plan.

    Returns
    -------
    The experiment as it was stored.
    """
    agreement = wish.agreement if wish.has_medicine else None
    on, by = (agreement.on, agreement.by) if agreement else (None, None)
    with transaction(store) as connection:
        connection.execute(
            "INSERT INTO experiment_plan VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                plan.participant, plan.fingerprint, plan.canonical, drawn_at, outcome_of(store.study),
                wish.has_medicine, on, by,
            ],
        )  # fmt: skip
    return next(each for each in stored_experiments(store) if each.fingerprint == plan.fingerprint)


def store_end(store: Store, experiment: Experiment, ended_at: datetime) -> None:
    """Store that an experiment was stopped before its last day."""
    with transaction(store) as connection:
        connection.execute(
            "INSERT INTO experiment_end VALUES (?, ?, ?)",
            [experiment.participant_id, experiment.fingerprint, ended_at],
        )


def stages(store: Store, instant: datetime) -> tuple[str, ...]:
    """Return what changes about every experiment by the calendar alone: fingerprint, stage, block, end of waiting."""
    found = []
    for experiment in stored_experiments(store):
        today = date_at(store.study, experiment.participant_id, instant)
        has_waited = today >= experiment.waits_until
        found.append(f"{experiment.fingerprint} {experiment.stage_on(today)} {experiment.block_on(today)} {has_waited}")
    return tuple(found)
