"""The result of a fit for one question and participant: a reading, which no verdict is based on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["pooled", "own_days", "mixed_model", "two_stage", "without_guard", "none"]
"""Where an estimate comes from: a participant's days pooled with the others' or alone; over participants, the mixed
model or the two-stage mean; the same model without guard columns; ``none`` where there is no fit."""


@dataclass(frozen=True, slots=True)
class CheckEstimate:
    """The same effect computed in another way, with its 95% interval, in outcome points per unit."""

    basis: Basis
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect in outcome points per unit.

    Parameters
    ----------
    value, low, high
        The effect with its 95% interval; all None if there is none, or it may not be shown.
    df
        Degrees of freedom of its test, where it has one.
    p
        P value, adjusted for the number of confirmatory questions; None for one participant's pooled estimate.
    reliability
        1 - variance of the error / variance between participants; None when it is based on own days alone.
    basis
        Where it comes from.
    days, participants
        What it is based on.
    checks
        The same effect computed in other ways.
    known_days
        Of ``days``, those on which the exposure is known; None for an average over participants.
    """

    value: float | None
    low: float | None
    high: float | None
    basis: Basis
    days: int
    participants: int
    df: float | None = None
    p: float | None = None
    reliability: float | None = None
    checks: tuple[CheckEstimate, ...] = ()
    known_days: int | None = None
