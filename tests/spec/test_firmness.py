"""How firm a direction is, from the checks of a participant's own days."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from painstats.findings.check_words import firmness_words
from painstats.findings.firmness import Firmness, firmness_of
from painstats.findings.words import answer, named_line
from painstats.questions.daily.tables import RobustnessCheck
from tests.spec.made_up_findings import STATES

OWN = STATES["own"]
NAMES = ("first_days_removed", "detrended", "outliers_pulled_in", "complete_days")


def checks(*same: bool | None, question: str = OWN.question.name) -> list[RobustnessCheck]:
    """Return a check for each entry: whether it shows the direction, None where it could not be made."""
    return [
        RobustnessCheck("anna", place, NAMES[place], question, "pain", "", same_verdict=each)
        for place, each in enumerate(same)
    ]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (checks(True, True, True), Firmness(3)),
        (checks(True, False, True), Firmness(3, ("detrended",))),
        (checks(False, None, False), Firmness(2, ("first_days_removed", "outliers_pulled_in"))),
        (checks(None), Firmness(0)),
        (checks(False, False, question="another"), Firmness(0)),
    ],
    ids=["all agree", "one disagrees", "one could not be made", "none could be made", "of another question"],
)
def test_checks_of_the_question_are_counted(made, expected):
    assert firmness_of(OWN, made) == expected


def test_checks_say_nothing_where_todays_reading_lost_the_direction_itself():
    reading = replace(OWN.estimate, low=-0.3, high=0.1)
    assert firmness_of(replace(OWN, estimate=reading), checks(False, False)) == Firmness(0)


@pytest.mark.parametrize("name", ["open", "bound", "early"])
def test_where_no_direction_is_given_there_is_nothing_to_check(name):
    assert firmness_of(STATES[name], checks(False, False)) == Firmness(0)


@pytest.mark.parametrize(
    ("checked", "word", "mark"),
    [
        (Firmness(8), "Firm", "lower"),
        (Firmness(8, ("detrended",)), "Fairly firm", "lower"),
        (Firmness(0), "Fairly firm", "lower"),
        (Firmness(8, ("detrended", "complete_days")), "Not firm", "not_determined"),
    ],
)
def test_the_word_and_the_mark_follow_from_the_checks(checked, word, mark):
    said = answer(OWN, checked=checked)
    assert (said.firmness, said.mark) == (word, mark)


def test_one_check_that_disagrees_is_named():
    said = answer(OWN, checked=Firmness(8, ("detrended",)))
    assert "0.3 points" in said.line
    assert any(text.startswith("One of eight checks disagrees: when ") for text in said.card)


def test_with_two_that_disagree_no_direction_and_no_number_is_given():
    checked = Firmness(8, ("detrended", "complete_days"))
    said = answer(OWN, checked=checked)
    assert said.line == "After longer nights, pain looked lower, but checks disagree."
    assert re.search(r"\d", said.line) is None
    assert any(
        text.startswith("Two of eight checks disagree") and text.endswith("So no direction is given.")
        for text in said.card
    )
    assert "but checks disagree" in named_line(OWN, checked)


@pytest.mark.parametrize(
    ("firmness", "expected"),
    [
        (Firmness(), ""),
        (Firmness(3), "3 of 3 checks of these days show this direction."),
        (
            Firmness(3, ("complete_days",)),
            "2 of 3 checks of these days show this direction; it is not shown if only days on which everything is known "
            "counted.",
        ),
        (
            Firmness(3, ("complete_days", "detrended")),
            "1 of 3 checks of these days show this direction; it is not shown if only days on which everything is known "
            "counted or if each participant's slow drift was removed from sleep. The participant's page calls no "
            "direction.",
        ),
    ],
)
def test_researchers_read_which_checks_disagree(firmness, expected):
    assert firmness_words(firmness, ["total_sleep_time_min"]) == expected
