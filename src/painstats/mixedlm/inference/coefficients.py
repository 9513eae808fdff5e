"""Tables of coefficients with tests and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from painstats.mixedlm.engine.rows import Floats, column_positions

Method = Literal["Satterthwaite", "Kenward-Roger", "CR2"]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient or contrast: estimate, standard error, degrees of freedom, t, two-sided p and 95% interval."""

    name: str
    estimate: float
    se: float
    df: float
    t: float
    p: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CoefficientTable:
    """Coefficients with the method of their tests.

    Parameters
    ----------
    coefficients
        One for each name, in order.
    method
        How the degrees of freedom, and with Kenward-Roger the standard errors, were computed.
    fallback
        Why the requested method was not used, or None.
    """

    coefficients: tuple[Coefficient, ...]
    method: Method
    fallback: str | None = None


def coefficient(table: CoefficientTable, name: str) -> Coefficient:
    """Return one coefficient of a table by name.

    Raises
    ------
    PainstatsError
        If the table has no such coefficient.
    """
    names = [row.name for row in table.coefficients]
    return table.coefficients[int(column_positions([name], names)[0])]


def tested(names: Sequence[str], estimates: Floats, se: Floats, df: Floats) -> tuple[Coefficient, ...]:
    """Return t tests and 95% intervals of estimates; the arrays have the length of ``names``."""
    t = estimates / se
    p = 2 * stats.t.sf(np.abs(t), df)
    margin = stats.t.ppf(0.975, df) * se
    columns = (estimates, se, df, t, p, estimates - margin, estimates + margin)
    return tuple(
        Coefficient(name, *(float(value) for value in row))
        for name, row in zip(names, np.column_stack(columns), strict=True)
    )
