"""The typical change of an exposure, for the smallest effect, is computed from the analysed days."""

from __future__ import annotations

from statistics import mean, stdev

import pytest

from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.questions.asked import asked, exposures
from painstats.store import open_store
from tests.conftest import table
from tests.made_up_study import SLEEP, fill, small_study

WILD_NIGHTS = (
    "UPDATE daily_summary SET total_sleep_time_min = {} WHERE participant_id = 'p01' AND outcome_score IS NULL"
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return frame and findings of two people, one of whom has extreme nights before days without a rating."""
    with open_store(small_study(tmp_path_factory.mktemp("swing") / "study")) as store:
        fill(store, people={"p01": 80, "p02": 80})
        store.connection.execute(WILD_NIGHTS.format(900))
        build_model_frame(store, exposures(asked(store.study)))
        find(store)
        frame = table(store, f"SELECT participant_id, {SLEEP} AS sleep, left_out FROM model_frame ORDER BY ALL")
        return frame, table(store, f"SELECT * FROM finding WHERE question = '{SLEEP}'")


def sleeps(frame, person, *, complete):
    rows = (row for row in frame if row["participant_id"] == person and row["sleep"] is not None)
    return [row["sleep"] for row in rows if row["left_out"] is None or not complete]


def test_days_without_a_rating_do_not_count(found):
    frame, findings = found
    [person] = [row for row in findings if row["participant_id"] == "p01"]
    assert person["swing"] == pytest.approx(stdev(sleeps(frame, "p01", complete=True)))
    assert stdev(sleeps(frame, "p01", complete=False)) > 1.5 * person["swing"]
    assert person["smallest_effect"] == pytest.approx(0.5 / person["swing"])


def test_the_swing_of_the_cohort_is_the_mean_of_those_of_its_people(found):
    frame, findings = found
    [cohort] = [row for row in findings if row["subject"] == "cohort"]
    own = [stdev(sleeps(frame, person, complete=True)) for person in ("p01", "p02")]
    assert cohort["swing"] == pytest.approx(mean(own))
    assert cohort["smallest_effect"] == pytest.approx(0.5 / mean(own))
