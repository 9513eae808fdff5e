"""The room of an outcome inside its scale equals R's, and does not depend on the direction or the units of scores."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from painstats.frame.room import room, share_at_ends
from tests.reference.reference_data import HERE, results

SCALE = (0.0, 10.0)
FLOOR = pl.read_csv(HERE / "data" / "floor_person.csv")["pain"].to_numpy()

SCORES = st.lists(st.integers(0, 10), min_size=1, max_size=120)


def cut_normal(mean, sd, days=4000, step=1.0, seed=1):
    """Return scores on 0-10 of a normal outcome, rounded to a step and cut at the ends."""
    uncut = np.random.default_rng(seed).normal(mean, sd, days)
    return np.clip(np.rint(uncut / step) * step, *SCALE)


def test_the_room_equals_rs():
    expected = results("room")["floor_person"]
    assert room(FLOOR, SCALE) == pytest.approx(expected["room"], abs=1e-9)
    assert share_at_ends(FLOOR, SCALE)[0] == pytest.approx(expected["zeros"], abs=1e-9)


@given(SCORES)
def test_mirrored_scores_have_the_same_room(scores):
    values = np.array(scores, dtype=float)
    assert 0 < room(values, SCALE) <= 1
    assert room(10 - values, SCALE) == pytest.approx(room(values, SCALE), abs=1e-12)
    assert share_at_ends(10 - values, SCALE) == share_at_ends(values, SCALE)[::-1]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=120), st.sampled_from([1, 3, 10, 100]))
def test_finer_scores_are_mirrored_too(scores, per_point):
    values, high = np.array(scores) / per_point, 100 / per_point
    assert 0 < room(values, (0, high)) <= 1
    assert room(high - values, (0, high)) == pytest.approx(room(values, (0, high)), abs=1e-9)


@pytest.mark.parametrize("mean", [3.5, 5.0, 6.5])
def test_scores_far_from_both_ends_have_nearly_all_the_room(mean):
    scores = cut_normal(mean, 0.9, days=120)
    assert share_at_ends(scores, SCALE) == (0, 0)
    assert 1 - 2e-3 < room(scores, SCALE) <= 1


@pytest.mark.parametrize("step", [1.0, 0.5, 0.1, 1e-6])
@pytest.mark.parametrize("mean", [-0.5, 1.0, 5.0])
def test_the_room_is_the_share_of_the_uncut_outcome_inside_the_scale(mean, step):
    uncut = np.random.default_rng(7).normal(mean, 2.0, 200_000)
    inside = np.mean((uncut > 0) & (uncut < 10))
    assert room(cut_normal(mean, 2.0, step=step), SCALE) == pytest.approx(inside, abs=0.03)


def test_another_scale_of_the_same_answers_has_the_same_room():
    assert room(FLOOR / 10 + 3, (3.0, 4.0)) == pytest.approx(room(FLOOR, SCALE), abs=1e-9)
    assert room(FLOOR + 1, (1.0, 11.0)) == pytest.approx(room(FLOOR, SCALE), abs=1e-9)


def test_a_short_scale_is_cut_between_its_own_scores():
    """Five answers, of which each is a fourth of the scale wide."""
    uncut = np.random.default_rng(3).normal(0.5, 1.0, 20_000)
    inside = np.mean((uncut > 0) & (uncut < 4))
    assert room(np.clip(np.rint(uncut), 0, 4) + 1, (1.0, 5.0)) == pytest.approx(inside, abs=0.02)


@pytest.mark.parametrize("scores", [[], [4.0] * 50, [0.0, 3.0] * 30, [0.0] * 200 + [5.0]])
def test_without_a_line_there_is_all_the_room(scores):
    assert room(scores, SCALE) == 1.0


def test_shares_at_the_ends():
    assert share_at_ends([0, 0, 4, 10], SCALE) == (0.5, 0.25)
    assert share_at_ends([], SCALE) == (0.0, 0.0)
