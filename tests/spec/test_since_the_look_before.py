"""What changed in the last month is said with its date and its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from painstats.findings.change_names import change_name
from painstats.findings.look_row import LookRow
from painstats.findings.revision import Revision, revised
from painstats.findings.since import News, news_of_change, news_of_experiment, news_of_finding, news_words
from painstats.questions.verdict import Verdict
from tests.spec.made_up_changes import EXPERIMENTS, STATES
from tests.spec.made_up_findings import finding, judged

LOOK = LookRow(
    "participant", "ann", "total_sleep_time_min_lag0", "own_days", 2, date(2026, 2, 18), 90, 1, -0.2, -0.5, 0.1, -1.5,
    2.5, "not_determined", False, None,
)  # fmt: skip
LOWER = replace(LOOK, number=3, date=date(2026, 4, 20), days=120, low=-0.5, high=-0.1, verdict="lower")
TOLD = finding(Verdict.LOWER, verdict_from=judged(-0.5, -0.1))


def test_another_answer_with_more_days_has_more_days_as_its_cause():
    assert news_of_finding(TOLD, [LOWER, LOOK]) == News(
        LOWER.date,
        "Sleep: “Not determined” became “Lower” on 20 April 2026, with 120 days scored. Reason: more days.",
        "Sleep",
    )


def test_the_first_answer_day_is_said_the_same_answer_and_none_are_not():
    assert news_of_finding(TOLD, [LOWER]) == News(
        LOWER.date, "Sleep: the first answer day was on 20 April 2026, with 120 days scored.", "Sleep"
    )
    assert news_of_finding(TOLD, [replace(LOOK, verdict="lower"), LOWER]) is None
    assert news_of_finding(finding(Verdict.NOT_JUDGED, "before_first_look"), []) is None


def test_looks_on_another_basis_are_not_compared():
    [first] = [news_of_finding(TOLD, [replace(LOOK, basis="pooled"), LOWER])]
    assert "the first answer day" in first.words


def test_only_a_link_that_changed_is_a_cause_in_itself():
    changed = finding(Verdict.NOT_DETERMINED, "link_changed", verdict_from=judged(-0.5, -0.1))
    expected = "Sleep: “Lower” became “Changed”. Reason: the link itself changed."
    assert news_of_finding(changed, [LOOK, LOWER]).words == expected
    withdrawn = replace(LOOK, number=4, withdrawn="not_confirmed")
    assert news_of_finding(changed, [LOOK, LOWER, withdrawn]).words == expected


REVISED = Revision("ann", LOOK.question, "own_days", 3, "not_determined", None, date(2026, 5, 2), "other_data")


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("other_data", "other data. Records of earlier days were added, corrected or removed."),
        ("other_plan", "the plan of the study was changed."),
        ("other_version", "another version of painstats."),
    ],
)
def test_an_answer_that_changed_without_a_new_answer_day_has_another_cause(cause, reason):
    assert news_of_finding(TOLD, [LOOK, LOWER], [replace(REVISED, cause=cause)]) == News(
        date(2026, 5, 2), f"Sleep: “Not determined” became “Lower”. Reason: {reason}", "Sleep"
    )


def test_a_revision_of_the_look_before_is_the_cause_only_while_its_answer_stands():
    before = replace(REVISED, number=2, before="higher")
    [stands] = [news_of_finding(TOLD, [replace(LOOK, verdict="lower"), LOWER], [before])]
    assert stands.words.startswith("Sleep: “Higher” became “Lower”. Reason: other data.")
    assert "Reason: more days" in news_of_finding(TOLD, [LOOK, LOWER], [before]).words
    others = [replace(REVISED, question="steps"), replace(REVISED, basis="pooled"), replace(REVISED, number=1)]
    assert "Reason: more days" in news_of_finding(TOLD, [LOOK, LOWER], others).words


def test_only_the_same_look_with_another_answer_is_revised():
    other = replace(LOWER, verdict="not_determined")
    assert revised([LOOK, other], [LOOK, LOWER]) == [(other, LOWER)]
    assert revised([LOOK], [LOOK, LOWER]) == []  # more days
    assert revised([LOOK], [replace(LOOK, verdict="lower"), LOWER]) == [(LOOK, replace(LOOK, verdict="lower"))]
    assert revised([LOOK, LOWER], [LOOK]) == [(LOWER, LOOK)]  # the last look is no longer reached
    assert revised([LOWER], [replace(other, withdrawn="not_confirmed")])
    assert revised([other], [replace(other, withdrawn="not_confirmed")])
    of_others = [replace(LOWER, participant_id="ben"), replace(LOWER, participant_id=None, subject="cohort")]
    assert revised([other], of_others) == revised(of_others, [other]) == []


def test_looks_at_a_treatment_are_dated_and_a_withdrawn_answer_has_its_reason():
    told = replace(STATES["lower_start"], look=1, look_date=date(2026, 4, 20))
    assert news_of_change(told).words == f"{change_name(told)}: first looked at on 20 April 2026."
    again = replace(told, look=2)
    assert news_of_change(again).words == f"{change_name(told)}: looked at again on 20 April 2026."
    withdrawn = replace(again, withdrawn=Verdict.LOWER)
    assert news_of_change(withdrawn).words.endswith("withdrawn on 20 April 2026. Reason: more days.")
    assert news_of_change(replace(told, look=0, look_date=None)) is None


def test_an_experiment_is_news_once_its_last_block_is_over():
    assert news_of_experiment(EXPERIMENTS["sealed"]) is None
    over = news_of_experiment(EXPERIMENTS["told_lower"])
    assert over.words.endswith("so its result is open now.")
    assert over.date == EXPERIMENTS["told_lower"].last_date


def test_only_the_last_month_is_listed_the_newest_first_and_at_most_four():
    last = date(2026, 5, 31)
    news = [News(last - timedelta(days=ago), f"{ago} days ago") for ago in (40, 3, 29, 0, 12, 20, 30)]
    assert news_words(news, last) == (
        "0 days ago", "3 days ago", "12 days ago", "20 days ago", "All other answers are as they were.",
    )  # fmt: skip
    assert news_words(news[:1], last) == ("All answers are as they were.",)
