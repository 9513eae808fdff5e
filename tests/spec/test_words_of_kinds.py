"""What participants read about kinds of exercise, in every state of the card."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from painstats.errors import StudyError
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, exploratory_kinds
from painstats.questions.exercise.kind import EXERCISE
from painstats.questions.exercise.kind_words import KIND_WORDS, kind_label
from painstats.questions.exercise.words import cards
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict
from painstats.vocabulary import EXERCISE_TYPES
from tests.spec.test_every_state_on_a_page import NEVER

PAIN, MOOD = Outcome("pain", "", (0.0, 10.0)), Outcome("mood", "", (0.0, 10.0))
LOWER, HIGHER, SMALL, OPEN, REFUSED = (
    Verdict.LOWER, Verdict.HIGHER, Verdict.AT_MOST_SMALL, Verdict.NOT_DETERMINED, Verdict.NOT_JUDGED,
)  # fmt: skip
RANGES = {LOWER: (-1.5, -0.7), HIGHER: (0.2, 1.0), SMALL: (-0.35, 0.6), OPEN: (-0.7, 1.3)}


def finding(kind: str, verdict: Verdict, reason: str = "", contrast: str = "session") -> ContrastFinding:
    row = ContrastFinding(
        "p00", "exercise", "pain", "", kind, contrast, "day with it", date(2026, 5, 1), 90, 21, 3, verdict, (reason,)
    )
    low, high = RANGES.get(verdict, (None, None))
    return row if low is None else replace(row, estimate=(low + high) / 2, low=low, high=high)


def card(*findings: ContrastFinding, outcome: Outcome = PAIN) -> ExploratoryCard:
    [one] = cards(findings, outcome)
    return one


WEEKDAY = "on_the_same_days_as_others"
CARDS = {
    "both": card(finding("swimming", LOWER), finding("strength", HIGHER), finding("yoga", OPEN)),
    "one": card(finding("swimming", LOWER), finding("yoga", SMALL)),
    "two": card(finding("yoga", LOWER), finding("swimming", LOWER)),
    "open": card(*(finding(kind, OPEN) for kind in ("yoga", "swimming", "running", "core", "dance"))),
    "one open": card(finding("yoga", OPEN)),
    "small": card(finding("yoga", SMALL), finding("running", SMALL)),
    "one small": card(finding("yoga", SMALL)),
    "refused": card(finding("yoga", REFUSED, "few_days_with"), finding("dance", REFUSED, WEEKDAY)),
    "same scores": card(finding("yoga", REFUSED, "outcome_hardly_varies")),
    "no fit": card(finding("yoga", REFUSED, "no_fit"), finding("dance", REFUSED, "no_fit")),
    "minutes": card(finding("swimming", LOWER, contrast="per_30_minutes")),
    "mood": card(finding("swimming", HIGHER), finding("running", LOWER), outcome=MOOD),
}
LINES = {
    "both": ("both", "Lower after swimming, higher after strength training.", "To watch"),
    "one": ("lower", "Lower after swimming.", "To watch"),
    "two": ("lower", "Lower after swimming and yoga.", "To watch"),
    "open": ("not_determined", "No pattern in five kinds.", "Not determined"),
    "one open": ("not_determined", "No pattern in the one kind that can be compared.", "Not determined"),
    "small": (
        "at_most_small", "No large link with any of two kinds: smaller than 0.6 points, if there is one", "Firm bound"
    ),
    "one small": (
        "at_most_small", "No large link with yoga: smaller than 0.6 points, if there is one", "Firm bound"
    ),
    "refused": ("not_judged", "No kind of exercise can be compared yet.", "Not judged"),
    "same scores": ("not_judged", "Your pain scores hardly vary.", "Not judged"),
    "no fit": ("not_judged", "No answer: these days do not fit the method.", "Not judged"),
    "minutes": ("lower", "Lower after swimming.", "To watch"),
    "mood": ("both", "Worse after running, better after swimming.", "To watch"),
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_the_line_says_what_was_found(name):
    said = CARDS[name]
    assert (said.mark, said.line, said.firmness) == LINES[name]


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("both", ("Two patterns to watch: after a day with swimming, pain was lower; after a day with strength training, it was higher.",
                  "The other kinds show no pattern so far.")),
        ("one", ("One pattern to watch: after a day with swimming, pain was 0.7 to 1.5 points lower than after a day without it.",
                 "The other kinds show no pattern so far.")),
        ("two", ("Two patterns to watch: after a day with swimming or yoga, pain was lower.",)),
        ("open", ("For each kind in the chart, pain after a day with it was compared with pain after other days.",)),
        ("refused", ("The chart says why for each.",)),
        ("same scores", ("Nearly all of them are alike, so there is nothing to compare.",)),
        ("minutes", ("One pattern to watch: for each 30 minutes of swimming, pain was 0.7 to 1.5 points lower on the next day.",)),
    ],
)  # fmt: skip
def test_the_card_says_what_was_compared(name, sentences):
    assert tuple(sentence.replace("\u00a0", " ") for sentence in CARDS[name].card) == sentences


def test_kinds_are_rows_by_name_with_refused_ones_among_them():
    rows = card(
        finding("yoga", LOWER), finding("core", REFUSED, "few_days_with"), finding("strength", OPEN),
        finding("walking", SMALL), finding("dance", REFUSED, WEEKDAY),
    ).chart.rows  # fmt: skip
    assert [(row.label, row.note, row.words.replace("\u00a0", " "), row.direction) for row in rows] == [
        ("Core training", "21 days", "not judged: needs 8 days", ""),
        ("Dancing", "21 days", "not judged: mostly with other exercise, or on one weekday", ""),
        ("Strength training", "21 days", "0.7 points lower to 1.3 points higher", ""),
        ("Walking", "21 days", "at most small: under 0.6 points", ""),
        ("Yoga", "21 days", "0.7 to 1.5 points lower", "lower"),
    ]
    assert [row.estimate is None for row in rows] == [True, True, False, False, False]


def test_a_card_says_how_many_kinds_were_asked_about():
    assert CARDS["both"].caution.startswith("Three kinds were asked about, listed by name, not by size.")
    assert CARDS["same scores"].caution == ""
    assert CARDS["same scores"].chart is None


@pytest.mark.parametrize("name", CARDS)
def test_no_card_is_long_or_says_what_it_may_not(name):
    said = CARDS[name]
    above_the_fold = " ".join((*said.card, said.caution))
    assert len(said.line.split()) <= 25
    assert len(above_the_fold.split()) <= 70
    assert len(re.findall(r"\d+(?:\.\d+)?", above_the_fold)) <= 7
    rows = [row.words for row in said.chart.rows] if said.chart else []
    assert NEVER.findall(" ".join((said.line, above_the_fold, *rows, *(fact for _, fact in said.folded)))) == []


def test_every_kind_of_the_vocabulary_has_words():
    assert set(EXERCISE_TYPES) == set(KIND_WORDS)
    assert len(set(KIND_WORDS.values())) == len(KIND_WORDS)
    assert kind_label("strength") == "Strength training"
    assert EXERCISE.label("mind_and_body", "session") == "mind and body exercise, done the day before"


# --- What a plan asks


def study_of(*questions: dict[str, object]) -> Study:
    return Study(folder=Path("made-up"), plan=Plan.model_validate({"questions": questions}))


def test_it_is_asked_of_a_plan_without_questions_or_where_it_is_listed():
    daily = {"kind": "daily"}
    listed = [
        EXERCISE in exploratory_kinds(study_of(*tables)) for tables in ((), (daily,), (daily, {"kind": "exercise"}))
    ]
    assert listed == [True, False, True]
    assert exploratory_kinds(study_of(daily, {"kind": "exercise", "as": "minutes"}))[EXERCISE].by_minutes


def test_a_wrong_key_or_a_second_table_is_refused():
    with pytest.raises(StudyError, match=r"questions\.0\.as: .*done.*minutes"):
        asked(study_of({"kind": "exercise", "as": "hours"}, {"kind": "daily"}))
    with pytest.raises(StudyError, match=r"study\.toml: kinds of exercise are asked about 2 times; keep one table"):
        asked(study_of({"kind": "daily"}, {"kind": "exercise"}, {"kind": "exercise", "as": "minutes"}))
