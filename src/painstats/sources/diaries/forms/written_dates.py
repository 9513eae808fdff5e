"""Dates as they are written by hand: weekdays, month names in seven languages, times and offsets in any usual spelling.

Only the order of day and month in ``3/4/2025`` is declared (:data:`ORDERS`); a four-digit year in front, or a month in
letters, is read whatever the order is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from painstats.sources.diaries.forms.words_of_dates import MONTHS, WEEKDAYS, folded

ORDERS = ("day first", "month first", "year first")
TIMED = tuple(f"{order}, then time" for order in ORDERS)
SERIAL = ("serial number", "serial number, then time")
UNIX = "unix time"
WRITTEN_CLOCK = "as written"
"""The value of ``time_format`` for times of day in any usual spelling."""

SWAPPED = "day first, swapped by the spreadsheet"
"""Text has the day first; dates of the spreadsheet have day and month swapped, since it took them for month first."""

WRITTEN_FORMATS = (SWAPPED, *ORDERS, *TIMED, *SERIAL, UNIX)
"""Values of ``date_format`` that are not strptime formats; the timed ones keep the time of day."""

_CLOCK = re.compile(
    r"(?<![\d.,/-])(?P<hour>\d{1,2})(?:(?::|h|\s?uhr\s?)(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?(?:\s*uhr)?"
    r"|(?<![\d.,/-])(?P<hour_alone>\d{1,2})\s*(?P<half_alone>[ap]\.?\s?m\b\.?|uhr\b|h\b)"
    r"|(?<![\d.,/-])(?P<dot_hour>\d{1,2})\.(?P<dot_minute>\d{2})(?=\s*uhr\b)(?:\s*uhr)"
)
_OFFSET = re.compile(
    r"(?:\s*(?:gmt|utc))?\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?\s*$|\s*(?:z|utc|gmt)\s*$"
)
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|re|º|ª|°|o|ª)\b\.?")
_FILLERS = frozenset(
    [
        "the",
        "of",
        "de",
        "del",
        "do",
        "da",
        "di",
        "den",
        "der",
        "le",
        "el",
        "il",
        "am",
        "um",
        "at",
        "on",
        "on",
        "a",
        "alle",
        "las",
        "os",
        "t",
        "et",
        "und",
    ]
)
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_BETWEEN = re.compile(r"^[\s.,/\-–—()'|:·]*$")
_EXCEL_START = datetime(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as written: its parts, the time and offset if there are any, and the weekdays that it names."""

    numbers: tuple[str, ...]
    month: int | None
    month_place: int
    clock: time | None
    offset: timezone | None
    weekdays: frozenset[int]

    @property
    def lacks_year(self) -> bool:
        """Whether day and month are all that is written."""
        n_parts = len(self.numbers) + (self.month is not None)
        return n_parts == 2 and not any(len(number) == 4 for number in self.numbers)

    def day(self, order: str) -> date | None:
        """Return the date in an order of day, month and year; None if there is none such."""
        parts = self._parts(order)
        if parts is None:
            return None
        try:
            year, month, day = parts
            return date(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            return None

    def _parts(self, order: str) -> tuple[int, int, int] | None:
        texts = self.numbers
        if self.month is not None:
            if len(texts) != 2:
                return None
            year, day = (texts[0], texts[1]) if len(texts[0]) == 4 else (texts[1], texts[0])
            return (int(year), self.month, int(day)) if len(year) in (2, 4) and len(day) <= 2 else None
        if len(texts) == 1 and len(texts[0]) == 8:
            texts = (texts[0][:4], texts[0][4:6], texts[0][6:])
        if len(texts) != 3:
            return None
        if len(texts[0]) == 4 or (order == "year first" and len(texts[2]) <= 2):
            year, month, day = texts
        elif order == "year first":
            return None
        else:
            day, month, year = texts if order == "day first" else (texts[1], texts[0], texts[2])
        if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
            return None
        return int(year), int(month), int(day)


@lru_cache(maxsize=50_000)
def written_date(text: str) -> WrittenDate | None:
    """Take a date apart; None for a text that is not a date, whatever the order."""
    rest = folded(text).strip()
    if not rest or len(rest) > 60 or not any(letter.isdigit() for letter in rest) or "out of" in rest:
        return None
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}t.*", rest):
        rest = rest.replace("t", " ", 1)
    rest, clock, offset = _without_clock(rest)
    rest = _ORDINAL.sub("", rest)
    tokens = _TOKEN.findall(rest)
    if not _BETWEEN.match(_TOKEN.sub("", rest)) or (not _separated(rest) and len(tokens) > 1):
        return None
    return _of_tokens(tokens, clock, offset)


def _separated(rest: str) -> bool:
    """Whether no sign stands before the first number, as in ``-3.5``."""
    return not re.match(r"^[-–—+,.]\s*\d", rest)


def _without_clock(rest: str) -> tuple[str, time | None, timezone | None]:
    found = _CLOCK.search(rest)
    if found is None:
        return rest, None, None
    before, after = rest[: found.start()], rest[found.end() :]
    offset = None
    shift = _OFFSET.match(after)
    if shift:
        hours, minutes = int(shift["hours"] or 0), int(shift["minutes"] or 0)
        sign = -1 if shift["sign"] == "-" else 1
        offset = timezone(sign * timedelta(hours=hours, minutes=minutes)) if hours < 24 else None
        after = after[shift.end() :]
    clock = _clock_of(found)
    return (rest, None, None) if clock is None else (f"{before} {after}", clock, offset)


def _clock_of(found: re.Match[str]) -> time | None:
    hour = int(found["hour"] or found["hour_alone"] or found["dot_hour"])
    minute = int(found["minute"] or found["dot_minute"] or 0)
    half = found["half"] or found["half_alone"] or ""
    if half[:1] in ("a", "p"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    try:
        return time(hour, minute, int(found["second"] or 0))
    except ValueError:
        return None


def _of_tokens(tokens: list[str], clock: time | None, offset: timezone | None) -> WrittenDate | None:
    numbers = tuple(token for token in tokens if token.isdigit())
    words = [token for token in tokens if not token.isdigit() and token not in _FILLERS]
    if not numbers or len(numbers) > 3:
        return None
    months = [word for word in words if word in MONTHS]
    in_letters = len(numbers) < 3 and not (len(numbers) == 2 and not months) and len(numbers[0]) != 8
    certain = [word for word in months if word not in WEEKDAYS]
    likely = certain or months[-1:]
    month_word = likely[0] if in_letters and likely else None
    others = [word for word in words if word is not month_word]
    if len(others) > 1 or any(word not in WEEKDAYS for word in others):
        return None
    days = WEEKDAYS[others[0]] if others else frozenset[int]()
    month = MONTHS[month_word] if month_word else None
    return WrittenDate(numbers, month, 0, clock, offset, days)


@lru_cache(maxsize=50_000)
def written_moment(text: str, form: str) -> datetime | None:
    """Read a date in one of :data:`WRITTEN_FORMATS`; a time with an offset is returned in UTC, others as written."""
    if form in SERIAL:
        return _of_serial(text)
    if form == UNIX:
        return _of_unix(text)
    if form == SWAPPED:
        return _of_swapped(text)
    order, timed = form.partition(", then")[0], form in TIMED
    found = written_date(text)
    day = found.day(order) if found else None
    if found is None or day is None:
        return None
    if not timed:
        return datetime.combine(day, time())
    if found.clock is None:
        return None
    moment = datetime.combine(day, found.clock, found.offset)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _of_swapped(text: str) -> datetime | None:
    swapped = re.sub(r"^(\d{4})-(\d\d)-(\d\d)", r"\1-\3-\2", text)
    found = written_date(swapped)
    day = found.day("day first") if found else None
    return datetime.combine(day, time()) if day else None


def _of_serial(text: str) -> datetime | None:
    """Read the serial number of a day in spreadsheets, with the time as a fraction."""
    if not re.fullmatch(r"[2-7]\d{4}(?:[.,]\d+)?", text):
        return None
    days = float(text.replace(",", "."))
    return _EXCEL_START + timedelta(seconds=round(days * 86_400))


def _of_unix(text: str) -> datetime | None:
    if not re.fullmatch(r"1\d{9}(?:\.\d+)?|1\d{12}", text):
        return None
    seconds = float(text) / (1000 if len(text.split(".")[0]) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def written_clock(text: str) -> time | None:
    """Read a time of day: ``20:15``, ``8.15``, ``8 pm``, ``20h15``, ``20 Uhr``."""
    rest = folded(text).strip()
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{2})", rest)
    if dotted:
        rest = f"{dotted[1]}:{dotted[2]}"
    found = _CLOCK.fullmatch(rest)
    return _clock_of(found) if found else None
