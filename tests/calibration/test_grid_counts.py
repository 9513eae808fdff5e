"""What a study says of simulated diaries is counted against the truth: false, wrong, withdrawn, small, forecast."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.calibration.after import After
from benchmarks.calibration.tally import QUANTITIES, add, tally_course, tally_nights

NOTHING = After(number=1, sign=0, low=-0.3, high=0.2, is_small=False, smallest_effect=0.4, interval=(-0.2, 0.1))
NULL = {"sleep": 0.0, "steps": 0.0}


def said(*changes: dict[str, object]) -> list[After]:
    """Return what is said after the first looks, each with some changes."""
    return [replace(NOTHING, number=number, **change) for number, change in enumerate(changes, start=1)]


def counted(sleep, steps=(), truth=NULL):
    found = tally_course("own", {"sleep": sleep, "steps": steps}, truth)
    assert set(found) <= set(QUANTITIES)
    return {name.removeprefix("own."): counts for name, counts in found.items()}


def test_any_sign_of_an_effect_that_is_zero_is_false_even_if_it_is_withdrawn():
    course = said({}, {"sign": -1, "high": -0.01}, {"is_withdrawn": True})
    found = counted(course, said({}, {}, {}))
    assert [found[name] for name in ("ever", "ever_sleep", "ever_steps")] == [(1, 1), (1, 1), (0, 1)]
    assert found["withdrawn_false"] == (1, 1)
    assert found["withdrawn"] == found["wrong"] == (0, 0)
    assert [found[f"sign_sleep_{days}"] for days in (60, 90, 365)] == [(0, 1), (1, 1), (1, 1)]


def test_only_effects_that_are_zero_can_have_false_signs_and_only_others_wrong_ones():
    truth = {"sleep": -0.2, "steps": 0.0}
    right = counted(said({"sign": -1}), said({}), truth)
    wrong = counted(said({"sign": 1}), said({"sign": 1}), truth)
    assert (right["ever"], right["wrong"], right["withdrawn"]) == ((0, 1), (0, 1), (0, 1))
    assert (wrong["ever"], wrong["wrong"], wrong["withdrawn"]) == ((1, 1), (1, 1), (0, 0))
    assert "ever" not in counted([], [], {"sleep": 0.1, "steps": 0.1})
    assert "ever_sleep" not in right


def test_a_true_sign_that_is_withdrawn_counts():
    course = said({"sign": -1}, {"is_withdrawn": True}, {"sign": -1})
    assert counted(course, truth={"sleep": -0.2, "steps": 0.0})["withdrawn"] == (1, 1)


def test_ranges_must_cover_at_every_look_and_intervals_are_counted_one_by_one():
    course = said({}, {"low": 0.05, "interval": (0.1, 0.3)}, {"interval": None})
    found = counted(course, said({}, {}, {}))
    assert found["range_covers"] == (1, 2)
    assert found["interval_covers"] == (4, 5)
    assert found["judged"] == (6, 12)


def test_at_most_small_is_wrong_where_the_effect_matters():
    small = said({}, {"is_small": True})
    assert counted(small, truth={"sleep": -0.5, "steps": 0.0})["small_wrong"] == (1, 1)
    assert counted(said({}, {}), truth={"sleep": 0.4, "steps": 0.0})["small_wrong"] == (0, 1)
    found = counted(small)
    assert found["small_wrong"] == (0, 0)
    assert [found[f"small_sleep_{days}"] for days in (60, 90, 365)] == [(0, 1), (1, 1), (1, 1)]


def test_a_small_effect_with_a_sign_is_a_sign():
    found = counted(said({"is_small": True, "sign": -1}), truth={"sleep": -0.5, "steps": 0.0})
    assert found["small_wrong"] == (0, 1)
    assert found["small_sleep_60"] == (0, 1)


def test_a_forecast_is_right_if_the_verdict_comes_between_its_looks():
    hits = {
        (90, 180): True, (120, 120): True, (120, None): True, (180, 365): False, (60, 90): False, (None, None): False,
    }  # fmt: skip
    for forecast, is_right in hits.items():
        course = said({"forecast": forecast}, {}, {"sign": 1})
        assert counted(course)["forecast"] == (int(is_right), 1), forecast


def test_without_a_verdict_within_the_year_a_forecast_is_right_if_it_does_not_end_there():
    for forecast, is_right in {(90, 365): False, (90, 545): True, (90, None): True, (None, None): True}.items():
        course = said({"forecast": forecast}, {}, {}, {}, {}, {"forecast": forecast})
        assert counted(course)["forecast"] == (int(is_right), 1), forecast


def test_the_old_rule_finds_a_false_sign_on_any_night():
    nights = [{"sleep": (-0.1, 0.2), "steps": (-0.2, 0.1)}, {"sleep": (-0.1, 0.2), "steps": (0.01, 0.2)}]
    assert tally_nights(nights, NULL) == {"nights.interval_covers": (3, 4), "nights.ever": (1, 1)}
    assert tally_nights(nights[:1], NULL)["nights.ever"] == (0, 1)
    effect = tally_nights(nights, {"sleep": 0.1, "steps": 0.1})
    assert effect == {"nights.interval_covers": (4, 4), "nights.ever": (0, 0)}


def test_tallies_add_up():
    assert add([{"a": (1, 2)}, {"b": (0, 1)}, {"a": (3, 4)}]) == {"a": (4, 6), "b": (0, 1)}
