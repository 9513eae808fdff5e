"""CPU seconds of the parts of a cohort analysis, 40 participants and 90 days: ``python -m benchmarks.cohort_cost``."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import TypeVar

import numpy as np

from painstats.cohort.missing_days.sensitivity import missing_days
from painstats.cohort.models.average import average_model
from painstats.cohort.specification_curve.curve import specification_curve
from painstats.cohort.specification_curve.left_out import left_out
from tests.cohort_days import SLEEP, cohort_days, simulated, without

PARTICIPANTS, DAYS = 40, 90
Result = TypeVar("Result")


def timed(name: str, work: Callable[[], Result]) -> Result:
    """Print how many CPU seconds some work takes."""
    started = process_time()
    found = work()
    print(f"{name}: {process_time() - started:.2f} s")
    return found


def main() -> None:
    """Time the headline and its sensitivity analyses."""
    rng, series = np.random.default_rng(1), simulated(4, PARTICIPANTS, DAYS)
    series["pain"], series["sleep"] = without(series["pain"], 0.12, rng), without(series["sleep"], 0.08, rng)
    days = cohort_days(series)
    model = timed("headline", lambda: average_model(days))
    fitted, headline = model.fitted, model.effects[0]
    if fitted is None:
        return
    curve = timed("specification curve", lambda: specification_curve(days, fitted, headline))
    print(f"  {len(curve.results)} specifications")
    timed("without each participant", lambda: left_out(fitted, SLEEP.within))
    timed("missing days", lambda: missing_days(days, fitted, headline))


if __name__ == "__main__":
    main()
