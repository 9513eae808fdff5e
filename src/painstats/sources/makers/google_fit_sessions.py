"""Sleep sessions of Google Fit: one small JSON for each, in the Takeout folder ``All Sessions``.

A file has the start and end in UTC, its length such as ``27660s``, and in its name the start by the clock of the
participant with its UTC offset: ``2023-08-03T01_21_00+01_00_SLEEP.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator, Sequence

import polars as pl

from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import clock_note, local_dates_of
from painstats.parsing.strict_json import read_documents
from painstats.parsing.text import first_problem
from painstats.records import SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings
from painstats.sources.makers.google_fit_segments import SegmentSums, segment_sums
from painstats.sources.vendor_rows import main_sleeps, offset_minutes, utc_label, with_origin, zoned_instants

KEYS = ("startTime", "endTime", "duration")

_SLEEP = re.compile(rb'"fitnessActivity"\s*:\s*"sleep')
_NAME = r"(\d{4}-\d\d-\d\d)T(\d\d)_(\d\d)_(\d\d)[\d.]*(Z|[+-]\d\d_?\d\d)_"
_LENGTH = r"^(\d+(?:\.\d+)?)s$"
_HEAD_BYTES = 1 << 12
_NEAR_MIN = 1.0


def is_sleep_session(entry: Entry) -> bool:
    """Whether an entry is the JSON of a sleep; sessions of other activities are not read."""
    head = entry.head(_HEAD_BYTES)
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and bool(_SLEEP.search(head)) and b'"startTime"' in head


def read_sessions(place: str, entries: Sequence[Entry], settings: ReadSettings) -> Generator[Batch, None, pl.Series]:
    """Yield sleeps, and return their dates of waking."""
    if not entries:
        return pl.Series([], dtype=pl.Date)
    rows = with_origin(_rows(entries), settings, "google_fit", "google-fit", "app")
    timed = _with_dates(_timed(rows).sort("start_at", nulls_last=True, maintain_order=True), settings)
    sleeps = timed.filter(~_is_covered())
    if n_covered := timed.height - sleeps.height:
        yield Ignored(place, n_covered, "sleep sessions during a longer one, as a second app writes them")
    slept = sleeps.filter((pl.col("total_sleep_time_min") != 0).fill_null(True))
    if n_awake := sleeps.height - slept.height:
        yield Ignored(place, n_awake, "sleep sessions without sleep")
    yield from in_batches(SLEEP_EPISODE, slept.with_columns(main_sleeps(), utc_label("start_at").alias("episode_id")))
    for message in _messages(slept) if slept.height else ():
        yield Note(place, message)
    return slept["date"].drop_nulls().unique()


def _rows(entries: Sequence[Entry]) -> pl.DataFrame:
    """Return one row for each session, with its name; what else a file holds (places, calories) is not kept."""
    found = [(entry, document) for entry in entries for document in read_documents(entry)]
    texts = [{key: str(document[key]) for key in KEYS if key in document} for _, document in found]
    return pl.DataFrame(
        {
            "entry": [entry.label for entry, _ in found],
            "text": [json.dumps(text) for text in texts],
            **_segment_columns([segment_sums(document.get("segment")) for _, document in found]),
            **{key: [text.get(key) for text in texts] for key in KEYS},
        },
        schema_overrides={"entry": pl.String, "text": pl.String, **dict.fromkeys(KEYS, pl.String)},
    ).with_columns(pl.lit(1, pl.Int64).alias("line"))


def _segment_columns(sums: Sequence[SegmentSums]) -> dict[str, pl.Series]:
    minutes = {
        "asleep_min": [found.asleep_min for found in sums],
        "wake_after_sleep_onset_min": [found.wake_min for found in sums],
        "deep_sleep_min": [found.deep_min for found in sums],
        "rem_sleep_min": [found.rem_min for found in sums],
    }
    are_read = pl.Series([found.is_read for found in sums], dtype=pl.Boolean)
    return {"is_read": are_read} | {name: pl.Series(values, dtype=pl.Float64) for name, values in minutes.items()}


def _timed(rows: pl.DataFrame) -> pl.DataFrame:
    timed = rows.with_columns(
        zoned_instants("startTime").alias("start_at"), zoned_instants("endTime").alias("end_at"), _named_offset()
    )
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    length = pl.col("duration").str.extract(_LENGTH, 1).cast(pl.Float64, strict=False) / 60
    whole = pl.when(pl.col("duration").is_null()).then(lasted).otherwise(length)
    return timed.with_columns(
        pl.coalesce("asleep_min", whole).alias("total_sleep_time_min"),
        lasted.alias("time_in_bed_min"),
        first_problem(
            startTime=pl.col("start_at").is_null(),
            endTime=pl.col("end_at").is_null(),
            duration=pl.col("duration").is_not_null() & length.is_null(),
            segment=~pl.col("is_read"),
        ),
    )


def _named_offset() -> pl.Expr:
    """Return the UTC offset in the name of the file if the start there is that of the session.

    A file of which all names are in UTC names no local time at all.
    """
    clock = pl.concat_str(
        pl.col("entry").str.extract(_NAME, 1),
        *(pl.col("entry").str.extract(_NAME, part) for part in (2, 3, 4)),
        separator=":",
    ).str.to_datetime("%Y-%m-%d:%H:%M:%S", time_unit="us", strict=False)
    offset = offset_minutes(pl.col("entry").str.extract(_NAME, 5).str.replace("_", ":", literal=True))
    started = zoned_instants("startTime").dt.replace_time_zone(None) + pl.duration(minutes=offset)
    is_right = (clock - started).dt.total_minutes().abs() < _NEAR_MIN
    return pl.when(is_right & (offset != 0).any()).then(offset).alias("utc_offset_min")


def _with_dates(timed: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Date sleeps by waking, by the offset of the session, else in the participant's time zone."""
    there = local_dates_of(timed["participant_id"].fill_null(""), timed["end_at"], settings.time_zones)
    named = (pl.col("end_at") + pl.duration(minutes="utc_offset_min")).dt.date()
    return timed.with_columns(named.fill_null(there).alias("date"))


def _is_covered() -> pl.Expr:
    """Whether a session is not the longest of those that overlap without a gap."""
    before = pl.col("end_at").cum_max().shift(1)
    cluster = (pl.col("start_at") >= before).fill_null(True).cum_sum()
    place = pl.col("total_sleep_time_min").rank("ordinal", descending=True).over(cluster)
    return pl.col("column").is_null() & (place > 1)


def _messages(sleeps: pl.DataFrame) -> Iterator[str]:
    unsegmented = sleeps.filter(pl.col("asleep_min").is_null())
    off = unsegmented["time_in_bed_min"] - unsegmented["total_sleep_time_min"]
    n_near, n_segmented = int((off.abs() <= _NEAR_MIN).sum()), sleeps.height - unsegmented.height
    if n_segmented:
        yield f"{n_segmented} of {sleeps.height} sessions of sleep have segments; time awake in them is not sleep"
    if unsegmented.height:
        yield (
            f"{unsegmented.height} of {sleeps.height} sessions of sleep have no segments, so all the time from start "
            f"to end counts as sleep; {n_near} last as long as they say"
        )
    yield clock_note(sleeps.height - sleeps["utc_offset_min"].null_count(), sleeps.height, "times of sleep")
