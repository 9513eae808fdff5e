"""Exports of devices, apps and diaries, read into record batches: one file for each format, one line here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from painstats.errors import ExportRefused
from painstats.sources import (
    apple_health,
    bearable,
    daylio,
    diary,
    fhir,
    fitabase,
    fitbit,
    garmin,
    ggir,
    google_fit,
    health_connect,
    oura,
    rapids,
    samsung_health,
    treatments,
    visible,
    whoop,
    withings,
)
from painstats.sources.contract import Exported, Ignored, Noted, Read, ReadSettings, RecordBatch, Source
from painstats.sources.export import Export, open_export, shown

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
    return source, chain(_skipped(export), source.read(export, settings))


def recognise(export: Export, settings: ReadSettings) -> Source:
    """Return the first format that recognises an export by its content.

    Raises
    ------
    ExportRefused
        ``not_recognised``; the message says what is understood.
    """
    source = next((source for source in SOURCES if source.recognises(export, settings)), None)
    if source is None:
        raise ExportRefused("not_recognised", _not_recognised(export, settings))
    return source


def _not_recognised(export: Export, settings: ReadSettings) -> str:
    if diary.is_workbook(export):
        return f"{shown(export.name)}: it is an Excel workbook; in Excel choose Save As, CSV UTF-8, and give that file"
    understood = "\n".join(f"  {source.title}: {source.reads}" for source in SOURCES)
    declared = ", ".join(shown(plan.file) for plan in settings.diaries) or "none"
    return (
        f"{shown(export.name)}: nothing that painstats reads was found in it. Understood are\n{understood}\n"
        f"Diaries that study.toml declares: {declared}. Give the export as it came from the app, declare the diary, or "
        "name the file under [inbox] ignore in study.toml"
    )


def _skipped(export: Export) -> Iterator[Ignored]:
    for reason, count in Counter(skipped.reason for skipped in export.skipped).items():
        yield Ignored(export.name, 0, f"{count} entries of the archive: {reason}")


__all__ = [
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
]
