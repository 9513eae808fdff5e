"""Exports of devices, apps and diaries, read into batches: one file for each format, one line here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from painstats.archive.archive import Archive
from painstats.archive.entries import name_parts, refused, shown
from painstats.archive.zip_file import ZIP_IN_ZIP
from painstats.batch import Batch, Ignored, Note
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import is_utf16
from painstats.sources import treatments
from painstats.sources.apple_health import shortcuts as apple_shortcuts
from painstats.sources.apple_health import source as apple_health
from painstats.sources.contract import NOT_READ, ReadSettings, Source
from painstats.sources.diaries import bearable, daylio, visible
from painstats.sources.diaries import mapped as diary
from painstats.sources.diaries.forms.workbook import is_spreadsheet
from painstats.sources.exercise_names import sessions_in_use
from painstats.sources.fitabase import source as fitabase
from painstats.sources.fitbit import source as fitbit
from painstats.sources.health_auto_export import source as health_auto_export
from painstats.sources.health_connect import source as health_connect
from painstats.sources.makers import garmin, google_fit, whoop, withings, workout_table
from painstats.sources.nearest import nearest_format
from painstats.sources.oura import source as oura
from painstats.sources.plugins import load_plugins
from painstats.sources.recognition import UTF16, first_taker, unread_tables
from painstats.sources.research import daily_table, fhir, ggir, rapids
from painstats.sources.samsung_health import source as samsung_health
from painstats.sources.sleep_apps import autosleep, sleep_as_android, sleep_cycle, zepp_life

SOURCES: tuple[Source, ...] = (
    apple_health.SOURCE,
    health_auto_export.SOURCE,
    apple_shortcuts.SOURCE,
    fitbit.SOURCE,
    fitabase.SOURCE,
    garmin.SOURCE,
    oura.SOURCE,
    withings.SOURCE,
    samsung_health.SOURCE,
    whoop.SOURCE,
    ggir.SOURCE,
    rapids.SOURCE,
    google_fit.SOURCE,
    sleep_cycle.SOURCE,
    sleep_as_android.SOURCE,
    zepp_life.SOURCE,
    autosleep.SOURCE,
    workout_table.SOURCE,
    health_connect.SOURCE,
    visible.SOURCE,
    bearable.SOURCE,
    daylio.SOURCE,
    fhir.SOURCE,
    treatments.SOURCE,
    daily_table.SOURCE,
    diary.SOURCE,
)
"""The sources of painstats itself, in the order in which they are tried."""

VERSIONS: dict[str, int] = {source.name: source.version for source in SOURCES}
"""The version of each source of painstats itself, by name."""


def read_batches(archive: Archive, settings: ReadSettings) -> tuple[Source, Iterator[Batch]]:
    """Read one export; its rows are not checked yet (:func:`painstats.intake.reading.read_export` checks them).

    Returns
    -------
    The source that recognises it, and an iterator over what is in it. Nothing is read before the iterator is used, and
    a refusal can come as late as its last step: store all of it or nothing.

    Raises
    ------
    ExportRefused
        No source recognises the archive.
    """
    source = recognise(archive, settings)
    read = sessions_in_use(source.read(archive, settings))
    return source, chain(_skipped(archive), unread_tables(archive, source, settings), read)


def recognise(archive: Archive, settings: ReadSettings) -> Source:
    """Return the first source that recognises an archive by its content; a diary or table also if it is not declared.

    Sources of other packages are asked before a diary is concluded.

    Raises
    ------
    ExportRefused
        ``encoding`` where a text is UTF-16, else ``not_recognised``.
    """
    source = first_taker(archive, SOURCES, settings)
    source = source or first_taker(archive, load_plugins().sources, settings)
    if source is None and daily_table.is_undeclared(archive):
        return daily_table.SOURCE
    if source is None and diary.is_undeclared(archive, settings):
        return diary.SOURCE
    if source is None:
        foreign = next((entry for entry in archive.entries if is_utf16(entry)), None)
        if foreign:
            raise refused("encoding", foreign, UTF16)
        raise ExportRefused("not_recognised", _not_recognised(archive, settings))
    return source


def source_named(name: str) -> Source | None:
    """Return a source by its name, also one of another package; None if there is none."""
    known = next((source for source in SOURCES if source.name == name), None)
    return known or next((source for source in load_plugins().sources if source.name == name), None)


def _not_recognised(archive: Archive, settings: ReadSettings) -> str:
    if any(map(is_spreadsheet, archive.entries[:1])):
        needed = "it needs a column of dates and one of scores"
        return f"{shown(archive.name)}: no diary was found in this spreadsheet: {needed}"
    near = nearest_format(archive, (*SOURCES, *load_plugins().sources))
    inside = f" ({_first_names([entry.label for entry in archive.entries])})" if archive.is_packed else ""
    failures = "".join(f". Note that {failure}" for failure in load_plugins().failures)
    return (
        f"{shown(archive.name)}{inside}: no supported format was recognised; {near or _no_format(settings)}{failures}"
    )


def _no_format(settings: ReadSettings) -> str:
    names = ", ".join(shown(plan.file) for plan in settings.mappings)
    declared = f" (so far {names})" if names else ""
    return (
        "painstats sources lists them, and how to export from each app. A file with other data can be left out; in a "
        f"study, a diary or table can be declared{declared}, and a file named under [inbox] ignore"
    )


def _first_names(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _skipped(archive: Archive) -> Iterator[Ignored | Note]:
    for reason, count in Counter(skipped.reason for skipped in archive.skipped).items():
        yield Ignored(archive.name, 0, f"{count} entries of the archive: {reason}")
    inner = [shown(name_parts(skipped.name)[-1]) for skipped in archive.skipped if skipped.reason == ZIP_IN_ZIP]
    if inner:
        advice = "unpack the outer zip and put its contents into the inbox"
        yield Note(archive.name, f"{NOT_READ}{_first_names(inner)}: {ZIP_IN_ZIP}; {advice}")


__all__ = [
    "NOT_READ",
    "SOURCES",
    "VERSIONS",
    "ReadSettings",
    "Source",
    "read_batches",
    "recognise",
    "source_named",
]
