"""Check from the records and their dates that Health Connect's times are milliseconds, and find the unit of offsets."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from painstats.archive.entries import Entry, refused
from painstats.parsing.clocks import clock_note

OFFSET_UNITS = {
    "seconds": (1, "abs({0}) BETWEEN 900 AND 64800 AND {0} % 900 = 0"),
    "minutes": (60, "abs({0}) BETWEEN 15 AND 840 AND {0} % 15 = 0"),
}
"""Units of offsets: seconds in one, and which offsets other than 0 are possible. No number is possible in both."""

MIN_SHARE = 0.5
"""Least share of the records that must support a reading; below it the export is refused."""

MIN_DATED_SHARE = 0.95
"""Least share of records on their stated date; it is high because a wrong offset moves only records near midnight."""

_POSSIBLE_MS = "BETWEEN 1104537600000 AND 4102444800000"  # the years 2005 to 2099
_DAY_S = 86_400
_ADVICE = "nothing was read, because its dates would be wrong; export again in the settings of Health Connect"

Times = tuple[str, str | None]
"""Columns of a table: the time of its records, and their UTC offset if it has one."""


def times_of(columns: set[str]) -> Times:
    """Return the columns with the start of a table's records."""
    time, offset = ("time", "zone_offset") if "time" in columns else ("start_time", "start_zone_offset")
    return time, offset if offset in columns else None


def decide_health_connect_clock(
    connection: sqlite3.Connection, entry: Entry, tables: Mapping[str, set[str]], dated: Sequence[str]
) -> tuple[int, list[str]]:
    """Find the units of times and offsets, from the values that are possible and the dates in the records.

    Parameters
    ----------
    connection, entry
        The database.
    tables
        Tables of records with their columns.
    dated
        Tables in which ``local_date`` is the date of the start; sleep and exercise may be dated by their end.

    Returns
    -------
    Seconds in one unit of the offsets, and the conclusions as notes.

    Raises
    ------
    ExportRefused
        ``time_unit``, ``offset_unit`` or ``dates_disagree``.
    """
    n_records, n_times, n_offsets, n_shifted, *n_possible = _tally(connection, tables)
    if n_times < MIN_SHARE * n_records:
        raise refused(
            "time_unit", entry, f"{n_records - n_times} of {n_records} times are not milliseconds since 1970; {_ADVICE}"
        )
    n_in_unit, unit = max(zip(n_possible, OFFSET_UNITS, strict=True))
    if n_in_unit < MIN_SHARE * n_shifted:
        raise refused(
            "offset_unit",
            entry,
            f"{n_shifted - n_in_unit} of {n_shifted} UTC offsets are possible neither in "
            f"{' nor in '.join(OFFSET_UNITS)}; {_ADVICE}",
        )
    seconds = OFFSET_UNITS[unit][0]
    confirmed = _dates_confirm(connection, entry, {table: tables[table] for table in dated if table in tables}, seconds)
    messages = [
        f"times are in milliseconds and UTC offsets in {unit}: {confirmed}",
        clock_note(n_offsets, n_records, "records"),
    ]
    return seconds, messages if n_records else []


def _tally(connection: sqlite3.Connection, tables: Mapping[str, set[str]]) -> list[int]:
    """Count records, possible times, offsets, offsets other than 0, and offsets that are possible in each unit."""
    counted = [[0] * (4 + len(OFFSET_UNITS))]
    for table, columns in tables.items():
        time, offset = times_of(columns)
        units = (possible.format(offset or "NULL") for _, possible in OFFSET_UNITS.values())
        given = (f"{offset or 'NULL'} {which}" for which in ("IS NOT NULL", "<> 0"))
        counted.append(_counts(connection, table, "1", f"{time} {_POSSIBLE_MS}", *given, *units))
    return [sum(counts) for counts in zip(*counted, strict=True)]


def _dates_confirm(connection: sqlite3.Connection, entry: Entry, tables: Mapping[str, set[str]], seconds: int) -> str:
    """Compare the stated date of each record with the date of its time at its UTC offset."""
    n_dated = n_right = 0
    for table, columns in tables.items():
        time, offset = times_of(columns)
        if offset and "local_date" in columns:
            there = f"({time} / 1000 + {offset} * {seconds}) / {_DAY_S}"
            known = f"local_date IS NOT NULL AND {offset} IS NOT NULL AND {time} {_POSSIBLE_MS}"
            dated, right = _counts(connection, table, known, f"{known} AND local_date = {there}")
            n_dated, n_right = n_dated + dated, n_right + right
    if n_right < MIN_DATED_SHARE * n_dated:
        raise refused(
            "dates_disagree",
            entry,
            f"{n_dated - n_right} of {n_dated} records have a local_date that differs from the date of their time and "
            f"UTC offset; {_ADVICE}",
        )
    if not n_dated:
        return "the values are possible in these units; there are no dates to check them"
    return f"in these units {n_right} of {n_dated} records are on their local_date"


def _counts(connection: sqlite3.Connection, table: str, *conditions: str) -> list[int]:
    sums = ", ".join(f"total({condition})" for condition in conditions)
    return [int(count) for count in connection.execute(f'SELECT {sums} FROM "{table}"').fetchone()]
