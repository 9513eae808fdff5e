"""Robustness checks of the estimates: every check is made, and each can say no."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.mixedlm import fit_each_participant
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked as questions_of
from painstats.questions.asked import fit_questions
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.mixed_model import mixed_analysis
from painstats.questions.daily.model_rows import model_fits
from painstats.questions.daily.robustness import CHECKS, OF_ONE_PARTICIPANT, Reanalysis, Slope, robustness_checks
from painstats.questions.daily.robustness.reanalysis import direction, same_verdict
from painstats.questions.daily.tables import FIT_TABLES
from painstats.store import open_store
from painstats.store.erase_rows import RESULT_TABLES
from painstats.store.publish import PUBLISHED_TABLES
from painstats.store.tables import read_table
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame, with_treatment

ALWAYS = set(CHECKS) - {"other_spread", "complete_days", "enough_steps", "without_guard"}
"""Checks that a cohort gets whether or not its fit is singular, and days with something unknown."""

ONLY_OF_SLEEP = ("curved_sleep", STEPS)
"""No check: the model for steps has no sleep, which comes later."""

STUDY = Study(folder=Path("."), plan=Plan())
DESIGN = daily_design(STUDY, questions_of(STUDY))
FRAME = model_frame(14, 50, spread=0.15)


def fitted(store, frame):
    """Fit everything to a frame; return what is kept of the checks, as check and predictor to row."""
    keep(store, frame)
    fit_questions(store)
    rows = read_table(store, "robustness", "position").to_dicts()
    return {(row["check"], row["question"]): row for row in rows}


def asked(frame):
    """Return the question that a cohort's mixed model is asked."""
    complete = frame.filter(pl.col("left_out").is_null())
    mixed = mixed_analysis(complete, DESIGN, lambda _: None)
    table = {row.name: row for row in mixed.table.coefficients}
    answers = {name: table[f"{name}_within"] for name in (SLEEP, STEPS)}
    slopes = {name: Slope(row.estimate, row.low, row.high, row.p) for name, row in answers.items()}
    return Reanalysis(DESIGN, frame, complete, "mixed_model", slopes, mixed)


def checked(question, name, predictor=SLEEP):
    """Make one check; return what it found under its own name, or under the one that follows it."""
    return {found.check: found for found in CHECKS[name](question) if found.question == predictor}


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    """Return every check of a cohort with a planted slope of sleep and none of steps."""
    with open_store(Study(folder=tmp_path_factory.mktemp("study"), plan=Plan())) as store:
        return fitted(store, FRAME)


@pytest.fixture(scope="module")
def planted():
    """Return the question of the same cohort."""
    return asked(FRAME)


# --- All of them


def test_every_check_is_made_for_every_answer_of_a_cohort(rows):
    made = {check for check, _ in rows}
    assert made >= ALWAYS | {"most_influential_out", "sleep_bend"}
    assert {(check, predictor) for check in ALWAYS for predictor in (SLEEP, STEPS)} - rows.keys() == {ONLY_OF_SLEEP}
    assert [row for row in rows.values() if row["reason"]] == []
    assert {row["model"] for row in rows.values()} == {"cohort"}


def test_a_planted_slope_stands_every_check_and_no_slope_stays_open(rows):
    sleep = [row for (check, predictor), row in rows.items() if predictor == SLEEP and check != "sleep_bend"]
    assert all(row["same_verdict"] for row in sleep)
    for row in sleep:
        if row["estimate"] is not None:
            assert row["low"] < row["estimate"] < row["high"] < 0
            assert row["estimate"] == pytest.approx(-0.4, abs=0.12)
    assert rows["days_shifted", SLEEP]["p"] < 0.01
    assert rows["days_shifted", STEPS]["p"] > 0.05
    assert rows["sleep_bend", SLEEP]["low"] < 0 < rows["sleep_bend", SLEEP]["high"]


@pytest.mark.parametrize("name", ["participants_resampled", "days_shifted"])
def test_checks_that_draw_at_random_are_seeded(planted, name):
    """The same days give the same numbers to the last bit."""
    assert checked(planted, name) == checked(planted, name)


def test_the_two_answers_are_compared_by_the_side_of_zero_they_lie_on():
    below, above = Slope(-1.0, -2.0, -0.5), Slope(1.0, 0.5, 2.0)
    open_below, open_above = Slope(-0.1, -0.5, 0.3), Slope(0.1, -0.3, 0.5)
    assert [direction(slope) for slope in (below, above, open_below)] == [-1, 1, 0]
    assert same_verdict(below, below)
    assert not same_verdict(below, above)
    assert not same_verdict(below, open_below)
    assert same_verdict(open_below, open_above)
    assert same_verdict(below, Slope(-1.0)) is None
    assert same_verdict(below, Slope(-1.0, np.nan, np.nan)) is None


def test_stored_fits_are_removed_when_a_participant_is_forgotten():
    """Results are based on all participants' days, and name participants."""
    assert set(FIT_TABLES) <= set(RESULT_TABLES)
    assert "robustness" in PUBLISHED_TABLES


# --- Each can fail


def test_one_person_who_makes_the_answer_is_named():
    """Thirteen people without a link, and one with an enormous one."""
    frame = model_frame(14, 50, slope=0.0)
    link = 3 * pl.col(f"{SLEEP}_within") * (pl.col("participant_id") == "p03")
    question = asked(frame.with_columns(pl.col("outcome_score") - link))
    found = checked(question, "one_participant_out")
    most = found["most_influential_out"]
    assert most.participant == "p03"
    assert question.reported[SLEEP].estimate < -0.1
    assert abs(most.slope.estimate) < 0.05
    assert found["one_participant_out"].slope.high == pytest.approx(most.slope.estimate, abs=1e-3)
    assert found["one_participant_out"].participants == 13


def test_a_straight_drift_of_a_predictor_leaves_no_trace(planted):
    """Whatever straight line each person's sleep follows, without drifts the answer is the same."""
    drift = pl.col("time_30d") * (1 + pl.col("participant_id").str.slice(1).cast(pl.Float64) / 7)
    drifting = asked(FRAME.with_columns(pl.col(f"{SLEEP}_within") + drift))
    assert abs(planted.reported[SLEEP].estimate - drifting.reported[SLEEP].estimate) > 0.01
    before, after = (checked(question, "detrended")["detrended"].slope for question in (planted, drifting))
    assert after.estimate == pytest.approx(before.estimate, abs=1e-7)
    assert after.low == pytest.approx(before.low, abs=1e-5)


def test_the_first_fourteen_days_of_rating_are_left_out():
    """The link is there in the first two weeks only."""
    frame = model_frame(12, 60, slope=0.0, seed=2)
    early = pl.col("date") < pl.col("date").min() + pl.duration(days=14)
    question = asked(frame.with_columns(pl.col("outcome_score") - 2 * pl.col(f"{SLEEP}_within") * early))
    found = checked(question, "first_days_removed")["first_days_removed"]
    assert found.days == 12 * (60 - 14)
    assert found.same_verdict is False
    assert abs(found.slope.estimate) < 0.1


def test_days_of_few_steps_that_make_the_answer_are_seen():
    """On the days that count only because the device was worn, few steps go with much pain; on no other day."""
    frame = model_frame(12, 60, slope=0.0, seed=2)
    few = pl.col(f"{STEPS}_within") < -3
    question = asked(
        frame.with_columns(few.alias(f"{STEPS}_few"), pl.col("outcome_score") - few * pl.col(f"{STEPS}_within"))
    )
    found = checked(question, "enough_steps", STEPS)["enough_steps"]
    assert question.reported[STEPS].high < 0
    assert found.days == frame.filter(~few).height
    assert found.same_verdict is False
    assert checked(asked(frame), "enough_steps", STEPS) == {}


def test_a_bend_is_seen():
    bent = FRAME.with_columns(pl.col("outcome_score") + 0.2 * pl.col(f"{SLEEP}_within") ** 2)
    assert checked(asked(bent), "curved_sleep")["sleep_bend"].slope.low > 0.1


def test_days_far_out_count_less():
    """A few absurd ratings after the longest nights hide a link; held back, they hide it no longer."""
    frame = model_frame(12, 50, slope=-0.2, seed=5)
    rank = pl.col(f"{SLEEP}_within").rank(descending=True).over("participant_id")
    question = asked(frame.with_columns(pl.col("outcome_score") + 8 * (rank <= 2)))
    held_back = checked(question, "outliers_pulled_in")["outliers_pulled_in"].slope.estimate
    answer = question.reported[SLEEP].estimate
    assert answer > 0.1
    assert abs(held_back + 0.2) < abs(answer + 0.2) - 0.1


def test_only_the_order_of_a_persons_ratings_counts(planted):
    """Any scale that keeps their order gives the same, to the last digit."""
    stretched = FRAME.with_columns(
        pl.col("outcome_score").exp() + pl.col("participant_id").str.slice(1).cast(pl.Float64)
    )
    plain, other = (checked(one, "ranked_scores")["ranked_scores"] for one in (planted, asked(stretched)))
    assert plain.slope == other.slope
    assert plain.slope.p < 0.001
    assert plain.slope.estimate is None  # its unit is not that of the answer
    assert plain.same_verdict is True
    open_question = checked(planted, "ranked_scores", predictor=STEPS)["ranked_scores"]
    assert open_question.slope.p > 0.05


def test_the_day_before_comes_by_the_calendar_and_unrated_days_are_lost():
    frame = model_frame(12, 40)
    gone = (pl.col("date").dt.day() == 20) & (pl.col("participant_id") == "p00")
    unrated = frame.with_columns(
        pl.when(gone).then(None).otherwise(pl.col("outcome_score")).alias("outcome_score"),
        pl.when(gone).then(pl.lit("no_outcome")).alias("left_out"),
    )
    question, lost = asked(unrated), unrated.filter(gone).height
    assert lost == 1
    assert checked(question, "lagged_outcome")["lagged_outcome"].days == 12 * 39 - 2 * lost
    assert checked(question, "earlier_days")["earlier_days"].days == 12 * 39 - lost  # that day's sleep is known


def test_the_rating_of_the_day_before_stands_in_for_what_carries_over():
    """In data made by it, its own coefficient comes out, and the slope with it."""
    frame = model_frame(12, 60, slope=-0.4, rho=0.0, seed=8)
    carried = []
    for person in frame.partition_by("participant_id", maintain_order=True):
        pain, level = person["outcome_score"].to_numpy().copy(), 5.0
        for day in range(1, len(pain)):
            pain[day] += 0.4 * (pain[day - 1] - level)
        carried.append(person.with_columns(outcome_score=pain))
    question = asked(pl.concat(carried))
    assert checked(question, "lagged_outcome")["lagged_outcome"].slope.estimate == pytest.approx(-0.4, abs=0.08)


def test_a_treatment_of_three_people_stops_no_check():
    """Resampling participants can give a set without it."""
    treated = pl.col("participant_id").is_in(["p04", "p05", "p06"]) & (pl.col("time_30d") > 0)
    question = asked(with_treatment(FRAME, treated))
    assert "treatment_1" in question.mixed.rows.names
    drawn = checked(question, "participants_resampled")["participants_resampled"].slope
    assert drawn.low < drawn.estimate < drawn.high < 0
    found = checked(question, "one_participant_out")
    assert found["one_participant_out"].participants == 13
    assert found["one_participant_out"].slope.high < 0


def test_a_ramp_over_all_days_of_a_participant_stops_nothing():
    """It is the drift over time: their own days are fitted without it, those of others with theirs."""
    day, alone = pl.col("date").cum_count().over("participant_id"), pl.col("participant_id") == "p05"
    frame = with_treatment(FRAME, alone & (day > 7), share=(day - 7) / 100)
    assert "treatment_1" in within_participants(frame.filter(alone), DESIGN).names
    whole = with_treatment(FRAME, alone, share=(day + 3) / 100)
    fits, refused = fit_each_participant(within_participants(whole, DESIGN))
    assert refused == {}
    assert len(fits) == frame["participant_id"].n_unique()
    assert "treatment_1" not in within_participants(whole.filter(alone), DESIGN).names


# --- Where not everything is possible


def test_few_people_get_the_checks_of_their_mean_and_reasons_for_the_others(store):
    rows = fitted(store, model_frame(6, 50))
    assert "6 participants are too few to resample" in rows["participants_resampled", SLEEP]["reason"]
    assert "mixed model" in rows["robust_errors", SLEEP]["reason"]
    assert rows["one_participant_out", SLEEP]["same_verdict"] is True
    for check in (
        "days_shifted",
        "ranked_scores",
        "detrended",
        "lagged_outcome",
        "earlier_days",
        "first_days_removed",
        "curved_sleep",
    ):
        assert rows[check, SLEEP]["reason"] is None, check
    assert rows["detrended", SLEEP]["high"] < 0


def test_five_people_cannot_spare_one(store):
    rows = fitted(store, model_frame(5, 50))
    assert "at least 5 are needed" in rows["most_influential_out", SLEEP]["reason"]
    assert rows["one_participant_out", SLEEP]["low"] is not None


def test_two_people_have_no_average_to_check(store):
    assert fitted(store, model_frame(2, 50)) == {}


def test_one_person_alone_gets_what_makes_sense(store):
    rows = fitted(store, model_frame(1, 90))
    assert {row["model"] for row in rows.values()} == {"p00"}
    assert {check for check, _ in rows} == OF_ONE_PARTICIPANT - {"complete_days", "enough_steps"} | {"sleep_bend"}
    assert rows["days_shifted", SLEEP]["p"] == pytest.approx(1 / 90)
    assert rows["detrended", SLEEP]["same_verdict"] is True


def test_too_few_days_are_a_reason():
    rows = robustness_checks([asked(model_frame(12, 20))], "cohort", questions_of(STUDY)[0].outcome)
    reasons = {row.check: row.reason for row in rows}
    assert "have 10 such days" in reasons.pop("first_days_removed")
    assert set(reasons.values()) == {None}


# --- Singular fits


def test_a_singular_fit_is_set_beside_independent_effects():
    """All participants have the same slopes, so they cannot be distinguished."""
    question = asked(model_frame(12, 25, spread=0.0, seed=4))
    neighbour = question.mixed.neighbour
    assert question.mixed.fit.is_singular
    assert question.mixed.notes == ("singular",)
    assert neighbour.is_simpler
    assert neighbour.gain >= 0
    assert f"{STEPS}_within" in neighbour.unsupported
    assert not neighbour.fit.is_singular
    found = checked(question, "other_spread")["simpler_spread"]
    assert found.same_verdict is True
    assert found.slope.high < 0


def with_own_steps(frame):
    """Return the frame with slopes of steps that differ from person to person."""
    person = pl.col("participant_id").str.slice(1).cast(pl.Float64)
    return frame.with_columns(pl.col("outcome_score") + 0.1 * ((person * 7) % 5 - 2) * pl.col(f"{STEPS}_within"))


def test_a_regular_fit_has_no_neighbour():
    person = pl.col("participant_id").str.slice(1).cast(pl.Float64)
    frame = with_own_steps(model_frame(25, 60, spread=0.3, seed=6))
    question = asked(frame.with_columns(pl.col("outcome_score") + 0.5 * ((person * 3) % 4 - 1.5) * pl.col("time_30d")))
    assert not question.mixed.fit.is_singular
    assert question.mixed.neighbour is None
    assert checked(question, "other_spread") == {}


def test_a_drift_that_is_not_supported_is_set_beside_too():
    """Slopes differ, drifts do not: one common drift is used, and the fuller model is reported."""
    question = asked(with_own_steps(model_frame(25, 40, spread=0.3, seed=7)))
    assert question.mixed.notes == ("own_trend_dropped",)
    assert question.mixed.neighbour.unsupported == ("time_30d",)
    assert not question.mixed.neighbour.is_simpler
    assert checked(question, "other_spread")["fuller_spread"].same_verdict is True


# --- What is kept of the fit


def test_what_is_left_over_and_how_much_is_explained_is_kept():
    noise = pl.Series(3 * np.random.default_rng(77).standard_normal(FRAME.height))
    noisy = FRAME.with_columns(pl.col("outcome_score") + noise * (pl.col("participant_id") < "p05"))
    [fit] = model_fits((), {}, mixed_analysis(noisy, DESIGN, lambda _: None), DESIGN)
    assert fit.equal_variance_p < 0.001
    assert fit.participant_sd_quantiles[2] > 1.8 * fit.participant_sd_quantiles[0]
    assert len(fit.residual_quantiles) == 9
    assert 0 < fit.r2_marginal < fit.r2_conditional < 1
    assert fit.pattern_p > 0.001
    assert not fit.has_pattern
