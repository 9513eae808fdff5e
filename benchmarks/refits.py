"""The time of many refits: 200 participants x 90 days, CAR(1) residuals, three correlated random effects.

    python -m benchmarks.refits

Prints the time of a cluster bootstrap, a parametric bootstrap and leaving out each participant in turn, and how much
refits that start at the known optimum differ from fits with the usual starting points.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import TypeVar

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy

import numpy as np

from painstats.mixedlm import MixedFit, fit_cross_products, fit_mixed
from painstats.mixedlm.checks.influence import influence
from painstats.mixedlm.engine.cross_products import of_participants
from painstats.mixedlm.inference.refit_bootstrap import cluster_bootstrap, parametric_bootstrap
from painstats.mixedlm.inference.refits import Refits
from tests.reference.reference_data import diary

Found = TypeVar("Found")

SEED = 1
FROM_NOTHING = 20
"""Refits that are repeated from the usual starting points."""


def timed(work: Callable[[], Found]) -> tuple[Found, float]:
    """Return what some work found, and the seconds it took of elapsed time."""
    start = time.perf_counter()
    found = work()
    return found, time.perf_counter() - start


def report(name: str, refits: Refits, seconds: float, target: float | None = None) -> None:
    """Print one line."""
    count = len(refits.rho)
    aim = f", target {target:.0f} s" if target else ""
    print(
        f"{name}: {count} refits in {seconds:.1f} s{aim}; {1000 * seconds / count:.1f} ms and "
        f"{refits.evaluations.mean():.1f} evaluations each; {np.sum(~refits.is_certified)} not certified"
    )


def against_nothing(fit: MixedFit, refits: Refits, draws: list[np.ndarray]) -> None:
    """Fit some of the same draws from the usual starting points; print the ratio of times and the differences."""

    def from_nothing() -> list[MixedFit]:
        return [fit_cross_products(of_participants(fit.products, chosen)) for chosen in draws[:FROM_NOTHING]]

    fits, seconds = timed(from_nothing)
    se = np.sqrt(np.diag(fit.covariance))
    apart = max(np.abs((a.coefficients - b) / se).max() for a, b in zip(fits, refits.coefficients, strict=False))
    spread = max(np.abs(a.random_covariance - b).max() for a, b in zip(fits, refits.random_covariance, strict=False))
    rho = max(abs(a.rho - b) for a, b in zip(fits, refits.rho, strict=False))
    print(
        f"from nothing: {1000 * seconds / FROM_NOTHING:.1f} ms each; largest differences: coefficients {apart:.0e} "
        f"standard errors, covariances {spread:.0e}, rho {rho:.0e}"
    )


def main() -> None:
    """Time everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--refits", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    rows = diary("sleep_w", "steps_lag_w", file="cohort200x90.csv.gz")
    fit, seconds = timed(lambda: fit_mixed(rows))
    print(f"the fit itself: {1000 * seconds:.0f} ms for {len(fit.participants)} participants and {fit.n_rows} days")
    for workers in sorted({1, options.workers}):
        found, seconds = timed(lambda: cluster_bootstrap(fit, refits=options.refits, seed=SEED, workers=workers))  # noqa: B023
        report(f"cluster bootstrap, {workers} worker(s)", found.refits, seconds, 60)
    draws = np.random.default_rng(SEED).integers(len(fit.participants), size=(options.refits, len(fit.participants)))
    against_nothing(fit, found.refits, list(draws))
    simulated, seconds = timed(lambda: parametric_bootstrap(fit, rows, refits=options.refits // 5, seed=SEED))
    report("parametric bootstrap, 1 worker(s)", simulated.refits, seconds)
    left_out, seconds = timed(lambda: influence(fit))
    report("leaving out each participant, 1 worker(s)", left_out.refits, seconds, 5)


if __name__ == "__main__":
    main()
