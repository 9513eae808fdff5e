"""Tables of ``results/`` with made-up numbers, for pages that show them."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from painstats.cohort.study_files import RESULTS
from painstats.plan.study import Study

SLEEP = "total_sleep_time_min_lag0"
OPTIONS = (("weekend", "kept"), ("day of the week", "kept"), ("weekend", "left out"), ("day of the week", "left out"))


def write_made_up_results(study: Study) -> Path:
    """Write a curve of four specifications, a tipping point and two effects; return the folder."""
    folder = study.folder / RESULTS
    folder.mkdir()
    curve = [
        {"exposure": SLEEP, "is_declared": place == 0, "choice_calendar": calendar, "choice_first_14_days": first,
         "estimate": -0.1 * place, "low": -0.1 * place - 0.15, "high": -0.1 * place + 0.15, "days": 400 + place}
        for place, (calendar, first) in enumerate(OPTIONS)
    ]  # fmt: skip
    shared = {"low": -0.3, "high": 0.1, "df": 20.0, "p": 0.4, "participants": 12, "days": 400, "q": None}
    tables = {
        "specification": curve,
        "specification_summary": [{"exposure": SLEEP, "without_estimate": 1, "choices_dropped": "time"}],
        "specification_shift": [
            {"exposure": SLEEP, "choice": "calendar", "option": "day of the week", "shift_in_se": 0.25},
        ],
        "missing_days": [{"exposure": SLEEP, "name": "delta", "tipping_point": 1.94}],
        "effect": [
            {"model": "average sleep", "name": f"{SLEEP}_within", "is_primary": True, "estimate": -0.1, **shared},
            {"model": "arms", "name": "change in usual care", "is_primary": False, "estimate": -0.1, **shared},
        ],
    }  # fmt: skip
    for name, rows in tables.items():
        frame = pl.DataFrame(rows).with_columns(plan_hash=pl.lit(study.plan_hash))
        frame.write_parquet(folder / f"{name}.parquet")
    return folder
