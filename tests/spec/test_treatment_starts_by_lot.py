"""Starting dates drawn by lot: the dates are exchanged among the participants, as the lot could have done."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from painstats.errors import NotEnoughData
from painstats.mixedlm.integrated import TREND_SD, correlation_matrix
from painstats.questions.treatment import cohort_starts
from painstats.questions.treatment.cohort_starts import DrawnStart, exchanges, least_p, own_changes_at, redraw_starts

DAYS = np.arange(150)


def diaries(starts, change=0.0, seed=3, trend=0.0):
    random = np.random.default_rng(seed)
    for start in starts:
        score = 5 + random.normal(size=len(DAYS)) + trend * DAYS / 30 + change * (start <= DAYS)
        yield DrawnStart(DAYS, score, start)


def test_the_change_at_a_date_is_generalised_least_squares():
    [diary] = diaries([10], change=-1.0)
    dates, ramp_days = np.array([30, 60]), 3
    day = DAYS[: 60 + ramp_days + 84]
    inverse = np.linalg.inv(correlation_matrix(day.astype(float), 0.9, 0.6, TREND_SD))
    found = own_changes_at(replace(diary, ramp_days=ramp_days), dates)
    for date, change in zip(dates, found, strict=True):
        columns = np.column_stack([np.ones(len(day)), np.clip((day - date + 1) / 4, 0, 1)])
        expected = np.linalg.solve(columns.T @ inverse @ columns, columns.T @ inverse @ diary.score[: len(day)])[1]
        assert change == pytest.approx(expected, abs=1e-10)


def test_every_exchange_is_compared_where_there_are_few():
    own = list(diaries([40, 55, 70, 85, 100], change=-1.0))
    changes = np.array([own_changes_at(each, np.array([40, 55, 70, 85, 100])) for each in own])
    means = np.array([changes[range(5), order].mean() for order in permutations(range(5))])
    apart = np.abs(means - means.mean())
    found = redraw_starts(own)
    assert (found.orders, found.is_exact) == (120, True)
    assert found.p == pytest.approx((apart >= apart[0] - 1e-12).mean())
    assert found.estimate == pytest.approx(means[0] - means.mean())


def test_the_test_is_exact_whatever_the_scores_are():
    dates = [40, 40, 70, 70, 100]
    own = list(diaries(dates, change=-0.5, trend=0.4))
    p_values = [
        redraw_starts([replace(each, start=start) for each, start in zip(own, order, strict=True)]).p
        for order in sorted(set(permutations(dates)))
    ]
    assert len(set(p_values)) > 10
    for level in (0.05, 0.1, 0.5):
        assert np.mean(np.array(p_values) <= level) <= level


def test_a_trend_that_all_share_is_no_change():
    assert redraw_starts(list(diaries(range(40, 100, 10), trend=-1.5))).p > 0.1


def test_participants_who_start_on_one_date_are_not_exchanged_with_each_other():
    assert exchanges([40, 40, 40, 70, 70, 70, 70]) == 35
    found = redraw_starts(list(diaries([40, 40, 40, 70, 70, 70, 70], change=-2.0)))
    assert (found.orders, found.is_exact) == (35, True)
    assert found.p == pytest.approx(1 / 35)


def test_many_exchanges_are_drawn_and_the_draws_are_the_same_every_time():
    own = list(diaries(range(40, 104, 8), change=-1.5))
    found = redraw_starts(own)
    assert (found.orders, found.is_exact) == (10_000, False)
    assert found.p < 0.01
    assert redraw_starts(own) == found


def test_draws_agree_with_all_exchanges(monkeypatch):
    own = list(diaries([40, 50, 60, 70, 80, 90], change=-0.4))
    exact = redraw_starts(own)
    monkeypatch.setattr(cohort_starts, "DRAWS", 700)
    drawn = redraw_starts(own)
    assert exact.is_exact
    assert not drawn.is_exact
    assert drawn.p == pytest.approx(exact.p, abs=0.05)


def test_dates_that_cannot_be_exchanged_often_enough_are_refused():
    with pytest.raises(NotEnoughData, match="in 6 ways"):
        redraw_starts(list(diaries([40, 60, 80])))


def test_two_dates_shared_equally_cannot_reach_a_low_p_with_six_participants():
    assert least_p([40, 40, 40, 70, 70, 70]) == pytest.approx(2 / 20)  # an order and its mirror are equally far out
    with pytest.raises(NotEnoughData, match="in 20 ways"):
        redraw_starts(list(diaries([40, 40, 40, 70, 70, 70], change=-3.0)))


def test_a_date_without_enough_days_counts_as_no_change():
    own = list(diaries([40, 55, 70, 85, 100]))
    short = replace(own[0], day=own[0].day[:20], score=own[0].score[:20])
    assert np.isnan(own_changes_at(short, np.array([40, 55]))).all()
    assert redraw_starts([short, *own[1:]]).orders == 120
    with pytest.raises(NotEnoughData, match="28 scored days"):
        redraw_starts([replace(each, day=each.day[:20], score=each.score[:20]) for each in own])
