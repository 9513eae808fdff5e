"""Diaries: CSV files of ratings, read by the mappings that ``study.toml`` declares."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Entry, Export, refused
from painstats.parsing.csv_text import CsvTable, header_of, read_csv, shown_columns
from painstats.parsing.participant_ids import refuse_alike
from painstats.plan.study import DiaryPlan, ItemPlan
from painstats.records import SELF_REPORT
from painstats.sources.batching import in_batches
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.diaries.advice import (
    date_format_advice,
    declaration,
    declared_columns,
    header_advice,
    missing_columns,
    reads_more,
    undeclared_form,
)
from painstats.sources.diaries.rows import EXCEL_ARTIFACT, item_names, read_moments, self_reports
from painstats.sources.diaries.selection import NO_START, chosen_rows, dated_by_event, days_late, in_time

MAX_UNREAD_DATES = 0.05
MIN_UNREAD_DATES = 2
"""Share and number of dates in another format from which none is believed: where days and months change places, those
that fit the declared format can be wrong too."""

MAX_OUTSIDE_SCALE = 0.05
MIN_OUTSIDE_SCALE = 3
"""Share and number of an item's values outside its scale from which the scale is wrong, not the values."""

BACKFILLED_DAYS = 7
"""Days after its own day from which on a rating is told as filled in from memory."""

MAX_LINES = 5
"""Lines that a refusal names."""

_WORKBOOK = "[Content_Types].xml"


def _entry(export: Export) -> Entry | None:
    """Return the one file of an export: a diary does not share an archive with anything else."""
    return export.entries[0] if len(export.entries) == 1 else None


def _mappings(export: Export, settings: ReadSettings) -> list[DiaryPlan]:
    entry = _entry(export)
    names = (export.name, entry.label) if entry else (export.name,)
    return [plan for plan in settings.diaries if any(plan.matches(name) for name in names)]


def _recognises(export: Export, settings: ReadSettings) -> bool:
    return bool(_mappings(export, settings)) and (_entry(export) is not None or is_workbook(export))


def is_undeclared(export: Export) -> bool:
    """Whether an export that no format recognises looks like a diary; reading it is refused with a mapping to paste."""
    entry = _entry(export)
    return entry is not None and undeclared_form(entry) is not None


def is_workbook(export: Export) -> bool:
    """Whether a zip is an Office file, such as an Excel workbook saved under another name."""
    return any(entry.name == _WORKBOOK for entry in export.entries)


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    entry = _entry(export)
    if entry is None:
        raise refused("not_csv", export.entries[0], "it is an Excel workbook; in Excel choose Save As, CSV UTF-8")
    mappings = _mappings(export, settings)
    if not mappings:
        raise _not_declared(entry)
    fitting = (plan for plan in mappings if not missing_columns(header_of(entry, plan.encoding, plan.delimiter), plan))
    plan = next(fitting, mappings[0])
    table = read_csv(entry, plan.encoding, plan.delimiter)
    if missing_columns(table.header, plan):
        raise refused("header", entry, header_advice(table.header, plan), 1)
    if plan.participant_column is None and settings.participant_id is None:
        raise refused(
            "no_participant",
            entry,
            "it does not say whose diary it is; put it into inbox/<participant>/ or declare participant_column",
        )
    kept, n_others = chosen_rows(table, plan)
    if n_others:
        yield Ignored(entry.label, n_others, "rows that study.toml does not ask for")
    yield from _read_table(entry, *dated_by_event(kept, plan), settings)


def _backfilled(entry: Entry, table: CsvTable, plan: DiaryPlan) -> Iterator[Noted]:
    """Note how many rows were filled in long after their day."""
    late = days_late(table, plan)
    n_late = 0 if late is None else int((late > BACKFILLED_DAYS).sum())
    if n_late:
        yield Noted(
            entry.label,
            f"backfilled: {n_late} of {table.height} rows were written more than {BACKFILLED_DAYS} days after their "
            "day; to see the answers without them, write max_days_late into study.toml",
        )


def _not_declared(entry: Entry) -> Exception:
    encoding, delimiter = undeclared_form(entry) or ("utf-8", ",")
    table = read_csv(entry, encoding, delimiter)
    return refused(
        "diary_not_declared",
        entry,
        "it looks like a diary, and study.toml declares none of its name. Paste this into study.toml, check each line, "
        f"and run again:\n\n{declaration(entry, table, encoding, delimiter)}",
    )


def _read_table(entry: Entry, whole: CsvTable, plan: DiaryPlan, settings: ReadSettings) -> Iterator[Read]:
    moments = read_moments(whole, plan, settings)
    _refuse_date_format(entry, plan, whole, moments)
    table, n_late = in_time(whole, plan)
    if n_late:
        yield Ignored(entry.label, n_late, f"written more than {plan.max_days_late} days after their day")
        moments = read_moments(table, plan, settings)
    yield from _backfilled(entry, table, plan)
    _refuse_mixed_ids(entry, plan, table)
    answers, n_blank = self_reports(table, plan, moments)
    for item in plan.items:
        _refuse_scale(entry, item, answers)
    yield from in_batches(SELF_REPORT, answers.with_columns(pl.lit(entry.label).alias("entry")))
    if n_blank:
        yield Ignored(entry.label, n_blank, "blank")
    yield from _other_items(entry, plan, table)
    yield from _notes(entry, plan, table)


def _other_items(entry: Entry, plan: DiaryPlan, table: CsvTable) -> Iterator[Ignored]:
    if plan.layout == "long":
        named = [(item.named or "").strip() for item in plan.items]
        n_others = int((~item_names(table, plan).is_in(named)).sum())
        if n_others:
            yield Ignored(entry.label, n_others, "items that study.toml does not declare")


def _notes(entry: Entry, plan: DiaryPlan, table: CsvTable) -> Iterator[Noted]:
    declared = {name for _, name in declared_columns(plan)}
    others = tuple(name for name in table.header if name and name not in declared)
    if others:
        yield Noted(entry.label, f"columns that study.toml does not declare were not read: {shown_columns(others)}")
    if table.n_nul:
        yield Noted(entry.label, f"{table.n_nul} NUL characters were replaced by spaces")
    if not table.height and table.ragged.is_empty():
        yield Noted(entry.label, "it has a header and no rows")


# --- files whose declaration cannot be right ---


def _refuse_date_format(entry: Entry, plan: DiaryPlan, table: CsvTable, moments: pl.DataFrame) -> None:
    dates = table.cells[plan.date_column].str.strip_chars()
    given = dates != ""
    unread = given & moments["date"].is_null()
    n_given, n_read = int(given.sum()), int((given & ~unread).sum())
    # What is no date at all, such as what Excel made of one, says nothing against the others.
    doubtful = unread & ~dates.is_in([NO_START, *plan.missing]) & (moments["rule"].fill_null("") != EXCEL_ARTIFACT)
    n_doubtful = int(doubtful.sum())
    is_mixed = n_doubtful >= MIN_UNREAD_DATES and n_doubtful > MAX_UNREAD_DATES * n_given
    if is_mixed or 2 * n_read < n_given or (n_read < n_given and reads_more(dates.filter(given), n_read)):
        lines = table.lines.filter(doubtful if is_mixed else unread).head(MAX_LINES).to_list()
        raise refused(
            "date_format",
            entry,
            f"{n_given - n_read} of {n_given} dates in {plan.date_column} ({1 - n_read / n_given:.0%}) do not fit "
            f'date_format = "{plan.date_format}", the first on line {", ".join(map(str, lines))}; '
            f"{date_format_advice(dates)}",
            int(lines[0]),
        )


def _refuse_mixed_ids(entry: Entry, plan: DiaryPlan, table: CsvTable) -> None:
    if plan.participant_column is not None:
        refuse_alike(entry, plan.participant_column, table.cells[plan.participant_column], table.lines)


def _refuse_scale(entry: Entry, item: ItemPlan, answers: pl.DataFrame) -> None:
    low, high = item.scale
    described = (pl.col("item") == item.item) & (pl.col("site") == item.site) & (pl.col("recall") == item.recall)
    values = answers.filter(described & pl.col("column").is_null())["value"]
    n_outside = int((~values.is_between(low, high)).sum())
    if n_outside >= MIN_OUTSIDE_SCALE and n_outside > MAX_OUTSIDE_SCALE * len(values):
        raise refused(
            "scale",
            entry,
            f"{n_outside} of {len(values)} values of {item.item} lie outside its declared scale [{low:g}, {high:g}]; "
            "correct the item's scale in study.toml to the one of the diary, such as scale = [0, 100]. Values are "
            "never rescaled on a guess",
        )


SOURCE = Source(
    name="diary",
    title="A diary (CSV), declared in study.toml",
    reads="pain and other ratings, with when they were given",
    how_to_export="Export the diary or questionnaire as CSV and describe its columns once in study.toml.",
    recognises=_recognises,
    read=_read,
)
