"""Pooling, precision and imputation of cohort analyses against R; the script and versions are in ``README.md``."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from painstats.cohort.missing_days.delta import Shifted, tipping_point
from painstats.cohort.missing_days.imputation import imputed
from painstats.cohort.missing_days.pooling import pooled
from painstats.cohort.precision.information import ResidualCovariance, change_variance, drawn_days, slope_variance
from painstats.cohort.precision.pilot import Pilot, se_from_pilot
from painstats.cohort.precision.planning import arms_se, contrast_se, detectable, mean_se, power_of

HERE = Path(__file__).parent / "cohort"
R = json.loads((HERE / "models.json").read_text())
CAR1, SLOW = ResidualCovariance(1.2), ResidualCovariance(1.2, rho=0.9, white_share=0.6)
DAYS = np.arange(90)
AFTER = (DAYS >= 45).astype(float)

SAME_AS_MICE = 1e-8
SAME_AS_R = 1e-9


@pytest.mark.parametrize("term", ["sleep", "steps"])
def test_pooled_estimates_are_those_of_mice(term):
    with (HERE / "imputed_estimates.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["term"] == term]
    found = pooled(
        [float(row["estimate"]) for row in rows],
        [float(row["se"]) ** 2 for row in rows],
        float(np.mean([float(row["df_com"]) for row in rows])),
    )
    for name in ("estimate", "within", "between", "total", "df", "riv", "fmi"):
        assert getattr(found, name) == pytest.approx(R["pooled"][term][name], rel=SAME_AS_MICE), name


def test_the_information_of_a_design_is_that_of_r():
    gaps = np.setdiff1d(DAYS, [5, 6, 7, 20, 33, 34, *range(60, 67)])
    found = {
        "sleep_90": slope_variance(DAYS, CAR1, sd=1.2),
        "sleep_gaps": slope_variance(gaps, CAR1, sd=1.2),
        "steps_90": slope_variance(DAYS, CAR1, sd=3, lag_correlation=0.2),
        "sleep_slow": slope_variance(DAYS, SLOW, sd=1.2),
    }
    assert found == pytest.approx(R["precision"]["slope_variance"], rel=SAME_AS_R)
    changes = {"car": change_variance(DAYS, AFTER, CAR1), "slow": change_variance(DAYS, AFTER, SLOW)}
    assert changes == pytest.approx(R["precision"]["phase_variance"], rel=SAME_AS_R)


def test_detectable_effects_are_those_of_r():
    own = np.full(40, slope_variance(DAYS, CAR1, sd=1.2))
    se = mean_se(own, 0.15)
    assert [se, detectable(se, 39)] == pytest.approx(
        [R["precision"]["mean_slope"][name] for name in ("se", "detectable")], rel=SAME_AS_R
    )
    change = change_variance(DAYS, AFTER, CAR1)
    for one, other in ((10, 10), (3, 17)):
        difference = contrast_se(np.full(20, change), 0.6, np.arange(20) < one)
        assert difference == pytest.approx(arms_se(change, 0.6, one, other), rel=1e-12)
        expected = [R["precision"]["arm_by_phase"][f"{name}_{one}_{other}"] for name in ("se", "detectable")]
        assert [difference, detectable(difference, 18)] == pytest.approx(expected, rel=SAME_AS_R)


def test_a_detectable_effect_has_the_power_that_was_asked():
    assert power_of(detectable(0.03, 19, power=0.9), 0.03, 19) == pytest.approx(0.9)
    assert power_of(0.0, 0.03, 19) == pytest.approx(0.05)
    assert detectable(1.0, 1) > detectable(1.0, 3) > detectable(1.0, 300)


def test_missing_days_are_as_many_and_as_long_as_asked():
    patterns = list(drawn_days(2000, 0.3, 4.0, 5, seed=1))
    missing = [np.setdiff1d(np.arange(2000), kept) for kept in patterns]
    gaps = [np.split(each, np.flatnonzero(np.diff(each) > 1) + 1) for each in missing]
    assert np.mean([len(each) for each in missing]) / 2000 == pytest.approx(0.3, abs=0.03)
    assert np.mean([len(gap) for own in gaps for gap in own]) == pytest.approx(4.0, abs=0.4)
    assert [len(kept) for kept in drawn_days(50, 0.0, 1.0, 2)] == [50, 50]


def test_a_pilot_gives_a_range_around_its_own_standard_error():
    own = slope_variance(np.arange(60), CAR1, sd=1.2)
    se = mean_se(np.full(20, own), 0.15)
    again = se_from_pilot(Pilot(20, se, 19), own=own, planned_own=own, participants=20)
    assert again.se == pytest.approx(se)
    assert again.low < again.se < again.high
    more = se_from_pilot(Pilot(20, se, 19), own=own, planned_own=own, participants=80)
    assert more.se == pytest.approx(se / 2)
    alike = se_from_pilot(Pilot(20, np.sqrt(own / 40), 19), own=own, planned_own=own, participants=20)
    assert alike.se == pytest.approx(np.sqrt(own / 20))  # a variance between participants is never below 0


def shifted(delta, low, high):
    return Shifted(delta, (low + high) / 2, 0.1, 50.0, low, high)


def test_the_tipping_point_is_where_the_limit_crosses_zero():
    linear = [shifted(delta, -0.3 + 0.1 * delta, -0.12 + 0.1 * delta) for delta in np.arange(-1, 3.1, 0.5)]
    assert tipping_point(linear) == pytest.approx(1.2, abs=1e-6)
    undetermined = [shifted(delta, -0.07 + 0.1 * delta, 0.2 + 0.1 * delta) for delta in np.arange(-1, 3.1, 0.5)]
    assert tipping_point(undetermined) == pytest.approx(0.7, abs=1e-6)
    both = [shifted(delta, -0.07 + 0.1 * delta, 0.04 + 0.1 * delta) for delta in np.arange(-1, 3.1, 0.5)]
    assert tipping_point(both) == pytest.approx(-0.4, abs=1e-6)
    assert tipping_point([shifted(delta, 1.0, 2.0) for delta in (-1.0, 0.0, 1.0)]) is None


@pytest.fixture(scope="module")
def series():
    with (HERE / "days.csv").open() as file:
        rows = list(csv.DictReader(file))
    participants = sorted({row["id"] for row in rows})
    values = {name: np.full((len(participants), 60), np.nan) for name in ("pain", "sleep", "steps", "weekend")}
    for row in rows:
        for name, grid in values.items():
            if row[name] != "":
                grid[participants.index(row["id"]), int(row["day"])] = float(row[name])
    return values


def test_what_is_known_stays_and_the_rest_is_plausible(series):
    calendar, series = [series["weekend"]], {name: series[name] for name in ("pain", "sleep", "steps")}
    sets = list(imputed(series, calendar, 3, sets=4))
    again = list(imputed(series, calendar, 3, sets=4))
    for one, other in zip(sets, again, strict=True):
        for name, values in series.items():
            known = np.isfinite(values)
            np.testing.assert_allclose(one[name][known], values[known], rtol=1e-12)
            assert np.isfinite(one[name]).all()
            np.testing.assert_array_equal(one[name], other[name])
    missing = ~np.isfinite(series["sleep"])
    own = np.nanmean(series["sleep"], axis=1, keepdims=True)
    drawn, given = (sets[0]["sleep"] - own)[missing], (series["sleep"] - own)[~missing]
    assert drawn.std() == pytest.approx(given.std(), rel=0.15)
    assert (sets[0]["sleep"] != sets[1]["sleep"])[missing].all()


def test_units_change_no_imputed_value(series):
    calendar, hours = [series["weekend"]], {name: series[name] for name in ("pain", "sleep", "steps")}
    minutes = hours | {"sleep": 60 * hours["sleep"]}
    (one,), (other,) = (list(imputed(each, calendar, 3, sets=1)) for each in (hours, minutes))
    np.testing.assert_allclose(60 * one["sleep"], other["sleep"], rtol=1e-9)
    np.testing.assert_allclose(one["pain"], other["pain"], rtol=1e-9)


def test_days_outside_a_record_change_nothing_inside(series):
    calendar = [series["weekend"]]
    inside = np.ones((30, 60), dtype=bool)
    inside[0, 40:] = False
    padded = {name: np.where(inside, series[name], np.nan) for name in ("pain", "sleep", "steps")}
    garbage = {name: np.where(inside, values, 1e6) for name, values in padded.items()}
    (one,), (other,) = (list(imputed(each, calendar, 3, inside=inside, sets=1)) for each in (padded, garbage))
    np.testing.assert_array_equal(one["sleep"], other["sleep"])
    assert one["sleep"][0, 40:] == pytest.approx(np.full(20, np.nanmean(padded["sleep"][0])))
