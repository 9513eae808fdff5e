"""The drawings of the cohort's page: the forest, the map of weeks, the specification curve, autocorrelation."""

from __future__ import annotations

import re

import pytest

from painstats.questions.verdict import Verdict
from painstats.reports.figures.autocorrelation_chart import autocorrelation
from painstats.reports.figures.forest import LOWEST_ROW, NAMED_FROM, ForestRow, forest, row_height
from painstats.reports.figures.specification_chart import Specified, in_order, option_row, specification_curve
from painstats.reports.figures.week_map import WeekRow, shade_of, week_map
from painstats.reports.numbers import Interval
from tests.spec.svg_shapes import places, shapes, texts, titles

LOWER = ForestRow("p02", Interval(-0.4, -0.6, -0.2), -0.5, Verdict.LOWER)
OPEN = ForestRow("p01", Interval(-0.1, -0.4, 0.2), None, Verdict.NOT_DETERMINED)
HIGHER = ForestRow("p03", Interval(0.3, 0.1, 0.5), 0.35, Verdict.HIGHER)
AVERAGE = Interval(-0.1, -0.3, 0.1)


def drawn(*rows: ForestRow, average: Interval | None = AVERAGE) -> str:
    return str(forest(rows, average, ("less pain", "more pain")))


def test_a_forest_is_sorted_and_has_a_colour_only_for_a_sign():
    drawing = drawn(OPEN, HIGHER, LOWER)
    assert [code for code in texts(drawing) if code.startswith("p0")] == ["p02", "p01", "p03"]
    points = shapes(drawing, "point")
    assert [sorted(each.classes - {"point"}) for each in points] == [["lower"], ["hollow", "none"], ["higher"]]
    [own] = shapes(drawing, "own")
    assert len(places(own.attributes["d"])) == 2  # of those whose effect is not from own days already


def test_a_forest_keeps_left_lower_and_writes_true_minus_signs():
    drawing = drawn(LOWER, OPEN, HIGHER)
    left, middle, right = (each.number("cx") for each in shapes(drawing, "point"))
    assert left < middle < right
    assert "average −0.10 (−0.30 to 0.10)" in texts(drawing)
    assert "-0" not in " ".join([*texts(drawing), *titles(drawing)])
    assert "p02: −0.40 (−0.60 to −0.20), own days −0.50" in titles(drawing)
    assert "diamond" not in drawn(LOWER, average=None)


def test_many_participants_have_low_rows_without_codes():
    many = [ForestRow(f"p{n:03d}", Interval(n / 400, n / 400 - 1, n / 400 + 1), None, OPEN.verdict) for n in range(400)]
    assert row_height(len(many)) == LOWEST_ROW < NAMED_FROM
    assert not any(text.startswith("p") for text in texts(drawn(*many)))
    assert len(shapes(drawn(*many), "point")) == 400


def test_a_name_from_outside_stays_text_in_every_row():
    evil = "</svg><script>x</script>"
    assert "<script" not in drawn(ForestRow(evil, LOWER.effect, None, Verdict.LOWER))
    assert "<script" not in str(week_map([WeekRow(evil, (1.0,))]))


@pytest.mark.parametrize(
    ("share", "shade"),
    [(0, "c0"), (1 / 7, "c1"), (0.39, "c1"), (0.4, "c2"), (0.69, "c2"), (0.7, "c3"), (0.89, "c3"), (0.9, "c4"), (1, "c4")],
)  # fmt: skip
def test_a_week_has_the_shade_of_its_share(share, shade):
    assert shade_of(share) == shade


def test_the_map_has_a_cell_for_each_week_and_none_after_the_last():
    drawing = str(week_map([WeekRow("p02", (1.0, 0.5, 0.0)), WeekRow("p01", (0.8,))]))
    svg = drawing[drawing.index("<div") : drawing.index("<p ")]
    cells = {next(iter(each.classes - {"cell"})): places(each.attributes["d"]) for each in shapes(svg, "cell")}
    assert {shade: len(at) for shade, at in cells.items()} == {"c4": 1, "c2": 1, "c0": 1, "c3": 1}
    assert cells["c4"][0][1] < cells["c3"][0][1]  # in the order given
    assert [text for text in texts(svg) if text.startswith("p0")] == ["p02", "p01"]


FOUND = in_order(
    [
        Specified(Interval(-0.2, -0.4, 0.0), ("kept", "10"), is_declared=True),
        Specified(Interval(-0.3, -0.5, -0.1), ("left out", "10"), is_declared=False),
        Specified(Interval(0.3, 0.1, 0.5), ("kept", "45"), is_declared=False),
    ]
)


def test_a_curve_is_in_order_and_marks_the_declared_specification():
    drawing = str(specification_curve(FOUND))
    ranges = {next(iter(each.classes & {"none", "lower", "higher"})): each for each in shapes(drawing, "range")}
    at = {sign: places(each.attributes["d"])[0][0] for sign, each in ranges.items()}
    assert at["lower"] < at["none"] < at["higher"]
    [marked] = shapes(drawing, "marked")
    assert marked.number("cx") == pytest.approx(at["none"] / 10, abs=0.1)
    assert "declared model" in texts(drawing)


def test_the_dots_of_an_option_stand_below_their_intervals():
    [dots] = shapes(str(option_row(FOUND, 0, "kept")), "spots")
    curve = re.findall(
        r"M([\d.]+) ", " ".join(each.attributes["d"] for each in shapes(str(specification_curve(FOUND)), "middle"))
    )
    having = [float(x) for x, one in zip(sorted(map(float, curve)), FOUND, strict=True) if one.options[0] == "kept"]
    assert [x for x, _ in places(dots.attributes["d"])] == having


def test_autocorrelation_goes_up_and_down_and_leaves_unknown_lags_empty():
    bars = shapes(str(autocorrelation((0.2, None, -0.2))), "bar")
    assert [each.number("height") > 0 for each in bars] == [True, True]
    up, down = bars
    assert up.number("y") + up.number("height") == pytest.approx(down.number("y"))
    assert len(shapes(str(autocorrelation((0.2,))), "dashes")) == 2
