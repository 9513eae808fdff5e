"""Advice for tables of daily values that are not declared, or whose declaration does not fit."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Sequence

import polars as pl

from painstats.archive.entries import Entry, refused, shown
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import header_of, read_csv, shown_columns
from painstats.plan.tables import TablePlan
from painstats.sources.diaries.advice import fitting_formats

_DELIMITERS = (",", ";", "\t")
_DATE = re.compile(r"date|day|datum|fecha|jour", re.IGNORECASE)
_PARTICIPANT = re.compile(r"^(?:[a-z]+[_ ]?)?id$", re.IGNORECASE)
_SCORES = re.compile(r"pain|ache|schmerz|douleur|dolor|sore|migraine|symptom|\bnrs\b|\bvas\b", re.IGNORECASE)
_MEASURES = (
    ("bed_time", r"^(?:to )?bed ?time$|^(?:went|time|go|gone) to bed|^bed start|^sleep start|zu bett|ins bett", None),
    ("wake_time", r"^wake(?:[ -]?up)? ?time$|^woke|^got up|^rise time|^sleep end|aufgewacht|aufgestanden", None),
    ("step_count", r"^(?:total |daily )?steps?(?: count)?$|^schritte$|^pas$|^pasos$", None),
    ("total_sleep_time_min", r"minutes ?asleep|asleep minutes|minutes ?slept|^total sleep time", "minutes"),
    ("total_sleep_time_min", r"hours? ?(?:asleep|slept|of sleep)|sleep ?hours|schlafstunden", "hours"),
    ("time_in_bed_min", r"time ?in ?bed|minutes ?in ?bed", "minutes"),
    ("resting_heart_rate_bpm", r"^resting ?(?:hr|heart ?rate)", None),
    ("heart_rate_variability_rmssd_ms", r"^rmssd$", None),
    ("sedentary_time_min", r"^sedentary ?minutes", "minutes"),
    ("lightly_active_time_min", r"^lightly ?active ?minutes", "minutes"),
    ("moderately_active_time_min", r"^(?:moderately|fairly) ?active ?minutes", "minutes"),
    ("very_active_time_min", r"^very ?active ?minutes", "minutes"),
)
"""Measures by names of columns (in lower case, words apart), and the unit that a name means."""


def undeclared_delimiter(entry: Entry) -> str | None:
    """Return the delimiter with which a file looks like a table of daily values without scores, for advice about it.

    One column of a measure beside a date is not enough: any list can have steps.
    """
    headers = {mark: header_of(entry, delimiter=mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: len(headers[mark]))
    header = headers[delimiter]
    is_table = len(_found(header)) > 1 and any(map(_DATE.search, header)) and not any(map(_SCORES.search, header))
    return delimiter if is_table else None


def not_declared(entry: Entry) -> ExportRefused:
    """Return a refusal with the ``[[tables]]`` block that would read a file; guesses are marked to be checked."""
    delimiter = undeclared_delimiter(entry) or ","
    table = read_csv(entry, delimiter=delimiter)
    date_column = next(filter(_DATE.search, table.header))
    forms = fitting_formats(table.cells[date_column]) or ["%Y-%m-%d"]
    participants = next(filter(_PARTICIPANT.search, table.header), None)
    found = _found(table.header)
    lines = [
        "[[tables]]",
        f"file = {_quoted(glob.escape(entry.label))}",
        *([f"participant_column = {_quoted(participants)}   # check"] if participants else []),
        f"delimiter = {_quoted(delimiter)}",
        f"date_column = {_quoted(date_column)}",
        f"date_format = {_quoted(forms[0])}" + ("" if len(forms) == 1 else f"   # or {forms[1]}: check"),
        'nights_dated_by = "waking"   # check: waking or evening',
        'device_kind = "tracker"   # check: watch, tracker, phone, app or unknown',
        *(
            line
            for measure, (column, unit) in found.items()
            for line in _column(table.cells[column], measure, column, unit)
        ),
    ]
    return refused(
        "table_not_declared",
        entry,
        "it looks like a table of daily values, but study.toml does not declare it. Paste this into study.toml, check "
        "each line, remove columns that you do not need, and run again:\n\n" + "\n".join(lines),
    )


def _column(cells: pl.Series, measure: str, column: str, unit: str | None) -> list[str]:
    lines = ["[[tables.columns]]", f"column = {_quoted(column)}", f"measure = {_quoted(measure)}"]
    if measure.endswith("_time"):
        form = next((form for form in ("%H:%M", "%H:%M:%S", *fitting_formats(cells)) if _fits(cells, form)), "%H:%M")
        return [*lines, f"format = {_quoted(form)}   # check"]
    return [*lines, *([f"unit = {_quoted(unit)}   # check"] if unit else [])]


def _fits(cells: pl.Series, form: str) -> bool:
    given = cells.str.strip_chars().filter(cells.str.strip_chars() != "")
    return (
        len(given) > 0 and form in fitting_formats(given)
        if "%d" in form
        else bool(given.str.contains(r"^\d{1,2}:\d\d$" if form == "%H:%M" else r"^\d{1,2}:\d\d:\d\d$").all())
    )


def header_advice(header: Sequence[str], plan: TablePlan) -> str | None:
    """Say which declared columns a file lacks; None if it has all of them."""
    named = [plan.date_column, *([plan.participant_column] if plan.participant_column else [])]
    missing = [name for name in (*named, *(column.column for column in plan.columns)) if name not in header]
    if not missing:
        return None
    return (
        f"it lacks the column {', '.join(map(shown, missing))}; found {shown_columns(tuple(header))}. Names must match "
        "exactly, including capitals. Correct the [[tables]] block or its delimiter in study.toml"
    )


def _found(header: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """Return the measures of columns by their names: the first column of each, and its unit."""
    found: dict[str, tuple[str, str | None]] = {}
    for name in header:
        apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").lower().strip()
        for measure, pattern, unit in _MEASURES:
            if re.search(pattern, apart):
                found.setdefault(measure, (name, unit))
                break
    return found


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
