"""Later days the whole way: from records in a store to the card on the personal page, and every state of the card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import ModuleType

import pytest

from painstats.findings import find
from painstats.frame.participants import participant_summaries
from painstats.questions.boom_and_bust import words as boom_words
from painstats.questions.delayed import words as delayed_words
from painstats.questions.delayed.cards import cards
from painstats.questions.delayed.rules import RULES
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict
from painstats.reports.pages import page_bytes
from painstats.reports.personal import load
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import participant_record
from painstats.store import open_store
from tests.conftest import table
from tests.made_up_study import small_study
from tests.reading_pages import read_page
from tests.spec.made_up_activity import Diary, fill

SORE_THEN_BETTER = Diary(124, steps=(0.2, -0.08, -0.03))
SWINGS = Diary(62, steps=(-0.3, 0.0, 0.0), swing=0.25)
PAIN, MOOD = Outcome("pain", "", (0.0, 10.0)), Outcome("mood", "", (0.0, 10.0))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return what is found in one who is sore, then better; in one with few days; and in one who suffers from swings.

    Their pages, too: participant to text.
    """
    kinds = [{"kind": kind} for kind in ("daily", "delayed", "boom_and_bust")]
    study = small_study(tmp_path_factory.mktemp("later") / "study", phases=[], questions=kinds)
    with open_store(study) as store:
        fill(store, {"ann": SORE_THEN_BETTER, "few": Diary(62), "swing": SWINGS})
        find(store)
        pages = {}
        for summary in participant_summaries(store):
            page = page_bytes(personal_page(store, participant_record(store, summary, []), (), ()))
            pages[summary.participant_id] = " ".join(read_page(page).text.split())
        return table(store, "SELECT * FROM contrast_finding"), pages


@pytest.fixture
def later(found):
    """Return the later days of the one who is sore, then better."""
    rows, _ = found
    return {row["contrast"]: row for row in rows if (row["kind"], row["participant_id"]) == ("delayed", "ann")}


def test_soreness_tomorrow_and_benefit_later_are_both_found(later):
    assert {name: row["verdict"] for name, row in later.items()} == {
        "tomorrow": "higher", "days_2_to_7": "not_judged", "days_8_to_28": "not_judged", "later": "lower",
        "in_all": "not_judged",
    }  # fmt: skip
    planted = {"tomorrow": 0.2, "days_2_to_7": -0.48, "days_8_to_28": -0.63, "later": -1.11, "in_all": -0.91}
    assert {name: row["low"] <= planted[name] <= row["high"] for name, row in later.items()} == dict.fromkeys(
        later, True
    )
    assert {row["unit"] for row in later.values()} == {"1,000 steps"}


def test_the_fit_has_the_days_until_the_last_look_only(later):
    assert {(row["look_date"], row["days"]) for row in later.values()} == {(date(2026, 5, 4), 120)}


def test_activity_that_is_never_known_is_not_asked_about_unless_the_plan_names_it(later):
    assert {row["exposure"] for row in later.values()} == {"step_count"}
    assert {row["asked"] for row in later.values()} == {2}


def test_the_page_says_it_in_words(found):
    _, pages = found
    assert "After more steps, pain was higher the next day, then lower." in pages["ann"]
    assert re.search(
        r"pain was 0\.2 points higher the next day on average\. Over days 2 to 28 it was lower: 1\.[01]", pages["ann"]
    )
    assert "Too few days so far: 60 of the 90 that this needs." in pages["few"]


def test_a_planted_swing_is_found_beside_plain_effects_of_both_days(found):
    rows, pages = found
    swings = {row["participant_id"]: row for row in rows if row["kind"] == "boom_and_bust"}
    row = swings["swing"]
    assert (row["verdict"], row["contrast"], row["days"], row["asked"]) == ("higher", "swing", 60, 1)
    assert row["low"] < 0.25 < row["high"]
    assert "The more two days in a row differed in steps, the higher pain was on the day after." in pages["swing"]


# --- Every state of the card

STATES = {
    # next day, later: mark, firmness, line
    ("lower", "lower"): (
        "lower",
        "To watch",
        "After more exercise, pain was lower the next day, and over days 2 to 28.",
    ),
    ("higher", "lower"): ("both", "To watch", "After more exercise, pain was higher the next day, then lower."),
    ("higher", ""): (
        "higher",
        "To watch",
        "After more exercise, pain was higher the next day. Later days show no pattern.",
    ),
    ("", "lower"): (
        "lower",
        "To watch",
        "After more exercise, pain was lower over days 2 to 28. The next day shows no pattern.",
    ),
    ("", ""): (
        "not_determined",
        "Not determined",
        "After more exercise: no pattern the next day, and none over days 2 to 28.",
    ),
}


def findings(next_day: str = "", later: str = "", **changes: object) -> list[ContrastFinding]:
    verdicts = {"tomorrow": next_day, "later": later}
    sizes = {"lower": -0.06, "higher": 0.04}
    return [
        replace(
            ContrastFinding("p", "delayed", "pain", "", "exercise_time_min", name, "30 minutes of exercise", None, 120, None, 2, Verdict.NOT_JUDGED),
            verdict=Verdict(verdicts.get(name) or "not_determined"),
            estimate=(size := sizes.get(verdicts.get(name, ""), 0.001)),
            low=size - 0.03,
            high=size + 0.03,
            **changes,
        )
        for name in RULES
    ]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=" then ".join)
def test_a_line_names_the_directions_and_gives_no_number(state):
    [card] = cards(findings(*state), PAIN)
    assert (card.mark, card.firmness, card.line) == STATES[state]
    assert card.name == "Later days: exercise"


@pytest.mark.parametrize("state", STATES, ids=" then ".join)
def test_sizes_are_given_only_with_a_direction_and_in_a_unit_in_which_they_show(state):
    [card] = cards(findings(*state), PAIN)
    said = " ".join(card.card)
    assert len(re.findall(r"\d\.\d points", said)) == sum(map(bool, state))
    assert ("60 more minutes" in said) is any(state)
    assert len(said.split()) <= 45
    assert len(card.line.split()) <= 25
    assert "-" not in said


CHANCE = "A range on one side is no pattern yet: among several, chance often gives one."
OPEN_ON_ONE_SIDE = {
    ("", "", "tomorrow"): "there is no direction so far, for the next day or for days 2 to 28.",
    (
        "",
        "lower",
        "tomorrow",
    ): "After a day with 60 more minutes of exercise, there is no direction so far for the next",
    ("higher", "", "later"): "Over days 2 to 28, there is no direction so far.",
}


@pytest.mark.parametrize("state", OPEN_ON_ONE_SIDE, ids=" then ".join)
def test_a_range_on_one_side_is_not_said_to_fit_both_directions(state):
    *given, open_one = state
    [card] = cards([replace(row, low=0.01) if row.contrast == open_one else row for row in findings(*given)], PAIN)
    said = " ".join(card.card)
    assert OPEN_ON_ONE_SIDE[state] in said
    assert said.endswith(CHANCE)
    assert "both directions" not in said
    assert len(said.split()) <= 50
    assert all("both directions" in " ".join(one.card) for one in cards(findings(*given), PAIN))


def test_the_chart_has_four_rows_of_which_the_last_sums_up_the_two_before():
    [card] = cards(findings("higher", "lower"), PAIN)
    assert [(row.label, row.is_sum, row.direction) for row in card.chart.rows] == [
        ("The next day", False, "higher"),
        ("Days 2 to\u00a07", False, ""),
        ("Days 8 to\u00a028", False, ""),
        ("After the next day", True, "lower"),
    ]
    assert card.chart.rows[-1].estimate == pytest.approx(2.5 * -0.06 if "75" in card.chart.caption else 2 * -0.06)
    assert card.chart.rows[0].words == "just above 0 to\u00a00.1 higher"
    assert card.chart.rows[1].words == "0.1 lower to\u00a00.1 higher"


def test_only_a_sum_over_weeks_can_be_two_slow_changes_at_once():
    caution = {state: cards(findings(*state), PAIN)[0].caution for state in STATES}
    slow = "A slow change in exercise and a slow change in pain can also just happen at the same time."
    assert {state for state, said in caution.items() if said == slow} == {state for state in STATES if state[1]}


def test_mood_is_better_or_worse():
    [card] = cards(findings("higher", "lower", item="mood"), MOOD)
    assert card.line == "After more exercise, mood was better the next day, then worse."
    assert (card.chart.lower, card.chart.higher) == ("worse", "better")


@pytest.mark.parametrize("reason", ["too_few_days", "outcome_hardly_varies", "no_fit"])
def test_a_refusal_says_why_and_has_no_chart(reason):
    refused = [
        replace(finding, verdict=Verdict.NOT_JUDGED, reasons=(reason,), days=70, estimate=None, low=None, high=None)
        for finding in findings()
    ]
    [card] = cards(refused, PAIN)
    assert (card.mark, card.firmness, card.chart) == ("not_judged", "Not judged", None)
    assert card.line.endswith(".")
    assert ("70 of the 90" in card.line) is (reason == "too_few_days")


def sentences(module: ModuleType) -> Iterator[str]:
    """Yield every text of a catalogue, also those in tuples and tables."""
    waiting = [value for name, value in vars(module).items() if name.isupper()]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as table:
                waiting += table.values()
            case tuple() as texts:
                waiting += texts


@pytest.mark.parametrize("module", [delayed_words, boom_words, load], ids=["later", "boom", "load"])
def test_nothing_claims_a_cause_and_nothing_is_called_safe(module):
    forbidden = re.compile(
        r"effect|works|help|because|significan|improve|leads? to|safe|best|should|-\d|—", re.IGNORECASE
    )
    texts = list(sentences(module))
    assert len(texts) > 10
    assert [text for text in texts if forbidden.search(text)] == []
