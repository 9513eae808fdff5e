"""Methods of results: tests of combinations, predictions, simulations, summaries."""

from __future__ import annotations

import pickle
import re

import numpy as np
import polars as pl
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import CAR1MixedLM, CAR1MixedLMResults
from tests.reference.as_statsmodels import arrays, diary_model, diary_of, in_order, small
from tests.reference.reference_data import matrix, results, table

# --- tests, predictions, simulations


def test_combinations_can_be_tested_as_in_statsmodels():
    fit = small().fit()
    single = fit.t_test("sleep_w = 0")
    assert single.tvalue[0] == pytest.approx(fit.tvalues["sleep_w"], rel=1e-9)
    assert float(single.pvalue) == pytest.approx(fit.pvalues["sleep_w"], rel=1e-9)
    assert single.conf_int()[0] == pytest.approx(fit.conf_int().loc["sleep_w"].to_numpy(), rel=1e-9)
    weights = np.zeros((1, 7))
    weights[0, 1] = 1
    for same in (weights, weights[0], (weights, 0), np.append(weights, np.zeros((1, 3)), axis=1)):
        assert fit.t_test(same).tvalue[0] == pytest.approx(single.tvalue[0], rel=1e-9)
    assert fit.f_test(weights).fvalue == pytest.approx(single.tvalue[0] ** 2, rel=1e-6)
    moved = fit.t_test("sleep_w = 0.1")
    assert moved.tvalue[0] == pytest.approx((fit.fe_params["sleep_w"] - 0.1) / fit.bse["sleep_w"], rel=1e-9)
    terms = fit.wald_test_terms().table
    assert terms.loc["sleep_w", "pvalue"] == pytest.approx(fit.pvalues["sleep_w"], rel=1e-6)
    assert terms.loc["sleep_w", "df_denom"] == pytest.approx(fit.df_fe["sleep_w"], rel=1e-6)
    z = fit.t_test(weights, use_t=False)
    assert float(z.pvalue) < float(single.pvalue)
    assert fit.wald_test(weights, use_f=False).statistic == pytest.approx(float(z.statistic[0]) ** 2, rel=1e-9)


def test_summaries_of_tests_print():
    fit = small().fit()
    assert "P>|t|" in str(fit.t_test("sleep_w = 0, steps_lag_w = 0"))
    assert "F test" in str(fit.wald_test("sleep_w = 0, steps_lag_w = 0"))


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda fit: fit.t_test(np.eye(10)[9]), "variances are not tested"),
        (lambda fit: fit.wald_test("sleep_w = 0, 2 * sleep_w = 0"), "not linearly independent"),
        (lambda fit: fit.t_test("sleep_w = 0", cov_p=np.eye(7)), "cov_p cannot be used"),
        (lambda fit: fit.wald_test("sleep_w = 0", invcov=np.eye(1)), "invcov cannot be used"),
    ],
)
def test_tests_that_mean_nothing_are_refused(ask, reason):
    with pytest.raises(PainstatsError, match=reason):
        ask(small().fit())


def test_predictions_with_and_without_people_s_own_effects():
    frame = table("diary30x60.csv")
    fit = diary_of(frame).fit()
    average, own = fit.predict(frame), fit.predict(frame, groups="id")
    assert own.to_numpy() == pytest.approx(fit.fittedvalues.to_numpy())
    assert fit.predict(groups=frame["id"]) == pytest.approx(fit.fittedvalues.to_numpy())
    assert fit.predict() == pytest.approx(average.to_numpy())
    person = frame["id"][100]
    effects = fit.random_effects[person]
    expected = average[100] + effects["id"] + frame["sleep_w"][100] * effects["sleep_w"]
    assert own[100] == pytest.approx(expected)
    assert fit.predict(frame[100:102], groups=[person, person])[0] == pytest.approx(expected)
    strangers = frame[:3].with_columns(id=pl.Series([901, 902, frame["id"][0]]))
    with pytest.raises(PainstatsError, match="2 of 'groups' were not in the fit"):
        fit.predict(strangers, groups="id")
    with pytest.raises(PainstatsError, match="names the column 'who'"):
        fit.predict(frame, groups="who")


def test_predictions_of_a_model_of_arrays():
    frame = table("diary30x60.csv")
    model = arrays(frame)
    fit = model.fit()
    assert fit.predict(model.exog[:5]) == pytest.approx(model.exog[:5] @ fit.fe_params.to_numpy())
    own = fit.predict(model.exog[:5], groups=frame["id"].to_numpy()[:5])
    assert own == pytest.approx(fit.fittedvalues[:5])
    with pytest.raises(PainstatsError, match="'exog' has 2 columns where the model has 7"):
        fit.predict(model.exog[:5, :2])
    with pytest.raises(PainstatsError, match="'groups' has shape"):
        fit.predict(model.exog[:5], groups=[1])


def test_what_is_simulated_is_found_again():
    frame = table("cohort200x90.csv.gz")
    fit = diary_of(frame).fit()
    again = diary_of(frame.with_columns(pain=fit.simulate(11))).fit()
    assert fit.simulate(11) == pytest.approx(fit.simulate(11), abs=0)
    assert np.abs((again.fe_params - fit.fe_params) / fit.bse_fe).max() < 4
    assert again.rho == pytest.approx(fit.rho, abs=0.03)
    assert again.scale == pytest.approx(fit.scale, rel=0.06)
    assert np.sqrt(np.diag(again.cov_re)) == pytest.approx(np.sqrt(np.diag(fit.cov_re)), rel=0.25)


def test_independent_effects_are_an_option():
    fit = small().fit(correlated=False, reml=False)
    full = small().fit(reml=False)
    assert fit.cov_re.to_numpy()[0, 1] == 0
    assert fit.llf <= full.llf
    assert fit.aic - full.aic == pytest.approx(2 * (full.llf - fit.llf) - 2, abs=1e-8)
    assert fit.bse_re.iloc[[0, 2]].gt(0).all()


def test_degrees_of_freedom_do_not_count_correlations_that_are_held_at_zero():
    """Against second differences of a dense likelihood in the parameters that are free."""
    fit = diary_model().fit(correlated=False)
    expected = [27.325, 27.995, 1259.391, 27.015, 27.129, 294.861, 1327.698]
    assert fit.df_fe.to_numpy() == pytest.approx(expected, rel=1e-4)


# --- the summary


def test_the_summary_says_how_it_was_tested_and_how_it_ended():
    fit = diary_model("~sleep_w + steps_lag_w").fit()
    text = str(fit.summary())
    for words in ("autocorrelated", "0.3811 per day", "1379", "28 to 55", "-2141.5966", "Satterthwaite"):
        assert words in text
    assert re.search(r"Converged: +Yes", text)
    assert re.search(r"Singular: +No", text)
    assert re.search(r"sleep_w +-0\.10839 +0\.035720 +28\.4 +-3\.035 +0\.005 +-0\.18152 -0\.035270", text)
    assert list(fit.summary().tables[1].columns) == ["Coef.", "Std.Err.", "df", "t", "P>|t|", "[0.025", "0.975]"]
    assert "<table" in fit.summary().as_html()
    narrow = fit.summary(alpha=0.5, title="Mine", yname="ache", xname_fe=list("abcdefg"))
    assert "Mine" in str(narrow)
    assert "ache" in str(narrow)
    assert "[0.25" in str(narrow)
    with pytest.raises(ValueError, match="7 names are needed"):
        fit.summary(xname_fe=["a"])


def test_a_singular_fit_is_named_and_still_has_person_effects():
    fit = small(re_formula="~sleep_w + steps_lag_w").fit()
    assert fit.is_singular
    assert fit.converged
    assert "Singular: some combination of the random effects" in str(fit.summary())
    assert np.isnan(fit.bse_re).all()
    expected = results("small_kr")["rs2_REML"]
    people = in_order(expected["ranef"], fit.random_effects)
    assert np.array(list(fit.random_effects.values())) == pytest.approx(matrix(expected["ranef"])[people], abs=1e-5)
    assert np.linalg.eigvalsh(fit.random_effects_cov[1])[0] > -1e-10
    assert np.isfinite(fit.pvalues.to_numpy()[:7]).all()


def test_rho_held_or_at_its_end_is_reported():
    fit = diary_model().fit(rho=0.2)
    assert fit.rho == 0.2
    assert "was fixed" in str(fit.summary())


def test_results_survive_a_file(tmp_path):
    fit = diary_model().fit()
    fit.save(str(tmp_path / "fit.pickle"))
    again = CAR1MixedLMResults.load(str(tmp_path / "fit.pickle"))
    assert again.fe_params.equals(fit.fe_params)
    assert again.pvalues.equals(fit.pvalues)
    assert str(pickle.loads(pickle.dumps(fit)).summary()) == str(fit.summary())


def test_results_without_their_data_still_summarise_and_predict():
    fit = diary_model().fit()
    text, frame = str(fit.summary()), table("diary30x60.csv")[:3]
    expected = fit.predict(frame, groups="id")
    fit.remove_data()
    assert str(fit.summary()) == text
    assert fit.predict(frame, groups="id").equals(expected)


# --- inputs at the edge


def simulated(people=12, days=40, rho=0.4, slope_sd=0.2, seed=3):
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((people, days))
    for day in range(1, days):
        noise[:, day] = rho * noise[:, day - 1] + np.sqrt(1 - rho**2) * noise[:, day]
    x = rng.standard_normal((people, days))
    y = 5 + rng.standard_normal((people, 1)) + (0.3 + slope_sd * rng.standard_normal((people, 1))) * x + noise
    return pl.DataFrame(
        {
            "id": np.repeat(np.arange(people), days),
            "day": np.tile(np.arange(days), people),
            "x": x.ravel(),
            "y": y.ravel(),
        }
    )


EDGES = {
    "two people": simulated(people=2),
    "three days each": simulated(people=20, days=3),
    "a gap of 400 days": simulated().with_columns(pl.when(pl.col("day") > 20).then(400).otherwise(0) + pl.col("day")),
    "no autocorrelation": simulated(rho=0.0),
    "hardly anything but autocorrelation": simulated(rho=0.999),
    "negative autocorrelation": simulated(rho=-0.5),
    "people alike": simulated(slope_sd=0.0),
    "a million": simulated().with_columns(pl.col("y") * 1e6, pl.col("x") * 1e-3),
    "an outlier": simulated().with_columns(
        pl.when(pl.int_range(pl.len()) == 17).then(1e9).otherwise(pl.col("y")).alias("y")
    ),
    "a predictor of half the people": simulated().with_columns(
        pl.when(pl.col("id") < 6).then(0.0).otherwise(pl.col("x")).alias("x")
    ),
}


@pytest.mark.parametrize("edge", EDGES)
def test_inputs_at_the_edge_have_whole_results(edge):
    frame = EDGES[edge]
    model = CAR1MixedLM.from_formula("y ~ x", frame, re_formula="~x", groups="id", days="day")
    fit = model.fit()
    assert fit.converged
    assert np.isfinite(fit.pvalues.to_numpy()[:2]).all()
    assert np.isfinite(fit.conf_int().to_numpy()[:2]).all()
    assert np.isfinite(fit.fittedvalues).all()
    assert np.isfinite(fit.bse_re).all() or fit.is_singular
    assert 0 <= fit.rho <= 0.995
    assert "y" in str(fit.summary())
    assert len(fit.simulate(1)) == frame.height
