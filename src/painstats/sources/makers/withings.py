"""Withings: the CSV files of a data export; their UTC offset is that of the account's home zone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import local_dates_of
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.text import first_problem, numbers
from painstats.records import EXERCISE_SESSION, SLEEP_EPISODE, SLEEP_SEGMENT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
from painstats.sources.makers.withings_steps import (
    is_from_elsewhere,
    read_daily_steps,
    read_step_intervals,
    steps_by_written_date,
    unfolded,
    unread_array,
)
from painstats.sources.session_checks import checked_sessions
from painstats.sources.vendor_rows import (
    SECONDS,
    broken_rows,
    csv_rows,
    entries_by_kind,
    is_csv,
    main_sleeps,
    other_files,
    rows_below,
    split_unused,
    utc_label,
    with_origin,
    zoned_offsets,
    zoned_or_local,
)

STAGES = {0.0: "awake", 1.0: "light", 2.0: "deep", 3.0: "rem"}
"""States in ``raw_tracker_sleep-state``. Withings documents 0 to 2; 3 is read as REM."""

NAMES = {
    "from": ("from", "von", "de"),
    "to": ("to", "bis", "a"),
    "light": ("light (s)", "leicht (s)", "ligero (s)"),
    "deep": ("deep (s)", "tief (s)", "profundo (s)"),
    "rem": ("rem (s)",),
    "awake": ("awake (s)", "wach (s)", "despierto (s)", "wakeup (s)"),
    "falling asleep": ("duration to sleep (s)",),
    "getting up": ("duration to wake up (s)",),
}
"""Columns of ``sleep.csv`` in the languages seen so far."""

MAX_UNEXPLAINED_S = 120
"""Largest median difference between the time in bed and the sum of its parts, for the parts to count as complete."""

NAMELESS = {("date", "value"): "aggregates_steps.csv", ("start", "duration", "value"): "raw_tracker_sleep-state.csv"}
"""Columns that many tables share, so that only the file name says what a table contains, and such a name."""

_NAMED = re.compile(r"(?:^|[_ -])(?P<kind>aggregates_[a-z-]+|raw_[a-z]+_[a-z-]+)", re.IGNORECASE)
_ACTIVITY = ("from", "to", "Activity type", "Data")
_IN_DATA = {"effduration": "active_s", "distance": "distance", "calories": "calories", "hr_average": "mean_heart_rate"}
_HEAD_BYTES = 1 << 12
_NO_DIARY = re.compile(r'\d{4}-\d\d-\d\d(?:,(?!100\b)\d{3}|T\d\d:\d\d:\d\d[+-]\d\d:\d\d,"?\[)')
_WHOLE_ROW_AWAKE = "states of a row without any sleep: awake around a night, or not worn"
_UNKNOWN_STATE = "sleep states of unknown meaning"


def _kind(entry: Entry) -> str | None:
    """Return what an entry is, by its columns, and if these are ambiguous (``date,value``) also by its name."""
    header = header_of(entry) if is_csv(entry) else ()
    if header in NAMELESS:
        named = _NAMED.search(entry.label)
        return named["kind"].lower() if named else "nameless"
    if set(_ACTIVITY) <= set(header):
        return "activities"
    present = {name.casefold() for name in header}
    needed = ("from", "to", "light", "deep", "awake")
    return "sleep" if all(present.intersection(NAMES[part]) for part in needed) else None


def _recognises(archive: Archive, settings: ReadSettings) -> bool:
    kinds = entries_by_kind(archive, _kind)
    nameless = kinds.pop("nameless", [])
    return any(kinds) or (
        len(nameless) == len(archive.entries)
        and not any(plan.matches(name) for plan in settings.mappings for name in (archive.name, nameless[0].label))
        and any(_is_no_diary(entry) for entry in nameless)
    )


def _is_no_diary(entry: Entry) -> bool:
    """Whether a table contains what no diary does: arrays in cells, or values that no scale has."""
    return any(map(_NO_DIARY.match, entry.head(_HEAD_BYTES).decode(errors="replace").splitlines()))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds = entries_by_kind(archive, _kind)
    others, nameless = kinds.pop(None, []), kinds.pop("nameless", [])
    if not kinds:
        raise _no_name(nameless[0])
    intervals = kinds["raw_tracker_steps"]
    by_day = steps_by_written_date(intervals, settings)
    is_elsewhere = is_from_elsewhere(intervals, settings)
    for entry in kinds.pop("aggregates_steps", []):
        yield from read_daily_steps(entry, settings, by_day, is_elsewhere=is_elsewhere)
    for kind, entries in kinds.items():
        for entry in entries:
            if kind in _READERS:
                yield from _READERS[kind](entry, settings)
            else:
                yield Ignored(entry.label, rows_below(entry), f"{kind}: not used")
    for entry in nameless:
        yield Ignored(entry.label, rows_below(entry), "unknown content: only Withings' original file name would say")
    yield from other_files(archive, others)


def _no_name(entry: Entry) -> Exception:
    return refused(
        "name_needed",
        entry,
        "many files of a Withings export have these columns, and only the name says what is in them; import the whole "
        f"archive, or rename the file to its original name, such as {NAMELESS[header_of(entry)]} (if it is a diary, "
        "declare it in study.toml)",
    )


def _clock_used(entry: Entry, rows: pl.DataFrame, columns: tuple[str, str]) -> Iterator[Note]:
    """Say whether times have a UTC offset; it makes them instants, but is not that of the place."""
    has_offset = rows.select(pl.any_horizontal(zoned_offsets(column).is_not_null() for column in columns)).to_series()
    given = rows.select(pl.any_horizontal(pl.col(columns).is_not_null())).to_series()
    n_without = int((given & ~has_offset).sum())
    if n_without < int(given.sum()):
        yield Note(
            entry.label, "times have the UTC offset of the account; days are those of the participant's time zone"
        )
    if n_without:
        yield Note(entry.label, f"{n_without} rows have times without an offset, read in the participant's time zone")


# --- sleep states ---


def _read_states(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read sleep states as segments of a separate device; one device counts for each night, totals first."""
    table = read_csv(entry)
    states = unfolded(entry, table, settings, "withings-states")
    slept = (pl.col("value").is_in(list(STAGES)) & (pl.col("value") > 0)).any().over("line")
    rows, ignored = split_unused(
        states,
        {
            _UNKNOWN_STATE: pl.col("value").is_not_null() & ~pl.col("value").is_in(list(STAGES)),
            _WHOLE_ROW_AWAKE: pl.col("value").is_not_null() & ~slept,
        },
    )
    yield from ignored
    stage = pl.col("value").replace_strict(STAGES, default=None, return_dtype=pl.String)
    yield from in_batches(
        SLEEP_SEGMENT,
        rows.with_columns(stage.alias("stage")).with_columns(
            first_problem(**unread_array(), value=pl.col("stage").is_null())
        ),
    )
    yield from broken_rows(entry, table, SLEEP_SEGMENT)
    if (states["value"] == 3).any():
        yield Note(entry.label, "sleep state 3, which the export does not describe, was read as REM")


# --- sleep.csv ---


def _read_sleep(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    names = {part: _present(table, aliases) for part, aliases in NAMES.items()}
    given = [name for name in names.values() if name]
    parts = csv_rows(entry, table, given).rename({name: part for part, name in names.items() if name})
    absent = (pl.lit(None, pl.String).alias(part) for part, name in names.items() if not name)
    rows, ignored = split_unused(
        _nights(parts.with_columns(absent), settings),
        {"nights of 0 minutes asleep": pl.col("total_sleep_time_min") == 0},
    )
    yield from ignored
    yield from _clock_used(entry, parts, ("from", "to"))
    rows, message = _with_waking(rows)
    yield from in_batches(
        SLEEP_EPISODE,
        rows.with_columns(main_sleeps(), utc_label("start_at").alias("episode_id")).with_columns(
            first_problem(
                **{str(names["from"]): pl.col("start_at").is_null(), str(names["to"]): pl.col("end_at").is_null()},
                **{str(names[part]): numbers(part).is_null() for part in ("light", "deep")},
            )
        ),
    )
    yield from broken_rows(entry, table, SLEEP_EPISODE)
    if rows.height:
        yield Note(entry.label, message)


def _present(table: CsvTable, aliases: tuple[str, ...]) -> str | None:
    return next((name for name in table.header if name.casefold() in aliases), None)


def _nights(parts: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read instants and totals. The date of waking is in the participant's zone, as the offset is the account's."""
    placed = with_origin(parts, settings, SOURCE.name, "withings", "tracker").with_columns(
        zoned_or_local(parts, "from", settings).alias("start_at"), zoned_or_local(parts, "to", settings).alias("end_at")
    )
    in_bed_min = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS
    asleep_s = numbers("light") + numbers("deep") + numbers("rem").fill_null(0)
    return placed.with_columns(
        local_dates_of(placed["participant_id"], placed["end_at"], settings.time_zones).alias("date"),
        in_bed_min.alias("time_in_bed_min"),
        (asleep_s * SECONDS).alias("total_sleep_time_min"),
        (numbers("deep") * SECONDS).alias("deep_sleep_min"),
        (numbers("rem") * SECONDS).alias("rem_sleep_min"),
    )


def _with_waking(rows: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Add the time awake after sleep onset, if the data show what the seconds awake are."""
    asleep, in_bed = pl.col("total_sleep_time_min"), pl.col("time_in_bed_min")
    gaps = rows.select((in_bed - asleep - numbers("awake") * SECONDS).abs() * 60).to_series().drop_nulls()
    gap_s = gaps.median()
    waking_s = numbers("awake") - numbers("falling asleep") - numbers("getting up")
    if not isinstance(gap_s, float) or gap_s > MAX_UNEXPLAINED_S:
        unknown = pl.lit(None, pl.Float64).alias("wake_after_sleep_onset_min")
        return rows.with_columns(
            unknown
        ), "sleep and time awake do not add up to the time in bed; time awake was not read"
    waking = pl.when(waking_s >= 0).then(waking_s * SECONDS).alias("wake_after_sleep_onset_min")
    return rows.with_columns(waking), (
        "sleep and time awake add up to the time in bed; wake after sleep onset is the time awake minus falling asleep "
        "and getting up"
    )


# --- activities.csv ---


def _read_activities(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    table = read_csv(entry)
    # Data can contain places, which are not kept in the text of a rejected row.
    read = csv_rows(entry, table, _ACTIVITY[:-1]).with_columns(table.cells["Data"].alias("Data"))
    yield from _clock_used(entry, read, ("from", "to"))
    rows = with_origin(read, settings, SOURCE.name, "withings", "tracker").with_columns(
        zoned_or_local(read, "from", settings).alias("start_at"),
        zoned_or_local(read, "to", settings).alias("end_at"),
        *(
            pl.col("Data").str.extract(rf'"{key}"\s*:\s*"?(\d+(?:\.\d+)?)').alias(name)
            for key, name in _IN_DATA.items()
        ),
    )
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds()
    positive = {name: pl.when(numbers(name) > 0).then(numbers(name)) for name in _IN_DATA.values()}
    sessions, message = checked_sessions(
        rows.with_columns(
            utc_label("start_at").alias("session_id"),
            exercise_types(pl.col("Activity type")).alias("exercise_type"),
            (positive["active_s"].fill_null(lasted) * SECONDS).alias("duration_min"),
            positive["distance"].alias("distance_m"),
            positive["calories"].alias("energy_kcal"),
            positive["mean_heart_rate"].alias("heart_rate_bpm"),
        )
    )
    yield from in_batches(
        EXERCISE_SESSION,
        sessions.with_columns(
            first_problem(**{"from": pl.col("start_at").is_null(), "to": pl.col("end_at").is_null()})
        ),
    )
    if rows.height:
        yield Note(entry.label, message)
    yield from broken_rows(entry, table, EXERCISE_SESSION)


_READERS = {
    "raw_tracker_steps": read_step_intervals,
    "raw_tracker_sleep-state": _read_states,
    "sleep": _read_sleep,
    "activities": _read_activities,
}

SOURCE = Source(
    name="withings",
    version=3,
    title="Withings data export (CSV)",
    reads="steps by day and by interval, sleep totals or states, activities",
    how_to_export=(
        "In the Withings app open your profile, Settings, Download your data, and Start archive; you receive a link to "
        "the zip by e-mail."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(_ACTIVITY, ("from", "to", "light (s)", "deep (s)", "awake (s)")),
)
