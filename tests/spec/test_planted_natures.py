"""Participants with a planted nature have it, and their own days are clearly in the state they were made for.

The states are those of the verdict rule at 60 and 90 days with a score: signs need z beyond a limit for two questions
(equal shares of 4% over six looks, Lan & DeMets 1983, Biometrika 70:659), and a sign is kept while z is above 1.645.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.frame.exposure import Exposure
from painstats.mixedlm.checks.residual_pattern import ResidualPattern, residual_pattern
from painstats.mixedlm.inference.coefficients import Coefficient, coefficient
from painstats.mixedlm.inference.one_participant import ParticipantFit, fit_one_participant, participant_rows
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign, daily_design
from painstats.store import open_store
from painstats.store.tables import read_table
from sample_data.make import DEFAULT_SEED, truth_frame
from sample_data.people import ORDINARY, TABLE
from sample_data.simulate import Life, daily_frame, simulate
from tests.simulated_days import fill
from tests.spec.test_sample_data import LIVES, TRUTH, residuals

NOISY, WITHDRAWN, SMALL, FLAT, ZEROS, WEEKLY = (p.participant_id for p in TABLE if p.planted != ORDINARY)
LIMITS = {60: 2.935, 90: 2.837}
KEPT = 1.645
CLEAR = 0.4
"""How far from a limit a z must be, so that a slightly different fit does not change the state."""


# The days


@pytest.fixture(scope="module")
def long_lives() -> dict[str, Life]:
    """Return lives of eleven years without trends, in which what was planted can be measured."""
    lives = simulate(replace(TRUTH, days=4000, trend_sd=0.0), DEFAULT_SEED)
    return {life.person.participant_id: life for life in lives}


def together(life: Life, apart: int) -> float:
    """Return the correlation of residuals some days apart."""
    left = residuals(life)
    return float(np.corrcoef(left[apart:], left[:-apart])[0, 1])


def test_only_the_last_six_have_a_planted_nature() -> None:
    assert [person.planted == ORDINARY for person in TABLE] == 12 * [True] + 6 * [False]


def test_white_noise_takes_its_share_from_correlations_of_any_distance(long_lives: dict[str, Life]) -> None:
    for apart in (1, 5):
        assert together(long_lives[NOISY], apart) == pytest.approx(0.4 * 0.9**apart, abs=0.06)


def test_a_rhythm_goes_together_a_week_later_but_not_on_the_next_day(long_lives: dict[str, Life]) -> None:
    for apart, expected in ((1, 0.0), (3, 0.0), (7, 0.85), (14, 0.85**2)):
        assert together(long_lives[WEEKLY], apart) == pytest.approx(expected, abs=0.1)


def test_a_link_ends_on_the_day_that_the_truth_says(long_lives: dict[str, Life]) -> None:
    life = long_lives[WITHDRAWN]
    truth = truth_frame(replace(TRUTH, days=4000), [life])
    (end, none) = truth["link_end"]
    assert (end, none) == (life.dates[1800], None)
    assert [life.nature.sleep_slope_on(day) for day in (-30, 1800, 1801, 3999)] == [-0.9, -0.9, 0.0, 0.0]
    hours = life.total_sleep_time_min / 60
    before, after = (np.polyfit(hours[part], life.pain_score[part], 1)[0] for part in (slice(1801), slice(1801, None)))
    assert before == pytest.approx(-0.9, abs=0.12)
    assert after == pytest.approx(0.0, abs=0.12)


def test_the_truth_says_what_was_planted() -> None:
    truth = {row["participant_id"]: row for row in truth_frame(TRUTH, list(LIVES.values())).iter_rows(named=True)}
    columns = ("white_share", "rho", "rho_lag_days")
    assert [truth[NOISY][name] for name in columns] == [0.6, 0.9, 1]
    assert [truth[WEEKLY][name] for name in columns] == [0.0, 0.85, 7]
    assert [truth["amber"][name] for name in columns] == [0.0, 0.4, 1]
    assert truth[ZEROS]["zero_share"] == pytest.approx(np.mean(LIVES[ZEROS].pain_score == 0), abs=1e-6)
    ends = truth_frame(TRUTH, [LIVES[WITHDRAWN]])["link_end"].drop_nulls().to_list()
    assert ends == [TRUTH.start + timedelta(days=TRUTH.day_at(0.45))]


# Their own days in the models


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, pl.DataFrame], DailyDesign]:
    """Return each participant's days with a score as the models get them, and the design."""
    study = Study(folder=tmp_path_factory.mktemp("natures"), plan=Plan())
    questions = asked(study)
    with open_store(study) as store:
        fill(store, daily_frame(TRUTH, DEFAULT_SEED))
        build_daily_table(store)
        build_model_frame(store, exposures(questions))
        frame = read_table(store, "model_frame", "participant_id, date").filter(pl.col("left_out").is_null())
    return {str(name): days for (name,), days in frame.group_by("participant_id")}, daily_design(study, questions)


@pytest.fixture(scope="module")
def own(rated: tuple[dict[str, pl.DataFrame], DailyDesign]) -> Own:
    return Own(*rated)


class Own:
    """Participants' own fits at a number of days with a score."""

    def __init__(self, days: dict[str, pl.DataFrame], design: DailyDesign) -> None:
        self.days, self.design = days, design
        self.sleep, self.steps = design.exposures
        self.fit = functools.cache(self._fit)

    def _fit(self, name: str, days: int) -> ParticipantFit:
        rows = within_participants(self.days[name].head(days), self.design)
        return fit_one_participant(participant_rows(rows, name), RESIDUALS)

    def coefficient(self, name: str, days: int, exposure: Exposure) -> Coefficient:
        return coefficient(self.fit(name, days).table, exposure.within)

    def z(self, name: str, days: int, exposure: Exposure) -> float:
        """Return the standard normal value with the same tail as t has with Satterthwaite's degrees of freedom."""
        found = self.coefficient(name, days, exposure)
        return math.copysign(stats.norm.ppf(stats.t.sf(abs(found.t), found.df)), found.t)

    def range(self, name: str, days: int, exposure: Exposure) -> tuple[float, float]:
        """Return the interval at the level of the limit."""
        found = self.coefficient(name, days, exposure)
        half = found.estimate / found.t * stats.t.isf(stats.norm.sf(LIMITS[days]), found.df)
        return found.estimate - half, found.estimate + half

    def spread(self, name: str, days: int, exposure: Exposure) -> float:
        """Return the distance of the 90th from the 10th percentile."""
        known = self.days[name].head(days)[exposure.name].drop_nulls().to_numpy()
        return float(np.subtract(*np.percentile(known, [90, 10])))

    def pattern(self, name: str, days: int) -> ResidualPattern:
        fit = self.fit(name, days)
        return residual_pattern(fit.fit, fit.rows)


def test_each_has_at_least_ninety_days_with_a_score(own: Own) -> None:
    assert min(len(own.days[name]) for name in (NOISY, WITHDRAWN, SMALL, FLAT, ZEROS, WEEKLY)) >= 95


@pytest.mark.parametrize("days", LIMITS)
@pytest.mark.parametrize("name", [NOISY, SMALL, WEEKLY])
def test_where_no_link_was_planted_there_is_no_sign(own: Own, name: str, days: int) -> None:
    for exposure in own.design.exposures:
        assert abs(own.z(name, days, exposure)) < 1.5


def test_noise_of_single_days_is_found_beside_noise_that_lasts(own: Own) -> None:
    fit = own.fit(NOISY, 120)
    assert fit.rho > 0.85
    assert 0.4 < fit.fit.white_share < 0.8


def test_the_early_sign_is_clear_at_60_days_and_gone_at_90(own: Own) -> None:
    assert own.z(WITHDRAWN, 60, own.sleep) < -LIMITS[60] - CLEAR
    assert own.z(WITHDRAWN, 90, own.sleep) > -KEPT + CLEAR
    assert all(abs(own.z(WITHDRAWN, days, own.steps)) < LIMITS[days] - CLEAR for days in LIMITS)


def test_at_most_small_leaves_no_link_that_matters(own: Own) -> None:
    """A point between a usual short and a usual long night, or day, lies far outside the range."""
    for exposure in own.design.exposures:
        low, high = own.range(SMALL, 90, exposure)
        assert max(-low, high) * own.spread(SMALL, 90, exposure) < 0.7


def test_others_without_a_link_have_more_noise_than_at_most_small_allows(own: Own) -> None:
    for name in (NOISY, WEEKLY):
        low, high = own.range(name, 90, own.sleep)
        assert max(-low, high) * own.spread(name, 90, own.sleep) > 1


def test_flat_sleep_is_refused_and_steps_are_clear(own: Own) -> None:
    hours = own.days[FLAT][own.sleep.name].drop_nulls().to_numpy()
    assert 2 / 60 < hours.std(ddof=1) < 10 / 60 < own.sleep.definition.least_within_sd
    assert all(own.z(FLAT, days, own.steps) > LIMITS[days] + CLEAR for days in LIMITS)


def test_two_scores_in_five_are_zero_and_the_link_is_clear_all_the_same(own: Own) -> None:
    for days in (*LIMITS, 120):
        zeros = (own.days[ZEROS].head(days)["outcome_score"] == 0).mean()
        assert zeros == pytest.approx(0.4, abs=0.05)
    assert all(own.z(ZEROS, days, own.sleep) < -LIMITS[days] - CLEAR for days in LIMITS)


def test_the_alarm_rings_for_the_weekly_rhythm_alone(own: Own) -> None:
    assert all(own.pattern(WEEKLY, days).largest_lag == 7 for days in (60, 90, 120))
    assert dict(_ringing(own)) == {WEEKLY: [60, 90, 120]}


def _ringing(own: Own) -> Iterator[tuple[str, list[int]]]:
    for name in (person.participant_id for person in TABLE):
        if name not in own.days or own.days[name]["outcome_score"].n_unique() == 1:
            continue
        rings = [days for days in (60, 90, 120) if own.pattern(name, days).rings]
        if rings:
            yield name, rings
