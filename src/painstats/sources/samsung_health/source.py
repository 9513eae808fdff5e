"""Samsung Health: the CSV files of ``Download personal data``, each identified by its first line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import local_dates_of
from painstats.parsing.csv_text import CsvTable, read_csv
from painstats.parsing.text import first_problem, local_times, numbers, whole_numbers
from painstats.records import DAILY_TOTAL, EXERCISE_SESSION, SLEEP_EPISODE, SLEEP_SEGMENT, STEP_COUNT
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.samsung_health.clock import Reading, decide_samsung_clock
from painstats.sources.samsung_health.exercise import exercise_kinds
from painstats.sources.session_checks import checked_sessions
from painstats.sources.vendor_rows import (
    MILLISECONDS,
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    entries_by_kind,
    hashed_device,
    instants_at,
    is_csv,
    main_sleeps,
    offset_minutes,
    other_files,
    rows_below,
    split_unused,
    utc_label,
    with_origin,
)

KINDS = {
    "com.samsung.shealth.sleep": "sleep",
    "com.samsung.health.sleep_stage": "stages",
    "com.samsung.shealth.step_daily_trend": "trend",
    "com.samsung.shealth.tracker.pedometer_day_summary": "day_summary",
    "com.samsung.shealth.tracker.pedometer_step_count": "step_intervals",
    "com.samsung.shealth.exercise": "exercise",
}
"""Start of the first line, and the kind of table below it; all other ``com.samsung`` tables are not used."""

NEEDED = {
    "sleep": ("start_time", "end_time", "time_offset"),
    "stages": ("start_time", "end_time", "stage", "sleep_id"),
    "trend": ("day_time", "count"),
    "day_summary": ("day_time", "step_count"),
    "step_intervals": ("start_time", "end_time", "count"),
    "exercise": ("start_time", "end_time"),
}
"""Last parts of the names of columns without which a table is not read."""

STEPS_OF_DAY = {"trend": "count", "day_summary": "step_count"}
"""Tables with a total for each date, the better one first, and the column of the total."""

STAGES = {"40001": "awake", "40002": "light", "40003": "deep", "40004": "rem"}
ALL_DEVICES = "-2"
"""``source_type`` of rows with all devices merged."""

_INTERVAL = ("start_time", "end_time", "time_offset", "deviceuuid")
_SLEEP = (*_INTERVAL, "datauuid", "sleep_duration", "efficiency")
_STAGE = (*_INTERVAL, "stage", "sleep_id")
_EXERCISE = (
    *_INTERVAL, "datauuid", "exercise_type", "duration", "distance", "calorie", "total_calorie", "mean_heart_rate",
)  # fmt: skip
_MAGIC = re.compile(r"\ufeff?(com\.samsung\.[a-z_.]+)", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_EPOCH_DAY = r"^\d{12,13}$"
_MS_IN_A_DAY = 86_400_000
_WHOLE_MIN = 1.0
_HEAD_BYTES = 1 << 14


def _encoding(entry: Entry) -> str:
    return "utf-16" if entry.head(2) in _UTF_16 else "utf-8"


def _kind(entry: Entry) -> str | None:
    """Return what an entry is, by its first line; file names are ambiguous and not used."""
    kind = _named(entry)
    return "unlike" if _lacking(entry, kind) else kind


def _named(entry: Entry) -> str | None:
    found = _MAGIC.match(entry.head(256).decode(_encoding(entry), errors="replace")) if is_csv(entry) else None
    return KINDS.get(found[1].lower().rstrip("."), "unused") if found else None


def _lacking(entry: Entry, kind: str | None) -> tuple[str, ...]:
    """Return the columns that a table of this kind should have but does not."""
    if kind not in NEEDED:
        return ()
    _, *lines = entry.head(_HEAD_BYTES).decode(_encoding(entry), errors="replace").splitlines()
    given = {name.strip('\ufeff" ').split(".")[-1] for name in (lines or [""])[0].split(",")}
    return tuple(column for column in NEEDED[kind] if column not in given)


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kind(entry) for entry in archive.entries)


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds = entries_by_kind(archive, _kind)
    sleeps = [_table(entry, _SLEEP) for entry in kinds["sleep"]]
    clock, reason = decide_samsung_clock(pl.concat([rows for rows, _ in sleeps]) if sleeps else None)
    if any(kinds[kind] for kind in ("sleep", "stages", "step_intervals", "exercise")):
        yield Note(archive.name, reason)
        yield Note(archive.name, "local time is found with the UTC offset of each row (time_offset)")
    yield from _read_steps(kinds, clock, settings)
    yield from _read_nights(kinds["sleep"], sleeps, kinds["stages"], clock, settings)
    for entry in kinds["exercise"]:
        yield from _read_exercise(entry, clock, settings)
    for entry in kinds["unlike"]:
        lacking = ", ".join(_lacking(entry, _named(entry)))
        yield Ignored(entry.label, _rows_below(entry), f"not read: missing columns {lacking}")
    for entry in kinds["unused"]:
        yield Ignored(entry.label, _rows_below(entry), "a Samsung Health table that is not used")
    yield from other_files(archive, kinds[None])


def _rows_below(entry: Entry) -> int:
    return rows_below(entry, 2, _encoding(entry))


# --- tables ---


def _table(entry: Entry, columns: Sequence[str]) -> tuple[pl.DataFrame, CsvTable]:
    """Read a table below its first line; columns are named by their last part, as some begin with the table's name."""
    table = read_csv(entry, _encoding(entry), rows_above=1, closing_comma=True, repeated_columns=True)
    named = {column: _longest_name(table, column) for column in columns}
    rows = csv_rows(entry, table, [name or column for column, name in named.items()])
    return rows.rename({name: column for column, name in named.items() if name}), table


def _longest_name(table: CsvTable, column: str) -> str | None:
    fitting = [name for name in table.header if name.lstrip("\ufeff").split(".")[-1] == column]
    return max(fitting, key=len, default=None)


def _timed(rows: pl.DataFrame, clock: Reading, settings: ReadSettings) -> pl.DataFrame:
    """Add origin, instants and UTC offset of each row."""
    device = hashed_device(SOURCE.name, "deviceuuid", rows)
    offset_min = offset_minutes(pl.col("time_offset"))
    shift = offset_min if clock == "local" else pl.lit(0)
    return with_origin(rows, settings, SOURCE.name, device, "unknown").with_columns(
        offset_min.alias("utc_offset_min"),
        instants_at(local_times("start_time"), shift).alias("start_at"),
        instants_at(local_times("end_time"), shift).alias("end_at"),
    )


def _unread_times(clock: Reading) -> dict[str, pl.Expr]:
    start, end = pl.col("start_at").is_null(), pl.col("end_at").is_null()
    zone = {"time_offset": pl.col("utc_offset_min").is_null()} if clock == "local" else {}
    return {**zone, "start_time": start, "end_time": end}


# --- steps ---


def _read_steps(kinds: Mapping[str | None, list[Entry]], clock: Reading, settings: ReadSettings) -> Iterator[Batch]:
    """Read one total for each date, merged over devices, and intervals for dates without a total."""
    totalled = pl.Series("date", [], pl.Date)
    for kind, column in STEPS_OF_DAY.items():
        days = [(entry, *_days(entry, column, settings)) for entry in kinds[kind]]
        for entry, rows, table in days:
            yield from _one_for_each_date(entry, rows, column, totalled)
            yield from broken_rows(entry, table, DAILY_TOTAL)
        dates = (rows.filter(numbers(column) > 0)["date"].drop_nulls() for _, rows, _ in days)
        totalled = pl.concat([totalled, *dates])
    for entry in kinds["step_intervals"]:
        yield from _read_intervals(entry, totalled, clock, settings)


def _days(entry: Entry, column: str, settings: ReadSettings) -> tuple[pl.DataFrame, CsvTable]:
    """Read a table of days. UTC midnights are dates; any other instant is dated in the participant's time zone."""
    rows, table = _table(entry, ("day_time", column, "source_type"))
    # The app's own total over all devices ranks above intervals of a device of unknown kind.
    rows = with_origin(rows, settings, SOURCE.name, SOURCE.name, "app").with_columns(
        pl.when(pl.col("day_time").str.contains(_EPOCH_DAY)).then("day_time").cast(pl.Int64).alias("at_ms")
    )
    instants = rows["at_ms"].cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    there = local_dates_of(rows["participant_id"], instants, settings.time_zones)
    as_text = pl.col("day_time").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    named = pl.when(pl.col("at_ms") % _MS_IN_A_DAY == 0).then(instants.dt.date()).otherwise(there)
    return rows.with_columns(named.fill_null(as_text).alias("date")), table


def _one_for_each_date(entry: Entry, rows: pl.DataFrame, column: str, totalled: pl.Series) -> Iterator[Batch]:
    """Read the row that Samsung merged over all devices, else the largest row of the date."""
    is_merged = (pl.col("source_type") == ALL_DEVICES).fill_null(False)
    has_merged = is_merged.any().over("date")
    is_smaller = numbers(column).rank("ordinal", descending=True).over("date") > 1
    kept, ignored = split_unused(
        rows,
        {
            "already in step_daily_trend": pl.col("date").is_in(totalled.implode()),
            "steps of one device; another row has those of all devices": has_merged & ~is_merged,
            "days of 0 steps: no device worn": numbers(column) == 0,
            "a smaller count for the same date": ~has_merged & pl.col("date").is_not_null() & is_smaller,
        },
    )
    yield from ignored
    yield from daily_totals(kept, (DailyColumn(column, "step_count"),), "day_time")
    if rows.height:
        rule = "from the rows of all devices, else the largest row of the date"
        if not rows.select(is_merged.any()).item():
            rule = "from the largest row of each date; no row is marked as merged"
        yield Note(entry.label, f"daily steps are {rule}; {_how_dated(rows)}")


def _how_dated(rows: pl.DataFrame) -> str:
    moments = rows["at_ms"].drop_nulls()
    n_other = int((moments % _MS_IN_A_DAY != 0).sum())
    others = f"; {n_other} other instants were dated in the participant's time zone" if n_other else ""
    return f"{len(moments) - n_other} of {rows.height} dates are UTC midnights{others}"


def _read_intervals(entry: Entry, totalled: pl.Series, clock: Reading, settings: ReadSettings) -> Iterator[Batch]:
    rows, table = _table(entry, (*_INTERVAL, "count"))
    steps = _timed(rows, clock, settings).with_columns(whole_numbers("count").alias("step_count"))
    there = local_dates_of(steps["participant_id"], steps["start_at"], settings.time_zones)
    date = (pl.col("start_at") + pl.duration(minutes="utc_offset_min")).dt.date().fill_null(there)
    kept, ignored = split_unused(
        steps, {"already in the total of the date, merged over devices": date.is_in(totalled.implode())}
    )
    yield from ignored
    unread = {**_unread_times(clock), "count": pl.col("step_count").is_null()}
    yield from in_batches(STEP_COUNT, kept.with_columns(first_problem(**unread)))
    yield from broken_rows(entry, table, STEP_COUNT)


# --- sleep ---


def _read_nights(
    entries: list[Entry],
    sleeps: list[tuple[pl.DataFrame, CsvTable]],
    stage_entries: list[Entry],
    clock: Reading,
    settings: ReadSettings,
) -> Iterator[Batch]:
    """Read sleeps with the totals of their stages; stages without a sleep are read as segments."""
    staged = [(entry, *_table(entry, _STAGE)) for entry in stage_entries]
    sums = pl.concat([_stage_sums(rows) for _, rows, _ in staged] or [_stage_sums(pl.DataFrame(schema=_STAGE_SCHEMA))])
    for entry, (rows, table) in zip(entries, sleeps, strict=True):
        yield from _read_sleep(entry, rows, sums, clock, settings)
        yield from broken_rows(entry, table, SLEEP_EPISODE)
    known = pl.concat([pl.Series(dtype=pl.String), *(rows["datauuid"].drop_nulls() for rows, _ in sleeps)])
    is_summed = pl.col("column").is_null() & pl.col("sleep_id").is_in(known.implode())
    for entry, rows, table in staged:
        segments, ignored = split_unused(
            _segments(rows, clock, settings), {"sleep stages, summed for the sleep that they belong to": is_summed}
        )
        yield from ignored
        yield from in_batches(SLEEP_SEGMENT, segments)
        yield from broken_rows(entry, table, SLEEP_SEGMENT)


_STAGE_SCHEMA = dict.fromkeys(_STAGE, pl.String)


def _stage_sums(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up the minutes asleep and awake of each sleep; repeated stages count once."""
    minutes = (local_times("end_time") - local_times("start_time")).dt.total_seconds() / 60
    stages = rows.select("sleep_id", "stage", "start_time", "end_time").unique().with_columns(minutes.alias("minutes"))
    is_awake = pl.col("stage") == "40001"
    is_asleep = pl.col("stage").is_in(list(STAGES)) & ~is_awake
    return (
        stages.drop_nulls("sleep_id")
        .group_by("sleep_id", maintain_order=True)
        .agg(
            pl.col("minutes").filter(is_asleep).sum().alias("staged_min"),
            pl.col("minutes").filter(is_awake).sum().alias("awake_min"),
            *(
                pl.col("minutes").filter(pl.col("stage") == code).sum().alias(f"{stage}_sleep_min")
                for code, stage in STAGES.items()
                if stage in ("deep", "rem")
            ),
        )
        .filter(pl.col("staged_min") > 0)
    )


def _read_sleep(
    entry: Entry, rows: pl.DataFrame, sums: pl.DataFrame, clock: Reading, settings: ReadSettings
) -> Iterator[Batch]:
    lasted = ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60).alias("time_in_bed_min")
    nights = _timed(rows, clock, settings).with_columns(lasted)
    nights = nights.join(sums, left_on="datauuid", right_on="sleep_id", how="left", maintain_order="left")
    uses_duration, rule = _duration_rule(nights)
    duration = numbers("sleep_duration") if uses_duration else pl.lit(None, pl.Float64)
    share = pl.when(numbers("efficiency") > 0).then(numbers("efficiency")) / 100
    asleep = pl.coalesce("staged_min", duration, share * pl.col("time_in_bed_min"))
    ended = pl.col("end_at") + pl.duration(minutes="utc_offset_min")
    kept, ignored = split_unused(
        nights.with_columns(
            asleep.clip(upper_bound=pl.col("time_in_bed_min")).alias("total_sleep_time_min"),
            ended.dt.date().alias("date"),
        ),
        {"sleeps without a measure of time asleep": pl.col("time_in_bed_min").is_not_null() & asleep.is_null()},
    )
    yield from ignored
    yield from in_batches(
        SLEEP_EPISODE,
        kept.with_columns(
            main_sleeps(),
            pl.col("datauuid").fill_null(utc_label("start_at")).alias("episode_id"),
            pl.col("awake_min").alias("wake_after_sleep_onset_min"),
            first_problem(time_offset=pl.col("utc_offset_min").is_null(), **_unread_times("utc")),
        ),
    )
    if rows.height:
        yield Note(entry.label, rule)


def _duration_rule(nights: pl.DataFrame) -> tuple[bool, str]:
    """Decide from all nights whether ``sleep_duration`` is time asleep or the whole time from start to end."""
    gaps = nights.select(pl.col("time_in_bed_min") - numbers("sleep_duration")).to_series().drop_nulls()
    if gaps.is_empty():
        return False, "time asleep is the sum of the stages, else efficiency times time in bed"
    if 2 * int((gaps.abs() <= _WHOLE_MIN).sum()) > len(gaps):
        return False, (
            "sleep_duration is the whole time from start to end; time asleep is the sum of the stages, else efficiency "
            "times time in bed"
        )
    return True, "time asleep is the sum of the stages, else sleep_duration, which is shorter than the time in bed"


def _segments(rows: pl.DataFrame, clock: Reading, settings: ReadSettings) -> pl.DataFrame:
    stage = pl.col("stage").replace_strict(STAGES, default=None, return_dtype=pl.String).alias("stage")
    timed = _timed(rows, clock, settings).with_columns(stage, (pl.col("device") + "-stages").alias("device"))
    return timed.with_columns(first_problem(**_unread_times(clock), stage=pl.col("stage").is_null()))


# --- exercise ---


def _read_exercise(entry: Entry, clock: Reading, settings: ReadSettings) -> Iterator[Batch]:
    rows, table = _table(entry, _EXERCISE)
    timed = _timed(rows, clock, settings)
    lasted = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    energy = pl.coalesce(numbers("total_calorie"), numbers("calorie"))
    positive = {name: pl.when(value > 0).then(value) for name, value in _measured(energy).items()}
    sessions, message = checked_sessions(
        timed.with_columns(
            pl.col("datauuid").fill_null(utc_label("start_at")).alias("session_id"),
            exercise_kinds("exercise_type").alias("exercise_type"),
            (numbers("duration") * MILLISECONDS).fill_null(lasted).alias("duration_min"),
            **positive,
        )
    )
    yield from in_batches(EXERCISE_SESSION, sessions.with_columns(first_problem(**_unread_times(clock))))
    if rows.height:
        yield Note(entry.label, message)
    yield from broken_rows(entry, table, EXERCISE_SESSION)


def _measured(energy: pl.Expr) -> dict[str, pl.Expr]:
    return {"distance_m": numbers("distance"), "energy_kcal": energy, "heart_rate_bpm": numbers("mean_heart_rate")}


SOURCE = Source(
    name="samsung_health",
    version=2,
    title="Samsung Health (CSV)",
    reads="steps by day, or by interval for dates without a total, sleep with its stages, exercise",
    how_to_export=(
        "In Samsung Health open Settings, Download personal data; zip the folder samsunghealth_… that it creates in "
        "Download/Samsung Health."
    ),
    recognises=_recognises,
    read=_read,
)
