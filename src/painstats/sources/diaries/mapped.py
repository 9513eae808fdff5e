"""Diaries: CSV files of scores, read by the mappings that ``study.toml`` declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.csv_text import CsvParts, CsvTable, header_of, read_csv_parts, shown_columns
from painstats.parsing.participant_ids import refuse_alike
from painstats.plan.diaries import DiaryPlan, ItemPlan
from painstats.records import DAILY_TOTAL, SELF_REPORT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.diaries.advice import (
    date_format_advice,
    declaration,
    declared_columns,
    header_advice,
    is_redcap,
    missing_columns,
    reads_more,
    undeclared_form,
)
from painstats.sources.diaries.conclusion import conclude
from painstats.sources.diaries.conclusion.block import question_advice
from painstats.sources.diaries.forms.tables import diary_table, is_plain
from painstats.sources.diaries.rows import EXCEL_ARTIFACT, EntryNumbers, item_names, read_moments, self_reports
from painstats.sources.diaries.selection import (
    NO_START,
    chosen_rows,
    dated_by_event,
    days_late,
    first_days,
    in_time,
)
from painstats.sources.diaries.unscored import unscored_days, unscored_rows

MAX_UNREAD_DATES = 0.05
MIN_UNREAD_DATES = 2
"""Share and number of dates in another format from which the file is refused: if days and months are swapped, dates
that fit the declared format can be wrong too."""

MAX_OUTSIDE_SCALE = 0.05
MIN_OUTSIDE_SCALE = 3
"""Share and number of an item's values outside its scale from which the scale must be wrong, not the values."""

BACKFILLED_DAYS = 7
"""A row written more than this many days after its day counts as filled in from memory."""

MAX_LINES = 5
"""Most line numbers that a refusal lists."""

CONCLUDED = "concluded: "
"""How a note begins that says what was concluded about a diary."""


def _entry(archive: Archive) -> Entry | None:
    """Return the only file of an export; a diary does not share an archive with other files."""
    return archive.entries[0] if len(archive.entries) == 1 else None


def _mappings(archive: Archive, settings: ReadSettings) -> list[DiaryPlan]:
    entry = _entry(archive)
    names = (archive.name, entry.label) if entry else (archive.name,)
    return [plan for plan in settings.diaries if any(plan.matches(name) for name in names)]


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    return bool(_mappings(archive, settings)) and _entry(archive) is not None


def is_undeclared(archive: Archive, settings: ReadSettings) -> bool:
    """Whether an unrecognised export is a diary, by what can be concluded from it or by the columns of REDCap."""
    entry = _entry(archive)
    return entry is not None and (is_redcap(entry) or conclude(entry, {}, settings.today).is_diary)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    entry = archive.entries[0]
    mappings = _mappings(archive, settings)
    if not mappings:
        yield from _read_undeclared(entry, settings)
        return
    fitting = (plan for plan in mappings if not missing_columns(_header(entry, plan), plan))
    plan = next(fitting, mappings[0])
    yield from read_as(entry, plan, settings)


def _read_undeclared(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read a diary as it can be concluded, or refuse it with what only its keeper knows and the block to paste."""
    if is_redcap(entry):
        raise _not_declared(entry)
    found = conclude(entry, {}, settings.today)
    if found.plan is None:
        raise refused("diary_not_declared", entry, question_advice(found))
    for sentence in found.said:
        yield Note(entry.label, f"{CONCLUDED}{sentence}")
    yield from read_as(entry, found.plan, settings)


def _header(entry: Entry, plan: DiaryPlan) -> tuple[str, ...]:
    if is_plain(plan):
        return header_of(entry, plan.encoding, plan.delimiter)
    return next(iter(diary_table(entry, plan).parts)).header


def read_as(entry: Entry, plan: DiaryPlan, settings: ReadSettings) -> Iterator[Batch]:
    """Read a diary as a declaration describes it."""
    table = diary_table(entry, plan)
    diary = _Diary(entry, plan, settings, table.parts)
    header = next(iter(diary.parts)).header
    if missing_columns(header, plan):
        raise refused("header", entry, header_advice(header, plan), 1)
    if plan.participant_column is None and settings.participant_id is None:
        raise refused(
            "no_participant",
            entry,
            "it does not name the participant; put it into inbox/<participant>/ or declare participant_column",
        )
    yield from _read_parts(diary)
    if table.n_not_days:
        yield Ignored(entry.label, table.n_not_days, "not days, such as totals and headings")


@dataclass(frozen=True, slots=True)
class _Diary:
    """A file, its mapping, and its rows."""

    entry: Entry
    plan: DiaryPlan
    settings: ReadSettings
    parts: CsvParts

    def chosen(self) -> Iterator[tuple[CsvTable, DiaryPlan, int]]:
        """Yield, part by part, the selected rows, the mapping that dates them, and the number of other rows."""
        starts = first_days(self.parts, self.plan)
        for part in self.parts:
            kept, n_others = chosen_rows(part, self.plan, starts)
            yield *dated_by_event(kept, self.plan), n_others


@dataclass(slots=True)
class _DiaryTotals:
    """Counts over all parts of a diary.

    ``values`` and those ``outside`` their scale are counted by the index of the item.
    """

    rows: int = 0
    ragged: int = 0
    others: int = 0
    late: int = 0
    backfilled: int = 0
    blank: int = 0
    other_items: int = 0
    n_nul: int = 0
    header: tuple[str, ...] = ()
    dates: _DateTotals = field(default_factory=lambda: _DateTotals())
    ids: list[pl.DataFrame] = field(default_factory=list)
    unscored: list[pl.DataFrame] = field(default_factory=list)
    values: Counter[int] = field(default_factory=Counter)
    outside: Counter[int] = field(default_factory=Counter)


@dataclass(slots=True)
class _DateTotals:
    """Numbers of dates given, of dates read, of dates that contradict the format, and some lines with such dates."""

    given: int = 0
    read: int = 0
    doubtful: int = 0
    unread_lines: list[int] = field(default_factory=list)
    doubtful_lines: list[int] = field(default_factory=list)


def _read_parts(diary: _Diary) -> Iterator[Batch]:
    """Yield the answers part by part, then check all parts together; nothing of a refused file is kept."""
    entry, sums, numbers = diary.entry, _DiaryTotals(), EntryNumbers()
    for whole, plan, n_others in diary.chosen():
        answers = _answers_of(diary, whole, plan, sums)
        sums.others += n_others
        if diary.parts.whole is None:
            answers = numbers.continued(answers)
        yield from in_batches(SELF_REPORT, answers.with_columns(pl.lit(entry.label).alias("entry")))
    _refuse_date_format(diary, plan, sums.dates)
    _refuse_mixed_ids(entry, plan, sums)
    for place, item in enumerate(plan.items):
        _refuse_scale(entry, item, sums.values[place], sums.outside[place])
    days = unscored_days(entry, sums.unscored)
    yield from in_batches(DAILY_TOTAL, days)
    in_place_of_blanks, in_place_of_items = (days.height, 0) if plan.layout != "long" else (0, days.height)
    for n_rows, reason in (
        (sums.others, "rows that study.toml does not select"),
        (sums.late, f"written more than {plan.max_days_late} days after their day"),
        (sums.blank - in_place_of_blanks, "blank"),
        (sums.other_items - in_place_of_items, "items that study.toml does not declare"),
    ):
        if n_rows:
            yield Ignored(entry.label, n_rows, reason)
    yield from _notes(entry, plan, sums)


def _answers_of(diary: _Diary, whole: CsvTable, plan: DiaryPlan, sums: _DiaryTotals) -> pl.DataFrame:
    """Return the answers of one part, and add it to the totals."""
    moments = read_moments(whole, plan, diary.settings)
    _add_dates(sums.dates, plan, whole, moments)
    table, n_late = in_time(whole, plan)
    if n_late:
        moments = read_moments(table, plan, diary.settings)
    answers, n_blank = self_reports(table, plan, moments)
    late = days_late(table, plan)
    sums.rows += table.n_rows
    sums.ragged += table.ragged.height
    sums.late += n_late
    sums.backfilled += 0 if late is None else int((late > BACKFILLED_DAYS).sum())
    sums.blank += n_blank
    sums.unscored.append(unscored_rows(table, plan, moments, answers))
    sums.n_nul += table.n_nul
    sums.header = table.header
    if plan.layout == "long":
        named = [(item.named or "").strip() for item in plan.items]
        sums.other_items += int((~item_names(table, plan).is_in(named)).sum())
    if plan.participant_column is not None:
        ids = pl.DataFrame({"id": table.cells[plan.participant_column], "line": table.lines})
        sums.ids = [pl.concat([*sums.ids, ids]).unique("id", keep="first", maintain_order=True)]
    for place, item in enumerate(plan.items):
        n_values, n_outside = _outside_scale(item, answers)
        sums.values[place] += n_values
        sums.outside[place] += n_outside
    return answers


def _not_declared(entry: Entry) -> Exception:
    encoding, delimiter = undeclared_form(entry) or ("utf-8", ",")
    table = next(iter(read_csv_parts(entry, encoding, delimiter)))
    return refused(
        "diary_not_declared",
        entry,
        "it looks like a diary from REDCap, but study.toml does not declare it. Paste this into study.toml, check each "
        f"line, and run again:\n\n{declaration(entry, table, encoding, delimiter)}",
    )


def _notes(entry: Entry, plan: DiaryPlan, sums: _DiaryTotals) -> Iterator[Note]:
    if sums.backfilled:
        yield Note(
            entry.label,
            f"backfilled: {sums.backfilled} of {sums.rows} rows were written more than {BACKFILLED_DAYS} days after "
            "their day; to leave them out, set max_days_late in study.toml",
        )
    declared = {name for _, name in declared_columns(plan)}
    others = tuple(name for name in sums.header if name and name not in declared)
    if others:
        yield Note(entry.label, f"columns that were not used: {shown_columns(others)}")
    if sums.n_nul:
        yield Note(entry.label, f"{sums.n_nul} NUL characters were replaced by spaces")
    if not sums.rows and not sums.ragged:
        yield Note(entry.label, "it has a header but no rows")


# --- declarations that cannot be right ---


def _given_dates(table: CsvTable, plan: DiaryPlan) -> pl.Series:
    return table.cells[plan.date_column].str.strip_chars()


def _add_dates(sums: _DateTotals, plan: DiaryPlan, table: CsvTable, moments: pl.DataFrame) -> None:
    dates = _given_dates(table, plan)
    given = dates != ""
    unread = given & moments["date"].is_null()
    # Text that is not a date at all, such as what Excel makes of one, does not contradict the format.
    doubtful = unread & ~dates.is_in([NO_START, *plan.missing]) & (moments["rule"].fill_null("") != EXCEL_ARTIFACT)
    sums.given += int(given.sum())
    sums.read += int((given & ~unread).sum())
    sums.doubtful += int(doubtful.sum())
    for lines, here in ((sums.unread_lines, unread), (sums.doubtful_lines, doubtful)):
        lines += table.lines.filter(here).head(MAX_LINES - len(lines)).to_list()


def _refuse_date_format(diary: _Diary, plan: DiaryPlan, sums: _DateTotals) -> None:
    n_given, n_read = sums.given, sums.read
    if n_read == n_given:
        return
    is_mixed = sums.doubtful >= MIN_UNREAD_DATES and sums.doubtful > MAX_UNREAD_DATES * n_given
    dates = pl.concat([_given_dates(table, dated) for table, dated, _ in diary.chosen()])
    if is_mixed or 2 * n_read < n_given or reads_more(dates.filter(dates != ""), n_read):
        lines = sums.doubtful_lines if is_mixed else sums.unread_lines
        raise refused(
            "date_format",
            diary.entry,
            f"{n_given - n_read} of {n_given} dates in {plan.date_column} ({1 - n_read / n_given:.0%}) do not fit "
            f'date_format = "{plan.date_format}", the first on line {", ".join(map(str, lines))}; '
            f"{date_format_advice(dates)}",
            lines[0],
        )


def _refuse_mixed_ids(entry: Entry, plan: DiaryPlan, sums: _DiaryTotals) -> None:
    if plan.participant_column is not None:
        ids = sums.ids[0]
        refuse_alike(entry, plan.participant_column, ids["id"], ids["line"])


def _outside_scale(item: ItemPlan, answers: pl.DataFrame) -> tuple[int, int]:
    """Count the readable values of an item, and those outside its scale."""
    described = (pl.col("item") == item.item) & (pl.col("site") == item.site) & (pl.col("recall") == item.recall)
    values = answers.filter(described & pl.col("column").is_null())["value"]
    return len(values), int((~values.is_between(*item.scale)).sum())


def _refuse_scale(entry: Entry, item: ItemPlan, n_values: int, n_outside: int) -> None:
    low, high = item.scale
    if n_outside >= MIN_OUTSIDE_SCALE and n_outside > MAX_OUTSIDE_SCALE * n_values:
        raise refused(
            "scale",
            entry,
            f"{n_outside} of {n_values} values of {item.item} lie outside its declared scale [{low:g}, {high:g}]; "
            "correct the item's scale in study.toml to that of the diary, for example scale = [0, 100]. painstats "
            "never guesses a scale",
        )


SOURCE = Source(
    name="diary",
    version=2,
    title="A diary (CSV, spreadsheet, note, JSON)",
    reads="pain and other scores, with the time of each answer",
    how_to_export="Give the diary as it is, or export it as CSV; study.toml can describe its columns.",
    recognises=_recognises,
    read=_read,
)
