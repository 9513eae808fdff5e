"""An exposure's effect is adjusted for what precedes it, never for what comes later: the order, and all that follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from painstats.frame.exposure import Exposure, precedes
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, fit_questions
from painstats.questions.daily.columns import TIME, WEEKDAYS, calendar_columns, of_cohort
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.guards import of_design
from painstats.questions.daily.own_looks import own_look
from painstats.questions.daily.relation import fit_relation
from painstats.questions.look import LookDay
from painstats.reports.adjusted import CALENDAR, EVERY_MODEL, adjusted, own_facts, research_facts
from painstats.store import open_store
from painstats.store.tables import read_table
from tests.made_up_study import small_study
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame

FEW = {"looks": [30, 45], "min_people_mixed_model": 50, "min_people_cohort": 50}
STEPS_ONLY = [{"kind": "daily", "measure": "step_count"}]
BOTH = [{"kind": "daily"}]


def exposure(name):
    measure, lag = name.rsplit(" ", 1)
    return Exposure({"sleep": "total_sleep_time_min", "bed": "time_in_bed_min", "steps": "step_count", "exercise": "exercise_time_min"}[measure], int(lag))  # fmt: skip


def design(*names):
    plan = Plan.model_validate(
        {"questions": [{"kind": "daily", "measure": one.measure, "lag_days": one.lag_days} for one in map(exposure, names)]}
    )  # fmt: skip
    study = Study(folder=Path(), plan=plan)
    return daily_design(study, asked(study))


# --- The order in time
#
#   day t-2            day t-1                    day t
#   steps 2 --- night: sleep 1 --- day: steps 1 --- night: sleep 0 --- day: steps 0 --- evening: the outcome

LINE = ["steps 2", "sleep 1", "steps 1", "sleep 0", "steps 0"]


@pytest.mark.parametrize("later", range(5))
@pytest.mark.parametrize("earlier", range(5))
def test_what_ends_first_precedes(earlier, later):
    assert precedes(exposure(LINE[earlier]), exposure(LINE[later])) is (earlier < later)


@pytest.mark.parametrize("one", ["sleep 0", "bed 0"])
@pytest.mark.parametrize("other", ["sleep 0", "bed 0"])
def test_neither_of_two_measures_of_a_night_precedes(one, other):
    assert not precedes(exposure(one), exposure(other))


# --- Which models there are


@pytest.mark.parametrize(
    ("asked_for", "models"),
    [
        (["sleep 0"], {"sleep 0": "sleep 0"}),
        (["sleep 0", "steps 1"], {"sleep 0": "sleep 0, steps 1", "steps 1": "steps 1"}),
        (["steps 1", "sleep 0"], {"steps 1": "steps 1", "sleep 0": "steps 1, sleep 0"}),
        (["steps 1", "exercise 1"], {"steps 1, exercise 1": "steps 1, exercise 1"}),
        (["sleep 0", "bed 0", "steps 1"], {"sleep 0, bed 0": "sleep 0, bed 0, steps 1", "steps 1": "steps 1"}),
        (["steps 0", "sleep 0"], {"steps 0": "steps 0, sleep 0", "sleep 0": "sleep 0"}),
        (LINE, {name: ", ".join(LINE[: place + 1]) for place, name in enumerate(LINE)}),
    ],
)
def test_each_moment_has_a_model_with_all_that_precedes_it(asked_for, models):
    def names(exposures):
        return ", ".join(next(name for name in [*asked_for] if exposure(name) == one) for one in exposures)

    totals = design(*asked_for).totals()
    assert {names(total.answered): names(total.exposures) for total in totals} == models
    assert all(set(total.guarded) <= set(total.exposures) for total in totals)
    assert [name for total in totals for name in names(total.answered).split(", ")] == list(
        ", ".join(models).split(", ")
    )


def test_a_model_has_indicators_and_guards_of_its_own_exposures_only():
    sleep, steps = design("sleep 0", "steps 1").totals()
    assert sleep.nuisance == (f"{SLEEP}_unknown", f"{STEPS}_unknown")
    assert steps.nuisance == (f"{STEPS}_unknown",)
    days = dict.fromkeys((f"{SLEEP}_within", f"{STEPS}_within"))
    assert list(of_design(days, steps)) == [f"{STEPS}_within"]
    assert of_design(days, sleep) == days


def test_a_participant_without_nights_counts_for_the_average_of_steps():
    frame = model_frame(3, 20).with_columns(
        pl.when(pl.col("participant_id") == "p01").then(1.0).otherwise(0.0).alias(f"{SLEEP}_unknown"), in_cohort=True
    )
    sleep, steps = design("sleep 0", "steps 1").totals()
    assert set(of_cohort(frame, sleep)["participant_id"]) == {"p00", "p02"}
    assert set(of_cohort(frame, steps)["participant_id"]) == {"p00", "p01", "p02"}


# --- Steps do not depend on whether sleep is asked about, and sleep is what it was


def fit(store, frame):
    keep(store, frame)
    fit_questions(store)
    return store


def of(store, name, question, *without):
    """Return the stored rows of a question, without some columns."""
    return sorted(read_table(store, name).filter(pl.col("question") == question).drop(*without).to_dicts(), key=repr)


FRAME = model_frame(2, 50, slope=-0.5, seed=8)
FIVE = model_frame(5, 31, slope=-0.5, seed=8)


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    with open_store(small_study(tmp_path_factory.mktemp("both") / "study", questions=BOTH, rules=FEW)) as store:
        yield fit(store, FRAME)


def test_steps_are_as_if_they_were_asked_about_alone(both, tmp_path):
    apart = ("digest", "limits", "lows", "highs")  # two questions share the chance of a false sign
    with open_store(small_study(tmp_path / "alone", questions=STEPS_ONLY, rules=FEW)) as alone:
        fit(alone, FRAME)
        assert of(both, "person_fit", STEPS) == of(alone, "person_fit", STEPS) != []
        assert of(both, "look_evidence", STEPS, *apart) == of(alone, "look_evidence", STEPS, *apart) != []


def test_sleep_is_adjusted_for_steps_as_in_one_model_of_both(both):
    own = FRAME.filter(pl.col("participant_id") == "p00")
    sleep, steps = asked(Study(folder=Path(), plan=Plan()))
    relation = fit_relation(own, sleep, beside=[steps])
    assert [row.name for row in relation.table.coefficients][1:3] == [f"{SLEEP}_within", f"{STEPS}_within"]
    [stored] = [row for row in of(both, "person_fit", SLEEP) if row["participant_id"] == "p00"]
    assert (stored["own_estimate"], stored["own_low"]) == (relation.estimate.value, relation.estimate.low)


def test_a_relation_leaves_out_what_comes_later():
    own = model_frame(1, 50)
    sleep, steps = asked(Study(folder=Path(), plan=Plan()))
    beside, alone = fit_relation(own, steps, beside=[sleep]), fit_relation(own, steps)
    assert beside.estimate == alone.estimate
    assert f"{SLEEP}_within" not in beside.fit.names


def test_a_look_without_enough_variation_in_steps_still_judges_sleep():
    frame = model_frame(1, 45, slope=-0.6)
    flat = frame.with_columns(pl.col(STEPS) * 0.01, pl.col(f"{STEPS}_within") * 0.01)
    study = Study(folder=Path(), plan=Plan.model_validate({"study": {"time_zone": "UTC"}}))
    questions = asked(study)
    found = own_look(flat, daily_design(study, questions), questions, {}, LookDay(1, date(2026, 3, 1), 45))
    assert found[STEPS].reasons == ("exposure_hardly_varies",)
    assert found[SLEEP].value == fit_relation(flat, questions[0]).estimate.value


def test_an_exposure_that_no_participant_has_leaves_the_models_of_the_others(tmp_path):
    unknown = FIVE.with_columns(
        pl.lit(0.0).alias(f"{STEPS}_within"),
        pl.lit(1.0).alias(f"{STEPS}_unknown"),
        pl.lit(None).cast(pl.Float64).alias(STEPS),
    )
    with open_store(small_study(tmp_path / "study", questions=BOTH, rules={"looks": [30]})) as store:
        fit(store, unknown)
        [average] = of(store, "cohort_fit", SLEEP)
        looks = of(store, "look_evidence", STEPS), of(store, "look_evidence", SLEEP)
        assert of(store, "robustness", SLEEP)
        assert not of(store, "person_fit", STEPS)
    assert (average["participants"], average["days"]) == (5, FIVE.height)
    refused, judged = ({row["participant_id"]: row["reasons"] for row in rows} for rows in looks)
    assert refused[None] == ["too_few_participants"]
    assert judged[None] == []


# --- What a fit says of itself


def test_each_stored_model_names_the_questions_that_it_answers(both):
    models = read_table(both, "model_fit")
    assert sorted(map(tuple, models.select("model", pl.col("answered").list.join(",")).rows())) == [
        (person, question) for person in ("p00", "p01") for question in (STEPS, SLEEP)
    ]


def test_a_card_says_what_an_effect_is_adjusted_for(both):
    sleep, steps = asked(both.study)
    taken = {question.name: adjusted(both, question, (sleep, steps), "p00") for question in (sleep, steps)}
    assert own_facts(taken[SLEEP]) == (
        ("Taken into account", "Steps the day before, the day of the week and slow drifts."),
    )
    assert own_facts(taken[STEPS]) == (
        (
            "Taken into account",
            "The day of the week and slow drifts. Left out on purpose: sleep in between. "
            "Part of the link may run that way.",
        ),
    )
    assert research_facts(taken[SLEEP]) == (("Adjusted for", "Steps the day before, day of the week, time"),)
    assert research_facts(taken[STEPS]) == (
        ("Adjusted for", "Day of the week, time"),
        ("Not adjusted for", "What comes later, since part of the effect may run through it: sleep the night before"),
    )
    assert adjusted(both, steps, (sleep, steps), EVERY_MODEL) == taken[STEPS]
    assert adjusted(both, steps, (sleep, steps), "p99") is None
    assert own_facts(None) == research_facts(None) == ()
    treated = replace(taken[STEPS], calendar=("weekend", "treatments"), later=())
    assert own_facts(treated) == (("Taken into account", "Weekends and your treatments."),)


def test_the_names_of_calendar_columns_are_those_of_the_models():
    assert {
        "day_of_week": set(WEEKDAYS), "weekend": set(calendar_columns(model_frame(1, 20), False)), "time": {TIME}
    } == CALENDAR  # fmt: skip
