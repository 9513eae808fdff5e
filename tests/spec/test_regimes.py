"""What acts on a day, in which share, and which days are compared with each other, under declared treatments."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from painstats.frame import Exposure, build_model_frame
from painstats.frame.build import DAYS_UNTIL, frame_until
from painstats.frame.exposure_days import exposure_days
from painstats.plan.study import Plan
from painstats.questions.daily.looks import _Asked, _digest
from painstats.store import open_store
from tests.calibration.real_diaries import DESIGN
from tests.conftest import table
from tests.made_up_study import small_study

RULES = {"min_days_in_model": 5, "min_days_known": 5}
SHARES = "SELECT day(date) AS day, unnest(treatments, recursive := true) FROM model_frame ORDER BY date"


def phases_of(*drawn):
    keys = ("name", "start", "end", "ramp_days", "wash_out_days", "dose", "dose_unit")
    return [{"participant": "ann", **dict(zip(keys, phase, strict=False))} for phase in drawn]


DAILY = """
    CREATE OR REPLACE TABLE daily_summary AS
    SELECT 'ann' AS participant_id, date, 'pain' AS item, '' AS site, day(date) % 5.0 AS outcome_score,
           if(day(date) < 12, 1, 2) AS device_era, 'enough steps' AS step_wear_rule, 60.0 * hours AS total_sleep_time_min,
           1000.0 * thousands AS step_count
    FROM given"""


SLEEP_ALONE = Exposure("total_sleep_time_min", 0)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(small_study(tmp_path_factory.mktemp("regimes") / "study")) as store:
        yield store


@pytest.fixture
def built(store):
    def run(*phases, sleep=None, steps=None, exposures=(SLEEP_ALONE,), last=25, rules=None):
        """Build the frame from 5 January on: 6 hours of sleep and 6,000 steps unless the day's are given."""
        days = range(5, last + 1)
        given = {
            "date": [date(2026, 1, day) for day in days],
            "hours": [(sleep or {}).get(day, 6.0) for day in days],
            "thousands": [(steps or {}).get(day, 6.0) for day in days],
        }
        plan = Plan.model_validate({"rules": RULES | (rules or {}), "phases": phases})
        planned = replace(store, study=store.study.model_copy(update={"plan": plan}))
        store.connection.register("given", pl.DataFrame(given, strict=False).to_arrow())
        store.connection.execute(DAILY)
        build_model_frame(planned, exposures)
        return planned

    return run


@pytest.fixture
def build(built):
    def run(query, *phases, **given):
        return table(built(*phases, **given), query)

    return run


def shares(rows):
    found = {}
    for row in rows:
        found.setdefault(row["treatment"], {})[row["day"]] = pytest.approx(row["share"], abs=1e-15)
    return found


def full(first, last=25):
    return dict.fromkeys(range(first, last + 1), 1.0)


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        # Three days of ramp go by until the full dose on the fourth.
        (phases_of(("drug", "2026-01-08", None, 3)), {"drug": {8: 1 / 4, 9: 2 / 4, 10: 3 / 4} | full(11)}),
        # Two days of wash-out after the end count as the last day did; the day after them is outside.
        (phases_of(("drug", "2026-01-06", "2026-01-09", 0, 2)), {"drug": full(6, 11)}),
        # What was ended in the middle of its ramp washes out from there.
        (
            phases_of(("drug", "2026-01-06", "2026-01-07", 3, 2)),
            {"drug": {6: 1 / 4, 7: 2 / 4, 8: 2 / 4, 9: 2 / 4}},
        ),
        # Two treatments that overlap have a column each.
        (
            phases_of(("low", "2026-01-05", "2026-01-08", 0, 1), ("high", "2026-01-09", "2026-01-11", 1)),
            {"low": full(5, 9), "high": {9: 1 / 2, 10: 1, 11: 1}},
        ),
        # Begun before the first day, open ended: the ramp has gone on meanwhile.
        (phases_of(("drug", "2026-01-03", None, 4, 9)), {"drug": {5: 3 / 5, 6: 4 / 5} | full(7)}),
        # A new dose fades the old one out as it builds up; names that differ in case or spaces are one treatment.
        (
            phases_of(
                ("LDN", "2026-01-06", "2026-01-09", 0, 0, 1.5, "mg"), (" ldn", "2026-01-10", None, 3, 0, 4.5, "mg")
            ),
            {
                "ldn 1.5 mg": full(6, 9) | {10: 3 / 4, 11: 2 / 4, 12: 1 / 4},
                "ldn 4.5 mg": {10: 1 / 4, 11: 2 / 4, 12: 3 / 4} | full(13),
            },
        ),
        # At once in full, it ends the wash-out of the old one; a break within the wash-out changes nothing of that.
        (
            phases_of(("drug", "2026-01-06", "2026-01-09", 0, 9, 10), ("drug", "2026-01-12", None, 0, 0, 5)),
            {"drug 10": full(6, 11), "drug 5": full(12)},
        ),
        # After a longer break it is a start of its own.
        (
            phases_of(("drug", "2026-01-06", "2026-01-09", 0, 1, 10), ("drug", "2026-01-12", None, 1, 0, 5)),
            {"drug 10": full(6, 10), "drug 5": {12: 1 / 2} | full(13)},
        ),
        # A third dose before the second was reached in full: the three always add up to 1.
        (
            phases_of(
                ("drug", "2026-01-05", "2026-01-07", 0, 0, 1),
                ("drug", "2026-01-08", "2026-01-09", 2, 0, 2),
                ("drug", "2026-01-10", None, 1, 0, 3),
            ),
            {
                "drug 1": full(5, 7) | {8: 2 / 3, 9: 1 / 3, 10: 1 / 6},
                "drug 2": {8: 1 / 3, 9: 2 / 3, 10: 1 / 3},
                "drug 3": {10: 1 / 2} | full(11),
            },
        ),
        # The next month's entry of the same dose goes on where the last one ended.
        (
            phases_of(("drug", "2026-01-05", "2026-01-10", 0, 0, 2), ("Drug", "2026-01-11", None, 4, 0, 2)),
            {"drug 2": full(5)},
        ),
    ],
)  # fmt: skip
def test_each_name_and_dose_has_its_share(build, phases, expected):
    assert shares(build(SHARES, *phases)) == expected


def test_another_participants_treatment_is_not_ones_own(build):
    assert build(SHARES, {"participant": "bob", "name": "drug", "start": "2026-01-06", "wash_out_days": 3}) == []


# --- What a day is compared with

SLEEP = "total_sleep_time_min_lag0"
WITHIN = f"SELECT day(date) AS day, regime, {SLEEP}_within AS within FROM model_frame ORDER BY date"


def within(rows):
    return {row["day"]: pytest.approx(row["within"]) for row in rows}


def test_nights_are_compared_with_nights_under_the_same_treatments(build):
    """Eight hours under a drug are no long nights; those of a second course are in the same regime as the first."""
    phases = phases_of(("drug", "2026-01-09", "2026-01-12"), ("drug", "2026-01-18", "2026-01-21"))
    treated = {*range(9, 13), *range(18, 22)}
    rows = build(WITHIN, *phases, sleep=dict.fromkeys(treated, 8) | {5: 7, 18: 9})
    assert {row["day"] for row in rows if row["regime"] == 2} == treated
    assert within(rows) == {day: (-1 / 8 if day in treated else -1 / 13) + (day in (5, 18)) for day in range(5, 26)}


@pytest.mark.parametrize(("nights", "mean"), [(6, 6), (7, 8)])
def test_a_regime_of_few_observed_days_is_compared_with_the_one_before(build, nights, mean):
    sleep = {day: (8 if day < 15 + nights else None) for day in range(15, 26)}
    rows = within(build(WITHIN, *phases_of(("drug", "2026-01-15", None)), sleep=sleep))
    assert rows == {day: (8 - mean if 15 <= day < 15 + nights else 0) for day in range(5, 26)}


def test_a_first_regime_of_few_observed_days_is_compared_with_the_next(build):
    rows = within(build(WITHIN, *phases_of(("drug", "2026-01-01", "2026-01-10")), sleep=dict.fromkeys(range(5, 11), 8)))
    assert rows == {day: (2 if day < 11 else 0) for day in range(5, 26)}


def test_without_any_regime_of_enough_days_all_days_count(build):
    sleep = dict.fromkeys(range(11, 26)) | dict.fromkeys(range(8, 11), 9)
    rows = within(build(WITHIN, *phases_of(("drug", "2026-01-08", None)), sleep=sleep))
    assert rows == {day: (-1.5 if day < 8 else 1.5 if day < 11 else 0) for day in range(5, 26)}


def test_steps_are_compared_in_the_regime_of_their_own_day(build):
    """The steps of the day before a start are those of an untreated day, whatever acts on the day of the score."""
    query = "SELECT DISTINCT step_count_lag1_within AS within FROM model_frame"
    steps = dict.fromkeys(range(15, 26), 9.0)
    rows = build(query, *phases_of(("drug", "2026-01-15", None)), steps=steps, exposures=[Exposure("step_count", 1)])
    assert rows == [{"within": 0.0}]


# --- Every way to the same numbers

BOTH = (SLEEP_ALONE, Exposure("step_count", 1))
COURSES = (
    *phases_of(("drug", "2026-01-10", "2026-01-14", 0, 0, 1), ("drug", "2026-01-15", None, 2, 0, 2)),
    *phases_of(("yoga", "2026-01-17", "2026-01-19")),
)
UNEVEN = {
    "sleep": {day: 6 + (day * 7 % 5) / 2 for day in range(5, 26)},
    "steps": {day: 4.0 + day * 3 % 8 for day in range(5, 26)},
}
EVERY_ROW = "SELECT * FROM model_frame ORDER BY date"


@pytest.mark.parametrize(("day", "adjusts"), [(13, True), (16, False), (18, True)])
def test_a_look_has_the_frame_of_a_study_that_ended_on_its_day(built, day, adjusts):
    """Also where a phase has ended since, and a dose has changed."""
    more = UNEVEN | {"exposures": BOTH, "rules": {"adjust_for_device": adjusts}}
    ended = built(*COURSES, last=day, **more)
    expected, known = table(ended, EVERY_ROW), [exposure_days(ended, exposure) for exposure in BOTH]
    later = built(*COURSES, **more)
    seen = frame_until(later, BOTH, {"ann": date(2026, 1, day)})
    assert [row | {"left_out": None} for row in seen.to_dicts()] == [row | {"left_out": None} for row in expected]
    for exposure, days in zip(BOTH, known, strict=True):
        at_look = exposure_days(later, exposure, DAYS_UNTIL)
        assert at_look.day.tolist() == days.day.tolist()
        assert at_look.value.tolist() == days.value.tolist()


@pytest.mark.parametrize("adjusts", [False, True])
def test_guard_columns_start_from_the_departures_of_the_frame(built, adjusts):
    store = built(*COURSES, **UNEVEN, exposures=BOTH, rules={"adjust_for_device": adjusts})
    rows = {row["date"]: row for row in table(store, EVERY_ROW)}
    for exposure in BOTH:
        days = exposure_days(store, exposure)
        found = {date(1970, 1, 1) + timedelta(int(day)): value for day, value in zip(days.day, days.value, strict=True)}
        assert {day: found[day] for day in rows if day in found} == {
            day: row[exposure.within] for day, row in rows.items() if row[exposure.name] is not None
        }


def test_a_treatment_declared_later_changes_no_earlier_look(built):
    def digest(*phases):
        store = built(*phases, **UNEVEN, exposures=BOTH)
        rows = frame_until(store, BOTH, {"ann": date(2026, 1, 14)})
        return _digest(rows, {}, _Asked(DESIGN, (), {}), ())

    begun = phases_of(("drug", "2026-01-10", None))
    assert digest(*begun, *phases_of(("yoga", "2026-01-15", None))) == digest(*begun)
    assert digest(*phases_of(("drug", "2026-01-11", None))) != digest(*begun)
    assert digest(*phases_of(("drug", "2026-01-10", None, 1))) != digest(*begun)
