"""Steps that act through the night that follows: what is found of their total, and with that night in the model.

    python -m benchmarks.total_effects --participants 600 --cohorts 100

Diaries are those of tests/calibration/steps_through_sleep.py: single participants of 120 days, and cohorts of 12 by 120
days in which the two ways differ between participants by a third. Each is analysed by the model of the total effect of
steps, without the night, and by the model of both exposures, which answers for sleep ("canary": as steps were analysed
before). Errors are one Monte Carlo standard error. Prints the table of docs/method/calibration.md.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy
os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before polars

import numpy as np

from painstats.mixedlm import Coefficient, coefficient, fit_each_participant
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.daily.mixed_model import mixed_analysis
from tests.calibration.real_diaries import DESIGN, STEPS, Diaries, known_days, model_frame
from tests.calibration.steps_through_sleep import Path, simulate_path

DAYS, IN_COHORT, SPREAD, LEVEL = 120, 12, 1 / 3, 0.05

TRUTHS: Mapping[str, tuple[float, float]] = {
    "nothing": (0.0, 0.0),
    "steps lengthen nights only": (0.25, 0.0),
    "nights lower pain only": (0.0, -0.6),
    "steps lengthen nights, nights lower pain": (0.25, -0.6),
}
"""Hours of sleep for 1,000 steps, and points of pain for an hour of sleep."""

MODELS: Mapping[str, DailyDesign] = {"total": DESIGN.total_of(STEPS), "canary: with the night": DESIGN}

HEADER = (
    "| diaries | truth | model | steps found, % | covers the total, % | mean | n |\n|---|---|---|---:|---:|---:|---:|"
)


@dataclass(frozen=True)
class Found:
    """The coefficients of steps over n simulations, and their total effect."""

    steps: tuple[Coefficient, ...]
    total: float

    def line(self, diaries: str, truth: str, model: str) -> str:
        """Return one row of the table."""
        found = [each.p < LEVEL for each in self.steps]
        covers = [each.low <= self.total <= each.high for each in self.steps]
        mean = np.mean([each.estimate for each in self.steps])
        return f"| {diaries} | {truth} | {model} | {_rate(found)} | {_rate(covers)} | {mean:z.3f} | {len(found)} |"


def _rate(hits: list[bool]) -> str:
    share = float(np.mean(hits))
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / len(hits)):.1f}"


def of_participants(path: Path, design: DailyDesign, diaries: Diaries) -> Found:
    """Fit each participant's own days."""
    fits, _ = fit_each_participant(within_participants(model_frame(diaries), design), RESIDUALS)
    return Found(tuple(coefficient(own.table, STEPS.within) for own in fits), path.total)


def of_cohorts(path: Path, design: DailyDesign, cohorts: int, seed: int) -> Found:
    """Fit the mixed model to each of many cohorts; without those in which it may not be used."""
    drawn = (simulate_path(path, IN_COHORT, DAYS, 1000 * seed + place) for place in range(cohorts))
    mixed = (mixed_analysis(model_frame(each), design, lambda _: None, known_days(each)) for each in drawn)
    usable = [each for each in mixed if each is not None and each.can_be_used]
    return Found(tuple(coefficient(each.table, STEPS.within) for each in usable), path.total)


def rows(participants: int, cohorts: int) -> Iterator[str]:
    """Yield the rows of the table."""
    for seed, (truth, ways) in enumerate(TRUTHS.items(), start=1):
        diaries = simulate_path(Path(*ways), participants, DAYS, seed)
        for model, design in MODELS.items():
            yield of_participants(Path(*ways), design, diaries).line(f"one × {DAYS}", truth, model)
    for seed, (truth, ways) in enumerate(TRUTHS.items(), start=1):
        for model, design in MODELS.items():
            found = of_cohorts(Path(*ways, spread=SPREAD), design, cohorts, seed)
            yield found.line(f"{IN_COHORT} × {DAYS}", truth, model)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=600)
    parser.add_argument("--cohorts", type=int, default=100)
    sizes = parser.parse_args()
    print(HEADER)
    for row in rows(sizes.participants, sizes.cohorts):
        print(row, flush=True)


if __name__ == "__main__":
    main()
