"""From diaries and treatments in a store to the average changes of the cohort."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.questions.treatment.cohort import read_averages
from painstats.questions.treatment.judge import drawn_starts, judged_changes, read_declared
from painstats.questions.treatment.kind import TREATMENT
from painstats.questions.verdict import Verdict
from painstats.store import Store, open_store
from tests.made_up_study import small_study

FIRST, DAYS, PARTICIPANTS, PERCENT = date(2026, 1, 1), 135, 10, 10
"""The outcome is scored from 0 to 100."""

PHASES = "participant_id, name, kind, start_date, end_date, dose, dose_unit, ramp_days, wash_out_days, acts_days"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Make a study of ten participants, who start yoga seven days apart and improve by two points of ten."""
    folder: Path = tmp_path_factory.mktemp("cohort") / "study"
    plan = {"outcome": {"scale": (0, 100)}, "treatments": {"Yoga": {"starts_drawn_by_lot": True}}}
    with open_store(small_study(folder, **plan)) as opened:
        days = pl.concat([_diary(place) for place in range(PARTICIPANTS)])
        opened.connection.register("days", days.to_arrow())
        opened.connection.execute("CREATE OR REPLACE TABLE daily_summary AS SELECT * FROM days")
        rows = ", ".join(
            f"('p{place}', 'yoga', 'yoga', DATE '{_start(place)}', NULL::DATE, NULL::DOUBLE, NULL::VARCHAR, 2, 0, NULL::BIGINT)"
            for place in range(PARTICIPANTS)
        )
        opened.connection.execute(f"CREATE OR REPLACE TABLE treatment_phase AS FROM (VALUES {rows}) AS t({PHASES})")
        TREATMENT.judge(opened)
        yield opened


def _start(place: int) -> date:
    return FIRST + timedelta(days=40 + 7 * place)


def _diary(place: int) -> pl.DataFrame:
    dates = [FIRST + timedelta(days=day) for day in range(DAYS)]
    ramp = np.clip([((day - _start(place)).days + 1) / 3 for day in dates], 0, 1)
    score = 6 + np.random.default_rng(place).normal(size=DAYS) - 2 * ramp
    who, nights = [f"p{place}"] * DAYS, pl.Series([None] * DAYS, dtype=pl.Float64)
    return pl.DataFrame(
        {"participant_id": who, "date": dates, "outcome_score": PERCENT * score, "total_sleep_time_min": nights}
    )


def test_the_average_is_that_of_all_participants_in_outcome_points(store: Store) -> None:
    [row] = read_averages(store)
    assert (row.name, row.action, row.participants, row.left_out) == ("yoga", "start", PARTICIPANTS, 0)
    assert row.verdict is Verdict.LOWER
    estimates = [row.estimate, row.week_estimate, row.mean, row.mean_week, row.calendar_estimate]
    assert estimates == pytest.approx([-2 * PERCENT] * 5, abs=4)
    assert (row.first_start, row.last_start) == (_start(0), _start(PARTICIPANTS - 1))


def test_starts_drawn_by_lot_are_drawn_again(store: Store) -> None:
    [row] = read_averages(store)
    assert (row.drawn_by_lot, row.lot_orders) == (True, 10_000)
    assert row.lot_p is not None
    assert row.lot_p < 0.01
    assert [each.start for each in drawn_starts(read_declared(store), store.study)["yoga"]] == [
        _start(place).toordinal() for place in range(PARTICIPANTS)
    ]


def test_the_days_are_those_of_the_participants_own_last_look(store: Store) -> None:
    changes = judged_changes(read_declared(store), store.study)
    assert len(changes) == PARTICIPANTS
    for own in changes:
        assert own.days is not None
        assert own.days.day[own.days.is_week_before].tolist() == list(range(-7, 0))
        assert own.days.day.max() == (own.finding.look_date - own.finding.first_date).days
        assert own.finding.days_before == (own.days.day < -7).sum()
        assert own.days.share[own.days.day == 0] == pytest.approx(1 / 3)
