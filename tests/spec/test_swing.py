"""How far an exposure changes from day to day, and the smallest effect that matters, are those of days with a score."""

from __future__ import annotations

from statistics import mean, stdev

import numpy as np
import polars as pl
import pytest

from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.frame.room import room
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.look_evidence import means_over_participants, smallest_effect
from painstats.store import open_store
from tests.conftest import table
from tests.made_up_study import SLEEP, fill, small_study

WILD_NIGHTS = (
    "UPDATE daily_summary SET total_sleep_time_min = {} WHERE participant_id = 'p01' AND outcome_score IS NULL"
)
SCORED = "SELECT * FROM model_frame WHERE left_out IS NULL ORDER BY participant_id, date"


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return frame and findings of two people, one of whom has extreme nights before days without a rating."""
    with open_store(small_study(tmp_path_factory.mktemp("swing") / "study")) as store:
        fill(store, people={"p01": 80, "p02": 80})
        store.connection.execute(WILD_NIGHTS.format(900))
        build_model_frame(store, exposures(asked(store.study)))
        fit_questions(store)
        find(store)
        frame = table(store, f"SELECT participant_id, outcome_score, {SLEEP} AS sleep, left_out FROM model_frame")
        findings = table(store, f"SELECT * FROM finding WHERE question = '{SLEEP}'")
        sleep = asked(store.study)[0].exposure
        design = daily_design(store.study, asked(store.study))
        exposure, ends = means_over_participants(store.connection.execute(SCORED).pl(), sleep, design)
        average = exposure, smallest_effect(exposure, ends, design)
        return frame, findings, average


def sleeps(frame, person, *, complete):
    rows = (row for row in frame if row["participant_id"] == person and row["sleep"] is not None)
    return [row["sleep"] for row in rows if row["left_out"] is None or not complete]


def width(frame, person, *, complete=True):
    low, high = np.quantile(sleeps(frame, person, complete=complete), [0.1, 0.9])
    return high - low


def share(frame, person):
    scores = [row["outcome_score"] for row in frame if row["participant_id"] == person and row["left_out"] is None]
    return room(pl.Series(scores).to_numpy(), (0.0, 10.0))


def test_days_without_a_rating_do_not_count(found):
    frame, findings, _ = found
    [person] = [row for row in findings if row["participant_id"] == "p01"]
    assert person["swing"] == pytest.approx(stdev(sleeps(frame, "p01", complete=True)))
    assert stdev(sleeps(frame, "p01", complete=False)) > 1.5 * person["swing"]


def test_one_point_between_low_and_high_days_is_what_matters(found):
    frame, findings, _ = found
    for person in ("p01", "p02"):
        [row] = [row for row in findings if row["participant_id"] == person]
        assert row["smallest_effect"] == pytest.approx(share(frame, person) * 1.0 / width(frame, person))
    assert width(frame, "p01", complete=False) > 1.5 * width(frame, "p01")


def test_the_swing_of_the_cohort_is_the_mean_of_those_of_its_people(found):
    frame, findings, _ = found
    [cohort] = [row for row in findings if row["subject"] == "cohort"]
    own = [stdev(sleeps(frame, person, complete=True)) for person in ("p01", "p02")]
    assert cohort["swing"] == pytest.approx(mean(own))


def test_what_matters_on_average_is_between_mean_low_and_high_days(found):
    frame, _, (exposure, smallest) = found
    widths = [width(frame, person) for person in ("p01", "p02")]
    assert exposure.width == pytest.approx(mean(widths))
    assert smallest == pytest.approx(mean(share(frame, person) for person in ("p01", "p02")) / mean(widths))
