"""Looks depend on the days until their own date, and on nothing else: no later day, no other run, no other person."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest

from painstats.plan.looks import FIRST_LOOKS
from painstats.questions.asked import asked
from painstats.questions.daily import looks as daily_looks
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.look_days import own_look_days, pooled_look_days, study_look_dates
from painstats.questions.daily.tables import LookEvidence
from painstats.store import open_store
from painstats.store.rows import replace_rows
from tests.made_up_study import small_study
from tests.spec.robust_frame import SLEEP, STEPS, keep, model_frame

DAYS = 65
LOOKS = [30, 45, 60]
OWN_LOOKS = {"rules": {"looks": LOOKS, "min_people_cohort": 50, "min_people_mixed_model": 50}}
ALL_LOOKS = {"rules": {"looks": [30, 60]}}
PEOPLE = 11


@pytest.fixture(scope="module")
def frame():
    """Eleven people; p01 walks the same number of steps each day, and p02 lacks every third score."""
    frame = model_frame(PEOPLE, DAYS, slope=-0.5, seed=3)
    is_flat, is_third = pl.col("participant_id") == "p01", pl.col("date").dt.ordinal_day() % 3 == 0
    flat = pl.when(is_flat).then(7.0 + 0.01 * pl.col(STEPS)).otherwise(pl.col(STEPS)).alias(STEPS)
    return frame.with_columns(flat).filter(~((pl.col("participant_id") == "p02") & is_third))


def rows_of(store, frame):
    """Return the evidence at every look, as one run over these days computes it."""
    keep(store, frame)
    questions = asked(store.study)
    design = daily_design(store.study, questions)
    rows = daily_looks.looks(store, design, questions)
    replace_rows(store, "look_evidence", LookEvidence, rows)
    return sorted(rows, key=repr)


@pytest.fixture(scope="module")
def once(tmp_path_factory, frame):
    """All looks at own days, from one run."""
    with open_store(small_study(tmp_path_factory.mktemp("once") / "study", **OWN_LOOKS)) as store:
        return rows_of(store, frame)


@pytest.fixture
def store(tmp_path):
    """Open a study that has looks at own days only."""
    with open_store(small_study(tmp_path / "study", **OWN_LOOKS)) as store:
        yield store


def of(rows, participant, question=SLEEP):
    own = [row for row in rows if row.participant_id == participant and row.question == question]
    return {row.number: row for row in sorted(own, key=lambda row: row.number)}


def test_a_study_that_runs_often_has_the_looks_of_one_that_runs_once(tmp_path, frame, monkeypatch):
    fitted, last = [], frame["date"].max()
    with open_store(small_study(tmp_path / "once", **ALL_LOOKS)) as store:
        once = rows_of(store, frame)
    monkeypatch.setattr(daily_looks, "own_look", counting(daily_looks.own_look, fitted))
    monkeypatch.setattr(daily_looks, "study_look", counting(daily_looks.study_look, fitted))
    with open_store(small_study(tmp_path / "often", **ALL_LOOKS)) as store:
        for nights_before in (30, 0):
            rows = rows_of(store, frame.filter(pl.col("date") <= last - timedelta(days=nights_before)))
    assert rows == once
    assert {row.basis for row in rows} == {"none", "own_days", "pooled", "mixed_model"}
    assert len(fitted) == len({row.digest for row in once})  # each look once, in whichever run reached it


def counting(function, calls):
    def counted(*arguments):
        calls.append(arguments)
        return function(*arguments)

    return counted


def test_other_people_change_nothing_of_own_looks(store, frame, once):
    alone = rows_of(store, frame.filter(pl.col("participant_id").is_in(["p00", "p02"])))
    for participant in ("p00", "p02"):
        assert of(alone, participant) == of(once, participant)
        assert of(alone, participant, STEPS) == of(once, participant, STEPS)


def test_a_corrected_day_changes_the_looks_after_it_only(store, frame, once):
    day = of(once, "p00")[2].date
    is_day = (pl.col("participant_id") == "p00") & (pl.col("date") == day)
    corrected = frame.with_columns(
        pl.when(is_day).then(pl.col("outcome_score") + 3).otherwise(pl.col("outcome_score")).alias("outcome_score")
    )
    before = of(rows_of(store, frame), "p00")
    assert before == of(once, "p00")
    rows = of(rows_of(store, corrected), "p00")  # the same store, which has the looks of the run before
    assert [rows[number] == before[number] for number in (1, 2, 3)] == [True, False, False]


def test_a_question_that_cannot_be_judged_leaves_the_model_of_the_other(store, frame, once):
    sleep, steps = of(once, "p01"), of(once, "p01", STEPS)
    assert {row.reasons for row in steps.values()} == {("exposure_hardly_varies",)}
    assert all(not row.reasons for row in sleep.values())
    is_flat, with_pain = pl.col("participant_id") == "p01", 7 + 0.01 * pl.col("outcome_score")
    moved = frame.with_columns(pl.when(is_flat).then(with_pain).otherwise(pl.col(STEPS)).alias(STEPS))
    again = of(rows_of(store, moved), "p01")
    assert [row.estimate for row in again.values()] == [row.estimate for row in sleep.values()]


@pytest.mark.parametrize(("known", "reasons"), [(19, ("exposure_rarely_known",)), (20, ())])
def test_a_measure_must_be_known_on_twenty_days(store, frame, known, reasons):
    own = frame.filter(pl.col("participant_id") == "p03").with_row_index("place")
    is_known = pl.col("place") < known
    hidden = own.with_columns(pl.when(is_known).then(pl.col(SLEEP)).alias(SLEEP)).drop("place")
    rows = rows_of(store, hidden)
    assert {row.reasons for row in of(rows, "p03").values()} == {reasons}
    assert all(not row.reasons for row in of(rows, "p03", STEPS).values())


def test_looks_are_at_days_with_a_score(frame, once):
    for participant in ("p00", "p02"):
        dates = frame.filter(pl.col("participant_id") == participant)["date"].to_list()
        for number, row in of(once, participant).items():
            assert row.days == LOOKS[number - 1]
            assert row.date == dates[row.days - 1]


# --- The looks of a study


SCORED = {"a": 100, "b": 80, "c": 40}


def scored(frame):
    start = frame["date"][0]
    return {name: [start + timedelta(days=day) for day in range(days)] for name, days in SCORED.items()}


def test_the_first_look_of_a_study_waits_for_enough_people(frame):
    days = scored(frame)
    first = days["b"][59]
    assert study_look_dates(days, FIRST_LOOKS, 3) == ()
    assert study_look_dates(days, FIRST_LOOKS, 2) == (first, first + timedelta(days=30))


def test_a_person_is_judged_pooled_when_they_have_reached_a_look_of_their_own(frame):
    days = scored(frame)
    dates = [days["a"][place] for place in (59, 69, 95)]
    found = pooled_look_days(days, FIRST_LOOKS, dates)
    assert [(when.number, when.date, when.days) for when in found["a"]] == [(1, dates[0], 60), (2, dates[2], 96)]
    assert [(when.number, when.days) for when in found["b"]] == [(1, 60)]
    assert "c" not in found
    assert list(own_look_days(days, FIRST_LOOKS)) == [1, 2]


def test_a_look_that_several_own_looks_precede_takes_the_last_of_them(frame):
    days = scored(frame)
    [when] = pooled_look_days(days, FIRST_LOOKS, [days["a"][99]])["a"]
    assert (when.number, when.days) == (2, 100)
