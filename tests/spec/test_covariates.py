"""Covariates in the model frame: departures from the own mean, of an earlier day or of the same, unknown days marked."""

from __future__ import annotations

from datetime import date
from functools import partial

import polars as pl
import pytest

from painstats.daily import build_daily_table
from painstats.findings.catalogue.participants import covariate_words
from painstats.frame import build_model_frame
from painstats.frame.build import frame_until
from painstats.frame.covariates import covariates_of
from painstats.frame.exposure import Exposure
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.columns import mixed_model, within_participants
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.tables import COHORT
from painstats.reports.adjusted import EVERY_MODEL, covariates_taken
from painstats.store import open_store
from tests.conftest import put, table

SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
DAYS = [f"2026-01-{day:02d}" for day in range(1, 31)]


@pytest.fixture
def store(make_study):
    """Thirty days with pain; stress 4 and 6 by turns, not on the 3rd; air pressure of the 2nd to the 30th."""
    adjust = [{"item": "stress"}, {"column": "air_pressure", "exogenous": True}]
    tables = [{"file": "w.csv", "columns": [{"column": "hPa", "measure": "declared:air_pressure"}]}]
    with open_store(make_study(adjust=adjust, tables=tables)) as opened:
        put(
            opened,
            "self_report",
            "date | item | value\n" + "\n".join(f"{day} | pain | {3 + place % 5}" for place, day in enumerate(DAYS)),
        )
        stress = [(day, 4 + 2 * (place % 2)) for place, day in enumerate(DAYS) if place != 2]
        put(
            opened,
            "self_report",
            "date | item | value\n" + "\n".join(f"{day} | stress | {score}" for day, score in stress),
        )
        air = "\n".join(f"{day} | declared:air_pressure | {1000 + place}" for place, day in enumerate(DAYS) if place)
        put(opened, "daily_total", "date | measure | value\n" + air)
        worn = [
            (day, 400 + 7 * (place * place % 11), 5000 + 90 * (place * place % 13)) for place, day in enumerate(DAYS)
        ]
        for name, of in (("total_sleep_time_min", 1), ("step_count", 2)):
            put(
                opened,
                "daily_total",
                "date | measure | value\n" + "\n".join(f"{each[0]} | {name} | {each[of]}" for each in worn),
            )
        build_daily_table(opened)
        build_model_frame(opened, exposures(asked(opened.study)))
        yield opened


def rows(store, columns):
    return [tuple(row.values()) for row in table(store, f"SELECT {columns} FROM model_frame ORDER BY date")]


def test_an_item_is_of_the_evening_before(store):
    found = rows(store, "stress_lag1_within, stress_lag1_unknown")
    mean = (14 * 4 + 15 * 6) / 29
    assert found[0] == (0.0, 1.0)
    assert found[1] == pytest.approx((4 - mean, 0.0))
    assert found[2] == pytest.approx((6 - mean, 0.0))
    assert found[3] == (0.0, 1.0)


def test_a_declared_column_is_of_the_same_day(store):
    found = rows(store, "air_pressure_lag0_within, air_pressure_lag0_unknown")
    assert found[0] == (0.0, 1.0)
    assert found[29] == pytest.approx((14.0, 0.0))


def test_no_later_day_enters_a_mean(store):
    until = frame_until(store, exposures(asked(store.study)), {"ann": date(2026, 1, 25)})
    assert until["air_pressure_lag0_within"][-1] == pytest.approx(24 - 12.5)


def test_a_covariate_that_is_rarely_known_counts_as_never_known(store):
    store.connection.execute("DELETE FROM daily_total WHERE date > DATE '2026-01-20'")
    build_model_frame(store, exposures(asked(store.study)))
    assert set(rows(store, "air_pressure_lag0_within, air_pressure_lag0_unknown")) == {(0.0, 1.0)}


def test_a_covariate_enters_the_models_of_exposures_after_it(store):
    stress, air = covariates_of(store.study.plan)
    assert [stress.enters_with(exposure) for exposure in (SLEEP, STEPS)] == [True, False]
    assert [air.enters_with(exposure) for exposure in (SLEEP, STEPS)] == [True, True]


def test_a_model_is_adjusted_for_what_comes_before_its_exposure_and_shows_no_covariate(store):
    design = daily_design(store.study, asked(store.study))
    named = {total.exposures: [each.name for each in total.covariates] for total in design.totals()}
    assert named == {(SLEEP, STEPS): ["stress_lag1", "air_pressure_lag0"], (STEPS,): ["air_pressure_lag0"]}
    assert design.hides("stress_lag1_within")
    assert design.hides("stress_lag1_unknown")


@pytest.mark.parametrize("lay_out", [within_participants, partial(mixed_model, own_trend=False)])
def test_both_models_have_the_columns_of_a_covariate_that_vary(store, lay_out):
    frame = frame_until(store, exposures(asked(store.study)), {"ann": date(2026, 1, 30)})
    other = frame.with_columns(pl.col(SLEEP.between) + 1, pl.col(STEPS.between) + 2, participant_id=pl.lit("bob"))
    third = frame.with_columns(pl.col(SLEEP.between) - 1, participant_id=pl.lit("cat"))
    frames = pl.concat([frame, other, third])
    [largest, *_] = daily_design(store.study, asked(store.study)).totals()
    rows = lay_out(frames, largest)
    assert {"stress_lag1_within", "stress_lag1_unknown", "air_pressure_lag0_within"} <= set(rows.names)


def test_a_page_names_the_covariates_that_a_model_has(store):
    sleep, steps = asked(store.study)
    assert covariates_taken(store, sleep, "ann") == ["stress the evening before", "air pressure the same day"]
    assert covariates_taken(store, steps, EVERY_MODEL) == ["air pressure the same day"]
    assert covariates_taken(store, sleep, COHORT) == ["stress the evening before", "air pressure the same day"]
    assert covariates_taken(store, sleep, "bob") == []
    assert covariate_words("mood", 3, is_item=True) == "mood 3 days before"
    assert covariate_words("air pressure", 1, is_item=False) == "air pressure the day before"
