"""Zepp Life (formerly Mi Fit): ``SLEEP.csv`` and ``ACTIVITY.csv``, one row for each date.

``start`` and ``stop`` of a night are instants in UTC, its parts are minutes, and ``date`` is the local date of waking.
Bands that do not measure REM sleep have 0 there. A night without sleep starts and stops at the same instant.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Note
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.duration_units import MIN_SHARE, NEAR_MIN
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL, SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
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

SLEEP = ("date", "start", "stop", "deepSleepTime", "shallowSleepTime", "wakeTime")
ACTIVITY = ("date", "steps", "distance", "runDistance")

_REM, _NAPS = "REMTime", "naps"
_MOST_OFF_DATE = 0.05
"""Largest share of nights whose date may not be that of waking, as a few are slept elsewhere."""

_SHIFTS_H = tuple(half_hours / 2 for half_hours in range(-48, 49))


def _kind(entry: Entry) -> str | None:
    header = set(header_of(entry)) if is_csv(entry) else set()
    return "sleep" if header >= set(SLEEP) else "activity" if header >= set(ACTIVITY) else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(map(_kind, archive.entries))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    yield from read_by_kind(archive, settings, _kind, {"activity": _read_activity, "sleep": _read_sleep})


def _rows(entry: Entry, table: CsvTable, columns: tuple[str, ...], settings: ReadSettings) -> pl.DataFrame:
    rows = with_origin(csv_rows(entry, table, columns), settings, SOURCE.name, "zepp-life", "tracker")
    return rows.with_columns(pl.col("date").str.to_date("%Y-%m-%d", strict=False))


def _read_activity(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    rows = _rows(entry, table, ACTIVITY, settings)
    kept, ignored = split_unused(rows, {"days of 0 steps: band not worn": numbers("steps") == 0})
    yield from ignored
    yield from daily_totals(kept, (DailyColumn("steps", "step_count"),), "date")
    yield from broken_rows(entry, table, DAILY_TOTAL)


def _read_sleep(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    nights = _with_minutes(_rows(entry, table, (*SLEEP, _REM, _NAPS), settings))
    slept, ignored = split_unused(nights, {"nights without sleep": pl.col("total_sleep_time_min") == 0})
    yield from ignored
    messages = [*_part_notes(entry, slept), *_date_notes(entry, slept, settings)]
    identified = slept.with_columns(main_sleeps(), utc_label("start_at").alias("episode_id"), _problem())
    yield from in_batches(SLEEP_EPISODE, identified)
    yield from broken_rows(entry, table, SLEEP_EPISODE)
    if n_naps := nights[_NAPS].count():
        messages.append(f"naps of {n_naps} days were not read")
    for message in messages:
        yield Note(entry.label, message)


def _with_minutes(rows: pl.DataFrame) -> pl.DataFrame:
    asleep = numbers("deepSleepTime") + numbers("shallowSleepTime") + numbers(_REM).fill_null(0)
    timed = rows.with_columns(zoned_instants("start").alias("start_at"), zoned_instants("stop").alias("end_at"))
    return timed.with_columns(
        asleep.alias("total_sleep_time_min"),
        ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("time_in_bed_min"),
        numbers("wakeTime").alias("wake_after_sleep_onset_min"),
        numbers("deepSleepTime").alias("deep_sleep_min"),
        pl.when((numbers(_REM) > 0).any()).then(numbers(_REM)).alias("rem_sleep_min"),
    )


def _problem() -> pl.Expr:
    return first_problem(
        date=pl.col("date").is_null(),
        start=pl.col("start_at").is_null(),
        stop=pl.col("end_at").is_null(),
        deepSleepTime=pl.col("deep_sleep_min").is_null(),
        shallowSleepTime=pl.col("total_sleep_time_min").is_null(),
    )


def _part_notes(entry: Entry, nights: pl.DataFrame) -> list[str]:
    """Check that the parts of a night are minutes that fill it."""
    parts = pl.col("total_sleep_time_min") + pl.col("wake_after_sleep_onset_min").fill_null(0)
    off = nights.select((parts - pl.col("time_in_bed_min")).abs()).to_series().drop_nulls()
    n_filled = int((off <= NEAR_MIN).sum())
    if n_filled < MIN_SHARE * len(off):
        raise refused(
            "duration_unit",
            entry,
            f"deep, shallow and REM sleep and time awake do not add up to the minutes from start to stop in "
            f"{len(off) - n_filled} of {len(off)} nights; export again and do not open the file before importing it",
        )
    return [f"sleep and time awake add up to the minutes from start to stop in {n_filled} of {len(off)} nights"]


def _date_notes(entry: Entry, nights: pl.DataFrame, settings: ReadSettings) -> list[str]:
    """Check the time zone: the date of a night is the local date of waking, and the times are UTC."""
    margins = _margins(nights, settings)
    if margins.is_empty():
        return []
    fits = margins.select(pl.lit(shift * 60).is_between("least", "most").alias(f"{shift}") for shift in _SHIFTS_H)
    right = {shift: int(fits[f"{shift}"].sum()) for shift in _SHIFTS_H}
    zone, n_nights, best = settings.time_zones.of(settings.participant_id), margins.height, max(right.values())
    found = f"date is the date of waking in {right[0]} of {n_nights} nights in the time zone {zone}"
    if right[0] == best:
        return [f"times are UTC; {found}"]
    fitting = [shift for shift, count in right.items() if count == best]
    elsewhere = f"with clocks {_hours(fitting)} in {best}; check the participant's time zone"
    if right[0] < (1 - _MOST_OFF_DATE) * n_nights <= best:
        raise refused("time_zone", entry, f"{found}, but {elsewhere}")
    return [f"times are UTC; {found}, but {elsewhere}"]


def _margins(nights: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Return by how many minutes the clocks can differ from the plan's so that a night still ends on its date."""
    first = pl.col("date").cast(pl.Datetime("us"))
    midnights = nights.select("end_at", first.alias("first"), (first + pl.duration(days=1)).alias("next"))
    to_utc, participant = settings.time_zones.to_utc, settings.participant_id
    bounds = (to_utc(participant, midnights[side]).alias(side) for side in ("first", "next"))
    return (
        midnights.with_columns(*bounds)
        .select(
            (pl.col("first") - pl.col("end_at")).dt.total_minutes().alias("least"),
            ((pl.col("next") - pl.col("end_at")).dt.total_minutes() - 1).alias("most"),
        )
        .drop_nulls()
    )


def _hours(shifts: list[float]) -> str:
    """Say how many hours clocks are ahead or behind: of the shifts on the nearer side of 0, the least and the most."""
    nearest = min(shifts, key=abs)
    same_side = sorted(abs(shift) for shift in shifts if shift * nearest > 0)
    hours = f"{same_side[0]:g}" if len(same_side) == 1 else f"{same_side[0]:g} to {same_side[-1]:g}"
    return f"{hours} hours {'ahead of' if nearest > 0 else 'behind'} it"


SOURCE = Source(
    name="zepp_life",
    version=1,
    title="Zepp Life, Mi Fit (CSV)",
    reads="steps by day, sleep with deep and REM sleep",
    how_to_export=(
        "In Zepp Life open Profile, Settings, About, and choose to export your data; unpack the zip with the password "
        "that comes with it, and give SLEEP.csv and ACTIVITY.csv."
    ),
    recognises=_recognises,
    read=_read,
)
