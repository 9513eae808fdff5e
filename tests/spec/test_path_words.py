"""What participants read about a path: every state of the card, its drawing, and the page it is on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from painstats.daily import build_daily_table
from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.frame.participants import participant_summaries
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.path.amounts import AMOUNTS, LESS, amount, amount_span
from painstats.questions.path.content import Path
from painstats.questions.path.contrasts import ACTIVITIES, ASKED, CONTRASTS, PARTS, SLEEP, THROUGH_SLEEP
from painstats.questions.path.kind import PATH
from painstats.questions.path.words import REFUSED
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict
from painstats.reports.figures.path_chart import drawn_path
from painstats.reports.pages import page_environment
from painstats.reports.personal.exploratory import exploratory_lines
from painstats.reports.personal.record import participant_record
from painstats.store import open_store
from tests.calibration.path_diaries import PathTruth, simulate
from tests.conftest import table
from tests.made_up_study import small_study
from tests.reading_pages import read_page
from tests.simulated_days import fill

THROUGH = {"through_sleep": -0.06, "activity_to_sleep": 0.15, "sleep_to_outcome": -0.4}
BACK = {"outcome_to_sleep": -10 / 60}
STATES = {
    "through": THROUGH,
    "through shorter nights": {"through_sleep": 0.2, "activity_to_sleep": -0.3, "sleep_to_outcome": -0.7},
    "through and back": THROUGH | BACK,
    "night": BACK,
    "day": {"outcome_to_activity": -0.31},
    "night and day": BACK | {"outcome_to_activity": 0.2},
    "direct": {"direct": 0.24},
    "all": THROUGH | BACK | {"direct": 0.24, "outcome_to_activity": -0.31},
    "none": {},
}
"""State to the arrows that have a direction, with their estimates."""


def finding(contrast, estimate, activity, verdict=None, reasons=()):
    has_direction = estimate is not None
    given = (
        Verdict.HIGHER if has_direction and estimate > 0 else Verdict.LOWER if has_direction else Verdict.NOT_DETERMINED
    )
    low, high = sorted((0.5 * estimate, 1.5 * estimate)) if has_direction else (-0.12, 0.21)
    return ContrastFinding(
        "p", "path", "pain", "", activity, contrast, "", date(2026, 5, 1), 120, None, 4, verdict or given, reasons,
        estimate if has_direction else 0.05, low, high,
    )  # fmt: skip


def card_of(state, item="pain", activity="step_count"):
    rows = [finding(contrast, STATES[state].get(contrast), activity) for contrast in CONTRASTS]
    [card] = PATH.cards(rows, Outcome(item, "", (0, 10)))
    return card


LINES = {
    "through": "More steps went with longer nights, and those with lower pain.",
    "through shorter nights": "More steps went with shorter nights, and those with higher pain.",
    "through and back": "More steps went with longer nights, and those with lower pain.",
    "night": "After days with more pain, nights were shorter.",
    "day": "After days with more pain came days with fewer steps.",
    "night and day": "After days with more pain, nights were shorter.",
    "direct": "Apart from sleep, pain was higher after more steps.",
    "all": "More steps went with longer nights, and those with lower pain.",
    "none": "No pattern so far, through sleep or the other way round.",
}


@pytest.mark.parametrize("state", STATES)
def test_the_line_says_what_has_a_direction(state):
    assert card_of(state).line == LINES[state]


def test_the_card_gives_sizes_for_a_difference_that_makes_them_visible():
    assert card_of("through and back").card == (
        "Through sleep alone, pain was 0.1 points lower for 2,000 more steps. All ways together: see “Steps” above.",
        "The other way round: after a day with pain one point higher, the next night was 10 minutes shorter.",
    )


def test_the_other_way_round_is_said_for_itself_where_nothing_else_is_known():
    assert card_of("night and day").card == (
        "After a day with pain one point higher, the next night was 10 minutes shorter. The next day had 200 more steps.",
        "Through sleep and by other ways, both directions are still possible.",
    )


CHANCE = "A range on one side is no pattern yet: among several, chance often gives one."


def one_sided(state, contrast):
    """Return the sentences of a state in which the range of one arrow without a direction is above zero."""
    rows = [finding(each, STATES[state].get(each), "step_count") for each in CONTRASTS]
    rows = [replace(row, low=0.01) if row.contrast == contrast else row for row in rows]
    [card] = PATH.cards(rows, Outcome("pain", "", (0, 10)))
    return card.card


def test_a_range_on_one_side_is_not_said_to_fit_both_directions():
    assert one_sided("none", "outcome_to_sleep") == ("No arrow below has a direction so far.", CHANCE)
    assert one_sided("none", "total") == (
        "Both directions are still possible for every arrow below.",
    )  # not asked here
    assert one_sided("night", "direct")[1:] == (
        "Through sleep and by other ways, there is no direction so far.",
        CHANCE,
    )
    assert one_sided("night", "outcome_to_activity") == card_of("night").card


def test_a_good_outcome_is_better_or_worse():
    card = card_of("all", item="mood")
    assert card.line == "More steps went with longer nights, and those with worse mood."
    assert "after a day with mood one point better, the next night was 10 minutes shorter" in card.card[1]


@pytest.mark.parametrize("activity", [exposure.measure for exposure in ACTIVITIES])
@pytest.mark.parametrize("state", STATES)
def test_a_card_is_short_and_claims_nothing(state, activity):
    card = card_of(state, activity=activity)
    text = " ".join((card.line, *card.card, card.caution))
    assert "−" not in text
    assert "-" not in re.sub(r"\w-\w", "", text)
    assert not re.search(r"effect|works|helps|because|significant|improves|leads to|share", text)
    assert len(card.line.split()) <= 25
    read = " ".join((*card.card, card.caution))
    assert len(read.split()) <= 70
    assert len(re.findall(r"\d[\d,.]*", read)) <= 7
    assert (card.mark, card.firmness) == ("", "Not determined" if state == "none" else "To watch")


def test_it_says_how_many_were_asked_and_what_is_taken_into_account():
    folded = dict(card_of("through").folded)
    assert folded["Questions"] == "Four questions were asked here; the limits allow for that."
    assert folded["Taken into account"].startswith("Pain of the day before for each night, and the night for")
    assert folded["Through sleep"] == "0.1 to\u00a00.2 points lower for 2,000 more steps"
    assert (
        folded["The next night"] == "7 minutes shorter to\u00a013 minutes longer after a day with pain one point higher"
    )


@pytest.mark.parametrize("reason", REFUSED)
def test_a_path_that_is_not_judged_says_why(reason):
    rows = [finding(name, None, "step_count", Verdict.NOT_JUDGED, (reason,)) for name in CONTRASTS]
    [card] = PATH.cards(rows, Outcome("pain", "", (0, 10)))
    assert (card.mark, card.firmness, card.chart) == ("not_judged", "Not judged", None)
    assert "{" not in card.line + card.card[0]


def test_each_activity_has_a_card_of_its_own():
    rows = [finding(name, None, activity) for activity in ("step_count", "exercise_time_min") for name in CONTRASTS]
    cards = PATH.cards(rows, Outcome("pain", "", (0, 10)))
    assert [card.name for card in cards] == ["Steps and sleep", "Exercise and sleep"]


# --- Amounts


def test_differences_are_rounded_and_never_zero():
    assert amount("total_sleep_time_min", -0.2) == "12 minutes shorter"
    assert amount("total_sleep_time_min", 0.004) == "slightly longer"
    assert amount("step_count", -1.26) == "1,300 fewer steps"
    assert amount("exercise_time_min", 0.2, short=True) == "6 more min"


def test_ranges_of_differences():
    assert amount_span("step_count", -1.2, -0.04) == "just above 0 to\u00a01,200 fewer steps"
    assert amount_span("total_sleep_time_min", -0.1, 0.2) == "6 minutes shorter to\u00a012 minutes longer"
    assert amount_span("active_time_min", 0.1, 0.1) == "3 more active minutes"


def test_every_activity_has_words():
    measures = {exposure.measure for exposure in ACTIVITIES}
    assert set(AMOUNTS) == measures | {SLEEP.measure}
    assert set(LESS) == measures


# --- The drawing


def test_the_arrows_say_what_is_known():
    chart = card_of("through and back").chart
    assert chart.first.words == ("18 min longer", "per 2,000 steps")
    assert (chart.second.words, chart.second.direction) == (("0.4 lower", "per extra hour"), "lower")
    assert (chart.through.words, chart.through.direction) == (("through sleep: 0.1 lower",), "lower")
    assert (chart.direct.words, chart.direct.direction) == (("by other ways: not determined",), "")
    assert chart.back.words == ("back: 10 min shorter", "per point")
    assert chart.caption == "Steps, sleep and pain: points per 2,000 steps"


def test_the_parts_have_no_words_where_the_way_through_sleep_has_no_direction():
    chart = card_of("night").chart
    assert (chart.first.words, chart.second.words) == ((), ())
    assert chart.through.words == ("through sleep: not determined",)


def test_the_drawing_is_said_in_words_and_lets_nothing_through():
    drawing = str(drawn_path(card_of("through").chart))
    assert 'role="img" aria-label="Three boxes with arrows: steps the day before' in drawing
    assert "Through sleep: 0.1 lower. By other ways: not determined." in drawing
    rows = [finding(name, None, "step_count") for name in CONTRASTS]
    [card] = PATH.cards(rows, Outcome("symptom", "<b>&", (0, 10)))
    assert "<b>" not in str(drawn_path(card.chart))


def test_words_on_arrows_are_wrapped_to_what_fits_on_a_phone():
    drawing = str(drawn_path(card_of("through", activity="exercise_time_min").chart))
    below_boxes = re.findall(r">([^<>]+)</text>", drawing.split("<rect")[-1])[3:]
    assert below_boxes == [
        *("18 min longer", "per 60 minutes", "of exercise"),
        *("0.4 lower", "per extra hour"),
        "back: not determined",
    ]


def test_the_unit_is_that_of_what_is_shown():
    rows = {name: finding(name, STATES["direct"].get(name), "step_count") for name in CONTRASTS}
    assert Path(rows, "step_count", outcome_words(Outcome("pain", "", (0, 10)))).unit.factor == 1


# --- The whole way


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Return the findings and the page of a participant whose steps act through sleep."""
    with open_store(small_study(tmp_path_factory.mktemp("path") / "study")) as store:
        truth = PathTruth(days=75, to_sleep=0.3, to_pain=-0.8)
        score = pl.col("outcome_score")
        days = simulate(truth, 1).with_columns(pain_score=score, diary_missing=score.is_null(), unworn=pl.lit(False))
        fill(store, days)
        build_daily_table(store)
        build_model_frame(store, exposures(asked(store.study)))
        fit_questions(store)
        rows = table(store, "SELECT * FROM contrast_finding WHERE kind = 'path'")
        find(store)
        [summary] = participant_summaries(store)
        lines = exploratory_lines(participant_record(store, summary, ()), store.study, ())
        [card] = [line for line in lines if "sleep" in line.headline]
        page = page_environment().get_template("answers.html.j2").module.answer(card)
        return {row["contrast"]: row for row in rows}, str(page)


def test_a_path_is_found_and_stored(judged):
    rows, _ = judged
    assert list(rows) == list(CONTRASTS)
    through = rows[THROUGH_SLEEP]
    assert (through["verdict"], through["days"], through["asked"]) == ("lower", 60, len(ASKED))
    assert through["low"] < 0.3 * -0.8 < through["high"] < 0
    assert [rows[part]["verdict"] for part in PARTS] == ["higher", "lower"]
    assert rows["outcome_to_sleep"]["verdict"] == "not_determined"


def test_it_is_on_the_page(judged):
    text = read_page(judged[1].encode()).text
    assert "Steps and sleep" in text
    assert "More steps went with longer nights, and those with lower pain." in text
    assert '<svg class="drawing" role="img"' in judged[1]
