"""Are tests and intervals calibrated? Many simulated cohorts with known truth, with and without autocorrelation.

    python -m benchmarks.model_calibration --replicates 500

In every cohort pain carries over from day to day (residual correlation rho), a point of pain shortens the following
night by 0.15 h, and 15% of the days are missing. Each replicate has three cohorts: sleep with no average effect but
different effects by participant (the test of the average), sleep with the same effect on every participant (the test
of differences), and an effect of -0.15 points per hour that differs between participants (the intervals).

Results are appended to a CSV file, one row for each scenario, residual model and batch of replicates. Existing batches
are not computed again, so a run can be interrupted and continued at any time. Seeds depend only on scenario and
replicate.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from benchmarks.appended import append_line, complete_lines
from painstats.mixedlm import coefficient, coefficient_table, fit_mixed, participant_slopes
from painstats.mixedlm.engine.fit import MixedFit, Residuals
from painstats.mixedlm.inference.slope_variance import mixture_p
from tests.calibration.simulated_cohort import Cohort, Truth, simulate

RESULTS = Path(__file__).with_suffix(".csv")

SIZES = ((20, 50), (40, 60))
RHOS = (0.0, 0.3, 0.6, 0.8)
MODELS: tuple[Residuals, ...] = ("car1", "independent")

BATCH = 20
"""Replicates behind one row of results."""

EVERY = 2
"""Participants' slopes are integrated in every second replicate only: that takes longer than all the rest."""

CALLED = 0.05
"""Largest false sign rate at which the direction of a participant's slope is reported."""

FEEDBACK, MISSING, SLOPE, SLOPE_SD = -0.15, 0.15, -0.15, 0.15


@dataclass(frozen=True)
class Scenario:
    """Size of the cohorts, true residual correlation, and the residual model that is fitted."""

    participants: int
    days: int
    rho: float
    residuals: Residuals


@dataclass(frozen=True)
class Counts:
    """Counts over replicates; shares of participants covered, and their squares, are summed over cohorts.

    ``signs_called`` counts participants with a reported direction, ``signs_wrong`` those of them with a wrong one.
    """

    replicates: int = 0
    average_rejected: int = 0
    differences_rejected: int = 0
    fixed_covered: int = 0
    cohorts_with_participants: int = 0
    participants_covered: float = 0.0
    participants_covered_squared: float = 0.0
    signs_called: int = 0
    signs_wrong: int = 0
    not_certified: int = 0


def total(counts: Sequence[Counts]) -> Counts:
    """Add up counts."""
    return Counts(*(sum(getattr(count, field.name) for count in counts) for field in fields(Counts)))


def replicate(scenario: Scenario, number: int) -> Counts:
    """Make and analyse the three cohorts of one replicate."""
    rejected, first_certified = _test_of_average(scenario, _cohort(scenario, number, 0, 0.0, SLOPE_SD))
    differ, second_certified = _test_of_differences(scenario, _cohort(scenario, number, 1, SLOPE, 0.0))
    cohort = _cohort(scenario, number, 2, SLOPE, SLOPE_SD)
    fit = fit_mixed(cohort.rows, residuals=scenario.residuals)
    average = coefficient(coefficient_table(fit, cohort.rows), "sleep")
    counts = Counts(
        replicates=1,
        average_rejected=int(rejected),
        differences_rejected=int(differ),
        fixed_covered=int(average.low <= SLOPE <= average.high),
        not_certified=int(not (first_certified and second_certified and fit.converged)),
    )
    return counts if number % EVERY else _with_participants(counts, fit, cohort, number)


def _with_participants(counts: Counts, fit: MixedFit, cohort: Cohort, seed: int) -> Counts:
    """Add the results for single participants."""
    slopes = participant_slopes(fit, ["sleep"], seed)
    pairs = list(zip(slopes, cohort.slopes, strict=True))
    share = float(np.mean([slope.low <= true <= slope.high for slope, true in pairs]))
    called = [(slope, true) for slope, true in pairs if slope.false_sign_rate < CALLED]
    return replace(
        counts,
        cohorts_with_participants=1,
        participants_covered=share,
        participants_covered_squared=share**2,
        signs_called=len(called),
        signs_wrong=sum((slope.probability_positive > 0.5) != (true > 0) for slope, true in called),
    )


def _cohort(scenario: Scenario, number: int, kind: int, slope: float, slope_sd: float) -> Cohort:
    """Simulate a cohort, the same for every residual model."""
    key = [scenario.participants, scenario.days, round(1000 * scenario.rho), number, kind]
    truth = Truth(
        participants=scenario.participants,
        days=scenario.days,
        slope=slope,
        slope_sd=slope_sd,
        rho=scenario.rho,
        feedback=FEEDBACK,
        missing=MISSING,
    )
    return simulate(truth, int(np.random.SeedSequence(key).generate_state(1)[0]))


def _test_of_average(scenario: Scenario, cohort: Cohort) -> tuple[bool, bool]:
    """Return whether no average effect is rejected, and whether the fit is certified."""
    fit = fit_mixed(cohort.rows, residuals=scenario.residuals)
    return coefficient(coefficient_table(fit, cohort.rows), "sleep").p < 0.05, fit.converged


def _test_of_differences(scenario: Scenario, cohort: Cohort) -> tuple[bool, bool]:
    """Return whether equal slopes are rejected, and whether both fits are certified."""
    with_slope = fit_mixed(cohort.rows, residuals=scenario.residuals)
    without = fit_mixed(replace(cohort.rows, random=("intercept",)), residuals=scenario.residuals)
    statistic = 2 * (with_slope.log_likelihood - without.log_likelihood)
    return mixture_p(statistic, kept=1) < 0.05, with_slope.converged and without.converged


def run(scenarios: Sequence[Scenario], replicates: int, results: Path) -> None:
    """Compute the missing batches, all scenarios in turn, and write each as soon as it is done."""
    done = {(scenario, batch) for scenario, batch, _ in read(results)}
    for batch in range(replicates // BATCH):
        for scenario in scenarios:
            if (scenario, batch) not in done:
                numbers = range(batch * BATCH, (batch + 1) * BATCH)
                write(results, scenario, batch, total([replicate(scenario, number) for number in numbers]))


def read(results: Path) -> Iterator[tuple[Scenario, int, Counts]]:
    """Read the complete rows."""
    for row in csv.DictReader(complete_lines(results)):
        scenario = Scenario(int(row["participants"]), int(row["days"]), float(row["rho"]), row["residuals"])  # type: ignore[arg-type]
        values = [float(row[field.name]) for field in fields(Counts)]
        whole = [
            value if field.name.startswith("participants_") else int(value)
            for field, value in zip(fields(Counts), values, strict=True)
        ]
        yield scenario, int(row["batch"]), Counts(*whole)  # type: ignore[arg-type]


def write(results: Path, scenario: Scenario, batch: int, counts: Counts) -> None:
    """Append one row."""
    row = {**asdict(scenario), "batch": batch, **asdict(counts)}
    values = (f"{value:.6g}" if isinstance(value, float) else str(value) for value in row.values())
    append_line(results, ",".join(row), ",".join(values))


def table(scenarios: Sequence[Scenario], results: Path) -> str:
    """Return the results as a table: percentages with Monte Carlo standard errors."""
    rows = list(read(results))
    lines = [
        "| participants x days | rho | residuals in the model | false average effects (3-7) "
        "| false differences between participants (2-8) "
        "| coverage of the average (93-97) | coverage of participants (93-97) | wrong among reported signs (0-5) "
        "| replicates |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for scenario in scenarios:
        counts = total([counts for found, _, counts in rows if found == scenario])
        if counts.replicates:
            lines.append(
                _line(f"{scenario.participants} x {scenario.days} | {scenario.rho:g} | {scenario.residuals}", counts)
            )
    for residuals in MODELS:
        counts = total([counts for found, _, counts in rows if found in scenarios and found.residuals == residuals])
        if counts.replicates:
            lines.append(_line(f"all | all | {residuals}", counts))
    return "\n".join(lines)


def _line(label: str, counts: Counts) -> str:
    n, cohorts = counts.replicates, counts.cohorts_with_participants
    rates = [_rate(value, n) for value in (counts.average_rejected, counts.differences_rejected, counts.fixed_covered)]
    mean = counts.participants_covered / max(cohorts, 1)
    spread = max(counts.participants_covered_squared / max(cohorts, 1) - mean**2, 0.0)
    participants = f"{100 * mean:.1f} ± {100 * np.sqrt(spread / max(cohorts - 1, 1)):.1f}" if cohorts else ""
    signs = _rate(counts.signs_wrong, counts.signs_called) if counts.signs_called else ""
    return f"| {label} | {' | '.join(rates)} | {participants} | {signs} | {n} |"


def _rate(count: int, of: int) -> str:
    share = count / of
    return f"{100 * share:.1f} ± {100 * np.sqrt(share * (1 - share) / of):.1f}"


def main() -> None:
    """Run the missing batches and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--replicates", type=int, default=2000, help=f"of each scenario, in batches of {BATCH}")
    parser.add_argument("--quick", action="store_true", help="40 replicates of two scenarios, into a file of their own")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="only print the existing results")
    options = parser.parse_args()
    scenarios = [Scenario(*size, rho, residuals) for size, rho, residuals in product(SIZES, RHOS, MODELS)]
    results, replicates = options.results, options.replicates
    if options.quick:
        scenarios = [scenario for scenario in scenarios if scenario.participants == 20 and scenario.rho == 0.6]
        results, replicates = results.with_stem(f"{results.stem}_quick"), 40
    if not options.table:
        run(scenarios, replicates, results)
    print(table(scenarios, results))


if __name__ == "__main__":
    main()
