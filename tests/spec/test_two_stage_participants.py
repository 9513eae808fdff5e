"""Who enters a two-stage mean is decided for each question: an average leaves out participants without an exposure."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, fit_questions
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.two_stage_participants import slopes_apart
from tests.conftest import table
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame

STUDY = Study(folder=Path(), plan=Plan())
DESIGN = daily_design(STUDY, asked(STUDY))
FRAME = model_frame(6, 50)
FLAT = pl.col("participant_id") == "p03"


def with_sleep_times(factor):
    """Return the frame with deviations of one participant's sleep times a factor; its slope stays -0.4 per hour."""
    less = pl.when(FLAT).then((1 - factor) * pl.col(f"{SLEEP}_within")).otherwise(0.0)
    return FRAME.with_columns(
        pl.col(SLEEP) - less, pl.col(f"{SLEEP}_within") - less, pl.col("outcome_score") + 0.4 * less
    )


def with_sleep_known_on(days):
    """Return the frame with one participant's sleep known on the first days only."""
    unknown = FLAT & (pl.int_range(pl.len()).over("participant_id") >= days)
    return FRAME.with_columns(
        pl.when(unknown).then(None).otherwise(SLEEP).alias(SLEEP),
        pl.when(unknown).then(0.0).otherwise(f"{SLEEP}_within").alias(f"{SLEEP}_within"),
        unknown.cast(pl.Float64).alias(f"{SLEEP}_unknown"),
    )


def entering(frame, exposure):
    return {name for name, own in slopes_apart(frame, DESIGN).items() if f"{exposure}_within" in own}


def all_but(*left_out):
    return {f"p{number:02d}" for number in range(6)} - set(left_out)


@pytest.mark.parametrize("frame", [with_sleep_times(0.05), with_sleep_known_on(19)], ids=["flat", "rarely known"])
def test_without_an_exposure_a_participant_leaves_its_average_alone(frame):
    assert entering(frame, SLEEP) == all_but("p03")
    assert entering(frame, STEPS) == all_but()


def test_the_limits_are_those_of_a_participants_own_verdict():
    least = DESIGN.exposures[0].definition.least_within_sd
    own = FRAME.filter(FLAT)[SLEEP].std()
    assert entering(with_sleep_times(0.99 * least / own), SLEEP) == all_but("p03")
    assert entering(with_sleep_times(1.01 * least / own), SLEEP) == all_but()
    assert entering(with_sleep_known_on(DESIGN.rules.min_days_known), SLEEP) == all_but()


def test_few_days_or_scores_that_hardly_vary_leave_every_average():
    day = pl.int_range(pl.len()).over("participant_id")
    few = FRAME.filter(~FLAT | (day < 19))
    constant = FRAME.with_columns(pl.when(FLAT).then(day % 2).otherwise("outcome_score").alias("outcome_score"))
    for frame in (few, constant):
        assert {exposure: entering(frame, exposure) for exposure in (SLEEP, STEPS)} == dict.fromkeys(
            (SLEEP, STEPS), all_but("p03")
        )


def test_averages_and_their_checks_are_over_those_who_enter(store):
    keep(store, with_sleep_times(0.05))
    fit_questions(store)
    fits = {row["question"]: row for row in table(store, "SELECT * FROM cohort_fit")}
    assert {question: fit["participants"] for question, fit in fits.items()} == {SLEEP: 5, STEPS: 6}
    assert fits[SLEEP]["df"] == 4
    assert fits[SLEEP]["two_stage_high"] < 0
    assert fits[SLEEP]["two_stage_high"] - fits[SLEEP]["two_stage_low"] < 0.6
    rows = table(store, "SELECT * FROM robustness")
    checks = {(row["check"], row["question"]): row for row in rows}
    assert checks["detrended", SLEEP]["participants"] == 5
    assert checks["detrended", STEPS]["participants"] == 6
    assert "at least 5 are needed" in checks["most_influential_out", SLEEP]["reason"]
    assert checks["most_influential_out", SLEEP]["participant_id"] != "p03"
    assert checks["most_influential_out", STEPS]["reason"] is None
    assert checks["most_influential_out", STEPS]["participants"] == 5
    assert checks["one_participant_out", SLEEP]["participants"] == 4


def test_without_one_participant_the_others_are_weighted_again(store):
    """The range of averages without each participant has the average without the most influential one at an end."""
    keep(store, model_frame(7, 50, spread=0.3))
    fit_questions(store)
    checks = {(row["check"], row["question"]): row for row in table(store, "SELECT * FROM robustness")}
    most, spread = (checks[name, SLEEP] for name in ("most_influential_out", "one_participant_out"))
    assert most["estimate"] == pytest.approx(
        min((spread["low"], spread["high"]), key=lambda end: abs(end - most["estimate"]))
    )
    assert spread["low"] < spread["high"]
