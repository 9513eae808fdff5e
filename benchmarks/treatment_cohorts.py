"""How often the average change of a cohort gets a direction, rightly and wrongly: in each way, and in all four.

    python -m benchmarks.treatment_cohorts --cohorts 400

Twenty participants start the same treatment (``tests/calibration/treatment_cohorts.py``), by chance or when pain is
bad. Prints the table of docs/method/calibration.md. Seeds depend only on the number of the cohort.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from painstats.questions.treatment.cohort_arms import difference_of_changes
from painstats.questions.treatment.cohort_average import LARGEST_P, Average, FourWays
from painstats.questions.verdict import Verdict
from tests.calibration.treatment_cohorts import CohortTruth, four_ways, simulated_arm

SLOW = CohortTruth()
ARM = replace(SLOW, participants=10)
FIRST_SEED, OTHER_ARM = 10_000, 500_000

COHORTS = {
    "no change": SLOW,
    "no change, the same in all": replace(SLOW, change_sd=0.0),
    "no change, ρ = .6 without white noise": replace(SLOW, rho=0.6, white=0.0),
    "no change, started when bad (80)": replace(SLOW, begun_above=80.0),
    "no change, started when bad (95)": replace(SLOW, begun_above=95.0),
    "−0.5": replace(SLOW, change=-0.5),
    "−1": replace(SLOW, change=-1.0),
    "−1, started when bad (80)": replace(SLOW, change=-1.0, begun_above=80.0),
}
ARMS = {
    "arms, both started when bad (80), no change": (replace(ARM, begun_above=80.0),) * 2,
    "arms, −1 and no change": (replace(ARM, change=-1.0), ARM),
}


@dataclass(frozen=True)
class Row:
    """One row of the table: what was simulated, and for each way and for all four the share lower and higher."""

    name: str
    found: Sequence[FourWays]

    def __str__(self) -> str:
        ways = [[getattr(each, way.name) for each in self.found] for way in fields(FourWays)]
        cells = [f"{_percent(own, -1)}/{_percent(own, 1)} ({_mean(own)})" for own in ways]
        given = [each.verdict for each in self.found]
        both = "/".join(_share([each is verdict for each in given]) for verdict in (Verdict.LOWER, Verdict.HIGHER))
        return f"| {self.name} | {' | '.join(cells)} | **{both}** |"


def _percent(averages: Sequence[Average | None], sign: int) -> str:
    return _share([each is not None and each.p < LARGEST_P and sign * each.estimate > 0 for each in averages])


def _mean(averages: Sequence[Average | None]) -> str:
    return f"{np.mean([each.estimate for each in averages if each is not None]):+.2f}".replace("-", "−")


def _share(are: Sequence[bool]) -> str:
    return f"{100 * np.mean(are):.1f}"


def arms(truths: tuple[CohortTruth, CohortTruth], seed: int) -> FourWays:
    """Simulate two arms and return how much more the first changed."""
    first, second = truths
    return difference_of_changes(simulated_arm(first, seed, "a"), simulated_arm(second, OTHER_ARM + seed, "b"))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=400, help="cohorts in each row")
    seeds = range(FIRST_SEED, FIRST_SEED + parser.parse_args().cohorts)
    print("| truth | mixed model | with the week before | mean | with the week before | all four |")
    print("|---|---|---|---|---|---|")
    for name, truth in COHORTS.items():
        print(Row(name, [four_ways(truth, seed) for seed in seeds]), flush=True)
    for name, truths in ARMS.items():
        print(Row(name, [arms(truths, seed) for seed in seeds]), flush=True)
    print(f"\n{len(seeds)} cohorts in each row, {process_time():.0f} s of CPU time")


if __name__ == "__main__":
    main()
