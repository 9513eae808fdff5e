"""What a specification curve shows: shares, range and shifts. They describe; they are no evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.cohort.models.as_declared import Refitted
from painstats.cohort.specification_curve.choices import Choice
from painstats.cohort.specification_curve.curve import SpecificationCurve


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much estimates change on average with one option instead of the declared one, in declared SEs."""

    choice: str
    option: str
    shift_in_se: float


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """A curve in numbers.

    Parameters
    ----------
    specifications, without_estimate
        How many there are, and how many could not be fitted.
    declared
        The declared estimate.
    place
        Share of estimates below it.
    median, least, greatest
        Of all estimates.
    below, above
        Share of estimates on each side of zero.
    interval_below, interval_above
        Share of intervals that lie on one side of zero.
    shifts
        Of each option that is not the declared one.
    """

    specifications: int
    without_estimate: int
    declared: float
    place: float
    median: float
    least: float
    greatest: float
    below: float
    above: float
    interval_below: float
    interval_above: float
    shifts: tuple[Shift, ...]


def summarise(curve: SpecificationCurve) -> CurveSummary:
    """Summarise the specifications that have an estimate."""
    found = {result.options: result.found for result in curve.results if result.found is not None}
    estimates = np.array([result.estimate for result in found.values()])
    low, high = np.array([(result.low, result.high) for result in found.values()]).T
    declared = curve.declared.estimate
    return CurveSummary(
        specifications=len(curve.results),
        without_estimate=len(curve.results) - len(found),
        declared=declared,
        place=float(np.mean(estimates < declared)),
        median=float(np.median(estimates)),
        least=float(estimates.min()),
        greatest=float(estimates.max()),
        below=float(np.mean(estimates < 0)),
        above=float(np.mean(estimates > 0)),
        interval_below=float(np.mean(high < 0)),
        interval_above=float(np.mean(low > 0)),
        shifts=tuple(_shifts(curve, found)),
    )


def _shifts(curve: SpecificationCurve, found: dict[tuple[str, ...], Refitted]) -> list[Shift]:
    shifts = []
    for place, choice in enumerate(curve.choices):
        for option in choice.options[1:]:
            differences = _differences(found, place, option, choice)
            if differences:
                shifts.append(Shift(choice.name, option, float(np.mean(differences)) / curve.declared.se))
    return shifts


def _differences(found: dict[tuple[str, ...], Refitted], place: int, option: str, choice: Choice) -> list[float]:
    """Return each estimate with an option less that of the same specification with the declared one."""
    differences = []
    for options, result in found.items():
        same = found.get((*options[:place], choice.declared, *options[place + 1 :]))
        if options[place] == option and same is not None:
            differences.append(result.estimate - same.estimate)
    return differences
