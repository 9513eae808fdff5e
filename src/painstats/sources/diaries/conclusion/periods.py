"""When a diary is filled in, and which period a score is about."""

from __future__ import annotations

import re
from collections import Counter
from datetime import time

from painstats.sources.diaries.conclusion.columns import Score
from painstats.sources.diaries.conclusion.findings import Context, Found, Table
from painstats.sources.diaries.conclusion.names import is_time_name, period_of, plain
from painstats.sources.diaries.forms.written_dates import WRITTEN_CLOCK, written_clock, written_date
from painstats.sources.diaries.rows import keeps_time, parse_time

_RECALLS = (
    ("last_24_hours", r"\b(?:24 ?(?:h|hours?|hrs?|std|stunden|heures|horas|ore|uur)|last day|past day)\b"),
    ("yesterday", r"\b(?:yesterday|gestern|hier|ayer|ieri|gisteren|ontem)\b"),
    (
        "now",
        r"\b(?:now|current(?:ly)?|at the moment|jetzt|aktuell\w*|momentan\w*|maintenant|actuel\w*|ahora|adesso|attuale|"
        r"nu|agora)\b",
    ),
    ("today", r"\b(?:today|heute|aujourd'?hui|hoy|oggi|vandaag|hoje)\b"),
)
_PERIOD_WORDS = {"morning": "in the morning", "evening": "in the evening", "any_time": "at any time of day"}
_RECALL_WORDS = {
    "now": "the moment",
    "today": "that day",
    "last_24_hours": "the last 24 hours",
    "yesterday": "the day before",
}
_MOSTLY = 0.8
_CLOCK_FORMATS = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")


def conclude_times(table: Table, date_format: str) -> Found:
    """Find ``time_column`` and ``time_format``, where the dates do not have the time."""
    if keeps_time(date_format):
        return Found()
    for name in table.header:
        cells = [cell for cell in table.cells(name) if cell]
        clocks = [written_clock(cell) for cell in cells]
        if name == table.date_column or not cells or not all(clocks) or not is_time_name(name):
            continue
        exact = next((form for form in _CLOCK_FORMATS if all(parse_time(cell, form) for cell in cells)), None)
        return Found(
            {"time_column": name, "time_format": exact or WRITTEN_CLOCK}, (f'Times of answers are in "{name}".',)
        )
    return Found()


def conclude_periods(table: Table, keys: dict[str, object], scores: tuple[Score, ...], context: Context) -> Found:
    """Find ``filled`` and ``recall``: as chosen, as the names say, else by the times of the answers."""
    clocks = _clocks(table, keys)
    several = _several_a_day(table, keys)
    name = scores[0].name
    filled = context.known.get("filled") or (None if several else period_of(name)) or _filled_by_clock(clocks, several)
    named = next((recall for recall, pattern in _RECALLS if re.search(pattern, plain(name))), None)
    several_columns = any(score.filled for score in scores)
    recall = (
        context.known.get("recall")
        or named
        or ("now" if several or several_columns or filled == "morning" else "today")
    )
    if several_columns:
        return Found(
            {"filled": "any_time", "recall": recall},
            ("Each score is taken as being about the moment when it was written.",),
        )
    how = f"filled in {_PERIOD_WORDS[str(filled)]}, with each score about {_RECALL_WORDS[str(recall)]}"
    is_seen = bool(clocks or several or context.known.get("filled"))
    said = f"The diary is taken as {how}." if is_seen else f"Nothing says when it is written, so it is taken as {how}."
    more = ("Some days have several rows; all of them were read.",) if several else ()
    return Found({"filled": filled, "recall": recall}, (said, *more))


def _filled_by_clock(clocks: list[time], several: bool) -> str:
    if several:
        return "any_time"
    if not clocks:
        return "evening"
    counts = Counter(
        "morning" if 4 <= clock.hour < 12 else "evening" if clock.hour >= 17 or clock.hour < 4 else "day"
        for clock in clocks
    )
    period, n = counts.most_common(1)[0]
    return period if period != "day" and n >= _MOSTLY * len(clocks) else "any_time"


def _clocks(table: Table, keys: dict[str, object]) -> list[time]:
    column = keys.get("time_column")
    if column is not None:
        return [clock for cell in table.cells(str(column)) if (clock := written_clock(cell))]
    if not keeps_time(str(keys["date_format"])) or keys.get("layout") == "calendar":
        return []
    found = (written_date(cell) for cell in table.cells(table.date_column))
    return [date.clock for date in found if date and date.clock]


def _several_a_day(table: Table, keys: dict[str, object]) -> bool:
    """Whether days have several rows with a score, of the same participant and item."""
    if keys.get("layout") == "calendar":
        return False
    beside = [str(keys[key]) for key in ("participant_column", "item_column") if keys.get(key)]
    days: Counter[tuple[object, ...]] = Counter()
    above = ""
    for row in table.days:
        above = row.cell(table.date_place) or above
        found = written_date(above)
        day = (found.numbers, found.month) if found else above
        days[(day, *(row.cell(table.header.index(name)) for name in beside))] += 1
    return sum(n > 1 for n in days.values()) > 0
