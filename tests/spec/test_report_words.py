"""Findings in words: golden sentences for every verdict, for a person and for people."""

from __future__ import annotations

import pytest

from painstats.findings.words import cohort_sentence, counts_sentence, headline, sentence

SLEEP = ("total_sleep_time_min", 0)
STEPS = ("step_count", 1)


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        (
            (*SLEEP, "pain", "more_pain", 0.2, 0.05, 0.35, 0.98, None, []),
            "After a longer night your pain tended to be higher: by about 0.20 points per hour of sleep "
            "(95 % interval 0.05 to 0.35; probability that the direction is right: 98 %).",
        ),
        (
            (*STEPS, "pain", "less_pain", -0.12, -0.3, 0.01, 0.96, None, ["smaller_than_matters"]),
            "On the day after more steps your pain tended to be lower: by about 0.12 points per 1 000 steps "
            "(95 % interval −0.01 to 0.30; probability that the direction is right: 96 %). "
            "The direction is clear, but the size is below what usually matters in daily life.",
        ),
        (
            (*STEPS, "soreness", "no_clear_link", 0.01, -0.08, 0.1, 0.6, None, ["inside_smallest_effect"]),
            "On the day after more steps your soreness was much the same: the difference lies between −0.08 and 0.10 points "
            "per 1 000 steps (95 % interval), which is smaller than what usually matters.",
        ),
        (
            (*SLEEP, "pain", "cannot_tell_yet", 0.05, -0.4, 0.5, 0.6, 31, ["interval_too_wide"]),
            "Not determined: the range of sizes that fit these days is still too wide for an answer. "
            "So far the estimate is 0.05 points per hour of sleep (95 % interval −0.40 to 0.50). "
            "With about 35 more days with a rating, a night and a day of wear an answer may become possible.",
        ),
        (
            (*SLEEP, "mood", "less_pain", -0.2, -0.3, -0.1, None, None, []),
            "After a longer night your mood tended to be better: by about 0.20 points per hour of sleep (95 % interval 0.10 to 0.30).",
        ),
    ],
)
def test_a_finding_about_a_person_in_words(finding, told):
    assert sentence(*finding) == told


def test_a_finding_about_people_in_words():
    told = cohort_sentence(*SLEEP, "pain", "less_pain", -0.17, -0.3, -0.04, 12, 1040, [])
    assert told == (
        "After a longer night people's pain, each compared with their own average, tended to be lower: "
        "by about 0.17 points per hour of sleep (95 % interval 0.04 to 0.30; 12 people, 1\u202f040 days)."
    )
    refused = cohort_sentence(*SLEEP, "pain", "cannot_tell_yet", None, None, None, 3, 90, ["too_few_people"])
    assert (
        refused == "Not determined: there are too few people with enough days for a statement about people in general."
    )


def test_counts_in_words():
    counts = {"cannot_tell_yet": 7, "less_pain": 3, "more_pain": 2}
    assert (
        counts_sentence(*STEPS, "pain", counts)
        == "Of 12 people, on the day after more steps: 3 less pain, 2 more pain, 7 cannot tell yet."
    )


def test_headlines_of_items_that_are_better_when_higher():
    assert headline("step_count", "more_pain", None, "sleep_quality") == "Steps: worse sleep quality"
    assert headline("step_count", "less_pain", None, "readiness") == "Steps: more readiness"
