"""Whether the UTC offsets that an export records fit the declared time zone of its participant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from painstats.batch import CHECK_ZONE, Batch, Note, Rows
from painstats.errors import ExportRefused
from painstats.plan.time_zones import TimeZones
from painstats.sources.common_zones import COMMON_ZONES, zone_advice
from painstats.sources.contract import ReadSettings

MIN_DATES = 10
"""Least number of dates with a recorded offset on which to judge."""

MIN_SHARE = 0.75
"""Least share of these dates that contradict the declared zone, for a refusal."""

MIN_NOTED = 3
"""Least number of dates elsewhere that may be a journey."""

_SEEN: dict[str, pl.DataType | type[pl.DataType]] = {"start_at": pl.Datetime("us", "UTC"), "utc_offset_min": pl.Int32}


def with_zone_checked(batches: Iterator[Batch], settings: ReadSettings) -> Iterator[Batch]:
    """Pass batches on, and say at the end whether their offsets contradict the declared zone.

    Days are cut by recorded offsets where there are any, and by the declared zone for all other rows: an export that
    has both is refused where they contradict each other.

    Raises
    ------
    ExportRefused
        ``wrong_time_zone``, as the last step.
    """
    seen = _Seen()
    for batch in batches:
        if isinstance(batch, Rows) and settings.participant_id is not None:
            seen.add(batch.in_memory)
        yield batch
    if note := _judged(seen, settings):
        yield Note("", note)


@dataclass(slots=True)
class _Seen:
    """One time of each UTC date and recorded offset, and the dates of rows without an offset."""

    recorded: list[pl.DataFrame] = field(default_factory=list)
    unrecorded: list[pl.Series] = field(default_factory=list)

    def add(self, rows: pl.DataFrame) -> None:
        """Take in the rows of a batch."""
        if "utc_offset_min" not in rows.columns:
            return
        known = rows.lazy().select(*_SEEN).filter(pl.col("start_at").is_not_null())
        dated = known.with_columns(pl.col("start_at").dt.date().alias("date"))
        found = dated.group_by("date", "utc_offset_min").agg(pl.first("start_at")).collect()
        self.recorded.append(found.drop_nulls("utc_offset_min").select(*_SEEN))
        self.unrecorded.append(found.filter(pl.col("utc_offset_min").is_null())["date"])

    @property
    def times(self) -> pl.DataFrame:
        """The recorded ``clock`` times of each ``date``, and their ``start_at``."""
        found = pl.concat([pl.DataFrame(schema=_SEEN), *self.recorded])
        clock = (pl.col("start_at") + pl.duration(minutes="utc_offset_min")).dt.replace_time_zone(None)
        return found.with_columns(clock.alias("clock")).with_columns(pl.col("clock").dt.date().alias("date"))

    @property
    def n_unrecorded(self) -> int:
        """How many dates have rows without an offset."""
        return pl.concat([pl.Series([], dtype=pl.Date), *self.unrecorded]).n_unique()


def _judged(seen: _Seen, settings: ReadSettings) -> str | None:
    """Return what to note, if anything."""
    times, participant, zones = seen.times, settings.participant_id, settings.time_zones
    elsewhere = _elsewhere(times, zones, participant)
    n_dates, n_elsewhere = times["date"].n_unique(), len(elsewhere)
    if n_dates < MIN_DATES or n_elsewhere < MIN_NOTED:
        return None
    declared = zones.of(participant)
    if 2 * n_elsewhere <= n_dates:
        days = elsewhere.sort().dt.to_string()
        return (
            f"on {n_elsewhere:,} of {n_dates:,} dates from {days[0]} to {days[-1]} the recorded UTC offset is not that "
            f"of {declared}: perhaps a journey, which can be declared as travel"
        )
    left = {zone: len(_elsewhere(times, TimeZones(zone, {}, zones.journeys), participant)) for zone in COMMON_ZONES}
    best = [zone for zone, number in left.items() if number == min(left.values())]
    found = (
        f"the export records another UTC offset than that of the declared time zone {declared} on {n_elsewhere:,} of "
        f"{n_dates:,} dates; {zone_advice(best)}"
    )
    if n_elsewhere >= MIN_SHARE * n_dates and 0 < seen.n_unrecorded <= 2 * n_dates:
        raise ExportRefused("wrong_time_zone", f"nothing of this export was kept: {found}")
    return f"{CHECK_ZONE}{found}"


def _elsewhere(times: pl.DataFrame, zones: TimeZones, participant_id: str | None) -> pl.Series:
    """Return the dates of which no recorded offset is that of some zones."""
    is_there = zones.to_utc(participant_id, times["clock"]) == times["start_at"]
    by_date = times.with_columns(is_there.fill_null(False).alias("is_there")).group_by("date").agg(pl.any("is_there"))
    return by_date.filter(~pl.col("is_there"))["date"]
