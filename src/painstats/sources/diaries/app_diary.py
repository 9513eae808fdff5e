"""Shared by the diaries of apps: CSV cells as a frame, and answers as batches of self-reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import clock_note
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.records import DAILY_TOTAL, SELF_REPORT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.diaries.rows import numbered, shaped
from painstats.sources.diaries.symptom_words import item_and_site
from painstats.sources.rejected_text import kept_texts
from painstats.vocabulary import UNSCORED_ENTRIES

DELIMITERS = (",", ";", "\t")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MIN_SHARE = 0.5
"""Least share of rows that must be consistent; below it, the file is refused."""


def entries_with(archive: Archive, settings: ReadSettings, columns: set[str]) -> list[tuple[Entry, str]]:
    """Find the CSVs in an export that have the given columns, each with its delimiter.

    Files that ``study.toml`` declares are left out: they are read as declared.
    """
    found = []
    for entry in archive.entries:
        if any(plan.matches(name) for plan in settings.mappings for name in (archive.name, entry.label)):
            continue
        delimiters = (mark for mark in DELIMITERS if columns <= set(header_of(entry, delimiter=mark)))
        found += [(entry, mark) for mark in list(delimiters)[:1]]
    return found


def read_entries(
    archive: Archive,
    found: list[tuple[Entry, str]],
    settings: ReadSettings,
    read_entry: Callable[[Entry, str, ReadSettings], Iterator[Batch]],
) -> Iterator[Batch]:
    """Read the CSVs that :func:`entries_with` found, and count the other files in the archive."""
    for entry, delimiter in found:
        yield from read_entry(entry, delimiter, settings)
    n_other = len(archive.entries) - len(found)
    if n_other:
        yield Ignored(archive.name, 0, f"{n_other} other file(s) of the archive: not used")


def read_cells(entry: Entry, delimiter: str, private: tuple[str, ...] = ()) -> tuple[CsvTable, pl.DataFrame]:
    """Read a CSV as trimmed text cells, with ``line`` and ``text`` of each row.

    ``private`` names columns of free text, which are dropped, even from the text of rejected rows.
    """
    table = read_csv(entry, delimiter=delimiter)
    cells = pl.DataFrame({"line": table.lines, **table.cells}).with_columns(pl.col(*table.cells).str.strip_chars())
    kept = [name for name in table.cells if name not in private]
    return table, cells.drop(private, strict=False).with_columns(kept_texts(table, kept, private))


def check_weekdays(entry: Entry, rows: pl.DataFrame, column: str) -> Iterator[Note]:
    """Check dates against the weekdays in the same rows, and say how many agree.

    English names are known; in other languages, a name must always come with the same day of the week.

    Parameters
    ----------
    entry, column
        The file and the column of the dates.
    rows
        ``date`` and ``weekday``; rows without either are not compared.

    Raises
    ------
    ExportRefused
        ``dates_contradict``: most dates have a different weekday.
    """
    written = pl.col("weekday").str.to_lowercase()
    days = rows.select(written.alias("word"), pl.col("date").dt.weekday().cast(pl.Int64).alias("day")).drop_nulls()
    days = days.filter(pl.col("word") != "")
    english = {name[:length]: day for day, name in enumerate(WEEKDAYS, 1) for length in (3, len(name))}
    named = pl.col("word").replace_strict(english, default=None, return_dtype=pl.Int64)
    usual = pl.col("day").mode(maintain_order=True).first().over("word")
    n_right = int(days.select(pl.col("day") == pl.coalesce(named, usual)).to_series().sum())
    if n_right < MIN_SHARE * days.height:
        raise refused(
            "dates_contradict",
            entry,
            f"{days.height - n_right} of {days.height} dates are on a different weekday than the file says, so the "
            f"column {column} was changed after the export or is not the date of the entry; export again",
        )
    if days.height:
        yield Note(entry.label, f"{column} agrees with the weekday in {n_right} of {days.height} rows")


def clock_noted(entry: Entry, rows: pl.DataFrame) -> Iterator[Note]:
    """Say in which time zone times of answers were read, if there are any: apps write no UTC offsets."""
    n_times = rows["reported_at"].count()
    if n_times:
        yield Note(entry.label, clock_note(0, n_times, "times of answers"))


def described(names: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return item and site of each symptom name."""
    known = {name: item_and_site(name) for name in names.unique()}
    items, sites = ([known[name][place] for name in names] for place in (0, 1))
    return pl.Series("item", items, pl.String), pl.Series("site", sites, pl.String)


def answers(entry: Entry, rows: pl.DataFrame, known: Mapping[str, object]) -> Iterator[Batch]:
    """Yield answers as self-reports.

    Parameters
    ----------
    entry
        The file.
    rows
        Columns of ``self_report`` that differ between answers, ``line``, ``text`` and ``column`` (null if all could be
        read). Apps write the newest first or last; otherwise identical answers are numbered from the oldest.
    known
        The values of columns that are the same for all.
    """
    dated = rows.filter(pl.col("date").is_not_null())["date"]
    newest_first = len(dated) > 1 and dated[0] > dated[-1]
    oldest_first = rows.reverse() if newest_first else rows
    described_rows = oldest_first.with_columns(
        pl.lit(entry.label).alias("entry"), *(pl.lit(value).alias(name) for name, value in known.items())
    )
    yield from in_batches(SELF_REPORT, numbered(shaped(described_rows)))


def unscored_days(entry: Entry, rows: pl.DataFrame, source: str) -> tuple[list[Batch], pl.DataFrame]:
    """Say on which days there are entries without a score: they tell a day without pain from one without a diary.

    Parameters
    ----------
    entry
        The file.
    rows
        The entries without a score, with ``participant_id`` and ``date``.
    source
        The name of the source.

    Returns
    -------
    A row of ``daily_total`` for each day, in place of its first entry, with the number of entries; and all other
    entries, which are not used.
    """
    is_first = pl.col("date").is_not_null() & pl.struct("participant_id", "date").is_first_distinct()
    days = rows.with_columns(pl.len().over("participant_id", "date").cast(pl.Float64).alias("value")).filter(is_first)
    known = {
        "source": source, "device": source, "device_kind": "app", "measure": UNSCORED_ENTRIES, "entry": entry.label,
        "column": None,
    }  # fmt: skip
    totals = days.with_columns(pl.lit(value).alias(name) for name, value in known.items())
    return list(in_batches(DAILY_TOTAL, totals)), rows.filter(~is_first)


def ignored_by(entry: Entry, rows: pl.DataFrame, column: str, reason: str) -> Iterator[Ignored]:
    """Count unused rows for each value of a column with few values."""
    for (value,), group in sorted(rows.group_by(column), key=lambda pair: str(pair[0])):
        yield Ignored(entry.label, group.height, f"{value}: {reason}")
