"""The verdict about the cohort: its sign, its level after Holm, the two-stage check, the number of participants."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from painstats.findings import find
from painstats.plan.study import read_study
from painstats.questions.asked import asked
from painstats.questions.daily.averages import adjusted_p
from painstats.questions.daily.fit import fit_models
from painstats.questions.daily.mixed_model import mixed_analysis
from painstats.questions.daily.tables import CohortFit
from painstats.store import open_store
from painstats.store.rows import replace_rows
from sample_data.make import make_study
from sample_data.truth import Truth
from tests.conftest import drawn, table
from tests.made_up_study import SLEEP, STEPS, fill, small_study
from tests.reading_inboxes import compute, read_inbox
from tests.spec.robust_frame import keep, model_frame

PEOPLE = {"p01": 60, "p02": 60, "p03": 60}
COHORT = "SELECT verdict, reasons FROM finding WHERE subject = 'cohort' AND question = '{}'"

FIT = {
    "basis": "mixed_model", "se": 0.1, "df": 9.0, "days": 330, "two_stage_estimate": 0.0, "two_stage_low": -0.2,
    "two_stage_high": 0.2, "slope_sd": 0.1, "slope_sd_low": 0.0, "slope_sd_high": 0.3, "slopes_differ_p": 0.5,
}  # fmt: skip

# The interval is given in units of the smallest effect that matters; p_steps is the p-value of the other exposure.
CASES = """
case                                      | p_sleep | p_steps | estimate | low   | high | agrees | participants | verdict        | reasons
pain is lower after longer nights         | 0.001   | 0.9     | -1       | -1.5  | -0.5 | yes    | 12           | lower          | none
pain is higher after longer nights        | 0.001   | 0.9     | 1        | 0.5   | 1.5  | yes    | 12           | higher         | none
no difference at a p-value below one half | 0.3     | 0.9     | -1       | -2.5  | 0.5  | yes    | 12           | not_determined | interval_too_wide
just below five percent after Holm        | 0.02495 | 0.9     | -1       | -1.5  | -0.5 | yes    | 12           | lower          | none
just above five percent after Holm        | 0.02505 | 0.9     | -1       | -1.5  | -0.5 | yes    | 12           | not_determined | interval_too_wide
the second of two small p-values          | 0.04    | 0.02    | -1       | -1.5  | -0.5 | yes    | 12           | lower          | none
both only below five percent unadjusted   | 0.04    | 0.03    | -1       | -1.5  | -0.5 | yes    | 12           | not_determined | interval_too_wide
the other exposure has no fit             | 0.03    |         | -1       | -1.5  | -0.5 | yes    | 12           | not_determined | interval_too_wide
the two-stage check disagrees             | 0.001   | 0.9     | -1       | -1.5  | -0.5 | no     | 12           | not_determined | checks_disagree
and disagrees about a small effect        | 0.9     | 0.9     | 0        | -0.5  | 0.5  | no     | 12           | not_determined | checks_disagree
five people                               | 0.001   | 0.9     | -1       | -1.5  | -0.5 | yes    | 5            | lower          | none
four people                               | 0.001   | 0.9     | -1       | -1.5  | -0.5 | yes    | 4            | not_judged     | too_few_participants
a small effect at most                    | 0.9     | 0.9     | 0        | -0.99 | 0.99 | yes    | 12           | at_most_small  | inside_smallest_effect
too large on one side                     | 0.9     | 0.9     | 0        | -0.5  | 1.01 | yes    | 12           | not_determined | interval_too_wide
too large on the other side               | 0.9     | 0.9     | 0        | -1.01 | 0.5  | yes    | 12           | not_determined | interval_too_wide
"""


def fitted(question, p, smallest, *, estimate="0", low="-1", high="1", agrees="yes", participants="12", notes=()):
    slope = {"estimate": float(estimate), "low": float(low) * smallest, "high": float(high) * smallest}
    return CohortFit(
        question=question, p=float(p), p_adjusted=float(p), agrees=agrees == "yes", participants=int(participants), notes=notes,
        **slope, **FIT,
    )  # fmt: skip


def judged(store, *fits):
    """Store fits with their p values adjusted, as fitting leaves them, and judge them."""
    adjusted = adjusted_p(asked(store.study), {fit.question: fit.p for fit in fits})
    replace_rows(store, "cohort_fit", CohortFit, [replace(fit, p_adjusted=adjusted[fit.question]) for fit in fits])
    find(store)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Open a store with three people's days; yield it with the smallest effect of sleep that matters."""
    with open_store(small_study(tmp_path_factory.mktemp("cohort") / "study")) as store:
        fill(store, people=PEOPLE)
        [row] = table(store, f"SELECT smallest_effect FROM finding WHERE subject = 'cohort' AND question = '{SLEEP}'")
        assert row["smallest_effect"] > 0
        yield store, row["smallest_effect"]


@pytest.mark.parametrize("case", drawn(CASES), ids=lambda case: case["case"])
def test_the_verdict_follows_from_the_fit(cohort, case):
    store, smallest = cohort
    slope = {key: case[key] for key in ("estimate", "low", "high", "agrees", "participants")}
    fits = [fitted(SLEEP, case["p_sleep"], smallest, **slope)]
    fits += [fitted(STEPS, case["p_steps"], smallest)] if case["p_steps"] else []
    judged(store, *fits)
    reasons = [] if case["reasons"] == "none" else [case["reasons"]]
    assert table(store, COHORT.format(SLEEP)) == [{"verdict": case["verdict"], "reasons": reasons}]


def test_notes_of_the_fit_follow_the_reasons(cohort):
    store, smallest = cohort
    judged(store, fitted(SLEEP, 0.001, smallest, estimate="-1", low="-2", high="-1", notes=("not_converged",)))
    assert table(store, COHORT.format(SLEEP)) == [{"verdict": "lower", "reasons": ["not_converged"]}]


def test_a_cohort_that_misses_most_days_gets_no_verdict(tmp_path):
    with open_store(small_study(tmp_path / "study", rules={"min_compliance": 0.99})) as store:
        fill(store, people=PEOPLE)
        judged(store, fitted(SLEEP, 0.001, 1.0, estimate="-1", low="-2", high="-1"))
        [found] = table(store, COHORT.format(SLEEP))
    assert found == {"verdict": "not_judged", "reasons": ["too_many_days_missing_in_cohort"]}


# --- what the fits say about themselves ---


def fitted_cohort(store, frame):
    keep(store, frame)
    fit_models(store, asked(store.study))
    return {row["question"]: row for row in table(store, "SELECT * FROM cohort_fit")}


def within(change, people, column="outcome_score"):
    return pl.when(pl.col("participant_id").is_in(people)).then(change).otherwise(pl.col(column)).alias(column)


def test_a_few_people_with_steep_slopes_and_little_data_make_the_two_ways_disagree(store):
    """The mixed model includes people from ten days on, the two-stage mean from twenty."""
    few = ["p00", "p01", "p02", "p03"]
    sleep = f"{SLEEP}_within"
    frame = model_frame(10, 90, slope=0.0, seed=4)
    frame = frame.with_columns(within(pl.col("outcome_score") - 2 * pl.col(sleep), few))
    day = pl.int_range(pl.len()).over("participant_id")
    fits = fitted_cohort(store, frame.filter(~pl.col("participant_id").is_in(few) | (day < 16)))
    assert fits[SLEEP]["basis"] == "mixed_model"
    assert abs(fits[SLEEP]["estimate"] - fits[SLEEP]["two_stage_estimate"]) > 0.5
    assert not fits[SLEEP]["agrees"]
    assert fits[STEPS]["agrees"]


def test_fitting_adjusts_the_p_values_of_all_questions(store):
    fits = fitted_cohort(store, model_frame(10, 30, slope=0.0, seed=2))
    first, second = sorted(fits.values(), key=lambda fit: fit["p"])
    assert first["p_adjusted"] == pytest.approx(min(1, 2 * first["p"]))
    assert second["p_adjusted"] == pytest.approx(max(second["p"], first["p_adjusted"]))
    assert first["p_adjusted"] > first["p"]


def test_exploratory_questions_are_adjusted_apart(store):
    sleep, steps = asked(store.study)
    questions = (sleep, steps, replace(steps, name="more steps", is_confirmatory=False))
    p_values = {SLEEP: 0.02, STEPS: 0.03, "more steps": 0.04}
    assert adjusted_p(questions, p_values) == pytest.approx({SLEEP: 0.04, STEPS: 0.04, "more steps": 0.04})


@pytest.mark.parametrize(("telling", "questions"), [(4, set()), (5, {SLEEP, STEPS})])
def test_an_average_needs_five_participants_with_scores_that_vary(store, telling, questions):
    flat = [f"p{number:02d}" for number in range(telling, 10)]
    frame = model_frame(10, 30, seed=2)
    shallow = 5 + 0.05 * (pl.col("outcome_score") - 5)  # varies, but by less than 3 % of the scale
    assert set(fitted_cohort(store, frame.with_columns(within(shallow, flat)))) == questions


def test_a_mixed_model_that_statsmodels_contradicts_is_not_used(store, monkeypatch):
    def contradicted(*arguments):
        analysis = mixed_analysis(*arguments)
        return replace(analysis, check=replace(analysis.check, agrees=False))

    frame = model_frame(10, 30, seed=2)
    assert fitted_cohort(store, frame)[SLEEP]["basis"] == "mixed_model"
    monkeypatch.setattr("painstats.questions.daily.fit.mixed_analysis", contradicted)
    fit = fitted_cohort(store, frame)[SLEEP]
    assert (fit["basis"], fit["notes"]) == ("two_stage", ["not_converged"])
    assert table(store, "SELECT DISTINCT basis FROM person_fit") == [{"basis": "own_days"}]


# --- from exports to the verdict ---


def test_planted_effects_of_opposite_signs_are_found_from_exports(tmp_path):
    planted = Truth(people=6, days=60, sleep_slope=-0.9, sleep_slope_sd=0.05, steps_slope=0.5, steps_slope_sd=0.05)
    make_study(tmp_path / "study", planted, 5)
    read_inbox(tmp_path / "study")
    with open_store(read_study(tmp_path / "study")) as store:
        compute(store)
        rows = table(store, "SELECT question, verdict, participants FROM finding WHERE subject = 'cohort'")
    assert {row["question"]: (row["verdict"], row["participants"]) for row in rows} == {
        SLEEP: ("lower", 6),
        STEPS: ("higher", 6),
    }
