"""Answers from diaries like real ones: coverage, bias and false effects, with the methods for them and without.

    python -m benchmarks.real_diaries --processes 2
    python -m benchmarks.real_diaries --only unknown feedback --cohorts 20

Diaries with unknown nights, noise of single days and pain that acts back are simulated and analysed as those of a study
are. Neither sleep nor steps have an effect on average. For each method of docs/method/real_diaries.md the table says
what is measured, the limit that was set before, and whether it is met. In rows marked "canary" the same diaries are
analysed without the method: if they too met the limit of the method, the test would show nothing.

- ``slow``: one participant, a slowly changing exposure, 240 days;
- ``own_trend``: cohorts, how often participants' own trends over time stay in the model;
- ``own_days``: one participant, sleep and steps, 240 days;
- ``unknown``: cohorts, a quarter of the nights and a quarter of the steps unknown;
- ``feedback_test``: cohorts with CAR(1) residuals, the cost of guard columns and the test of feedback;
- ``feedback``: cohorts in which pain acts back;
- ``kinds``: as ``unknown``, for other kinds of unknown days and a third of the cohorts; without limits.

Cohorts have 40 participants and 90 days. Errors are one Monte Carlo standard error. Seeds depend only on the row and
the number of the cohort.
"""

from __future__ import annotations

import argparse
import operator
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy
os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before polars

import numpy as np
import numpy.typing as npt

from painstats.mixedlm import Residuals
from tests.calibration.patterned_diaries import OF_THE_MODEL, Pattern
from tests.calibration.real_diaries import Truth
from tests.calibration.real_diaries_fits import (
    GuardedCohort,
    Slopes,
    UnknownCohort,
    guarded_cohort,
    keeps_own_trend,
    own_days,
    unknown_cohort,
    width,
)

Result = TypeVar("Result")

SLOW = OF_THE_MODEL["CAR(1) and white noise"]
CAR1 = OF_THE_MODEL["CAR(1)"]
THREE_SLOW = (Pattern((0.8, 0.8), (0.3, 0.3)), SLOW, Pattern((0.97, 0.97), (0.5, 0.5)))

OURS, UNGUARDED = "painstats", "without guard columns"
SHIFT, WIDER = "sleep, less that with all known", "width over that with all known"
TEST = "test of feedback, p < .01, %"
EXPOSURES = ("sleep", "steps")
RESIDUALS: tuple[Residuals, ...] = ("car1+white", "car1")

OTHER_KINDS = {
    "single nights": 0.4,
    "weeks of nights": 0.25,
    "nights after bad days": 0.4,
    "bad days": 0.25,
    "short nights": 0.25,
}

BATCH = 20
"""Single participants simulated and fitted together."""

HEADER = "| diaries | measured | method | value | limit | met | n |\n|---|---|---|---:|---|---|---:|"

COMPARED = {"≥": operator.ge, ">": operator.gt, "≤": operator.le, "<": operator.lt}

Limits = tuple[tuple[str, float], ...]
"""Each a sign of ``COMPARED`` and a value; all must hold."""


@dataclass(frozen=True)
class Measured:
    """A value over n simulations, its Monte Carlo standard error, and the digits that are printed."""

    value: float
    error: float
    n: int
    digits: int


@dataclass(frozen=True)
class Sizes:
    """How many cohorts and participants are simulated; ``participants`` None for as many as the limits are set for."""

    cohorts: int
    participants: int | None
    processes: int


def rate(hits: npt.ArrayLike) -> Measured:
    """Return a percentage of simulations; for several hits of each simulation (n, k), of all."""
    values = np.asarray(hits, dtype=np.float64)
    shares = values.reshape(len(values), -1).mean(axis=1)
    return Measured(100 * shares.mean(), 100 * shares.std() / np.sqrt(len(shares)), len(shares), 1)


def mean(values: Sequence[float]) -> Measured:
    """Return a mean, in points."""
    return Measured(float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values))), len(values), 4)


def ratio(above: Sequence[float], below: Sequence[float]) -> Measured:
    """Return a ratio of means over the same simulations (error: delta method)."""
    numerator, denominator = np.array(above), np.array(below)
    value = float(numerator.mean() / denominator.mean())
    spread = np.std(numerator - value * denominator, ddof=1) / denominator.mean()
    return Measured(value, float(spread / np.sqrt(len(numerator))), len(numerator), 3)


def line(diaries: str, measured: str, method: str, found: Measured, limits: Limits = ()) -> str:
    """Return one row of the table."""
    value = f"{found.value:.{found.digits}f} ± {found.error:.{found.digits}f}"
    text = " and ".join(f"{sign} {limit:g}" for sign, limit in limits)
    is_met = all(COMPARED[sign](found.value, limit) for sign, limit in limits)
    met = ("yes" if is_met else "**no**") if limits else ""
    return f"| {diaries} | {measured} | {method} | {value} | {text} | {met} | {found.n} |"


def several(function: Callable[[int], Result], seeds: Sequence[int], processes: int) -> list[Result]:
    """Apply a function to seeds, in several processes if wanted."""
    if processes == 1:
        return [function(seed) for seed in seeds]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return list(pool.map(function, seeds))


def slow(sizes: Sizes) -> Iterator[str]:
    """Measure coverage for a slowly changing exposure on one participant's own days."""
    found = _own_days(Truth(SLOW, alike=True, sleep_rho=0.95), 1, sizes.participants or 400, sizes)
    covered = {kind: rate([of[kind].covered[0] for of in found]) for kind in RESIDUALS}
    yield line("own days, slow exposure", "covers, %", OURS, covered["car1+white"], (("≥", 89),))
    yield line("own days, slow exposure", "covers, %", "canary: CAR(1)", covered["car1"], (("<", 88),))


def own(sizes: Sizes) -> Iterator[str]:
    """Measure coverage and width on one participant's own days, for three kinds of residuals with a slow part."""
    each = (sizes.participants or 1000) // len(THREE_SLOW)
    found = [
        one
        for place, pattern in enumerate(THREE_SLOW)
        for one in _own_days(Truth(pattern, alike=True), 2 + place, each, sizes)
    ]
    widths = {kind: [sum(map(width, of[kind].both)) for of in found] for kind in RESIDUALS}
    covered = {kind: rate([of[kind].covered for of in found]) for kind in RESIDUALS}
    relative = ratio(widths["car1+white"], widths["car1"])
    yield line("own days", "covers sleep and steps, %", OURS, covered["car1+white"], (("≥", 93.5), ("≤", 96.5)))
    yield line("own days", "covers sleep and steps, %", "CAR(1)", covered["car1"])
    yield line("own days", "width over that with CAR(1)", OURS, relative, (("≥", 0.95), ("≤", 0.98)))


def _own_days(truth: Truth, row: int, participants: int, sizes: Sizes) -> list[dict[Residuals, Slopes]]:
    function = partial(own_days, truth, BATCH, RESIDUALS)
    batches = several(function, _seeds(row, -(-participants // BATCH)), sizes.processes)
    return [one for batch in batches for one in batch]


def own_trend(sizes: Sizes) -> Iterator[str]:
    """Count how often participants' own trends over time stay in the model, where there are none."""
    function = partial(keeps_own_trend, Truth(SLOW), RESIDUALS)
    found = several(function, _seeds(5, sizes.cohorts), sizes.processes)
    kept = {kind: rate([of[kind] for of in found]) for kind in RESIDUALS}
    yield line("no own trends", "keeps own trends, %", OURS, kept["car1+white"], (("<", 50),))
    yield line("no own trends", "keeps own trends, %", "canary: CAR(1)", kept["car1"], ((">", 90),))


def unknown(sizes: Sizes) -> Iterator[str]:
    """Measure what a quarter of unknown nights and steps does to averages."""
    found = _unknown("nights and steps", 0.25, 6, sizes.cohorts, sizes)
    diaries = "nights and steps, 25% each unknown"
    ours, canary = [of.kept for of in found], [of.complete for of in found]
    yield line(diaries, SHIFT, OURS, _shift(ours, found), ((">", -0.006), ("<", 0.006)))
    yield line(diaries, SHIFT, "canary: complete days", _shift(canary, found), (("<", -0.012),))
    for place, name in enumerate(EXPOSURES):
        yield line(diaries, f"{name}, {WIDER}", OURS, _wider(ours, found, place), (("<", 1.22),))
        yield line(diaries, f"{name}, {WIDER}", "canary: complete days", _wider(canary, found, place), ((">", 1.3),))


def kinds(sizes: Sizes) -> Iterator[str]:
    """Measure the same for other kinds of unknown days."""
    for place, (kind, share) in enumerate(OTHER_KINDS.items()):
        found = _unknown(kind, share, 20 + place, sizes.cohorts // 3, sizes)
        for method, kept in ((OURS, [of.kept for of in found]), ("complete days", [of.complete for of in found])):
            yield line(f"{kind}, {share:.0%} unknown", SHIFT, method, _shift(kept, found))
            yield line(f"{kind}, {share:.0%} unknown", f"sleep, {WIDER}", method, _wider(kept, found, 0))


def _unknown(kind: str, share: float, row: int, cohorts: int, sizes: Sizes) -> list[UnknownCohort]:
    function = partial(unknown_cohort, Truth(CAR1, "reported", alike=True), kind, share)
    return several(function, _seeds(row, cohorts), sizes.processes)


def _shift(found: Sequence[Slopes], cohorts: Sequence[UnknownCohort]) -> Measured:
    """Return by how much sleep differs from the estimate with everything known, in points for an hour."""
    return mean([one.sleep.estimate - of.full.sleep.estimate for one, of in zip(found, cohorts, strict=True)])


def _wider(found: Sequence[Slopes], cohorts: Sequence[UnknownCohort], place: int) -> Measured:
    return ratio([width(one.both[place]) for one in found], [width(of.full.both[place]) for of in cohorts])


def feedback_test(sizes: Sizes) -> Iterator[str]:
    """Measure what guard columns cost where pain does not act back, and how often the test of feedback finds it."""
    none = _guarded(Truth(CAR1, alike=True), 10, sizes, free=True)
    for place, name in enumerate(EXPOSURES):
        held, first = ([one.both[place].se for one in fits] for fits in _held_and_first(none))
        free, measured = [of.free_se[place] for of in none if of.free_se], f"{name}, SE over that without guard columns"
        yield line("CAR(1), no feedback", measured, OURS, ratio(held, first), (("≥", 0.98), ("≤", 1.03)))
        yield line("CAR(1), no feedback", measured, "canary: S and D free", ratio(free, first), ((">", 1.2),))
    yield line("CAR(1), no feedback", TEST, OURS, _test_rate(none), (("≤", 5),))
    felt = _guarded(Truth(CAR1, "felt", alike=True), 11, sizes)
    yield line("CAR(1), felt pain acts", TEST, OURS, _test_rate(felt), (("≥", 91.6),))


def feedback(sizes: Sizes) -> Iterator[str]:
    """Measure what pain that acts back does to averages, with guard columns and without."""
    yield from _felt_twice(_guarded(Truth(SLOW, "felt", strength=2.0, alike=True), 7, sizes))
    felt = _guarded(Truth(SLOW, "felt", alike=True), 8, sizes)
    held, first = (rate([of.is_any_found for of in fits]) for fits in _held_and_first(felt))
    yield line("felt pain acts", "false effect of either, %", OURS, held, (("≤", 12),))
    yield line("felt pain acts", "false effect of either, %", UNGUARDED, first)
    yield line("felt pain acts", TEST, OURS, _test_rate(felt), (("≥", 91.6),))
    reported = _guarded(Truth(SLOW, "reported", alike=True), 9, sizes)
    held, first = (mean([of.steps.estimate for of in fits]) for fits in _held_and_first(reported))
    sums = mean([of.sums_alone[1] for of in reported])
    yield line("all pain acts", "steps, mean error", OURS, held, ((">", -0.005), ("<", 0.005)))
    yield line("all pain acts", "steps, mean error", "canary: S alone", sums, ((">", 0.006),))
    yield line("all pain acts", "steps, mean error", UNGUARDED, first)


def _felt_twice(found: Sequence[GuardedCohort]) -> Iterator[str]:
    diaries = "felt pain acts twice as strongly"
    for place, name in enumerate(EXPOSURES):
        held, first = (rate([of.covered[place] for of in fits]) for fits in _held_and_first(found))
        yield line(diaries, f"covers {name}, %", OURS, held, (("≥", 80),))
        yield line(diaries, f"covers {name}, %", f"canary: {UNGUARDED}", first, (("<", 70),))


def _guarded(truth: Truth, row: int, sizes: Sizes, *, free: bool = False) -> list[GuardedCohort]:
    return several(partial(guarded_cohort, truth, free=free), _seeds(row, sizes.cohorts), sizes.processes)


def _held_and_first(found: Sequence[GuardedCohort]) -> tuple[list[Slopes], list[Slopes]]:
    return [of.held for of in found], [of.first for of in found]


def _test_rate(found: Sequence[GuardedCohort]) -> Measured:
    return rate([of.test_p < 0.01 for of in found])


def _seeds(row: int, n: int) -> list[int]:
    return [100_000 * row + number for number in range(n)]


ROWS: dict[str, Callable[[Sizes], Iterator[str]]] = {
    "slow": slow,
    "own_trend": own_trend,
    "own_days": own,
    "unknown": unknown,
    "feedback_test": feedback_test,
    "feedback": feedback,
    "kinds": kinds,
}


def main() -> None:
    """Print the table, each line as soon as it is known."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    names = list(ROWS)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--cohorts", type=int, default=60, help="of each kind")
    parser.add_argument("--participants", type=int, help="alone, instead of 400 (slow) and 1,000 (own_days)")
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    print(HEADER, flush=True)
    for name in options.only:
        for row in ROWS[name](Sizes(options.cohorts, options.participants, options.processes)):
            print(row, flush=True)


if __name__ == "__main__":
    main()
