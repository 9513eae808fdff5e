"""The pictures of a personal report, and the months beside them as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from painstats.findings.words import capital, comparison, counted, item_words, whole
from painstats.plan.study import OutcomePlan, Study
from painstats.reports.figures.daily_charts import (
    MONTHS,
    MOST_WEEKS,
    NARROW,
    WIDE,
    daily_panels,
    drawn_days,
    outcome_calendar,
)
from painstats.reports.figures.effect_charts import PersonSlope, own_among_others
from painstats.reports.pages import Figure, Table, figure
from painstats.reports.personal.record import PersonRecord
from painstats.vocabulary import MEASURES

Row = Mapping[str, Any]
MINUTES_OF_DAY = 1440


def figures_of_days(record: PersonRecord, study: Study) -> tuple[Figure, ...]:
    """Draw a person's days, and the calendar of their ratings."""
    days = drawn_days(record.days)
    return (_over_time(record, days, study), *_calendar(days, study.plan.outcome))


def _over_time(record: PersonRecord, days: pl.DataFrame, study: Study) -> Figure:
    measures = [predictor.measure for predictor in study.plan.predictors]
    labels = list(dict.fromkeys(MEASURES[measure].label for measure in measures))
    undrawn = record.days.height - days.height
    why = f"before the first or after the last rating, or more than {MOST_WEEKS} weeks back"
    cut = f" Not drawn: {counted(undrawn, 'day')} {why}." if undrawn else ""
    shaded = " Shaded days lie in a treatment or programme that was named beforehand." if record.phases.height else ""
    return figure(
        "days",
        f"Your {item_words(study.plan.outcome.item).label}, and below it {' and '.join(labels)}, day by day.",
        f"Each dot is a day. Where a line breaks, a day is missing; a grey mark at the foot shows which.{shaded}{cut}",
        *(daily_panels(days, record.phases, study.plan.outcome, measures, width) for width in (WIDE, NARROW)),
    )


def _calendar(days: pl.DataFrame, outcome: OutcomePlan) -> list[Figure]:
    if not days["outcome_score"].count():
        return []
    words = item_words(outcome.item)
    calendar = figure(
        "calendar",
        f"A calendar of your {words.label}.",
        f"Each cell is a day. The darker the cell, the {words.higher} your {words.label}. "
        "An empty cell with a dashed edge is a day without a rating.",
        *(outcome_calendar(days, outcome, width) for width in (WIDE, NARROW)),
    )
    return [calendar]


def figures_among_others(record: PersonRecord, study: Study) -> tuple[Figure, ...]:
    """Draw a person's slopes among everybody's."""
    return tuple(
        _own_slope(place, own, record, study.plan.outcome.item)
        for place, own in enumerate(record.findings)
        if own["estimate"] is not None
    )


def _own_slope(place: int, own: Row, record: PersonRecord, item: str) -> Figure:
    shown = [row for row in record.everybodys if row["predictor"] == own["predictor"] and row["estimate"] is not None]
    slopes = [person_slope(row, is_own=row is own) for row in shown]
    label = capital(MEASURES[own["measure"]].label)
    others = " The thin grey bars are the other people in the study, without names." if len(slopes) > 1 else ""
    is_pooled = own["basis"] == "pooled" and own["own_estimate"] is not None
    alone = " The open dot is the size from your days alone." if is_pooled else ""
    return figure(
        f"slope-{place}",
        f"{label}: how far your {item_words(item).label} differed {comparison(own['measure'], own['lag_days'])}.",
        f"{label}. The thick bar is yours: the dot is the estimate, the bar its 95 % interval.{others}{alone} "
        "Inside the pale band a size is smaller than what usually matters; at the upright line it is zero.",
        *(own_among_others(slopes, item, own["unit"], own["smallest_effect"], width) for width in (WIDE, NARROW)),
    )


def person_slope(finding: Row, *, label: str = "", is_own: bool = False) -> PersonSlope:
    """Turn a finding that has an estimate into a bar of a figure."""
    pooled = finding["basis"] == "pooled"
    return PersonSlope(
        label=label,
        estimate=finding["estimate"],
        low=finding["low"],
        high=finding["high"],
        own_estimate=finding["own_estimate"] if pooled else None,
        own_low=finding["own_low"] if pooled else None,
        own_high=finding["own_high"] if pooled else None,
        verdict=finding["verdict"],
        is_own=is_own,
    )


def months_table(days: pl.DataFrame, study: Study) -> Table:
    """Sum up the drawn days month by month: means over the valid days, and their number."""
    names = ["outcome_score", *dict.fromkeys(predictor.measure for predictor in study.plan.predictors)]
    months = (
        drawn_days(days)
        .group_by(pl.col("date").dt.truncate("1mo").alias("month"))
        .agg(*(pl.col(name).mean() for name in names), *(pl.col(name).count().alias(f"{name}_days") for name in names))
        .sort("month")
    )
    rows = tuple(
        (f"{MONTHS[row['month'].month - 1]} {row['month'].year}", *(_mean_words(name, row) for name in names))
        for row in months.iter_rows(named=True)
    )
    labels = [item_words(study.plan.outcome.item).label, *(MEASURES[name].label for name in names[1:])]
    return Table(
        "Month by month: averages, and in brackets the days they rest on", ("Month", *map(capital, labels)), rows
    )


def _mean_words(name: str, row: Row) -> str:
    mean, days = row[name], row[f"{name}_days"]
    if mean is None:
        return "– (0)"
    if name == "outcome_score":
        return f"{mean:.1f} ({days})"
    if name == "step_count":
        return f"{whole(mean)} ({days})"
    hours, minutes = divmod(round(mean) % MINUTES_OF_DAY, 60)
    if name == "sleep_midpoint_min":
        return f"{hours:02d}:{minutes:02d} ({days})"
    return f"{hours} h {minutes:02d} ({days})" if name.endswith("_min") else f"{mean:.0f} ({days})"
