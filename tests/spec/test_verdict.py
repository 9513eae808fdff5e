"""The declared rule: refusals first, then a certain direction, then at most small, else not determined."""

from dataclasses import replace
from datetime import date

import pytest

from painstats.findings.finding import Verdict
from painstats.findings.verdict import judge
from painstats.findings.words import REASONS
from painstats.frame.participants import ParticipantSummary
from painstats.plan.study import RulesPlan
from painstats.questions.asked import asked
from painstats.questions.daily.judge import Exposed, refusals
from painstats.questions.estimate import Estimate, Evidence
from tests.spec.test_questions_contract import study_of

RULES = RulesPlan()
[SLEEP] = asked(study_of({"kind": "daily", "measure": "total_sleep_time_min"}))
ANN = ParticipantSummary(
    participant_id="ann", item="pain", site="", first_date=date(2026, 1, 1), last_date=date(2026, 3, 31), calendar_days=90, outcome_days=75,
    valid_step_days=80, valid_nights=80, valid_active_days=0, valid_exercise_days=0, valid_efficiency_nights=0, valid_midpoint_nights=0,
    valid_regularity_nights=0, mean_outcome_score=4.0, sd_outcome_score=1.5, distinct_outcome_scores=8, time_zone="UTC",
    commonest_score_days=20, diary_days=75, usable_days=60, days_in_model=60, last_usable_date=date(2026, 3, 31), device_changes=0,
    compliance=0.8,
)  # fmt: skip
ESTIMATE = Estimate(-0.4, -0.7, -0.1, "pooled", 60, 1, probability_of_direction=0.99, reliability=0.7)
CLEAR = Evidence(SLEEP, "ann", ESTIMATE, (), smallest_effect=0.3, swing=1.2, slopes_differ=True)


def with_numbers(evidence=CLEAR, **changes):
    """Return evidence with another estimate."""
    return replace(evidence, estimate=replace(evidence.estimate, **changes))


WIDE = with_numbers(value=-0.1, low=-0.6, high=0.4, probability_of_direction=0.65)
NARROW = with_numbers(value=-0.02, low=-0.12, high=0.08, probability_of_direction=0.65)


def verdict(evidence):
    return judge(evidence, RULES).verdict


def refused(*, swing=1.2, known_days=58, is_fitted=True, **changes):
    return refusals(SLEEP, replace(ANN, **changes), RULES, Exposed(swing, known_days), is_fitted=is_fitted)


def test_the_verdicts():
    assert verdict(CLEAR) == Verdict.LOWER
    assert verdict(with_numbers(value=0.4, low=0.1, high=0.7)) == Verdict.HIGHER
    assert verdict(NARROW) == Verdict.AT_MOST_SMALL
    assert verdict(WIDE) == Verdict.NOT_DETERMINED
    assert verdict(replace(CLEAR, refusals=("too_few_days_for_verdict",))) == Verdict.NOT_JUDGED


@pytest.mark.parametrize(("known_days", "reasons"), [(19, ("exposure_rarely_known",)), (20, ())])
def test_a_question_is_judged_where_its_exposure_is_known_on_enough_days(known_days, reasons):
    assert refused(known_days=known_days) == reasons


@pytest.mark.parametrize(
    ("days", "reason"),
    [(9, "too_few_days_for_model"), (10, "too_few_days_to_show"), (19, "too_few_days_to_show"),
     (20, "too_few_days_for_verdict"), (44, "too_few_days_for_verdict"), (45, None)],
)  # fmt: skip
def test_days_flip_exactly_at_the_limits(days, reason):
    assert refused(usable_days=days) == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sd_outcome_score": 0.29}, "outcome_hardly_varies"),
        ({"distinct_outcome_scores": 2}, "outcome_hardly_varies"),
        ({"commonest_score_days": 61}, "outcome_hardly_varies"),
        ({"swing": 0.49}, "exposure_hardly_varies"),
        ({"compliance": 0.49}, "too_many_days_missing"),
        ({"is_fitted": False}, "no_fit"),
        ({"outcome_days": 0, "usable_days": 0}, "outcome_missing"),
    ],
)
def test_what_forbids_a_verdict(change, reason):
    assert refused(**change) == (reason,)
    judgement = judge(replace(CLEAR, refusals=(reason,)), RULES)
    assert (judgement.verdict, judgement.reasons) == (Verdict.NOT_JUDGED, (reason,))


@pytest.mark.parametrize(
    "evidence",
    [
        with_numbers(reliability=0.49),
        replace(CLEAR, slopes_differ=False),
        replace(NARROW, slopes_differ=False),
    ],
)
def test_a_clear_effect_is_not_claimed_if_participants_cannot_be_distinguished(evidence):
    judgement = judge(evidence, RULES)
    assert judgement.verdict == Verdict.NOT_DETERMINED
    assert "unreliable" in judgement.reasons


@pytest.mark.parametrize(("rate", "expected"), [(0.0499, Verdict.LOWER), (0.0501, Verdict.NOT_DETERMINED)])
def test_a_pooled_sign_needs_a_false_sign_rate_below_five_percent(rate, expected):
    assert verdict(with_numbers(probability_of_direction=1 - rate)) == expected


def test_a_sign_is_not_claimed_while_the_interval_holds_zero():
    assert verdict(with_numbers(high=0.01, probability_of_direction=0.97)) == Verdict.NOT_DETERMINED


@pytest.mark.parametrize(("half_p", "expected"), [(0.0249, Verdict.LOWER), (0.0251, Verdict.NOT_DETERMINED)])
def test_own_days_alone_need_two_sided_five_percent(half_p, expected):
    own = replace(CLEAR, slopes_differ=None)
    assert verdict(with_numbers(own, probability_of_direction=1 - half_p, reliability=None)) == expected


def test_a_sure_but_tiny_effect_is_said_to_be_tiny():
    judgement = judge(with_numbers(value=-0.1, low=-0.15, high=-0.05), RULES)
    assert (judgement.verdict, judgement.reasons) == (Verdict.LOWER, ("smaller_than_matters",))


def test_at_most_small_needs_the_whole_interval_inside():
    assert verdict(with_numbers(NARROW, low=-0.29, high=0.29)) == Verdict.AT_MOST_SMALL
    assert verdict(with_numbers(NARROW, low=-0.31, high=0.29)) == Verdict.NOT_DETERMINED


# --- The average


AVERAGE = Evidence(
    SLEEP, None, replace(ESTIMATE, basis="mixed_model", p=0.01, probability_of_direction=None, reliability=None), (),
    smallest_effect=0.3, swing=1.2, checks_agree=True, notes=("singular",),
)  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "expected", "reasons"),
    [
        (AVERAGE, Verdict.LOWER, ("singular",)),
        (with_numbers(AVERAGE, value=0.4, low=0.1, high=0.7), Verdict.HIGHER, ("singular",)),
        (with_numbers(AVERAGE, p=0.06), Verdict.NOT_DETERMINED, ("interval_too_wide", "singular")),
        (
            with_numbers(AVERAGE, p=0.6, low=-0.2, high=0.2),
            Verdict.AT_MOST_SMALL,
            ("inside_smallest_effect", "singular"),
        ),
        (replace(AVERAGE, checks_agree=False), Verdict.NOT_DETERMINED, ("checks_disagree", "singular")),
        (replace(AVERAGE, refusals=("too_few_participants",)), Verdict.NOT_JUDGED, ("too_few_participants",)),
    ],
)
def test_the_average_is_judged_by_its_adjusted_p_value(evidence, expected, reasons):
    judgement = judge(evidence, RULES)
    assert (judgement.verdict, judgement.reasons, judgement.days_needed) == (expected, reasons, None)


# --- Forecasts


def test_days_needed_for_own_days_follow_from_the_width():
    # Half-width 0.6 must shrink to max(|-0.1|, 0.3 - 0.1) = 0.2: nine times the days.
    own = with_numbers(replace(WIDE, slopes_differ=None), low=-0.7, high=0.5, reliability=None)
    assert judge(own, RULES).days_needed == 9 * 60 - 60


def test_days_needed_for_a_pooled_slope_count_what_other_people_tell():
    # v = (1.0 / 2z)^2 after 60 days; reliability 0.7: 1/tau^2 = 0.3 / v, of one's own 0.7 / v in 60 days.
    # The half-width must shrink from 0.5 to max(|-0.1|, 0.3 - 0.1) = 0.2: 1/v must grow by 6.25,
    # (6.25 - 0.3) / 0.7 * 60 = 510 days.
    assert judge(WIDE, RULES).days_needed == 510 - 60


def test_days_needed_for_a_pooled_slope_reach_the_reliability_too():
    # Reliability 0.2 after 60 days: own information 0.2 / v, of others 0.8 / v; one half needs 4 times the days.
    unreliable = with_numbers(reliability=0.2)
    assert judge(unreliable, RULES).days_needed == 4 * 60 - 60


@pytest.mark.parametrize(
    "evidence",
    [
        replace(WIDE, refusals=("too_many_days_missing",)),
        replace(WIDE, refusals=("exposure_hardly_varies",)),
        replace(WIDE, slopes_differ=False),
        with_numbers(replace(WIDE, refusals=("too_few_days_for_model",)), days=0),
    ],
)
def test_no_forecast_where_more_of_the_same_would_not_help(evidence):
    assert judge(evidence, RULES).days_needed is None


def test_days_needed_is_at_least_what_the_rule_asks_and_never_for_constant_scores():
    early = with_numbers(replace(CLEAR, refusals=("too_few_days_for_verdict",)), days=30)
    assert judge(early, RULES).days_needed >= 15
    assert judge(replace(CLEAR, refusals=("outcome_hardly_varies",)), RULES).days_needed is None


def test_every_reason_that_the_rule_gives_has_words():
    given = {reason for days in (5, 15, 30, 60) for reason in refused(usable_days=days, compliance=0.1, swing=0.0)}
    given |= {reason for evidence in (CLEAR, WIDE, NARROW, AVERAGE) for reason in judge(evidence, RULES).reasons}
    assert given <= set(REASONS)
    assert len(given) > 5
