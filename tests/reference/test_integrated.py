"""The level change with integrated residuals, against R with dense matrices (``treatments/reference.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from painstats.mixedlm.integrated import (
    SHAPES,
    IntegratedFit,
    correlation_matrix,
    fit_integrated,
    months_of,
    whitened_at_shapes,
)

FOLDER = Path(__file__).parent / "treatments"
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
ONE_START, SEVERAL = REFERENCE["one_start"], REFERENCE["several"]
RAMP_DAYS, WEEK = 6, 7
STARTS, STOP, WASHED_OUT = (60, 105, 130, 170, 200), 170, 175
"""Days of the alterations in ``several.csv``, the stop among them, and the end of its wash-out."""


def one_start(*, week_before: bool) -> tuple[pl.DataFrame, np.ndarray]:
    rows = pl.read_csv(FOLDER / "one_start.csv")
    if not week_before:
        rows = rows.filter((pl.col("day") < -WEEK) | (pl.col("day") >= 0))
    share = np.clip((rows["day"].to_numpy() + 1) / (RAMP_DAYS + 1), 0, 1)
    return rows, np.column_stack([np.ones(len(rows)), share])


def several() -> tuple[pl.DataFrame, np.ndarray]:
    rows = pl.read_csv(FOLDER / "several.csv")
    day = pl.col("day")
    out = day.is_between(STOP, WASHED_OUT - 1)
    for start in STARTS:
        out |= day.is_between(start - WEEK, start - 1)
    rows = rows.filter(~out)
    return rows, np.column_stack([np.ones(len(rows)), *(rows[name] for name in ("ldn_1_5", "ldn_4_5", "yoga"))])


def fitted(rows: pl.DataFrame, columns: np.ndarray, **prior: float) -> IntegratedFit:
    return fit_integrated(columns, rows["pain"].to_numpy().astype(float), rows["day"].to_numpy().astype(float), **prior)


def check(fit: IntegratedFit, weights: list[float], expected: dict[str, Any]) -> None:
    mixture = fit.contrast(np.array(weights))
    sd = expected["sd"]
    found = [mixture.mean[0], mixture.sd[0], mixture.quantile(0.025)[0], mixture.quantile(0.975)[0]]
    assert found == pytest.approx([expected[name] for name in ("mean", "sd", "q025", "q975")], abs=1e-8 * sd)
    limits = [name for name in expected if name.startswith("below_")]
    for name in limits:
        assert mixture.below(float(name.removeprefix("below_")))[0] == pytest.approx(expected[name], abs=1e-9)


def test_the_grid_has_the_decided_shapes():
    assert len(SHAPES) == ONE_START["integrated"]["points"] == 78


@pytest.mark.parametrize(
    ("contrast", "weights"), [("change", [0, 1]), ("minus_30_percent", [0.3, 1]), ("before", [1, 0])]
)
def test_one_start_agrees_with_r(contrast, weights):
    check(fitted(*one_start(week_before=False)), weights, ONE_START["integrated"][contrast])


def test_one_start_agrees_with_r_on_all_days():
    check(fitted(*one_start(week_before=True)), [0, 1], ONE_START["integrated_all_days"]["change"])


def test_one_start_agrees_with_r_with_a_column_for_time():
    rows, columns = one_start(week_before=False)
    with_time = np.column_stack([columns, months_of(rows["day"].to_numpy().astype(float))])
    check(fitted(rows, with_time, trend_sd=0.0), [0, 1, 0], ONE_START["integrated_time_column"]["change"])


@pytest.mark.parametrize(
    ("contrast", "weights"),
    [("ldn_1_5", [0, 1, 0, 0]), ("ldn_4_5", [0, 0, 1, 0]), ("step_up", [0, -1, 1, 0]), ("yoga", [0, 0, 0, 1])],
)
def test_several_treatments_agree_with_r(contrast, weights):
    check(fitted(*several()), weights, SEVERAL["integrated"][contrast])


def test_whitened_columns_have_the_products_of_the_dense_correlation_matrix():
    rng = np.random.default_rng(5)
    day = rng.permutation(np.cumsum(rng.integers(1, 4, 40))).astype(float)
    values = rng.normal(size=(40, 3))
    whitened, log_determinant = whitened_at_shapes(values, day)
    for place, shape in enumerate(SHAPES):
        dense = correlation_matrix(day, *shape)
        expected = values.T @ np.linalg.solve(dense, values)
        assert whitened[place].T @ whitened[place] == pytest.approx(expected, rel=1e-9)
        assert log_determinant[place] == pytest.approx(np.linalg.slogdet(dense)[1], abs=1e-9)


def test_series_fitted_together_are_fitted_alike():
    rows, columns = one_start(week_before=False)
    scores, day = rows["pain"].to_numpy().astype(float), rows["day"].to_numpy().astype(float)
    together = fit_integrated(columns, np.column_stack([scores, scores[::-1]]), day).contrast(np.array([0.0, 1.0]))
    alone = fit_integrated(columns, scores, day).contrast(np.array([0.0, 1.0]))
    assert together.mean[0] == pytest.approx(alone.mean[0], abs=1e-12)
    assert together.mean[1] != pytest.approx(alone.mean[0], abs=0.1)


def test_a_change_of_origin_or_unit_changes_nothing_else():
    rows, columns = one_start(week_before=False)
    scores, day = rows["pain"].to_numpy().astype(float), rows["day"].to_numpy().astype(float)
    change = fit_integrated(columns, scores, day).contrast(np.array([0.0, 1.0]))
    other = fit_integrated(columns, 10 * scores + 3 * columns[:, 1], day + 20_000).contrast(np.array([0.0, 1.0]))
    assert other.mean[0] == pytest.approx(10 * change.mean[0] + 3, abs=1e-9)
    assert other.sd[0] == pytest.approx(10 * change.sd[0], abs=1e-9)


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="4 rows are too few for 2 columns"):
        fit_integrated(np.ones((4, 2)), np.ones(4), np.arange(4.0))
