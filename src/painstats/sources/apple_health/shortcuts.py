"""What a shortcut of Apple's Shortcuts app saves: samples of one type that it found in Health, as JSON.

The shape is that of the shortcut of mm/heartbridge (its README, "Shortcuts data format", and
``test/sample_inputs.py``): ``{"type": "Steps", "dates": ["2024-01-01 09:30:00", …], "values": ["40", …]}``, with plain
text in place of the lists if there is only one sample. No file of a real user was at hand.

A shortcut finds the samples of phone and watch alike, without their ends, so that only Health itself can add up steps:
they are read if the shortcut groups them by day, which gives one value at the beginning of each day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused, shown
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.strict_json import read_documents
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL
from painstats.sources.batching import in_batches
from painstats.sources.contract import NOT_READ, ReadSettings, Source
from painstats.sources.vendor_rows import object_rows, with_origin

STEPS = "steps"
MEASURES = {
    STEPS: "step_count",
    "resting heart rate": "resting_heart_rate_bpm",
    "heart rate variability": "heart_rate_variability_sdnn_ms",
}
"""Types of samples that are read, in lower case, and their measures; heart values are averaged over a date."""

KEYS = ("type", "dates", "values")

_HEAD_BYTES = 1 << 12
_ROOT_KEYS = re.compile(rb'[{,]\s*"(type|dates)"\s*:')
_BEGIN_OF_DAY = r"^\d{4}-\d\d-\d\d(?:[T ]00:00(?::00)?.*)?$"
_THOUSANDS = r"^\d{1,3}[.,]\d{3}$"


def _is_samples(entry: Entry) -> bool:
    head = entry.head(_HEAD_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and set(_ROOT_KEYS.findall(head)) == {b"type", b"dates"}


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    """Whether an archive has one such file; several are an export each, because they overlap in their days."""
    return len(_files(archive)) == 1


def _files(archive: Archive) -> list[Entry]:
    """Return such files; in an archive, which can have thousands of others, they keep their suffix."""
    is_alone = len(archive.entries) == 1
    likely = (entry for entry in archive.entries if is_alone or entry.label.lower().endswith(".json"))
    return [entry for entry in likely if _is_samples(entry)]


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    [entry] = _files(archive)
    for document in read_documents(entry):
        yield from _read_samples(entry, document, settings)
    if len(archive.entries) > 1:
        yield Ignored(archive.name, 0, f"{len(archive.entries) - 1} other file(s): not used")


def _read_samples(entry: Entry, document: dict[str, object], settings: ReadSettings) -> Iterator[Batch]:
    dates, values = _listed(document.get("dates")), _listed(document.get("values"))
    if len(dates) != len(values):
        raise refused(
            "json_shape",
            entry,
            f"it has {len(dates)} dates and {len(values)} values; in the shortcut take both from the same samples",
        )
    kind = str(document.get("type")).strip().lower()
    samples = [{"date": date, "value": value} for date, value in zip(dates, values, strict=True)]
    if kind not in MEASURES:
        yield Ignored(entry.label, len(samples), f"{shown(kind)}: not used")
        return
    rows = with_origin(object_rows(entry, samples, ("date", "value")), settings, SOURCE.name, "apple-shortcuts", "app")
    if kind == STEPS and not _are_of_days(rows):
        yield Ignored(entry.label, rows.height, "steps that are not grouped by day")
        yield Note(
            entry.label,
            f"{NOT_READ}steps, because samples of phone and watch cannot be added up without counting twice; in the "
            "shortcut's action Find Health Samples set Group By to Day",
        )
        return
    yield from in_batches(DAILY_TOTAL, _days(rows, MEASURES[kind]))


def _listed(found: object) -> list[object]:
    """Return the samples of a key; Shortcuts writes a list as text with a line for each, and one sample as text."""
    if isinstance(found, str):
        return [*found.splitlines()]
    return found if isinstance(found, list) else []


def _are_of_days(rows: pl.DataFrame) -> bool:
    days = rows["date"].drop_nulls()
    return bool(days.str.contains(_BEGIN_OF_DAY).all()) and not days.str.slice(0, 10).is_duplicated().any()


def _days(rows: pl.DataFrame, measure: str) -> pl.DataFrame:
    """Average the values of each date; ``8.123`` may be thousands in another language, and is not read."""
    value = pl.when(~pl.col("value").str.contains(_THOUSANDS)).then(numbers("value"))
    day = pl.col("date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    read = rows.with_columns(
        day.alias("day"), value.alias("number"), first_problem(dates=day.is_null(), values=value.is_null())
    )
    alone = pl.when(pl.col("day").is_null()).then("line").alias("alone")
    origin = ("participant_id", "source", "device", "device_kind", "entry")
    return (
        read.with_columns(alone)
        .group_by("day", "alone", *origin, maintain_order=True)
        .agg(
            pl.col("number").mean().alias("value"),
            pl.col("column").drop_nulls().first(),
            pl.col("line").first(),
            pl.col("text").first(),
        )
        .with_columns(pl.col("day").alias("date"), pl.lit(measure).alias("measure"))
    )


SOURCE = Source(
    name="apple_shortcuts",
    version=1,
    title="Apple Shortcuts (JSON)",
    reads="steps by day, resting heart rate and heart rate variability, which a shortcut saves by itself",
    how_to_export=(
        "In Shortcuts find health samples grouped by day, and save a dictionary of their type, dates and values as a "
        "JSON file."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(KEYS,),
)
