"""Whether the declared time zone of a Fitbit export can be true, judged by its own nights and files of one day.

Step minutes are UTC and sleep logs are local time, so a wrong zone moves the steps of the day into the nights. Fitbit
logs no night in which the wearer walks about: under the true zone few nights hold twenty minutes with steps, whatever
shift is worked and however bad the sleep. Besides, ``heart_rate-2024-03-01.json`` holds one local day, so it begins at
local midnight if the tracker was worn then, and never before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from painstats.archive.archive import Archive
from painstats.batch import CHECK_ZONE
from painstats.errors import ExportRefused
from painstats.parsing.text import local_times
from painstats.plan.time_zones import TimeZones
from painstats.sources.common_zones import COMMON_ZONES, zone_advice, zone_words
from painstats.sources.contract import ReadSettings
from painstats.sources.fitbit.clock import Clock, instants_in

WALKED_MIN = 20
"""A night with so many minutes with steps is one that was walked through: more than getting up a few times."""

MIN_NIGHTS = 10
"""Least number of nights on which to judge."""

MIN_SHARE = 0.75
"""Least share of nights, or of files of one day, that must contradict the declared zone for a refusal."""

TIMES_FEWER = 4
"""A refusal needs a zone under which so many times fewer minutes with steps fall into the nights."""

NOTED_TIMES_FEWER, NOTED_MIN = 1.5, 5
"""As above, for a note, and how many minutes fewer a night that must be at least."""

NEAR = timedelta(minutes=90)
"""Zones no further apart only give a note: an hour at either end of the night can be a habit."""

AROUND = timedelta(hours=1)
"""Zones under which the nights hold as few minutes with steps are distinguished by so much time around the nights."""

MIN_FILES, MIN_NOTED_FILES = 5, 2
"""Least number of files of one day that begin at midnight in another zone, for a refusal and for a note."""

MAX_FILES = 60
"""At most so many files of one day are opened; an export has one for each day of many years."""

AT_MIDNIGHT = timedelta(minutes=2)
"""A file of one day that begins so soon after a midnight begins at it: heart rates come every few seconds."""

_DAY_FILE = re.compile(r"(?:^|_)(?<!resting_)heart_rate-(\d{4}-\d\d-\d\d)\.json$")
_FIRST = re.compile(r'"dateTime"\s*:\s*"([^"]{17,26})"')
_HEAD_BYTES = 256
_AS_WRITTEN = TimeZones("UTC", {}, {})


@dataclass(frozen=True, slots=True)
class ZoneEvidence:
    """What shows the zone of an export.

    ``times`` are the naive times of minutes with steps; ``nights`` have naive local ``start`` and ``end``; of
    ``archive``, the heart rate files of one day are looked into where there are too few nights.
    """

    times: pl.Series
    nights: pl.DataFrame
    archive: Archive


@dataclass(frozen=True, slots=True)
class _Declared:
    """How an export is read: the zones of its participant, and the clock of the step minutes."""

    zones: TimeZones
    participant_id: str | None
    clock: Clock

    @property
    def name(self) -> str:
        """The zone at home."""
        return self.zones.of(self.participant_id)

    @property
    def as_read(self) -> TimeZones:
        """The zones under which a step minute, taken as UTC, is where it is read; local time is where UTC would be."""
        return self.zones if self.clock.reading == "utc" else _AS_WRITTEN

    def at_home_in(self, zone: str) -> TimeZones:
        """Return the zones of a participant who lives elsewhere and made the same journeys."""
        return TimeZones(zone, {}, self.zones.journeys)

    def utc_of(self, local: pl.Series, zones: TimeZones) -> pl.Series:
        """Return local times as instants under some zones."""
        return zones.to_utc(self.participant_id, local)

    def windows(self, nights: pl.DataFrame, zones: TimeZones) -> pl.DataFrame:
        """Return the nights as instants; null where a zone skips the hour."""
        return pl.DataFrame({side: self.utc_of(nights[side], zones) for side in ("start", "end")})


def check_zone(evidence: ZoneEvidence, clock: Clock, settings: ReadSettings) -> str | None:
    """Refuse an export whose times contradict the declared zone; return a note if they do not suit it.

    Parameters
    ----------
    evidence
        What shows the zone.
    clock
        How the step minutes are read.
    settings
        The participant and their declared zones.

    Raises
    ------
    ExportRefused
        ``wrong_time_zone``: with the zone that the times want, and where to declare it.
    """
    declared = _Declared(settings.time_zones, settings.participant_id, clock)
    evidence = replace(evidence, times=evidence.times.drop_nulls().sort())
    walked = _walked(evidence, declared.windows(evidence.nights, declared.as_read))
    return _by_nights(evidence, walked, declared) if len(walked) >= MIN_NIGHTS else _by_day_files(evidence, declared)


# --- nights ---


def _by_nights(evidence: ZoneEvidence, walked: pl.Series, declared: _Declared) -> str | None:
    """Judge by the minutes with steps in each night, as read and under every common zone."""
    total, n_nights = int(walked.sum()), len(walked)
    if total < NOTED_MIN * n_nights:  # too few for any doubt, as in nearly every true export
        return None
    fewest, best = _best_zones(evidence, declared)
    as_read = "as local time" if declared.clock.reading == "local" else f"in the declared time zone {declared.name}"
    found = (
        f"read {as_read}, {total:,} minutes with steps fall into {n_nights:,} nights of sleep; "
        f"in {zone_words(best)}, {fewest:,} do"
    )
    nights = _both_ways(evidence, declared, declared.windows(evidence.nights, declared.at_home_in(best[0])))
    if total >= TIMES_FEWER * fewest and _contradict(nights):
        raise _refusal(found, best)
    is_better = total >= max(NOTED_TIMES_FEWER * fewest, fewest + NOTED_MIN * n_nights)
    return f"{CHECK_ZONE}{found}; {zone_advice(best)}" if is_better and _fit_better(nights) else None


def _best_zones(evidence: ZoneEvidence, declared: _Declared) -> tuple[int, list[str]]:
    """Return the fewest minutes with steps in the nights under any common zone, and the zones that have so few.

    Of these, the zones with the fewest minutes in the hour before and after the nights.
    """
    around = evidence.nights.select(pl.col("start") - AROUND, pl.col("end") + AROUND)
    under = {}
    for zone in COMMON_ZONES:
        zones = declared.at_home_in(zone)
        inside, near = (declared.windows(nights, zones) for nights in (evidence.nights, around))
        under[zone] = int(_walked(evidence, inside).sum()), int(_walked(evidence, near).sum())
    best = min(under.values())
    return best[0], [zone for zone, minutes in under.items() if minutes == best]


def _walked(evidence: ZoneEvidence, windows: pl.DataFrame) -> pl.Series:
    """Count the minutes with steps in each night."""
    return instants_in(evidence.times.dt.replace_time_zone("UTC"), windows.drop_nulls())


def _both_ways(evidence: ZoneEvidence, declared: _Declared, other: pl.DataFrame) -> pl.DataFrame:
    """Return the minutes with steps in each night ``as_read`` and ``otherwise``, and how far ``apart`` these are."""
    as_read = declared.windows(evidence.nights, declared.as_read)
    known = as_read.with_columns(other["start"].alias("other_start"), other["end"].alias("other_end")).drop_nulls()
    others = known.select(pl.col("other_start").alias("start"), pl.col("other_end").alias("end"))
    return known.select(
        (pl.col("start") - pl.col("other_start")).abs().alias("apart"),
        _walked(evidence, known).alias("as_read"),
        _walked(evidence, others).alias("otherwise"),
    )


def _contradict(nights: pl.DataFrame) -> bool:
    """Whether most nights are walked through as read and not in the other zone, and few are the other way round."""
    as_read, otherwise = nights["as_read"], nights["otherwise"]
    n_against = int(((as_read >= WALKED_MIN) & (otherwise * 2 < as_read) & (nights["apart"] > NEAR)).sum())
    n_for = int(((otherwise >= WALKED_MIN) & (as_read * 2 < otherwise)).sum())
    return n_against >= max(MIN_NIGHTS, nights.height / 2, MIN_SHARE * (n_against + n_for))


def _fit_better(nights: pl.DataFrame) -> bool:
    """Whether most nights that differ have fewer minutes with steps in the other zone."""
    n_better, n_worse = (
        int(found.sum()) for found in (nights["otherwise"] < nights["as_read"], nights["otherwise"] > nights["as_read"])
    )
    return n_better >= max(MIN_NIGHTS, MIN_SHARE * (n_better + n_worse))


# --- files of one day ---


def _by_day_files(evidence: ZoneEvidence, declared: _Declared) -> str | None:
    """Judge by how many files of one day begin at midnight, where there are too few nights."""
    files = _day_files(evidence.archive)
    under = {zone: _at_midnight(files, declared, declared.at_home_in(zone)) for zone in COMMON_ZONES}
    n_declared, most = _at_midnight(files, declared, declared.zones), max(under.values())
    best = [zone for zone, number in under.items() if number == most]
    if n_declared or most < MIN_NOTED_FILES:
        return None
    found = (
        f"{most:,} of {files.height:,} daily heart rate files begin at midnight in {zone_words(best)}, and none does "
        f"in the declared time zone {declared.name}"
    )
    if most >= MIN_FILES and most >= MIN_SHARE * files.height:
        raise _refusal(found, best)
    return _doubt(found, best)


def _day_files(archive: Archive) -> pl.DataFrame:
    """Return the ``date`` in the name of each heart rate file, and its ``first`` naive time in UTC."""
    named = [(entry, match[1]) for entry in archive.entries if (match := _DAY_FILE.search(entry.label))]
    looked_at = named[:: len(named) // MAX_FILES + 1]
    begun = [(day, _FIRST.search(entry.head(_HEAD_BYTES).decode(errors="replace"))) for entry, day in looked_at]
    found = {"date": [day for day, first in begun if first], "first": [first[1] for _, first in begun if first]}
    return pl.DataFrame(found, schema={"date": pl.String, "first": pl.String}).select(
        pl.col("date").str.to_date("%Y-%m-%d", strict=False), local_times("first").alias("first")
    )


def _at_midnight(files: pl.DataFrame, declared: _Declared, zones: TimeZones) -> int:
    """Count the files that begin at midnight of their date under some zones."""
    midnight = declared.utc_of(files["date"].cast(pl.Datetime("us")), zones)
    late = files["first"].dt.replace_time_zone("UTC") - midnight
    return int(late.is_between(timedelta(), AT_MIDNIGHT).sum())


# --- words ---


def _refusal(found: str, best: list[str]) -> ExportRefused:
    advice = zone_advice(best)
    return ExportRefused("wrong_time_zone", f"nothing of this export was kept: {found}; {advice}")


def _doubt(found: str, best: list[str]) -> str:
    return f"{CHECK_ZONE}{found}; {zone_advice(best)}"
