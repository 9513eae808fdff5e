"""Lags are by calendar date, means over all observed days, and every excluded day has a reason."""

import pytest

from painstats.daily import build_daily_table
from painstats.frame import Exposure, build_model_frame
from painstats.store import open_store
from tests.conftest import put, table

RULES = {"min_days_in_model": 5, "min_days_known": 5}
SLEEP, STEPS = "total_sleep_time_min_lag0", "step_count_lag1"

COMPLETE = RULES | {"unknown_predictors": "complete"}

EXPOSURES = (Exposure("total_sleep_time_min", 0), Exposure("step_count", 1))


@pytest.fixture
def build(make_study):
    def run(days, query, rules=RULES, **plan):
        """``days``: date -> (pain, sleep hours, steps), None where missing."""
        with open_store(make_study(rules=rules, **plan)) as store:
            for date, (pain, sleep, steps) in days.items():
                if pain is not None:
                    put(store, "self_report", f"date | value\n{date} | {pain}")
                if sleep is not None:
                    put(
                        store,
                        "sleep_episode",
                        f"episode_id | date | total_sleep_time_min\n{date} | {date} | {60 * sleep}",
                    )
                if steps is not None:
                    put(store, "daily_total", f"date | measure | value\n{date} | step_count | {steps}")
            build_daily_table(store)
            build_model_frame(store, EXPOSURES)
            return table(store, query)

    return run


def week(**changes):
    days = {f"2026-01-{day:02d}": (day % 5, 6 + day % 3, 1000 * day) for day in range(5, 16)}
    return days | {f"2026-01-{day[1:]}": values for day, values in changes.items()}


def test_steps_are_those_of_the_day_before_and_sleep_that_of_the_night_before(build):
    [row] = build(week(), f"SELECT {SLEEP} AS sleep, {STEPS} AS steps FROM model_frame WHERE date = '2026-01-10'")
    assert row == {"sleep": 6 + 10 % 3, "steps": 9.0}


def test_days_of_few_steps_are_marked_where_they_are_the_day_before(build):
    rules = RULES | {"low_step_days": "always"}
    query = f"SELECT day(date) AS day, {STEPS} AS steps FROM model_frame WHERE {STEPS}_few ORDER BY date"
    assert build(week(d09=(3, 7, 400)), query, rules) == [{"day": 10, "steps": 0.4}]
    assert build(week(d09=(3, 7, 400)), query) == []


def test_a_gap_breaks_the_lag_instead_of_reaching_over_it(build):
    rows = build(
        week(d09=(None, None, None)),
        "SELECT left_out FROM model_frame WHERE date IN ('2026-01-09', '2026-01-10') ORDER BY date",
        COMPLETE,
    )
    assert [row["left_out"] for row in rows] == ["no_outcome", "no_step_count"]


def test_the_first_thing_missing_is_the_reason(build):
    changes = {"d08": (None, None, None), "d10": (3, None, 9000)}
    rows = build(week(**changes), "SELECT day(date) AS day, left_out FROM model_frame ORDER BY date", COMPLETE)
    assert [(row["day"], row["left_out"]) for row in rows] == [
        (5, "no_step_count"), (6, None), (7, None), (8, "no_outcome"), (9, "no_step_count"), (10, "no_total_sleep_time_min"),
        (11, None), (12, None), (13, None), (14, None), (15, None),
    ]  # fmt: skip


def test_a_day_with_a_score_stays_and_says_what_is_unknown(build):
    changes = {"d08": (None, None, None), "d10": (3, None, 9000)}
    query = f"""
        SELECT day(date) AS day, left_out, {SLEEP}_unknown AS no_night, {STEPS}_unknown AS no_steps,
               {SLEEP}_within AS sleep, {STEPS}_within AS steps, in_cohort
        FROM model_frame ORDER BY date"""
    rows = {row["day"]: row for row in build(week(**changes), query)}
    assert [day for day, row in rows.items() if row["left_out"]] == [8]
    assert [day for day, row in rows.items() if row["no_night"]] == [8, 10]
    assert [day for day, row in rows.items() if row["no_steps"]] == [5, 9]
    assert rows[10]["sleep"] == 0
    assert rows[10]["steps"] != 0
    assert all(row["in_cohort"] for row in rows.values())


@pytest.mark.parametrize(("nights", "is_known"), [(4, False), (5, True)])
def test_what_is_known_on_too_few_days_counts_as_never_known(build, nights, is_known):
    days = {
        date: (pain, sleep if place < nights else None, steps)
        for place, (date, (pain, sleep, steps)) in enumerate(week().items())
    }
    query = f"""
        SELECT bool_or({SLEEP}_within <> 0) AS varies, avg({SLEEP}_unknown) AS unknown, bool_and(in_cohort) AS in_cohort,
               count(*) FILTER (left_out IS NULL) AS rows, bool_or({STEPS}_within <> 0) AS steps_vary
        FROM model_frame"""
    [row] = build(days, query)
    assert row == {
        "varies": is_known, "unknown": pytest.approx(6 / 11 if is_known else 1), "in_cohort": is_known,
        "rows": 11, "steps_vary": True,
    }  # fmt: skip


def test_within_is_the_departure_from_the_mean_of_all_observed_days(build):
    [row] = build(
        week(d10=(None, 9, 1000)),
        f"SELECT {STEPS}_within AS within, (SELECT avg(step_count) / 1000 FROM daily_summary) AS mean FROM model_frame WHERE date = '2026-01-12'",
    )
    assert row["within"] == pytest.approx(11.0 - row["mean"])


def test_between_is_the_departure_from_the_mean_of_the_people_in_the_model(make_study):
    """Ann sleeps 7 hours and Bob 9; Cid, who sleeps 4, has too few days for the model and moves no mean."""
    with open_store(make_study(rules=RULES)) as store:
        for person, hours, days in (("ann", 7, 12), ("bob", 9, 12), ("cid", 4, 3)):
            for day in range(5, 5 + days):
                keys = f"participant_id | date\n{person} | 2026-01-{day:02d}"
                put(store, "self_report", keys.replace("\n", " | value\n") + f" | {day % 5}")
                put(store, "daily_total", keys.replace("\n", " | measure | value\n") + " | step_count | 6000")
                put(
                    store,
                    "sleep_episode",
                    keys.replace("\n", " | episode_id | total_sleep_time_min\n") + f" | {day} | {60 * hours}",
                )
        build_daily_table(store)
        build_model_frame(store, EXPOSURES)
        rows = table(store, f"SELECT DISTINCT participant_id, {SLEEP}_between AS between FROM model_frame ORDER BY ALL")
    assert {row["participant_id"]: row["between"] for row in rows} == {"ann": -1, "bob": 1, "cid": -4}


def test_someone_with_few_complete_days_is_kept_out_with_the_reason(build):
    rows = build(
        {f"2026-01-{day:02d}": (3, 7, 5000) for day in range(5, 10)},
        "SELECT DISTINCT left_out FROM model_frame ORDER BY ALL",
        COMPLETE,
    )
    assert {row["left_out"] for row in rows} == {"few_days", "no_step_count"}


def test_weekend_and_treatment_follow_the_calendar(build):
    phases = [{"participant": "ann", "name": "physio", "start": "2026-01-12", "end": "2026-01-13"}]
    query = "SELECT day(date) AS day, is_weekend, treatments, regime FROM model_frame ORDER BY date"
    rows = build(week(), query, phases=phases)
    assert [row["day"] for row in rows if row["is_weekend"]] == [10, 11]
    assert [row["day"] for row in rows if row["treatments"]] == [12, 13]
    assert [row["regime"] for row in rows] == [1] * 7 + [2] * 2 + [1] * 2


def test_ramp_and_wash_out_of_a_treatment_that_was_read_count_as_those_of_the_plan(make_study):
    with open_store(make_study(rules=RULES)) as store:
        put(store, "self_report", "date | value\n2026-01-05 | 3\n2026-01-20 | 4")
        put(store, "treatment", "start_date | end_date   | ramp_days | wash_out_days\n2026-01-06 | 2026-01-08 | 1 | 2")
        build_daily_table(store)
        build_model_frame(store, EXPOSURES)
        query = "SELECT day(date) AS day, unnest(treatments, recursive := true) FROM model_frame"
        assert {row["day"]: row["share"] for row in table(store, query)} == {6: 1 / 2, 7: 1, 8: 1, 9: 1, 10: 1}


def test_time_is_in_units_of_thirty_days_from_the_persons_own_middle(build):
    rows = build(week(), "SELECT time_30d FROM model_frame WHERE left_out IS NULL ORDER BY date")
    times = [row["time_30d"] for row in rows]
    assert times == pytest.approx([-times[-1 - place] for place in range(len(times))])
    assert times[1] - times[0] == pytest.approx(1 / 30)
