"""A night that is broken by a long waking is one night; a nap before or after a night stays a nap."""

import pytest

from painstats.daily import build_daily_table
from tests.conftest import put, table

NIGHTS = (
    "SELECT day(date) AS day, total_sleep_time_min AS sleep, nap_time_min AS nap, sleep_part_count AS parts "
    "FROM daily_summary WHERE recorded_total_sleep_time_min IS NOT NULL ORDER BY date"
)


def at(clock):
    """Write "10 23:13" as an instant of January."""
    return f"2026-01-{clock}:00+00"


def nights(store, *parts, logged=False):
    """Return day, sleep, naps and number of parts of each night of these parts, such as "10 23:13-11 02:17"."""
    ends = [tuple(map(at, part.split("-"))) for part in parts]
    if logged:
        rows = [
            f"{number} | {start} | {end} | {end[:10]} | {minutes(start, end)} | {minutes(start, end)}"
            for number, (start, end) in enumerate(ends)
        ]
        head = "episode_id | start_at | end_at | date | total_sleep_time_min | time_in_bed_min"
        put(store, "sleep_episode", "\n".join([head, *rows]))
        store.connection.execute(  # as a source marks them: the longest of a date
            "UPDATE sleep_episode AS e SET is_main_sleep = total_sleep_time_min = (SELECT max(total_sleep_time_min) "
            "FROM sleep_episode AS o WHERE o.date = e.date)"
        )
    else:
        put(store, "sleep_segment", "\n".join(["start_at | end_at | stage", *(f"{s} | {e} | asleep" for s, e in ends)]))
    build_daily_table(store)
    return [(row["day"], row["sleep"], row["nap"], row["parts"]) for row in table(store, NIGHTS)]


def minutes(start, end):
    (first_day, first), (last_day, last) = ((int(text[8:10]), text[11:16]) for text in (start, end))
    clock = [int(text[:2]) * 60 + int(text[3:]) for text in (first, last)]
    return clock[1] - clock[0] + 1440 * (last_day - first_day)


BROKEN = [
    ("insomnia", ["10 23:13-11 02:17", "11 04:25-11 08:46"], (11, 184 + 261)),
    ("a first part that ends before midnight", ["10 21:45-10 23:50", "11 02:30-11 07:00"], (11, 125 + 270)),
    ("hardly any sleep before the waking", ["10 23:00-11 00:30", "11 03:30-11 07:00"], (11, 90 + 210)),
    ("by day, after a night shift", ["11 08:30-11 11:00", "11 13:30-11 16:00"], (11, 150 + 150)),
    ("three parts", ["10 22:00-11 00:00", "11 02:30-11 04:00", "11 06:15-11 08:00"], (11, 120 + 90 + 105)),
]
APART = [
    ("a nap on the sofa", ["10 20:00-10 21:00", "10 23:15-11 07:00"], [(10, None, 0), (11, 465, 0)]),
    ("dozing off late in the evening", ["10 21:30-10 22:15", "11 00:30-11 08:00"], [(10, None, 0), (11, 450, 0)]),
    ("a nap in the morning", ["10 23:00-11 06:30", "11 09:00-11 10:00"], [(11, 450, 60)]),
    ("a nap after lunch", ["10 23:00-11 06:00", "11 13:00-11 14:30"], [(11, 420, 90)]),
    ("a waking of four hours", ["10 22:00-11 00:30", "11 04:30-11 08:00"], [(11, 210, 150)]),
    ("day sleep, and a nap before the shift", ["11 08:30-11 15:30", "11 19:00-11 20:30"], [(11, 420, 90)]),
    ("day sleep, and the night after it", ["11 08:30-11 13:30", "11 23:00-12 07:00"], [(11, 300, 0), (12, 480, 0)]),
]


@pytest.mark.parametrize("logged", [False, True], ids=["segments", "episodes"])
@pytest.mark.parametrize(("parts", "night"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_night_that_was_broken_is_one_night(store, parts, night, logged):
    assert nights(store, *parts, logged=logged) == [(*night, 0, len(parts))]


@pytest.mark.parametrize("logged", [False, True], ids=["segments", "episodes"])
@pytest.mark.parametrize(("parts", "expected"), [case[1:] for case in APART], ids=[case[0] for case in APART])
def test_a_nap_stays_a_nap(store, parts, expected, logged):
    assert [found[:3] for found in nights(store, *parts, logged=logged)] == expected


def test_sleep_round_the_clock_has_no_night(store):
    around = [f"11 {hour:02d}:00-11 {hour + 2:02d}:30" for hour in (0, 5, 10, 15, 20)]
    [(day, sleep, nap, parts)] = nights(store, *around)
    assert (day, sleep, nap, parts) == (11, 150, 600, 1)


@pytest.mark.parametrize("logged", [False, True], ids=["segments", "episodes"])
def test_the_long_waking_is_time_awake_in_bed(store, logged):
    nights(store, "10 23:13-11 02:17", "11 04:25-11 08:46", logged=logged)
    [row] = table(
        store,
        "SELECT time_in_bed_min AS bed, wake_after_sleep_onset_min AS awake, sleep_efficiency_percent AS efficiency, "
        "strftime(sleep_start_local, '%H:%M') AS start, strftime(sleep_end_local, '%H:%M') AS end FROM daily_summary "
        "WHERE total_sleep_time_min IS NOT NULL",
    )
    assert row["efficiency"] == pytest.approx(100 * (184 + 261) / 573)
    assert (row["bed"], row["start"], row["end"]) == (573, "23:13", "08:46")
    assert row["awake"] == (None if logged else 128)  # the source of the episodes does not say


def test_the_long_waking_is_not_sleep_in_the_regularity(store):
    broken = ["10 23:00-11 02:00", "11 05:00-11 08:00"]
    nights(store, *broken, "11 23:00-12 02:00", "12 05:00-12 08:00", "12 23:00-13 08:00", logged=True)
    rows = table(store, "SELECT same_sleep_state_min AS same FROM daily_summary ORDER BY date")
    assert [row["same"] for row in rows] == [None, 1440, 1440 - 180]
