"""Simulated situations are what they are called: residuals, missing scores, zeros, effects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration.residuals import Process, draw_residuals
from benchmarks.calibration.rows import ROWS
from benchmarks.calibration.situations import Changing, Effects, Situation, draw_effects, mean_effects, simulate
from tests.calibration.patterned_diaries import RESIDUAL_SD, WEEKLY, WHITE, Pattern

SEED = np.random.SeedSequence(1)
CALM = Situation(feedback="none")


def residuals(process, participants=200, days=210):
    return sum(draw_residuals(process, (participants, days), np.random.default_rng(1)))


def together(values, lag):
    """Return the correlation of days that are ``lag`` days apart, over all participants."""
    return np.corrcoef(values[:, lag:].ravel(), values[:, :-lag].ravel())[0, 1]


def test_heavy_tails_keep_sd_and_autocorrelation():
    values = residuals(Process(Pattern((0.4, 0.4)), has_heavy_tails=True))
    normal = residuals(Process(Pattern((0.4, 0.4))))
    assert values.std() == pytest.approx(RESIDUAL_SD, rel=0.1)
    assert together(values, 1) == pytest.approx(0.4, abs=0.05)
    assert np.mean(np.abs(values) > 4 * RESIDUAL_SD) > 5 * np.mean(np.abs(normal) > 4 * RESIDUAL_SD)


def test_a_season_and_a_rhythm_return_after_their_length():
    season = residuals(Process(WHITE, season=1.2))
    assert together(season, 60) == pytest.approx(0.5, abs=0.05)
    assert together(season, 30) == pytest.approx(-0.5, abs=0.05)
    weekly = residuals(Process(replace(WEEKLY, rho=(0.0, 0.0))))
    assert together(weekly, 7) == pytest.approx(0.5**2 / (RESIDUAL_SD**2 + 0.5**2), abs=0.03)
    assert abs(together(residuals(Process(WHITE)), 7)) < 0.02


def test_a_walk_goes_on_growing_and_spreads_differ():
    short, long = (residuals(Process(WHITE, walk=0.1), days=days) for days in (50, 400))
    assert long.var() - RESIDUAL_SD**2 == pytest.approx(0.1**2 * 400 / 6, rel=0.3)
    assert short.var() < long.var()
    sizes = residuals(Process(WHITE, spread=0.35)).std(axis=1)
    assert np.log(sizes).std() == pytest.approx(0.35, rel=0.2)


@pytest.mark.parametrize("kind", ["any", "bad", "weeks"])
def test_about_15_percent_of_the_scores_are_missing(kind):
    found = simulate(replace(CALM, unrated=kind), 100, SEED).diaries
    is_missing = np.isnan(found.score)
    assert is_missing.mean() == pytest.approx(0.15, abs=0.02)
    runs = np.mean(is_missing[:, 1:] & is_missing[:, :-1]) / is_missing.mean()
    assert (runs > 0.7) == (kind == "weeks")


def test_bad_days_are_unrated_more_often():
    everything = simulate(CALM, 100, SEED).diaries.score
    bad = simulate(replace(CALM, unrated="bad"), 100, SEED).diaries.score
    assert np.nanmean(bad) < np.nanmean(everything) - 0.1


def test_scores_are_zero_as_often_as_wanted():
    score = simulate(replace(CALM, zeros=0.4), 50, SEED).diaries.score
    shares = np.mean(score == 0, axis=1) / np.mean(np.isfinite(score), axis=1)
    assert shares.mean() == pytest.approx(0.4, abs=0.02)
    assert shares.min() > 0.3


def test_nights_are_unknown_as_often_as_wanted():
    found = simulate(replace(CALM, unknown=("single nights", 0.25)), 100, SEED).diaries
    assert np.isnan(found.sleep).mean() == pytest.approx(0.25, abs=0.01)
    assert np.isnan(found.steps).mean() == pytest.approx(0.07, abs=0.01)


def test_effects_are_those_declared():
    rng = np.random.default_rng(1)
    effects = draw_effects(Effects((-0.3, 0.1), (0.02, 0.1), tiny=0.5), 4000, rng)
    assert effects[:, :2000].std(axis=1) == pytest.approx([0.05, 0.03], rel=0.1)
    assert effects[:, 2000:].mean(axis=1) == pytest.approx([-0.3, 0.02], abs=0.01)
    assert effects[:, 2000:].std(axis=1) == pytest.approx([0.1, 0.1], rel=0.1)
    some = draw_effects(Effects((-0.3, 0.1), none=0.25), 12, rng)
    assert np.array_equal(some[:, :3], np.zeros((2, 3)))
    assert np.all(some[0, 3:] != 0)
    assert mean_effects(Effects((-0.4, 0.1), (0.2, 0.1), none=0.25)) == pytest.approx([-0.3, 0.15])


def test_an_effect_shows_in_the_scores():
    strong = simulate(replace(CALM, effects=Effects((-0.8, 0.0))), 60, SEED).diaries
    known = np.isfinite(strong.score) & np.isfinite(strong.sleep)
    slopes = [np.polyfit(strong.sleep[k][known[k]], strong.score[k][known[k]], 1)[0] for k in range(60)]
    assert np.median(slopes) == pytest.approx(-0.8, abs=0.1)


def test_the_sleep_of_a_flat_sleeper_hardly_differs():
    sleep = simulate(replace(CALM, flat_sleepers=1), 6, SEED).diaries.sleep
    assert np.nanstd(sleep[0]) < 0.25 < 0.8 < np.nanstd(sleep[1:], axis=1).min()


def test_a_year_has_365_days_with_a_score_for_nearly_every_participant_in_every_row():
    for row in ROWS:
        score = simulate(row.situation, 40, SEED).diaries.score
        assert np.mean(np.isfinite(score).sum(axis=1) >= 365) > 0.9, row.name


def test_what_changes_halfway_or_slowly():
    still = simulate(CALM, 40, SEED, days=200).diaries
    usual = simulate(Changing(feedback="none"), 40, SEED, days=200).diaries
    np.testing.assert_array_equal(usual.score, still.score)
    treated = simulate(Changing(feedback="none", level_change=-2.0), 40, SEED, days=200).diaries
    change = treated.score - still.score
    assert np.nanmean(change[:, :90]) == 0
    assert np.nanmean(change[:, 110:]) == pytest.approx(-2, abs=0.2)  # scores stop at 0
    trend = simulate(Changing(feedback="none", trend=2.0), 40, SEED, days=200).diaries.score - still.score
    assert np.nanmean(trend[:, 150:]) - np.nanmean(trend[:, :50]) == pytest.approx(1.5, abs=0.2)
    device = simulate(Changing(feedback="none", new_device=1.15), 40, SEED, days=200).diaries.steps / still.steps
    assert np.nanmax(np.abs(device[:, :100] - 1)) == pytest.approx(0, abs=1e-12)
    assert np.nanmax(np.abs(device[:, 100:] - 1.15)) == pytest.approx(0, abs=1e-12)
