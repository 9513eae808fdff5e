"""CPU seconds and memory of the parts of a cohort analysis: ``python -m benchmarks.cohort_cost``.

40 participants and 90 days. Memory is the most that a curve of some specifications allocates at once, besides what it
returns: it must not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from tracemalloc import get_traced_memory, reset_peak, start, stop
from typing import TypeVar

import numpy as np

from painstats.cohort.missing_days.sensitivity import missing_days
from painstats.cohort.models.average import average_model
from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import CohortModel
from painstats.cohort.specification_curve.curve import specification_curve
from painstats.cohort.specification_curve.left_out import left_out
from tests.cohort_days import SLEEP, cohort_days, simulated, without

PARTICIPANTS, DAYS = 40, 90
Result = TypeVar("Result")
SPECIFICATIONS = (12, 96, 384)
"""At most; combinations are crossed up to these numbers."""


def timed(name: str, work: Callable[[], Result]) -> Result:
    """Print how many CPU seconds some work takes."""
    started = process_time()
    found = work()
    print(f"{name}: {process_time() - started:.2f} s")
    return found


def print_memory(days: CohortDays, model: CohortModel) -> None:
    """Print the most memory that curves of more and more specifications take beyond their results."""
    assert model.fitted is not None
    for most in SPECIFICATIONS:
        start()
        curve = specification_curve(days, model.fitted, model.effects[0], most=1)  # columns that are made once
        reset_peak()
        before, _ = get_traced_memory()
        curve = specification_curve(days, model.fitted, model.effects[0], most=most)
        after, peak = get_traced_memory()
        stop()
        print(
            f"memory of {len(curve.results)} specifications: {(peak - after) / 2**20:.1f} MiB at most, "
            f"{(after - before) / 2**20:.2f} MiB of results"
        )


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
    print_memory(days, model)


if __name__ == "__main__":
    main()
