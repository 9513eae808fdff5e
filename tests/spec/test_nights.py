"""A night belongs to the date of waking, has its true length, and comes from one device."""

import pytest

from painstats.daily import build_daily_table
from painstats.store import open_store
from tests.conftest import put, table

NIGHTS = (
    "SELECT date::VARCHAR AS date, total_sleep_time_min AS sleep, nap_time_min AS nap FROM daily_summary "
    "WHERE recorded_total_sleep_time_min IS NOT NULL ORDER BY date"
)


def nights(store, text, table_name="sleep_segment"):
    put(store, table_name, text)
    build_daily_table(store)
    return [(row["date"], row["sleep"], row["nap"]) for row in table(store, NIGHTS)]


def test_a_night_is_named_by_the_date_of_waking(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 23:00:00+00 | 2026-01-11 06:30:00+00 | asleep
    """,
    ) == [("2026-01-11", 450, 0)]


def test_going_to_bed_after_midnight_changes_nothing(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-11 00:30:00+00 | 2026-01-11 07:30:00+00 | asleep
    """,
    ) == [("2026-01-11", 420, 0)]


def test_stages_add_up_and_awake_and_in_bed_do_not(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 22:30:00+00 | 2026-01-11 07:00:00+00 | in_bed
        2026-01-10 23:00:00+00 | 2026-01-11 02:00:00+00 | core
        2026-01-11 02:00:00+00 | 2026-01-11 02:20:00+00 | awake
        2026-01-11 02:20:00+00 | 2026-01-11 04:00:00+00 | deep
        2026-01-11 04:00:00+00 | 2026-01-11 06:00:00+00 | rem
    """,
    ) == [("2026-01-11", 180 + 100 + 120, 0)]


def test_overlapping_segments_are_a_union_less_what_is_awake_inside(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00 | asleep
        2026-01-11 01:00:00+00 | 2026-01-11 07:00:00+00 | asleep
        2026-01-11 03:00:00+00 | 2026-01-11 03:30:00+00 | awake
    """,
    ) == [("2026-01-11", 480 - 30, 0)]


def test_one_device_is_preferred_and_never_summed(store):
    assert nights(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        watch-1 | watch       | 2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00 | core
        phone-1 | phone       | 2026-01-10 22:00:00+00 | 2026-01-11 07:00:00+00 | asleep
        app-1   | app         | 2026-01-10 22:00:00+00 | 2026-01-11 07:00:00+00 | asleep
    """,
    ) == [("2026-01-11", 420, 0)]


def test_a_nap_is_kept_apart(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00 | asleep
        2026-01-11 14:00:00+00 | 2026-01-11 14:40:00+00 | asleep
    """,
    ) == [("2026-01-11", 420, 40)]


def test_a_day_sleeper_wakes_on_the_day_itself(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-11 08:00:00+00 | 2026-01-11 15:00:00+00 | asleep
    """,
    ) == [("2026-01-11", 420, 0)]


@pytest.mark.parametrize(
    ("zone", "start_at", "end_at", "date"),
    [
        # 22:00 to 06:00 by the clock, over the change: seven and nine true hours.
        ("Europe/London", "2026-03-28 22:00:00+00", "2026-03-29 05:00:00+00", "2026-03-29"),
        ("America/New_York", "2026-03-08 03:00:00+00", "2026-03-08 10:00:00+00", "2026-03-08"),
        ("Australia/Lord_Howe", "2026-10-03 11:30:00+00", "2026-10-03 19:00:00+00", "2026-10-04"),
        ("Europe/London", "2026-10-24 21:00:00+00", "2026-10-25 06:00:00+00", "2026-10-25"),
    ],
)
def test_a_night_over_a_clock_change_has_its_true_length(make_study, zone, start_at, end_at, date):
    with open_store(make_study(study={"time_zone": zone})) as store:
        put(store, "sleep_segment", f"start_at | end_at | stage\n{start_at} | {end_at} | asleep")
        build_daily_table(store)
        [night] = table(store, NIGHTS)
        [elapsed] = table(
            store, f"SELECT date_diff('minute', '{start_at}'::TIMESTAMPTZ, '{end_at}'::TIMESTAMPTZ) AS minutes"
        )
    assert (night["date"], night["sleep"]) == (date, elapsed["minutes"])


@pytest.mark.parametrize(("minutes", "reason"), [(119, "implausible"), (120, None), (960, None), (961, "implausible")])
def test_a_night_that_no_one_sleeps_is_missing(store, minutes, reason):
    put(store, "sleep_episode", f"date | total_sleep_time_min\n2026-01-11 | {minutes}")
    build_daily_table(store)
    [day] = table(
        store, "SELECT total_sleep_time_min AS sleep, total_sleep_time_min_missing AS reason FROM daily_summary"
    )
    assert day == {"sleep": None if reason else float(minutes), "reason": reason}


def test_a_logged_episode_keeps_its_own_date_and_its_naps(store):
    assert nights(
        store,
        """
        episode_id | date       | total_sleep_time_min | is_main_sleep
        1          | 2026-01-11 | 400                  | true
        2          | 2026-01-11 | 50                   | false
    """,
        "sleep_episode",
    ) == [("2026-01-11", 400, 50)]


def test_a_flight_makes_days_shorter_or_longer_and_they_do_not_count_for_steps(make_study):
    travel = [{"first_date": "2026-02-10", "last_date": "2026-02-12", "time_zone": "America/New_York"}]
    study = make_study(study={"time_zone": "Europe/London"}, participants={"ann": {"travel": travel}})
    rows = [
        f"2026-02-{day:02d} {hour:02d}:00:00+00 | 2026-02-{day:02d} {hour:02d}:10:00+00 | 200"
        for day in range(9, 15)
        for hour in range(8, 22)
    ]
    with open_store(study) as store:
        put(store, "step_count", "start_at | end_at | step_count\n" + "\n".join(rows))
        build_daily_table(store)
        days = table(
            store, "SELECT day(date) AS day, clock_hours, step_count_missing AS reason FROM daily_summary ORDER BY date"
        )
    assert [(row["day"], row["clock_hours"], row["reason"]) for row in days] == [
        (9, 24.0, None),
        (10, 24.0 + 5.0, "travel_day"),
        (11, 24.0, None),
        (12, 24.0, None),
        (13, 24.0 - 5.0, "travel_day"),
        (14, 24.0, None),
    ]


def test_a_staged_nap_does_not_push_out_the_night_of_another_device(store):
    assert nights(
        store,
        """
        device  | device_kind | start_at               | end_at                 | stage
        phone-1 | phone       | 2026-01-10 22:30:00+00 | 2026-01-11 06:30:00+00 | asleep
        watch-1 | watch       | 2026-01-11 13:00:00+00 | 2026-01-11 15:30:00+00 | core
    """,
    ) == [("2026-01-11", 480, 0)]


def test_an_unstaged_nap_of_the_same_device_is_kept(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00 | core
        2026-01-11 13:00:00+00 | 2026-01-11 14:30:00+00 | asleep
    """,
    ) == [("2026-01-11", 420, 90)]


def test_sums_of_a_night_go_before_the_states_of_another_device_that_tell_other_nights(store):
    put(
        store,
        "sleep_segment",
        """
        source   | device          | device_kind | start_at               | end_at                 | stage
        withings | withings-states | tracker     | 2026-01-10 23:00:00+00 | 2026-01-11 06:00:00+00 | light
        withings | withings-states | tracker     | 2026-01-11 23:00:00+00 | 2026-01-12 05:00:00+00 | deep
    """,
    )
    assert nights(
        store,
        """
        source   | device   | device_kind | date       | total_sleep_time_min | deep_sleep_min
        withings | withings | tracker     | 2026-01-11 | 400                  | 90
    """,
        "sleep_episode",
    ) == [("2026-01-11", 400, 0), ("2026-01-12", 360, 0)]


def test_duplicate_awake_time_is_subtracted_once(store):
    assert nights(
        store,
        """
        start_at               | end_at                 | stage
        2026-01-10 23:00:00+00 | 2026-01-11 07:00:00+00 | asleep
        2026-01-11 03:00:00+00 | 2026-01-11 03:30:00+00 | awake
        2026-01-11 03:10:00+00 | 2026-01-11 03:30:00+00 | awake
    """,
    ) == [("2026-01-11", 480 - 30, 0)]
