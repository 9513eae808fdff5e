"""Whether a link is still what it was: the whole way from records to the page, and the rules on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from painstats.daily import build_daily_table
from painstats.findings import find
from painstats.findings.build import read_findings
from painstats.findings.states import State
from painstats.findings.words import answer
from painstats.frame import Exposure, build_model_frame
from painstats.frame.participants import participant_summaries
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.plan.rules import RulesPlan
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.questions.change.cards import cards
from painstats.questions.change.fit import OwnChange
from painstats.questions.change.judge import averages, findings
from painstats.questions.change.looks import LEVEL, LOOKS_A_YEAR, last_monthly_look
from painstats.questions.change.plan import BEFORE, CHANGE, LAST_60_DAYS, first_recent_day
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict
from painstats.reports.pages import page_bytes
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import participant_record
from painstats.store import open_store
from painstats.store.rows import read_rows
from tests.reading_pages import read_page
from tests.simulated_days import fill

SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
PAIN = Outcome("pain", "", (0, 10))
FIRST = date(2026, 1, 5)


def days_of(slopes: dict[str, tuple[float, float]], days: int, flip: int, seed: int = 4) -> pl.DataFrame:
    """Return days on which pain goes with sleep by one slope before day ``flip`` and by another from then on."""
    draws = np.random.default_rng(seed)
    rows = []
    for name, (before, since) in slopes.items():
        sleep, steps, noise = draws.normal(7, 1.1, days), draws.normal(6500, 2000, days), draws.normal(0, 1, days)
        slope = np.where(np.arange(days) < flip, before, since)
        pain = np.clip(np.round(5 + slope * (sleep - 7) + noise), 0, 10)
        rows += [
            (name, FIRST + timedelta(days=day), max(steps[day], 500.0), 60 * sleep[day], pain[day], False, False)
            for day in range(days)
        ]
    names = ("participant_id", "date", "step_count", "total_sleep_time_min", "pain_score", "unworn", "diary_missing")
    return pl.DataFrame(rows, schema=names, orient="row")


@pytest.fixture
def flipped(make_study):
    with open_store(make_study(study={"time_zone": "Europe/London"}, rules={"looks": [110]})) as store:
        fill(store, days_of({"ann": (-0.8, 0.9), "ben": (0.0, 0.0)}, days=125, flip=60))
        build_daily_table(store)
        build_model_frame(store, exposures(asked(store.study)))
        fit_questions(store)
        find(store)
        yield store


def test_a_link_that_flips_is_on_the_page_and_has_no_single_answer(flipped):
    found = read_rows(flipped, "contrast_finding", ContrastFinding)
    rows = {(row.exposure, row.contrast): row for row in found if row.participant_id == "ann"}
    change = rows[SLEEP.name, CHANGE]
    assert (change.verdict, change.reasons, change.days) == (Verdict.HIGHER, ("link_changed",), 120)
    assert change.look_date == FIRST + timedelta(days=119)
    assert rows[SLEEP.name, BEFORE].verdict is Verdict.LOWER
    assert rows[SLEEP.name, LAST_60_DAYS].verdict is Verdict.HIGHER
    assert rows[SLEEP.name, BEFORE].days_with + rows[SLEEP.name, LAST_60_DAYS].days_with == 120
    assert {rows[STEPS.name, contrast].reasons for contrast in (CHANGE, BEFORE)} == {("no_change_found",)}

    sleep = read_findings(flipped)[0]
    assert (sleep.participant_id, sleep.question.name) == ("ann", SLEEP.name)
    assert (sleep.verdict, sleep.reasons, sleep.forecast) == (Verdict.NOT_DETERMINED, ("link_changed",), None)
    said = answer(sleep)
    assert (said.state, said.line, said.firmness) == (State.CHANGED, "The link changed over time.", "Changed")
    assert [term for term, _ in said.folded] == ["Days"]

    summary = participant_summaries(flipped)[0]
    page = read_page(page_bytes(personal_page(flipped, participant_record(flipped, summary, ()), (), ())))
    assert "The link with sleep is different in the last two months." in page.text
    assert "points lower per extra hour. Last 60 days:" in page.text
    assert "No change was found in the link between steps and pain." in page.text


def test_looks_are_once_a_month_from_90_days_on():
    dates = [FIRST + timedelta(days=2 * day) for day in range(125)]
    assert last_monthly_look(dates[:89], RulesPlan()) is None
    assert last_monthly_look(dates[:90], RulesPlan()) == LookDay(1, dates[89], 90)
    assert last_monthly_look(dates[:119], RulesPlan()) == LookDay(1, dates[89], 90)
    assert last_monthly_look(dates, RulesPlan()) == LookDay(2, dates[119], 120)
    assert pytest.approx(0.05) == LEVEL * LOOKS_A_YEAR
    assert (date(2026, 8, 30) - first_recent_day(date(2026, 8, 30))).days == 59


def test_sleep_is_adjusted_for_the_steps_before_it_and_steps_not_for_the_night_after():
    design = DailyDesign((SLEEP, STEPS), (0, 10), RulesPlan())
    assert design.total_of(SLEEP).exposures == (SLEEP, STEPS)
    assert design.total_of(STEPS).exposures == (STEPS,)


def a_test(estimate: float, p: float) -> Coefficient:
    se = 0.1
    return Coefficient("", estimate, se, 100.0, estimate / se, p, estimate - 2 * se, estimate + 2 * se)


def own(p: float, before: float = -0.5, last: float = 0.9, name: str = "ann") -> OwnChange:
    tests = {CHANGE: a_test(0.2, p), LAST_60_DAYS: a_test(last, 0.01), BEFORE: a_test(before, 0.01)}
    known = {LAST_60_DAYS: 50, BEFORE: 120}
    return OwnChange(name, LookDay(4, date(2026, 8, 30), 180), PAIN, SLEEP, 180, known, tests)


def card_of(change: OwnChange):
    [card] = cards(findings([change]), PAIN)
    return card


def test_a_change_needs_p_below_a_twelfth_of_five_percent():
    assert findings([own(LEVEL * 0.999)])[0].verdict is Verdict.HIGHER
    found = findings([own(LEVEL * 1.001)])
    assert {row.verdict for row in found} == {Verdict.NOT_DETERMINED}
    assert {row.reasons for row in found} == {("no_change_found",)}


def test_what_a_participant_reads_of_a_change():
    card = card_of(own(0.001))
    assert (card.mark, card.line) == ("both", "The link with sleep is different in the last two months.")
    assert card.card == (
        "Before: 0.5 points lower per extra hour. Last 60 days: 0.9 points higher per extra hour. "
        "So no single answer is given for the whole time.",
    )
    assert [(row.label, row.note, row.direction) for row in card.chart.rows] == [
        ("Before 2 July 2026", "120 days", "lower"),
        ("Last 60 days", "50 days", "higher"),
    ]


def test_a_part_without_a_direction_has_no_size_in_words_and_units_grow():
    card = card_of(own(0.001, before=-0.06, last=0.07))
    assert card.line == "The link with sleep has changed over time."
    assert card.card[0].startswith("Before: both directions are possible. Last 60 days: both directions are possible.")
    assert card.chart.caption == "Points for two more hours."


def test_what_a_participant_reads_where_no_change_is_found():
    card = card_of(own(0.2))
    assert (card.mark, card.firmness) == ("", "No change")
    assert card.line == "The link with sleep, in the last two months and before."
    assert card.card == ("No change was found in the link between sleep and pain.",)
    assert "stable" not in json.dumps([card.line, *card.card, card.caution])
    assert {row.direction for row in card.chart.rows} == {""}
    assert [row.words.replace("\u00a0", " ") for row in card.chart.rows] == [
        "0.3 to 0.7 points lower",
        "0.7 to 1.1 points higher",
    ]


def test_what_is_not_judged_has_no_card_and_says_why():
    refused = replace(own(0.001), tests={}, refused=("few_recent_days",))
    found = findings([refused])
    assert {(row.verdict, row.reasons, row.estimate) for row in found} == {
        (Verdict.NOT_JUDGED, ("few_recent_days",), None)
    }
    assert cards(found, PAIN) == ()


def test_an_average_needs_five_participants_and_the_same_level():
    people = [replace(own(0.2), participant_id=f"p{number}") for number in range(8)]
    assert {row.reasons for row in averages(people[:4])} == {("too_few_participants",)}
    change, last, before = averages(people)
    assert (change.verdict, change.participants, change.estimate) == (Verdict.HIGHER, 8, pytest.approx(0.2))
    assert change.p < LEVEL
    assert change.p_adjusted is None
    assert averages(people[:5])[0].reasons == ("no_change_found",)
    assert (last.verdict, before.verdict) == (Verdict.HIGHER, Verdict.LOWER)
