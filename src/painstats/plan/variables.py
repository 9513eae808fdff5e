"""``[variables.NAME]`` of ``study.toml``: which columns of ``participants.csv`` take part, and what their values are.

Nothing is guessed from values: 1 and 2 may be two answers or a count. A column without a declaration is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from painstats.plan.formula import FIXED_NAMES
from painstats.plan.values import PlanTable

VARIABLE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LEAST_LEVELS = 2
BASELINE = "baseline"
"""Of a variable that was measured before the participant's first day."""

Kind = Literal["continuous", "ordinal", "categorical"]


class VariablePlan(PlanTable):
    """``[variables.NAME]``: a column of ``participants.csv``.

    ``levels`` are in order, and required unless the variable is continuous. ``reference`` is the level that others are
    compared with, the first by default. ``per`` is the unit in which a continuous moderator is reported. ``measured``
    is "baseline", or the column with the date on which it was measured.
    """

    kind: Kind
    label: str | None = None
    unit: str | None = None
    levels: tuple[str, ...] = ()
    reference: str | None = None
    per: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    missing: tuple[str, ...] = ("", "NA")
    summary: Literal["mean", "median"] = "mean"
    measured: str = BASELINE
    quasi: bool = False
    identifying: bool = False

    @property
    def has_levels(self) -> bool:
        """Whether its values are levels, not numbers."""
        return self.kind != "continuous"

    @property
    def compared_with(self) -> str | None:
        """The level that the others are compared with; None for a continuous variable."""
        return self.reference or (self.levels[0] if self.levels else None)

    @model_validator(mode="after")
    def _has_the_keys_of_its_kind(self) -> VariablePlan:
        if not self.has_levels:
            self._refuse_levels()
            return self
        if len(self.levels) < LEAST_LEVELS:
            raise ValueError(f'a variable of kind "{self.kind}" needs levels, at least two, in their order')
        if len(set(self.levels)) < len(self.levels):
            raise ValueError("levels: one is there twice; keep one of them")
        if clash := sorted(set(self.levels) & set(self.missing)):
            raise ValueError(f"{clash[0]!r} is both a level and a mark of missing values; keep one of the two")
        if self.reference is not None and self.reference not in self.levels:
            raise ValueError(f"reference: {self.reference!r} is not one of the levels {', '.join(self.levels)}")
        given = [key for key in ("unit", "per", "summary") if key in self.model_fields_set]
        if given:
            raise ValueError(f"{given[0]} is only for a continuous variable; remove it")
        return self

    def _refuse_levels(self) -> None:
        given = [key for key in ("levels", "reference") if key in self.model_fields_set]
        if given:
            raise ValueError(f'{given[0]} is only for kind "ordinal" or "categorical"; remove it')


def check_variables(variables: Mapping[str, VariablePlan]) -> None:
    """Refuse a variable whose name cannot stand in a formula, or means something else there.

    Raises
    ------
    ValueError
        Naming the variable.
    """
    for name in variables:
        if not VARIABLE_NAME.fullmatch(name):
            raise ValueError(
                f"variables: {name!r} cannot stand in a formula; rename the column: a letter, then letters, digits or _"
            )
        if name in FIXED_NAMES:
            raise ValueError(f"variables: {name} means something else in formulas; rename the column")
