"""Sleep as Android: ``sleep-export.csv``, in which every record has a header of its own and a time zone.

Below a header come the values of one record, and often a second row with the noise of the night, whose first cells are
empty. ``Id`` is the start in milliseconds since 1970, ``From`` and ``To`` are local times in the zone ``Tz``, ``Hours``
is the length of the record and ``LenAdjust`` the minutes that it is corrected by for time awake. The meaning of the
columns is documented by the app's makers (docs.sleep.urbandroid.org, ``devs/csv``).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, shown
from painstats.batch import Batch, Note
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.duration_units import NEAR_MIN
from painstats.parsing.text import first_problem, numbers, whole_numbers
from painstats.plan.time_zones import TimeZones
from painstats.plan.zone_names import known_names
from painstats.records import SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.vendor_rows import HOURS, is_csv, main_sleeps, read_by_kind, with_origin

KNOWN_BY = ("Id", "Tz", "From", "To", "Hours")
ABSENT = {"Cycles": None, "LenAdjust": "0"}
"""Columns that older exports lack, and what counts there: nothing was subtracted."""

COLUMNS = (*KNOWN_BY, *ABSENT)
"""The columns that are read; the others are ratings, comments, places, movement, noise and events."""

_CLOCK = "%d. %m. %Y %H:%M"
_NO_CYCLES = -1
_NO_PLACES = {"Factory", "localtime"}
"""Names in the list of time zones that mean the clock of the computer."""


def _kind(entry: Entry) -> str | None:
    return "records" if is_csv(entry) and set(header_of(entry)) >= set(KNOWN_BY) else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(map(_kind, archive.entries))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    yield from read_by_kind(archive, settings, _kind, {"records": _read_records})


def _read_records(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    records = _records(entry, read_csv(entry, repeated_columns=True))
    if records.is_empty():
        yield Note(entry.label, "it has a header but no records")
        return
    sleeps = _with_lengths(pl.concat(_timed(zoned) for _, zoned in records.group_by("Tz", maintain_order=True)))
    kind = pl.when(_is_typed_in()).then(pl.lit("manual")).otherwise(pl.lit("app"))
    sleeps = with_origin(sleeps.sort("line"), settings, SOURCE.name, "sleep-as-android", "app")
    sleeps = sleeps.with_columns(kind.alias("device_kind"))
    yield from in_batches(SLEEP_EPISODE, sleeps.with_columns(main_sleeps(), pl.col("Id").alias("episode_id")))
    for message in (*_messages(sleeps), *_zone_notes(sleeps, settings)):
        yield Note(entry.label, message)


def _records(entry: Entry, table: CsvTable) -> pl.DataFrame:
    """Return the records under their own headers, as text; a record without one of the columns has null there."""
    others = zip(table.ragged["line"], table.ragged["text"], strict=True)
    rows = sorted([*zip(table.lines, table.texts, strict=True), *others])
    header, found = list(table.header), []
    for line, text in rows:
        cells = [cell.strip() for cell in next(csv.reader(text.split("\n"), strict=True), [])]
        if cells[:2] == ["Id", "Tz"]:
            header = cells
        elif any(cells[: len(COLUMNS)]):
            named = ABSENT | dict(reversed(list(zip(header, cells, strict=False))))
            found.append((entry.label, line, *(named.get(column) or None for column in COLUMNS)))
    schema = {"entry": pl.String, "line": pl.Int64, **dict.fromkeys(COLUMNS, pl.String)}
    records = pl.DataFrame(found, schema=schema, orient="row")
    records = records.with_columns(pl.col("Hours").str.replace(",", ".", literal=True))  # 8,930 in some languages
    return records.with_columns(pl.concat_str(COLUMNS, separator=",", ignore_nulls=True).fill_null("").alias("text"))


def _timed(records: pl.DataFrame) -> pl.DataFrame:
    """Turn the local times of records in one zone into instants; all null if the zone is unknown."""
    zone = records["Tz"][0]
    known = TimeZones(zone if zone in known_names() - _NO_PLACES else "UTC", {}, {})
    local = records.with_columns(
        pl.col(side).str.to_datetime(_CLOCK, time_unit="us", strict=False) for side in ("From", "To")
    )
    first = local.with_columns(known.to_utc(None, local[side]).alias(f"first_{side}") for side in ("From", "To"))
    timed = _in_the_right_hour(first, known.default)
    offset = (pl.col("From") - pl.col("start_at").dt.replace_time_zone(None)).dt.total_minutes().cast(pl.Int32)
    timed = timed.with_columns(offset.alias("utc_offset_min"), pl.col("To").dt.date().alias("date"))
    return timed if known.default == zone else timed.with_columns(_unknown("start_at"), _unknown("end_at"))


def _in_the_right_hour(records: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Choose in the hour that occurs twice in autumn: ``Id`` says which start is meant, and ``Hours`` which end."""
    began = (whole_numbers("Id") * 1000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    start, end = _second("From", zone), _second("To", zone)
    started = records.with_columns(pl.when(began >= start).then(start).otherwise("first_From").alias("start_at"))
    latest = pl.col("start_at") + pl.duration(minutes=(numbers("Hours") * HOURS + NEAR_MIN).cast(pl.Int64))
    return started.with_columns(pl.when(end <= latest).then(end).otherwise("first_To").alias("end_at"))


def _second(side: str, zone: str) -> pl.Expr:
    """Return the later of the two instants that have one local time; null where there is only one."""
    later = pl.col(f"first_{side}") + pl.duration(hours=1)
    return pl.when(later.dt.convert_time_zone(zone).dt.replace_time_zone(None) == pl.col(side)).then(later)


def _unknown(column: str) -> pl.Expr:
    return pl.lit(None, pl.Datetime("us", "UTC")).alias(column)


def _with_lengths(records: pl.DataFrame) -> pl.DataFrame:
    """Add minutes in bed and asleep, and say what cannot be read."""
    lasted = ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("time_in_bed_min")
    asleep = lasted + numbers("LenAdjust")
    return records.with_columns(
        lasted,
        asleep.alias("total_sleep_time_min"),
        first_problem(
            Id=pl.col("Id").is_null(),
            From=pl.col("From").is_null(),
            To=pl.col("To").is_null(),
            Tz=pl.col("start_at").is_null() | pl.col("end_at").is_null(),
            LenAdjust=asleep.is_null(),
        ),
    )


def _is_typed_in() -> pl.Expr:
    """Whether a record has neither cycles nor a correction; tracked ones lack cycles only where movement was lost."""
    return (numbers("Cycles") == _NO_CYCLES) & (numbers("LenAdjust") == 0)


def _messages(sleeps: pl.DataFrame) -> Iterator[str]:
    """Say whether lengths and ids confirm the times, and how many records the participant typed in."""
    length = numbers("Hours") * HOURS
    fits = ((length - pl.col("time_in_bed_min")).abs() <= NEAR_MIN) | (
        (length - pl.col("total_sleep_time_min")).abs() <= NEAR_MIN
    )
    started = (pl.col("start_at").dt.epoch("ms") - whole_numbers("Id")).abs()
    n_fitting, n_started, n_typed = sleeps.select(
        fits.sum().alias("fitting"),
        (started <= NEAR_MIN * 60_000).sum().alias("started"),
        (pl.col("device_kind") == "manual").sum().alias("typed"),
    ).row(0)
    n_sleeps = sleeps.height
    yield f"times were read in the time zone of each record; Id is the start of {n_started} of {n_sleeps} records"
    yield f"time asleep is the time from From to To and LenAdjust; Hours fits {n_fitting} of {n_sleeps} records"
    if n_typed:
        yield f"{n_typed} of {n_sleeps} records were typed in: all of their time counts as sleep"


def _zone_notes(sleeps: pl.DataFrame, settings: ReadSettings) -> Iterator[str]:
    """Say so if most records were made where the clock differs from that of the plan."""
    planned = settings.time_zones.to_utc(settings.participant_id, sleeps["From"])
    n_elsewhere, n_placed = int((planned != sleeps["start_at"]).sum()), sleeps["start_at"].count()
    if n_elsewhere > n_placed / 2:
        zone, recorded = settings.time_zones.of(settings.participant_id), sleeps["Tz"].drop_nulls().mode().sort()[0]
        yield (
            f"the clock of {n_elsewhere} of {n_placed} records (most often {shown(recorded)}) is not that of the time "
            f"zone {zone}; check the participant's time zone"
        )


SOURCE = Source(
    name="sleep_as_android",
    version=1,
    title="Sleep as Android (CSV)",
    reads="sleep as the app estimates it from movement, and sleep that was typed in",
    how_to_export="In Sleep as Android open the menu, Backup, Export data, and send the zip that it names.",
    recognises=_recognises,
    read=_read,
)
