"""Checks of the effects of single participants in a cohort, each from that participant's own days.

They are made where an own effect is clear today, because only a direction is shown with its firmness
(docs/method/verdict.md, "Firmness").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import polars as pl

from painstats.mixedlm.inference.coefficients import coefficient
from painstats.mixedlm.inference.one_participant import ParticipantFit
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guarded import Guarded
from painstats.questions.daily.guards import DaysOf, with_guard_columns
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
    to_check: dict[str, list[Reanalysis]] = {}
    for model in models:
        for fit in model.own_fits:
            if slopes := _clear(fit, model.design):
                reanalysis = _reanalysis(fit.participant, model, slopes, days, exposure_days)
                to_check.setdefault(fit.participant, []).append(reanalysis)
    return [
        row
        for participant in sorted(to_check)
        for row in robustness_checks(to_check[participant], participant, outcome)
    ]


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
    participant: str, model: OwnModel, slopes: Mapping[str, Slope], days: pl.DataFrame, exposure_days: DaysOf
) -> Reanalysis:
    is_own = pl.col("participant_id") == participant
    rows, guard = model.frame.filter(is_own), model.own_guards.get(participant)
    frame, guards = with_guard_columns(rows, exposure_days, guard) if guard and guard.last else (rows, ())
    return Reanalysis(model.design, days.filter(is_own), frame, "own_days", slopes, None, guards)
