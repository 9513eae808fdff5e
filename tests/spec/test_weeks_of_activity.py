"""Activity week by week: what a week is compared with, and when it is not."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from painstats.frame.load import weeks_of_activity
from painstats.reports.pages import Part, page_environment
from painstats.reports.personal.load import MOST_WEEKS, load_tables

MONDAY = date(2026, 1, 5)


def known(*weeks: str) -> dict[date, float]:
    """Read weeks drawn as seven values from Monday to Sunday; a dot is unknown."""
    cells = [cell for week in weeks for cell in week.split()]
    days = {MONDAY + timedelta(days=number): cell for number, cell in enumerate(cells)}
    return {day: float(cell) for day, cell in days.items() if cell != "."}


def every_day(value: float) -> str:
    return " ".join([str(value)] * 7)


def test_unknown_days_do_not_count_and_a_week_needs_four_known_ones():
    weeks = weeks_of_activity(known("4 8 . . . 4 8", "4 8 . . . . 6", every_day(9)))
    assert [(week.days, week.mean) for week in weeks] == [(4, 6), (3, None), (7, 9)]
    assert [week.monday for week in weeks] == [MONDAY, MONDAY + timedelta(7), MONDAY + timedelta(14)]


def test_a_week_is_compared_with_the_week_before_if_that_has_a_mean():
    weeks = weeks_of_activity(known(every_day(5), every_day(6.5), "7 7 7 . . . .", every_day(8)))
    assert [week.change for week in weeks] == [None, 1.5, None, None]


def test_seven_days_are_compared_with_the_28_that_end_with_them():
    weeks = weeks_of_activity(known(*map(every_day, (4, 4, 4, 8))))
    assert [week.against_four_weeks for week in weeks] == [None, 0, 0, 8 - 5]


JUMPS = [
    # four weeks before     week    marked
    ((10, 10, 10, 10), 13.1, True),
    ((10, 10, 10, 10), 13.0, False),
    ((4, 8, 12, 16), 13.1, True),
    ((0, 0, 0, 0), 0, False),
]


@pytest.mark.parametrize(("before", "value", "marked"), JUMPS)
def test_a_week_more_than_30_percent_above_the_four_before_is_marked(before, value, marked):
    *_, last = weeks_of_activity(known(*map(every_day, (*before, value))))
    assert last.is_jump is marked


def test_a_week_is_not_marked_where_few_days_before_it_are_known():
    assert not any(week.is_jump for week in weeks_of_activity(known("1 1 1 1 1 1 1", "1 1 1 1 1 1 .", every_day(9))))
    assert weeks_of_activity(known("1 1 1 1 1 1 1", every_day(1), every_day(9)))[-1].is_jump
    assert weeks_of_activity({}) == []


def days_of(steps: dict[date, float], exercise: dict[date, float]) -> pl.DataFrame:
    dates = sorted({*steps, *exercise})
    return pl.DataFrame(
        {
            "date": dates,
            "outcome_score": [5.0] * len(dates),
            "step_count": [steps.get(day) for day in dates],
            "exercise_time_min": [exercise.get(day) for day in dates],
        },
        schema={
            "date": pl.Date,
            "outcome_score": pl.Float64,
            "step_count": pl.Float64,
            "exercise_time_min": pl.Float64,
        },
    )


def test_the_table_has_words_for_differences_and_is_folded():
    steps = known(every_day(6040), every_day(6040), every_day(8460), "5 . . . . . .", every_day(5000), every_day(5020))
    [table] = load_tables(days_of(steps, {}))
    assert table.rows == (
        ("5 Jan", "6,000 (7)", "–", "–"),
        ("12 Jan", "6,000 (7)", "same", "same"),
        ("19 Jan", "8,500 (7) *", "up 2,400", "up 1,600"),
        ("2 Feb", "5,000 (7)", "–", "down 1,200"),
        ("9 Feb", "5,000 (7)", "same", "down 900"),
    )
    environment = page_environment()
    page = environment.get_template("parts.html.j2").module.part(Part("Days", tables=(table,)))  # type: ignore[attr-defined]
    assert "<details><summary>Steps, week by week</summary>" in page


def test_exercise_has_a_table_of_its_own_and_long_diaries_show_the_newest_weeks():
    steps, exercise = known(*[every_day(5000)] * 40), known(*[every_day(30)] * 3)
    of_steps, of_exercise = load_tables(days_of(steps, exercise))
    assert (len(of_steps.rows), len(of_exercise.rows)) == (MOST_WEEKS, 3)
    assert of_steps.caption.endswith("The newest 26 weeks are shown.")
    assert of_exercise.caption.startswith("Minutes of exercise a day")
    assert load_tables(days_of({}, known("5 . . . . . ."))) == ()
