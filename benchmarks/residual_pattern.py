"""How often the alarm for patterns in the residuals rings, where it should and where it should not.

    python -m benchmarks.residual_pattern

Cohorts of 40 participants and 90 days, and single participants of 55 days, about 44 of them complete, with known
residuals. The models have CAR(1) residuals plus white noise. Where the model is true, the alarm may ring in at most 4%
of cohorts; it must ring in more than 70% of those with two slow parts, and in all with a weekly rhythm of each
participant's own. The plain statistic, which takes whitened residuals to be uncorrelated, must reject more than 10% of
single participants at 5%: what fitting itself causes is large enough to correct for.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from painstats.mixedlm import ResidualPattern, fit_mixed, residual_checks, residual_pattern
from tests.calibration.patterned_diaries import OF_THE_MODEL, TWO_PARTS, WEEKLY, WHITE, Pattern, patterned_diary


@dataclass(frozen=True)
class Found:
    """The alarm of one fit, and the p-value of the plain statistic."""

    pattern: ResidualPattern
    plain_p: float


def found_in(pattern: Pattern, participants: int, days: int, fits: int) -> list[Found]:
    """Simulate and fit diaries; seeds depend only on the number of the fit."""
    return [_found(pattern, participants, days, seed) for seed in range(fits)]


def _found(pattern: Pattern, participants: int, days: int, seed: int) -> Found:
    rows = patterned_diary(pattern, participants, days, seed)
    fit = fit_mixed(rows, residuals="car1+white")
    return Found(residual_pattern(fit, rows), residual_checks(fit, rows).ljung_box_p)


def lines(cohorts: int, singles: int) -> Iterator[str]:
    """Yield the table, line by line, as soon as each is known."""
    yield "| residuals | participants x days | fits | rings, % | p < .05, % | plain p < .05, % | largest at 7, % |"
    yield "|---|---|---:|---:|---:|---:|---:|"
    for name, pattern in OF_THE_MODEL.items():
        yield _line(name, 40, 90, found_in(pattern, 40, 90, cohorts))
    yield _line("two slow parts", 40, 90, found_in(TWO_PARTS, 40, 90, cohorts))
    yield _line("own weekly rhythm", 40, 90, found_in(WEEKLY, 40, 90, cohorts))
    yield _line("white noise alone", 1, 55, found_in(WHITE, 1, 55, singles))


def _line(name: str, participants: int, days: int, found: list[Found]) -> str:
    shares = [
        100 * float(np.mean(values))
        for values in (
            [one.pattern.rings for one in found],
            [one.pattern.p < 0.05 for one in found],
            [one.plain_p < 0.05 for one in found],
            [one.pattern.largest_lag == 7 for one in found],
        )
    ]
    return f"| {name} | {participants} x {days} | {len(found)} | {' | '.join(f'{share:.1f}' for share in shares)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cohorts", type=int, default=25, help="of each kind of residuals")
    parser.add_argument("--singles", type=int, default=400, help="single participants")
    options = parser.parse_args()
    for line in lines(options.cohorts, options.singles):
        print(line, flush=True)


if __name__ == "__main__":
    main()
