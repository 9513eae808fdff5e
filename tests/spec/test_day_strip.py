"""Too few days for a change are drawn as a strip: a box for each day, filled if it has a score."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from painstats.reports.figures.day_strip import strip_days, strip_drawing
from tests.spec.made_up_changes import STATES
from tests.spec.svg_shapes import places, shapes, texts

FIRST = date(2026, 1, 5)
SCORED = frozenset(FIRST + timedelta(days=step) for step in range(260) if step % 5)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("too_few_before", date(2026, 3, 30), date(2026, 5, 24)),
        ("too_few_after", date(2026, 6, 1), date(2026, 7, 26)),
        ("together_switch", date(2026, 6, 1), date(2026, 6, 20)),
        ("over_soon", date(2026, 6, 1), date(2026, 7, 26)),
    ],
)
def test_the_strip_has_the_days_that_count(name, first, last):
    days = strip_days(STATES[name], SCORED)
    assert (days.first, days.last, days.is_before) == (first, last, name == "too_few_before")
    assert days.scored == {day for day in SCORED if first <= day <= last}
    [filled], [empty] = (shapes(strip_drawing(days), style) for style in ("filled", "empty"))
    columns = [round(x / 1000 * days.count) for x, _ in places(filled.attributes["d"])] if days.count >= 28 else []
    assert columns in ([], sorted((day - first).days for day in days.scored))
    assert len(places(filled.attributes["d"])) == len(days.scored)
    assert len(places(empty.attributes["d"])) == days.count - len(days.scored)


@pytest.mark.parametrize("name", ["never_in_full", "missing_days", "early", "lower_start", "always_on"])
def test_there_is_no_strip_where_days_are_not_what_is_missing_or_there_are_none(name):
    assert strip_days(STATES[name], SCORED) is None


def test_days_that_are_still_to_come_are_not_drawn_as_days_without_a_score():
    known = frozenset(day for day in SCORED if day <= date(2026, 6, 10))
    assert strip_days(STATES["together_switch"], known).last == date(2026, 6, 10)
    assert strip_days(STATES["together_switch"], frozenset([FIRST])) is None


def test_a_strip_names_its_first_and_last_day():
    drawing = strip_drawing(strip_days(STATES["together_switch"], SCORED))
    assert texts(drawing) == ["1 Jun to 20 Jun; filled: with a score"]
