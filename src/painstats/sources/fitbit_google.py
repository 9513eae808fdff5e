"""Google's CSV tables of a Takeout with Fitbit or Google Health in it, which repeat the JSON files for later dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator

import polars as pl

from painstats.records import DAILY_TOTAL, SLEEP_EPISODE, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import Ignored, Read, ReadSettings
from painstats.sources.csv_text import CsvTable, header_of, read_csv
from painstats.sources.export import Entry
from painstats.sources.text import first_problem, numbers, whole_numbers
from painstats.sources.vendor_rows import broken_rows, main_sleeps, offset_minutes

TABLES = ("google_sleep", "google_resting_heart_rate")
"""Tables that are read beside steps."""

_HEADERS = {
    "google_steps": {"timestamp", "steps"},
    "google_sleep": {
        "sleep_id",
        "minutes_asleep",
        "minutes_awake",
        "sleep_start",
        "sleep_end",
        "start_utc_offset",
        "end_utc_offset",
    },
    "google_resting_heart_rate": {"timestamp", "beats per minute"},
}
_HEAD_BYTES = 4096
_FIRST_LINE = re.compile(rb'\s*[^\s"\xef][^"\r\n]*[\r\n]')  # not where it is quoted or begins with a mark
_TELLING = re.compile(rb"steps|sleep_id|beats per minute")
"""What a plain header of these tables holds: an archive has thousands of other CSVs, quickly passed over by it."""

_MIRRORED = "Health Connect"
_PHONES = r"(?i)phone|mobiletrack"
_IN_JSON = "the JSON files of the export hold the same"


def google_table(entry: Entry) -> str | None:
    """Say which of Google's tables a CSV is, by its header."""
    label = entry.label.lower()
    if not label.endswith(".csv"):
        return None
    first_line = _FIRST_LINE.match(entry.head(_HEAD_BYTES))
    if first_line and not _TELLING.search(first_line[0]):
        return None
    header = set(header_of(entry))
    if "local_date_time" in header:
        return None  # a stream of RAPIDS
    kind = next((kind for kind, columns in _HEADERS.items() if columns <= header), None)
    # Minutes of heart rate have the same columns as a day's resting heart rate; only the name tells.
    if kind == "google_resting_heart_rate" and "resting" not in label:
        return None
    return kind


def read_google_steps(entry: Entry, settings: ReadSettings, known_dates: Collection[object]) -> Iterator[Read]:
    """Read minutes with steps, in UTC, of tracker and phone apart; those of dates that JSON covers are counted only."""
    table = read_csv(entry)
    rows = _cells(table, entry, settings)
    source = pl.col("data source") if "data source" in table.header else pl.lit("")
    start_at = _instants("timestamp")
    on_phone = source.str.contains(_PHONES)
    rows = rows.with_columns(
        start_at.alias("start_at"),
        (start_at + pl.duration(minutes=1)).alias("end_at"),
        whole_numbers("steps").alias("step_count"),
        pl.when(on_phone).then(pl.lit("phone")).otherwise(pl.lit("tracker")).alias("device_kind"),
        pl.when(on_phone).then(pl.lit("fitbit-phone")).otherwise(pl.lit("fitbit")).alias("device"),
        source.str.contains(_MIRRORED, literal=True).alias("is_mirrored"),
    ).with_columns(first_problem(timestamp=pl.col("start_at").is_null(), steps=pl.col("step_count").is_null()))
    in_json = pl.col("start_at").dt.date().is_in(list(known_dates)).fill_null(False)
    own = rows.filter(~pl.col("is_mirrored"))
    yield from _passed_over(entry, rows.filter("is_mirrored"), "copied from other apps by Health Connect")
    yield from _passed_over(entry, own.filter(in_json), _IN_JSON)
    yield from in_batches(STEP_COUNT, own.filter(~in_json))
    yield from broken_rows(entry, table, STEP_COUNT)


def read_google_tables(
    entry: Entry, kind: str, settings: ReadSettings, known_nights: Collection[object]
) -> Iterator[Read]:
    """Read nights or resting heart rates; nights of dates that JSON covers are counted only."""
    table = read_csv(entry)
    rows = _cells(table, entry, settings)
    readers: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        "google_sleep": _nights,
        "google_resting_heart_rate": _resting_heart_rates,
    }
    read = readers[kind](rows)
    if kind == "google_sleep":
        in_json = pl.col("date").is_in(list(known_nights)).fill_null(False)
        yield from _passed_over(entry, read.filter(in_json), _IN_JSON)
        yield from in_batches(SLEEP_EPISODE, read.filter(~in_json))
    else:
        yield from given_values(entry, read)
    yield from broken_rows(entry, table, SLEEP_EPISODE if kind == "google_sleep" else DAILY_TOTAL)


def _cells(table: CsvTable, entry: Entry, settings: ReadSettings) -> pl.DataFrame:
    known = {"participant_id": settings.participant_id, "source": "fitbit", "entry": entry.label}
    return pl.DataFrame({"line": table.lines, "text": table.texts, **table.cells}).with_columns(
        pl.col(*table.cells).str.strip_chars(), *(pl.lit(value, pl.String).alias(name) for name, value in known.items())
    )


def _nights(rows: pl.DataFrame) -> pl.DataFrame:
    """Read sleeps in UTC with the offset of the place where each ended; the longest of a date is its main sleep."""
    offset_min = offset_minutes(pl.col("end_utc_offset"))
    nights = rows.with_columns(
        pl.lit("google").alias("device"),
        pl.lit("tracker").alias("device_kind"),
        pl.when(pl.col("sleep_id") != "").then("sleep_id").alias("episode_id"),
        _instants("sleep_start").alias("start_at"),
        _instants("sleep_end").alias("end_at"),
        offset_minutes(pl.col("start_utc_offset")).alias("utc_offset_min"),
        (_instants("sleep_end").dt.replace_time_zone(None) + pl.duration(minutes=offset_min)).dt.date().alias("date"),
        numbers("minutes_asleep").alias("total_sleep_time_min"),
        numbers("minutes_awake").alias("wake_after_sleep_onset_min"),
    ).with_columns(((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("time_in_bed_min"))
    return nights.with_columns(
        main_sleeps(),
        first_problem(
            sleep_id=pl.col("episode_id").is_null(),
            sleep_start=pl.col("start_at").is_null(),
            sleep_end=pl.col("end_at").is_null(),
            end_utc_offset=pl.col("date").is_null(),
            minutes_asleep=pl.col("total_sleep_time_min").is_null(),
        ),
    )


def _resting_heart_rates(rows: pl.DataFrame) -> pl.DataFrame:
    """Read one value for each local date: local midnight is written as if it were UTC, and is never shifted."""
    at = _instants("timestamp").dt.replace_time_zone(None)
    return rows.with_columns(
        pl.lit("fitbit").alias("device"),
        pl.lit("tracker").alias("device_kind"),
        pl.lit("resting_heart_rate_bpm").alias("measure"),
        pl.when(at == at.dt.truncate("1d")).then(at.dt.date()).alias("date"),
        numbers("beats per minute").alias("value"),
    ).with_columns(
        first_problem(**{"timestamp": pl.col("date").is_null(), "beats per minute": pl.col("value").is_null()})
    )


def _instants(column: str) -> pl.Expr:
    """Read ``2026-10-01T06:15:00Z`` and ``2026-10-04 20:30:00+0000`` as UTC; null where the text is anything else."""
    text = pl.col(column).str.replace("T", " ", literal=True).str.replace("Z$", "+0000")
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%z", time_unit="us", strict=False)


def given_values(entry: Entry, values: pl.DataFrame) -> Iterator[Read]:
    """Yield daily values; 0 stands for a day without one and is counted only."""
    none = (pl.col("value") == 0).fill_null(False)
    yield from _passed_over(entry, values.filter(none), "0 stands for no value")
    yield from in_batches(DAILY_TOTAL, values.filter(~none))


def _passed_over(entry: Entry, rows: pl.DataFrame, reason: str) -> Iterator[Read]:
    if rows.height:
        yield Ignored(entry.label, rows.height, reason)
