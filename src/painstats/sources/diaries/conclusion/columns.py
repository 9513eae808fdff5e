"""Which column, or which rows of a long diary, have the scores: never several pains in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from painstats.sources.diaries.conclusion.dates import is_date, is_date_without_year
from painstats.sources.diaries.conclusion.findings import Ask, Context, Table, listed
from painstats.sources.diaries.conclusion.names import (
    is_about_pain,
    is_better_name,
    is_date_name,
    is_generic_name,
    is_item_column_name,
    is_overall,
    is_pain_name,
    is_participant_name,
    is_statistic,
    is_time_name,
    item_of,
    not_a_score,
    period_of,
    plain,
    site_of,
)
from painstats.sources.diaries.conclusion.scores import is_rating, sorted_cells
from painstats.sources.diaries.forms.written_dates import written_clock, written_date

ALL = "all"
"""The answer that takes every column that is offered, each as a site of its own."""

_DEVICE_ITEMS = frozenset({"stress", "sleep_quality", "readiness", "energy"})
"""Items that devices compute too: a table with one of these alone may be an export of a device."""

_MOST_ROWS_A_DAY = 4
_MOST_WORDS = 12
_LONGEST_WORD = 25


@dataclass(frozen=True, slots=True)
class Score:
    """A column of scores (or a text in the item column of a long diary), and what it is about."""

    name: str
    item: str = "pain"
    site: str = ""
    filled: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns that are read, what was said about the choice, and what is asked; no columns if it is no diary."""

    scores: tuple[Score, ...]
    said: tuple[str, ...] = ()
    asked: tuple[Ask, ...] = ()
    keys: tuple[tuple[str, object], ...] = ()


def choose_columns(table: Table, context: Context) -> Choice:
    """Choose the columns with scores.

    ``column`` is asked for if several could be meant, or if none is named after pain.
    """
    long = _long_form(table)
    if long is not None:
        return _choose_among(
            long[0], context, (("layout", "long"), ("item_column", long[1]), ("value_column", long[2]))
        )
    ratings = [name for name in _others(table) if is_rating(table.cells(name)) and not not_a_score(name)]
    known = context.known.get("column")
    if isinstance(known, str) and known in table.header:
        return Choice((_score(known, context),))
    pains = [name for name in ratings if is_pain_name(name)] or _in_words(table)
    if pains:
        return _choose_among(pains, context)
    return _choose_other(ratings, table, context)


def _in_words(table: Table) -> list[str]:
    """Return the columns named after pain whose answers are a few words that occur again and again."""
    named = [name for name in _others(table) if is_pain_name(name) and not not_a_score(name)]
    return [name for name in named if _few_words(sorted_cells(table.cells(name)).words)]


def _few_words(words: tuple[str, ...]) -> bool:
    return 0 < len(set(words)) <= min(_MOST_WORDS, len(words) - 1) and all(len(word) <= _LONGEST_WORD for word in words)


def _others(table: Table) -> list[str]:
    """Return the columns beside the date, without times, further dates and ids."""
    others = []
    for name in table.header:
        cells = [cell for cell in table.cells(name) if cell]
        if name == table.date_column or not cells or _is_time(name, cells):
            continue
        if all(map(is_date, cells)) or (is_date_name(name) and all(map(is_date_without_year, cells))):
            continue
        if is_participant_name(name) or _is_running_number(cells):
            continue
        others.append(name)
    return others


def _is_time(name: str, cells: list[str]) -> bool:
    clocks = sum(written_clock(cell) is not None for cell in cells)
    return clocks > 0.8 * len(cells) and (
        is_time_name(name) or any(":" in cell or "h" in cell.lower() for cell in cells)
    )


def _is_running_number(cells: list[str]) -> bool:
    numbers = [int(cell) for cell in cells if cell.isdigit()]
    steps = [after - before for before, after in pairwise(numbers)]
    return len(numbers) == len(cells) > 3 and (set(steps) == {1} or set(steps) == {-1})


# --- columns named after pain ---


def _choose_among(pains: list[str], context: Context, keys: tuple[tuple[str, object], ...] = ()) -> Choice:
    known = context.known.get("column")
    if known is not None:
        return Choice(
            tuple(_score(name, context) for name in pains if known in (ALL, name)) or (_score(str(known), context),),
            keys=keys,
        )
    if len(pains) == 1:
        return _only(pains[0], context, keys)
    whole = [name for name in pains if not site_of(name) and not period_of(name) and not is_statistic(name)]
    general = [name for name in pains if is_overall(name) and not site_of(name)]
    main = general if len(general) == 1 else whole
    if len(main) == 1 and (len(whole) <= 1 or general):
        rest = [name for name in pains if name != main[0]]
        return Choice(
            (_score(main[0], context),), (f'Pain was read from "{main[0]}", not from {listed(rest)}.',), keys=keys
        )
    periods = {name: period_of(name) for name in pains}
    sites = {site_of(name) for name in pains}
    if all(periods.values()) and len(sites) == 1 and len(set(periods.values())) == len(pains):
        scores = tuple(Score(name, "pain", site_of(name), periods[name]) for name in pains)
        return Choice(
            scores, (f"Pain is rated several times a day: {listed(pains)}. All of them were read.",), keys=keys
        )
    asked = Ask("column", f"Several pains are rated: {listed(pains)}. Which of them is meant?", _answers(pains))
    return Choice((_score(_likeliest(pains), context),), (), (asked,), keys)


def _answers(pains: list[str]) -> tuple[str, ...]:
    first = _likeliest(pains)
    every = (
        (ALL,) if all(site_of(name) for name in pains) and len({site_of(name) for name in pains}) == len(pains) else ()
    )
    return (first, *(name for name in pains if name != first), *every)


def _likeliest(pains: list[str]) -> str:
    return next((name for name in pains if is_overall(name)), pains[0])


def _only(name: str, context: Context, keys: tuple[tuple[str, object], ...]) -> Choice:
    site = site_of(name)
    about = f" of the {site.replace('_', ' ')}" if site else ""
    column = dict(keys).get("value_column")
    said = (
        f'Scores{about} were read from the rows named "{name}".' if column else f'Pain{about} was read from "{name}".'
    )
    return Choice((_score(name, context),), (said,), keys=keys)


def _score(name: str, context: Context) -> Score:
    item = context.known.get("item")
    other = None if is_pain_name(name) else item_of(name)
    return Score(name, str(item or other or "pain"), site_of(name) if not other else "")


# --- no column named after pain ---


def _choose_other(ratings: list[str], table: Table, context: Context) -> Choice:
    """Choose among columns that are not named after pain: only one that nothing speaks against, else ask."""
    is_about = context.is_diary or any(map(is_about_pain, table.above))
    named = [name for name in ratings if _is_blank(name) or is_generic_name(name)]
    placed = [name for name in ratings if site_of(name)]
    if is_about and len(placed) >= 1 and not named:
        return _choose_among(placed, context)
    if is_about and len(named) == 1 and not is_better_name(named[0]):
        return Choice(
            (_score(named[0], context),), (f'"{named[0]}" is the only column of scores, so it was read as pain.',)
        )
    others = [name for name in ratings if is_better_name(name) or item_of(name)]
    likely = list(dict.fromkeys(named + placed + others)) if not is_about else ratings
    if not likely or not (is_about or _may_be_diary(likely, table)):
        return Choice(())
    question = (
        "No column is named after pain. Which of them has the pain scores?"
        if len(likely) > 1
        else f'No column is named after pain. Is "{likely[0]}" the pain score?'
    )
    return Choice((_score(likely[0], context),), (), (Ask("column", question, tuple(likely)),))


def _is_blank(name: str) -> bool:
    return name.startswith("column ")


def _rows_a_day(table: Table) -> float:
    found = (written_date(text) for text in table.cells(table.date_column))
    days = {(date.numbers, date.month) for date in found if date}
    return len(table.days) / max(len(days), 1)


def _may_be_diary(likely: list[str], table: Table) -> bool:
    """Whether a table with no word of pain can be a diary: it has scores that no device computes."""
    items = {item_of(name) for name in likely} - {None}
    measured = any(not_a_score(name) for name in table.header) and not items - _DEVICE_ITEMS
    if table.keys.get("form") == "json" or _rows_a_day(table) > _MOST_ROWS_A_DAY:
        return False
    small = [name for name in likely if all(0 <= value <= 10 for value in sorted_cells(table.cells(name)).values)]
    return bool(small) and not measured and (not items or bool(items - _DEVICE_ITEMS))


# --- a row for each score ---


def _long_form(table: Table) -> tuple[list[str], str, str] | None:
    """Return the pains named in an item column, that column, and the column of values."""
    texts = _others(table)
    if any(is_pain_name(name) and is_rating(table.cells(name)) for name in texts):
        return None
    values = [name for name in texts if _is_numeric(table.cells(name)) and not not_a_score(name)]
    for column in texts:
        counts = Counter(cell for cell in table.cells(column) if cell)
        pains = [name for name in counts if is_pain_name(name) and len(name) < 40]
        likely = (
            pains
            and len(counts) <= 40
            and sum(counts.values()) == len(table.days)
            and (len(counts) > 1 or is_item_column_name(column))
        )
        value = next((name for name in values if name != column and (is_generic_name(name) or len(values) == 1)), None)
        if (
            likely
            and value is not None
            and (len(counts) < len(table.days) or is_item_column_name(column))
            and plain(column) != plain(value)
        ):
            return sorted(pains, key=lambda name: -counts[name]), column, value
    return None


def _is_numeric(cells: list[str]) -> bool:
    found = sorted_cells(cells)
    return bool(found.scores) and len(found.scores) >= 0.8 * found.n_given
