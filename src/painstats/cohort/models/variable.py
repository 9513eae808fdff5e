"""Baseline variables of participants as columns of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from painstats.mixedlm.engine.rows import Floats, ModelRows, is_first_row

Kind = Literal["continuous", "ordinal", "categorical"]


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A declared variable with the known values of participants.

    Parameters
    ----------
    name
        Of the column of ``participants.csv``.
    kind
        How it enters a model: continuous as its value, ordinal as the number of its level, categorical as a column for
        each level but the reference.
    values
        Participant to value, of those for whom it is known: a number, or the name of a level.
    levels
        In order; empty for a continuous variable.
    reference
        The level that the others are compared with: the first, unless the plan says otherwise.
    per
        The unit in which a continuous variable is told.
    unit
        Of the values, for tables.
    """

    name: str
    kind: Kind
    values: Mapping[str, float | str]
    levels: tuple[str, ...] = ()
    reference: str | None = None
    per: float = 1.0
    unit: str | None = None

    @property
    def ordered_levels(self) -> tuple[str, ...]:
        """The levels with the reference first."""
        first = self.reference or self.levels[0]
        return (first, *(level for level in self.levels if level != first))

    def level_of(self, participant: str) -> str | None:
        """Return a participant's level, None where it is unknown."""
        value = self.values.get(participant)
        return None if value is None else str(value)

    def column(self, level: str) -> str:
        """Return the name of the column of a level."""
        return f"{self.name}: {level}"

    def score(self, participant: str) -> float:
        """Return a continuous value, or the number of an ordinal level."""
        value = self.values[participant]
        return float(value) if self.kind == "continuous" else float(self.levels.index(str(value)))


def columns_of(variable: Variable, rows: ModelRows) -> dict[str, Floats]:
    """Return the columns (n,) of a variable for rows whose participants all have a known value.

    Continuous and ordinal variables are centred at the mean over the participants, each once, so that another slope is
    that of the average participant; continuous ones are in units of ``per``.
    """
    if variable.kind == "categorical":
        levels = np.array([variable.level_of(str(who)) for who in rows.participant])
        return {variable.column(level): (levels == level).astype(float) for level in variable.ordered_levels[1:]}
    scores = np.array([variable.score(str(who)) for who in rows.participant])
    per = variable.per if variable.kind == "continuous" else 1.0
    return {variable.name: (scores - scores[is_first_row(rows)].mean()) / per}


def known_rows(rows: ModelRows, variables: Sequence[Variable]) -> ModelRows:
    """Return the rows of the participants for whom every variable is known."""
    known = np.array([all(str(who) in each.values for each in variables) for who in rows.participant])
    return replace(rows, y=rows.y[known], X=rows.X[known], participant=rows.participant[known], day=rows.day[known])
