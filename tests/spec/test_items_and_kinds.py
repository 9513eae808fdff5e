"""Every reported item and every kind of exercise of a date is in the daily table, dated as the outcome is."""

import pytest

from painstats.daily import build_daily_table
from painstats.store import open_store
from painstats.vocabulary import RESTING_TYPES
from tests.conftest import put, table

ITEMS = "SELECT date::VARCHAR AS date, item_scores FROM daily_summary WHERE item_scores IS NOT NULL ORDER BY date"
KINDS = "SELECT date::VARCHAR AS date, exercise_kinds FROM daily_summary WHERE exercise_kinds IS NOT NULL ORDER BY date"


def items(store):
    build_daily_table(store)
    return [
        (row["date"], [(each["item"], each["site"], each["score"]) for each in row["item_scores"]])
        for row in table(store, ITEMS)
    ]


def kinds(store):
    build_daily_table(store)
    return [
        (row["date"], [(each["exercise_type"], each["minutes"]) for each in row["exercise_kinds"]])
        for row in table(store, KINDS)
    ]


def test_every_item_and_site_is_kept_by_date(store):
    put(
        store,
        "self_report",
        """
        date       | item | site | entry_number | value
        2026-01-10 | pain | neck | 1            | 3
        2026-01-10 | pain | neck | 2            | 8
        2026-01-10 | pain | head | 1            | 2
    """,
    )
    put(
        store,
        "self_report",
        """
        date       | item    | value | higher_is_worse
        2026-01-10 | fatigue | 7     | true
        2026-01-10 | mood    | 8     | false
        2026-01-12 | mood    | 8     | true
    """,
    )
    assert items(store) == [
        ("2026-01-10", [("fatigue", "", 7.0), ("mood", "", 8.0), ("pain", "head", 2.0), ("pain", "neck", 5.5)]),
        ("2026-01-12", [("mood", "", 2.0)]),
    ]


def test_items_are_on_the_studys_scale_and_dated_as_the_outcome_is(make_study):
    with open_store(make_study(outcome={"scale": [0, 100]})) as store:
        put(
            store,
            "self_report",
            """
            date       | item    | filled   | recall        | reported_at            | value
            2026-01-10 | fatigue | morning  | last_24_hours |                        | 3
            2026-01-10 | stress  | evening  | today         | 2026-01-10 00:20:00+00 | 4
            2026-01-10 | energy  | any_time | today         |                        | 5
        """,
        )
        assert items(store) == [
            ("2026-01-09", [("fatigue", "", 30.0), ("stress", "", 40.0)]),
            ("2026-01-10", [("energy", "", 50.0)]),
        ]


def test_a_named_site_leaves_the_others_among_the_items(make_study):
    with open_store(make_study(outcome={"site": "neck"})) as store:
        put(store, "self_report", "date | site | value\n2026-01-10 | neck | 3\n2026-01-10 | knee | 9")
        assert items(store) == [("2026-01-10", [("pain", "knee", 9.0), ("pain", "neck", 3.0)])]


def test_minutes_of_each_kind_add_up_to_the_minutes_of_exercise(store):
    put(
        store,
        "exercise_session",
        """
        device  | device_kind | session_id | exercise_type | start_at               | end_at                 | duration_min
        watch-1 | watch       | 1          | swimming      | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
        watch-1 | watch       | 2          | dance         | 2026-01-10 23:30:00+00 | 2026-01-11 00:10:00+00 | 40
        app-1   | app         | 1          | cycling       | 2026-01-10 08:30:00+00 | 2026-01-10 09:30:00+00 | 60
    """,
    )
    assert kinds(store) == [
        ("2026-01-10", [("cycling", 30.0), ("dance", 30.0), ("swimming", 60.0)]),
        ("2026-01-11", [("dance", 10.0)]),
    ]
    summed = "SELECT recorded_exercise_time_min AS all_min, list_sum(list_transform(exercise_kinds, lambda k: k.minutes)) AS s FROM daily_summary"
    assert all(row["all_min"] == pytest.approx(row["s"], abs=1e-9) for row in table(store, summed))


def test_the_kind_of_two_devices_is_the_first_that_is_not_other(store):
    """Ten minutes of the watch alone have no better kind; a third source of the same swim changes nothing."""
    head = "source | device | device_kind | exercise_type | start_at | end_at | duration_min\n"
    put(
        store,
        "exercise_session",
        head
        + """garmin | watch-1 | watch | other    | 2026-01-10 08:00:00+00 | 2026-01-10 09:00:00+00 | 60
        swimapp | app-1   | app   | swimming | 2026-01-10 08:10:00+00 | 2026-01-10 09:20:00+00 | 70
        health  | app-2   | app   | swimming | 2026-01-10 08:10:00+00 | 2026-01-10 09:20:00+00 | 70""",
    )
    assert kinds(store) == [("2026-01-10", [("other", 10.0), ("swimming", 70.0)])]


@pytest.mark.parametrize("kind", RESTING_TYPES)
def test_sessions_without_exercise_are_kinds_of_the_day_and_no_minutes_of_exercise(store, kind):
    put(
        store,
        "exercise_session",
        f"""
        session_id | exercise_type | start_at               | end_at                 | duration_min
        1          | walking       | 2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00 | 30
        2          | {kind}        | 2026-01-10 08:15:00+00 | 2026-01-10 09:15:00+00 | 60
        3          | {kind}        | 2026-01-11 08:00:00+00 | 2026-01-11 09:00:00+00 | 60
    """,
    )
    assert kinds(store) == [("2026-01-10", sorted([("walking", 30.0), (kind, 60.0)])), ("2026-01-11", [(kind, 60.0)])]
    exercise = "SELECT recorded_exercise_time_min AS minutes, exercise_types AS types, has_record FROM daily_summary ORDER BY date"
    assert table(store, exercise) == [
        {"minutes": 30.0, "types": "walking", "has_record": True},
        {"minutes": None, "types": None, "has_record": True},
    ]


def test_a_report_added_later_gives_the_same_table_as_a_build_from_scratch(store):
    put(store, "self_report", "date | item | value\n2026-01-10 | pain | 3\n2026-01-20 | mood | 9")
    put(store, "exercise_session", "start_at | end_at\n2026-01-10 08:00:00+00 | 2026-01-10 08:30:00+00")
    build_daily_table(store)
    put(store, "self_report", "date | item | value\n2026-01-15 | fatigue | 6")
    put(
        store,
        "exercise_session",
        "session_id | exercise_type | start_at | end_at\n2 | yoga | 2026-01-15 08:00:00+00 | 2026-01-15 08:30:00+00",
    )
    store.connection.execute("INSERT INTO touched_day VALUES ('ann', '2026-01-13', '2026-01-17')")
    grown = (items(store), kinds(store))
    store.connection.execute("DROP TABLE daily_summary")
    assert (items(store), kinds(store)) == grown
    assert [date for date, _ in grown[0]] == ["2026-01-10", "2026-01-15", "2026-01-20"]
