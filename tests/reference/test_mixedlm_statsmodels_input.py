"""Arrays, frames and relations give one fit; input that cannot be fitted is refused with a reason."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from statsmodels.regression.mixed_linear_model import MixedLMResults, MixedLMResultsWrapper

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm import CAR1MixedLM, CAR1MixedLMResults, ColumnRoles, fit_mixed
from tests.reference.as_statsmodels import FORMULA, SAME_FIT, SMALL, arrays, diary_model, diary_of, relation, sleepstudy
from tests.reference.reference_data import COHORT_COLUMNS, diary, table

ROOT = Path(__file__).parents[2]


# --- the ways in


def polars_columns(frame):
    X = frame.select(pl.lit(1.0).alias("const"), *COHORT_COLUMNS)
    return CAR1MixedLM(frame["pain"], X, frame["id"], X[["const", "sleep_w"]], days=frame["day"])


def pandas_columns(frame):
    data = frame.to_pandas()
    X = data[list(COHORT_COLUMNS)].assign(const=1.0)  # the intercept last
    return CAR1MixedLM(data["pain"], X, data["id"], X[["const", "sleep_w"]], days=data["day"])


WAYS = {
    "arrays": arrays,
    "polars columns": polars_columns,
    "pandas columns": pandas_columns,
    "pandas formula": lambda frame: diary_of(frame.to_pandas()),
    "lazy polars formula": lambda frame: diary_of(frame.lazy()),
    "shuffled": lambda frame: diary_of(frame.sample(fraction=1.0, shuffle=True, seed=3)),
    "dates": lambda frame: diary_of(frame.with_columns(day=pl.date(2026, 1, 1) + pl.duration(days=pl.col("day")))),
    "people as text": lambda frame: diary_of(frame.with_columns(pl.col("id").cast(pl.String))),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_in_gives_the_same_fit(way):
    engine = fit_mixed(diary("sleep_w"))
    fit = WAYS[way](table("diary30x60.csv")).fit()
    expected = dict(zip(("Intercept", *COHORT_COLUMNS), engine.coefficients, strict=True))
    numbered = dict(zip(("const", "x1", "x2", "x3", "x4", "x5", "x6"), engine.coefficients, strict=True))
    for name, value in fit.fe_params.items():
        wanted = (numbered if way == "arrays" else expected | {"const": expected["Intercept"]})[name]
        assert value == pytest.approx(wanted, abs=SAME_FIT)
    assert fit.llf == pytest.approx(engine.log_likelihood, abs=SAME_FIT)
    assert fit.rho == pytest.approx(engine.rho, abs=SAME_FIT)
    assert fit.cov_re.to_numpy() == pytest.approx(engine.random_covariance, abs=SAME_FIT)


def test_results_keep_the_order_of_the_rows_that_were_given():
    frame = table("diary30x60.csv").with_row_index("row")
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=5)
    plain, mixed = diary_of(frame).fit(), diary_of(shuffled).fit()
    order = shuffled["row"].to_numpy()
    assert mixed.fittedvalues.to_numpy() == pytest.approx(plain.fittedvalues.to_numpy()[order], abs=1e-7)
    assert mixed.simulate(7) == pytest.approx(plain.simulate(7)[order], abs=1e-6)
    assert mixed.resid.to_numpy() == pytest.approx(shuffled["pain"].to_numpy() - mixed.fittedvalues.to_numpy())


def test_names_follow_the_formula():
    fit = diary_model("~sleep_w").fit()
    assert isinstance(fit, MixedLMResultsWrapper)
    assert isinstance(fit._results, CAR1MixedLMResults)
    assert isinstance(fit._results, MixedLMResults)
    assert list(fit.fe_params.index) == ["Intercept", *COHORT_COLUMNS]
    assert list(fit.params.index[-3:]) == ["id Var", "id x sleep_w Cov", "sleep_w Var"]
    assert list(fit.cov_re.index) == ["id", "sleep_w"]
    assert list(fit.random_effects) == sorted(table("diary30x60.csv")["id"].unique())
    assert list(fit.conf_int().index) == list(fit.params.index)
    assert list(fit.cov_params().columns) == list(fit.params.index)


def test_people_s_own_intercepts_are_the_default():
    frame = table(SMALL)
    by_formula = CAR1MixedLM.from_formula("pain ~ sleep_w", frame, groups="id", days="day").fit()
    X = np.column_stack([np.ones(frame.height), frame["sleep_w"]])
    by_arrays = CAR1MixedLM(frame["pain"].to_numpy(), X, frame["id"].to_numpy(), days=frame["day"].to_numpy()).fit()
    assert by_formula.llf == pytest.approx(by_arrays.llf, abs=SAME_FIT)
    assert list(by_formula.params.index[-1:]) == ["id Var"]
    assert by_arrays.params.shape == (3,)
    assert list(by_arrays.model.data.param_names) == ["const", "x1", "Group Var"]


def test_variables_and_functions_of_the_caller_are_seen_in_formulas():
    centre = 5.0

    def double(values):
        return 2 * values

    fit = CAR1MixedLM.from_formula(
        "I(pain - centre) ~ double(sleep_w)", table(SMALL), re_formula="~double(sleep_w)", groups="id", days="day"
    ).fit()
    plain = CAR1MixedLM.from_formula(
        "pain ~ sleep_w", table(SMALL), re_formula="~sleep_w", groups="id", days="day"
    ).fit()
    assert 2 * fit.fe_params.iloc[1] == pytest.approx(plain.fe_params.iloc[1], abs=SAME_FIT)
    assert fit.fe_params.iloc[0] == pytest.approx(plain.fe_params.iloc[0] - centre, abs=SAME_FIT)
    named = CAR1MixedLM.from_formula(
        "I(pain - middle) ~ sleep_w", table(SMALL), groups="id", days="day", eval_env={"middle": centre}
    )
    assert named.endog == pytest.approx(table(SMALL)["pain"].to_numpy() - centre)


# --- relations


@pytest.mark.parametrize("residuals", ["car1", "independent"])
def test_a_relation_gives_the_same_fit_without_its_rows(residuals):
    frame = table("cohort200x90.csv.gz")
    by_frame = diary_of(frame, residuals=residuals).fit()
    model = relation(frame, residuals=residuals)
    fit = model.fit()
    assert model.rows is None
    assert fit.llf == pytest.approx(by_frame.llf, abs=SAME_FIT)
    assert fit.fe_params.to_numpy() == pytest.approx(by_frame.fe_params.to_numpy(), abs=SAME_FIT)
    assert fit.rho == pytest.approx(by_frame.rho, abs=SAME_FIT)
    assert fit.cov_re.to_numpy() == pytest.approx(by_frame.cov_re.to_numpy(), abs=SAME_FIT)
    assert fit.pvalues.to_numpy()[:7] == pytest.approx(by_frame.pvalues.to_numpy()[:7], rel=1e-5)
    assert list(fit.params.index[-3:]) == ["Group Var", "Group x sleep_w Cov", "sleep_w Var"]
    effects = {str(label): effect.to_numpy() for label, effect in by_frame.random_effects.items()}
    for label, effect in fit.random_effects.items():
        assert effect.to_numpy() == pytest.approx(effects[label], abs=1e-6)
    assert "200" in str(fit.summary())
    some = frame[:4].select(pl.lit(1.0).alias("intercept"), *COHORT_COLUMNS)
    assert fit.predict(some).to_numpy() == pytest.approx(by_frame.predict(frame[:4]).to_numpy(), abs=1e-7)
    people = frame["id"][:4].cast(pl.String).to_list()
    own = by_frame.predict(frame[:4], groups="id").to_numpy()
    assert fit.predict(some, groups=people).to_numpy() == pytest.approx(own, abs=1e-6)


@pytest.mark.parametrize("ask", [lambda fit: fit.fittedvalues, lambda fit: fit.simulate(1), lambda fit: fit.predict()])
def test_what_needs_the_rows_of_a_relation_is_refused(ask):
    fit = relation(table("cohort200x90.csv.gz")).fit()
    with pytest.raises(PainstatsError, match="no rows in Python"):
        ask(fit)


def test_few_people_of_a_relation_are_tested_with_kenward_roger_too():
    fit, by_frame = relation(table(SMALL)).fit(), diary_of(table(SMALL)).fit()
    assert fit.ddf_method == "Kenward-Roger"
    assert fit.llf == pytest.approx(by_frame.llf, abs=SAME_FIT)
    assert fit.pvalues.to_numpy()[:7] == pytest.approx(by_frame.pvalues.to_numpy()[:7], rel=1e-6)


def test_a_relation_without_person_specific_effects_is_refused():
    with pytest.raises(PainstatsError, match="'random' is empty"):
        CAR1MixedLM.from_relation(
            duckdb.connect(),
            "FROM days",
            ColumnRoles(outcome="y", columns=["x"], participant="id", day="day", random=()),
        )


# --- what is refused


def test_missing_values_are_refused_by_column_or_left_out_exactly():
    frame = table("diary30x60.csv").with_columns(
        sleep_w=pl.when(pl.col("day") % 7 == 3).then(None).otherwise(pl.col("sleep_w")),
        unused=pl.lit(None, dtype=pl.Float64),
    )
    with pytest.raises(PainstatsError, match=r"'sleep_w' is missing in \d+ rows; pass missing='drop'"):
        diary_of(frame)
    left = CAR1MixedLM.from_formula(
        FORMULA, frame, re_formula="~sleep_w", groups="id", days="day", missing="drop"
    ).fit()
    by_hand = diary_of(frame.filter(pl.col("sleep_w").is_not_null())).fit()
    assert left.nobs == by_hand.nobs
    assert left.llf == pytest.approx(by_hand.llf, abs=SAME_FIT)
    X = frame.select(pl.lit(1.0).alias("const"), *COHORT_COLUMNS)
    by_columns = CAR1MixedLM(
        frame["pain"], X, frame["id"], X[["const", "sleep_w"]], days=frame["day"], missing="drop"
    ).fit()
    assert by_columns.llf == pytest.approx(by_hand.llf, abs=SAME_FIT)
    assert len(by_columns.fittedvalues) == by_hand.nobs


def small_columns(**change):
    frame = table(SMALL)
    X = np.column_stack([np.ones(frame.height), frame["sleep_w"], frame["steps_lag_w"]])
    given = {
        "endog": frame["pain"].to_numpy(),
        "exog": X,
        "groups": frame["id"].to_numpy(),
        "exog_re": X[:, :2],
        "days": frame["day"].to_numpy(),
    }
    return CAR1MixedLM(**given | {name: make(given[name]) if name in given else make for name, make in change.items()})


def with_one(value):
    def changed(values):
        values = np.array(values, dtype=object if value is None else float)
        values[(3,) if values.ndim == 1 else (3, -1)] = value
        return values

    return changed


REFUSED = {
    "no days": ({"days": lambda _: None}, PainstatsError, "residuals='car1' needs 'days'"),
    "days that are missing": ({"days": with_one(None)}, PainstatsError, "'days' is missing in 1 rows"),
    "days that are no days": ({"days": lambda days: days + 0.5}, PainstatsError, "whole calendar day"),
    "days that are words": ({"days": lambda days: ["soon"] * len(days)}, PainstatsError, "day numbers or dates"),
    "times of day": (
        {"days": lambda days: days.astype("datetime64[h]")},
        PainstatsError,
        "times of day",
    ),
    "a day twice": ({"days": lambda days: days // 2}, PainstatsError, "rows repeat"),
    "group missing": ({"groups": with_one(None)}, PainstatsError, "'groups' is missing in 1 rows"),
    "group twice": (
        {"groups": lambda groups: np.array(["1", 1, *groups[2:]], dtype=object)},
        PainstatsError,
        "are the same as text",
    ),
    "too few days": ({"days": lambda days: days[1:]}, PainstatsError, "'day' has|shape"),
    "an infinite value": ({"exog": with_one(np.inf)}, PainstatsError, "'x2' is not a finite number in 1 rows"),
    "a missing outcome": ({"endog": with_one(np.nan)}, PainstatsError, "'y' is not a finite number in 1 rows"),
    "words": ({"endog": lambda values: ["much"] * len(values)}, PainstatsError, "'endog' must contain only numbers"),
    "an effect without its average": (
        {"exog_re": lambda values: np.random.default_rng(1).standard_normal(len(values))},
        PainstatsError,
        "'x_re1' of 'exog_re' is not in 'exog'",
    ),
    "intercepts without an intercept": (
        {"exog": lambda X: X[:, 1:], "exog_re": lambda _: None},
        PainstatsError,
        "a column of ones",
    ),
    "a constant column": (
        {"exog": lambda X: np.column_stack([X, np.full(len(X), 3.0)])},
        NotEnoughData,
        "'x3' has the same value",
    ),
    "collinear columns": (
        {"exog": lambda X: np.column_stack([X, X[:, 1] - X[:, 2]])},
        NotEnoughData,
        "'x1', 'x2', 'x3' carry the same information",
    ),
    "a constant outcome": ({"endog": np.ones_like}, NotEnoughData, "outcome has the same value"),
    "names twice": (
        {"exog": lambda X: pd.DataFrame(X, columns=["const", "x", "x"])},
        PainstatsError,
        "more than one column 'x'",
    ),
    "another intercept": (
        {"exog": lambda X: pd.DataFrame(X, columns=["const", "x", "intercept"])},
        PainstatsError,
        "more than one column 'intercept'",
    ),
    "other residuals": ({"residuals": "arma"}, PainstatsError, r"'car1\+white' or 'independent'"),
    "other ways with gaps": ({"missing": "impute"}, PainstatsError, "'none', 'drop' or 'raise'"),
    "variance components": ({"exog_vc": {"a": 1}}, PainstatsError, "variance components"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_input_that_cannot_be_is_refused_in_words(case):
    change, error, reason = REFUSED[case]
    with pytest.raises(error, match=reason):
        small_columns(**change)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"method": "lbfgs", "maxiter": 3}, "leave out maxiter, method"),
        ({"start_params": np.zeros(3)}, "leave out start_params"),
        ({"rho": 1.0}, "rho must be between"),
        ({"ddf": "residual"}, "'Satterthwaite' or 'Kenward-Roger'"),
        ({"ddf": "Kenward-Roger", "reml": False}, "restricted likelihood"),
    ],
)
def test_options_that_cannot_be_are_refused_in_words(options, reason):
    with pytest.raises(PainstatsError, match=reason):
        small_columns().fit(**options)


def test_columns_that_a_formula_call_does_not_find_are_refused():
    frame = table(SMALL)
    with pytest.raises(PainstatsError, match="'groups' is missing"):
        CAR1MixedLM.from_formula("pain ~ sleep_w", frame, days="day")
    with pytest.raises(PainstatsError, match="'days' names the column 'date'"):
        CAR1MixedLM.from_formula("pain ~ sleep_w", frame, groups="id", days="date")
    with pytest.raises(PainstatsError, match="'groups' has 3 values"):
        CAR1MixedLM.from_formula("pain ~ sleep_w", frame, groups=[1, 2, 3], days="day")


def test_no_rows_are_refused():
    frame = table(SMALL)
    empty = frame.with_columns(sleep_w=pl.lit(None, dtype=pl.Float64))
    for nothing in (frame.clear(), empty):
        with pytest.raises(NotEnoughData, match="no complete days"):
            diary_of(nothing, missing="drop")
    with pytest.raises(NotEnoughData, match="no complete days"):
        small_columns(**dict.fromkeys(("endog", "exog", "groups", "exog_re", "days"), lambda values: values[:0]))


def test_one_person_is_refused():
    frame = table(SMALL).filter(pl.col("id") == 1)
    with pytest.raises(NotEnoughData, match="at least two participants"):
        CAR1MixedLM.from_formula("pain ~ sleep_w", frame, groups="id", days="day").fit()


def test_independent_residuals_need_no_days_and_have_no_rho():
    model = sleepstudy(residuals="independent")
    assert model.fit().rho == 0
    with pytest.raises(PainstatsError, match="have no rho"):
        model.fit(rho=0.3)


# --- the pages


def trimmed(text):
    return [line.rstrip() for line in text.strip().splitlines()]


PAGES = (
    "mixed_models",
    "mixed_model_participants",
    "mixed_model_robustness",
    "mixed_model_white_noise",
    "mixed_model_input",
)
"""The later pages go on with the names of the first."""


def test_the_snippets_of_the_pages_run_and_print_what_they_show():
    texts = [(ROOT / "docs" / "how_to" / f"{name}.md").read_text(encoding="utf-8") for name in PAGES]
    page = "\n".join(texts)
    snippets = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", page, re.DOTALL)
    assert len(snippets) >= 6
    assert any(shown for _, shown in snippets)
    names: dict[str, object] = {}
    for snippet, shown in snippets:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(snippet, "docs/how_to", "exec"), names)
        if shown:
            assert trimmed(printed.getvalue()) == trimmed(shown)
