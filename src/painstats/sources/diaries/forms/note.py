"""Plain notes: a line for each day, such as ``3 March: pain 7, slept badly``, or a line with the date above others."""

from __future__ import annotations

import re

from painstats.sources.diaries.forms.rows_of_text import TextRow, text_row
from painstats.sources.diaries.forms.words_of_dates import folded
from painstats.sources.diaries.forms.written_dates import written_date
from painstats.sources.diaries.forms.written_scores import written_score

HEADER = ("date", "pain", "note")

_BULLET = re.compile(
    r"^\s*(?:[-*•·>#]+\s+|\[[ x]?\]\s*)*\[?(?:(?:date|day|datum|tag|fecha|jour|data)\s*:\s*)?", re.IGNORECASE
)
_PAIN = (
    r"(?:pain(?: level| score)?|ache|schmerz(?:en|level|starke|wert)?|douleurs?|dolor(?:e|es)?|pijn|dor(?:es)?|nrs|vas)"
)
_SCORE = r"[~≈]?\d{1,3}(?:[.,]\d)?(?:\s*(?:/|out of|von|sur|de|su|van)\s*\d{1,3}|\s*(?:-|–)\s*\d{1,2})?"
_NAMED = re.compile(rf"\b{_PAIN}\b\s*(?:was|is|at|of|around|about|level|score|war|ist|bei|[:=(~-])*\s*({_SCORE})")
_NAMED_AFTER = re.compile(rf"({_SCORE})\s*{_PAIN}\b")
_FIRST = re.compile(rf"^\s*[:;,–—-]?\s*({_SCORE})(?![\d.,]*\d|\s*(?:h|hours?|am|pm|uhr|std|%|:))")
_MOST_TITLE_LINES = 10
_LONGEST_DATE = 8
"""Most words at the beginning of a line that are tried as a date."""


def note_rows(text: str) -> list[TextRow]:
    """Return the days of a note as rows ``date``, ``pain``, ``note`` below that header; no rows if it has no dates.

    A line without a date belongs to the date above it. Where the score of a line is not certain, it is blank.
    """
    rows, day = [], ""
    for number, line in enumerate(text.split("\n"), 1):
        words = _BULLET.sub("", line).strip()
        found, rest = _leading_date(words)
        day = found or day
        if day and (found or rest.strip()):
            rows.append(text_row(number, (day, _score(rest, is_dated=bool(found)), rest.strip(" :;,-–—\t")), line))
    rows = _joined(rows)
    return [text_row(1, HEADER), *rows] if rows else []


def title_of(text: str) -> str:
    """Return the lines above the first date of a note."""
    above: list[str] = []
    for line in text.split("\n")[:_MOST_TITLE_LINES]:
        if _leading_date(_BULLET.sub("", line).strip())[0]:
            break
        above.append(line)
    return " ".join(above)


def _joined(rows: list[TextRow]) -> list[TextRow]:
    """Drop lines without a score beside lines of the same day that have one, and all but one where none has."""
    scored = {row.cells[0] for row in rows if row.cells[1]}
    seen: set[str] = set()
    kept = []
    for row in rows:
        if row.cells[1] or (row.cells[0] not in scored and row.cells[0] not in seen):
            kept.append(row)
        seen.add(row.cells[0])
    return kept


def _leading_date(line: str) -> tuple[str, str]:
    """Split the longest beginning of a line that is a date from the rest."""
    ends = [found.end() for found in re.finditer(r"[^\s:;,]+(?::\d\d)*[,;:]?|[–—-]", line)][:_LONGEST_DATE]
    for end in reversed(ends):
        text = line[:end].rstrip(" :;,-–—]")
        rest = line[end:]
        found = written_date(text)
        if found and (found.day("day first") or found.day("month first") or found.lacks_year) and _is_date(text):
            return text, rest
    return "", line


def _is_date(text: str) -> bool:
    """Whether a date ends where it was cut: "3 March 7" is the third of March and a seven."""
    numbers = re.findall(r"\d+", text)
    in_letters = bool(re.search(r"[^\W\d_]{3,}", text))
    if in_letters and len(numbers) == 2 and len(numbers[1]) <= 2 and len(numbers[0]) <= 2:
        return False
    return not (len(numbers) == 2 and not in_letters and not re.search(r"\d\s*[./-]\s*\d", text))


def _score(rest: str, *, is_dated: bool) -> str:
    words = folded(rest)
    named = [*_NAMED.findall(words)] or [*_NAMED_AFTER.findall(words)]
    if len(named) == 1:
        return str(named[0])
    if named:
        return ""
    if not is_dated and re.fullmatch(rf"\s*{_SCORE}\s*", words):
        return words.strip()
    first = _FIRST.match(words) if is_dated else None
    return first[1] if first and written_score(first[1]) else ""
