"""What participants read about other items, in every state of the card."""

from __future__ import annotations

import re
from datetime import date
from string import Formatter

import pytest

from painstats.questions.exploratory.card import StripChart
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.item import words
from painstats.questions.item.cards import cards
from painstats.questions.question import Outcome
from painstats.questions.size_words import asked_words
from painstats.questions.verdict import Verdict
from painstats.reports.figures.row_chart import drawn_strip

SLEEP, STEPS = "total_sleep_time_min_lag0", "step_count_lag1"
UNITS = {SLEEP: "hour of sleep", STEPS: "1,000 steps"}
BANNED = re.compile(
    r"\bcaus|\bprov|because|improv|leads? to|\bhelps?\b|\bworks?\b|\beffects?\b|significan|\bbest\b|−|--|[!{}]", re.I
)


def finding(
    item: str, exposure: str, estimate: float | None, verdict: Verdict, asked: int = 4, reason: str = "", site: str = ""
) -> ContrastFinding:
    low, high = (None, None) if estimate is None else (estimate - 0.2, estimate + 0.2)
    reasons = (reason,) if reason else ()
    return ContrastFinding(
        "ann", "item", item, site, exposure, "per_unit", UNITS[exposure], date(2026, 3, 1), 64, None, asked, verdict,
        reasons, estimate, low, high,
    )  # fmt: skip


OPEN = [
    finding(item, exposure, 0.05, Verdict.NOT_DETERMINED) for item in ("fatigue", "mood") for exposure in (SLEEP, STEPS)
]
LOWER_FATIGUE = finding("fatigue", SLEEP, -0.32, Verdict.LOWER)
BETTER_MOOD = finding("mood", SLEEP, 0.41, Verdict.HIGHER)
HIGHER_FATIGUE = finding("fatigue", STEPS, 0.04, Verdict.HIGHER)
WORSE_MOOD = finding("mood", STEPS, -0.3, Verdict.LOWER)
FEW = [finding("stress", exposure, None, Verdict.NOT_JUDGED, 0, "too_few_days") for exposure in (SLEEP, STEPS)]
STATES = {
    "open": OPEN,
    "one": [LOWER_FATIGUE, *OPEN[1:]],
    "mood": [*OPEN[:2], BETTER_MOOD, OPEN[3]],
    "two": [LOWER_FATIGUE, OPEN[1], BETTER_MOOD, OPEN[3]],
    "both ways": [LOWER_FATIGUE, HIGHER_FATIGUE, *OPEN[2:]],
    "all four": [LOWER_FATIGUE, HIGHER_FATIGUE, BETTER_MOOD, WORSE_MOOD],
    "not judged": FEW,
}


def card(name: str):
    [found] = cards(STATES[name], Outcome("pain", "", (0, 10)))
    return found


@pytest.mark.parametrize(
    ("name", "mark", "firmness", "line"),
    [
        ("open", "not_determined", "Not determined", "No pattern so far."),
        ("one", "lower", "To watch", "Fatigue was lower after longer nights. The others: no pattern so far."),
        ("mood", "lower", "To watch", "Mood was better after longer nights. The others: no pattern so far."),
        (
            "two",
            "lower",
            "To watch",
            "Fatigue was lower after longer nights. Mood was better after longer nights. The others: no pattern so far.",
        ),
        (
            "both ways",
            "both",
            "To watch",
            "Fatigue was lower after longer nights. Fatigue was higher after more steps. The others: no pattern so far.",
        ),
        ("all four", "both", "To watch", "Four patterns in four questions."),
        ("not judged", "not_judged", "Not judged", "There are too few days with other scores, or they hardly vary."),
    ],
)
def test_the_line_of_each_state(name, mark, firmness, line):
    found = card(name)
    assert (found.mark, found.firmness, found.line) == (mark, firmness, line)
    assert len(line.split()) <= 25


@pytest.mark.parametrize("name", STATES)
def test_no_sentence_claims_a_cause_or_has_a_minus_sign(name):
    found = card(name)
    assert isinstance(found.chart, StripChart) or name == "not judged"
    rows = [text for row in (found.chart.rows if found.chart else ()) for text in (row.label, row.note)]
    said = [found.name, found.line, *found.card, found.caution, found.fold, *sum(found.folded, ()), *rows]
    assert [text for text in said if BANNED.search(text)] == []
    assert len(" ".join([*found.card, found.caution]).split()) <= 70


def test_a_size_is_given_for_a_unit_in_which_it_is_visible():
    assert card("both ways").card == (
        "After a night one hour longer, fatigue the next day was 0.3 points lower on average.",
        "After a day with 5,000 more steps, fatigue the next day was 0.2 points higher on average.",
    )


def test_a_line_that_counts_patterns_is_followed_by_their_names():
    assert card("all four").card == (
        "Fatigue was lower after longer nights. Fatigue was higher after more steps. "
        "Mood was better after longer nights. Mood was worse after more steps.",
    )


def test_the_number_asked_is_printed_and_items_are_turned():
    assert card("one").caution == (
        "Four questions were asked here; the limits allow for that. Each is turned so that lower is better. "
        "This says what goes together, not why."
    )
    assert asked_words(1) == "One question was asked here."
    few = [finding("mood", exposure, None, Verdict.NOT_JUDGED, 0, "too_few_days") for exposure in (SLEEP, STEPS)]
    [unasked] = cards(few, Outcome("pain", "", (0, 10)))
    assert unasked.caution == ""


def test_a_chart_turns_items_of_which_a_high_score_is_a_good_one():
    chart = card("two").chart
    assert chart.columns == ("after longer nights", "after more steps")
    assert chart.caption == "Points for one more hour and for 2,000 more steps."
    assert [(row.label, row.note) for row in chart.rows] == [
        ("Fatigue", "lower after longer nights"), ("Low mood", "lower after longer nights")
    ]  # fmt: skip
    mood = chart.rows[1].cells[0]
    assert (mood.estimate, mood.low, mood.high, mood.direction) == pytest.approx((-0.41, -0.61, -0.21, "lower"))
    assert mood.words == "0.2 to\u00a00.6 points lower"


def test_all_cells_of_a_chart_are_drawn_on_one_scale():
    chart = card("two").chart
    drawn = [re.findall(r'cx="([\d.]+)%"', drawing)[0] for row in drawn_strip(chart) for drawing in row.drawings]
    largest = 0.61 * 1.08
    assert float(drawn[2]) == pytest.approx(50 - 50 * 0.41 / largest, abs=0.01)
    assert float(drawn[1]) == pytest.approx(50 + 50 * 0.1 / largest, abs=0.01)


@pytest.mark.parametrize(
    ("item", "site", "name"),
    [("fatigue", "", "Fatigue"), ("mood", "", "Low mood"), ("sleep_quality", "", "Low sleep quality"),
     ("symptom", "nausea", "Nausea"), ("pain", "knee", "Pain (knee)")],
)  # fmt: skip
def test_rows_are_named_so_that_lower_is_better(item, site, name):
    assert words.row_name(item, site) == name


def test_a_symptom_is_said_by_its_name():
    [found] = cards([finding("symptom", SLEEP, -0.4, Verdict.LOWER, 1, site="nausea")], Outcome("pain", "", (0, 10)))
    assert found.line == "Nausea was lower after longer nights."
    assert found.card == ("After a night one hour longer, nausea the next day was 0.4 points lower on average.",)


def test_a_few_days_are_counted_and_a_floor_is_said():
    floored = finding("stress", SLEEP, -0.4, Verdict.LOWER, reason="many_scores_at_an_end")
    [found] = cards([floored, FEW[1]], Outcome("pain", "", (0, 10)))
    assert found.folded == (
        (
            "Stress, sleep",
            "0.2 to\u00a00.6 points lower; 64 days. Many scores are at an end of the scale, so a link may be larger.",
        ),
        ("Stress, steps", "not judged: 64 days with a score are too few"),
    )


def test_every_entry_has_named_variables():
    texts = [text for name, text in vars(words).items() if name.isupper() and isinstance(text, str)]
    assert len(texts) > 20
    fields = [field for text in texts for _, field, _, _ in Formatter().parse(text) if field is not None]
    assert all(field.isidentifier() for field in fields)
