"""The verdict about the cohort: its sign, its limit after Holm, the two-stage check, the number of participants."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from statsmodels.stats.multitest import multipletests

from painstats.findings import find
from painstats.plan.study import Plan, Study, read_study
from painstats.questions.asked import asked
from painstats.questions.daily.averages import adjusted, adjusted_p, cohort_fits, holm
from painstats.questions.daily.columns import of_cohort
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.fit import analyse_cohort, fit_models
from painstats.questions.daily.mixed_model import mixed_analysis
from painstats.questions.daily.study_looks import reason_against_average
from painstats.questions.daily.tables import CohortFit, LookEvidence
from painstats.store import open_store
from painstats.store.rows import replace_rows
from sample_data.make import make_study
from sample_data.truth import Truth
from tests.conftest import drawn, table
from tests.made_up_looks import Effect, average_look
from tests.made_up_study import SLEEP, STEPS, fill, small_study
from tests.reading_inboxes import compute, read_inbox
from tests.spec.robust_frame import keep, model_frame

PEOPLE = {"p01": 60, "p02": 60, "p03": 60}
COHORT = "SELECT verdict, reasons FROM finding WHERE subject = 'cohort' AND question = '{}'"

# Estimates and half widths of 95% intervals are in units of the smallest effect that matters. The limits of |z| at the
# first look are 2.935 while two questions share the chance of a false sign, and 2.713 for one alone.
CASES = """
case                                       | sleep | half  | steps | steps_half | verdict        | reasons
pain is lower after longer nights          | -1    | 0.5   | 0     | 1          | lower          | none
pain is higher after longer nights         | 1     | 0.5   | 0     | 1          | higher         | none
just below the limit for two questions     | -1    | 0.671 | 0     | 1          | not_determined | both_directions_possible
just above the limit for two questions     | -1    | 0.664 | 0     | 1          | lower          | none
above that for one, the other has a sign   | -1    | 0.7   | 1     | 0.4        | lower          | none
above that for one, the other has none     | -1    | 0.7   | 1     | 0.7        | not_determined | both_directions_possible
above that for one, the other has no look  | -1    | 0.7   |       |            | not_determined | both_directions_possible
below that for one, the other has a sign   | -1    | 0.73  | 1     | 0.4        | not_determined | both_directions_possible
a small effect at most                     | 0     | 0.66  | 0     | 1          | at_most_small  | inside_smallest_effect
too large on one side                      | 0.05  | 0.66  | 0     | 1          | not_determined | both_directions_possible
too large on the other side                | -0.05 | 0.66  | 0     | 1          | not_determined | both_directions_possible
lower, but by less than what matters       | -0.4  | 0.25  | 0     | 1          | lower          | smaller_than_matters
"""
DAY = date(2026, 3, 1)
STUDY = Study(folder=Path("."), plan=Plan())
"""A study that is not stored, for its questions and rules."""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Open a store with three people's days."""
    with open_store(small_study(tmp_path_factory.mktemp("cohort") / "study")) as store:
        fill(store, people=PEOPLE)
        yield store


def evidence(store, question, estimate, half):
    """Return the evidence of an average; estimate and half width in units of the smallest effect that matters."""
    smallest = average_look(store, question, Effect(0.0, 1.0), DAY).smallest_effect
    return average_look(store, question, Effect(float(estimate) * smallest, float(half) * smallest), DAY)


def judged(store, *rows):
    replace_rows(store, "look_evidence", LookEvidence, list(rows))
    find(store)
    [found] = table(store, COHORT.format(SLEEP))
    return found


@pytest.mark.parametrize("case", drawn(CASES), ids=lambda case: case["case"])
def test_the_verdict_follows_from_the_look(cohort, case):
    rows = [evidence(cohort, SLEEP, case["sleep"], case["half"])]
    rows += [evidence(cohort, STEPS, case["steps"], case["steps_half"])] if case["steps"] else []
    reasons = [] if case["reasons"] == "none" else [case["reasons"]]
    assert judged(cohort, *rows) == {"verdict": case["verdict"], "reasons": reasons}


def test_a_look_that_may_not_judge_names_its_reason(cohort):
    row = replace(evidence(cohort, SLEEP, -1, 0.5), reasons=("checks_disagree",), basis="none")
    assert judged(cohort, row) == {"verdict": "not_judged", "reasons": ["checks_disagree"]}


def test_a_refused_look_keeps_the_verdict_of_the_one_before(cohort):
    first = evidence(cohort, SLEEP, -1, 0.5)
    refused = replace(first, number=2, digest="2", reasons=("checks_disagree",), basis="none")
    assert judged(cohort, first, refused) == {"verdict": "lower", "reasons": []}


def test_notes_of_the_fit_follow_the_reasons(cohort):
    fit = fitted(SLEEP, notes=("not_converged",))
    replace_rows(cohort, "cohort_fit", CohortFit, [fit])
    assert judged(cohort, evidence(cohort, SLEEP, 0, 0.66))["reasons"] == ["inside_smallest_effect", "not_converged"]
    replace_rows(cohort, "cohort_fit", CohortFit, [])


def fitted(question, *, agrees=True, participants=12, notes=()):
    return CohortFit(
        question=question, basis="mixed_model", estimate=-0.4, low=-0.6, high=-0.2, p=0.001, p_adjusted=0.002,
        agrees=agrees, participants=participants, notes=notes, se=0.1, df=9.0, days=330, two_stage_estimate=0.0,
        two_stage_low=-0.2, two_stage_high=0.2, slope_sd=0.1, slope_sd_low=0.0, slope_sd_high=0.3, slopes_differ_p=0.5,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fit", "least", "reason"),
    [
        (fitted(SLEEP), 0.5, ""),
        (fitted(SLEEP, participants=5), 0.5, ""),
        (fitted(SLEEP, participants=4), 0.5, "too_few_participants"),
        (None, 0.5, "too_few_participants"),
        (fitted(SLEEP, agrees=False), 0.5, "checks_disagree"),
        (fitted(SLEEP), 0.99, "too_many_days_missing_in_cohort"),
    ],
)
def test_why_an_average_may_not_be_judged(cohort, fit, least, reason):
    frame = cohort.connection.execute("SELECT * FROM model_frame WHERE left_out IS NULL").pl()
    design = daily_design(cohort.study, asked(cohort.study))
    design = replace(design, rules=design.rules.model_copy(update={"min_compliance": least}))
    assert reason_against_average(frame, fit, design) == reason


@pytest.mark.parametrize(
    ("participants", "rules", "reason"),
    [
        (5, {}, "before_first_look"),
        (4, {}, "too_few_participants"),
        (12, {"min_compliance": 0.99}, "too_many_days_missing_in_cohort"),
    ],
)
def test_before_the_first_look_an_average_says_what_it_lacks(tmp_path, participants, rules, reason):
    with open_store(small_study(tmp_path / "study", rules=rules)) as store:
        fill(store, people=PEOPLE)
        replace_rows(store, "cohort_fit", CohortFit, [fitted(SLEEP, participants=participants)])
        assert judged(store) == {"verdict": "not_judged", "reasons": [reason]}


# --- what the fits say about themselves ---


def fitted_cohort(study, frame):
    """Fit what the averages need; their checks of robustness and their looks have tests of their own."""
    questions = asked(study)
    design = daily_design(study, questions)
    cohort = analyse_cohort(frame, design)
    fits = adjusted(
        cohort_fits(questions, of_cohort(frame, design), cohort.apart, cohort.mixed, design.rules), questions
    )
    return {fit.question: fit for fit in fits}


@pytest.fixture(scope="module")
def null_fits():
    """Return the fits of ten people's days, in which nothing acts on pain."""
    return fitted_cohort(STUDY, model_frame(10, 30, slope=0.0, seed=2))


def within(change, people, column="outcome_score"):
    return pl.when(pl.col("participant_id").is_in(people)).then(change).otherwise(pl.col(column)).alias(column)


def test_a_few_people_with_steep_slopes_and_little_data_make_the_two_ways_disagree():
    """The mixed model includes people from ten days on, the two-stage mean from twenty."""
    few = ["p00", "p01", "p02", "p03"]
    sleep = f"{SLEEP}_within"
    frame = model_frame(10, 90, slope=0.0, seed=4)
    frame = frame.with_columns(within(pl.col("outcome_score") - 2 * pl.col(sleep), few))
    day = pl.int_range(pl.len()).over("participant_id")
    fits = fitted_cohort(STUDY, frame.filter(~pl.col("participant_id").is_in(few) | (day < 16)))
    assert fits[SLEEP].basis == "mixed_model"
    assert abs(fits[SLEEP].estimate - fits[SLEEP].two_stage_estimate) > 0.5
    assert not fits[SLEEP].agrees
    assert fits[STEPS].agrees


def test_fitting_adjusts_the_p_values_of_all_questions(null_fits):
    first, second = sorted(null_fits.values(), key=lambda fit: fit.p)
    assert first.p_adjusted == pytest.approx(min(1, 2 * first.p))
    assert second.p_adjusted == pytest.approx(max(second.p, first.p_adjusted))
    assert first.p_adjusted > first.p


def test_a_question_without_a_fit_counts_when_p_values_are_adjusted(store):
    questions = asked(store.study)
    assert adjusted_p(questions, {SLEEP: 0.03}) == pytest.approx({SLEEP: 0.06, STEPS: 1.0})


@pytest.mark.parametrize("p_values", [[0.01], [0.03, 0.02], [0.02, 0.02, 0.5, 1.0], [0.9, 0.001, 0.04, 0.012]])
def test_p_values_are_adjusted_as_by_statsmodels(p_values):
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1], abs=0)


def test_exploratory_questions_are_adjusted_apart(store):
    sleep, steps = asked(store.study)
    questions = (sleep, steps, replace(steps, name="more steps", is_confirmatory=False))
    p_values = {SLEEP: 0.02, STEPS: 0.03, "more steps": 0.04}
    assert adjusted_p(questions, p_values) == pytest.approx({SLEEP: 0.04, STEPS: 0.04, "more steps": 0.04})


@pytest.mark.parametrize(("telling", "questions"), [(4, set()), (5, {SLEEP, STEPS})])
def test_an_average_needs_five_participants_with_scores_that_vary(telling, questions):
    flat = [f"p{number:02d}" for number in range(telling, 10)]
    frame = model_frame(10, 30, seed=2)
    shallow = 5 + 0.05 * (pl.col("outcome_score") - 5)  # varies, but by less than 3 % of the scale
    assert set(fitted_cohort(STUDY, frame.with_columns(within(shallow, flat)))) == questions


def test_a_mixed_model_that_statsmodels_contradicts_is_not_used(store, monkeypatch, null_fits):
    def contradicted(*arguments):
        analysis = mixed_analysis(*arguments)
        return replace(analysis, check=replace(analysis.check, agrees=False))

    assert null_fits[SLEEP].basis == "mixed_model"
    monkeypatch.setattr("painstats.questions.daily.fit.mixed_analysis", contradicted)
    keep(store, model_frame(10, 30, slope=0.0, seed=2))
    fit_models(store, asked(store.study))
    [fit] = table(store, f"SELECT basis, notes FROM cohort_fit WHERE question = '{SLEEP}'")
    assert fit == {"basis": "two_stage", "notes": ["not_converged"]}
    assert table(store, "SELECT DISTINCT basis FROM person_fit") == [{"basis": "own_days"}]


# --- from exports to the verdict ---


def test_planted_effects_of_opposite_signs_are_found_from_exports(tmp_path):
    planted = Truth(people=6, days=80, sleep_slope=-0.9, sleep_slope_sd=0.05, steps_slope=0.5, steps_slope_sd=0.05)
    make_study(tmp_path / "study", planted, 5)
    read_inbox(tmp_path / "study")
    with open_store(read_study(tmp_path / "study")) as store:
        compute(store)
        rows = table(store, "SELECT question, verdict, participants FROM finding WHERE subject = 'cohort'")
    assert {row["question"]: (row["verdict"], row["participants"]) for row in rows} == {
        SLEEP: ("lower", 6),
        STEPS: ("higher", 6),
    }
