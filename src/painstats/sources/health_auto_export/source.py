"""Health Auto Export: JSON that this iPhone app writes by itself, such as ``HealthAutoExport-2024-01-01.json``.

No file of a real user was at hand. Where each claim comes from:

- The parts of a file, points with ``date`` and ``qty``, aggregated and single sleep, symptoms, and workouts of version
  1 and 2: the app's pages "JSON Export Format", "Health Metrics", "Workouts" and "Symptoms" (help.healthyapps.dev) and
  the wiki of Lybron/health-auto-export, "API Export - JSON Format".
- ``asleep`` as all sleep, with ``inBed``, ``sleepSource`` and ``inBedSource`` in hours: irvinlim/apple-health-ingester,
  ``pkg/healthautoexport/fixtures``. Energy in kJ: the same.
- Stages that are all zero beside a right ``asleep``: Lybron/health-auto-export, issue 55. Absurd hours: issue 18.
- ``awake`` beside the stages, and ``source`` in every point: HealthyApps/health-auto-export-server, ``Metric.ts``.
- Periods that overlap and run several times a day: the wiki's "Configuration & Deep Linking".
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, shown
from painstats.batch import Batch, Ignored, Note
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.health_auto_export.days import METRICS, read_day_metric
from painstats.sources.health_auto_export.medications import read_medications
from painstats.sources.health_auto_export.payload import (
    PARTS,
    SOURCE_NAME,
    Object,
    is_payload,
    parts_of,
    points_of,
)
from painstats.sources.health_auto_export.sleep import read_sleep
from painstats.sources.health_auto_export.workouts import read_symptoms, read_workouts
from painstats.sources.vendor_rows import zoned_instants, zoned_offsets

SLEEP = "sleep_analysis"


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    """Whether an archive has one of the app's files; several are an export each, because they overlap in their days."""
    return len(_payloads(archive)) == 1


def _payloads(archive: Archive) -> list[Entry]:
    """Return the app's files; in an archive, which can have thousands of others, they keep their suffix."""
    is_alone = len(archive.entries) == 1
    likely = (entry for entry in archive.entries if is_alone or entry.label.lower().endswith(".json"))
    return [entry for entry in likely if is_payload(entry)]


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    yield from _read_file(_payloads(archive)[0], settings)
    if len(archive.entries) > 1:
        yield Ignored(archive.name, 0, f"{len(archive.entries) - 1} other file(s): not used")


def _read_file(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    parts = parts_of(entry)
    points = dict(points_of(parts.get("metrics", [])))
    dates = _dates(points)
    for name, found in points.items():
        if name in METRICS:
            yield from read_day_metric(entry, name, found, settings)
        elif name == SLEEP:
            yield from read_sleep(entry, found, dates, settings)
        elif found:
            yield Ignored(entry.label, len(found), f"{shown(name)}: not used")
    if workouts := parts.get("workouts"):
        yield from read_workouts(entry, workouts, settings)
    if symptoms := parts.get("symptoms"):
        yield from read_symptoms(entry, symptoms, settings)
    if medications := parts.get("medications"):
        yield from read_medications(entry, medications, settings)
    for part in (*PARTS[4:], *sorted(parts.keys() - set(PARTS))):
        if parts.get(part):
            yield Ignored(entry.label, len(parts[part]), f"{shown(part)}: not used")
    yield from _notes(entry, points, parts, settings)


def _dates(points: dict[str, list[Object]]) -> tuple[str, str]:
    """Return the first and the last date of the file, from the beginnings of everything in it."""
    keys = {name: ("sleepStart", "startDate") if name == SLEEP else ("date",) for name in points}
    texts = [point.get(key) for name, found in points.items() for point in found for key in keys[name]]
    found = sorted(text[:10] for text in texts if isinstance(text, str))
    return (found[0], found[-1]) if found else ("", "")


def _notes(
    entry: Entry, points: dict[str, list[Object]], parts: dict[str, list[Object]], settings: ReadSettings
) -> Iterator[Note]:
    if not any(points.values()) and not any(parts.get(part) for part in PARTS[1:]):
        yield Note(entry.label, "it contains nothing; the app can read Health only while the phone is unlocked")
    daily = [point.get("date") for name in METRICS for point in points.get(name, [])]
    n_other = _n_of_other_zone(daily, settings)
    if n_other:
        yield Note(
            entry.label,
            f"{n_other} of {len(daily)} times of daily values have a UTC offset that the participant's time zone did "
            "not have then; their dates are those in the file. Check the time zone in study.toml",
        )


def _n_of_other_zone(texts: list[object], settings: ReadSettings) -> int:
    """Count times whose UTC offset is not that of the participant's time zone."""
    given = pl.DataFrame(
        {"date": [text if isinstance(text, str) else None for text in texts]}, schema={"date": pl.String}
    )
    read = given.select(
        zoned_instants("date").alias("at"),
        (zoned_instants("date") + pl.duration(minutes=zoned_offsets("date"))).dt.replace_time_zone(None).alias("clock"),
    ).drop_nulls()
    if settings.participant_id is None or read.is_empty():
        return 0
    there = settings.time_zones.to_utc(settings.participant_id, read["clock"])
    return int((there != read["at"]).fill_null(False).sum())


SOURCE = Source(
    name=SOURCE_NAME,
    version=3,
    title="Health Auto Export (JSON)",
    reads=(
        "steps and exercise minutes by day, sleep with its stages, resting heart rate, heart rate variability, "
        "workouts, symptoms with their severity, and doses of medicines that were taken, from the files that the "
        "iPhone app writes by itself"
    ),
    how_to_export=(
        "In the iPhone app Health Auto Export make an automation to iCloud Drive, Dropbox or Google Drive in the "
        "format JSON, with data aggregated by day, and let the folder be the inbox."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(("data", "metrics", "units", "qty"),),
)
