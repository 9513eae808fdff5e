"""The randomisation test and the draw of a planned experiment, against R and enumeration (``treatments/reference.json``)."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.questions.experiment.orders import all_orders, count_orders, order_at
from painstats.questions.experiment.plan import ExperimentPlan, plan_of
from painstats.questions.experiment.randomisation import (
    MOST_LISTED,
    OrderScores,
    RandomisationResult,
    order_scores,
    randomisation_test,
    reference_orders,
)

FOLDER = Path(__file__).parent / "treatments"
REFERENCE = json.loads((FOLDER / "reference.json").read_text())
RANDOMISED, PLANNED = REFERENCE["randomised"], REFERENCE["planned_trial"]
COUNTS = {4: 6, 6: 20, 8: 62, 10: 194, 12: 616, 14: 1972, 16: 6344, 28: 7_569_420}


@cache
def days() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, blocks from 0 and days of the reference experiment."""
    rows = pl.read_csv(FOLDER / "randomised.csv").filter(pl.col("counts") == 1)
    return rows["pain"].to_numpy().astype(float), rows["block"].to_numpy() - 1, rows["day"].to_numpy().astype(float)


@cache
def every_order() -> OrderScores:
    _, block, day = days()
    return order_scores(all_orders(8), block, day)


def result_of(scores: np.ndarray | None = None, drawn: int = PLANNED["place"]) -> RandomisationResult:
    return randomisation_test(days()[0] if scores is None else scores, every_order(), drawn)


# --- the orders ---


def alike(order: tuple[int, ...]) -> int:
    return max(len(part) for kind in "01" for part in "".join(map(str, order)).split("10"[int(kind)]))


@pytest.mark.parametrize(("blocks", "number"), COUNTS.items())
def test_orders_are_counted(blocks, number):
    assert count_orders(blocks) == number


@pytest.mark.parametrize("blocks", [4, 6, 8, 10, 12])
def test_every_balanced_order_without_four_alike_is_there_once_and_in_place(blocks):
    expected = [order for order in product((0, 1), repeat=blocks) if 2 * sum(order) == blocks and alike(order) <= 3]
    assert all_orders(blocks) == expected
    assert [order_at(place, blocks) for place in range(count_orders(blocks))] == expected


def test_orders_of_many_blocks_are_found_in_place_without_a_list():
    last = COUNTS[28] - 1
    places = [0, 1, 12_345, 3_784_709, 3_784_710, last - 1, last]
    orders = [order_at(place, 28) for place in places]
    assert all(sum(order) == 14 and alike(order) <= 3 for order in orders)
    assert orders == sorted(set(orders))
    mirrored = [tuple(1 - kind for kind in order) for order in orders]
    assert mirrored == [order_at(last - place, 28) for place in places]


# --- the draw ---


def planned() -> ExperimentPlan:
    return ExperimentPlan(
        participant="p01", on="heat", off="no heat", first_day=date(2026, 1, 5), blocks=8, block_days=7,
        dropped_days=1, seed="00000000000000000000000000000001",
    )  # fmt: skip


def test_the_fingerprint_and_the_order_agree_to_the_letter():
    plan = planned()
    assert plan.canonical == PLANNED["canonical"]
    assert plan.fingerprint == PLANNED["sha256"]
    assert plan.order == tuple(PLANNED["allocation"]) == order_at(PLANNED["place"], 8)


def test_a_plan_is_read_back_from_its_text():
    assert plan_of(planned().canonical) == planned()


# --- the test ---


def test_the_p_value_is_exact():
    result = result_of()
    assert (result.p, result.orders) == (14 / 62, 62)
    assert result.p == pytest.approx(RANDOMISED["gls"]["p"], abs=1e-12)


def test_the_estimate_and_the_limits_agree_with_r():
    result = result_of()
    assert result.estimate == pytest.approx(RANDOMISED["gls_estimate"], abs=1e-9)
    assert (result.low, result.high) == pytest.approx(RANDOMISED["gls_interval"], abs=1e-6)


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.32])
@pytest.mark.parametrize("kind", ["reference", "one day far out", "many ties", "a slope"])
def test_the_size_is_exact_for_any_scores(kind, alpha):
    """Each order in turn is taken as the drawn one: of all, at most a share of alpha reaches p <= alpha."""
    scores = days()[0]
    scores = {
        "reference": scores,
        "one day far out": scores + 50 * (np.arange(len(scores)) == 3),
        "many ties": np.round(scores / 5),
        "a slope": np.arange(len(scores), dtype=float),
    }[kind]
    p = np.array([result_of(scores, drawn).p for drawn in range(62)])
    assert np.mean(p <= alpha) <= alpha
    assert p.tolist() == p[::-1].tolist()  # an order and its mirror are the same split of the days


@pytest.mark.parametrize("drawn", [0, 17, 60])
def test_the_interval_ends_where_the_test_begins_to_reject(drawn):
    scores, every = days()[0], every_order()
    result = randomisation_test(scores, every, drawn)

    def p_without(effect: float) -> float:
        return randomisation_test(scores - effect * every.columns[drawn], every, drawn).p

    assert p_without(result.low + 1e-6) > 0.05 >= p_without(result.low - 1e-6)
    assert p_without(result.high - 1e-6) > 0.05 >= p_without(result.high + 1e-6)


def test_adding_an_effect_moves_estimate_and_interval_by_it():
    scores, every = days()[0], every_order()
    before = randomisation_test(scores, every, 60)
    after = randomisation_test(scores + 2.5 * every.columns[60], every, 60)
    moved = np.array([after.estimate - before.estimate, after.low - before.low, after.high - before.high])
    assert moved == pytest.approx([2.5, 2.5, 2.5], abs=1e-9)


def test_scores_of_only_one_kind_of_block_are_refused():
    scores, block, day = days()
    own = np.array(RANDOMISED["own"])[block] == 1
    with pytest.raises(ValueError, match="one kind of block"):
        randomisation_test(scores[own], order_scores(all_orders(8), block[own], day[own]), 60)


def test_of_very_many_orders_9999_others_are_tried_and_anyone_gets_the_same():
    plan = ExperimentPlan("p01", "heat", "none", date(2026, 1, 5), 28, 4, 1, "1f")
    orders, drawn = reference_orders(plan.order, plan.fingerprint)
    assert (len(orders), orders[drawn]) == (MOST_LISTED, plan.order)
    assert orders == reference_orders(plan.order, plan.fingerprint)[0]
    assert len(set(orders)) > 9900
    block = np.repeat(np.arange(28), 3)
    effect = -3.0 * np.array(plan.order)[block]
    noise = np.random.default_rng(5).normal(size=84)
    result = randomisation_test(noise + effect, order_scores(orders, block, np.arange(84.0)), drawn)
    assert result.p == 1 / MOST_LISTED
    assert result.low < -3 < result.high < 0
