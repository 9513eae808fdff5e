"""Formulas are evaluated once, by either engine, to the same columns; columns of numbers need no engine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
import statsmodels.formula

from painstats.errors import PainstatsError
from painstats.mixedlm import CAR1MixedLM, formula_columns
from tests.reference.as_statsmodels import SAME_FIT, SMALL
from tests.reference.reference_data import table

FRAME = table(SMALL).with_columns(weekday=pl.col("day") % 7, weekend=pl.col("day") % 7 >= 5).to_pandas()

PLAIN = {
    "columns": ("pain ~ sleep_w + steps_lag_w", "~sleep_w"),
    "random intercepts": ("pain ~ sleep_w", None),
    "intercepts by a formula": ("pain ~ sleep_w", "1"),
    "an interaction": ("pain ~ sleep_w * steps_lag_w + weekday", "~sleep_w"),
    "an effect without an intercept": ("pain ~ steps_lag_w + sleep_w", "0 + sleep_w"),
    "no intercept": ("pain ~ 0 + sleep_w + steps_lag_w", "0 + sleep_w"),
    "whole numbers": ("weekday ~ sleep_w + day", "~sleep_w"),
}

OTHERS = {
    "categories": ("pain ~ C(weekday) + sleep_w", "~sleep_w"),
    "a boolean": ("pain ~ weekend + sleep_w", "~sleep_w"),
    "functions": ("np.sqrt(pain + 20) ~ I(sleep_w ** 2) + sleep_w", "~I(sleep_w ** 2)"),
    "an effect by another name": ("pain ~ sleep_w", "~I(sleep_w)"),
}


def model_of(case, frame=FRAME, **options):
    formula, re_formula = (PLAIN | OTHERS)[case]
    return CAR1MixedLM.from_formula(formula, frame, re_formula, groups="id", days="day", **options)


def assert_same(one, other):
    """Assert that two models have the same columns and effects, to the last bit."""
    assert one.endog.tolist() == other.endog.tolist()
    assert one.exog.tolist() == other.exog.tolist()
    assert one.exog_re.tolist() == other.exog_re.tolist()


@pytest.mark.parametrize("case", PLAIN)
def test_columns_of_numbers_are_those_of_patsy(case, monkeypatch):
    plain = model_of(case)
    monkeypatch.setattr(formula_columns, "_as_products", lambda *_: None)
    by_patsy = model_of(case)
    assert_same(plain, by_patsy)
    assert plain.data.param_names == by_patsy.data.param_names
    assert plain.fit().predict(FRAME[:5]).equals(by_patsy.fit().predict(FRAME[:5]))


@pytest.mark.parametrize("case", OTHERS)
def test_other_formulas_are_evaluated(case):
    assert formula_columns._as_products(*OTHERS[case]) is None or case == "a boolean"
    fit = model_of(case).fit()
    assert fit.predict(FRAME).to_numpy() == pytest.approx(fit.model.exog @ fit.fe_params.to_numpy(), abs=1e-12)


@pytest.mark.parametrize("case", PLAIN | OTHERS)
def test_formulaic_gives_the_same_columns(case, monkeypatch):
    by_patsy = model_of(case)
    monkeypatch.setattr(statsmodels.formula.options, "formula_engine", "formulaic")
    by_formulaic = model_of(case)
    assert_same(by_patsy, by_formulaic)
    assert by_formulaic.data.model_spec is not None


def test_a_function_in_a_formula_is_evaluated_once_for_both_formulas():
    calls = []

    def counted(values):
        calls.append(len(values))
        return values

    CAR1MixedLM.from_formula("pain ~ counted(sleep_w)", FRAME, "~counted(sleep_w)", groups="id", days="day")
    assert len(calls) == 2  # to see what it is, and to fill the columns


def test_values_that_a_function_loses_are_named():
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(PainstatsError, match=r"'np.log\(sleep_w\)' is not a finite number"),
    ):
        CAR1MixedLM.from_formula("pain ~ np.log(sleep_w)", FRAME, groups="id", days="day")


@pytest.mark.parametrize("engine", ["patsy", "formulaic"])
@pytest.mark.parametrize(
    ("formula", "reason"),
    [("~ sleep_w", "has no outcome"), ("sleep_w", "has no outcome"), ("pain + sleep_w ~ steps_lag_w", "has 2 columns")],
)
def test_a_formula_needs_one_outcome(engine, formula, reason, monkeypatch):
    monkeypatch.setattr(statsmodels.formula.options, "formula_engine", engine)
    with pytest.raises(PainstatsError, match=reason):
        CAR1MixedLM.from_formula(formula, FRAME, groups="id", days="day")


def test_a_column_twice_is_refused():
    frame = pd.concat([FRAME, FRAME[["sleep_w"]]], axis=1)
    with pytest.raises(PainstatsError, match="more than one column 'sleep_w'"):
        model_of("columns", frame)


def test_groups_may_be_text_categories_or_a_list():
    expected = model_of("columns").fit()
    text, (formula, re_formula) = FRAME["id"].astype(str), PLAIN["columns"]
    for groups in (text, text.astype("category"), text.tolist(), FRAME["id"].astype("Int64"), pl.Series(text)):
        found = CAR1MixedLM.from_formula(formula, FRAME, re_formula, groups=groups, days="day").fit()
        assert found.llf == expected.llf
    text[3] = None
    with pytest.raises(PainstatsError, match="'groups' is missing in 1 rows"):
        CAR1MixedLM.from_formula("pain ~ sleep_w", FRAME, groups=text, days="day")


def test_an_effect_that_is_no_column_is_refused():
    with pytest.raises(PainstatsError, match="'steps_lag_w' of 'exog_re' is not in 'exog'"):
        CAR1MixedLM.from_formula("pain ~ sleep_w", FRAME, "~steps_lag_w", groups="id", days="day")


def test_a_model_keeps_its_values_when_the_data_change():
    sorted_frame = FRAME.assign(id=[f"p{number:02d}" for number in FRAME["id"]])  # rows in order need no sorting
    frame = sorted_frame.copy()
    model, untouched = model_of("columns", frame), model_of("columns", sorted_frame).fit()
    frame.loc[:, "pain"] = 0.0
    frame.loc[:, "sleep_w"] = 1.0
    assert model.fit().params.equals(untouched.params)
    y, X = FRAME["pain"].to_numpy(copy=True), np.column_stack([np.ones(len(FRAME)), FRAME["sleep_w"]])
    model, untouched = (CAR1MixedLM(y, X, frame["id"], days=frame["day"]) for _ in range(2))
    expected = untouched.fit().llf
    y[:], X[:, 1] = 0.0, 1.0
    assert model.fit().llf == pytest.approx(expected, abs=SAME_FIT)


def test_only_the_columns_of_a_polars_frame_that_are_used_are_converted():
    wide = pl.from_pandas(FRAME).with_columns(note=pl.lit("a note"), unused=pl.lit(None, dtype=pl.Float64))
    model = model_of("columns", wide.lazy())
    assert list(model.data.frame.columns) == ["pain", "sleep_w", "steps_lag_w", "id", "day"]
    assert_same(model, model_of("columns"))
