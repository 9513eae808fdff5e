"""Checks of the effects of single participants in a cohort, each from that participant's own days.

They are made where an own effect is clear today, because only a direction is shown with its firmness
(docs/method/verdict.md, "Firmness").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from painstats.mixedlm.inference.coefficients import coefficient
from painstats.mixedlm.inference.one_participant import ParticipantFit
from painstats.process_pool import for_each
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guarded import Guarded
from painstats.questions.daily.guards import DaysOf, by_participant, of_participant, with_guard_columns
from painstats.questions.daily.robustness import Reanalysis, Slope, robustness_checks
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.question import Outcome


class OwnModel(Protocol):
    """What is used of the models of one design."""

    @property
    def design(self) -> DailyDesign:
        """The design."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows of all participants."""

    @property
    def own_fits(self) -> tuple[ParticipantFit, ...]:
        """Each participant's own days."""

    @property
    def own_guards(self) -> Mapping[str, Guarded]:
        """Participant to the guard that the own fit has."""


def checks_of_own_days(
    models: Sequence[OwnModel], days: pl.DataFrame, exposure_days: DaysOf, outcome: Outcome
) -> list[RobustnessCheck]:
    """Make the checks of every own effect whose 95% interval leaves out zero.

    Parameters
    ----------
    models
        The fits, one for each design.
    days
        All rows of ``model_frame``.
    exposure_days
        Where guard columns are computed from.
    outcome
        What was explained.

    Returns
    -------
    Rows of ``robustness`` with the participant's id as ``model``.
    """
    to_check = _to_check(models, days, exposure_days)
    tasks = (_Task(participant, to_check[participant], outcome) for participant in sorted(to_check))
    return [row for rows in for_each(_checked, tasks) for row in rows]


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """The checks of one participant, for whichever process."""

    participant: str
    reanalyses: Sequence[Reanalysis]
    outcome: Outcome


def _checked(task: _Task) -> list[RobustnessCheck]:
    return robustness_checks(task.reanalyses, task.participant, task.outcome)


def _to_check(
    models: Sequence[OwnModel], days: pl.DataFrame, exposure_days: DaysOf
) -> Mapping[str, Sequence[Reanalysis]]:
    """Return what is to be checked of each participant; every table is split once, not once for each of them."""
    found: dict[str, list[Reanalysis]] = {}
    own_days, split = _by_participant(days), by_participant(exposure_days)
    for model in models:
        rows = _by_participant(model.frame)
        for fit in model.own_fits:
            if slopes := _clear(fit, model.design):
                name = fit.participant
                known = of_participant(split, exposure_days, name)
                reanalysis = _reanalysis(model, slopes, own_days[name], rows[name], known, model.own_guards.get(name))
                found.setdefault(name, []).append(reanalysis)
    return found


def _by_participant(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    parts = frame.partition_by("participant_id", maintain_order=True)
    return {str(part["participant_id"][0]): part for part in parts}


def _clear(fit: ParticipantFit, design: DailyDesign) -> dict[str, Slope]:
    """Return the effects whose interval leaves out zero, where the design asks for enough days for a first look."""
    if fit.n_rows < design.rules.looks[0]:
        return {}
    found = {
        exposure.name: coefficient(fit.table, exposure.within)
        for exposure in design.answered
        if exposure.within in fit.fit.names
    }
    return {name: Slope(row.estimate, row.low, row.high) for name, row in found.items() if row.low * row.high > 0}


def _reanalysis(
    model: OwnModel,
    slopes: Mapping[str, Slope],
    days: pl.DataFrame,
    rows: pl.DataFrame,
    known: DaysOf,
    guard: Guarded | None,
) -> Reanalysis:
    frame, guards = with_guard_columns(rows, known, guard) if guard and guard.last else (rows, ())
    return Reanalysis(model.design, days, frame, "own_days", slopes, None, guards)
