"""One question answered from a frame: people alone and together, with all that real frames lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats import fit_relation
from painstats.errors import NotEnoughData
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked, fit_questions
from tests.conftest import table
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame

SLEEPING, WALKING = asked(Study(folder=Path("."), plan=Plan()))
COHORT = model_frame(12, 45, spread=0.15)


def relation(frame, question=SLEEPING, beside=(WALKING,)):
    return fit_relation(frame, question, beside=beside)


def unknown_on(frame, days):
    """Return a frame in which nights are unknown on some days (an expression)."""
    return frame.with_columns(
        pl.when(days).then(0.0).otherwise(f"{SLEEP}_within").alias(f"{SLEEP}_within"),
        pl.when(days).then(None).otherwise(SLEEP).alias(SLEEP),
        days.cast(pl.Float64).alias(f"{SLEEP}_unknown"),
    )


def test_a_cohort_gets_what_the_product_stores(store):
    keep(store, COHORT)
    fit_questions(store)
    [stored] = table(store, f"SELECT * FROM cohort_fit WHERE question = '{SLEEP}'")
    found = relation(COHORT)
    for name in ("basis", "participants", "days", "df"):
        assert getattr(found.estimate, name) == pytest.approx(stored[name]), name
    assert found.estimate.value == pytest.approx(stored["estimate"], rel=1e-6)
    assert found.estimate.low == pytest.approx(stored["low"], rel=1e-6)
    assert [check.basis for check in found.estimate.checks] == ["without_guard"]
    assert found.guard.test.p > 0.01
    assert not found.pattern.rings
    assert not [row.name for row in found.table.coefficients if "guard" in row.name or "unknown" in row.name]


def test_the_statsmodels_result_is_that_of_the_last_fit():
    found = relation(COHORT)
    result = found.statsmodels_result()
    assert result.llf == pytest.approx(found.fit.log_likelihood, rel=1e-9)
    assert list(result.fe_params.index) == list(found.fit.names)


@pytest.mark.parametrize(("days", "has_guard"), [(60, False), (180, True)])
def test_one_person_is_judged_on_their_own_days(days, has_guard):
    found = relation(model_frame(1, days))
    assert found.estimate.basis == "own_days"
    assert (found.guard is not None) is has_guard
    assert found.estimate.low < -0.4 < found.estimate.high
    with pytest.raises(NotEnoughData, match="one person"):
        found.statsmodels_result()


def test_unknown_nights_keep_their_days():
    every_fifth = pl.col("date").dt.ordinal_day() % 5 == 3
    found = relation(unknown_on(COHORT, every_fifth))
    assert (found.estimate.days, found.estimate.known_days) == (540, 432)
    assert f"{SLEEP}_unknown" in found.fit.names
    assert relation(unknown_on(COHORT, every_fifth), WALKING, (SLEEPING,)).estimate.known_days == 540


def test_an_indicator_that_repeats_the_weekend_is_left_out():
    weekend = pl.col("is_weekend") == 1
    assert f"{SLEEP}_unknown" not in relation(unknown_on(COHORT, weekend)).fit.names


def test_an_exposure_that_is_never_known_is_refused_and_the_other_is_answered():
    frame = unknown_on(model_frame(1, 60), pl.lit(value=True))
    with pytest.raises(NotEnoughData, match="total_sleep_time_min_lag0 is known on too few days"):
        relation(frame)
    assert relation(frame, WALKING, (SLEEPING,)).estimate.days == 60


def test_a_white_share_and_a_rho_on_a_limit_have_an_answer():
    autocorrelated = relation(model_frame(12, 60, rho=0.6))
    assert autocorrelated.fit.white_share < 0.3
    independent = relation(model_frame(12, 60, rho=0.0, seed=3))
    assert independent.guard is not None
    drift = model_frame(1, 200).with_columns(pl.col("outcome_score") + 3 * np.sin(np.arange(200) / 40))
    assert relation(drift).fit.rho > 0.9


def test_slopes_that_do_not_vary_have_an_answer():
    found = relation(model_frame(12, 60, spread=0.0))
    assert found.estimate.low < -0.4 < found.estimate.high


def test_too_few_participants_are_refused_with_advice():
    with pytest.raises(NotEnoughData, match=r"4 participants have enough days; a mixed model needs 10\. Give one"):
        relation(model_frame(4, 60))
    with pytest.raises(NotEnoughData, match="no participant has 10 days"):
        relation(COHORT.with_columns(pl.lit("no_outcome").alias("left_out")))


def test_no_columns_protect_what_the_plan_says_is_not_moved():
    still = [replace(question, moved_by_outcome=False) for question in (SLEEPING, WALKING)]
    found = relation(COHORT, still[0], still[1:])
    assert found.guard is None
    assert found.estimate.checks == ()
    assert STEPS in {row.name.removesuffix("_within") for row in found.table.coefficients}
