"""One program's fit of a formula and a frame, timed; run by ``benchmarks.engine`` with the Python that has the program.

    python benchmarks/formula_fit.py painstats diary.csv independent 9

It imports nothing but the program and pandas, so that each program can be installed in an environment of its own.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd

FIXED = "pain ~ sleep + steps + weekend"
RANDOM = "sleep + steps"

Fit = Callable[[], float]
"""Make a model of the frame, fit it and return its restricted log-likelihood."""


def painstats(frame: pd.DataFrame, residuals: Any) -> Fit:
    """Return ours."""
    from painstats.mixedlm import CAR1MixedLM

    options: dict[str, Any] = {"re_formula": f"~{RANDOM}", "groups": "id", "days": "day", "residuals": residuals}
    return lambda: float(CAR1MixedLM.from_formula(FIXED, frame, **options).fit().llf)


def statsmodels(frame: pd.DataFrame, _: str) -> Fit:
    """Return statsmodels' ``MixedLM``."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    return lambda: float(MixedLM.from_formula(FIXED, frame, re_formula=f"~{RANDOM}", groups="id").fit().llf)


def mixedlm_rs(frame: pd.DataFrame, _: str) -> Fit:
    """Return mixedlm-rs."""
    import mixedlm_rs  # type: ignore[import-not-found]

    return lambda: float(mixedlm_rs.mixedlm(FIXED, frame, groups="id", re_formula=f"~{RANDOM}").fit().llf)


def glmm(frame: pd.DataFrame, _: str) -> Fit:
    """Return glmm."""
    import glmm  # type: ignore[import-not-found]

    return lambda: float(glmm.fit(frame, f"{FIXED} + (1 + {RANDOM} | id)").loglik)


def interlace(frame: pd.DataFrame, residuals: str) -> Fit:
    """Return interlace-lme, which has autocorrelation over days too."""
    import interlace  # type: ignore[import-not-found]

    correlation = interlace.AR1(time="day") if residuals == "car1" else None
    random = [f"(1 + {RANDOM} | id)"]
    return lambda: float(interlace.fit(FIXED, frame, random=random, correlation=correlation).llf)


PROGRAMS = {
    "painstats": painstats,
    "statsmodels": statsmodels,
    "mixedlm-rs": mixedlm_rs,
    "glmm": glmm,
    "interlace-lme": interlace,
}


def main() -> None:
    """Fit once to warm up, unless that takes long; print the median of the processor seconds of the further fits."""
    name, path, residuals, repeats = sys.argv[1:]
    warnings.simplefilter("ignore")
    frame = pd.read_csv(path, dtype={"id": "str"})
    fit, seconds, log_likelihood = PROGRAMS[name](frame, residuals), [], 0.0
    for _ in range(1 + int(repeats)):
        began = time.process_time()
        log_likelihood = fit()
        seconds.append(time.process_time() - began)
        if seconds[0] > 5:
            break
    counted = seconds[1:] or seconds
    found = {"seconds": statistics.median(counted), "first": seconds[0], "log_likelihood": log_likelihood}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
