"""Exports of devices, apps and diaries, read into record batches: one file for each format, one line here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from painstats.archive.archive import ZIP_IN_ZIP, Export, open_export, refused, shown
from painstats.archive.entries import name_parts
from painstats.errors import ExportRefused
from painstats.parsing.csv_text import is_utf16
from painstats.sources import treatments
from painstats.sources.apple_health import source as apple_health
from painstats.sources.contract import NOT_READ, Exported, Ignored, Noted, Read, ReadSettings, RecordBatch, Source
from painstats.sources.diaries import bearable, daylio, visible
from painstats.sources.diaries import mapped as diary
from painstats.sources.fitabase import source as fitabase
from painstats.sources.fitbit import source as fitbit
from painstats.sources.health_connect import source as health_connect
from painstats.sources.makers import garmin, google_fit, oura, whoop, withings
from painstats.sources.recognition import UTF16, unread_tables
from painstats.sources.research import fhir, ggir, rapids
from painstats.sources.samsung_health import source as samsung_health

SOURCES: tuple[Source, ...] = (
    apple_health.SOURCE,
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
    health_connect.SOURCE,
    visible.SOURCE,
    bearable.SOURCE,
    daylio.SOURCE,
    fhir.SOURCE,
    treatments.SOURCE,
    diary.SOURCE,
)
"""All formats, in the order in which they are tried."""


def read_export(path: Path | Export, settings: ReadSettings) -> tuple[Source, Iterator[Read]]:
    """Read one export.

    Parameters
    ----------
    path
        A zip, a bare file or the folder of an unpacked archive, as it came; or one that is open already.
    settings
        What may be known of the plan.

    Returns
    -------
    The format that it is, and an iterator of what is in it. Nothing is read before the iterator is drawn from, and a
    refusal can come as late as its last step: store all of it or nothing.

    Raises
    ------
    ExportRefused
        The file cannot be opened, or no format is recognised in it.
    """
    export = path if isinstance(path, Export) else open_export(path)
    source = recognise(export, settings)
    return source, chain(_skipped(export), unread_tables(export, source, settings), source.read(export, settings))


def recognise(export: Export, settings: ReadSettings) -> Source:
    """Return the first format that recognises an export by its content; a diary also if it is not declared.

    Raises
    ------
    ExportRefused
        ``encoding`` where a text is UTF-16, else ``not_recognised``.
    """
    source = next((source for source in SOURCES if source.recognises(export, settings)), None)
    if source is None and diary.is_undeclared(export):
        return diary.SOURCE
    if source is None:
        foreign = next((entry for entry in export.entries if is_utf16(entry)), None)
        if foreign:
            raise refused("encoding", foreign, UTF16)
        raise ExportRefused("not_recognised", _not_recognised(export, settings))
    return source


def understood() -> str:
    """List the formats that are read, a line for each."""
    return "\n".join(f"  {source.title}: {source.reads}" for source in SOURCES)


def _not_recognised(export: Export, settings: ReadSettings) -> str:
    if diary.is_workbook(export):
        return f"{shown(export.name)}: it is an Excel workbook; in Excel choose Save As, CSV UTF-8, and give that file"
    declared = ", ".join(shown(plan.file) for plan in settings.diaries) or "none"
    inside = f" ({_named([entry.label for entry in export.entries])})" if export.is_zip else ""
    return (
        f"{shown(export.name)}{inside}: nothing that painstats reads was found in it; painstats sources says what it "
        f"reads. Diaries that study.toml declares: {declared}. Give the export as it came from the app, declare the "
        "diary, or name the file under [inbox] ignore in study.toml"
    )


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (", …" if len(names) > 3 else "")


def _skipped(export: Export) -> Iterator[Ignored | Noted]:
    for reason, count in Counter(skipped.reason for skipped in export.skipped).items():
        yield Ignored(export.name, 0, f"{count} entries of the archive: {reason}")
    inner = [shown(name_parts(skipped.name)[-1]) for skipped in export.skipped if skipped.reason == ZIP_IN_ZIP]
    if inner:
        advice = "unpack the outer zip and put what was in it into the inbox"
        yield Noted(export.name, f"{NOT_READ}{_named(inner)}: {ZIP_IN_ZIP}; {advice}")


__all__ = [
    "NOT_READ",
    "SOURCES",
    "Export",
    "Exported",
    "Ignored",
    "Noted",
    "Read",
    "ReadSettings",
    "RecordBatch",
    "Source",
    "open_export",
    "read_export",
    "recognise",
    "understood",
]
