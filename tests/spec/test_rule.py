"""The verdict rule, drawn: what each look adds, withdraws and narrows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from painstats.findings.rule import judge
from painstats.plan.looks import FIRST_LOOKS, looks_until, next_look, spent
from painstats.questions.daily.look_evidence import Effect
from tests.examples import examples
from tests.looks import look, looks

SIGN = {1: "higher", -1: "lower", 0: "none"}


def signs(*estimates, other=()):
    return [SIGN[state.sign] for state in judge({"sleep": looks(estimates), "steps": looks(other)})["sleep"]]


def test_a_sign_needs_the_limit_of_its_look():
    limit = look(1, Effect(-1.0, 1.0, 1e9)).limits[1]
    assert signs(-0.99 * limit * 0.2) == ["none"]
    assert signs(-1.03 * limit * 0.2) == ["lower"]


def test_a_sign_remains_while_the_90_percent_interval_excludes_zero():
    assert signs(-0.8, -0.35, -0.3) == ["lower", "lower", "lower"]  # z = -2.1 and -2.1: below the limits, above 1.645


def test_a_sign_that_is_no_longer_clear_is_withdrawn_and_its_range_starts_again():
    _, second = judge({"sleep": looks((-0.8, -0.2))})["sleep"]
    assert second.sign == 0
    assert second.withdrawal.why == "not_confirmed"
    assert (second.withdrawal.since.when.days, second.withdrawal.at.when.days) == (60, 90)
    assert (second.low, second.high) == (second.look.lows[1], second.look.highs[1])


def test_a_withdrawn_sign_can_come_back_and_is_new_then():
    states = judge({"sleep": looks((-0.8, -0.2, -0.8))})["sleep"]
    assert [state.sign for state in states] == [-1, 0, -1]
    assert states[-1].since.when.days == 120
    assert states[-1].withdrawal.at.when.days == 90


def test_ranges_without_a_common_point_start_again():
    first = look(1, Effect(1.5, 0.2, 1e9))
    second = look(2, Effect(0.5, 0.05, 1e9))
    _, state = judge({"sleep": (first, second)})["sleep"]
    assert second.highs[0] < first.lows[1]
    assert state.sign == 1
    assert state.withdrawal is None  # the direction is the same; only the range is new
    assert (state.low, state.high) == (second.lows[1], second.highs[1])


def test_days_that_disagree_turn_a_sign_round():
    first, second = look(1, Effect(1.5, 0.2, 1e9)), look(2, Effect(-0.5, 0.01, 1e9))
    _, state = judge({"sleep": (first, second)})["sleep"]
    assert state.sign == -1
    assert state.withdrawal.at is second


def test_a_question_with_a_sign_leaves_its_share_to_the_other():
    alone, shared = look(1, Effect(-1.0, 1.0, 1e9)).limits
    between = -0.2 * (alone + shared) / 2
    assert signs(between, other=(0.0,)) == ["none"]
    assert signs(between, other=(-1.5,)) == ["lower"]


def test_a_question_that_is_not_judged_keeps_its_sign_and_its_place():
    between = -0.2 * sum(look(1, Effect(-1.0, 1.0, 1e9)).limits) / 2
    later = between * (60 / 90) ** 0.5
    found = judge({"sleep": looks((None, later)), "steps": looks((-1.5,))})
    assert [state.sign for state in found["sleep"]] == [-1]
    assert len(found["steps"]) == 1


def test_small_effects_are_small_with_and_without_a_sign():
    small = judge({"sleep": looks((0.05,), se=0.05)})["sleep"][0]
    assert (small.sign, small.is_small) == (0, True)
    directed = judge({"sleep": looks((0.2,), se=0.04)})["sleep"][0]
    assert (directed.sign, directed.is_small) == (1, True)


def test_looks_go_on_for_life_and_never_use_more_than_the_chance():
    assert looks_until(FIRST_LOOKS, 1825) == (60, 90, 120, 180, 270, 365, 545, 730, 1095, 1460, 1825)
    assert looks_until(FIRST_LOOKS, 59) == ()
    assert (next_look(FIRST_LOOKS, 59), next_look(FIRST_LOOKS, 60), next_look(FIRST_LOOKS, 1825)) == (60, 90, 2190)
    used = [spent(FIRST_LOOKS, 0.05, number) for number in range(40)]
    assert used == sorted(used)
    assert used[6] == pytest.approx(0.04)
    assert used[-1] < 0.05


estimates = st.lists(st.none() | st.floats(-3, 3), min_size=6, max_size=6)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(estimates, min_size=1, max_size=4), st.floats(0.01, 1.0), st.floats(0.01, 2.0))
def test_a_range_excludes_zero_if_and_only_if_there_is_a_sign(family, se, smallest):
    named = {
        f"q{place}": looks(own, se=se, questions=len(family), smallest_effect=smallest)
        for place, own in enumerate(family)
    }
    for states in judge(named).values():
        before = None
        for state in states:
            assert (state.sign > 0) == (state.low > 0)
            assert (state.sign < 0) == (state.high < 0)
            assert state.low <= state.high
            assert state.is_small == (max(abs(state.low), abs(state.high)) < smallest)
            assert (state.since is not None) == (state.sign != 0)
            is_new = (state.low, state.high) in zip(state.look.lows, state.look.highs, strict=True)
            assert is_new or (state.low >= before.low and state.high <= before.high)
            before = state
