"""GGIR: the CSV reports of parts 4 (nights) and 5 (days), with many participants in each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from painstats.archive.archive import Archive
from painstats.archive.entries import Entry, refused
from painstats.batch import Batch, Ignored, Note
from painstats.parsing.clocks import instants_of
from painstats.parsing.csv_text import CsvTable, header_of, read_csv
from painstats.parsing.date_formats import YEAR_FIRST, day_format_of, days
from painstats.parsing.participant_ids import refuse_alike
from painstats.parsing.text import first_problem, numbers
from painstats.records import DAILY_TOTAL, SLEEP_EPISODE
from painstats.sources.batching import in_batches
from painstats.sources.contract import ReadSettings, Source
from painstats.sources.vendor_rows import (
    HOURS,
    DailyColumn,
    broken_rows,
    csv_rows,
    daily_totals,
    delimiter_of,
    entries_by_kind,
    is_csv,
    other_files,
    rows_below,
    split_unused,
)

NIGHT = ("ID", "sleeponset", "wakeup", "SptDuration", "SleepDurationInSpt", "WASO")
NIGHT_FILTERS = ("cleaningcode", "fraction_night_invalid", "night", "guider_inbedDuration")
WINDOW = (
    "ID", "window", "start_end_window", "nonwear_perc_day", "sleeponset", "wakeup", "dur_spt_min", "dur_spt_sleep_min",
    "nonwear_perc_spt", "cleaningcode",
)  # fmt: skip
DAY_COLUMNS = (
    DailyColumn("dur_day_total_IN_min", "sedentary_time_min"),
    DailyColumn("dur_day_total_LIG_min", "lightly_active_time_min"),
    DailyColumn("dur_day_total_MOD_min", "moderately_active_time_min"),
    DailyColumn("dur_day_total_VIG_min", "very_active_time_min"),
)
"""Minutes of the waking day. GGIR's inactivity while awake is what other sources call sedentary time."""

DATE_NAMES = ("calendar_date", "calendardate")
MISSING = ("", "NA", "NaN", "NULL")

MAX_INVALID = 1 / 3
"""Largest share of a night or waking day during which the device was not worn, as in GGIR's defaults."""

CLEANING = {
    "2": "device worn for too little of the night",
    "3": "no data",
    "4": "no nights to analyse",
    "5": "no sleep window found",
    "6": "no sleep window found",
}
"""Meaning of GGIR's ``cleaningcode`` for nights that do not count; 0 and 1 are good."""

WINDOWS = {
    "MM": "sleep from midnight to midnight belongs to two nights, so sleep is read only from part 4 or from WW windows",
    "WW": "a window from waking to waking ends with the night that begins on its date",
}
"""Windows of part 5 that are read: calendar days for activity, waking to waking for nights."""

MAX_UNEXPLAINED_MIN = 5
"""Largest difference between the sleep window of a night and the time from its onset to its waking."""

_THRESHOLDS = re.compile(r"L\d+(?:\.\d+)?M\d+(?:\.\d+)?V\d+(?:\.\d+)?")
_NAMED_WINDOW = re.compile(r"daysummary_(?:full_)?(MM|WW|OO)(?:_|\b)", re.IGNORECASE)
_LONGEST_HOURS = 72
_ACTIVE = tuple(column.column for column in DAY_COLUMNS)
_NO_NIGHTS = pl.DataFrame(schema={"ID": pl.String, "calendar": pl.Date})


def _kind(entry: Entry) -> str | None:
    """Say what an entry is: ``nights``, ``days``, ``unused`` for other reports of GGIR, or None."""
    if not is_csv(entry):
        return None
    header = set(header_of(entry, delimiter=delimiter_of(entry)))
    if header.issuperset(NIGHT) and header.intersection(DATE_NAMES):
        return "nights"
    if header.issuperset(("ID", DAY_COLUMNS[0].column)) and header.intersection(DATE_NAMES):
        return "days"
    return "unused" if "ID" in header and {"cleaningcode", "GGIRversion", "bodylocation"} & header else None


def _recognises(archive: Archive, _settings: ReadSettings) -> bool:
    kinds = {_kind(entry) for entry in archive.entries}
    return bool(kinds & {"nights", "days"})


def _read(archive: Archive, settings: ReadSettings) -> Iterator[Batch]:
    kinds = entries_by_kind(archive, _kind)
    nights = [_report(entry, (*NIGHT, *NIGHT_FILTERS)) for entry in kinds["nights"]]
    for report in nights:
        yield from _read_nights(report, settings)
    in_part_4 = pl.concat([_NO_NIGHTS, *(report.rows.select(_NO_NIGHTS.columns) for report in nights)]).unique()
    in_part_4 = in_part_4.with_columns(pl.lit(True).alias("is_in_part_4"))
    for entry in kinds["days"]:
        yield from _read_windows(_report(entry, (*WINDOW, *_ACTIVE)), in_part_4, settings)
    for entry in kinds["unused"]:
        yield Ignored(entry.label, rows_below(entry), "a GGIR report that is not used")
    yield from other_files(archive, kinds[None])


# --- tables ---


@dataclass(frozen=True, slots=True)
class Report:
    """A GGIR report: its rows with the participant and ``calendar`` (a date), and the format of the date."""

    entry: Entry
    table: CsvTable
    rows: pl.DataFrame
    day_format: str


def _report(entry: Entry, columns: tuple[str, ...]) -> Report:
    """Read columns, with the participant in ``ID``; if the delimiter is a semicolon, a comma is a decimal sign."""
    delimiter = delimiter_of(entry)
    table = read_csv(entry, delimiter=delimiter)
    date_name = next(name for name in DATE_NAMES if name in table.header)
    rows = csv_rows(entry, table, (*columns, date_name), MISSING).rename({date_name: "calendar_date"})
    if delimiter == ";":
        rows = rows.with_columns(pl.col(columns[1:]).str.replace(",", ".", literal=True))
    refuse_alike(entry, "ID", table.cells["ID"], table.lines)
    day_format = _day_format(entry, rows)
    return Report(
        entry,
        table,
        rows.with_columns(
            pl.when(pl.col("ID").is_not_null()).then(table.cells["ID"]).alias("participant_id"),
            pl.lit(SOURCE.name).alias("source"),
            pl.lit("tracker").alias("device_kind"),
            days(rows["calendar_date"], day_format).alias("calendar"),
        ),
        day_format,
    )


def _day_format(entry: Entry, rows: pl.DataFrame) -> str:
    """Find the one format that fits the whole column of dates: it changed with GGIR 3.1-5."""
    if rows.is_empty():
        return YEAR_FIRST[0]
    readings = day_format_of(rows["calendar_date"], rows["ID"]).readings
    if not readings:
        raise refused("date_format", entry, "the dates in calendar_date have no format that painstats knows")
    # GGIR has never written the month first.
    return next((form for form in readings if len(readings) > 1 and form.startswith("%d")), readings[0])


# --- part 4: nights ---


def _read_nights(report: Report, settings: ReadSettings) -> Iterator[Batch]:
    rows = report.rows
    nights, ignored = split_unused(
        rows, _reasons_against_nights(numbers("fraction_night_invalid"), pl.col("SleepDurationInSpt"))
    )
    yield from ignored
    in_bed_h = pl.coalesce(numbers("guider_inbedDuration"), numbers("SptDuration"))
    asleep_h = numbers("SleepDurationInSpt")
    yield from in_batches(
        SLEEP_EPISODE,
        _episodes(
            nights,
            settings,
            minutes={
                "total_sleep_time_min": asleep_h * HOURS,
                "time_in_bed_min": pl.max_horizontal(in_bed_h, asleep_h) * HOURS,
                "wake_after_sleep_onset_min": numbers("WASO") * HOURS,
            },
            problems={
                "SleepDurationInSpt": asleep_h.is_null(),
                "SptDuration": in_bed_h.is_null(),
                "WASO": pl.col("WASO").is_not_null() & numbers("WASO").is_null(),
            },
        ),
    )
    if rows.height:
        in_bed = "the guider's time in bed" if rows["guider_inbedDuration"].count() else "from sleep onset to waking"
        yield Note(
            report.entry.label,
            f"{_how_dated(report)}; a night begins on that date and is stored under the date of waking; time in bed is "
            f"{in_bed}",
        )
    yield from broken_rows(report.entry, report.table, SLEEP_EPISODE)


def _how_dated(report: Report) -> str:
    return f"dates in calendar_date were read as {report.day_format}, times in the participant's time zone"


def _reasons_against_nights(invalid: pl.Expr, asleep: pl.Expr) -> dict[str, pl.Expr]:
    code = pl.col("cleaningcode").str.strip_suffix(".0")
    return {
        **{f"nights with cleaningcode {number}: {why}": code == number for number, why in CLEANING.items()},
        "nights with a cleaningcode other than 0 and 1": ~code.is_in(["0", "1"]),
        "nights with the device not worn for more than a third": invalid > MAX_INVALID,
        "nights without sleep": pl.all_horizontal(
            pl.col("sleeponset").is_null(), pl.col("wakeup").is_null(), asleep.is_null()
        ),
    }


def _episodes(
    rows: pl.DataFrame, settings: ReadSettings, minutes: Mapping[str, pl.Expr], problems: Mapping[str, pl.Expr]
) -> pl.DataFrame:
    """Read sleep windows: onset and waking are hours since the midnight on which ``calendar_date`` begins."""
    clocks = rows.with_columns(_clock("sleeponset").alias("onset"), _clock("wakeup").alias("waking"))
    participants = clocks["participant_id"]
    return clocks.with_columns(
        pl.lit("ggir").alias("device"),
        instants_of(participants, clocks["onset"], settings.time_zones).alias("start_at"),
        instants_of(participants, clocks["waking"], settings.time_zones).alias("end_at"),
        pl.col("waking").dt.date().alias("date"),
        pl.lit(True).alias("is_main_sleep"),
        **minutes,
    ).with_columns(
        _episode_id(),
        first_problem(
            calendar_date=pl.col("calendar").is_null(),
            sleeponset=pl.col("start_at").is_null(),
            wakeup=pl.col("end_at").is_null(),
            **problems,
        ),
    )


def _episode_id() -> pl.Expr:
    """Name nights by the date on which they begin; several on the same date are numbered."""
    number = pl.col("start_at").rank("dense").over("participant_id", "calendar")
    further = pl.when(number > 1).then(pl.format(" ({})", number)).otherwise(pl.lit(""))
    return pl.format("night of {}{}", pl.col("calendar").cast(pl.String), further).alias("episode_id")


def _clock(column: str) -> pl.Expr:
    hours = pl.when(numbers(column).is_between(0, _LONGEST_HOURS)).then(numbers(column))
    return pl.col("calendar").cast(pl.Datetime("us")) + pl.duration(seconds=(hours * 3600).round())


# --- part 5: windows of a calendar day or from waking to waking ---


def _read_windows(report: Report, in_part_4: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    rows, ignored = split_unused(
        report.rows.with_columns(_window(report)),
        {
            "windows from sleep onset to sleep onset or between other moments: not days, and with dates that do not "
            "identify a night": ~pl.col("window").is_in(list(WINDOWS)).fill_null(False)
        },
    )
    yield from ignored
    calendar_days, nights = (rows.filter(window=kind) for kind in WINDOWS)
    yield from _read_days(report, calendar_days)
    yield from _read_nights_of_windows(nights.join(in_part_4, on=["ID", "calendar"], how="left"), settings)
    explained = [WINDOWS[kind] for kind in WINDOWS if rows.filter(window=kind).height]
    if report.rows.height:
        yield Note(report.entry.label, "; ".join((_how_dated(report), *explained)))
    yield from broken_rows(report.entry, report.table, DAILY_TOTAL)


def _window(report: Report) -> pl.Expr:
    """Return the window of each row. Reports of one kind of window have no column for it, only a file name."""
    from_midnight = pl.when(pl.col("start_end_window").str.starts_with("00:00:00")).then(pl.lit("MM"))
    named = _NAMED_WINDOW.search(report.entry.label)
    window = pl.coalesce("window", from_midnight, pl.lit(named and named[1].upper(), pl.String)).alias("window")
    if report.rows.height and report.rows.select(window)["window"].is_null().all():
        raise refused(
            "name_needed",
            report.entry,
            "only the file name that GGIR gave it says whether its windows are days (MM) or begin at waking (WW); "
            "rename it to its original name, such as part5_daysummary_WW_….csv",
        )
    return window


def _read_days(report: Report, rows: pl.DataFrame) -> Iterator[Batch]:
    """Read activity of calendar days; each set of intensity thresholds is a device, so that they are never mixed."""
    thresholds = _THRESHOLDS.search(report.entry.label)
    device = f"ggir-{thresholds[0]}" if thresholds else "ggir"
    kept, ignored = split_unused(
        rows.with_columns(pl.col("calendar").alias("date"), pl.lit(device).alias("device")),
        {
            "days with the device not worn for more than a third": numbers("nonwear_perc_day") > MAX_INVALID * 100,
            "days without activity data": pl.all_horizontal(pl.col(_ACTIVE).is_null()),
        },
    )
    yield from ignored
    yield from daily_totals(kept, DAY_COLUMNS, "calendar_date")


def _read_nights_of_windows(rows: pl.DataFrame, settings: ReadSettings) -> Iterator[Batch]:
    """Read the night at the end of each window from waking to waking, unless part 4 has the same night."""
    clock_min = (numbers("wakeup") - numbers("sleeponset")) * HOURS
    asleep_min, in_bed_min = numbers("dur_spt_sleep_min"), pl.coalesce(numbers("dur_spt_min"), clock_min)
    nights, ignored = split_unused(
        rows,
        {
            "already in the report of part 4": pl.col("is_in_part_4"),
            **_reasons_against_nights(numbers("nonwear_perc_spt") / 100, pl.col("dur_spt_sleep_min")),
        },
    )
    yield from ignored
    episodes = _episodes(
        nights,
        settings,
        minutes={
            "total_sleep_time_min": asleep_min,
            "time_in_bed_min": in_bed_min,
            "wake_after_sleep_onset_min": (in_bed_min - asleep_min).clip(lower_bound=0),
        },
        problems={
            "dur_spt_sleep_min": asleep_min.is_null(),
            "dur_spt_min": pl.col("dur_spt_min").is_not_null() & numbers("dur_spt_min").is_null(),
        },
    )
    elapsed_min = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds() / 60
    is_split = pl.col("column").is_null() & ((numbers("dur_spt_min") - elapsed_min).abs() > MAX_UNEXPLAINED_MIN)
    whole, ignored = split_unused(
        episodes,
        {"windows with other minutes than from sleep onset to waking: not a single night": is_split},
    )
    yield from ignored
    yield from in_batches(SLEEP_EPISODE, whole)


SOURCE = Source(
    name="ggir",
    version=1,
    title="GGIR reports (part 4 and part 5, CSV)",
    reads="sleep of each night, sedentary and active minutes of each calendar day, for many participants",
    how_to_export=(
        "Use results/part4_nightsummary_sleep_cleaned.csv (or part5_daysummary_WW_….csv for the nights) and "
        "part5_daysummary_MM_….csv from the GGIR output folder, or a zip of the results folder."
    ),
    recognises=_recognises,
    read=_read,
    telltales=((*NIGHT, DATE_NAMES[0]), ("ID", DAY_COLUMNS[0].column, DATE_NAMES[0])),
)
