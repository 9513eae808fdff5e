"""What changed at the last answer day is said with its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from painstats.findings.look_row import LookRow
from painstats.findings.since import since_words
from painstats.questions.verdict import Verdict
from tests.spec.made_up_findings import finding, judged

LOOK = LookRow(
    "participant", "ann", "total_sleep_time_min_lag0", "own_days", 2, date(2026, 2, 18), 90, 1, -0.2, -0.5, 0.1, -1.5,
    2.5, "not_determined", False, None,
)  # fmt: skip
LOWER = replace(LOOK, number=3, date=date(2026, 4, 20), days=120, low=-0.5, high=-0.1, verdict="lower")
TOLD = finding(Verdict.LOWER, verdict_from=judged(-0.5, -0.1))


def test_another_answer_with_more_days_has_more_days_as_its_cause():
    assert since_words(TOLD, [LOWER, LOOK]) == (
        "Sleep: “Not determined” became “Lower” on 20 April 2026, with 120 days scored. Reason: more days."
    )


def test_the_same_answer_the_first_one_and_no_answer_say_nothing():
    assert since_words(TOLD, [replace(LOOK, verdict="lower"), LOWER]) is None
    assert since_words(TOLD, [LOWER]) is None
    assert since_words(TOLD, [replace(LOOK, basis="pooled"), LOWER]) is None
    assert since_words(finding(Verdict.NOT_JUDGED, "before_first_look"), []) is None


def test_only_a_link_that_changed_is_a_cause_in_itself():
    changed = finding(Verdict.NOT_DETERMINED, "link_changed", verdict_from=judged(-0.5, -0.1))
    expected = "Sleep: “Lower” became “Changed”. Reason: the link itself changed."
    assert since_words(changed, [LOOK, LOWER]) == expected
    withdrawn = replace(LOOK, number=4, withdrawn="not_confirmed")
    assert since_words(changed, [LOOK, LOWER, withdrawn]) == expected
