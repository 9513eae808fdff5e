"""The two-stage mean equals metafor's, and a participant with next to no information hardly changes it."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from painstats.errors import NotEnoughData
from painstats.mixedlm import OwnCoefficient, coefficients_by_participant, two_stage
from painstats.mixedlm.inference.two_stage import two_sided_p, variance_between
from tests.calibration.simulated_cohort import Truth, simulate
from tests.reference.reference_data import HERE

SLOPES = pl.read_csv(HERE / "data" / "two_stage_slopes.csv")
AVERAGES = pl.read_csv(HERE / "two_stage_averages.csv").to_dicts()

ONE_FLAT_SLEEPER = Truth(participants=6, days=60, slope=-0.4, flat_sleepers=1)


def own(slopes, errors):
    pairs = zip(slopes, errors, strict=True)
    return {f"p{place:02d}": {"x": OwnCoefficient(*pair)} for place, pair in enumerate(pairs)}


def plain(slopes):
    """Return the ends of the 95% t interval of the unweighted mean."""
    margin = stats.t.ppf(0.975, len(slopes) - 1) * np.std(slopes, ddof=1) / np.sqrt(len(slopes))
    return np.mean(slopes) - margin, np.mean(slopes) + margin


@pytest.mark.parametrize("expected", AVERAGES, ids=lambda row: row["cohort"])
def test_the_mean_equals_metafor(expected):
    cohort = SLOPES.filter(pl.col("cohort") == expected["cohort"])
    slopes, errors = cohort["slope"].to_numpy(), cohort["se"].to_numpy()
    mean = two_stage(own(slopes.tolist(), errors.tolist()), "x")
    assert (mean.participants, mean.participants - 1) == (expected["people"], expected["df"])
    assert variance_between(slopes, errors**2) == pytest.approx(expected["tau2"], abs=1e-8)
    found = (mean.estimate, mean.se, mean.low, mean.high, two_sided_p(mean))
    assert found == pytest.approx([expected[name] for name in ("estimate", "se", "low", "high", "p")], abs=1e-8)


def test_one_flat_sleeper_in_six_does_not_hide_the_others():
    """The plain mean of the same slopes is the canary: it hardly ever shows as much."""
    cohorts = [coefficients_by_participant(simulate(ONE_FLAT_SLEEPER, seed).rows) for seed in range(900, 910)]
    assert {len(apart) for apart in cohorts} == {6}
    means = [two_stage(apart, "sleep") for apart in cohorts]
    assert sum(is_narrow_and_below_zero(mean.low, mean.high) for mean in means) >= 9
    slopes = [[own["sleep"].estimate for own in apart.values()] for apart in cohorts]
    assert sum(is_narrow_and_below_zero(*plain(values)) for values in slopes) <= 2


def is_narrow_and_below_zero(low, high):
    return high < 0 and high - low < 0.6


NUMBERS = st.floats(-3, 3)
ERRORS = st.floats(1e-3, 1e3)


@given(st.lists(st.tuples(NUMBERS, ERRORS), min_size=2, max_size=30))
def test_the_interval_is_never_narrower_than_the_plain_one(pairs):
    slopes, errors = (np.array(column) for column in zip(*pairs, strict=True))
    if np.ptp(slopes) == 0:
        return
    mean = two_stage(own(slopes.tolist(), errors.tolist()), "x")
    weights = 1 / (errors**2 + variance_between(slopes, errors**2))
    assert mean.se >= weights.sum() ** -0.5 * (1 - 1e-12)
    assert slopes.min() - 1e-9 <= mean.estimate <= slopes.max() + 1e-9
    assert mean.low < mean.estimate < mean.high


@pytest.mark.parametrize("seed", range(5))
def test_a_huge_standard_error_counts_for_nothing_much(seed):
    rng = np.random.default_rng(seed)
    slopes, errors = rng.normal(-0.4, 0.2, 8).tolist(), rng.uniform(0.08, 0.2, 8).tolist()
    without, with_one = two_stage(own(slopes, errors), "x"), two_stage(own([*slopes, 30.0], [*errors, 50.0]), "x")
    assert with_one.participants == 9
    assert with_one.estimate == pytest.approx(without.estimate, abs=0.1 * without.se)
    assert with_one.se == pytest.approx(without.se, rel=0.15)


@pytest.mark.parametrize("se", [0.0, np.inf, np.nan])
def test_a_participant_without_a_usable_standard_error_is_left_out(se):
    slopes, errors = [0.1, 0.3, -0.2], [0.1, 0.2, 0.1]
    assert two_stage(own([*slopes, 9.0], [*errors, se]), "x") == two_stage(own(slopes, errors), "x")
    with pytest.raises(NotEnoughData, match="1 participants have"):
        two_stage(own([0.1, 0.3], [0.1, se]), "x")


def test_one_perfect_fit_stops_nothing():
    """Beside a weight of 1e28 the other weights are lost in their sum."""
    mean = two_stage(own([0.1, 0.3, -0.2], [1e-14, 0.2, 0.1]), "x")
    assert mean.se > 0.01
    assert -0.2 < mean.estimate < 0.3


def test_a_constant_factor_in_the_units_changes_only_the_units():
    slopes, errors = [0.1, 0.3, -0.2, 0.6], [0.1, 0.2, 0.1, 0.3]
    hours = two_stage(own(slopes, errors), "x")
    minutes = two_stage(own([slope / 60 for slope in slopes], [se / 60 for se in errors]), "x")
    expected = [hours.estimate, hours.se, hours.low, hours.high]
    found = [60 * value for value in (minutes.estimate, minutes.se, minutes.low, minutes.high)]
    assert found == pytest.approx(expected, rel=1e-12)
