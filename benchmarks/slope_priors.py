"""How the prior of the spread between participants affects their slopes: the same cohorts under three priors.

    python -m benchmarks.slope_priors --cohorts 100

The prior's density of an SD is a half-t times a power of the SD: 0 is flat in the SD near zero, 1 flat in the variance.
Cohorts are those of ``benchmarks.model_calibration``, with and without a spread between participants.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from benchmarks.model_calibration import CALLED, FEEDBACK, MISSING, SLOPE, SLOPE_SD
from painstats.mixedlm import ParticipantSlope, fit_mixed, participant_slopes
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference import variance_posterior
from tests.calibration.simulated_cohort import Truth, simulate

POWERS = (0.0, 0.5, 1.0)

SCENARIOS = [
    Truth(participants, days, SLOPE, slope_sd, rho, feedback=FEEDBACK, missing=MISSING)
    for slope_sd, participants, days, rho in (
        (SLOPE_SD, 20, 50, 0.0),
        (SLOPE_SD, 20, 50, 0.3),
        (SLOPE_SD, 40, 60, 0.0),
        (SLOPE_SD, 40, 60, 0.8),
        (0.0, 20, 50, 0.3),
        (0.0, 40, 60, 0.3),
    )
]


@dataclass(frozen=True)
class Judged:
    """For each participant: whether covered, sign reported and sign wrong; widths, errors and effective draws."""

    covered: Floats
    called: Floats
    wrong: Floats
    width: Floats
    error: Floats
    draws: Floats


def judged(slopes: tuple[ParticipantSlope, ...], true: Floats) -> Judged:
    """Compare one cohort's slopes with the truth."""
    low, high = np.array([slope.low for slope in slopes]), np.array([slope.high for slope in slopes])
    called = np.array([slope.false_sign_rate < CALLED for slope in slopes], dtype=np.float64)
    positive = np.array([slope.probability_positive > 0.5 for slope in slopes])
    return Judged(
        covered=((low <= true) & (true <= high)).astype(np.float64),
        called=called,
        wrong=called * (positive != (true > 0)),
        width=high - low,
        error=np.array([slope.estimate for slope in slopes]) - true,
        draws=np.array([slope.effective_sample_size for slope in slopes]),
    )


def cohorts(truth: Truth, count: int) -> Iterator[tuple[MixedFit, Floats, int]]:
    """Return the fit, true slopes and number of each cohort."""
    for number in range(count):
        key = [truth.participants, truth.days, round(1000 * truth.rho), round(1000 * truth.slope_sd), number, 3]
        cohort = simulate(truth, int(np.random.SeedSequence(key).generate_state(1)[0]))
        yield fit_mixed(cohort.rows), cohort.slopes, number


def under(power: float, fit: MixedFit, seed: int) -> tuple[ParticipantSlope, ...]:
    """Return participants' slopes under the prior with another power of the SD."""
    usual = variance_posterior.SD_POWER
    variance_posterior.SD_POWER = power
    try:
        return participant_slopes(fit, ["sleep"], seed)
    finally:
        variance_posterior.SD_POWER = usual


def lines(truth: Truth, count: int) -> Iterator[str]:
    """Return a line of the table for each prior."""
    found: dict[float, list[Judged]] = {power: [] for power in POWERS}
    for fit, true, number in cohorts(truth, count):
        for power in POWERS:
            found[power].append(judged(under(power, fit, number), true))
    first = np.mean([one.width.mean() for one in found[POWERS[0]]])
    for power, each in found.items():
        cover = np.array([one.covered.mean() for one in each])
        called, wrong = sum(one.called.sum() for one in each), sum(one.wrong.sum() for one in each)
        participants = truth.participants * count
        yield (
            f"| {truth.participants} x {truth.days} | {truth.rho:g} | {truth.slope_sd:g} | {power:g} "
            f"| {100 * cover.mean():.1f} ± {100 * cover.std(ddof=1) / np.sqrt(count):.1f} "
            f"| {np.mean([one.width.mean() for one in each]) / first:.2f} "
            f"| {np.sqrt(np.mean([np.mean(one.error**2) for one in each])):.3f} "
            f"| {100 * called / participants:.0f} | {100 * wrong / max(called, 1):.1f} "
            f"| {min(one.draws.min() for one in each):.0f} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=100, help="of each scenario")
    options = parser.parse_args()
    print(
        "| participants x days | rho | SD of slopes | power of the SD | coverage of participants (%) "
        "| relative width | RMS error | signs reported (%) | wrong among them (%) | fewest effective draws |\n"
        "|---|---|---|---|---|---|---|---|---|---|"
    )
    for truth in SCENARIOS:
        for line in lines(truth, options.cohorts):
            print(line, flush=True)


if __name__ == "__main__":
    main()
