"""The role of a relation's columns in the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.rows import INTERCEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRoles:
    """Which column of a query or frame is the outcome, the participant and the day, and which are in the model.

    Parameters
    ----------
    outcome, participant, day
        Names of columns; days are whole numbers or dates.
    columns
        The columns of the model, without the intercept.
    random
        Columns with random effects: names of ``columns``, or ``"intercept"``, the default; may be empty.
    intercept
        Whether the model has a column of ones, named ``"intercept"``, as its first column.

    Raises
    ------
    PainstatsError
        If ``columns`` or ``random`` is a text rather than a sequence of names.
    """

    outcome: str
    columns: Sequence[str]
    participant: str
    day: str
    random: Sequence[str] = (INTERCEPT,)
    intercept: bool = True

    def __post_init__(self) -> None:
        for name in ("columns", "random"):
            given = getattr(self, name)
            if isinstance(given, str):
                raise PainstatsError(f"{name!r} must be a list of names; write [{given!r}]")
            object.__setattr__(self, name, tuple(given))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the model's columns."""
        return (INTERCEPT, *self.columns) if self.intercept else tuple(self.columns)
