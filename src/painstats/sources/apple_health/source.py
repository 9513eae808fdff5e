"""Apple Health: the Health app's ``export.zip``, its ``export.xml``, or CSV files that another program made from it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused, shown
from painstats.batch import Batch, ExportedAt, Ignored, Note
from painstats.records import EXERCISE_SESSION, MEASUREMENT, SELF_REPORT, SLEEP_SEGMENT, STEP_COUNT
from painstats.sources.apple_health.csv_records import (
    NEEDED,
    NEEDED_OF_WORKOUTS,
    is_rewritten,
    is_rewritten_workouts,
    read_rewritten,
    read_rewritten_workouts,
)
from painstats.sources.apple_health.elements import RECORD_COLUMNS, Tally
from painstats.sources.apple_health.records import (
    SAMPLES,
    SLEEP,
    SOURCE_NAME,
    STEPS,
    as_text,
    has_ios_8_dates,
    measurements,
    sleep_segments,
    steps,
    with_device_and_times,
)
from painstats.sources.apple_health.symptoms import NOT_SEVERITIES, SYMPTOMS, symptom_reports
from painstats.sources.apple_health.workouts import exercise_sessions
from painstats.sources.apple_health.xml import looks_like_health_data, read_elements
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source

WANTED = frozenset((STEPS, SLEEP, *SAMPLES, *SYMPTOMS))
"""Record types that are read."""

_MAX_FOLDERS = 2
_MOST_TABLES = 500
"""Programs that convert an export write one table for each type; Health has about two hundred."""

_HEAD_BYTES = 4096
_TYPE = re.compile(r"[A-Za-z]{1,100}")
_KEPT = ("type", "unit", "start", "end", "value")
_KEPT_OF_WORKOUTS = (
    "type", "start", "end", "duration", "duration_unit", "distance", "distance_unit", "energy", "energy_unit",
    "heart_rate", "heart_rate_unit",
)  # fmt: skip


def _candidates(archive: Archive) -> list[Entry]:
    """Find the health data by content: file names are translated into the phone's language, except for the suffix."""
    is_alone = len(archive.entries) == 1
    near = (entry for entry in archive.entries if len(entry.folders) <= _MAX_FOLDERS)
    documents = (entry for entry in near if is_alone or entry.label.lower().endswith(".xml"))
    return [entry for entry in documents if looks_like_health_data(entry.head(_HEAD_BYTES))]


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    if _candidates(archive):
        return True
    return len(archive.entries) <= _MOST_TABLES and any(
        is_rewritten(entry) or is_rewritten_workouts(entry) for entry in archive.entries
    )


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    if _candidates(archive):
        yield from _read_document(archive, settings)
    else:
        yield from _read_rewritten(archive, settings)


def _read_rewritten(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    rewritten = [entry for entry in archive.entries if is_rewritten(entry)]
    for entry in rewritten:
        records, ignored = read_rewritten(entry, WANTED)
        yield from _samples(records, entry, settings)
        yield from _symptoms(records.filter(pl.col("type").is_in(list(SYMPTOMS))), entry, settings)
        yield from ignored
    workouts = [entry for entry in archive.entries if is_rewritten_workouts(entry)]
    for entry in workouts:
        yield from _sessions(read_rewritten_workouts(entry), entry, settings)
    if n_other := len(archive.entries) - len(rewritten) - len(workouts):
        yield Ignored(archive.name, 0, f"{n_other} other file(s): not used")


def _read_document(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    entry, *others = _candidates(archive)
    if others:
        names = ", ".join(candidate.label for candidate in (entry, *others))
        raise refused(
            "ambiguous",
            entry,
            f"{len(others) + 1} files in the zip contain health data ({names}); import only one of them",
        )
    tally, conclusions = Tally(), _Conclusions()
    n_read = 0
    symptoms = pl.DataFrame(schema=RECORD_COLUMNS)
    for records, workouts in read_elements(entry, WANTED, tally):
        n_read += records.height + workouts.height
        conclusions.add(records)
        yield from _samples(records, entry, settings)
        yield from _sessions(workouts, entry, settings)
        symptoms.vstack(records.filter(pl.col("type").is_in(list(SYMPTOMS))), in_place=True)
    yield from _symptoms(symptoms, entry, settings)
    yield from _exported(tally)
    yield from _notes(entry, tally, n_read, symptoms.height)
    yield from conclusions.notes(entry)
    yield from _ignored(entry, tally)
    if len(archive.entries) > 1:
        yield Ignored(archive.name, 0, f"{len(archive.entries) - 1} other file(s) of the zip: not used")


def _placed(rows: pl.DataFrame, entry: Entry, settings: ReadSettings, kept: tuple[str, ...]) -> pl.DataFrame:
    if has_ios_8_dates(rows):
        raise refused(
            "dates_of_2015",
            entry,
            "it has the format of iOS 8 (2015), which painstats does not read; make a new export on the phone",
        )
    return with_device_and_times(rows, entry, settings).with_columns(as_text(*kept))


def _samples(records: pl.DataFrame, entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    known = _placed(records, entry, settings, _KEPT)
    yield from in_batches(STEP_COUNT, steps(known.filter(type=STEPS)))
    yield from in_batches(SLEEP_SEGMENT, sleep_segments(known.filter(type=SLEEP)))
    yield from in_batches(MEASUREMENT, measurements(known.filter(pl.col("type").is_in(list(SAMPLES)))))


def _sessions(workouts: pl.DataFrame, entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    known = _placed(workouts, entry, settings, _KEPT_OF_WORKOUTS)
    yield from in_batches(EXERCISE_SESSION, exercise_sessions(known))


def _symptoms(records: pl.DataFrame, entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    if records.height:
        yield from in_batches(SELF_REPORT, symptom_reports(_placed(records, entry, settings, _KEPT), settings))


# --- what was concluded ---


@dataclass(slots=True)
class _Conclusions:
    """What the records reveal about time zones and formats: UTC offsets, named zones, and numeric sleep stages."""

    offsets: set[str] = field(default_factory=set)
    zones: Counter[str] = field(default_factory=Counter)
    numbered_stages: int = 0

    def add(self, records: pl.DataFrame) -> None:
        """Add what a batch reveals."""
        self.offsets |= set(records["start"].str.extract(r" ([+-]\d{4})$").drop_nulls().unique())
        self.zones.update(dict(records["time_zone"].drop_nulls().value_counts().iter_rows()))
        self.numbered_stages += records.filter(pl.col("type") == SLEEP, pl.col("value").str.contains(r"^\d+$")).height

    def notes(self, entry: Entry) -> Iterator[Note]:
        """Yield the conclusions as notes."""
        dated = "local dates use the time zone named in the record, or else the participant's"
        if len(self.offsets) == 1:
            offset = next(iter(self.offsets))
            message = f"every record has the UTC offset {offset}, the phone's offset at the time of the export"
            yield Note(entry.label, f"{message}; {dated}")
        elif self.offsets:
            message = f"records have {len(self.offsets)} different UTC offsets, so another program has rewritten them"
            yield Note(entry.label, f"{message}; instants are still correct, and {dated}")
        if self.zones:
            named = ", ".join(f"{shown(zone)} ({count})" for zone, count in self.zones.most_common(5))
            yield Note(entry.label, f"{self.zones.total()} records name their time zone: {named}")
        if self.numbered_stages:
            yield Note(
                entry.label,
                f"{self.numbered_stages} sleep stages are numbers, as some programs write them: 0 in bed, 1 asleep, "
                "2 awake, 3 core, 4 deep, 5 REM",
            )


# --- the rest ---


def _exported(tally: Tally) -> Iterator[ExportedAt]:
    with suppress(ValueError):
        yield ExportedAt(datetime.strptime(tally.exported or "", "%Y-%m-%d %H:%M:%S %z"))


def _notes(entry: Entry, tally: Tally, n_read: int, n_symptoms: int) -> Iterator[Note]:
    if tally.version:
        yield Note(entry.label, f"version {tally.version} of the export format")
    if tally.dtd_malformed:
        yield Note(
            entry.label,
            "its document type definition is malformed (a known defect of iOS 16); it was ignored, no data are lost",
        )
    if tally.control_characters:
        yield Note(entry.label, f"{tally.control_characters} characters that XML forbids were replaced by spaces")
    if n_symptoms:
        yield Note(
            entry.label,
            f"{n_symptoms} symptoms; Health's severities were read as 0 (not present) to 3 (severe)",
        )
    if not n_read:
        yield Note(entry.label, "it contains no steps and no sleep; check that Health records them, and export again")


def _ignored(entry: Entry, tally: Tally) -> Iterator[Ignored]:
    """Yield one count for each other type; types that are not a plain word are counted together."""
    by_type: Counter[str] = Counter()
    for kind, rows in tally.unwanted.items():
        by_type[shown(kind) if _TYPE.fullmatch(kind) else "elements of an unknown kind"] += rows
    for kind, rows in sorted(by_type.items()):
        yield Ignored(entry.label, rows, f"{kind}: {NOT_SEVERITIES.get(kind, 'not used')}")
    if tally.inside_correlations:
        yield Ignored(entry.label, tally.inside_correlations, "Record inside a Correlation: it repeats another record")


SOURCE = Source(
    name=SOURCE_NAME,
    version=3,
    title="Apple Health (export.zip)",
    reads=(
        "steps from phone and watch, sleep with its stages, exercise minutes, workouts, resting heart rate, heart rate "
        "variability, and symptoms with their severity"
    ),
    how_to_export=(
        "iPhone: open Health, tap your profile picture, choose Export All Health Data, "
        "and send export.zip to this computer."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(NEEDED, NEEDED_OF_WORKOUTS),
)
