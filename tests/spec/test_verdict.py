"""The verdict on one question: refusals, own days first, opposite directions, pooled only, small, withdrawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from painstats.findings.catalogue.research import REASONS
from painstats.findings.finding import Verdict
from painstats.findings.rule import State, judge
from painstats.findings.verdict import conclude
from painstats.frame.participants import ParticipantSummary
from painstats.plan.rules import RulesPlan
from painstats.questions.asked import asked
from painstats.questions.daily.judge import Exposed, refusals
from painstats.questions.estimate import Estimate
from painstats.questions.evidence import Evidence
from tests.looks import looks
from tests.spec.test_questions_contract import study_of

RULES = RulesPlan()
[SLEEP] = asked(study_of({"kind": "daily", "measure": "total_sleep_time_min"}))
ANN = ParticipantSummary(
    participant_id="ann", item="pain", site="", first_date=date(2026, 1, 1), last_date=date(2026, 3, 31), calendar_days=90, outcome_days=75,
    valid_step_days=80, valid_nights=80, valid_active_days=0, valid_exercise_days=0, valid_efficiency_nights=0, valid_midpoint_nights=0,
    valid_regularity_nights=0, valid_in_bed_nights=0, in_bed_only_nights=0, mean_outcome_score=4.0, sd_outcome_score=1.5, distinct_outcome_scores=8, time_zone="UTC",
    commonest_score_days=20, diary_days=75, usable_days=60, days_in_model=60, last_usable_date=date(2026, 3, 31), device_changes=0,
    compliance=0.8,
)  # fmt: skip
EVIDENCE = Evidence(SLEEP, "ann", Estimate(-0.4, -0.7, -0.1, "pooled", 60, 1), (), smallest_effect=0.4, swing=1.2)


def state(*estimates: float | None, **more) -> State:
    """Return the state after looks with these estimates; the standard error is 0.2 at the first."""
    return judge({"sleep": looks(estimates, **more)})["sleep"][-1]


LOWER, HIGHER, WIDE = state(-0.8), state(0.8), state(-0.2)
SMALL = state(0.01, se=0.05)
LOWER_BUT_SMALL = state(-0.2, se=0.05)
POOLED = {
    name: state(estimate, basis="pooled") for name, estimate in (("lower", -0.8), ("higher", 0.8), ("wide", -0.1))
}
POOLED_SMALL = state(0.02, se=0.06, basis="pooled")
WITHDRAWN = state(-0.8, -0.2)


@pytest.mark.parametrize(
    ("own", "pooled", "verdict", "reasons", "source"),
    [
        (LOWER, None, Verdict.LOWER, (), "own"),
        (HIGHER, None, Verdict.HIGHER, (), "own"),
        (LOWER, POOLED["lower"], Verdict.LOWER, (), "own"),
        (LOWER, POOLED["wide"], Verdict.LOWER, (), "own"),
        (LOWER, POOLED_SMALL, Verdict.LOWER, (), "own"),
        (LOWER_BUT_SMALL, None, Verdict.LOWER, ("smaller_than_matters",), "own"),
        (WIDE, POOLED["lower"], Verdict.LOWER, ("as_for_others",), "pooled"),
        (None, POOLED["higher"], Verdict.HIGHER, ("as_for_others",), "pooled"),
        (SMALL, POOLED["lower"], Verdict.LOWER, ("as_for_others",), "pooled"),
        (WIDE, state(-0.2, se=0.05, basis="pooled"), Verdict.LOWER, ("smaller_than_matters", "as_for_others"), "pooled"),
        (LOWER, POOLED["higher"], Verdict.NOT_DETERMINED, ("own_days_and_cohort_disagree",), "own"),
        (HIGHER, POOLED["lower"], Verdict.NOT_DETERMINED, ("own_days_and_cohort_disagree",), "own"),
        (SMALL, None, Verdict.AT_MOST_SMALL, ("inside_smallest_effect",), "own"),
        (SMALL, POOLED["wide"], Verdict.AT_MOST_SMALL, ("inside_smallest_effect",), "own"),
        (WIDE, POOLED_SMALL, Verdict.AT_MOST_SMALL, ("inside_smallest_effect",), "pooled"),
        (SMALL, POOLED_SMALL, Verdict.AT_MOST_SMALL, ("inside_smallest_effect",), "pooled"),
        (WIDE, None, Verdict.NOT_DETERMINED, ("both_directions_possible",), "own"),
        (WIDE, POOLED["wide"], Verdict.NOT_DETERMINED, ("both_directions_possible",), "pooled"),
        (WITHDRAWN, None, Verdict.NOT_DETERMINED, ("not_confirmed",), "own"),
        (WITHDRAWN, POOLED["wide"], Verdict.NOT_DETERMINED, ("not_confirmed",), "own"),
        (WITHDRAWN, POOLED["lower"], Verdict.LOWER, ("as_for_others",), "pooled"),
        (WIDE, state(-0.8, -0.2, basis="pooled"), Verdict.NOT_DETERMINED, ("not_confirmed",), "pooled"),
    ],
)  # fmt: skip
def test_own_days_come_first_and_others_only_add(own, pooled, verdict, reasons, source):
    conclusion = conclude(EVIDENCE, own, pooled)
    assert (conclusion.verdict, conclusion.reasons) == (verdict, reasons)
    assert conclusion.state is {"own": own, "pooled": pooled}[source]


def test_days_that_disagree_without_a_new_direction_withdraw_it():
    first, second = *looks((-1.5,), se=0.05), *looks((None, -0.4), se=0.245)
    after = judge({"sleep": (first, second)})["sleep"][-1]
    conclusion = conclude(EVIDENCE, after, None)
    assert (conclusion.verdict, conclusion.reasons) == (Verdict.NOT_DETERMINED, ("days_disagree",))
    assert (after.low, after.high) == (second.lows[1], second.highs[1])


# --- Before any look, and refusals


def test_before_the_first_look_nothing_is_judged():
    conclusion = conclude(EVIDENCE, None, None)
    assert (conclusion.verdict, conclusion.reasons, conclusion.state) == (
        Verdict.NOT_JUDGED,
        ("before_first_look",),
        None,
    )


def test_a_refusal_of_all_days_is_named_where_no_look_has_judged():
    refused = replace(EVIDENCE, refusals=("outcome_hardly_varies",), notes=("singular",))
    assert conclude(refused, None, None).reasons == ("outcome_hardly_varies", "singular")
    at_look = replace(refused, refused_at_look=("exposure_hardly_varies",))
    assert conclude(at_look, None, None).reasons == ("exposure_hardly_varies", "singular")


def test_a_refused_look_keeps_the_verdict_of_the_one_before():
    at_look = replace(EVIDENCE, refusals=("too_many_days_missing",), refused_at_look=("too_many_days_missing",))
    assert conclude(at_look, LOWER, None).verdict is Verdict.LOWER


def test_notes_follow_the_reasons():
    assert conclude(replace(EVIDENCE, notes=("singular",)), SMALL, None).reasons == (
        "inside_smallest_effect",
        "singular",
    )


def refused(*, swing=1.2, known_days=58, is_fitted=True, **changes):
    return refusals(SLEEP, replace(ANN, **changes), RULES, Exposed(swing, known_days), is_fitted=is_fitted)


@pytest.mark.parametrize(("known_days", "reasons"), [(19, ("exposure_rarely_known",)), (20, ())])
def test_a_question_is_judged_where_its_exposure_is_known_on_enough_days(known_days, reasons):
    assert refused(known_days=known_days) == reasons


@pytest.mark.parametrize(
    ("days", "reason"),
    [(9, "too_few_days_for_model"), (10, "too_few_days_to_show"), (19, "too_few_days_to_show"), (20, None), (60, None)],
)
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
    conclusion = conclude(replace(EVIDENCE, refusals=(reason,)), None, None)
    assert (conclusion.verdict, conclusion.reasons) == (Verdict.NOT_JUDGED, (reason,))


def test_every_reason_that_the_rule_gives_has_words():
    given = {reason for days in (5, 15, 30, 60) for reason in refused(usable_days=days, compliance=0.1, swing=0.0)}
    pairs = [
        (LOWER, None),
        (WIDE, POOLED["lower"]),
        (LOWER, POOLED["higher"]),
        (SMALL, None),
        (WITHDRAWN, None),
        (None, None),
    ]
    given |= {reason for own, pooled in pairs for reason in conclude(EVIDENCE, own, pooled).reasons}
    assert given <= set(REASONS)
    assert len(given) > 5
