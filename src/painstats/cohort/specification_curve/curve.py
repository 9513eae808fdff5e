"""The estimate of the declared question under each specification, fitted to its own rows and columns.

Residuals and guard columns are those of the declared model (``models.as_declared``), which is the first specification
and gives the headline. Specifications without white noise estimate their own rho.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from painstats.cohort.models.as_declared import AsDeclared, Refitted
from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import Effect, Fitted
from painstats.cohort.specification_curve.choices import (
    MOST_SPECIFICATIONS,
    NAMES,
    Choice,
    Specification,
    checked_names,
    crossed,
)
from painstats.cohort.specification_curve.columns import WHITE, CurveColumns, StepDays
from painstats.errors import NotEnoughData


@dataclass(frozen=True, slots=True)
class SpecificationResult:
    """The estimate under one specification; without one, ``refusal`` says why.

    Parameters
    ----------
    options
        The option of each choice, in the order of the choices.
    is_declared
        Whether this is what the plan declared.
    found
        The estimate; None where there is none.
    refusal
        Why there is no estimate.
    """

    options: tuple[str, ...]
    is_declared: bool
    found: Refitted | None
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class SpecificationCurve:
    """All specifications, the declared one first.

    Parameters
    ----------
    choices
        What was crossed.
    dropped
        Choices that were left out because there would be too many specifications.
    results
        One for each specification.
    """

    choices: tuple[Choice, ...]
    dropped: tuple[str, ...]
    results: tuple[SpecificationResult, ...]

    @property
    def declared(self) -> Refitted:
        """The estimate under the declared specification."""
        found = self.results[0].found
        if found is None:
            raise NotEnoughData(f"the declared model could not be fitted again: {self.results[0].refusal}")
        return found


def specification_curve(
    days: CohortDays,
    primary: Fitted,
    headline: Effect,
    step_days: Mapping[str, StepDays] | None = None,
    *,
    names: Sequence[str] = NAMES,
    most: int = MOST_SPECIFICATIONS,
) -> SpecificationCurve:
    """Estimate the average effect under every combination of choices.

    Parameters
    ----------
    days
        The analysed days and the exposure.
    primary, headline
        The declared model, and its effect.
    step_days
        Other rules for days with steps, from ``step_days_of``.
    names
        Which choices to cross.
    most
        How many specifications at most.

    Raises
    ------
    PainstatsError
        If a choice is refused; the message says why.
    """
    estimate = AsDeclared(days.exposure.within, primary, headline)
    guard = estimate.guard_columns(primary.rows, days.guards)
    columns = CurveColumns(primary.rows, days, guard, step_days or {})
    found = crossed(columns.choices(checked_names(names)), most)
    results = tuple(
        _result(specification, columns, estimate, is_declared=number == 0)
        for number, specification in enumerate(found.specifications)
    )
    return SpecificationCurve(found.choices, found.dropped, results)


def _result(
    specification: Specification, columns: CurveColumns, estimate: AsDeclared, *, is_declared: bool
) -> SpecificationResult:
    options = tuple(specification.values())
    try:
        rows, guard = columns.of(specification)
        found = estimate(rows, guard, with_white_noise=specification.get("residuals", WHITE) == WHITE)
    except (NotEnoughData, np.linalg.LinAlgError) as refusal:
        return SpecificationResult(options, is_declared, None, str(refusal))
    return SpecificationResult(options, is_declared, found)
