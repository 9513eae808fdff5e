"""The declared rule: refusals first, then a sure sign, then a link too small to matter, else cannot tell yet."""

from dataclasses import replace

import pytest

from painstats.findings.verdict import Evidence, judge
from painstats.findings.words import REASONS, headline, points, sentence
from painstats.plan.study import RulesPlan
from painstats.vocabulary import VERDICTS

RULES = RulesPlan()
CLEAR = Evidence(
    estimate=-0.4, low=-0.7, high=-0.1, false_sign_rate=0.01, reliability=0.7, days=60, compliance=0.8, within_sd=1.2,
    least_within_sd=0.5, has_ratings=True, outcome_varies=True, smallest_effect=0.3, slopes_differ=True,
)  # fmt: skip
WIDE = replace(CLEAR, estimate=-0.1, low=-0.6, high=0.4, false_sign_rate=0.35)
NARROW = replace(CLEAR, estimate=-0.02, low=-0.12, high=0.08, false_sign_rate=0.35)


def verdict(evidence):
    return judge(evidence, RULES).verdict


def test_the_four_answers():
    assert verdict(CLEAR) == "less_pain"
    assert verdict(replace(CLEAR, estimate=0.4, low=0.1, high=0.7)) == "more_pain"
    assert verdict(NARROW) == "no_clear_link"
    assert verdict(WIDE) == "cannot_tell_yet"


@pytest.mark.parametrize(
    ("days", "reason"),
    [(9, "too_few_days_for_model"), (10, "too_few_days_to_show"), (19, "too_few_days_to_show"),
     (20, "too_few_days_for_verdict"), (44, "too_few_days_for_verdict"), (45, None)],
)  # fmt: skip
def test_days_flip_exactly_at_the_limits(days, reason):
    answer = judge(replace(CLEAR, days=days), RULES)
    assert (answer.verdict, answer.reasons[:1]) == (("cannot_tell_yet", (reason,)) if reason else ("less_pain", ()))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcome_varies": False}, "outcome_hardly_varies"),
        ({"within_sd": 0.49}, "exposure_hardly_varies"),
        ({"compliance": 0.49}, "too_many_days_missing"),
        ({"estimate": None, "low": None, "high": None}, "no_fit"),
        ({"reliability": 0.49}, "unreliable"),
        ({"slopes_differ": False}, "unreliable"),
        ({"slopes_differ": False, "low": -0.12, "high": 0.08, "estimate": -0.02}, "unreliable"),
    ],
)
def test_a_clear_slope_is_not_claimed_when_it_may_not_be(change, reason):
    answer = judge(replace(CLEAR, **change), RULES)
    assert answer.verdict == "cannot_tell_yet"
    assert reason in answer.reasons


@pytest.mark.parametrize(("rate", "answer"), [(0.0499, "less_pain"), (0.0501, "cannot_tell_yet")])
def test_a_pooled_sign_needs_a_false_sign_rate_below_five_percent(rate, answer):
    assert verdict(replace(CLEAR, false_sign_rate=rate)) == answer


def test_a_sign_is_not_claimed_while_the_interval_holds_zero():
    assert verdict(replace(CLEAR, high=0.01, false_sign_rate=0.03)) == "cannot_tell_yet"


@pytest.mark.parametrize(("half_p", "answer"), [(0.0249, "less_pain"), (0.0251, "cannot_tell_yet")])
def test_own_days_alone_need_two_sided_five_percent(half_p, answer):
    assert verdict(replace(CLEAR, false_sign_rate=half_p, reliability=None, slopes_differ=None)) == answer


def test_without_ratings_that_is_the_reason():
    assert judge(replace(CLEAR, has_ratings=False, days=0, estimate=None, low=None, high=None), RULES).reasons == (
        "outcome_missing",
    )


def test_a_sure_but_tiny_slope_says_that_it_is_tiny():
    answer = judge(replace(CLEAR, estimate=-0.1, low=-0.15, high=-0.05), RULES)
    assert (answer.verdict, answer.reasons) == ("less_pain", ("smaller_than_matters",))


def test_no_clear_link_needs_the_whole_interval_inside():
    assert verdict(replace(NARROW, low=-0.29, high=0.29)) == "no_clear_link"
    assert verdict(replace(NARROW, low=-0.31, high=0.29)) == "cannot_tell_yet"


def test_days_needed_for_own_days_follow_from_the_width():
    # Half-width 0.6 must shrink to max(|-0.1|, 0.3 - 0.1) = 0.2: nine times the days.
    own = replace(WIDE, low=-0.7, high=0.5, reliability=None, slopes_differ=None)
    assert judge(own, RULES).days_needed == 9 * 60 - 60


@pytest.mark.parametrize("change", [{"compliance": 0.3}, {"days": 0}, {"slopes_differ": False}, {"within_sd": 0.1}])
def test_no_forecast_where_more_of_the_same_would_not_help(change):
    assert judge(replace(WIDE, **change), RULES).days_needed is None


def test_days_needed_is_at_least_what_the_rule_asks_and_never_for_constant_ratings():
    assert judge(replace(CLEAR, days=30), RULES).days_needed >= 15
    assert judge(replace(CLEAR, outcome_varies=False), RULES).days_needed is None


def test_every_reason_that_the_rule_gives_has_words():
    given = set()
    for days in (5, 15, 30, 60):
        for varies in (True, False):
            for evidence in (CLEAR, WIDE, NARROW, replace(CLEAR, estimate=None, low=None, high=None)):
                given |= set(judge(replace(evidence, days=days, outcome_varies=varies), RULES).reasons)
    assert given <= set(REASONS)
    assert len(given) > 5


def test_words():
    assert headline("total_sleep_time_min", "less_pain", None) == "Sleep: less pain"
    assert headline("step_count", "cannot_tell_yet", 31) == "Steps: cannot tell yet: about 35 more days"
    assert points(-0.204) == "−0.20"
    assert points(-0.004) == "−0.004"
    assert points(0.0) == "0.000"
    told = sentence("total_sleep_time_min", 0, "pain", "less_pain", -0.2, -0.39, -0.01, 0.98, None, [])
    assert told == (
        "After a longer night your pain tended to be lower: by about 0.20 points per hour of sleep "
        "(95 % interval 0.01 to 0.39; probability that the direction is right: 98 %)."
    )


@pytest.mark.parametrize("name", VERDICTS)
def test_no_sentence_claims_a_cause_or_denies_an_effect(name):
    for reasons in ([], list(REASONS)):
        text = sentence("step_count", 1, "pain", name, 0.1, -0.2, 0.4, 0.7, 20, reasons).lower()
        assert not any(word in text for word in ("cause", "prove", "no effect", "should", " safe"))
