"""Indicators of unknown days and guard columns are fitted, and shown nowhere."""

from __future__ import annotations

import polars as pl

from painstats.questions.asked import fit_questions
from tests.conftest import table
from tests.spec.robust_frame import SLEEP, keep, model_frame


def test_no_table_and_no_summary_names_a_hidden_column(store):
    frame = model_frame(12, 50)
    unknown = pl.col("date").dt.ordinal_day() % 5 == 3
    frame = frame.with_columns(
        pl.when(unknown).then(0.0).otherwise(f"{SLEEP}_within").alias(f"{SLEEP}_within"),
        pl.when(unknown).then(None).otherwise(SLEEP).alias(SLEEP),
        unknown.cast(pl.Float64).alias(f"{SLEEP}_unknown"),
    )
    keep(store, frame)
    fit_questions(store)
    terms = {row["term"] for row in table(store, "SELECT DISTINCT term FROM coefficient")}
    assert f"{SLEEP}_within" in terms
    assert not [term for term in terms if "unknown" in term or "guard" in term]
    [cohort] = table(store, "SELECT statsmodels_summary, guarded FROM model_fit WHERE model = 'cohort'")
    assert cohort["guarded"]
    assert f"{SLEEP}_within" in cohort["statsmodels_summary"]
    assert not [word for word in ("unknown", "guard") if word in cohort["statsmodels_summary"]]
    checks = {row["check"] for row in table(store, 'SELECT DISTINCT "check" FROM robustness')}
    assert {"complete_days", "without_guard"} <= checks
