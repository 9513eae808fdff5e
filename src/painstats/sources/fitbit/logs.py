"""The JSON files of a Fitbit export as frames: minutes, daily totals, sleep logs and exercise logs."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from painstats.archive.entries import Entry, read_whole
from painstats.parsing.strict_json import MAX_BYTES, read_objects
from painstats.parsing.text import first_problem, local_times, numbers, whole_numbers
from painstats.sources.contract import ReadSettings
from painstats.sources.exercise_names import exercise_types
from painstats.sources.fitbit.minutes import minutes_by_columns

TRACKER = {"source": "fitbit", "device": "fitbit", "device_kind": "tracker"}

ERA_DAYS = 30
"""Classic nights without a staged one for so many days are not those of a tracker that stages sleep."""

_MS_PER_MIN = 60_000
_STAGES = ("deep", "rem")


def tracked(frame: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Add the participant and the device."""
    known = {"participant_id": settings.participant_id, **TRACKER}
    return frame.with_columns(pl.lit(value, pl.String).alias(name) for name, value in known.items())


def read_minutes(entry: Entry) -> pl.DataFrame:
    """Read minutes and their steps.

    Returns
    -------
    ``line``, ``clock`` (naive) and ``step_count``. Unless the file has Fitbit's own layout, also ``text``, which is
    null where both could be read: a decade of minutes as text would not fit into memory.
    """
    minutes = minutes_by_columns(read_whole(entry, MAX_BYTES))
    return minutes_by_objects(entry) if minutes is None else minutes


def minutes_by_objects(entry: Entry) -> pl.DataFrame:
    """Read minutes as :func:`read_minutes` does, from any JSON."""
    values = _values([entry]).with_columns(whole_numbers("value").alias("step_count"))
    unread = pl.col("clock").is_null() | pl.col("step_count").is_null()
    return values.select("line", "clock", "step_count", pl.when(unread).then("text").alias("text"))


def read_sums(entries: Sequence[Entry], measure: str, settings: ReadSettings) -> pl.DataFrame:
    """Read values by local date. Their times are all midnight and are not shifted."""
    at_midnight = pl.col("clock") == pl.col("clock").dt.truncate("1d")
    return (
        tracked(_values(entries), settings)
        .with_columns(
            pl.lit(measure).alias("measure"),
            pl.when(at_midnight).then("clock").dt.date().alias("date"),
            numbers("value").alias("value"),
        )
        .with_columns(first_problem(dateTime=pl.col("date").is_null(), value=pl.col("value").is_null()))
    )


def _values(entries: Sequence[Entry]) -> pl.DataFrame:
    """Read ``dateTime`` and ``value`` of each object as text, with the clock time."""
    places, objects = _objects(entries)
    values = [element.get("value") for element in objects]
    # Resting heart rates are nested one level deeper: {"value": {"date": …, "value": 53.0}}.
    inner = [value.get("value") if isinstance(value, dict) else value for value in values]
    columns = {"dateTime": _texts([element.get("dateTime") for element in objects]), "value": _texts(inner)}
    return places.with_columns(**columns).with_columns(
        local_times("dateTime").alias("clock"),
        pl.concat_str("dateTime", "value", separator=" ", ignore_nulls=True).alias("text"),
    )


def _objects(entries: Sequence[Entry], wrapper: str | None = None) -> tuple[pl.DataFrame, list[dict[str, object]]]:
    """Return the ``entry`` and ``line`` of each object in several files, and the objects."""
    labels, lines, objects = [], [], []
    for entry in entries:
        label = entry.label
        for line, element in enumerate(read_objects(entry, wrapper), 1):
            if isinstance(levels := element.pop("levels", None), dict):
                element["levels"] = {
                    "summary": levels.get("summary")
                }  # the stages, most of the size of a log, are not read
            labels.append(label)
            lines.append(line)
            objects.append(element)
    return pl.DataFrame({"entry": labels, "line": lines}, schema={"entry": pl.String, "line": pl.UInt32}), objects


# --- sleep ---


def read_sleep(entries: Sequence[Entry], settings: ReadSettings) -> pl.DataFrame:
    """Read sleep logs, classic or with stages, by the totals that they contain.

    ``start`` and ``end`` are the local clock times. Stages are not summed: short awakenings (``shortData``) overlap
    them, which the totals take into account.
    """
    places, logs = _objects(entries, wrapper="sleep")
    keys = ("logId", "dateOfSleep", "startTime", "endTime", "minutesAsleep", "timeInBed", "minutesAwake", "type")
    frame = places.with_columns(**{key: _texts([log.get(key) for log in logs]) for key in keys}).with_columns(
        pl.Series("is_main_sleep", [_flag(log) for log in logs], pl.Boolean),
        *(pl.Series(f"{stage}_sleep_min", [_minutes_in(log, stage) for log in logs], pl.Float64) for stage in _STAGES),
        pl.Series("text", [json.dumps(log) for log in logs], pl.String),
        local_times("startTime").alias("start"),
        local_times("endTime").alias("end"),
    )
    to_utc = settings.time_zones.to_utc
    sleeps = (
        tracked(frame, settings)
        .with_columns(
            _episode_ids().alias("episode_id"),
            pl.col("dateOfSleep").str.to_date("%Y-%m-%d", strict=False).alias("date"),
            to_utc(settings.participant_id, frame["start"]).alias("start_at"),
            to_utc(settings.participant_id, frame["end"]).alias("end_at"),
            numbers("minutesAsleep").alias("total_sleep_time_min"),
            numbers("timeInBed").alias("time_in_bed_min"),
            numbers("minutesAwake").alias("wake_after_sleep_onset_min"),
        )
        .with_columns(_sleep_problem())
    )
    return with_sleep_device(sleeps, TRACKER["device"], pl.col("type") == "classic")


def _episode_ids() -> pl.Expr:
    """Name a log by its ``logId``; if several sleeps share one, all but the first also by their start.

    Overlapping logs with the same ``logId`` are duplicates of one sleep.
    """
    latest = pl.col("end").cum_max().shift(1).over("logId", order_by="start")
    sleep = (pl.col("start") >= latest).fill_null(False).cum_sum().over("logId", order_by="start")
    first_start = pl.col("start").min().over("logId", sleep).dt.strftime("%Y-%m-%dT%H:%M:%S")
    return pl.when(sleep > 0).then(pl.concat_str("logId", first_start, separator=" ")).otherwise("logId")


def with_sleep_device(sleeps: pl.DataFrame, device: str, is_classic: pl.Expr) -> pl.DataFrame:
    """Add the device of sleeps: classic ones, detected by movement alone, are another device until stages begin.

    A tracker that stages sleep records some nights as classic ones, for lack of heart rates: that is a property of the
    night, which has no deep or REM sleep then. Classic nights are a device of their own before the first staged night,
    and where they go on for ``ERA_DAYS``. A nap goes with the night of its date. A night that is recorded in both ways
    has two devices, from which the daily table chooses one.

    Parameters
    ----------
    sleeps
        With ``date`` and ``is_main_sleep``.
    device
        The device of sleeps with stages; ``-classic`` is added for classic ones.
    is_classic
        Which rows are classic; null counts as False.
    """
    is_main = pl.col("is_main_sleep").fill_null(False)
    marked = sleeps.with_columns(is_classic.fill_null(False).alias("is_classic"))
    nights = marked.filter(is_main).drop_nulls("date").group_by("date").agg(is_staged=(~pl.col("is_classic")).any())
    eras = _classic_dates(nights.sort("date"))
    first_staged = nights.filter("is_staged")["date"].to_physical().min()  # a number: years can be impossible
    is_before = pl.lit(True) if first_staged is None else pl.col("date").to_physical() < first_staged
    in_era = pl.col("date").is_in(eras.implode()).fill_null(False)
    is_both = (is_main & ~pl.col("is_classic")).any().over("date") & is_main
    has_night = is_main.any().over("date")
    as_classic = (
        pl.when(has_night).then(in_era | (is_both & pl.col("is_classic"))).otherwise(is_before & pl.col("is_classic"))
    )
    named = pl.when(as_classic).then(pl.lit(f"{device}-classic")).otherwise(pl.lit(device)).alias("device")
    return marked.with_columns(named)


def _classic_dates(nights: pl.DataFrame) -> pl.Series:
    """Return the dates of classic nights that are an era of their own: before all staged ones, or for long."""
    classic = nights.with_columns(pl.col("is_staged").cum_sum().alias("n_staged")).filter(~pl.col("is_staged"))
    lasts = (pl.col("date").max() - pl.col("date").min()).over("n_staged").dt.total_days() + 1
    return classic.filter((pl.col("n_staged") == 0) | (lasts >= ERA_DAYS))["date"]


def _sleep_problem() -> pl.Expr:
    return first_problem(
        logId=pl.col("episode_id").is_null(),
        dateOfSleep=pl.col("date").is_null(),
        startTime=pl.col("start_at").is_null(),
        endTime=pl.col("end_at").is_null(),
        minutesAsleep=pl.col("total_sleep_time_min").is_null(),
        timeInBed=pl.col("time_in_bed_min").is_null(),
        mainSleep=pl.col("is_main_sleep").is_null(),
    )


def _minutes_in(log: dict[str, object], stage: str) -> float | None:
    """Return the minutes of a stage from the log's own summary; classic logs have none."""
    found: object = log if log.get("type") == "stages" else None
    for key in ("levels", "summary", stage, "minutes"):
        found = found.get(key) if isinstance(found, dict) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _flag(log: dict[str, object]) -> bool | None:
    """Whether it is the main sleep: ``mainSleep`` in exports, ``isMainSleep`` in the web API."""
    flag = log.get("mainSleep", log.get("isMainSleep"))
    return flag if isinstance(flag, bool) else None


def classic_nights(sleep: pl.DataFrame) -> str | None:
    """Say how many nights of the staging tracker are classic ones; None where there are none."""
    nights = sleep.filter(pl.col("is_main_sleep").fill_null(False), pl.col("device") == TRACKER["device"])
    n_classic = int(nights["is_classic"].sum())
    if not n_classic:
        return None
    return (
        f"{n_classic:,} of {nights.height:,} nights of the tracker were detected by movement alone (classic): they "
        "have no deep or REM sleep, and count as nights of the same tracker"
    )


# --- exercise ---


def read_exercises(entries: Sequence[Entry], settings: ReadSettings) -> pl.DataFrame:
    """Read exercise logs; ``activeDuration`` excludes pauses. ``clock`` is the naive start, not yet an instant."""
    places, logs = _objects(entries)
    keys = ("logId", "activityName", "startTime", "duration", "activeDuration", "calories", "averageHeartRate")
    frame = places.with_columns(**{key: _texts([log.get(key) for log in logs]) for key in keys})
    elapsed_ms = numbers("duration")
    return tracked(frame, settings).with_columns(
        pl.col("logId").alias("session_id"),
        local_times("startTime").alias("clock"),
        pl.duration(milliseconds=elapsed_ms.cast(pl.Int64)).alias("elapsed"),
        exercise_types(pl.col("activityName")).alias("exercise_type"),
        (pl.coalesce(numbers("activeDuration"), elapsed_ms) / _MS_PER_MIN).alias("duration_min"),
        numbers("calories").alias("energy_kcal"),
        numbers("averageHeartRate").alias("heart_rate_bpm"),
        pl.concat_str("logId", "startTime", "duration", separator=" ", ignore_nulls=True).alias("text"),
    )


def placed_exercises(logs: pl.DataFrame, start_at: pl.Series) -> pl.DataFrame:
    """Turn the logs of :func:`read_exercises` into sessions that start at the given instants."""
    return logs.with_columns(
        start_at.alias("start_at"), (start_at.alias("start_at") + logs["elapsed"]).alias("end_at")
    ).with_columns(
        first_problem(
            logId=pl.col("session_id").is_null(),
            startTime=pl.col("start_at").is_null(),
            duration=pl.col("end_at").is_null(),
        )
    )


# --- text ---


def _texts(values: list[object]) -> pl.Series:
    """Keep text as it is and format numbers; nested values count as unreadable."""
    if any(value.__class__ is not str for value in values):
        values = [_text(value) for value in values]
    return pl.Series(values, dtype=pl.String)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
