"""Guard columns against the reference, the double sum, and what they must not depend on."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.frame.guard import (
    ExposureDays,
    GuardColumns,
    centred,
    day_after,
    decaying_sums,
    guard_columns,
    innovations,
    lag_coefficient,
)
from tests.reference.feedback_data import EXPOSURES, SETS, exposure_days
from tests.reference.reference_data import results

NAN = np.nan


def _series(days: ExposureDays) -> list[np.ndarray]:
    """Return each participant's values by day; the reference has the same days for all of them."""
    length = days.day.max() + 1
    every = {name: np.full(length, NAN) for name in dict.fromkeys(days.participant)}
    for participant, day, value in zip(days.participant, days.day, days.value, strict=True):
        every[participant][day] = value
    return list(every.values())


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("exposure", EXPOSURES)
def test_columns_are_those_of_the_reference(name, exposure):
    expected, days, rho = (
        results("feedback")[name],
        exposure_days(name, exposure),
        results("feedback")[name]["first"]["rho"],
    )
    series = [centred(values) for values in _series(days)]
    a = lag_coefficient(series)
    assert a == pytest.approx(expected["a"][exposure], abs=1e-10)
    assert innovations(series[0], a)[:6] == pytest.approx(expected[exposure]["innovations"], abs=1e-10)
    last = days.day.max() - (exposure == "steps")  # the steps of the last day are at the day after it
    at = np.array([0, 1, 2, 3, 4, last])
    found = guard_columns(days, np.repeat(days.participant[:1], 6), at, rho)
    assert found.decaying_sum == pytest.approx([*expected[exposure]["S"], expected[exposure]["last_S"]], abs=1e-10)
    assert found.day_after == pytest.approx([*expected[exposure]["D"], expected[exposure]["last_D"]], abs=1e-10)


def test_an_innovation_takes_off_the_day_before_only_where_that_is_known():
    x = centred(np.array([3.0, NAN, 7.0, 6.0, 4.0]))  # mean 5
    assert innovations(x, 0.5).tolist() == [-2, 0, 2, 1 - 0.5 * 2, -1 - 0.5 * 1]


def test_the_lag_coefficient_pools_neighbouring_days_of_all_participants():
    one, other = np.array([1.0, 2.0, NAN, 4.0]), np.array([NAN, -1.0, 3.0])
    assert lag_coefficient([one, other]) == (1 * 2 + -1 * 3) / (1**2 + (-1) ** 2)
    assert lag_coefficient([np.array([1.0, NAN, 2.0]), np.array([NAN])]) == 0


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9, 0.995])
def test_two_passes_give_the_double_sum(rho):
    star = np.random.default_rng(1).standard_normal(200)
    apart = np.abs(np.arange(200)[:, None] + 1 - np.arange(200)).astype(float)
    assert decaying_sums(star, rho) == pytest.approx(rho**apart @ star, abs=1e-12)


def test_the_day_after_the_last_is_unknown():
    assert day_after(np.array([1.0, 2.0, 3.0])).tolist() == [2, 3, 0]


def _with_gaps(seed: int = 5) -> ExposureDays:
    """Return three participants with gaps of 1 to 30 days, in no order."""
    rng = np.random.default_rng(seed)
    gaps = [np.cumsum(np.where(rng.random(60) < 0.2, rng.integers(2, 32, 60), 1)) for _ in range(3)]
    day = np.concatenate([start + series for start, series in zip((0, 400, -90), gaps, strict=True)])
    participant, value = np.repeat(["p2", "p1", "p3"], 60), rng.normal(7, 1, 180)
    order = rng.permutation(180)
    return ExposureDays(participant[order], day[order], np.where(rng.random(180) < 0.1, NAN, value)[order])


def _columns(days: ExposureDays, rho: float = 0.85) -> GuardColumns:
    rows = _with_gaps()
    return guard_columns(days, rows.participant, rows.day, rho)


def test_days_are_calendar_days_across_gaps_of_any_length():
    days, rho = _with_gaps(), 0.85
    series = {}
    for name in ("p1", "p2", "p3"):
        own = days.participant == name
        known = dict(zip(days.day[own].tolist(), days.value[own].tolist(), strict=True))
        mean = np.nanmean(list(known.values()))
        series[name] = {day: value - mean for day, value in known.items() if np.isfinite(value)}
    pairs = [(x[day - 1], x[day]) for x in series.values() for day in x if day - 1 in x]
    a = sum(one * other for one, other in pairs) / sum(one**2 for one, _ in pairs)
    star = {name: {day: x[day] - a * x.get(day - 1, 0.0) for day in x} for name, x in series.items()}
    found = _columns(days, rho)
    for place, (name, day) in enumerate(zip(days.participant, days.day.tolist(), strict=True)):
        expected = sum(rho ** abs(day + 1 - other) * value for other, value in star[name].items())
        assert found.decaying_sum[place] == pytest.approx(expected, abs=1e-12)
        assert found.day_after[place] == pytest.approx(star[name].get(day + 1, 0.0), abs=1e-12)


def test_unknown_days_at_either_end_change_nothing():
    days, found = _with_gaps(), _columns(_with_gaps())
    ends = [days.day.min() - 20, days.day.max() + 20]
    longer = ExposureDays(
        np.append(days.participant, np.repeat(["p1", "p2", "p3"], 2)),
        np.append(days.day, ends * 3),
        np.append(days.value, [NAN] * 6),
    )
    assert np.array_equal(_columns(longer).decaying_sum, found.decaying_sum)
    assert np.array_equal(_columns(longer).day_after, found.day_after)


def test_a_constant_added_to_a_participant_changes_nothing_and_units_carry_over():
    days, found = _with_gaps(), _columns(_with_gaps())
    raised = ExposureDays(days.participant, days.day, days.value + 3.0 * (days.participant == "p2"))
    minutes = ExposureDays(days.participant, days.day, 60 * days.value)
    for other, factor in ((_columns(raised), 1), (_columns(minutes), 60)):
        assert other.decaying_sum / factor == pytest.approx(found.decaying_sum, abs=1e-12)
        assert other.day_after / factor == pytest.approx(found.day_after, abs=1e-12)


def test_rows_may_be_any_days_of_any_of_the_participants():
    days, found = _with_gaps(), _columns(_with_gaps())
    some = np.flatnonzero(days.participant == "p3")[::-2]
    fewer = guard_columns(days, days.participant[some], days.day[some], 0.85)
    assert np.array_equal(fewer.decaying_sum, found.decaying_sum[some])
    far = guard_columns(days, np.array(["p1"]), np.array([days.day.max() + 500]), 0.85)
    assert far.decaying_sum == pytest.approx([0.0], abs=1e-12)
    assert far.day_after.tolist() == [0.0]


def test_a_participant_without_a_known_day_has_zeros():
    days = _with_gaps()
    unknown = ExposureDays(days.participant, days.day, np.where(days.participant == "p1", NAN, days.value))
    found = _columns(unknown)
    assert not found.decaying_sum[days.participant == "p1"].any()
    assert found.decaying_sum[days.participant != "p1"].all()


def test_a_row_of_an_unknown_participant_is_refused():
    with pytest.raises(PainstatsError, match="without days of the exposure"):
        guard_columns(_with_gaps(), np.array(["p4"]), np.array([0]), 0.5)
