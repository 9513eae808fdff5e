"""How the dates of a diary are written: their order by the whole column, and the year where they name none."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from painstats.parsing.date_formats import day_format_of
from painstats.sources.diaries.advice import FORMATS
from painstats.sources.diaries.conclusion.findings import Ask, Context, Found, Table, counted
from painstats.sources.diaries.forms.words_of_dates import folded
from painstats.sources.diaries.forms.written_dates import (
    ORDERS,
    SERIAL,
    SWAPPED,
    TIMED,
    UNIX,
    WrittenDate,
    written_date,
    written_moment,
)
from painstats.sources.diaries.rows import parse_time

_EARLIEST = date(1990, 1, 1)
_MOST_MONTHS = 12
_YEARS_BACK = 8
_AGREE = 0.9
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_NOT_ENGLISH = re.compile(
    r"\b(?:datum|schmerz\w*|uhrzeit|jour|douleurs?|fecha|dolor|giorno|dolore|pijn\w*|dor|heure|hora|zeit|notizen|bemerkung\w*)\b"
)


def is_date(text: str) -> bool:
    """Whether a cell is a date with its year."""
    found = written_date(text)
    return found is not None and any(day and day >= _EARLIEST for day in map(found.day, ORDERS))


def is_date_without_year(text: str) -> bool:
    """Whether a cell is a day and a month."""
    found = written_date(text)
    if found is None or not found.lacks_year:
        return False
    whole = written_date(f"{text} 2024")
    return whole is not None and any(map(whole.day, ORDERS[:2]))


def is_serial(text: str) -> bool:
    """Whether a cell is the serial number of a day in a spreadsheet, from 2000 on."""
    moment = written_moment(text, SERIAL[0])
    return moment is not None and moment.date() >= date(2000, 1, 1)


def is_unix(text: str) -> bool:
    """Whether a cell is a time in seconds or milliseconds since 1970."""
    return written_moment(text, UNIX) is not None


def conclude_dates(table: Table, context: Context) -> Found:
    """Find ``date_format``, and ``year`` where the dates have none.

    Both are asked for if the column leaves them open.
    """
    texts = [text for text in table.cells(table.date_column) if text]
    if all(map(is_serial, texts)):
        timed = any(not re.fullmatch(r"\d+(?:[.,]0+)?", text) for text in texts)
        return Found({"date_format": SERIAL[timed]}, ("Dates are the serial numbers of a spreadsheet.",))
    if all(map(is_unix, texts)):
        return Found({"date_format": UNIX}, ("Times are written in seconds or milliseconds since 1970, in UTC.",))
    year = _conclude_year(table, texts, context)
    whole = [_with_year(text, year.keys.get("year")) for text in texts]
    order = _conclude_order(table, whole, context)
    return Found({**year.keys, **order.keys}, (*order.said, *year.said), (*order.asked, *year.asked))


# --- the year ---


def _conclude_year(table: Table, texts: list[str], context: Context) -> Found:
    without = [text for text in texts if is_date_without_year(text)]
    if 2 * len(without) < len(texts) or not without:
        return Found()
    if context.known.get("year") is not None:
        return Found({"year": int(str(context.known["year"]))})
    named = sorted({int(year) for text in table.above for year in _YEAR.findall(text)})
    named = [year for year in named if year <= context.today.year]
    if len(named) == 1:
        return Found({"year": named[0]}, (f"Dates have no year; the title, sheet or file name says {named[0]}.",))
    likely = _by_weekdays(without, context.today)
    if len(likely) == 1:
        return Found({"year": likely[0]}, (f"Dates have no year; their weekdays are those of {likely[0]}.",))
    years = tuple(str(year) for year in (likely or range(context.today.year, context.today.year - 4, -1)))
    asked = Ask("year", f"The dates have no year, such as {without[0]}. In which year was the first of them?", years)
    return Found({"year": int(years[0])}, (), (asked,))


def _by_weekdays(texts: list[str], today: date) -> list[int]:
    """Return the years in which the weekdays beside the dates are right; none if they name no weekdays."""
    named = [text for text in texts if (found := written_date(text)) and found.weekdays]
    if len(named) < 2:
        return []
    years = range(today.year, today.year - _YEARS_BACK, -1)
    return [
        year
        for year in years
        if any(_agreement([f"{text} {year}" for text in named], order) > _AGREE for order in ORDERS[:2])
    ][:1]


def _with_year(text: str, year: object) -> str:
    return f"{text} {year}" if year is not None and is_date_without_year(text) else text


# --- the order of day and month ---


def _conclude_order(table: Table, texts: list[str], context: Context) -> Found:
    dates = {text: found for text in texts if (found := written_date(text)) is not None}
    chosen = context.known.get("date_format")
    swapped = _swapped_by_spreadsheet(table, texts)
    if chosen is None and swapped is not None:
        return Found({"date_format": SWAPPED}, (), (swapped,))
    if chosen is not None:
        return Found({"date_format": _kept(str(chosen), texts, dates)})
    counts = Counter(text for text in texts if text in dates)
    failed = {
        order: sum(n for text, n in counts.items() if not _is_possible(dates[text], order, context.today))
        for order in ORDERS
    }
    least = min(failed.values())
    fitting = [order for order in ORDERS if failed[order] == least]
    meanings = {tuple(dates[text].day(order) for text in counts) for order in fitting}
    if len(meanings) == 1:
        return _decided(fitting[0], texts, dates, _why_counts(fitting[0], failed))
    reason = _settled(fitting, texts, dates, table)
    if reason is not None:
        return _decided(reason[0], texts, dates, reason[1])
    example = next(text for text in counts if len({dates[text].day(order) for order in fitting}) > 1)
    asked = Ask(
        "date_format", f"Dates such as {example} can be read in two ways. Which part comes first?", tuple(fitting)
    )
    return Found({"date_format": _form(fitting[0], texts, dates)[0]}, (), (asked,))


def _swapped_by_spreadsheet(table: Table, texts: list[str]) -> Ask | None:
    """Ask if a spreadsheet set to month first can have turned 3/2/2025 into a date and left 13/2/2025 as text."""
    if table.keys.get("form") != "workbook":
        return None
    real = [text for text in texts if re.match(r"\d{4}-\d\d-\d\d", text)]
    typed = [text for text in texts if re.fullmatch(r"(\d{1,2})[./-]\d{1,2}[./-]\d{2,4}", text)]
    late = [text for text in typed if int(re.split(r"\D", text)[0]) > _MOST_MONTHS]
    if not real or len(late) < len(typed) or not late or any(int(text[8:10]) > _MOST_MONTHS for text in real):
        return None
    day = date.fromisoformat(real[0][:10])
    question = (
        f"Some dates are text, such as {late[0]}, and the others are dates of the spreadsheet with a day up to 12, so "
        f"it may have taken the day for the month. Is {day.isoformat()} meant as day {day.month} of month {day.day}?"
    )
    return Ask("date_format", question, (SWAPPED, "day first"))


def _is_possible(found: WrittenDate, order: str, today: date) -> bool:
    day = found.day(order)
    return day is not None and _EARLIEST <= day <= today + timedelta(days=1)


def _settled(
    fitting: list[str], texts: list[str], dates: dict[str, WrittenDate], table: Table
) -> tuple[str, str] | None:
    """Decide between orders that fit alike: by weekdays, by runs of days, by the language of the diary."""
    named = [text for text in texts if text in dates and dates[text].weekdays]
    if len(named) >= 2:
        agreeing = [order for order in fitting if _agreement(named, order) > _AGREE]
        if len(agreeing) == 1:
            return agreeing[0], "the weekdays beside them agree"
    running = _by_runs(fitting, texts, dates)
    if running:
        return running, "so they follow one another in time"
    dotted = all(re.search(r"\d\.\s?\d", text) for text in texts)
    if (
        "day first" in fitting
        and (dotted or "year first" not in fitting)
        and _NOT_ENGLISH.search(folded(" ".join((*table.header, *table.above))))
    ):
        return "day first", "as the language of the diary writes them"
    return None


def _agreement(texts: list[str], order: str) -> float:
    pairs = [(found, found.day(order)) for text in texts if (found := written_date(text))]
    return sum(day is not None and day.isoweekday() in found.weekdays for found, day in pairs) / max(len(pairs), 1)


def _by_runs(fitting: list[str], texts: list[str], dates: dict[str, WrittenDate]) -> str | None:
    if set(fitting) != set(ORDERS[:2]):
        shares = {
            order: _one_day_steps([dates[text].day(order) for text in texts if text in dates]) for order in fitting
        }
        best = max(fitting, key=lambda order: shares[order])
        return best if shares[best] >= 0.5 and all(shares[order] <= 0.1 for order in fitting if order != best) else None
    days = [dates[text].day("day first") for text in texts if text in dates]
    forms = day_format_of(pl.Series([day and f"{day:%d/%m/%Y}" for day in days], dtype=pl.String)).readings
    return ("day first" if forms[0].startswith("%d") else "month first") if len(forms) == 1 else None


def _one_day_steps(days: list[date | None]) -> float:
    known = sorted({day for day in days if day})
    steps = [(after - before).days for before, after in pairwise(known)]
    return steps.count(1) / len(steps) if steps else 0.0


def _decided(order: str, texts: list[str], dates: dict[str, WrittenDate], why: str) -> Found:
    form, keys, said = _form(order, texts, dates)
    example = next((text for text in texts if text in dates), texts[0])
    because = f": {why}" if why else ""
    plain = "" if not why else f"Dates are written {order}, like {example}{because}."
    return Found({"date_format": form, **keys}, tuple(sentence for sentence in (plain, *said) if sentence))


def _why_counts(order: str, failed: dict[str, int]) -> str:
    rival = {"day first": "month first", "month first": "day first"}.get(order)
    if rival is None or failed[rival] == failed[order]:
        return ""
    return f"{counted(failed[rival] - failed[order], 'date')} cannot be {rival}"


def _kept(chosen: str, texts: list[str], dates: dict[str, WrittenDate]) -> str:
    """Return a chosen format; one of the orders becomes the most exact format in that order."""
    return _form(chosen, texts, dates)[0] if chosen in ORDERS else chosen


def _form(
    order: str, texts: list[str], dates: dict[str, WrittenDate]
) -> tuple[str, dict[str, object], tuple[str, ...]]:
    """Return the format of dates in an order: of strptime if one reads all of them, else as written by hand."""
    read = [text for text in texts if text in dates]
    clocks = [dates[text].clock for text in read]
    timed = bool(clocks) and all(clock is not None for clock in clocks)
    offsets = [dates[text].offset is not None for text in read]
    timed = timed and (all(offsets) or not any(offsets))
    written = f"{order}, then time" if timed else order
    exact = next(
        (
            form
            for form in FORMATS
            if timed == ("%H" in form or "%I" in form) and all(_same(text, form, written) for text in read)
        ),
        None,
    )
    if exact is not None:
        return exact, {}, ()
    said = ("Some dates have a time and some do not, so the times are not used.",) if any(clocks) and not timed else ()
    return written, {"times_are": "utc"} if written in TIMED and all(offsets) else {}, said


def _same(text: str, form: str, written: str) -> bool:
    moment = parse_time(text, form)
    return moment is not None and moment == written_moment(text, written)
