"""A score is turned so that high means much of the item, converted to the study's scale, and dated by its day."""

import pytest

from painstats.daily import build_daily_table
from painstats.store import open_store
from tests.conftest import put, table

RATED = "SELECT date::VARCHAR AS date, outcome_score, highest_outcome_score, report_count FROM daily_summary WHERE report_count > 0 ORDER BY date"


@pytest.mark.parametrize(
    ("recall", "filled", "described", "rule"),
    [
        ("today", "evening", "2026-01-10", "day of the report"),
        ("now", "evening", "2026-01-10", "day of the report"),
        ("now", "morning", "2026-01-10", "day of the report"),
        ("last_24_hours", "evening", "2026-01-10", "day of the report"),
        ("last_24_hours", "morning", "2026-01-09", "about the day before"),
        ("yesterday", "any_time", "2026-01-09", "about the day before"),
    ],
)
def test_recall_and_time_of_filling_decide_the_day(store, recall, filled, described, rule):
    put(store, "self_report", f"date | recall | filled | value\n2026-01-10 | {recall} | {filled} | 4")
    build_daily_table(store)
    assert [row["date"] for row in table(store, RATED)] == [described]
    assert table(store, "SELECT outcome_rule FROM daily_summary WHERE report_count > 0") == [{"outcome_rule": rule}]


@pytest.mark.parametrize(
    ("value", "low", "high", "higher_is_worse", "score"),
    [
        (4, 0, 10, True, 4.0),
        (40, 0, 100, True, 4.0),
        (2, 1, 5, False, 7.5),
        (5, 1, 5, False, 0.0),
        (1, 1, 5, True, 0.0),
    ],
)
def test_every_scale_is_converted_to_the_studys_own(store, value, low, high, higher_is_worse, score):
    put(
        store,
        "self_report",
        f"date | value | scale_low | scale_high | higher_is_worse\n2026-01-10 | {value} | {low} | {high} | {higher_is_worse}",
    )
    build_daily_table(store)
    assert [row["outcome_score"] for row in table(store, RATED)] == [pytest.approx(score)]


def test_several_reports_on_a_day_are_averaged_and_counted(store):
    put(
        store,
        "self_report",
        """
        date       | entry_number | value
        2026-01-10 | 1            | 3
        2026-01-10 | 2            | 8
        2026-01-10 | 3            | 4
    """,
    )
    build_daily_table(store)
    assert table(store, RATED) == [
        {"date": "2026-01-10", "outcome_score": 5.0, "highest_outcome_score": 8.0, "report_count": 3}
    ]


def test_other_items_and_sites_are_not_the_outcome(make_study):
    with open_store(make_study(outcome={"item": "pain", "site": "back"})) as store:
        put(
            store,
            "self_report",
            """
            date       | item    | site | value
            2026-01-10 | pain    | back | 3
            2026-01-10 | pain    | knee | 9
            2026-01-10 | fatigue | back | 9
        """,
        )
        build_daily_table(store)
        assert [row["outcome_score"] for row in table(store, RATED)] == [3.0]


@pytest.mark.parametrize(
    ("filled", "recall", "reported_at", "described", "rule"),
    [
        ("evening", "today", "2026-01-10 22:00:00+00", "2026-01-10", "day of the report"),
        (
            "evening",
            "today",
            "2026-01-10 00:20:00+00",
            "2026-01-09",
            "evening past midnight",
        ),  # an evening that lasted past midnight
        ("evening", "today", "2026-01-10 03:59:00+00", "2026-01-09", "evening past midnight"),
        ("evening", "today", "2026-01-10 04:00:00+00", "2026-01-10", "day of the report"),
        ("morning", "now", "2026-01-10 03:00:00+00", "2026-01-10", "day of the report"),  # an early riser
        (
            "any_time",
            "last_24_hours",
            "2026-01-10 01:00:00+00",
            "2026-01-09",
            "evening past midnight",
        ),  # by one day only
        ("any_time", "last_24_hours", "2026-01-10 07:30:00+00", "2026-01-09", "about the day before"),
        ("any_time", "last_24_hours", "2026-01-10 19:30:00+00", "2026-01-10", "day of the report"),
        (
            "evening",
            "yesterday",
            "2026-01-10 00:20:00+00",
            "2026-01-08",
            "evening past midnight, about the day before",
        ),
    ],
)
def test_where_the_time_is_known_it_helps_to_find_the_day(store, filled, recall, reported_at, described, rule):
    put(
        store,
        "self_report",
        f"date | filled | recall | reported_at | value\n2026-01-10 | {filled} | {recall} | {reported_at} | 4",
    )
    build_daily_table(store)
    assert [row["date"] for row in table(store, RATED)] == [described]
    assert table(store, "SELECT outcome_rule FROM daily_summary WHERE report_count > 0") == [{"outcome_rule": rule}]


@pytest.mark.parametrize(("higher_is_worse", "score"), [("false", 8.0), ("true", 2.0)])
def test_a_high_score_is_much_of_the_item_however_the_diary_counts(make_study, higher_is_worse, score):
    """A mood of 8 where higher is better is 8; where higher is worse it is a bad mood, 2."""
    with open_store(make_study(outcome={"item": "mood"})) as store:
        put(
            store,
            "self_report",
            f"date | item | value | higher_is_worse\n2026-01-10 | mood | 8 | {higher_is_worse}",
        )
        build_daily_table(store)
        rows = table(store, "SELECT item, site, outcome_score FROM daily_summary")
    assert rows == [{"item": "mood", "site": "", "outcome_score": score}]
