"""GGIR: the CSV reports of its parts 4 (nights) and 5 (days), for many participants at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from painstats.records import DAILY_TOTAL, SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.clocks import instants_of
from painstats.sources.contract import Ignored, Noted, Read, ReadSettings, Source
from painstats.sources.csv_text import CsvTable, header_of, read_csv
from painstats.sources.day_formats import day_format_of, days
from painstats.sources.export import Entry, Export, refused
from painstats.sources.text import first_problem, numbers
from painstats.sources.vendor_rows import (
    HOURS,
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    delimiter_of,
    is_csv,
    other_files,
    put_aside,
    rows_below,
)

NIGHT = ("ID", "sleeponset", "wakeup", "SptDuration", "SleepDurationInSpt", "WASO")
NIGHT_FILTERS = ("cleaningcode", "fraction_night_invalid", "night", "guider_inbedDuration")
DAY = ("ID", "window", "nonwear_perc_day")
DAY_COLUMNS = (
    DailyColumn("dur_day_total_IN_min", "sedentary_time_min"),
    DailyColumn("dur_day_total_LIG_min", "lightly_active_time_min"),
    DailyColumn("dur_day_total_MOD_min", "moderately_active_time_min"),
    DailyColumn("dur_day_total_VIG_min", "very_active_time_min"),
)
"""Minutes of the waking day. Inactivity while awake is what other sources call sedentary time."""

DATE_NAMES = ("calendar_date", "calendardate")
MISSING = ("", "NA", "NaN", "NULL")

MAX_INVALID = 1 / 3
"""Greatest share of a night or waking day without wear, as in GGIR's own defaults."""

CLEANING = {
    "2": "too little of the night was worn",
    "3": "no data",
    "4": "no nights to analyse",
    "5": "no sleep window was found",
    "6": "no sleep window was found",
}
"""What GGIR's ``cleaningcode`` says of nights that do not count; 0 and 1 are good."""

CALENDAR_DAY = "MM"
_THRESHOLDS = re.compile(r"L\d+(?:\.\d+)?M\d+(?:\.\d+)?V\d+(?:\.\d+)?")
_LONGEST_HOURS = 72


def _kind(entry: Entry) -> str | None:
    """Say what an entry is: ``nights``, ``days``, ``unused`` for other reports of GGIR, or None."""
    if not is_csv(entry):
        return None
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    if header.issuperset(NIGHT) and header.intersection(DATE_NAMES):
        return "nights"
    if header.issuperset(("ID", "window", DAY_COLUMNS[0].column)) and header.intersection(DATE_NAMES):
        return "days"
    return "unused" if "ID" in header and {"cleaningcode", "GGIRversion", "bodylocation"} & header else None


def _recognises(export: Export, _settings: ReadSettings) -> bool:
    kinds = {_kind(entry) for entry in export.entries}
    return bool(kinds & {"nights", "days"})


def _read(export: Export, settings: ReadSettings) -> Iterator[Read]:
    kinds: defaultdict[str | None, list[Entry]] = defaultdict(list)
    for entry in export.entries:
        kinds[_kind(entry)].append(entry)
    for entry in kinds["nights"]:
        yield from _read_nights(entry, settings)
    for entry in kinds["days"]:
        yield from _read_days(entry)
    for entry in kinds["unused"]:
        yield Ignored(entry.label, rows_below(entry), "a report of GGIR that is not used")
    yield from other_files(export, kinds[None])


# --- tables ---


def _rows(entry: Entry, table: CsvTable, columns: tuple[str, ...], delimiter: str) -> pl.DataFrame:
    """Read columns with the participant in ``ID``; where columns end with semicolons a comma is a decimal sign."""
    date_name = next(name for name in DATE_NAMES if name in table.header)
    rows = csv_rows(entry, table, (*columns, date_name), MISSING).rename({date_name: "calendar_date"})
    if delimiter == ";":
        rows = rows.with_columns(pl.col(columns[1:]).str.replace(",", ".", literal=True))
    return rows.with_columns(pl.col("ID").alias("participant_id"), pl.lit(SOURCE.name).alias("source"))


def _dated(entry: Entry, rows: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Add ``calendar`` (a date), by the one format that fits the whole column: it changed with GGIR 3.1-5."""
    texts = rows["calendar_date"]
    readings = day_format_of(texts, rows["ID"]).readings
    if not readings:
        raise refused("date_format", entry, "the dates in calendar_date follow no format that painstats knows")
    if len(readings) > 1:
        # GGIR has never written the month first.
        readings = tuple(form for form in readings if form.startswith("%d"))[:1] or readings[:1]
    return rows.with_columns(days(texts, readings[0]).alias("calendar")), readings[0]


# --- part 4: nights ---


def _read_nights(entry: Entry, settings: ReadSettings) -> Iterator[Read]:
    delimiter = delimiter_of(entry)
    table = read_csv(entry, delimiter=delimiter)
    if table.height:
        rows, day_format = _dated(entry, _rows(entry, table, (*NIGHT, *NIGHT_FILTERS), delimiter))
        nights, ignored = put_aside(rows, _reasons_against_nights())
        yield from ignored
        yield from in_batches(SLEEP_EPISODE, _episodes(nights, settings))
        in_bed = "the guider's time in bed" if rows["guider_inbedDuration"].count() else "from sleep onset to waking"
        yield Noted(
            entry.label,
            f"dates in calendar_date were read as {day_format}; a night begins on that date and is dated by waking; "
            f"time in bed is {in_bed}",
        )
    yield from broken_rows(entry, table, SLEEP_EPISODE)


def _reasons_against_nights() -> dict[str, pl.Expr]:
    code = pl.col("cleaningcode").str.strip_suffix(".0")
    invalid = numbers("fraction_night_invalid") > MAX_INVALID
    return {
        **{f"nights with cleaningcode {number}: {why}": code == number for number, why in CLEANING.items()},
        "nights with another cleaningcode than 0 and 1": ~code.is_in(["0", "1"]),
        "nights of which more than a third was not worn": invalid,
        "nights without sleep": pl.all_horizontal(pl.col("sleeponset", "wakeup", "SleepDurationInSpt").is_null()),
    }


def _episodes(rows: pl.DataFrame, settings: ReadSettings) -> pl.DataFrame:
    """Read sleep windows: onset and waking are hours since the midnight on which ``calendar_date`` begins."""
    clocks = rows.with_columns(_clock("sleeponset").alias("onset"), _clock("wakeup").alias("waking"))
    who = clocks["participant_id"]
    in_bed_h = pl.coalesce(numbers("guider_inbedDuration"), numbers("SptDuration"))
    return clocks.with_columns(
        pl.lit("ggir").alias("device"),
        pl.lit("tracker").alias("device_kind"),
        instants_of(who, clocks["onset"], settings.time_zones).alias("start_at"),
        instants_of(who, clocks["waking"], settings.time_zones).alias("end_at"),
        pl.format("night of {}", pl.col("calendar").cast(pl.String)).alias("episode_id"),
        pl.col("waking").dt.date().alias("date"),
        (numbers("SleepDurationInSpt") * HOURS).alias("total_sleep_time_min"),
        (pl.max_horizontal(in_bed_h, numbers("SleepDurationInSpt")) * HOURS).alias("time_in_bed_min"),
        (numbers("WASO") * HOURS).alias("wake_after_sleep_onset_min"),
        pl.lit(True).alias("is_main_sleep"),
    ).with_columns(
        first_problem(
            calendar_date=pl.col("calendar").is_null(),
            sleeponset=pl.col("start_at").is_null(),
            wakeup=pl.col("end_at").is_null(),
            SleepDurationInSpt=pl.col("total_sleep_time_min").is_null(),
            SptDuration=in_bed_h.is_null(),
            WASO=pl.col("WASO").is_not_null() & numbers("WASO").is_null(),
        )
    )


def _clock(column: str) -> pl.Expr:
    hours = pl.when(numbers(column).is_between(0, _LONGEST_HOURS)).then(numbers(column))
    return pl.col("calendar").cast(pl.Datetime("us")) + pl.duration(seconds=(hours * 3600).round())


# --- part 5: days ---


def _read_days(entry: Entry) -> Iterator[Read]:
    """Read activity of calendar days; one threshold of intensity is one device, so that two are never mixed."""
    delimiter = delimiter_of(entry)
    table = read_csv(entry, delimiter=delimiter)
    columns = tuple(column.column for column in DAY_COLUMNS if column.column in table.header)
    if table.height:
        rows, day_format = _dated(entry, _rows(entry, table, (*DAY, *columns), delimiter))
        thresholds = _THRESHOLDS.search(entry.label)
        device = f"ggir-{thresholds[0]}" if thresholds else "ggir"
        kept, ignored = put_aside(
            rows.with_columns(
                pl.col("calendar").alias("date"), pl.lit(device).alias("device"), pl.lit("tracker").alias("device_kind")
            ),
            {
                "windows from waking to waking or between moments: they are no calendar days (timewindow MM is read)": (
                    pl.col("window") != CALENDAR_DAY
                ),
                "days of which more than a third was not worn": numbers("nonwear_perc_day") > MAX_INVALID * 100,
                "days without activity data": pl.all_horizontal(pl.col(columns).is_null()),
            },
        )
        yield from ignored
        yield from daily_totals(kept, (c for c in DAY_COLUMNS if c.column in columns), "calendar_date")
        yield Noted(
            entry.label, f"dates in calendar_date were read as {day_format}; sleep is read from the report of part 4"
        )
    yield from broken_rows(entry, table, DAILY_TOTAL)


SOURCE = Source(
    name="ggir",
    title="GGIR reports (part 4 and part 5, CSV)",
    reads="sleep of each night, sedentary and active minutes of each calendar day, for many participants",
    how_to_export=(
        "Give results/part4_nightsummary_sleep_cleaned.csv and part5_daysummary_MM_….csv of the GGIR output folder, or "
        "the folder results as a zip."
    ),
    recognises=_recognises,
    read=_read,
)
