"""Indicators of unknown days, guard columns and columns of treatments are fitted, and shown nowhere."""

from __future__ import annotations

import re

import polars as pl

from painstats.questions.asked import asked, fit_questions
from painstats.questions.daily.columns import mixed_model
from painstats.questions.daily.design import daily_design
from tests.conftest import table
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame, with_treatment

HIDDEN = "unknown|guard|treatment|drug"


def test_no_table_and_no_summary_names_a_hidden_column(store):
    frame = model_frame(12, 50)
    unknown = pl.col("date").dt.ordinal_day() % 5 == 3
    frame = frame.with_columns(
        pl.when(unknown).then(0.0).otherwise(f"{SLEEP}_within").alias(f"{SLEEP}_within"),
        pl.when(unknown).then(None).otherwise(SLEEP).alias(SLEEP),
        unknown.cast(pl.Float64).alias(f"{SLEEP}_unknown"),
    )
    treated = (pl.col("time_30d") > 0) & pl.col("participant_id").is_in(["p01", "p02", "p03"])
    frame = with_treatment(frame, treated)
    assert "treatment_1" in mixed_model(frame, daily_design(store.study, asked(store.study)), own_trend=True).names
    keep(store, frame)
    fit_questions(store)
    terms = {row["term"] for row in table(store, "SELECT DISTINCT term FROM coefficient")}
    assert f"{SLEEP}_within" in terms
    assert not [term for term in terms if re.search(HIDDEN, term)]
    of_cohort = "FROM model_fit WHERE model = 'cohort'"
    fits = {
        row["answered"][0]: row for row in table(store, f"SELECT answered, statsmodels_summary, guarded {of_cohort}")
    }
    for answered, fit in fits.items():
        assert fit["guarded"] == [f"{name}_within" for name in ((SLEEP, STEPS) if answered == SLEEP else (STEPS,))]
        assert f"{answered}_within" in fit["statsmodels_summary"]
        assert not re.search(HIDDEN, fit["statsmodels_summary"])
    on = frame.filter(treated).height
    kept = {"model": "cohort", "treatment": "drug 5 mg", "participants": 3, "days": on, "left_out": None}
    assert table(store, "SELECT * FROM treatment_column WHERE model = 'cohort' ORDER BY answered DESC") == [
        kept | {"answered": [answered]} for answered in (SLEEP, STEPS)
    ]
    assert set(fits) == {SLEEP, STEPS}
    checks = {row["check"] for row in table(store, 'SELECT DISTINCT "check" FROM robustness')}
    assert {"complete_days", "without_guard"} <= checks
