"""Keep simulated diaries in a store, as imports leave them, and compute the looks there as a nightly run does."""

from __future__ import annotations

import numpy as np
import polars as pl

from painstats.frame.build import build_model_frame
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.looks import looks
from painstats.questions.daily.read_looks import read_looks
from painstats.questions.daily.tables import LookEvidence
from painstats.store.rows import replace_rows
from tests.calibration.real_diaries import MONDAY


def keep(store, diaries):
    """Keep diaries as the table ``daily_summary``, with a row for every day, and build the model frame from it."""
    store.connection.register("simulated", _daily(diaries).to_arrow())
    store.connection.execute("CREATE OR REPLACE TABLE daily_summary AS FROM simulated ORDER BY participant_id, date")
    store.connection.unregister("simulated")
    build_model_frame(store, exposures(asked(store.study)))


def looks_of(store):
    """Return what ``read_looks`` does, after a night's work on the kept diaries."""
    questions = asked(store.study)
    design = daily_design(store.study, questions)
    replace_rows(store, "look_evidence", LookEvidence, looks(store, design, questions))
    return read_looks(store)


def _daily(diaries):
    participants, days = diaries.score.shape
    columns = {
        "participant_id": np.repeat([f"{number:04d}" for number in range(participants)], days),
        "date": np.tile(np.arange(days, dtype=np.int32) + MONDAY, participants),
        "outcome_score": diaries.score.ravel(),
        "total_sleep_time_min": 60 * diaries.sleep.ravel(),
        "step_count": 1000 * diaries.steps.ravel(),
    }
    fixed = {
        "item": pl.lit("pain"),
        "site": pl.lit(""),
        "device_era": pl.lit(1),
        "step_wear_rule": pl.lit("enough steps"),
    }
    return pl.DataFrame(columns).with_columns(pl.col("date").cast(pl.Date), **fixed).fill_nan(None)
