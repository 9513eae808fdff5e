"""Findings in words: what researchers read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from painstats.findings.catalogue.research import REASONS
from painstats.findings.research_words import counts_sentence, headline, points, sentence
from painstats.findings.verdict import HIDING
from painstats.questions.verdict import Verdict
from tests.spec.made_up_findings import STATES, STEPS, finding, judged, question


def test_an_average_in_words():
    average = {"participant": None, "participants": 12, "days": 1040}
    told = finding(
        Verdict.LOWER, verdict_from=judged(-0.3, -0.04, basis="mixed_model"), reading=(-0.17, -0.2, -0.1), **average
    )
    assert sentence(told) == (
        "After a longer night, participants' pain (each compared with their own average) was lower: 0.17 points per "
        "hour of sleep (adjusted range −0.30 to −0.04)."
    )
    small = replace(told, judged=judged(-0.3, -0.04, is_small=True))
    assert "was lower, but by less than what matters: 0.17 points per hour of sleep" in sentence(small)
    refused = finding(Verdict.NOT_JUDGED, "too_few_participants", **average)
    assert sentence(refused) == "Not judged: too few participants have enough days for a statement about the average."


def test_an_open_average_and_one_at_most_small_in_words():
    bound = finding(Verdict.AT_MOST_SMALL, verdict_from=judged(-0.1, 0.113), participant=None)
    assert sentence(bound) == (
        "No large link: if there is one, it is smaller than 0.30 points between low and high days (adjusted range "
        "−0.10 to 0.11 points per hour of sleep)."
    )
    undecided = finding(
        Verdict.NOT_DETERMINED, "both_directions_possible", verdict_from=judged(-0.4, 0.02), participant=None
    )
    assert sentence(undecided) == (
        "Not determined: the range reaches over zero. After a longer night, participants' pain (each compared with "
        "their own average) may be lower or higher (adjusted range −0.40 to 0.02 points per hour of sleep)."
    )


def test_counts_in_words():
    counts = {
        Verdict.NOT_JUDGED: 3,
        Verdict.NOT_DETERMINED: 4,
        Verdict.LOWER: 3,
        Verdict.HIGHER: 2,
        Verdict.AT_MOST_SMALL: 1,
    }
    assert counts_sentence(question(STEPS), counts) == (
        "Of 13 participants, on the day after more steps: 2 more pain, 3 less pain, 1 at most small, 4 not determined, "
        "3 not judged."
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
        verdict: headline(finding(verdict, item=item, site=site, measure=STEPS))
        for verdict in (Verdict.HIGHER, Verdict.LOWER)
    }
    assert made == {Verdict.HIGHER: f"Steps: {higher}", Verdict.LOWER: f"Steps: {lower}"}


def test_points_of_researchers():
    assert [points(value) for value in (-0.204, -0.004, 0.0)] == ["−0.20", "−0.004", "0.000"]


def test_every_reason_has_words():
    given = {reason for found in STATES.values() for reason in found.reasons}
    assert set(REASONS) >= HIDING | given
