"""Findings in words: expected sentences for every verdict, about a participant and about the average."""

from __future__ import annotations

from dataclasses import replace

import pytest

from painstats.findings.finding import Finding, Look, Origin, Verdict
from painstats.findings.verdict import HIDING
from painstats.findings.words import REASONS, cohort_sentence, counts_sentence, headline, points, sentence
from painstats.questions.asked import asked
from painstats.questions.estimate import Estimate
from tests.spec.test_questions_contract import study_of

ORIGIN = Origin("p" * 16, "0", "i" * 16)


def question(measure="total_sleep_time_min", item="pain", site=None):
    [asked_one] = asked(study_of({"kind": "daily", "measure": measure}, item=item, site=site))
    return asked_one


def finding(
    verdict,
    numbers=(None, None, None),
    *,
    reasons=(),
    probability=None,
    days_needed=None,
    participant="ann",
    participants=1,
    days=60,
    **asked_of,
):
    return Finding(
        question(**asked_of), participant,
        Estimate(*numbers, "pooled", days, participants, probability_of_direction=probability),
        verdict, tuple(reasons), days_needed, 0.3, 1.2, Look(None), ORIGIN,
    )  # fmt: skip


STEPS = {"measure": "step_count"}


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (
            finding(Verdict.HIGHER, (0.2, 0.05, 0.35), probability=0.98),
            "After a longer night your pain tended to be higher, by about 0.20 points per hour of sleep "
            "(95% interval 0.05 to 0.35; probability that the direction is right: 98%).",
        ),
        (
            finding(Verdict.LOWER, (-0.12, -0.3, 0.01), probability=0.96, reasons=["smaller_than_matters"], **STEPS),
            "On the day after more steps your pain tended to be lower, by about 0.12 points per 1,000 steps "
            "(95% interval −0.01 to 0.30; probability that the direction is right: 96%). "
            "The direction is clear, but the effect is smaller than what usually matters in daily life.",
        ),
        (
            finding(Verdict.AT_MOST_SMALL, (0.01, -0.08, 0.1), reasons=["inside_smallest_effect"], item="soreness", **STEPS),
            "On the day after more steps your soreness was much the same: the difference is between −0.08 and 0.10 points "
            "per 1,000 steps (95% interval), smaller than what usually matters.",
        ),
        (
            finding(Verdict.NOT_DETERMINED, (0.05, -0.4, 0.5), reasons=["interval_too_wide"], days_needed=31),
            "Not determined: the range of effects that fit these days is still too wide. "
            "So far the estimate is 0.05 points per hour of sleep (95% interval −0.40 to 0.50). "
            "About 35 more days with a pain score may be enough to tell.",
        ),
        (
            finding(Verdict.NOT_JUDGED, reasons=["outcome_missing"], days_needed=45, item="mood"),
            "Not judged: no scores were found. About 45 more days with a mood score may be enough to tell.",
        ),
        (
            finding(Verdict.HIGHER, (0.2, 0.1, 0.3), item="mood"),
            "After a longer night your mood tended to be better, by about 0.20 points per hour of sleep (95% interval 0.10 to 0.30).",
        ),
        (
            finding(Verdict.LOWER, (-0.2, -0.3, -0.1), item="mood"),
            "After a longer night your mood tended to be worse, by about 0.20 points per hour of sleep (95% interval 0.10 to 0.30).",
        ),
    ],
)  # fmt: skip
def test_a_finding_about_a_participant_in_words(found, text):
    assert sentence(found) == text


def test_a_finding_about_the_average_in_words():
    average = {"participant": None, "participants": 12, "days": 1040}
    assert cohort_sentence(finding(Verdict.LOWER, (-0.17, -0.3, -0.04), **average)) == (
        "After a longer night participants' pain, each compared with their own average, tended to be lower, "
        "by about 0.17 points per hour of sleep (95% interval 0.04 to 0.30; 12 participants, 1,040 days)."
    )
    refused = finding(Verdict.NOT_JUDGED, reasons=["too_few_participants"], **average)
    assert cohort_sentence(refused) == (
        "Not judged: too few participants have enough days for a statement about the average."
    )


def test_counts_in_words():
    counts = {Verdict.NOT_JUDGED: 3, Verdict.NOT_DETERMINED: 4, Verdict.LOWER: 3, Verdict.HIGHER: 2}
    assert (
        counts_sentence(question(**STEPS), counts)
        == "Of 12 participants, on the day after more steps: 2 more pain, 3 less pain, 4 cannot tell yet, 3 not judged."
    )


@pytest.mark.parametrize(
    ("item", "site", "higher", "lower"),
    [
        ("pain", None, "more pain", "less pain"),
        ("mood", None, "better mood", "worse mood"),
        ("sleep_quality", None, "better sleep quality", "worse sleep quality"),
        ("readiness", None, "more readiness", "less readiness"),
        ("energy", None, "more energy", "less energy"),
        ("pain_interference", None, "more pain interference", "less pain interference"),
        ("symptom", "dizziness", "more dizziness", "less dizziness"),
    ],
)
def test_the_words_of_a_verdict_come_from_the_outcome(item, site, higher, lower):
    made = {
        verdict: headline(finding(verdict, item=item, site=site, **STEPS))
        for verdict in (Verdict.HIGHER, Verdict.LOWER)
    }
    assert made == {Verdict.HIGHER: f"Steps: {higher}", Verdict.LOWER: f"Steps: {lower}"}


def test_headlines_and_numbers():
    open_one = finding(Verdict.NOT_DETERMINED, reasons=["interval_too_wide"], days_needed=31, **STEPS)
    assert headline(open_one) == "Steps: cannot tell yet, about 35 more days"
    assert headline(replace(open_one, verdict=Verdict.NOT_JUDGED)) == "Steps: not judged, about 35 more days"
    assert headline(replace(open_one, verdict=Verdict.AT_MOST_SMALL)) == "Steps: no large link"
    assert [points(value) for value in (-0.204, -0.004, 0.0)] == ["−0.20", "−0.004", "0.000"]


@pytest.mark.parametrize("verdict", Verdict)
def test_no_sentence_claims_a_cause_or_denies_an_effect(verdict):
    for reasons in ([], sorted(REASONS)):
        found = finding(verdict, (0.1, -0.2, 0.4), reasons=reasons, probability=0.7, days_needed=20, **STEPS)
        text = sentence(found).lower()
        assert not any(word in text for word in ("cause", "prove", "no effect", "should", " safe"))


def test_every_reason_that_hides_an_estimate_has_words():
    assert set(REASONS) >= HIDING
