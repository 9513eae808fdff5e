"""The model frame keeps every day with a score: its rows, columns and fits agree with a separate implementation.

``kept_days/days.csv`` holds one person of 150 days, with a device left at home for two weeks and nights unknown after
bad days, and a cohort of 12. ``reference.json`` was computed from it by another program, which nlme confirms.
"""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.daily import build_daily_table
from painstats.frame import Exposure, build_model_frame
from painstats.mixedlm import model_rows
from painstats.mixedlm.engine.fit import fit_mixed
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.one_participant import fit_one_participant
from painstats.store import open_store

HERE = Path(__file__).parent / "kept_days"
REFERENCE = json.loads((HERE / "reference.json").read_text())
SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
COLUMNS = {
    "sleep": SLEEP.within, "steps": STEPS.within, "weekend": "is_weekend", "time": "time_30d",
    "no_sleep": SLEEP.unknown, "no_steps": STEPS.unknown,
}  # fmt: skip
BETWEEN = {"sleep_b": SLEEP.between, "steps_b": STEPS.between}
DAYS = f"""
INSERT INTO daily_summary BY NAME
SELECT id AS participant_id, DATE '2025-01-06' + day::INTEGER AS date, 'pain' AS item, '' AS site, pain AS outcome_score,
       60 * sleep AS total_sleep_time_min, 1000 * steps AS step_count
FROM read_csv('{HERE / "days.csv"}', types = {{'id': 'VARCHAR'}}) WHERE (id = 'own') = ?
"""


@pytest.fixture
def frame_of(make_study):
    def build(*, alone, rules):
        with open_store(make_study(rules=rules)) as store:
            build_daily_table(store)
            connection = store.connection
            connection.execute("CREATE OR REPLACE TABLE daily_summary AS SELECT * REPLACE (NULL::DOUBLE AS step_count, "
                               "NULL::DOUBLE AS total_sleep_time_min) FROM daily_summary LIMIT 0")  # fmt: skip
            connection.execute(DAYS, [alone])
            build_model_frame(store, [SLEEP, STEPS])
            query = "SELECT * FROM model_frame WHERE left_out IS NULL ORDER BY participant_id, date"
            return connection.execute(query).pl()

    return build


def laid_out(frame, names, random=()):
    return model_rows(
        y=frame["outcome_score"].to_numpy(),
        predictors={name: frame[column].cast(pl.Float64).to_numpy() for name, column in names.items()},
        participant=frame["participant_id"].to_numpy(),
        day=frame["date"].cast(pl.Int32).to_numpy(),
        random=random,
    )


def agree(table, expected, *, estimates, errors, df):
    rows = {row.name: row for row in table.coefficients}
    for name, term in expected["terms"].items():
        row = rows[name]
        assert row.estimate == pytest.approx(term["estimate"], abs=estimates * term["se"]), name
        assert row.se == pytest.approx(term["se"], rel=errors), name
        assert row.df == pytest.approx(term["df"], rel=df), name


RULE = {"kept": {}, "complete": {"unknown_predictors": "complete", "min_days_known": 10}}


@pytest.mark.parametrize("rows", ["kept", "complete"])
def test_one_persons_days(frame_of, rows):
    expected = REFERENCE[f"own {rows}"]
    frame = frame_of(alone=True, rules=RULE[rows])
    assert frame.height == expected["rows"]
    names = {name: column for name, column in COLUMNS.items() if name in expected["terms"]}
    own = fit_one_participant(laid_out(frame, names), "car1+white")
    assert own.rho == pytest.approx(expected["rho"], abs=1e-5)
    assert own.fit.white_share == pytest.approx(expected["w"], abs=1e-5)
    agree(own.table, expected, estimates=1e-4, errors=1e-5, df=1e-4)


@pytest.mark.parametrize("rows", ["kept", "complete"])
def test_a_cohorts_days(frame_of, rows):
    expected = REFERENCE[f"cohort {rows}"]
    frame = frame_of(alone=False, rules=RULE[rows])
    assert frame.height == expected["rows"]
    names = {name: column for name, column in (COLUMNS | BETWEEN).items() if name in expected["terms"]}
    laid = laid_out(frame, names, ["intercept", "sleep", "steps"])
    fit = fit_mixed(laid, residuals="car1+white")
    agree(coefficient_table(fit, laid), expected, estimates=2e-4, errors=3e-5, df=1e-4)


def test_rows_of_complete_days_do_not_pass_as_kept_ones(frame_of):
    kept, complete = (REFERENCE[f"own {rows}"] for rows in ("kept", "complete"))
    assert abs(kept["terms"]["steps"]["estimate"] - complete["terms"]["steps"]["estimate"]) > 1e-4
    frame = frame_of(alone=True, rules={})
    assert np.array_equal(frame[SLEEP.unknown].to_numpy() == 1, frame[SLEEP.name].is_null().to_numpy())
    assert frame.drop_nulls([SLEEP.name, STEPS.name]).height == complete["rows"]
