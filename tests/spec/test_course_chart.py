"""The course of an outcome as a drawing: days, weekly means that break at gaps, treatments that never overlap."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from painstats.reports.drawn_days import drawn_days
from painstats.reports.figures.course_chart import Course, course_drawing
from painstats.reports.figures.svg.frame import Frame
from painstats.reports.figures.svg.label import NARROWEST, text_width
from painstats.reports.figures.treatment_rows import HIGHEST, LOWEST, bar_rows
from painstats.reports.figures.weekly import weekly_means
from painstats.reports.personal.course import cut_note
from painstats.reports.personal.course_words import course_words
from tests.spec.svg_shapes import places, shapes, texts, titles

FIRST = date(2025, 10, 1)
DAYS = 365
LAST = FIRST + timedelta(days=DAYS - 1)
SCALE = (0.0, 10.0)
SCHEMA = {"name": pl.String, "start_date": pl.Date, "end_date": pl.Date, "dose": pl.Float64, "dose_unit": pl.String}


def day(step: int) -> date:
    return FIRST + timedelta(days=step)


def scores(without: range = range(0)) -> dict[date, float]:
    return {day(step): float(4 + step % 3) for step in range(DAYS) if step not in without}


def phases(*rows: tuple[str, int, int | None, float | None]) -> pl.DataFrame:
    own = [
        (name, day(start), None if end is None else day(end), dose, None if dose is None else "mg")
        for name, start, end, dose in rows
    ]
    return pl.DataFrame(own, SCHEMA, orient="row")


def course(found: dict[date, float], treated: pl.DataFrame | None = None) -> Course:
    rows = () if treated is None else bar_rows(treated, (FIRST, LAST))
    return Course(FIRST, LAST, found, SCALE, rows)


def test_every_score_is_a_dot_at_its_day_and_height():
    found = {day(0): 10.0, day(182): 5.0, day(364): 0.0}
    [path] = shapes(course_drawing(course(found)), "dots")
    assert places(path.attributes["d"]) == [(1, 0), (500, 103), (999, 206)]


def test_a_year_of_days_takes_ten_bytes_a_day():
    [path] = shapes(course_drawing(course(scores())), "dots")
    assert len(path.attributes["d"]) / DAYS < 10


def test_the_line_of_weekly_means_breaks_where_a_week_has_fewer_than_three_scores():
    [path] = shapes(course_drawing(course(scores())), "mean")
    assert len(places(path.attributes["d"])) == 1
    [path] = shapes(course_drawing(course(scores(without=range(101, 124)))), "mean")
    assert len(places(path.attributes["d"])) == 2


def test_a_week_begins_on_monday_and_needs_three_scores():
    monday = date(2026, 3, 9)
    weeks = weekly_means({monday: 2.0, date(2026, 3, 12): 4.0, date(2026, 3, 15): 6.0, date(2026, 3, 24): 1.0})
    assert [(week.monday, week.mean) for week in weeks] == [
        (monday, 4.0),
        (date(2026, 3, 16), None),
        (date(2026, 3, 23), None),
    ]


def test_the_height_of_a_bar_is_its_dose_and_its_dose_stands_inside():
    drawing = course_drawing(course(scores(), phases(("naltrexone", 90, 160, 1.5), ("naltrexone", 160, None, 4.5))))
    low, high = shapes(drawing, "bar")
    assert (low.number("height"), high.number("height")) == (LOWEST, HIGHEST)
    assert high.classes == {"bar", "more"}
    assert {"Naltrexone", "1.5\u00a0mg", "4.5\u00a0mg"} <= set(texts(drawing))
    assert "Naltrexone 1.5\u00a0mg: 30 Dec 2025 to 10 Mar 2026" in titles(drawing)


def test_bars_at_the_same_time_have_rows_of_their_own():
    treated = phases(("yoga", 10, 100, None), ("yoga", 50, 150, None), ("massage", 60, 80, None))
    tops = [bar.number("y") for bar in shapes(course_drawing(course(scores(), treated)), "bar")]
    assert all(later - earlier >= 24 for earlier, later in pairwise(tops))


@pytest.mark.parametrize("start", [0, 40, 120, 200, 300, 360])
@pytest.mark.parametrize("name", ["yoga", "a medicine with quite a long name indeed", "x" * 64])
def test_a_name_stays_inside_the_window_of_the_narrowest_phone(start, name):
    drawing = course_drawing(course(scores(), phases((name, start, None, None))))
    shown = next(shape for shape in shapes(drawing, tag="text") if shape.text.lower()[:4] == name[:4])
    width, at = text_width(shown.text), shown.number("x") / 100 * NARROWEST + float(shown.attributes.get("dx", "0"))
    left = at - width if "e" in shown.classes else at
    assert left >= -1
    assert left + width <= NARROWEST + 1


def test_a_line_marks_each_start_but_only_the_first_of_many():
    drawing = course_drawing(course(scores(), phases(("naltrexone", 90, 160, 1.5), ("naltrexone", 160, None, 4.5))))
    assert len(shapes(drawing, "start")) == 2
    blocks = phases(*(("heat", 20 * block, 20 * block + 3, None) for block in range(1, 9)))
    assert len(shapes(course_drawing(course(scores(), blocks)), "start")) == 1


def test_the_last_visit_is_a_line_with_its_words_where_it_is_among_the_days():
    drawing = course_drawing(course(scores()), last_visit=(day(182), "last visit, 1 Apr"), compact=True)
    [line] = shapes(drawing, "visit")
    assert line.number("x1") == pytest.approx(100 * 182 / 365, abs=0.01)
    assert "last visit, 1 Apr" in texts(drawing)
    assert shapes(course_drawing(course(scores()), last_visit=(LAST + timedelta(days=1), "x")), "visit") == []


def test_each_week_can_be_read_at_the_pointer():
    found = titles(course_drawing(course(scores(without=range(12, 19)))))
    assert found[0] == "1 Oct 2025, week: 4.8"
    assert found[2] == "13 Oct 2025, week: too few scores"


def test_months_of_a_year_are_named_and_every_second_one_only_on_desktops():
    named = shapes(course_drawing(course(scores())), "q", "m")
    assert [shape.text for shape in named][:3] == ["Oct", "Nov", "Dec"]
    assert [("w" in shape.classes) for shape in named][:4] == [False, True, False, True]


def test_names_cannot_add_elements():
    drawing = course_drawing(course(scores(), phases(('<script>"x"&', 300, None, None))))
    assert "<script" not in drawing
    assert '<script>"x"&' in texts(drawing)


def test_values_beyond_the_scale_stay_at_its_edge():
    frame = Frame((0, 10), (0, 10), 100)
    assert (frame.percent(-5), frame.percent(15), frame.down(12), frame.down(-3)) == ("0%", "100%", 0, 100)


LEVELS = {day(step): 6.0 if step < 168 else 4.0 for step in range(DAYS)}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (LEVELS, "Pain around 6 until mid-March, then around 4."),
        (scores(), "Pain around 5 throughout, mostly between 4 and 6."),
        ({day(0): 3.0, day(1): 7.0}, "Pain on 2 days, between 3 and 7."),
        ({}, "Pain: no score in these days."),
    ],
)
def test_the_course_is_said_in_a_sentence(found, words):
    assert course_words(found, SCALE, "pain") == words


@pytest.mark.parametrize(
    ("first", "last", "note"),
    [
        (0, 99, "days"),
        (3, 96, "days"),
        (10, 99, "days; it begins with your first score, on 12 Jan 2026"),
        (0, 80, "days; it ends with your last score, on 23 Mar 2026"),
    ],
)
def test_a_week_and_more_that_is_not_drawn_is_said(first, last, note):
    """Devices send days before a diary begins and after it ends."""
    dates = [date(2026, 1, 2) + timedelta(days=day) for day in range(100)]
    scores = [5.0 if first <= day <= last else None for day in range(100)]
    days = pl.DataFrame({"date": dates, "outcome_score": scores})
    assert cut_note("days", days, drawn_days(days)) == note
