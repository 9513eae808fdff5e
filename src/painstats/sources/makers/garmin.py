"""Garmin Connect: the JSON files of the data export, with instants in GMT and days dated by Garmin."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import local_dates_of
from painstats.parsing.strict_json import read_objects
from painstats.parsing.text import first_problem, local_times, numbers, whole_numbers
from painstats.records import EXERCISE_SESSION, SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.exercise_names import exercise_types
from painstats.sources.session_checks import SPEED_M_PER_S, median_of
from painstats.sources.vendor_rows import (
    MILLISECONDS,
    SECONDS,
    DailyColumn,
    daily_totals,
    entries_by_kind,
    main_sleeps,
    object_rows,
    split_unused,
    utc_label,
    with_origin,
)

DAYS = (
    DailyColumn("totalSteps", "step_count"),
    DailyColumn("restingHeartRate", "resting_heart_rate_bpm"),
    DailyColumn("sedentarySeconds", "sedentary_time_min", SECONDS),
    DailyColumn("moderateIntensityMinutes", "moderately_active_time_min"),
    DailyColumn("vigorousIntensityMinutes", "very_active_time_min"),
)
"""Light activity is not read: Garmin's ``activeSeconds`` include all movement, also moderate minutes."""

DAY_KEYS = (
    "calendarDate", *(column.column for column in DAYS), "currentDayRestingHeartRate", "includesWellnessData",
    "wellnessStartTimeGmt", "wellnessStartTimeLocal",
)  # fmt: skip
STAGES = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")
SLEEP_KEYS = (
    "calendarDate", "sleepStartTimestampGMT", "sleepEndTimestampGMT", "sleepWindowConfirmationType", *STAGES,
    "awakeSleepSeconds",
)  # fmt: skip
NAP_KEYS = ("napStartTimestampGMT", "napEndTimestampGMT", "napTimeSec")
ACTIVITY_KEYS = (
    "activityId", "activityType", "beginTimestamp", "duration", "movingDuration", "elapsedDuration", "distance",
    "calories", "bmrCalories", "avgHr",
)  # fmt: skip
ACTIVITIES = "summarizedActivitiesExport"
HRV = DailyColumn("hrv", "heart_rate_variability_rmssd_ms")

KINDS = {
    "days": (rb'"calendarDate"\s*:', rb'"(?:totalSteps|includesWellnessData|userProfilePK)"\s*:'),
    "sleep": (rb'"sleepStartTimestampGMT"\s*:\s*"\d{4}-',),
    "health": (rb'"calendarDate"\s*:', rb'"metrics"\s*:'),
    "activities": (rb'"summarizedActivitiesExport"\s*:',),
}
"""Keys by which each kind of file is recognised; the first kind with all its keys counts."""

RESTING_KCAL_PER_MIN = (0.4, 2.0)
"""Possible energy at rest, from which the unit of energy in a file is inferred."""

KJ_PER_KCAL = 4.184

MAX_UNEXPLAINED_MIN = 10
"""Largest difference between the time in bed and the sum of its parts, for the parts to count as complete."""

MAX_ROUNDED_MIN = 1
"""Stages may pass the window of a night by less than this: they are whole minutes, the window is not."""

MAX_OPENED = 200
"""In an archive of at most this many files, each is opened."""

_NAME = re.compile(r"(?:UDSFile|sleepData|healthStatusData|summarizedActivities).*\.json$", re.IGNORECASE)
_FIRST_BYTES = 64
_HEAD_BYTES = 1 << 16
_NOT_WORN = "days without wellness data: watch not worn"
_NO_NIGHT = "placeholders without a night or without any sleep stage"


def _kind(entry: Entry) -> str | None:
    """Return what an entry is, by its keys."""
    if not entry.head(_FIRST_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return None
    head = entry.head(_HEAD_BYTES)
    return next((kind for kind, keys in KINDS.items() if all(re.search(key, head) for key in keys)), None)


def _kinds(archive: Archive) -> defaultdict[str | None, list[Entry]]:
    """Sort entries by kind; of the thousands of files in a whole archive, only those with a likely name are opened."""
    is_whole = len(archive.entries) > MAX_OPENED
    return entries_by_kind(archive, lambda entry: None if is_whole and not _NAME.search(entry.label) else _kind(entry))


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    return any(_kinds(archive))


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds = _kinds(archive)
    offsets: dict[str, int] = {}
    for entry in kinds["days"]:
        days = object_rows(entry, read_objects(entry), DAY_KEYS)
        offsets |= _offsets(days)
        yield from _read_days(days, settings)
    for entry in kinds["sleep"]:
        yield from _read_sleep(entry, offsets, settings)
    for entry in kinds["health"]:
        yield from _read_variability(entry, settings)
    for entry in kinds["activities"]:
        yield from _read_activities(entry, settings)
    if kinds[None]:
        yield Ignored(archive.name, 0, f"{len(kinds[None])} other file(s) of the archive: not used")


def _dated(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Add origin and ``date``; Garmin writes ``2026-01-05`` or ``2026-01-05T00:00:00.0``."""
    return with_origin(rows, settings, SOURCE.name, "garmin", "watch").with_columns(
        pl.col("calendarDate").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias("date")
    )


# --- days ---


def _read_days(days: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read daily totals. The day's own resting heart rate takes precedence over the mean of several days."""
    measured = (pl.when(numbers(name) != 0).then(name) for name in ("currentDayRestingHeartRate", "restingHeartRate"))
    resting = pl.coalesce(*measured).alias("restingHeartRate")
    facts = [column.column for column in DAYS]
    rows, ignored = split_unused(
        _dated(days, settings).with_columns(resting),
        {
            _NOT_WORN: pl.col("includesWellnessData") == "false",
            "days on which nothing was measured": pl.all_horizontal(pl.col(facts).is_null()),
        },
    )
    yield from ignored
    yield from daily_totals(rows, DAYS, "calendarDate")
    n_of_day = int(rows.select((numbers("currentDayRestingHeartRate") != 0).sum()).item())
    if n_resting := rows["restingHeartRate"].count():
        yield Note(
            str(rows["entry"][0]),
            f"resting heart rate is that of the day itself on {n_of_day} of {n_resting} days, otherwise "
            "restingHeartRate, which may be a mean over several days",
        )


def _offsets(days: pl.DataFrame) -> dict[str, int]:
    """Return the minutes east of UTC on each date, from the start of the day in both clocks."""
    gap = local_times("wellnessStartTimeLocal") - local_times("wellnessStartTimeGmt")
    known = days.select(pl.col("calendarDate").str.slice(0, 10), gap.dt.total_minutes().alias("offset")).drop_nulls()
    return dict(known.rows())


# --- sleep ---


def _read_sleep(entry: Entry, offsets: Mapping[str, int], settings: ReadSettings) -> Iterator[Batch]:
    nights = read_objects(entry)
    rows, ignored = split_unused(
        _dated(object_rows(entry, nights, SLEEP_KEYS), settings),
        {
            _NO_NIGHT: pl.col("calendarDate").is_null()
            | pl.all_horizontal(pl.col(stage).is_null() | (numbers(stage) == 0) for stage in STAGES),
            "nights with the watch off the wrist": pl.col("sleepWindowConfirmationType") == "OFF_WRIST",
        },
    )
    yield from ignored
    # Garmin gives no total of sleep. An absent stage counts as 0.
    asleep_min = pl.sum_horizontal(numbers(stage).fill_null(0) for stage in STAGES) * SECONDS
    episodes = _placed(rows, "sleepStartTimestampGMT", "sleepEndTimestampGMT", offsets).with_columns(
        asleep_min.alias("total_sleep_time_min"),
        (numbers("awakeSleepSeconds") * SECONDS).alias("wake_after_sleep_onset_min"),
        (numbers("deepSleepSeconds") * SECONDS).alias("deep_sleep_min"),
        (numbers("remSleepSeconds") * SECONDS).alias("rem_sleep_min"),
    )
    episodes, message = _by_waking(episodes.with_columns(_time_in_bed()), settings)
    if rows.height:
        n_known = episodes["utc_offset_min"].count()
        yield Note(entry.label, message)
        yield Note(entry.label, _how_filled(episodes))
        yield Note(
            entry.label,
            f"{n_known} of {rows.height} nights have the UTC offset of a daily summary (wellnessStartTimeLocal); the "
            "others were dated in the participant's time zone",
        )
    yield from in_batches(
        SLEEP_EPISODE,
        episodes.with_columns(
            main_sleeps(),
            _sleep_problem(
                "sleepStartTimestampGMT",
                "sleepEndTimestampGMT",
                {
                    stage: pl.col(stage).is_not_null() & numbers(stage).is_null()
                    for stage in (*STAGES, "awakeSleepSeconds")
                },
            ),
        ),
    )
    yield from _read_naps(entry, nights, offsets, settings)


def _time_in_bed() -> pl.Expr:
    """Return the time in bed, at least the sleep where stages, which are whole minutes, pass the window by less."""
    in_bed, asleep = pl.col("time_in_bed_min"), pl.col("total_sleep_time_min")
    is_rounded = (asleep - in_bed).is_between(0, MAX_ROUNDED_MIN, closed="none")
    return pl.when(is_rounded).then(asleep).otherwise(in_bed).alias("time_in_bed_min")


def _how_filled(episodes: pl.DataFrame) -> str:
    """Say in how many nights stages and time awake add up to the time in bed, as they do if they are in seconds."""
    parts_min = pl.col("total_sleep_time_min") + pl.col("wake_after_sleep_onset_min").fill_null(0)
    fits = ((parts_min - pl.col("time_in_bed_min")).abs() <= MAX_UNEXPLAINED_MIN).fill_null(False)
    n_fitting = int(episodes.select(fits.sum()).item())
    return (
        f"sleep is the sum of deep, light and REM sleep; in {n_fitting} of {episodes.height} nights these and the time "
        "awake add up to the time in bed"
    )


def _by_waking(episodes: pl.DataFrame, settings: ReadSettings) -> tuple[pl.DataFrame, str]:
    """Check that ``calendarDate`` is the date of waking; if it is not in most nights, use the date of waking."""
    there = local_dates_of(episodes["participant_id"], episodes["end_at"], settings.time_zones)
    recorded = (pl.col("end_at") + pl.duration(minutes="utc_offset_min")).dt.date()
    dated = episodes.with_columns(recorded.fill_null(there).alias("waking")).drop_nulls(["waking", "date"])
    n_agree = int((dated["waking"] == dated["date"]).sum())
    counts = f"{n_agree} of {dated.height} nights have the date of waking"
    if 2 * n_agree >= dated.height:
        return episodes, f"calendarDate was taken as the date of waking: {counts}"
    moved = pl.when(pl.col("date").is_not_null()).then(recorded.fill_null(there)).alias("date")
    return episodes.with_columns(
        moved
    ), f"calendarDate is not the date of waking, so nights were dated by waking: {counts}"


def _read_naps(
    entry: Entry, nights: Sequence[Mapping[str, object]], offsets: Mapping[str, int], settings: ReadSettings
) -> Iterator[Batch]:
    """Read the naps listed in nights; each has the line of its night."""
    lines, naps = [], []
    for line, night in enumerate(nights, 1):
        listed = night.get("napList")
        found = [nap if isinstance(nap, dict) else {} for nap in listed] if isinstance(listed, list) else []
        naps += found
        lines += [line] * len(found)
    if not naps:
        return
    rows = object_rows(entry, naps, NAP_KEYS).with_columns(pl.Series("line", lines, pl.Int64))
    rows = with_origin(rows, settings, SOURCE.name, "garmin", "watch")
    ended = local_times("napEndTimestampGMT").dt.replace_time_zone("UTC")
    dates = local_dates_of(rows["participant_id"], rows.select(ended.alias("ended"))["ended"], settings.time_zones)
    rows = rows.with_columns(dates.alias("date"), dates.cast(pl.String).alias("calendarDate"))
    start, end, seconds = NAP_KEYS
    yield from in_batches(
        SLEEP_EPISODE,
        _placed(rows, start, end, offsets).with_columns(
            (numbers(seconds) * SECONDS).alias("total_sleep_time_min"),
            pl.lit(False).alias("is_main_sleep"),
            _sleep_problem(start, end, {seconds: numbers(seconds).is_null()}),
        ),
    )


def _placed(rows: pl.DataFrame, start: str, end: str, offsets: Mapping[str, int]) -> pl.DataFrame:
    """Add instants (naive times are GMT) and the offset from the daily summary."""
    offset = pl.col("calendarDate").str.slice(0, 10).replace_strict(offsets, default=None, return_dtype=pl.Int32)
    start_at, end_at = (local_times(name).dt.replace_time_zone("UTC") for name in (start, end))
    return rows.with_columns(
        start_at.alias("start_at"), end_at.alias("end_at"), offset.alias("utc_offset_min")
    ).with_columns(
        utc_label("start_at").alias("episode_id"),
        ((pl.col("end_at") - pl.col("start_at")).dt.total_seconds() * SECONDS).alias("time_in_bed_min"),
    )


def _sleep_problem(start: str, end: str, minutes: Mapping[str, pl.Expr]) -> pl.Expr:
    unread = {start: pl.col("start_at").is_null(), end: pl.col("end_at").is_null()}
    return first_problem(calendarDate=pl.col("date").is_null(), **unread, **minutes)


# --- heart rate variability ---


def _read_variability(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    """Read the mean heart rate variability of each night (RMSSD); 0 and status UNKNOWN mean missing."""
    days = read_objects(entry)
    found = [{**day, "hrv": _variability(day)} for day in days]
    rows, ignored = split_unused(
        _dated(
            object_rows(entry, found, ("calendarDate", "hrv")).with_columns(
                object_rows(entry, days, ("calendarDate", "metrics"))["text"]
            ),
            settings,
        ),
        {"days without heart rate variability": pl.col("hrv").is_null() | (numbers("hrv") == 0)},
    )
    yield from ignored
    yield from daily_totals(rows, (HRV,), "calendarDate")
    counts = f"{rows.height} of {len(found)} days have a metric of type HRV"
    yield Note(entry.label, f"{counts}, read as the RMSSD of the night" if rows.height else f"{counts}; none was read")


def _variability(day: Mapping[str, object]) -> object:
    metrics = day.get("metrics")
    for metric in metrics if isinstance(metrics, list) else []:
        if isinstance(metric, dict) and metric.get("type") == "HRV" and metric.get("status") != "UNKNOWN":
            return metric.get("value")
    return None


# --- activities ---


def _read_activities(entry: Entry, settings: ReadSettings) -> Iterator[Batch]:
    activities = [one for outer in read_objects(entry) for one in _listed(outer)]
    if not activities:
        return
    rows = with_origin(object_rows(entry, activities, ACTIVITY_KEYS), settings, SOURCE.name, "garmin", "watch")
    elapsed = pl.coalesce("elapsedDuration", "duration").alias("elapsedDuration")
    rows = rows.with_columns(elapsed, (whole_numbers("beginTimestamp") * 1000).alias("began_us"))
    per_metre, distances = _distance_unit(rows)
    per_kcal, energies = _energy_unit(rows)
    yield from in_batches(EXERCISE_SESSION, _sessions(rows, per_metre, per_kcal))
    yield Note(entry.label, f"{distances}; {energies}")


def _listed(outer: Mapping[str, object]) -> list[dict[str, object]]:
    inner = outer.get(ACTIVITIES)
    return [one if isinstance(one, dict) else {} for one in inner] if isinstance(inner, list) else []


def _sessions(rows: pl.DataFrame, per_metre: float | None, per_kcal: float | None) -> pl.DataFrame:
    possible = pl.when(pl.col("began_us").abs() < 1e16).then("began_us")
    start_at = possible.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    lasted = pl.when(numbers("elapsedDuration").abs() < 1e12).then(numbers("elapsedDuration"))
    return rows.with_columns(
        start_at.alias("start_at"),
        (start_at + pl.duration(milliseconds=lasted)).alias("end_at"),
        pl.col("activityId").alias("session_id"),
        exercise_types(pl.col("activityType")).alias("exercise_type"),
        (numbers("duration") * MILLISECONDS).alias("duration_min"),
        (numbers("distance") / per_metre).alias("distance_m"),
        (numbers("calories") / per_kcal).alias("energy_kcal"),
        pl.when(numbers("avgHr") > 0).then(numbers("avgHr")).alias("heart_rate_bpm"),
    ).with_columns(
        first_problem(
            activityId=pl.col("session_id").is_null(),
            beginTimestamp=pl.col("start_at").is_null(),
            duration=pl.col("duration_min").is_null() | pl.col("end_at").is_null(),
        )
    )


def _distance_unit(rows: pl.DataFrame) -> tuple[float | None, str]:
    """Distinguish centimetres from metres by the typical speed."""
    speed = median_of(rows.filter(numbers("distance") > 0), numbers("distance") / (numbers("duration") / 1000))
    for per_metre, name in ((100.0, "centimetres"), (1.0, "metres")):
        if speed is not None and SPEED_M_PER_S[0] <= speed / per_metre <= SPEED_M_PER_S[1]:
            return per_metre, f"distances were read as {name}, judging by the resulting speed"
    return None, "distances were not read: no unit gives a possible speed"


def _energy_unit(rows: pl.DataFrame) -> tuple[float | None, str]:
    """Distinguish kilojoules from kilocalories by the energy at rest, if the file has it."""
    rate = median_of(rows, numbers("bmrCalories") / (numbers("duration") * MILLISECONDS))
    for per_kcal, name in ((1.0, "kilocalories"), (KJ_PER_KCAL, "kilojoules")):
        if rate is not None and RESTING_KCAL_PER_MIN[0] <= rate / per_kcal <= RESTING_KCAL_PER_MIN[1]:
            return per_kcal, f"energy was read as {name}, judging by the energy at rest"
    return None, "energy was not read: the file does not show its unit"


SOURCE = Source(
    name="garmin",
    version=3,
    title="Garmin Connect data export (JSON)",
    reads="steps and intensity minutes by day, sleep, resting heart rate and its variability, activities",
    how_to_export=(
        "On garmin.com open your account's Account Management Center, choose Export Your Data, and download the zip "
        "from the e-mail."
    ),
    recognises=_recognises,
    read=_read,
    telltales=(
        ("calendarDate", "totalSteps", "includesWellnessData"),
        ("calendarDate", "sleepStartTimestampGMT", "sleepEndTimestampGMT"),
    ),
)
