"""Other items of the diary as outcomes: from exports to a card, and the rules on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from painstats.errors import StudyError
from painstats.frame.exposure import Exposure
from painstats.frame.guard import ExposureDays, sum_name
from painstats.frame.participants import participant_summaries, summarise
from painstats.mixedlm.inference.coefficients import Coefficient, coefficient
from painstats.mixedlm.inference.one_participant import fit_one_participant
from painstats.plan.rules import RulesPlan
from painstats.plan.study import Plan, Study, checked_plan
from painstats.questions.asked import asked, exploratory_kinds
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.exploratory.judge import judge_exploratory
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import own_contrasts
from painstats.questions.item.fit import ItemEffect, OwnItems, effects_of, refusal
from painstats.questions.item.fit import item_rows as item_rows_of
from painstats.questions.item.guards import free_guards
from painstats.questions.item.judge import averages, own_findings, verdict_of
from painstats.questions.item.plan import ask
from painstats.questions.item.scores import item_scores, over_sites
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome
from painstats.questions.registry import exploratory_kind
from painstats.questions.verdict import Verdict
from painstats.reports.pages import Page, Part, page_bytes
from painstats.reports.personal.exploratory import exploratory_lines
from painstats.reports.personal.record import ParticipantRecord
from painstats.store import Store, open_store
from painstats.store.rows import read_rows
from tests.calibration.simulated_items import of_several_items
from tests.conftest import drawn
from tests.reading_pages import read_page
from tests.spec.made_up_items import fill

SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
WHEN = LookDay(1, date(2026, 3, 1), 60)


# --- The whole way


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = Study(folder=tmp_path_factory.mktemp("items"), plan=Plan())
    with open_store(made) as opened:
        fill(opened)
        questions = asked(made)
        judge_exploratory(opened, questions, {kind: kind.ask([{}]) for kind in [exploratory_kind("item")]})
        yield opened


def test_items_of_a_diary_become_findings_at_the_look(store):
    rows = read_rows(store, "contrast_finding", ContrastFinding)
    verdicts = {(row.item, row.exposure): row.verdict.value for row in rows}
    assert verdicts["fatigue", SLEEP.name] == "lower"
    assert verdicts["mood", SLEEP.name] == "higher"
    assert {verdict for (item, _), verdict in verdicts.items() if item == "stress"} == {"not_judged"}
    assert {row.item for row in rows} == {"fatigue", "mood", "energy", "stress"}
    assert {row.asked for row in rows} == {6}
    assert {row.look_date for row in rows} == {date(2024, 2, 29)}


def test_the_card_says_which_items_go_with_sleep_and_steps(store):
    summarise(store)
    [summary] = participant_summaries(store)
    found, none = tuple(read_rows(store, "contrast_finding", ContrastFinding, "rowid")), pl.DataFrame()
    tables = dict.fromkeys(("days", "frame", "phases", "treatment_days"), none)
    unread = {
        "findings": (),
        "all_findings": (),
        "looks": (),
        "revisions": (),
        "adjusted": {},
        "changes": (),
        "experiments": (),
    }
    record = ParticipantRecord(summary, contrasts=found, **unread, **tables)
    part = Part("More of your questions", cards=exploratory_lines(record, store.study, ()))
    text = read_page(page_bytes(Page("A title", "A heading", (), (part,)))).text
    assert "Other things you score To watch Fatigue was lower after longer nights. Mood was better" in text
    assert "The others: no pattern so far." in text
    assert "Six questions were asked here; the limits allow for that. Each is turned so that lower is better." in text
    assert "Low mood lower after longer nights" in text
    assert "Stress 30 days with a score are too few" in text
    assert "Many scores are at an end of the scale" in text


# --- What is asked


def asks(*tables: dict[str, object]) -> Study:
    return Study.model_validate({"folder": "made-up", "plan": {"questions": [{"kind": "daily"}, *tables]}})


def test_a_plan_lists_items_or_asks_for_all():
    assert ask([{}]) is None
    assert ask([{"items": ["fatigue"]}, {"items": ["mood", "fatigue"]}]) == {"fatigue", "mood"}
    assert ask([{"items": ["fatigue"]}, {}]) is None


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"items": ["tiredness"]}, r"questions\.1\.items\.0: 'tiredness' is not known; write one of: pain, "),
        ({"items": []}, r"questions\.1\.items"),
        ({"item": "fatigue"}, r"questions\.1\.item: unknown key"),
    ],
)
def test_a_wrong_key_is_named(keys, message):
    with pytest.raises(StudyError, match=message):
        asked(asks({"kind": "item"} | keys))


def test_items_are_asked_where_a_plan_lists_no_questions_or_lists_them():
    names = [kind.name for kind in exploratory_kinds(Study.model_validate({"folder": "made-up", "plan": {}}))]
    assert "item" in names
    assert "item" not in [kind.name for kind in exploratory_kinds(asks())]
    assert "item" in [kind.name for kind in exploratory_kinds(asks({"kind": "item"}))]


# --- Scores


def own_days(*scores: tuple[int, str, str, float], days: int = 70, item: str = "pain") -> OwnDays:
    """Return a participant's days with scores: number of the day, item, site, score."""
    dates = [date(2026, 1, 1) + timedelta(days=day) for day in range(days)]
    by_day = [
        [dict(zip(("item", "site", "score"), row[1:], strict=True)) for row in scores if row[0] == day]
        for day in range(days)
    ]
    daily = pl.DataFrame({"date": dates, "item_scores": [each or None for each in by_day]})
    design = DailyDesign((SLEEP, STEPS), (0, 10), RulesPlan())
    return OwnDays("ann", WHEN, Outcome(item, "", (0, 10)), design, daily, daily, {})


def test_each_other_item_is_an_outcome_and_so_is_each_symptom():
    own = own_days(
        (0, "pain", "knee", 4.0), (0, "fatigue", "", 6.0), (1, "symptom", "nausea", 2.0), (2, "symptom", "fog", 3.0)
    )  # fmt: skip
    assert [(each.item, each.site) for each in item_scores(own, None)] == [
        ("fatigue", ""), ("symptom", "fog"), ("symptom", "nausea")
    ]  # fmt: skip
    assert [each.item for each in item_scores(own, frozenset({"fatigue", "mood"}))] == ["fatigue"]


def test_sites_of_the_outcome_are_asked_about_if_the_plan_says_so():
    own = own_days((0, "pain", "knee", 4.0), (0, "pain", "neck", 5.0), (0, "fatigue", "", 6.0))
    assert [each.item for each in item_scores(own, None)] == ["fatigue"]
    each = item_scores(replace(own, each_site=True), frozenset({"fatigue"}))
    assert [(one.item, one.site) for one in each] == [("fatigue", ""), ("pain", "knee"), ("pain", "neck")]
    one_site = own_days((0, "pain", "knee", 4.0))
    assert item_scores(replace(one_site, each_site=True), None) == []


def test_each_site_needs_the_kind_that_asks_about_it():
    plan = {"outcome": {"each_site": True}, "questions": [{"kind": "daily"}]}
    with pytest.raises(StudyError, match='each_site asks questions of the kind "item"; add'):
        checked_plan(plan, "study.toml")
    assert checked_plan(plan | {"questions": [{"kind": "daily"}, {"kind": "item"}]}, "study.toml").outcome.each_site
    assert checked_plan({"outcome": {"each_site": True}}, "study.toml").outcome.each_site


def sites(text: str) -> dict[int, float]:
    rows = [
        {"date": date(2026, 1, int(row["day"])), "site": row["site"], "score": float(row["score"])}
        for row in drawn(text)
    ]
    scores = over_sites(pl.DataFrame(rows))
    return {row["date"].day: row["outcome_score"] for row in scores.iter_rows(named=True)}


def test_a_site_that_is_scored_on_some_days_moves_no_day_by_its_own_level():
    found = sites("""
        day | site | score
        1   | neck | 3
        2   | neck | 5
        3   | neck | 4
        4   | neck | 4
        2   | knee | 9
        3   | knee | 7
        4   | knee | 8
    """)
    assert found == pytest.approx({1: 5.0, 2: 7.0, 3: 5.5, 4: 6.0})


def test_sites_scored_every_day_have_the_mean_of_their_scores():
    chance = np.random.default_rng(1)
    rows = [(date(2026, 1, day), site, chance.uniform(0, 10)) for day in range(1, 31) for site in ("a", "b", "c")]
    scores = pl.DataFrame(rows, schema=["date", "site", "score"], orient="row")
    means = scores.group_by("date").agg(pl.col("score").mean()).sort("date")["score"]
    assert over_sites(scores)["outcome_score"].to_list() == pytest.approx(means.to_list(), abs=1e-12)


def test_a_site_with_few_days_does_not_count_beside_one_with_many():
    rows = [(date(2026, 1, day), "neck", 4.0) for day in range(1, 25)] + [(date(2026, 1, 5), "knee", 9.0)]
    scores = pl.DataFrame(rows, schema=["date", "site", "score"], orient="row")
    assert set(over_sites(scores)["outcome_score"]) == {4.0}


# --- Refusals


def item_rows(scores, sleep, step=1):
    dates = [date(2026, 1, 1) + timedelta(days=step * day) for day in range(len(scores))]
    return pl.DataFrame({"date": dates, "outcome_score": scores, SLEEP.name: sleep}, strict=False)


VARIED, NIGHTS = [3.0, 5.0, 4.0] * 20, [6.0, 8.0] * 30


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (item_rows(VARIED, NIGHTS), ""),
        (item_rows(VARIED[1:], NIGHTS[1:]), "too_few_days"),
        (item_rows([3.0] * 49 + [2.0] * 8 + [4.0] * 3, NIGHTS), "outcome_hardly_varies"),
        (item_rows(VARIED, [7.0, 7.2] * 30), "exposure_hardly_varies"),
        (item_rows(VARIED, [None] * 41 + NIGHTS[:19]), "exposure_rarely_known"),
        (item_rows(VARIED, NIGHTS, step=3), "too_many_days_missing"),
    ],
)
def test_an_item_is_refused_as_the_outcome_would_be(rows, why):
    assert refusal(rows, SLEEP, DailyDesign((SLEEP,), (0, 10), RulesPlan())) == why


# --- Verdicts


def effect(
    item: str, exposure: Exposure, estimate: float, p: float, se: float = 0.1, smallest: float = 0.0
) -> ItemEffect:
    test = Coefficient("x", estimate, se, 50.0, estimate / se, p, estimate - 2 * se, estimate + 2 * se)
    return ItemEffect(item, "", exposure, 60, "", test, smallest)


@pytest.mark.parametrize(
    ("estimate", "low", "high", "adjusted", "verdict"),
    [
        (-0.5, -0.9, -0.1, 0.04, Verdict.LOWER),
        (0.5, 0.1, 0.9, 0.04, Verdict.HIGHER),
        (-0.5, -0.9, -0.1, 0.06, Verdict.NOT_DETERMINED),
        (0.1, -0.2, 0.39, 0.5, Verdict.AT_MOST_SMALL),
        (0.1, -0.2, 0.41, 0.5, Verdict.NOT_DETERMINED),
        (0.2, 0.1, 0.3, 0.01, Verdict.HIGHER),
    ],
)
def test_a_direction_needs_its_adjusted_p_and_a_small_one_its_whole_range(estimate, low, high, adjusted, verdict):
    assert verdict_of(estimate, low, high, adjusted, smallest=0.4) is verdict


def test_one_participants_questions_are_a_family_without_those_that_are_refused():
    effects = [
        effect("fatigue", SLEEP, -0.4, 0.012),
        effect("fatigue", STEPS, 0.2, 0.03),
        effect("mood", SLEEP, 0.1, 0.4),
    ]
    refused = ItemEffect("mood", "", STEPS, 60, "exposure_rarely_known")
    found = own_findings(OwnItems("ann", WHEN, (*effects, refused)))
    assert [finding.asked for finding in found] == [3] * 4
    assert [finding.q for finding in found] == [pytest.approx(0.036), pytest.approx(0.045), pytest.approx(0.4), None]
    assert [finding.verdict.value for finding in found] == ["lower", "higher", "not_determined", "not_judged"]
    assert found[-1].reasons == ("exposure_rarely_known",)


def test_averages_are_a_family_of_their_own_and_need_enough_participants():
    def one(name: str, *effects: ItemEffect) -> OwnItems:
        return OwnItems(name, WHEN, effects)

    chance = np.random.default_rng(2).normal(0, 0.05, 6)
    own = [
        one(f"p{k}", effect("fatigue", SLEEP, -0.5 + x, 0.001), effect("mood", SLEEP, x, 0.9))
        for k, x in enumerate(chance)
    ]
    own.append(one("p9", effect("stress", SLEEP, -2.0, 1e-9)))
    found = {average.item: average for average in averages(own, least=5)}
    assert {item: (each.participants, each.asked, each.verdict.value) for item, each in found.items()} == {
        "fatigue": (6, 2, "lower"), "mood": (6, 2, "not_determined"), "stress": (1, 2, "not_judged"),
    }  # fmt: skip
    assert found["stress"].reasons == ("too_few_participants",)


def test_reasons_say_what_a_reader_of_a_direction_must_know():
    small = effect("fatigue", SLEEP, -0.4, 0.001, smallest=1.0)
    floored = ItemEffect("stress", "", SLEEP, 60, "", small.test, 0.1, share_at_an_end=0.25)
    assert [finding.reasons for finding in own_findings(OwnItems("ann", WHEN, (small, floored)))] == [
        ("smaller_than_matters",), ("many_scores_at_an_end",)
    ]  # fmt: skip


# --- Fits


def simulated(days: int) -> OwnDays:
    return of_several_items(7, days, {("fatigue", SLEEP.name): -0.5})


def test_an_exposure_of_an_item_is_adjusted_for_those_before_it_only():
    own = simulated(70)
    rows = item_rows_of(item_scores(own, frozenset({"fatigue"}))[0], own)
    found = effects_of(rows, own)
    for exposure, design in ((SLEEP, own.design), (STEPS, own.design.only([STEPS]))):
        alone = own_contrasts(within_participants(rows, design), {"x": {exposure.within: 1.0}})
        expected = alone.tests[0]
        assert (found[exposure].estimate, found[exposure].se) == pytest.approx(
            (expected.estimate, expected.se), rel=1e-5
        )
    assert rows.height < own.frame.height


def test_guard_columns_enter_from_180_days_with_autocorrelation():
    own = simulated(210)
    rows = item_rows_of(item_scores(own, frozenset({"fatigue"}))[0], own)
    day = np.array([(each - date(1970, 1, 1)).days for each in own.frame["date"]])
    known = {SLEEP.within: ExposureDays(np.array(["ann"] * day.size), day, own.frame[SLEEP.name].to_numpy())}
    first = fit_one_participant(within_participants(rows, own.design), RESIDUALS)
    assert first.n_rows >= 180
    assert {*free_guards(first, rows, known)[SLEEP.within]} >= {sum_name(SLEEP.within)}
    assert free_guards(replace(first, n_rows=179), rows, known) == {}
    assert free_guards(replace(first, rho=0.05), rows, known) == {}
    guarded = effects_of(rows, replace(own, guard_days=known))[SLEEP]
    assert guarded.estimate != coefficient(first.table, SLEEP.within).estimate
    assert guarded.estimate == pytest.approx(-0.5, abs=0.2)


def test_days_are_complete_where_the_plan_asks_for_it():
    own = simulated(70)
    missing = own.frame.with_columns(pl.when(pl.col("date") > pl.col("date").min()).then(SLEEP.name).alias(SLEEP.name))
    rules = RulesPlan(unknown_predictors="complete")
    scores = item_scores(own, frozenset({"fatigue"}))[0]
    kept = item_rows_of(scores, replace(own, frame=missing, design=replace(own.design, rules=rules)))
    assert kept.height == item_rows_of(scores, replace(own, frame=missing)).height - 1
