"""The same experiment of several participants: who is in the average, the lot drawn again, and when it has a direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np
import polars as pl
import pytest

from painstats.plan.study import OutcomePlan
from painstats.questions.experiment.checks import Wish
from painstats.questions.experiment.cohort_judge import experiment_averages, verdict_of
from painstats.questions.experiment.cohort_redraw import OwnEffects, Redrawn, own_effects, redraw_orders
from painstats.questions.experiment.cohort_row import AVERAGE_TABLE, ExperimentAverage, read_experiment_averages
from painstats.questions.experiment.judge import findings
from painstats.questions.experiment.kind import EXPERIMENT
from painstats.questions.experiment.orders import all_orders
from painstats.questions.experiment.plan import ExperimentPlan
from painstats.questions.experiment.randomisation import order_scores
from painstats.questions.experiment.stored import Experiment, store_end, store_plan
from painstats.questions.treatment.cohort_average import Average
from painstats.questions.verdict import Verdict
from painstats.store import Store
from painstats.store.erase_rows import RESULT_TABLES
from painstats.store.publish import PUBLISHED_TABLES
from tests.experimenting import FIRST_DAY, on_day

__all__ = ["on_day"]

BLOCKS, BLOCK_DAYS = 8, 4
DAYS = BLOCKS * BLOCK_DAYS
OVER = FIRST_DAY + timedelta(days=DAYS)
DRAWN_AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


def draw(store: Store, participant: str, first: date = FIRST_DAY, on: str = "heat", off: str = "none") -> Experiment:
    wish = Wish(participant, on, off, first, BLOCKS, BLOCK_DAYS)
    plan = ExperimentPlan(participant, on, off, first, BLOCKS, BLOCK_DAYS, 0, f"{ord(participant[-1]):032x}")
    return store_plan(store, plan, wish, DRAWN_AT + (first - FIRST_DAY))


def scores_of(experiment: Experiment, effect: float, seed: int = 0) -> dict[date, float]:
    """Return scores with slow noise and an effect on days with the treatment, by date."""
    plan = experiment.plan
    random, slow, scores = np.random.default_rng([seed, ord(plan.participant[-1])]), 0.0, {}
    for day in range(plan.days):
        slow = 0.6 * slow + 0.3 * random.normal()
        scores[plan.first_day + timedelta(days=day)] = 5 + slow + effect * plan.order[day // BLOCK_DAYS]
    return scores


def put(store: Store, scores: dict[str, dict[date, float]]) -> None:
    """Store the part of the daily table that experiments read."""
    rows = [(who, day, score) for who, days in scores.items() for day, score in days.items()]
    frame = pl.DataFrame(rows, schema=["participant_id", "date", "outcome_score"], orient="row")
    store.connection.register("days", frame.to_arrow())
    store.connection.execute("CREATE OR REPLACE TABLE daily_summary AS FROM days")


def averages(store: Store, day: date = OVER) -> list[ExperimentAverage]:
    return experiment_averages(store, findings(store, datetime(day.year, day.month, day.day, 12, tzinfo=UTC)))


def cohort(store: Store, participants: int = 5, effect: float = -2.0, seed: int = 0) -> dict[str, dict[date, float]]:
    """Store a plan and scores for each participant; the effects of participants differ."""
    scores = {}
    for place in range(participants):
        own = draw(store, f"p{place}")
        scores[f"p{place}"] = scores_of(own, effect + 0.3 * (place % 3 - 1), seed)
    put(store, scores)
    return scores


def test_an_effect_that_all_participants_have_is_found(store):
    cohort(store)
    [row] = averages(store)
    assert (row.on, row.off, row.participants, row.days) == ("heat", "none", 5, 5 * DAYS)
    assert (row.left_out, row.going_on, row.ended_early, row.drawn_again) == (0, 0, 0, 0)
    assert (row.first_date, row.last_date) == (FIRST_DAY, OVER - timedelta(days=1))
    assert (row.verdict, row.reasons) == (Verdict.LOWER, ())
    assert row.estimate == pytest.approx(-2, abs=0.3)
    assert row.lot_estimate == pytest.approx(row.estimate, abs=0.15)
    assert row.low < -2 < row.high < 0
    assert row.p < 0.05
    assert row.lot_p <= 0.001
    assert row.lot_draws == 10_000


def test_without_an_effect_there_is_no_direction(store):
    cohort(store, effect=0.0)
    [row] = averages(store)
    assert (row.verdict, row.reasons) == (Verdict.NOT_DETERMINED, ("interval_too_wide",))
    assert row.lot_p > 0.05


def test_four_participants_have_no_average(store):
    cohort(store, participants=4)
    assert averages(store) == []


def test_sealed_experiments_are_left_out_and_hold_the_direction_back(store):
    """The same numbers whatever the scores of the sealed one, even where all of them are there already."""
    scores = cohort(store)
    late = draw(store, "p9", FIRST_DAY + timedelta(days=1))
    rows = []
    for effect in (-9.0, 9.0):
        put(store, {**scores, "p9": scores_of(late, effect)})
        rows += averages(store)
    assert rows[0] == rows[1]
    assert (rows[0].participants, rows[0].days, rows[0].going_on) == (5, 5 * DAYS, 1)
    assert (rows[0].verdict, rows[0].reasons) == (Verdict.NOT_DETERMINED, ("others_go_on",))
    [over] = averages(store, OVER + timedelta(days=1))
    assert (over.participants, over.going_on) == (6, 0)


def test_an_experiment_that_waits_for_its_last_scores_is_still_sealed(store):
    scores = cohort(store, participants=6)
    del scores["p0"][OVER - timedelta(days=1)]
    put(store, scores)
    [row] = averages(store)
    assert (row.participants, row.going_on) == (5, 1)


def test_one_that_ended_early_or_has_few_scores_is_counted_and_left_out(store):
    scores = cohort(store, participants=6)
    stopped = draw(store, "p8")
    store_end(store, stopped, DRAWN_AT + timedelta(days=30))
    scores["p8"] = scores_of(stopped, -9)
    scores["p5"] = {day: score for day, score in scores["p5"].items() if (day - FIRST_DAY).days < 4 * BLOCK_DAYS}
    put(store, scores)
    [row] = averages(store, OVER + timedelta(days=14))  # no scores of the last days: waited for until now
    assert (row.participants, row.left_out, row.ended_early, row.going_on) == (5, 1, 1, 0)
    assert row.verdict is Verdict.LOWER


def test_experiments_about_another_outcome_are_in_no_average(store):
    cohort(store)
    plan = store.study.plan.model_copy(update={"outcome": OutcomePlan(item="mood")})
    assert averages(replace(store, study=store.study.model_copy(update={"plan": plan}))) == []


def test_scores_that_never_vary_count_as_no_effect(store):
    scores = cohort(store, participants=4)
    scores["p7"] = dict.fromkeys(scores_of(draw(store, "p7"), 0), 4.0)
    put(store, scores)
    [row] = averages(store)
    own = [each.estimate for each in findings(store, DRAWN_AT + timedelta(days=DAYS + 1)) if each.estimate is not None]
    assert (row.participants, row.left_out, len(own)) == (5, 0, 4)
    assert row.lot_estimate == pytest.approx(sum(own) / 5)


def test_each_participant_is_in_it_once_with_the_first_that_is_finished(store):
    scores = cohort(store)
    again = draw(store, "p0", OVER)
    scores["p0"] |= scores_of(again, 9.0)
    put(store, scores)
    [row] = before = averages(store)
    assert averages(store, OVER + timedelta(days=DAYS)) == before
    assert (row.participants, row.going_on, row.drawn_again) == (5, 0, 0)


def test_orders_that_were_drawn_before_the_one_in_it_are_counted(store):
    first = draw(store, "p0", FIRST_DAY - timedelta(days=DAYS), on="Heat")
    store_end(store, first, DRAWN_AT - timedelta(days=DAYS - 1))
    cohort(store)
    [row] = averages(store)
    assert (row.participants, row.drawn_again, row.ended_early) == (5, 1, 0)


def test_capitals_and_spaces_make_no_other_treatment_but_other_words_do(store):
    words = [("heat  pad", "none"), (" Heat pad", "NONE"), ("heat pad", "none"), ("heat pad", " none")]
    scores = {}
    for place, (on, off) in enumerate([*words, ("heat pad", "None"), ("heat pad", "cold")]):
        scores[f"p{place}"] = scores_of(draw(store, f"p{place}", on=on, off=off), -2)
    put(store, scores)
    assert [row.participants for row in averages(store)] == [5]


def test_the_tables_are_stored_published_and_cleared(store, on_day: Callable[[date], None]):
    cohort(store)
    on_day(OVER)
    EXPERIMENT.judge(store)
    assert read_experiment_averages(store) == averages(store)
    assert AVERAGE_TABLE in PUBLISHED_TABLES
    assert AVERAGE_TABLE in RESULT_TABLES
    EXPERIMENT.clear(store)
    assert read_experiment_averages(store) == []


# --- when it has a direction ---

LOT, MODEL = Redrawn(-1.0, 0.01, 10_000), Average(-1.1, -1.8, -0.4, 0.01)


@pytest.mark.parametrize(
    ("lot", "model", "verdict", "reasons"),
    [
        (LOT, MODEL, Verdict.LOWER, ()),
        (replace(LOT, estimate=1.0), Average(1.1, 0.4, 1.8, 0.01), Verdict.HIGHER, ()),
        (replace(LOT, p=0.05), replace(MODEL, p=0.049), Verdict.LOWER, ()),
        (replace(LOT, p=0.0501), MODEL, Verdict.NOT_DETERMINED, ("only_the_model_says_so",)),
        (LOT, replace(MODEL, p=0.05), Verdict.NOT_DETERMINED, ("only_the_lot_says_so",)),
        (replace(LOT, estimate=1.0), MODEL, Verdict.NOT_DETERMINED, ("signs_differ",)),
        (replace(LOT, p=0.4), replace(MODEL, p=0.4), Verdict.NOT_DETERMINED, ("interval_too_wide",)),
        (LOT, None, Verdict.NOT_DETERMINED, ("model_not_fitted",)),
    ],
)
def test_the_lot_and_the_model_have_to_agree(lot, model, verdict, reasons):
    assert verdict_of(lot, model, going_on=0) == (verdict, reasons)
    assert verdict_of(lot, model, going_on=1) == (Verdict.NOT_DETERMINED, ("others_go_on",))


# --- the lot, drawn again ---

ORDERS = all_orders(BLOCKS)


def effects_of(scores: np.ndarray, fingerprint: str, place: int = 0) -> OwnEffects:
    day = np.arange(DAYS)
    return own_effects(fingerprint, ORDERS[place], day // BLOCK_DAYS, day.astype(float), scores)


def slow_noise(random: np.random.Generator) -> np.ndarray:
    return np.cumsum(random.normal(size=DAYS)) + random.normal(size=DAYS)


def test_a_participants_own_effect_is_that_of_generalised_least_squares():
    random, place = np.random.default_rng(3), 17
    day = np.arange(DAYS)
    every = order_scores(ORDERS, day // BLOCK_DAYS, day.astype(float))
    found = effects_of(slow_noise(random) + 2.5 * every.columns[place], "a", place)
    without = effects_of(slow_noise(np.random.default_rng(3)), "a", place)
    assert found.drawn == place
    assert found.effects[place] - without.effects[place] == pytest.approx(2.5)
    mirror = ORDERS.index(tuple(1 - kind for kind in ORDERS[place]))
    assert found.effects[mirror] == pytest.approx(-found.effects[place])


def test_p_is_the_share_of_all_pairs_of_orders_with_a_mean_as_large():
    """Two participants of 62 orders each have 3,844 pairs; 9,999 draws of them are compared with all."""
    random = np.random.default_rng(5)
    first, second = (effects_of(slow_noise(random), name) for name in "ab")
    means = np.abs(np.add.outer(first.effects, second.effects)) / 2
    for places in product(range(0, 62, 6), range(0, 62, 6)):
        p = redraw_orders([replace(own, drawn=place) for own, place in zip((first, second), places, strict=True)]).p
        assert p == pytest.approx(np.mean(means >= means[places] * (1 - 1e-9)), abs=0.02)


def test_the_lot_is_wrong_in_at_most_one_of_twenty_cohorts_without_an_effect():
    """200 cohorts of five with noise of their own and no effect: p up to .05 in 10 of them, and no more than 18."""
    random = np.random.default_rng(11)
    day = np.arange(DAYS)
    every = order_scores(ORDERS, day // BLOCK_DAYS, day.astype(float))
    hits = 0
    for run in range(200):
        own = [
            OwnEffects(
                f"{run} {place}", every.weights @ slow_noise(random) / every.spread, int(random.integers(len(ORDERS)))
            )
            for place in range(5)
        ]
        hits += redraw_orders(own).p <= 0.05
    assert 2 <= hits <= 18


def test_the_draws_follow_from_the_fingerprints_alone():
    random = np.random.default_rng(2)
    own = [effects_of(slow_noise(random), name, place) for place, name in enumerate("abcde")]
    assert redraw_orders(own) == redraw_orders(own[::-1])
    other = [replace(each, fingerprint=f"{each.fingerprint}0") for each in own]
    assert redraw_orders(other).estimate == redraw_orders(own).estimate
    assert redraw_orders(other).p != redraw_orders(own).p
    assert redraw_orders(other).p == pytest.approx(redraw_orders(own).p, abs=0.02)
