"""Who finished the same experiment: one of each participant, and only those whose result is open.

Source: docs/method/experiments.md, "Several participants".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.experiment.judge import OUTCOME_CHANGED, ScoredDays, counted_days
from painstats.questions.experiment.stored import draws_of, same_words, stored_experiments
from painstats.store.connection import Store

Place = Literal["in_average", "left_out", "going_on", "ended_early"]
"""What a participant is counted as."""


@dataclass(frozen=True, slots=True)
class OwnExperiment:
    """One participant's experiment: its days that count, and how many orders had been drawn by then."""

    finding: ExperimentFinding
    days: ScoredDays
    draws: int

    @property
    def has_scores_in_most_blocks(self) -> bool:
        """Whether more than half of the blocks have a score, so that every order has days of both kinds.

        Half of the blocks are on. This does not depend on which, so who is left out does not depend on the order.
        """
        return 2 * len(np.unique(self.days.block)) > self.finding.blocks


@dataclass(frozen=True, slots=True)
class Group:
    """Participants who planned the same experiment.

    Parameters
    ----------
    on, off
        What is compared, in the words of the one that begins first.
    own
        The experiments in the average, by participant.
    left_out, going_on, ended_early
        Other participants, by what keeps them from being in it.
    """

    on: str
    off: str
    own: tuple[OwnExperiment, ...]
    left_out: int
    going_on: int
    ended_early: int


def group_experiments(store: Store, findings: Sequence[ExperimentFinding]) -> list[Group]:
    """Group experiments with the same words for what is compared; capitals and the number of spaces do not matter."""
    ordered = sorted(findings, key=lambda each: (_compared(each), each.first_date, each.fingerprint))
    return [_group(store, list(same)) for _, same in groupby(ordered, key=_compared)]


def _compared(finding: ExperimentFinding) -> tuple[str, str]:
    return same_words(finding.on), same_words(finding.off)


def _group(store: Store, findings: list[ExperimentFinding]) -> Group:
    """Choose each participant's experiment, in the order in which they begin."""
    everyone = sorted({each.participant_id for each in findings})
    places: list[Place] = []
    chosen: list[ExperimentFinding] = []
    for participant in everyone:
        own = [each for each in findings if each.participant_id == participant]
        if first := first_finished(own):
            chosen.append(first)
        else:
            places.append(_place_without_result(own))
    found = list(_with_days(store, chosen))
    usable = tuple(each for each in found if each.has_scores_in_most_blocks)
    return Group(
        on=findings[0].on,
        off=findings[0].off,
        own=usable,
        left_out=places.count("left_out") + len(found) - len(usable),
        going_on=places.count("going_on"),
        ended_early=places.count("ended_early"),
    )


def first_finished(own: Sequence[ExperimentFinding]) -> ExperimentFinding | None:
    """Return a participant's first experiment whose result is open and about the study's outcome.

    The stage of the finding decides: one whose last scores are waited for is still sealed.
    """
    return next((each for each in own if each.stage == "finished" and OUTCOME_CHANGED not in each.reasons), None)


def _place_without_result(own: Sequence[ExperimentFinding]) -> Place:
    stages = {each.stage for each in own}
    if stages & {"planned", "sealed"}:
        return "going_on"
    return "left_out" if "finished" in stages else "ended_early"


def _with_days(store: Store, chosen: Sequence[ExperimentFinding]) -> Iterator[OwnExperiment]:
    """Read the days of experiments, and count the orders that were drawn until theirs."""
    experiments = stored_experiments(store)
    stored = {each.fingerprint: each for each in experiments}
    for finding in chosen:
        experiment = stored[finding.fingerprint]
        before = [each for each in experiments if each.drawn_at <= experiment.drawn_at]
        days = counted_days(store, experiment, finding.last_date)
        yield OwnExperiment(finding, days, draws_of(experiment, before))
