"""Charts of changes, experiments and treatments: which marks they have, and where."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import altair as alt
import polars as pl
import pytest

from painstats.reports.figures.change_charts import DUMMY_LABEL, HEIGHT, change_chart, sides, window_of
from painstats.reports.figures.daily_charts import NARROW, WIDE, daily_panels
from painstats.reports.figures.experiment_charts import experiment_chart, scale_of
from painstats.reports.figures.on_off_charts import Days, on_off_chart
from painstats.reports.figures.shapes import Sheet, hatch
from painstats.reports.figures.treatment_bars import HIGHEST, LOWEST, bar_rows, height_of, placed_rows, treatment_bars
from painstats.reports.figures.vega_svg import (
    HATCH,
    HIGHER,
    HIGHER_BAND,
    LOWER,
    LOWER_BAND,
    MISSING,
    NO_SIGN,
    NO_SIGN_BAND,
    PHASE,
    PHASE_MORE,
    WASH,
    Specification,
    drawn,
)
from tests.spec.made_up_changes import EXPERIMENTS, LDN, MOOD, PAIN, RESULT, STATES

FIRST, LAST = date(2026, 1, 5), date(2026, 9, 30)
SPAN = (FIRST, LAST)
SCHEMA = {"name": pl.String, "start_date": pl.Date, "end_date": pl.Date, "dose": pl.Float64, "dose_unit": pl.String}


def scored_days() -> pl.DataFrame:
    dates = [FIRST + timedelta(days=step) for step in range((LAST - FIRST).days + 1)]
    scores = [None if step % 5 == 0 else float(3 + step % 4) for step in range(len(dates))]
    return pl.DataFrame({"date": dates, "outcome_score": scores})


DAYS = scored_days()


def layers(chart: Specification) -> Iterator[Specification]:
    for part in (*chart.get("vconcat", ()), *chart.get("layer", ())):
        yield from layers(part)
    if "mark" in chart:
        yield chart


def rows_of(chart: Specification, **mark: object) -> list[Specification]:
    """Return the rows of all layers with these properties of their marks."""
    return [row for layer in layers(chart) if mark.items() <= layer["mark"].items() for row in layer["data"]["values"]]


def texts(chart: Specification) -> list[str]:
    return list(dict.fromkeys(row["text"] for row in rows_of(chart, type="text")))


def test_a_change_has_its_levels_its_interval_and_the_line_of_a_dummy_medicine():
    chart = change_chart(DAYS, STATES["lower_dose_step"], PAIN)
    [before], [after] = (rows_of(chart, type="rule", color=colour, strokeWidth=3) for colour in (NO_SIGN, LOWER))
    assert before == {"x": -63, "x2": -8, "y": 5.8}
    assert after == {"x": 14, "x2": 69, "y": pytest.approx(4.7)}
    [band] = rows_of(chart, type="rect", color=LOWER_BAND)
    assert band == {"x": 14, "x2": 69, "y": pytest.approx(3.7), "y2": pytest.approx(5.7)}
    [dashed] = rows_of(chart, strokeDash=[3, 3])
    assert dashed["y"] == pytest.approx(5.8 - 1.044)
    assert {"1.5 mg", "4.5\u00a0mg", "5.8 before", "4.7 after", "week left out", "building up, 14 days"} <= {
        text.replace("1.5\u00a0mg", "1.5 mg") for text in texts(chart)
    }
    assert DUMMY_LABEL in texts(chart)


def test_the_days_left_out_are_hatched_and_the_ramp_is_shaded():
    chart = change_chart(DAYS, STATES["lower_dose_step"], PAIN)
    [shaded] = rows_of(chart, type="rect", color=WASH)
    assert (shaded["x"], shaded["x2"]) == (0, 14)
    lines = rows_of(chart, type="rule", color=HATCH)
    assert min(row["x"] for row in lines) == pytest.approx(-7)
    assert max(row["x2"] for row in lines) == pytest.approx(0)
    assert rows_of(change_chart(DAYS, STATES["lower_start"], PAIN), type="rect", color=WASH) == []


def test_lines_of_a_hatch_rise_by_45_degrees_inside_their_days():
    sheet = Sheet((-50.0, 50.0), (0, 10), 700, 210)
    rows = hatch(sheet, (-7, 0))["data"]["values"]
    for row in rows:
        assert sheet.at(row["x2"]) - sheet.at(row["x"]) == pytest.approx(row["y"] - row["y2"])
        assert 0 <= row["y2"] <= row["y"] <= 210
    assert len(rows) > 30


@pytest.mark.parametrize(
    ("name", "line", "band"),
    [("higher", HIGHER, HIGHER_BAND), ("open", NO_SIGN, NO_SIGN_BAND), ("no_clear_change", NO_SIGN, NO_SIGN_BAND)],
)
def test_only_a_direction_has_a_colour(name, line, band):
    chart = change_chart(DAYS, STATES[name], PAIN)
    colours = {layer["mark"].get("color") for layer in layers(chart)}
    assert {line, band} <= colours
    assert colours & {LOWER, HIGHER} == {line} - {NO_SIGN}


@pytest.mark.parametrize("name", ["early", "too_few_before", "missing_days"])
def test_a_change_that_is_not_judged_shows_days_without_levels(name):
    chart = change_chart(DAYS, STATES[name], PAIN)
    assert rows_of(chart, type="circle")
    assert rows_of(chart, strokeWidth=3) == []


def test_the_dummy_medicine_is_drawn_for_pain_and_for_starts_only():
    assert DUMMY_LABEL not in texts(change_chart(DAYS, STATES["lower_start"], MOOD))
    assert DUMMY_LABEL not in texts(change_chart(DAYS, STATES["lower_end"], PAIN))


def test_dots_are_the_days_with_a_score_around_the_change():
    finding = STATES["lower_start"]
    window = window_of(finding, LAST)
    dots = rows_of(change_chart(DAYS, finding, PAIN), type="circle")
    assert all(window.drawn[0] <= row["x"] <= window.drawn[1] for row in dots)
    shown = [(day - finding.first_date).days for day, score in DAYS.iter_rows() if score is not None]
    assert [row["x"] for row in dots] == [place for place in shown if window.drawn[0] <= place <= window.drawn[1]]


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
    chart = change_chart(DAYS, STATES["together_lower"], PAIN)
    upright = [
        layer for layer in layers(chart) if layer["mark"]["type"] == "rule" and layer["mark"].get("strokeWidth") == 1
    ]
    assert {row["x"] for layer in upright for row in layer["data"]["values"] if len(row) == 1} == {0, 4}


def test_days_on_are_filled_and_days_off_hollow():
    on = [Days(date(2026, 3, 16), date(2026, 4, 20)), Days(date(2026, 7, 1), date(2026, 8, 1))]
    chart = on_off_chart(DAYS, on, STATES["on_off_lower"], PAIN)
    hollow, filled = rows_of(chart, type="point", fill="white"), rows_of(chart, type="point", fill="#88939f")
    days_on = sum(
        score is not None and any(own.first <= day <= own.last for own in on) for day, score in DAYS.iter_rows()
    )
    assert len(filled) == days_on
    assert len(hollow) == DAYS["outcome_score"].count() - days_on
    assert len(rows_of(chart, type="rect", fill=PHASE_MORE)) == 2
    assert {"5.8 without", "4.7 with"} <= set(texts(chart))


def test_an_experiment_has_its_block_means_and_levels():
    finding = EXPERIMENTS["told_lower"]
    chart = experiment_chart(finding, PAIN, 16)
    filled, hollow = (rows_of(chart, type="point", fill=fill) for fill in (LOWER, "white"))
    means = list(zip(finding.order, finding.block_means, strict=True))
    assert [row["y"] for row in filled] == [mean for on, mean in means if on and mean is not None]
    assert [row["y"] for row in hollow] == [mean for on, mean in means if not on and mean is not None]
    assert {"4.3 with", "5.0 without", "filled: heat"} <= set(texts(chart))
    assert scale_of(finding, PAIN) == (3.0, 7.0)


def test_a_sealed_experiment_has_only_its_blocks():
    sealed = replace(EXPERIMENTS["sealed"], **RESULT)  # even if it had a result
    chart = experiment_chart(sealed, PAIN, 9)
    assert {layer["mark"]["type"] for layer in layers(chart)} == {"rect", "text"}
    assert len(rows_of(chart, type="rect", fill=PHASE_MORE)) == sum(sealed.order[:9])
    assert len(rows_of(chart, type="rect", stroke=MISSING)) == 7


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


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_bars_never_overlap(width):
    inner = width - 58
    placed = placed_rows(bar_rows(BUSY, SPAN), SPAN, inner)
    for row in placed:
        assert all(0 <= left < right <= inner + 1e-9 for left, right in row.ends)
        assert all(earlier[1] <= later[0] + 1e-9 for earlier, later in pairwise(row.ends))
        assert row.top + HIGHEST <= row.middle + HIGHEST / 2
    for upper, lower in pairwise(placed):
        assert upper.middle + HIGHEST / 2 <= lower.top
    assert height_of(placed) >= placed[-1].middle + HIGHEST / 2


def test_bars_are_rows_by_name_in_the_order_of_first_starts():
    rows = bar_rows(BUSY, SPAN)
    names = [row.name for row in rows]
    assert names[:2] == ["Oxycodone", "Oxycodone"]  # two doses at the same time
    assert names[2:] == [
        "A yoga course with a name as long as the whole chart", "Low-dose naltrexone", "Injection", "Massage",
    ]  # fmt: skip
    assert [bar.height for bar in rows[3].bars] == [LOWEST, HIGHEST]


def test_a_name_is_left_of_its_start_or_where_there_is_room():
    sides_of = {row.row.name: row.side for row in placed_rows(bar_rows(BUSY, SPAN), SPAN, 700)}
    assert sides_of["Massage"] == "left"
    assert sides_of["A yoga course with a name as long as the whole chart"] == "above"
    assert sides_of["Injection, 40\u00a0mg"] == "left"  # a dose that its bar is too short for


def test_doses_are_written_into_their_bars():
    chart = treatment_bars(placed_rows(bar_rows(BUSY, SPAN), SPAN, 700), 700)
    assert {"1.5\u00a0mg", "4.5\u00a0mg", "10\u00a0mg", "5\u00a0mg", "Low-dose naltrexone"} <= set(texts(chart))
    assert {row["fill"] for row in rows_of(chart, type="rect")} == {PHASE, PHASE_MORE}


def test_a_time_series_has_the_bars_below_its_scores():
    days = DAYS.with_columns(pl.lit(None, pl.Float64).alias("step_count"))
    with_bars = daily_panels(days, BUSY, PAIN, ["step_count"])
    assert len(with_bars["vconcat"]) == 3
    assert with_bars["vconcat"][1]["height"] == height_of(placed_rows(bar_rows(BUSY, SPAN), SPAN, WIDE - 58))
    assert len(daily_panels(days, BUSY.clear(), PAIN, ["step_count"])["vconcat"]) == 2


def test_scores_of_several_sites_beyond_the_scale_are_inside_every_chart():
    days = DAYS.with_columns(pl.col("outcome_score") - 4.5)
    on = [Days(date(2026, 3, 16), date(2026, 4, 20))]
    for chart in (
        daily_panels(days, BUSY, PAIN, []),
        change_chart(days, STATES["lower_dose_step"], PAIN),
        on_off_chart(days, on, STATES["on_off_lower"], PAIN),
    ):
        assert '"domain": [-1.5, 10' in json.dumps(chart)
    wide = replace(EXPERIMENTS["told_lower"], block_means=(-0.4, 3.0))
    assert scale_of(wide, PAIN) == (-0.4, 4.0)


def test_a_name_from_outside_stays_text():
    evil = replace(STATES["higher"], names=("</text><script>x</script>",))
    bars = treatment_bars(placed_rows(bar_rows(phases((evil.names[0], FIRST, None, None, None)), SPAN), SPAN, 700), 700)
    assert "<script" not in drawn(bars, "evil")
    assert change_chart(DAYS, evil, PAIN)["height"] == HEIGHT


def test_every_chart_follows_the_schema_of_charts():
    on = [Days(date(2026, 3, 16), date(2026, 4, 20))]
    bars = treatment_bars(placed_rows(bar_rows(BUSY, SPAN), SPAN, 700), 700)
    for chart in (change_chart(DAYS, STATES["lower_dose_step"], PAIN, NARROW), bars):
        alt.LayerChart.from_dict(chart)
    for chart in (
        on_off_chart(DAYS, on, STATES["on_off_lower"], PAIN),
        experiment_chart(EXPERIMENTS["told_lower"], PAIN, 16),
    ):
        alt.VConcatChart.from_dict(chart)
