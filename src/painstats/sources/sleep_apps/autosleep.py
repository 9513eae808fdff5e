"""AutoSleep: one row for each night, in local time, with lengths such as ``08:17:00``.

``ISO8601``, ``fromDate`` and ``toDate`` label a night; they can name the day before or after the one of waking if the
phone was in another time zone when it exported. ``bedtime`` and ``waketime`` are those of the night itself, so the date
of ``waketime`` counts. If a row sums up several sleeps (``sessions``), bed times are those of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Note
from painstats.parsing.clocks import clock_note, local_dates_of
from painstats.parsing.csv_text import header_of, read_csv
from painstats.parsing.duration_units import NEAR_MIN
from painstats.parsing.text import first_problem, local_times, numbers
from painstats.records import SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.local_nights import clock_minutes, length_notes, placed
from painstats.sources.vendor_rows import (
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    is_csv,
    main_sleeps,
    read_by_kind,
    split_unused,
    utc_label,
    with_origin,
    zoned_instants,
)

COLUMNS = ("ISO8601", "bedtime", "waketime", "inBed", "awake", "fellAsleepIn", "sessions", "asleep", "deep")
_LENGTHS = {
    "time_in_bed_min": "inBed", "total_sleep_time_min": "asleep", "deep_sleep_min": "deep", "awake_min": "awake",
    "latency_min": "fellAsleepIn",
}  # fmt: skip
_SUMS = (
    DailyColumn("total_sleep_time_min", "total_sleep_time_min"),
    DailyColumn("time_in_bed_min", "time_in_bed_min"),
)


def _kind(entry: Entry) -> str | None:
    return "nights" if is_csv(entry) and set(header_of(entry)) >= set(COLUMNS) else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(map(_kind, archive.entries))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    yield from read_by_kind(archive, settings, _kind, {"nights": _read_nights})


def _read_nights(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    rows = with_origin(csv_rows(entry, table, COLUMNS), settings, SOURCE.name, "autosleep", "app")
    nights, ignored = split_unused(_with_lengths(rows, settings), {"nights without sleep": _is_empty()})
    yield from ignored
    yield from _episodes(nights.filter(~_is_sum()))
    yield from _sums(entry, nights.filter(_is_sum()), nights.height)
    yield from broken_rows(entry, table, SLEEP_EPISODE)
    for message in _messages(nights, settings) if nights.height else ():
        yield Note(entry.label, message)


def _with_lengths(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    local = rows.with_columns(local_times("bedtime").alias("start_local"), local_times("waketime").alias("end_local"))
    lengths = placed(local, settings).with_columns(clock_minutes(name).alias(word) for word, name in _LENGTHS.items())
    waking = pl.col("awake_min") - pl.col("latency_min").fill_null(0)
    return lengths.with_columns(pl.when(waking >= 0).then(waking).alias("wake_after_sleep_onset_min"))


def _is_empty() -> pl.Expr:
    return pl.col("asleep").is_null() | (pl.col("total_sleep_time_min") == 0)


def _is_sum() -> pl.Expr:
    """Whether a row sums up several sleeps, which do not fit between its bed times."""
    off = (pl.col("time_in_bed_min") - pl.col("elapsed_min")).abs() > NEAR_MIN
    return ((numbers("sessions") > 1) & off).fill_null(False)


def _episodes(nights: pl.DataFrame) -> Iterator[Batch]:
    identified = nights.with_columns(
        main_sleeps(),
        utc_label("start_at").alias("episode_id"),
        first_problem(
            bedtime=pl.col("start_at").is_null(),
            waketime=pl.col("end_at").is_null(),
            inBed=pl.col("time_in_bed_min").is_null(),
            asleep=pl.col("total_sleep_time_min").is_null(),
        ),
    )
    yield from in_batches(SLEEP_EPISODE, identified)


def _sums(entry: Entry, nights: pl.DataFrame, n_nights: int) -> Iterator[Batch]:
    as_text = nights.with_columns(pl.col(sum_.column).cast(pl.String) for sum_ in _SUMS)
    yield from daily_totals(as_text, _SUMS, "waketime")
    if nights.height:
        yield Note(
            entry.label,
            f"{nights.height} of {n_nights} rows sum up several sleeps; the sums were read, not the bed times",
        )


def _messages(nights: pl.DataFrame, settings: ReadSettings) -> Iterator[str]:
    yield clock_note(0, nights.height, "bedtimes")
    named = nights["ISO8601"].str.slice(0, 10) == nights["date"].dt.to_string("%Y-%m-%d")
    yield (
        f"nights are dated by waking (waketime); ISO8601 names the same date in {int(named.sum())} of {nights.height}"
    )
    yield from _midnight_notes(nights, settings)
    yield from length_notes(nights.filter(~_is_sum()), pl.col("time_in_bed_min"), settings)


def _midnight_notes(nights: pl.DataFrame, settings: ReadSettings) -> Iterator[str]:
    """Check the time zone: ``ISO8601`` is the last second of a day where the phone was, whatever its offset says."""
    end = (zoned_instants("ISO8601") + pl.duration(seconds=1)).alias("end")
    ends = nights.select("participant_id", end).drop_nulls("end")
    day = local_dates_of(ends["participant_id"].fill_null(""), ends["end"], settings.time_zones)
    midnight = settings.time_zones.to_utc(settings.participant_id, day.cast(pl.Datetime("us")))
    after_min = (ends["end"] - midnight).dt.total_minutes().drop_nulls()
    if after_min.is_empty():
        return
    zone, usual_min = settings.time_zones.of(settings.participant_id), int(after_min.mode().sort()[0])
    n_right, n_usual = int((after_min == 0).sum()), int((after_min == usual_min).sum())
    found = f"days (ISO8601) end at midnight in the time zone {zone} in {n_right} of {len(after_min)} rows"
    if n_right >= n_usual:
        yield found
        return
    behind = usual_min / 60
    clocks = f"{behind:g} hours behind it (or {24 - behind:g} ahead)"
    yield f"{found}, and with clocks {clocks} in {n_usual}; check the participant's time zone"


SOURCE = Source(
    name="autosleep",
    version=1,
    title="AutoSleep (CSV)",
    reads="sleep of each night with deep sleep",
    how_to_export="In AutoSleep open Settings, choose the export History, set the dates, and send the CSV.",
    recognises=_recognises,
    read=_read,
)
