"""How often the same experiment of several participants has a direction: by the lot, by the mixed model, and by both.

    python -m benchmarks.experiment_cohorts --cohorts 400

Each participant has 8 blocks of 7 days, an order of their own and slow noise; effects differ between participants.
Prints the table of docs/method/experiments.md. Seeds depend only on the number of the cohort.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from painstats.mixedlm.integrated import correlation_matrix
from painstats.questions.experiment.cohort_groups import Group, OwnExperiment
from painstats.questions.experiment.cohort_judge import judged_group
from painstats.questions.experiment.cohort_row import ExperimentAverage
from painstats.questions.experiment.finding import without_numbers
from painstats.questions.experiment.judge import ScoredDays
from painstats.questions.experiment.plan import ExperimentPlan
from painstats.questions.experiment.randomisation import ALPHA

FIRST_DAY, DRAWN_AT = date(2026, 3, 2), datetime(2026, 3, 1, tzinfo=UTC)
BLOCKS, BLOCK_DAYS, SD = 8, 7, 1.2
DAY = np.arange(BLOCKS * BLOCK_DAYS)


@dataclass(frozen=True)
class Truth:
    """What a cohort is made from, in points: ``effect_sd`` is over participants, the rest is of the noise."""

    participants: int
    effect: float = 0.0
    effect_sd: float = 0.0
    rho: float = 0.9
    white: float = 0.6


ROWS = {
    "none in any, ρ = .6 without white noise": {"rho": 0.6, "white": 0.0},
    "none in any": {},
    "none on average, SD 0.8": {"effect_sd": 0.8},
    "−0.5, SD 0.8": {"effect": -0.5, "effect_sd": 0.8},
    "−1, SD 0.8": {"effect": -1.0, "effect_sd": 0.8},
}


def average(truth: Truth, seed: int) -> ExperimentAverage:
    """Simulate a cohort and judge it."""
    random = np.random.default_rng([seed, truth.participants])
    root = np.linalg.cholesky(correlation_matrix(DAY.astype(float), truth.rho, truth.white, 0.0))
    own = tuple(_own(truth, root, random, f"p{place:02d}") for place in range(truth.participants))
    return judged_group(Group("heat", "nothing", own, left_out=0, going_on=0, ended_early=0))


def _own(truth: Truth, root: np.ndarray, random: np.random.Generator, participant: str) -> OwnExperiment:
    """Simulate a participant: scores are whole numbers from 0 to 10."""
    seed = random.bytes(16).hex()
    plan = ExperimentPlan(participant, "heat", "nothing", FIRST_DAY, BLOCKS, BLOCK_DAYS, 0, seed)
    block = DAY // BLOCK_DAYS
    on = np.array(plan.order, dtype=float)[block]
    effect = truth.effect + truth.effect_sd * random.normal()
    pain = 5 + random.normal() + SD * root @ random.normal(size=len(DAY)) + effect * on
    days = ScoredDays(block, DAY.astype(float), np.clip(np.rint(pain), 0, 10), on)
    return OwnExperiment(without_numbers(plan, "finished", DRAWN_AT, 1, ()), days, draws=1)


def row_of(truth: Truth, found: Sequence[ExperimentAverage]) -> str:
    """Return the cells: shares with p up to .05 by the lot and the model, with a direction, and covered intervals."""
    fitted = [(each.estimate, each.low, each.high, each.p) for each in found if each.estimate is not None]
    model = sum(p < ALPHA for *_, p in fitted) / len(found)
    covered = np.mean([low <= truth.effect <= high for _, low, high, _ in fitted])
    estimate = f"{np.mean([estimate for estimate, *_ in fitted]):+.2f}".replace("-", "−")
    lot, both = (np.mean(are) for are in ([e.lot_p <= ALPHA for e in found], [e.verdict.has_direction for e in found]))
    shares = " | ".join(f"{100 * share:.1f}" for share in (lot, model))
    return f"{shares} | **{100 * both:.1f}** | {estimate} | {100 * covered:.0f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cohorts", type=int, default=400, help="cohorts in each row")
    seeds = range(parser.parse_args().cohorts)
    print("| participants | effect | lot | model | both | mean of the model | its intervals hold the truth |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for participants in (5, 10):
        for name, truth in ((name, Truth(participants, **values)) for name, values in ROWS.items()):
            found = [average(truth, seed) for seed in seeds]
            print(f"| {participants} | {name} | {row_of(truth, found)}", flush=True)
    print(f"\n{len(seeds)} cohorts in each row, {process_time():.0f} s of CPU time")


if __name__ == "__main__":
    main()
