"""The map of completeness: a row for each participant, a cell for each day, a shade for what is known."""

from __future__ import annotations

import re
from datetime import date

import pytest

from painstats.reports.figures.completeness_map import CompletenessRow, Known, completeness_map, known_of

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 11)


@pytest.mark.parametrize(
    ("has_score", "has_wear", "known"),
    [
        (True, True, Known.COMPLETE),
        (True, False, Known.SCORE),
        (False, True, Known.WEAR),
        (False, False, Known.NOTHING),
    ],
)
def test_a_day_has_one_of_four_shades(has_score, has_wear, known):
    assert known_of(has_score=has_score, has_wear=has_wear) is known


def drawn(*rows: CompletenessRow) -> str:
    return str(completeness_map(rows, (FIRST, LAST)))


def cells_of(text: str, shade: str) -> list[tuple[str, str]]:
    paths = re.findall(rf'class="cell {shade}" d="([^"]*)"', text)
    return re.findall(r"M([\d.]+) ([\d.]+)h", "".join(paths))


def test_each_day_is_a_cell_in_its_row_and_column():
    text = drawn(
        CompletenessRow("p01", {date(2026, 3, 2): Known.COMPLETE, date(2026, 3, 11): Known.SCORE}),
        CompletenessRow("p02", {date(2026, 3, 4): Known.COMPLETE, date(2026, 5, 1): Known.COMPLETE}),
    )
    assert cells_of(text, "c4") == [("0", "0"), ("200", "13")]
    assert cells_of(text, "c2") == [("900", "0")]
    assert len(cells_of(text, "c0")) == 17


def test_a_week_says_how_many_of_its_days_are_complete():
    days = {date(2026, 3, day): Known.COMPLETE for day in (2, 3, 10)} | {date(2026, 3, 4): Known.WEAR}
    titles = re.findall(r"<title>(.*?)</title>", drawn(CompletenessRow("p01", days)))
    assert titles == ["p01, from 2 Mar 2026: 2 of 7 days complete", "p01, from 9 Mar 2026: 1 of 3 days complete"]


def test_a_name_from_outside_is_escaped():
    assert "<script" not in drawn(CompletenessRow("<script>alert(1)</script>", {}))
