"""Charts of changes, experiments and treatments: which marks they have, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from painstats.reports.figures.change_chart import PLOT, change_drawing
from painstats.reports.figures.change_window import sides, window_of
from painstats.reports.figures.experiment_chart import experiment_drawing, scale_of
from painstats.reports.figures.level_parts import DUMMY
from painstats.reports.figures.on_off_chart import Days, on_off_drawing
from painstats.reports.figures.treatment_rows import HIGHEST, LOWEST, bar_rows
from tests.spec.made_up_changes import EXPERIMENTS, LDN, MOOD, PAIN, RESULT, STATES
from tests.spec.svg_shapes import Shape, places, shapes, texts

FIRST, LAST = date(2026, 1, 5), date(2026, 9, 30)
SPAN = (FIRST, LAST)
SCHEMA = {"name": pl.String, "start_date": pl.Date, "end_date": pl.Date, "dose": pl.Float64, "dose_unit": pl.String}
PIXELS_OF_A_POINT = PLOT / 10


def scored_days() -> pl.DataFrame:
    dates = [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days + 1)]
    scores = [None if step % 5 == 0 else float(3 + step % 4) for step in range(len(dates))]
    return pl.DataFrame({"date": dates, "outcome_score": scores})


DAYS = scored_days()
SCORES = {day: score for day, score in DAYS.iter_rows() if score is not None}
ON = [Days(date(2026, 3, 16), date(2026, 4, 20)), Days(date(2026, 7, 1), date(2026, 8, 1))]


def change(name: str, outcome=PAIN) -> str:
    return change_drawing(SCORES, STATES[name], outcome, LAST)


def share(place: float, name: str) -> float:
    """Return where a day counted from the change of a state is, in per cent of the width."""
    first, last = window_of(STATES[name], LAST).drawn
    return 100 * (place - first) / (last - first)


def span(shape: Shape) -> tuple[float, float]:
    """Return the ends of a line or box from left to right, in per cent of the width."""
    if "x1" in shape.attributes:
        return shape.number("x1"), shape.number("x2")
    return shape.number("x"), shape.number("x") + shape.number("width")


def heights(shape: Shape) -> tuple[float, float]:
    """Return the highest and the lowest score of a box."""
    top = shape.number("y")
    return 10 - top / PIXELS_OF_A_POINT, 10 - (top + shape.number("height")) / PIXELS_OF_A_POINT


def near(*values: float):
    return pytest.approx(values, abs=0.02)


def test_a_change_has_its_levels_its_interval_and_the_line_of_a_dummy_medicine():
    name = "lower_dose_step"
    drawing = change(name)
    before, after = shapes(drawing, "level")
    assert (span(before), span(after)) == (
        near(share(-63, name), share(-8, name)),
        near(share(14, name), share(69, name)),
    )
    assert [10 - line.number("y1") / PIXELS_OF_A_POINT for line in (before, after)] == near(5.8, 4.7)
    assert ("none" in before.classes, "lower" in after.classes) == (True, True)
    level_band, change_band = shapes(drawing, "band")
    assert (heights(level_band), heights(change_band)) == (near(6.4, 5.2), near(5.7, 3.7))
    assert (span(level_band), span(change_band)) == (span(before), pytest.approx(span(after), abs=0.02))
    [dashed] = shapes(drawing, "dashes")
    assert dashed.number("y1") / PIXELS_OF_A_POINT == pytest.approx(10 - (5.8 - 1.044), abs=0.01)
    assert {"5.8 before", "4.7 after", "week left out", "building up, 14 days", DUMMY} <= set(texts(drawing))
    assert {"1.5\u00a0mg", "4.5\u00a0mg"} <= set(texts(drawing))


def test_the_days_left_out_are_hatched_and_the_ramp_is_shaded():
    [shaded] = shapes(change("lower_dose_step"), "wash")
    assert span(shaded) == near(share(0, "lower_dose_step"), share(14, "lower_dose_step"))
    [hatched] = shapes(change("lower_dose_step"), "clip")
    assert span(hatched) == near(share(-7, "lower_dose_step"), share(0, "lower_dose_step"))
    assert shapes(change("lower_start"), "wash") == []


@pytest.mark.parametrize(
    ("name", "sign"), [("higher", "higher"), ("open", "none"), ("no_clear_change", "none"), ("lower_start", "lower")]
)
def test_only_a_direction_has_a_colour(name, sign):
    assert "none" in shapes(change(name), "level")[0].classes
    assert [sign in shape.classes for shape in (shapes(change(name), "level")[1], shapes(change(name), "band")[1])] == [
        True,
        True,
    ]
    others = {"lower", "higher"} - {sign}
    assert not any(shape.classes & others for shape in shapes(change(name)))


@pytest.mark.parametrize("name", ["early", "too_few_before", "missing_days"])
def test_a_change_that_is_not_judged_shows_days_without_levels(name):
    assert len(shapes(change(name), "dots")) == 1
    assert shapes(change(name), "level") == []


def test_the_dummy_medicine_is_drawn_for_pain_and_for_starts_only():
    assert DUMMY not in texts(change("lower_start", MOOD))
    assert DUMMY not in texts(change("lower_end"))


def test_dots_are_the_days_with_a_score_around_the_change():
    finding = STATES["lower_start"]
    first, last = window_of(finding, LAST).drawn
    [path] = shapes(change("lower_start"), "dots")
    shown = [place for day in SCORES if first <= (place := (day - finding.first_date).days) < last]
    assert [x for x, _ in places(path.attributes["d"])] == pytest.approx(
        [10 * share(place + 0.5, "lower_start") for place in shown], abs=0.51
    )


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("lower_dose_step", "1.5\u00a0mg", "4.5\u00a0mg"), ("lower_start", "without", "1.5\u00a0mg"),
        ("lower_end", "with", "without"), ("lower_new_dose", "before", "4.5\u00a0mg"), ("together_lower", "before", "after"),
    ],
)  # fmt: skip
def test_both_sides_of_a_change_are_named(name, left, right):
    assert sides(STATES[name]) == (left, right)


def test_several_changes_have_a_line_each():
    lines = shapes(change("together_lower"), "moment")
    assert [line.number("x1") for line in lines] == near(share(0, "together_lower"), share(4, "together_lower"))


def test_days_on_are_filled_and_days_off_hollow():
    drawing = on_off_drawing(SCORES, ON, STATES["on_off_lower"], PAIN)
    [every], [hollow] = shapes(drawing, "ring"), shapes(drawing, "hole")
    days_on = sum(any(own.first <= day <= own.last for own in ON) for day in SCORES)
    assert len(places(every.attributes["d"])) == len(SCORES)
    assert len(places(hollow.attributes["d"])) == len(SCORES) - days_on
    assert len(shapes(drawing, "bar")) == 2
    assert {"5.8 without", "4.7 with"} <= set(texts(drawing))
    assert heights(shapes(drawing, "band")[0]) == near(6.4, 5.2)


def test_an_experiment_has_its_block_means_and_levels():
    finding = EXPERIMENTS["told_lower"]
    drawing = experiment_drawing(finding, PAIN, 16)
    drawn_means = [
        (7 - point.number("cy") / 180 * 4, "hollow" not in point.classes) for point in shapes(drawing, "point")
    ]
    known = [(mean, bool(on)) for on, mean in zip(finding.order, finding.block_means, strict=True) if mean is not None]
    assert [on for _, on in drawn_means] == [on for _, on in known]
    assert [mean for mean, _ in drawn_means] == pytest.approx([mean for mean, _ in known], abs=0.001)
    assert {"4.3 with", "5.0 without", "filled: heat"} <= set(texts(drawing))
    assert scale_of(finding, PAIN) == (3.0, 7.0)


def test_a_sealed_experiment_has_only_its_blocks():
    sealed = replace(EXPERIMENTS["sealed"], **RESULT)  # even if it had a result
    drawing = experiment_drawing(sealed, PAIN, 9)
    assert {shape.tag for shape in shapes(drawing)} == {"div", "svg", "path", "text"}
    [filled], [to_come] = shapes(drawing, "filled"), shapes(drawing, "to-come")
    assert len(places(filled.attributes["d"])) == sum(sealed.order[:9])
    assert len(places(to_come.attributes["d"])) == 7


def phases(*rows: tuple[str, date, date | None, float | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, SCHEMA, orient="row")


BUSY = phases(
    (LDN, date(2026, 3, 16), date(2026, 5, 31), 1.5, "mg"),
    (LDN, date(2026, 6, 1), None, 4.5, "mg"),
    ("Oxycodone", date(2025, 1, 1), date(2026, 3, 25), 10.0, "mg"),
    ("oxycodone", date(2026, 3, 1), date(2026, 4, 25), 5.0, "mg"),
    ("A yoga course with a name as long as the whole chart", date(2026, 1, 6), date(2026, 9, 29), None, None),
    ("Injection", date(2026, 7, 13), date(2026, 7, 13), 40.0, "mg"),
    ("Massage", date(2026, 9, 28), None, None, None),
    ("Over", date(2025, 1, 1), date(2025, 6, 1), None, None),
)


def test_bars_are_rows_by_name_in_the_order_of_first_starts():
    rows = bar_rows(BUSY, SPAN)
    names = [row.name for row in rows]
    assert names[:2] == ["Oxycodone", "Oxycodone"]  # two doses at the same time
    assert names[2:] == [
        "A yoga course with a name as long as the whole chart", "Low-dose naltrexone", "Injection", "Massage",
    ]  # fmt: skip
    assert [bar.height for bar in rows[3].bars] == [LOWEST, HIGHEST]


def test_scores_of_several_sites_beyond_the_scale_are_inside_every_chart():
    low = {day: score - 4.5 for day, score in SCORES.items()}
    for drawing in (
        change_drawing(low, STATES["lower_dose_step"], PAIN, LAST),
        on_off_drawing(low, ON, STATES["on_off_lower"], PAIN),
    ):
        [path, *_] = shapes(drawing, "dots")
        assert {y for _, y in places(path.attributes["d"])} == {PLOT, 173, 157, 140}  # −1.5, −0.5, 0.5 and 1.5
    wide = replace(EXPERIMENTS["told_lower"], block_means=(-0.4, 3.0))
    assert scale_of(wide, PAIN) == (-0.4, 4.0)


def test_a_name_from_outside_stays_text():
    drawing = experiment_drawing(replace(EXPERIMENTS["sealed"], on="</b><i>"), PAIN, 9)
    assert "filled: </b><i>; dashed: to come" in texts(drawing)
