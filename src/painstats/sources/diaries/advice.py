"""Advice for refused diaries: lines to paste into ``study.toml``."""

from __future__ import annotations

import difflib
import glob
import json
import re

import polars as pl

from painstats.archive.entries import Entry, shown
from painstats.parsing.csv_text import CsvTable, header_of, shown_columns
from painstats.parsing.date_formats import DAY_FIRST, DAY_FORMATS, MONTH_FIRST
from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.rows import parse_time
from painstats.vocabulary import ITEMS

_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S.%f")
_OFFSETS = ("", "%z", " %z")
FORMATS = tuple(
    day + clock + offset for day in DAY_FORMATS for clock in _CLOCKS for offset in (_OFFSETS if clock else ("",))
)
"""Formats that advice can suggest."""

_FITS = 0.95
_SAMPLE = 500
_FIRST_LOOK = 10
_DELIMITERS = (",", ";", "\t")
_ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_DATE_NAME = re.compile(r"(?:^|[^a-z])(?:date|day|datum|time|timestamp|when)(?:[^a-z]|$)", re.IGNORECASE)
_NUMBER = r"^-?[0-9]+([.,][0-9]+)?$"


def fitting_formats(cells: pl.Series) -> list[str]:
    """Return the known date formats that read at least 95% of the cells."""
    texts = cells.str.strip_chars().unique(maintain_order=True)
    texts = texts.filter(texts != "")
    sample = texts.gather_every(max(1, len(texts) // _SAMPLE)).to_list()
    candidates = [form for form in FORMATS if any(parse_time(text, form) for text in sample[:_FIRST_LOOK])]
    return [
        form for form in candidates if sum(parse_time(text, form) is not None for text in sample) >= _FITS * len(sample)
    ]


def reads_more(cells: pl.Series, n_read: int) -> bool:
    """Whether a known format reads more dates than the declared one, which is then wrong."""
    return any(
        sum(parse_time(text.strip(), form) is not None for text in cells) > n_read for form in fitting_formats(cells)
    )


def date_format_advice(cells: pl.Series) -> str:
    """Suggest a ``date_format`` line for a column of dates."""
    forms = fitting_formats(cells)
    if not forms and all(_fits_some(cells, orders) for orders in (DAY_FIRST, MONTH_FIRST)):
        return (
            "some dates have the day first and some the month, so those with a day up to 12 are ambiguous; write all "
            "dates in the same format, or split the file by format and add a [[diaries]] block for each part"
        )
    if not forms:
        return "painstats knows no format that fits; write the right one in the notation of Python's strptime"
    lines = [f"  date_format = {_quoted(form)}" for form in forms]
    if len(forms) == 1:
        return "in its [[diaries]] block in study.toml write\n" + lines[0]
    orders = [_order(form) for form in forms]
    described = [f"{line}   # {order}" for line, order in zip(lines, orders, strict=True)]
    return "both of these fit; write the one that is right for this diary into study.toml\n" + "\n".join(described)


def _fits_some(cells: pl.Series, orders: tuple[str, ...]) -> bool:
    """Whether some cells can be read in one order of day and month but not in the other."""
    other = MONTH_FIRST if orders == DAY_FIRST else DAY_FIRST
    texts = [text for text in cells.str.strip_chars().unique(maintain_order=True) if text][:_SAMPLE]
    return any(_reads(text, orders) and not _reads(text, other) for text in texts)


def _reads(text: str, orders: tuple[str, ...]) -> bool:
    return any(parse_time(text, form) for form in FORMATS if form.startswith(orders))


def _order(form: str) -> str:
    if form.startswith(DAY_FIRST):
        return "day first"
    return "month first" if form.startswith(MONTH_FIRST) else "year first"


def header_advice(header: tuple[str, ...], plan: DiaryPlan) -> str:
    """Say which columns a mapping expects, which ones the file has, and how to correct the mapping."""
    missing = missing_columns(header, plan)
    keys = declared_columns(plan)
    lines = [f"  {key} = {_quoted(_nearest(name, header))}" for key, name in keys if name in missing]
    delimiter = _other_delimiter(header, plan)
    if delimiter:
        lines = [f"  delimiter = {_quoted(delimiter)}"]
    expected = ", ".join(shown(name) for _, name in keys)
    return (
        f"expected the columns {expected}; found {shown_columns(header)}. Names must match exactly, including "
        "capitals. Correct the [[diaries]] block in study.toml, for example\n" + "\n".join(lines)
    )


def declared_columns(plan: DiaryPlan) -> list[tuple[str, str]]:
    """List the keys of a mapping that name columns, and the columns."""
    keys = (
        ("participant_column", "time_column") if plan.events else ("participant_column", "date_column", "time_column")
    )
    named = [(key, getattr(plan, key)) for key in keys]
    named += [("entered_column", plan.entered_column)] + [("only", column) for column in plan.only]
    if plan.events:
        named += [("events.column", plan.events.column), ("events.start_column", plan.events.start_column)]
    if plan.layout == "long":
        named += [("item_column", plan.item_column), ("value_column", plan.value_column)]
    else:
        named += [("column", item.column) for item in plan.items]
    return [(key, name) for key, name in named if name is not None]


def missing_columns(header: tuple[str, ...], plan: DiaryPlan) -> list[str]:
    """List the columns that a mapping needs but a file does not have."""
    return [name for _, name in declared_columns(plan) if name not in header]


def _nearest(name: str, header: tuple[str, ...]) -> str:
    folded = {column.casefold(): column for column in header}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    return folded[near[0]] if near else "…"


def _other_delimiter(header: tuple[str, ...], plan: DiaryPlan) -> str | None:
    if len(header) != 1:
        return None
    return next((mark for mark in _DELIMITERS if mark != plan.delimiter and mark in header[0]), None)


# --- a diary that is not declared ---


def undeclared_form(entry: Entry) -> tuple[str, str] | None:
    """Return the encoding and delimiter with which a file looks like a diary, for advice about it."""
    encoding = _ENCODINGS.get(entry.head(2), "utf-8")
    headers = {mark: header_of(entry, encoding, mark) for mark in _DELIMITERS}
    delimiter = max(_DELIMITERS, key=lambda mark: len(headers[mark]))
    header = headers[delimiter]
    has_item = any(_item_of(name) for name in header)
    return (encoding, delimiter) if has_item and any(_DATE_NAME.search(name) for name in header) else None


def is_redcap(entry: Entry) -> bool:
    """Whether a file has the columns of a REDCap export and looks like a diary."""
    form = undeclared_form(entry)
    return form is not None and any(name.startswith("redcap_") for name in header_of(entry, *form))


def declaration(entry: Entry, table: CsvTable, encoding: str, delimiter: str) -> str:
    """Write the ``[[diaries]]`` block that would read a file; values that are guesses are marked to be checked."""
    date_column = next(name for name in table.header if _DATE_NAME.search(name))
    forms = fitting_formats(table.cells[date_column]) or ["%Y-%m-%d"]
    scored = [(name, item) for name in table.header if (item := _item_of(name)) and _is_numeric(table.cells[name])]
    decimal_comma = any(table.cells[name].str.contains(r"^\s*-?[0-9]+,[0-9]+\s*$").any() for name, _ in scored)
    lines = [
        "[[diaries]]",
        f"file = {_quoted(glob.escape(entry.label))}",
        *([f"encoding = {_quoted(encoding)}"] if encoding != "utf-8" else []),
        *_redcap_lines(table),
        f"delimiter = {_quoted(delimiter)}",
        *(['decimal = ","'] if decimal_comma else []),
        f"date_column = {_quoted(date_column)}",
        f"date_format = {_quoted(forms[0])}" + ("" if len(forms) == 1 else f"   # or {forms[1]}: check"),
        'filled = "evening"   # check: morning, evening or any_time',
    ]
    for name, item in scored:
        lines += [
            "[[diaries.items]]",
            f"item = {_quoted(item)}",
            f"column = {_quoted(name)}",
            "scale = [0, 10]   # check: the lowest and the highest possible answer",
            'higher_is = "worse"   # check: worse or better',
            'recall = "today"   # check: now, today, last_24_hours or yesterday',
        ]
    return "\n".join(lines)


def _redcap_lines(table: CsvTable) -> list[str]:
    """Write the further lines that a REDCap export needs: the participant and the repeating instrument of each row."""
    if not any(name.startswith("redcap_") for name in table.header):
        return []
    instruments = table.cells.get("redcap_repeat_instrument")
    named = sorted(set(instruments.str.strip_chars().to_list()) - {""}) if instruments is not None else []
    return [
        f"participant_column = {_quoted(table.header[0])}",
        *(f"only = {{ redcap_repeat_instrument = {_quoted(name)} }}   # check" for name in named[:1]),
        'missing = ["", "NA", "-99"]   # check: the codes of this project',
    ]


def _item_of(name: str) -> str | None:
    words = re.sub(r"[^a-z]+", "_", name.casefold()).strip("_")
    return next(
        (item for item in ITEMS if words == item or words.startswith(f"{item}_") or words.endswith(f"_{item}")), None
    )


def _is_numeric(cells: pl.Series) -> bool:
    texts = cells.str.strip_chars()
    given = texts.filter(texts != "")
    return len(given) > 0 and bool(given.str.contains(_NUMBER).mean() > 0.5)  # type: ignore[operator]


def _quoted(text: str) -> str:
    """Write a string of TOML, with letters of every language as they are."""
    return json.dumps(text, ensure_ascii=False)
