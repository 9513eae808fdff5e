"""Which exposures, days and models are protected against an outcome that acts back, and what reports say of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.daily import build_daily_table
from painstats.frame import Exposure, build_model_frame
from painstats.frame.exposure_days import exposure_days
from painstats.frame.guard import ExposureDays
from painstats.mixedlm import fit_each_participant
from painstats.questions.asked import asked
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import RESIDUALS, daily_design
from painstats.questions.daily.feedback_words import feedback_words, own_feedback_words
from painstats.questions.daily.fit import analyse_cohort
from painstats.questions.daily.guards import OWN_DAYS, by_participant, days_of, guarded_alone, of_participant
from painstats.questions.daily.pattern_words import own_pattern_words, pattern_words
from painstats.questions.outcome_words import OutcomeWords
from tests.conftest import put
from tests.made_up_study import made_up_model
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame

PAIN = OutcomeWords("pain", "more pain", "less pain", "higher", "lower", "raises pain", "lowers pain")
EXPOSURES = (Exposure("total_sleep_time_min", 0), Exposure("step_count", 1))
JANUARY_5 = 20458


def study_with(make_study, *questions):
    return make_study(questions=[{"kind": "daily", **question} for question in questions])


def guarded_names(study):
    return [exposure.name for exposure in daily_design(study, asked(study)).guarded]


def test_exposures_at_their_usual_lag_are_protected_unless_the_plan_says_no(make_study):
    assert guarded_names(make_study()) == [SLEEP, STEPS]
    other_lag = {"measure": "step_count", "lag_days": 2}
    not_moved = {"measure": "total_sleep_time_min", "moved_by_pain": False}
    assert guarded_names(study_with(make_study, other_lag, not_moved, {"measure": "active_time_min"})) == [
        "active_time_min_lag1"
    ]


def test_days_without_a_score_count_and_steps_are_at_the_day_after(store):
    put(store, "self_report", "date | value\n2026-01-05 | 4")
    put(store, "daily_total", "date | measure | value\n2026-01-05 | step_count | 3000\n2026-01-09 | step_count | 5000")
    build_daily_table(store)
    build_model_frame(store, EXPOSURES)
    days = exposure_days(store, EXPOSURES[1])
    assert days.participant.tolist() == ["ann", "ann"]
    assert days.day.tolist() == [JANUARY_5 + 1, JANUARY_5 + 5]
    assert days.value.tolist() == [-1.0, 1.0]


@pytest.mark.parametrize(("days", "is_protected"), [(OWN_DAYS - 1, False), (OWN_DAYS, True)])
def test_own_days_are_protected_from_180_on(store, days, is_protected):
    design = daily_design(store.study, asked(store.study))
    frame = model_frame(1, days)
    keep(store, frame)
    [own], _ = fit_each_participant(within_participants(frame, design), RESIDUALS)
    guard = guarded_alone(own, days_of(store, design))
    assert (guard is not None) is is_protected
    if guard:
        assert guard.exposures == (f"{SLEEP}_within", f"{STEPS}_within")
        assert {row.name for row in guard.table.coefficients} == {row.name for row in own.table.coefficients}


def test_averages_are_protected_and_say_what_they_are_without(store):
    design = daily_design(store.study, asked(store.study))
    frame = model_frame(12, 60)
    keep(store, frame)
    mixed = analyse_cohort(frame, design, days=days_of(store, design)).mixed
    without = analyse_cohort(frame, replace(design, guarded=())).mixed
    assert any("guard" in name for name in mixed.rows.names)
    assert not any("guard" in row.name for row in mixed.table.coefficients)
    assert mixed.unguarded.coefficients == without.table.coefficients
    held = {row.name: row for row in mixed.table.coefficients}
    for row in without.table.coefficients:
        assert abs(held[row.name].estimate - row.estimate) < 2 * row.se
    assert not np.isclose(held[f"{SLEEP}_within"].estimate, without.table.coefficients[1].estimate, rtol=1e-9)


def feedback(p=0.001, h=(-0.2, 0.1), t=(-4.0, 2.0)):
    guarded = tuple(exposure.within for exposure in EXPOSURES)
    return replace(made_up_model(12), guarded=guarded, feedback_p=p, feedback_coefficients=h, feedback_t=t)


def test_a_report_says_that_pain_also_changes_sleep_where_the_test_shows_it():
    assert feedback_words(feedback(), EXPOSURES, PAIN) == (
        "In these diaries pain also changes sleep: after days with more pain, people slept less. "
        "The numbers here allow for that.",
    )
    both = feedback(t=(-4.0, 3.0))
    assert own_feedback_words(both, EXPOSURES, PAIN) == (
        "Your pain also changes your sleep and steps: after days with more pain, you slept less and walked more. "
        "Your numbers allow for that.",
    )
    assert feedback_words(feedback(p=0.02), EXPOSURES, PAIN) == ()
    assert feedback_words(made_up_model(12), EXPOSURES, PAIN) == ()


def test_a_report_says_what_the_model_leaves_over():
    weekly = replace(made_up_model(12), has_pattern=True, pattern_lag=7, pattern_departure=0.18)
    assert pattern_words(weekly) == (
        "What the model leaves over is not noise: scores 7 days apart still go together (0.18), a rhythm of the week "
        "that differs between people. Intervals may be too narrow.",
    )
    other = replace(weekly, pattern_lag=1, pattern_departure=-0.1)
    assert "scores 1 day apart are still less alike than others (−0.10). " in pattern_words(other)[0]
    assert own_pattern_words(replace(weekly, drifts=True)) == (
        "Your scores follow a rhythm that the method does not describe. Read the range with caution.",
        "Your level drifted over the whole diary.",
    )
    assert pattern_words(made_up_model(12)) == own_pattern_words(made_up_model(12)) == ()


def test_known_days_are_split_by_participant():
    known = ExposureDays(np.array(["b", "a", "b"], dtype=object), np.array([3, 1, 2]), np.array([0.3, 0.1, 0.2]))
    days = {"steps": known, "sleep": ExposureDays(known.participant[:1], known.day[:1], known.value[:1])}
    split = by_participant(days)
    own = {name: of_participant(split, days, name) for name in ("a", "b", "c")}
    assert own["b"]["steps"].day.tolist() == [3, 2]
    assert own["b"]["steps"].value.tolist() == [0.3, 0.2]
    assert {name: {exposure: len(found.day) for exposure, found in each.items()} for name, each in own.items()} == {
        "a": {"steps": 1, "sleep": 0},
        "b": {"steps": 2, "sleep": 1},
        "c": {"steps": 0, "sleep": 0},
    }
