"""Efficiency, time awake, midpoint, regularity and debt of sleep, each with the reason if it is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from painstats.daily import build_daily_table
from tests.conftest import put, table

NIGHT = (
    "SELECT total_sleep_time_min AS sleep, time_in_bed_min AS bed, time_in_bed_rule AS rule, wake_after_sleep_onset_min AS awake, "
    "sleep_efficiency_percent AS efficiency, sleep_midpoint_min AS midpoint FROM daily_summary "
    "WHERE recorded_total_sleep_time_min IS NOT NULL ORDER BY date"
)


def night(store, text, table_name="sleep_segment"):
    put(store, table_name, text)
    build_daily_table(store)
    [row] = table(store, NIGHT)
    return row


def test_time_in_bed_of_another_device_counts_if_it_holds_the_sleep(store):
    row = night(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        watch-1 | watch       | 2026-01-10 23:00:00+00 | 2026-01-11 03:00:00+00 | core
        watch-1 | watch       | 2026-01-11 03:00:00+00 | 2026-01-11 03:30:00+00 | awake
        watch-1 | watch       | 2026-01-11 03:30:00+00 | 2026-01-11 06:30:00+00 | core
        phone-1 | phone       | 2026-01-10 22:30:00+00 | 2026-01-11 06:50:00+00 | in_bed
        phone-1 | phone       | 2026-01-10 21:00:00+00 | 2026-01-11 09:00:00+00 | in_bed
    """,
    )
    assert row == {
        "sleep": 420.0, "bed": 500.0, "rule": "in bed as recorded", "awake": 30.0, "efficiency": 84.0, "midpoint": 165.0,
    }  # fmt: skip


def test_time_in_bed_that_does_not_hold_the_sleep_is_not_used(store):
    row = night(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        watch-1 | watch       | 2026-01-10 23:00:00+00 | 2026-01-11 03:00:00+00 | core
        watch-1 | watch       | 2026-01-11 04:00:00+00 | 2026-01-11 07:00:00+00 | core
        phone-1 | phone       | 2026-01-10 22:30:00+00 | 2026-01-11 06:50:00+00 | in_bed
    """,
    )
    assert (row["bed"], row["rule"], row["efficiency"]) == (480.0, "from first to last sleep", 87.5)


def test_an_episode_brings_its_own_time_in_bed_and_awake(store):
    row = night(
        store,
        """
        date       | start_at               | end_at                 | total_sleep_time_min | time_in_bed_min | wake_after_sleep_onset_min
        2026-01-11 | 2026-01-10 23:30:00+00 | 2026-01-11 07:30:00+00 | 432                  | 480             | 31
    """,
        "sleep_episode",
    )
    assert row == {
        "sleep": 432.0, "bed": 480.0, "rule": "as the source tells it", "awake": 31.0, "efficiency": 90.0, "midpoint": 210.0,
    }  # fmt: skip


def test_nothing_is_made_up_where_only_a_total_is_known(store):
    row = night(store, "date | measure | value\n2026-01-11 | total_sleep_time_min | 400", "daily_total")
    assert row == {"sleep": 400.0, "bed": None, "rule": None, "awake": None, "efficiency": None, "midpoint": None}
    [day] = table(
        store, "SELECT sleep_efficiency_percent_missing AS e, sleep_midpoint_min_missing AS m FROM daily_summary"
    )
    assert day == {"e": "no_record", "m": "no_record"}


@pytest.mark.parametrize(
    ("start_at", "end_at", "midpoint"),
    [
        ("2026-01-10 20:00:00+00", "2026-01-11 02:00:00+00", -60),  # 23:00 of the evening before
        ("2026-01-10 23:00:00+00", "2026-01-11 07:00:00+00", 180),
        ("2026-01-11 08:00:00+00", "2026-01-11 16:00:00+00", 720),  # a night shift: noon
        ("2026-07-10 22:00:00+00", "2026-07-11 06:00:00+00", 180),  # 23:00 to 07:00 in summer
        ("2026-03-28 22:00:00+00", "2026-03-29 05:00:00+00", 150),  # half of seven true hours before six in the morning
    ],
)
def test_the_midpoint_is_in_minutes_from_midnight_on_the_clock_of_waking(store, start_at, end_at, midpoint):
    assert night(store, f"start_at | end_at | stage\n{start_at} | {end_at} | asleep")["midpoint"] == midpoint


# --- Regularity: the share of time in the same state as 24 hours before, from -100 to 100 (Phillips et al. 2017) ---


def nights_from(starts, hours=8.0):
    """One night for each start, in hours after 18:00 of the day before; None for no record."""
    rows = []
    for number, start in enumerate(starts):
        if start is not None:
            begin = datetime(2026, 1, 1, 18, tzinfo=UTC) + timedelta(days=number, hours=start)
            rows.append(f"{begin.isoformat()} | {(begin + timedelta(hours=hours)).isoformat()} | asleep")
    return "start_at | end_at | stage\n" + "\n".join(rows)


def regularity(store, starts):
    put(store, "sleep_segment", nights_from(starts))
    build_daily_table(store)
    rows = table(
        store, "SELECT same_sleep_state_min AS same, sleep_regularity_index AS sri FROM daily_summary ORDER BY date"
    )
    return [row["same"] for row in rows], [row["sri"] for row in rows]


def test_the_same_night_every_night_is_wholly_regular_after_a_week(store):
    same, sri = regularity(store, [5] * 10)
    assert same == [None] + [1440] * 9
    assert sri == [None] * 7 + [100.0] * 3


def test_a_night_two_hours_later_differs_for_four_hours(store):
    # Two hours at either end of the night.
    same, _ = regularity(store, [5, 7, 7])
    assert same == [None, 1440 - 240, 1440]


def test_going_back_and_forth_by_two_hours_has_its_index(store):
    _, sri = regularity(store, [5, 7] * 5)
    assert sri[-1] == pytest.approx(-100 + 200 * (1440 - 240) / 1440)


def test_turning_day_into_night_every_day_is_less_regular_than_chance(store):
    # From eight in the evening to four, then from four to noon: at no time asleep on both days.
    same, sri = regularity(store, [2, 10] * 5)
    assert set(same[1:]) == {1440 - 2 * 8 * 60}
    assert sri[-1] == pytest.approx(-100 + 200 / 3)


def test_an_unknown_night_breaks_the_comparison_and_too_few_give_no_index(store):
    same, sri = regularity(store, [5, 5, None, 5, 5, 5, 5, 5, 5])
    assert same == [None, 1440, None, None, 1440, 1440, 1440, 1440, 1440]
    assert sri == [None] * 9
    reasons = table(store, "SELECT DISTINCT sleep_regularity_index_missing AS reason FROM daily_summary")
    assert reasons == [{"reason": "few_nights"}]


def test_a_nap_counts_as_sleep_of_its_own_day(store):
    put(store, "sleep_segment", nights_from([5, 5, 5]))
    put(store, "sleep_segment", "start_at | end_at | stage\n2026-01-02 14:00:00+00 | 2026-01-02 15:00:00+00 | asleep")
    build_daily_table(store)
    rows = table(store, "SELECT same_sleep_state_min AS same FROM daily_summary ORDER BY date")
    # The nap lies in the 24 hours before noon of the 3rd, and is held against those before and after.
    assert [row["same"] for row in rows] == [None, 1440 - 60, 1440 - 60]


def test_elapsed_time_is_compared_over_the_clock_change(store):
    # The same clock times on both days: an hour earlier in true time from the 29th on.
    put(
        store,
        "sleep_segment",
        """
        start_at               | end_at                 | stage
        2026-03-27 23:00:00+00 | 2026-03-28 07:00:00+00 | asleep
        2026-03-28 23:00:00+00 | 2026-03-29 06:00:00+00 | asleep
        2026-03-29 22:00:00+00 | 2026-03-30 06:00:00+00 | asleep
    """,
    )
    build_daily_table(store)
    rows = table(store, "SELECT same_sleep_state_min AS same FROM daily_summary ORDER BY date")
    assert [row["same"] for row in rows] == [None, 1440 - 60, 1440 - 60]


# --- Debt: sleep lost in a week against the person's own need, taken to be the mean of four weeks ---


def debts(store, hours):
    rows = [
        f"{number} | {datetime(2026, 1, 1) + timedelta(days=number):%Y-%m-%d} | {60 * sleep}"
        for number, sleep in hours.items()
    ]
    put(store, "sleep_episode", "episode_id | date | total_sleep_time_min\n" + "\n".join(rows))
    build_daily_table(store)
    return [row["debt"] for row in table(store, "SELECT sleep_debt_min AS debt FROM daily_summary ORDER BY date")]


def test_a_week_of_shorter_nights_is_a_debt_of_seven_times_the_difference(store):
    found = debts(store, {day: 8 if day < 21 else 7 for day in range(28)})
    assert found[12] is None  # thirteen nights
    assert found[20] == 0
    assert found[27] == pytest.approx(7 * ((21 * 8 + 7 * 7) / 28 - 7) * 60)


def test_a_week_with_fewer_than_five_nights_has_no_debt(store):
    found = debts(store, {day: 8 for day in range(28) if day not in (22, 24, 26)})
    assert found[27] is None
    assert found[25] == 0  # five of seven


def test_deep_and_rem_sleep_are_known_if_a_device_records_stages(store):
    put(
        store,
        "sleep_segment",
        """
        device  | device_kind | start_at               | end_at                 | stage
        watch-1 | watch       | 2026-01-10 23:00:00+00 | 2026-01-11 01:00:00+00 | core
        watch-1 | watch       | 2026-01-11 01:00:00+00 | 2026-01-11 02:10:00+00 | deep
        watch-1 | watch       | 2026-01-11 01:50:00+00 | 2026-01-11 02:00:00+00 | rem
        watch-1 | watch       | 2026-01-11 02:00:00+00 | 2026-01-11 02:20:00+00 | awake
        watch-1 | watch       | 2026-01-11 02:20:00+00 | 2026-01-11 03:00:00+00 | rem
        watch-1 | watch       | 2026-01-12 00:00:00+00 | 2026-01-12 06:00:00+00 | asleep
    """,
    )
    build_daily_table(store)
    # What the device calls awake counts as awake, and of two stages at once the deep one counts.
    assert table(store, "SELECT deep_sleep_min AS deep, rem_sleep_min AS rem FROM daily_summary ORDER BY date") == [
        {"deep": 60.0, "rem": 40.0},
        {"deep": None, "rem": None},
    ]


def test_an_episode_with_stages_goes_before_one_without(store):
    put(
        store,
        "sleep_episode",
        """
        device | date       | start_at               | end_at                 | total_sleep_time_min | deep_sleep_min | rem_sleep_min | time_in_bed_min
        a      | 2026-01-11 | 2026-01-10 23:30:00+00 | 2026-01-11 07:30:00+00 | 440                  |                |               | 480
        b      | 2026-01-11 | 2026-01-10 23:30:00+00 | 2026-01-11 07:30:00+00 | 420                  | 70             | 90            | 480
    """,
    )
    build_daily_table(store)
    [row] = table(
        store, "SELECT total_sleep_time_min AS sleep, deep_sleep_min AS deep, rem_sleep_min AS rem FROM daily_summary"
    )
    assert row == {"sleep": 420.0, "deep": 70.0, "rem": 90.0}
