"""The chart of the course on the page for a clinic visit, with so many treatments as fit on one side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl

from painstats.findings.catalogue import clinic as say
from painstats.plan.treatment_names import same_name
from painstats.reports.clinic.period import ClinicDays
from painstats.reports.pages import Chart
from painstats.reports.personal.course import course_chart

MOST_TREATMENTS = 6
"""Treatments that are drawn, those used last; further ones are counted."""


def course(days: ClinicDays) -> Chart | None:
    """Draw the course of the outcome; None without a score."""
    if not days.scores:
        return None
    names = _newest_first(days)
    room = MOST_TREATMENTS - len({each.on for each in days.record.experiments})
    drawn, left = names[:room], len(names) - room
    record = replace(days.record, phases=_of(days.record.phases, set(drawn)))
    chart = course_chart(record, days.study, last_visit=days.visit, compact=True)
    return replace(chart, note=f"{chart.note}; {say.not_drawn(left)}") if left > 0 else chart


def _newest_first(days: ClinicDays) -> list[str]:
    """Return the names of the treatments of the period, those that were used last first."""
    newest: dict[str, tuple[date, date]] = {}
    for phase in days.phases:
        if phase.last_day >= days.first and phase.start_date <= days.last:
            key, until = same_name(phase.name), min(phase.last_day, days.last)
            newest[key] = max(newest.get(key, (date.min, date.min)), (until, phase.start_date))
    return sorted(newest, key=lambda name: (newest[name], name), reverse=True)


def _of(phases: pl.DataFrame, names: set[str]) -> pl.DataFrame:
    return phases.filter(pl.Series([same_name(name) in names for name in phases["name"]], dtype=pl.Boolean))
