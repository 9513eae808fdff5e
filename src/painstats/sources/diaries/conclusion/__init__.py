"""Find out what a diary looks like that no one has declared, and ask what only its keeper knows."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from painstats.archive.entries import Entry
from painstats.errors import ExportRefused
from painstats.plan.diaries import DiaryPlan
from painstats.sources.diaries.conclusion.block import block_of
from painstats.sources.diaries.conclusion.calendars import as_table, calendar_year
from painstats.sources.diaries.conclusion.columns import Choice, Score, choose_columns
from painstats.sources.diaries.conclusion.dates import conclude_dates
from painstats.sources.diaries.conclusion.files import HEAD_BYTES, File, possible_files
from painstats.sources.diaries.conclusion.findings import Ask, Conclusion, Context, Found, Table, listed
from painstats.sources.diaries.conclusion.names import is_about_pain, is_better_name, is_date_name, site_of
from painstats.sources.diaries.conclusion.participants import conclude_participants
from painstats.sources.diaries.conclusion.periods import conclude_periods, conclude_times
from painstats.sources.diaries.conclusion.scores import DEFAULT_MISSING, conclude_scores, stated_direction
from painstats.sources.diaries.conclusion.tables import table_in
from painstats.sources.diaries.conclusion.uneven import fit_rows
from painstats.sources.diaries.forms.tables import diary_table, is_plain
from painstats.sources.diaries.forms.workbook import ALL_SHEETS, is_spreadsheet
from painstats.vocabulary import BETTER_WHEN_HIGHER

__all__ = ["Ask", "Conclusion", "block_of", "conclude"]

_NOTE_ROWS = 100
_CHOSEN = (
    "encoding",
    "delimiter",
    "decimal",
    "form",
    "sheet",
    "times_are",
    "time_column",
    "time_format",
    "date_column",
)


def conclude(
    entry: Entry, known: Mapping[str, object] = {}, today: date | None = None, *, is_diary: bool = False
) -> Conclusion:
    """Find out how a diary is to be read.

    Parameters
    ----------
    entry
        The file.
    known
        Keys that were chosen by hand: of ``DiaryPlan``, and ``column``, ``scale``, ``map``, ``higher_is``, ``recall``
        and ``item`` of its items. ``column = "all"`` reads every site.
    today
        Dates after it are not believed.
    is_diary
        Whether the file is given as a diary of pain: then its scores need not be named after pain.

    Returns
    -------
    A conclusion without a plan and without questions for a file that is not a diary.

    Raises
    ------
    ExportRefused
        The file cannot be read: a spreadsheet without the extra ``excel``, or with a password.
    """
    context = Context(known, today or date.today(), is_diary)
    if entry.size_bytes > HEAD_BYTES and not is_spreadsheet(entry):
        head = _conclude(entry, context, head_only=True)
        if not head.is_diary:
            return head
    return _conclude(entry, context, head_only=False)


def _conclude(entry: Entry, context: Context, *, head_only: bool) -> Conclusion:
    sheet = context.known.get("sheet")
    if sheet is None and is_spreadsheet(entry):
        return _of_workbook(entry, context)
    has_header = False
    for file in possible_files(entry, str(sheet) if sheet is not None else None, head_only=head_only):
        if file.keys.get("form") == "note" and (has_header or not _is_note_of_pain(entry, file, context)):
            continue  # any table with dates and numbers can be read as a note, without what its header says
        table = table_in(file, (entry.label, file.title))
        found = _of_table(entry, table, context) if table else None
        if found is not None:
            return found
        has_header = has_header or (table is not None and is_date_name(table.date_column))
    return Conclusion(None)


def _of_workbook(entry: Entry, context: Context) -> Conclusion:
    """Conclude the sheet with a diary; where several sheets have different ones, ask which."""
    found: dict[str, Conclusion] = {}
    for file in possible_files(entry, None):
        table = table_in(file, (entry.label, file.title))
        concluded = _of_table(entry, table, context) if table else None
        if concluded is not None and file.keys.get("sheet") == ALL_SHEETS:
            return concluded
        if concluded is not None:
            found[file.title] = concluded
    first = next(iter(found.values()), Conclusion(None))
    if len(found) < 2:
        return first
    asked = Ask(
        "sheet", f"Several sheets have scores: {listed(list(found))}. Which of them is the diary?", tuple(found)
    )
    return replace(first, plan=None, asked=(asked, *first.asked))


def _is_note_of_pain(entry: Entry, file: File, context: Context) -> bool:
    """Whether a text that is read as a note is about pain."""
    return context.is_diary or any(
        map(is_about_pain, (entry.label, file.title, *(row.text for row in file.rows[1:_NOTE_ROWS])))
    )


def _of_table(entry: Entry, table: Table, context: Context) -> Conclusion | None:
    if table.keys.get("layout") == "calendar":
        return _of_calendar(entry, table, context)
    table, asked = fit_rows(table)
    choice = choose_columns(table, context)
    if not choice.scores:
        return None
    dates = conclude_dates(table, context)
    participants = conclude_participants(table, context)
    times = conclude_times(table, str(dates.keys["date_format"]))
    keys = {"date_column": table.date_column, **dict(choice.keys), **dates.keys, **participants.keys, **times.keys}
    return _whole(entry, table, choice, (Found(asked=asked), dates, participants, times), keys, context)


def _whole(
    entry: Entry, table: Table, choice: Choice, found: tuple[Found, ...], keys: dict[str, object], context: Context
) -> Conclusion:
    periods = conclude_periods(table, keys, choice.scores, context)
    is_note = table.keys.get("form") == "note"
    scored = [
        conclude_scores(score.name, _texts_of(table, score, keys), table.above, context, is_note=is_note)
        for score in choice.scores
    ]
    scored = _with_one_scale(scored)
    missing = tuple(dict.fromkeys(text for part in scored for text in part.keys.get("missing", ())))  # type: ignore[attr-defined]
    decimals = {part.keys["decimal"] for part in scored if "decimal" in part.keys}
    if len(decimals) > 1:
        scored = [replace(part, keys=part.keys | {"written": True}) for part in scored]
    items = [
        _item(score, part, table, keys, periods, context) for score, part in zip(choice.scores, scored, strict=True)
    ]
    plan = DiaryPlan.model_validate(
        {
            "file": glob.escape(entry.label),
            **table.keys,
            **keys,
            **({"decimal": ","} if decimals == {","} else {}),
            **({"missing": (*DEFAULT_MISSING, *missing)} if missing else {}),
            "filled": periods.keys["filled"],
            "items": items,
            **{key: context.known[key] for key in _CHOSEN if key in context.known},
        }
    )
    parts = (*found, *scored, periods)
    plan = _readable(entry, plan, table)
    asked = tuple(dict.fromkeys((*choice.asked, *(ask for part in parts for ask in part.asked))))
    sentences = (sentence for part in parts for sentence in part.said)
    said = tuple(dict.fromkeys((*choice.said, *table.said, *sentences, *_directions(plan))))
    return Conclusion(None if asked else plan, said, asked, plan)


def _directions(plan: DiaryPlan) -> list[str]:
    """Say which scores are taken as the better the higher they are; of pain the opposite is expected."""
    better = [item.column or item.named or "" for item in plan.items if item.higher_is == "better"]
    return [f'In "{name}" a higher score is taken as better.' for name in better]


def _with_one_scale(scored: list[Found]) -> list[Found]:
    """Take the scale that some columns show for those too that leave it open: a diary has one scale."""
    is_open = [any(ask.key == "scale" for ask in part.asked) for part in scored]
    scales = {part.keys["scale"] for part, is_asked in zip(scored, is_open, strict=True) if not is_asked}
    if len(scales) != 1:
        return scored
    scale = next(iter(scales))
    return [
        replace(part, keys=part.keys | {"scale": scale}, asked=tuple(ask for ask in part.asked if ask.key != "scale"))
        for part in scored
    ]


def _readable(entry: Entry, plan: DiaryPlan, table: Table) -> DiaryPlan:
    """Have a CSV read as leniently as it was looked at, where strict reading gives other columns or none."""
    if not is_plain(plan):
        return plan
    try:
        header = next(iter(diary_table(entry, plan).parts)).header
    except ExportRefused:
        header = ()
    return plan if header == table.header else plan.model_copy(update={"uneven_rows": "fitted"})


def _texts_of(table: Table, score: Score, keys: dict[str, object]) -> list[str]:
    if keys.get("layout") != "long":
        return table.cells(score.name)
    names, values = table.cells(str(keys["item_column"])), table.cells(str(keys["value_column"]))
    return [value for name, value in zip(names, values, strict=True) if name == score.name]


def _item(
    score: Score, found: Found, table: Table, keys: dict[str, object], periods: Found, context: Context
) -> dict[str, object]:
    stated = stated_direction((score.name, *table.above))
    usual = "better" if score.item in BETTER_WHEN_HIGHER or is_better_name(score.name) else "worse"
    return {
        "item": score.item,
        "named" if keys.get("layout") == "long" else "column": score.name,
        "site": score.site,
        "filled": score.filled,
        "recall": periods.keys["recall"],
        "higher_is": context.known.get("higher_is") or stated or usual,
        **{key: value for key, value in found.keys.items() if key in ("scale", "map", "written")},
    }


def _of_calendar(entry: Entry, table: Table, context: Context) -> Conclusion | None:
    """Conclude a calendar: all its cells are scores of one kind."""
    if not (context.is_diary or any(map(is_about_pain, table.above))):
        return None
    year = calendar_year(table, context)
    cells = as_table(table, year.keys.get("year"))
    choice = Choice((Score(cells.header[1], site=site_of(" ".join(table.above))),))
    keys = {"date_column": cells.date_column, "date_format": "%Y-%m-%d", **year.keys}
    return _whole(entry, cells, choice, (year,), keys, context)
