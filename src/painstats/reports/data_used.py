"""What was read and what was left out, and why: the counts that a report shows about its own ground."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl

from painstats.findings.words import DAY_REASONS, capital, counted, item_words, left_out_words, whole
from painstats.plan.study import Study
from painstats.records import RECORD_TABLES
from painstats.reports.figures.daily_charts import date_words
from painstats.reports.pages import Cell, Table, joined, named
from painstats.store.connection import Store
from painstats.vocabulary import MEASURES

RULE_WORDS = {
    "asleep_longer_than_in_bed": "asleep for longer than in bed",
    "date_range": "a date that cannot be",
    "interval_negative": "ends before it starts",
    "interval_too_long": "lasts longer than a day",
    "minutes_implausible": "more minutes than a day has",
    "missing_key": "a part that says what the row is about is missing",
    "missing_participant": "does not say whose it is",
    "missing_value": "the value is missing",
    "not_finite": "not a number",
    "not_recognised": "no known format",
    "outside_scale": "a rating outside its scale",
    "steps_implausible": "more steps than anyone takes",
    "steps_negative": "fewer than no steps",
    "total_implausible": "more than a day can hold",
    "total_negative": "less than nothing",
    "unknown_measure": "not a measure that is used here",
    "unknown_stage": "an unknown stage of sleep",
    "unreadable": "could not be read as a number, a date or a time",
}
"""Why a row or a file was not taken in, in words; other names are shown with spaces."""

MOST_CHANGES_LISTED = 6
LEVELS = {
    False: "is held against the average over all days, whatever the device: the model takes no account of the change "
    "(adjust_for_device = false).",
    True: "is held against the average over the days with the same devices: the model takes account of the change "
    "(adjust_for_device = true).",
}
"""What a day is held against where devices changed, by ``adjust_for_device``."""

RECALL_WORDS = {
    "now": "how it was at that moment",
    "today": "the day on which it was written",
    "last_24_hours": "the 24 hours before it was written",
    "yesterday": "the day before it was written",
}
FILLED_WORDS = {"morning": "in the morning", "evening": "in the evening", "any_time": "at any time of day"}

OF_PERSON = "participant_id = ?"
OF_FILES = "import_id IN (SELECT import_id FROM import WHERE participant_id = ?)"

MARK_OF_DEVICE = re.compile(r"-[0-9a-f]{6}$")
"""What tells devices of one kind apart: the shortened hash of a name."""

MEASURE_COLUMNS = tuple(MEASURES)


def query(store: Store, text: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    """Run a query with bound values and return its rows."""
    return store.connection.execute(text, values or []).pl().to_dicts()


def files_table(store: Store, participant_id: str | None) -> Table:
    """Count files and rows by source: of one person, or of everybody.

    Of a file of several people a person is shown how many rows of their own were kept, and nothing about the others.
    """
    where, values = (f"WHERE {OF_PERSON}", [participant_id]) if participant_id is not None else ("", [])
    rows = query(
        store,
        "SELECT source, status, participant_id IS NULL AS of_many, sum(files) AS files, sum(rows_read) AS rows_read, "
        "sum(rows_stored) AS rows_stored, sum(rows_known) AS rows_known, sum(rows_quarantined) AS rows_quarantined, "
        "sum(rows_ignored) AS rows_ignored "
        f"FROM (FROM import_summary WHERE status <> 'withdrawn') {where} "
        "GROUP BY ALL ORDER BY status, source NULLS LAST, of_many",
        values,
    )
    if participant_id is not None:
        rows += _from_files_of_many(store, participant_id)
    counts = ("files", "rows_read", "rows_stored", "rows_known", "rows_quarantined", "rows_ignored")
    return Table(
        "Files by source. Every row that was read is either kept, known already, rejected or not used.",
        ("Source", "Files", "Rows read", "Kept", "Known already", "Rejected", "Not used"),
        tuple(
            (_source_words(row), *(whole(row[count]) if row.get(count) is not None else "–" for count in counts))
            for row in rows
        ),
    )


def _from_files_of_many(store: Store, participant_id: str) -> list[dict[str, Any]]:
    """Count the person's own rows in files that hold several people."""
    records = " UNION ALL ".join(f"SELECT import_id FROM {table} WHERE {OF_PERSON}" for table in RECORD_TABLES)
    holders = (
        f"SELECT coalesce(g.import_ids, [r.import_id]) AS holders, unnest(holders) AS import_id FROM ({records}) AS r "
        "LEFT JOIN import_group AS g ON g.group_id = r.import_id"
    )
    return query(
        store,
        "SELECT i.source, i.status, true AS of_many, count(DISTINCT import_id) AS files, "
        "count(*) FILTER (import_id = list_min(holders)) AS rows_stored "
        f"FROM ({holders}) JOIN import AS i USING (import_id) WHERE i.participant_id IS NULL GROUP BY ALL ORDER BY ALL",
        [participant_id] * len(RECORD_TABLES),
    )


def _source_words(row: dict[str, Any]) -> str:
    name = (row["source"] or "unknown format").replace("_", " ").title() if row["source"] else "Unknown format"
    refused = ", refused whole" if row["status"] == "refused" else ""
    return f"{name}{refused}{' (file of several people)' if row['of_many'] else ''}"


def rejected_table(store: Store, participant_id: str | None) -> Table | None:
    """Count rows that were rejected, not used, or refused with their file, by reason; None when there are none."""
    where, values = (f"WHERE {OF_FILES}", [participant_id]) if participant_id is not None else ("", [])
    rejected = query(
        store, f"SELECT rule, count(*) AS rows FROM quarantine {where} GROUP BY rule ORDER BY rows DESC, rule", values
    )
    ignored = query(
        store,
        f"SELECT reason, sum(rows) AS rows FROM ignored {where} GROUP BY reason ORDER BY rows DESC, reason",
        values,
    )
    person = f"AND {OF_PERSON}" if participant_id is not None else ""
    refused = query(
        store,
        f"SELECT rule, count(*) AS files FROM import WHERE status = 'refused' {person} GROUP BY rule ORDER BY rule",
        values,
    )
    rows = (
        *((f"rejected: {rule_words(row['rule'])}", counted(row["rows"], "row")) for row in rejected),
        *(
            (
                f"not used: {row['reason'].removesuffix(': not used').removeprefix('not used: ')}",
                counted(row["rows"], "row"),
            )
            for row in ignored
        ),
        *((f"refused whole: {rule_words(row['rule'] or 'unknown')}", counted(row["files"], "file")) for row in refused),
    )
    return Table("What was not taken in, and why", ("Reason", "How much"), rows) if rows else None


def rule_words(rule: str) -> str:
    """Write why a row was rejected."""
    return RULE_WORDS.get(rule, rule.replace("_", " "))


def days_table(study: Study, frame: pl.DataFrame) -> Table:
    """Count days by what became of them.

    Parameters
    ----------
    study
        For the lags of its predictors.
    frame
        Column ``left_out`` of ``model_frame``, of one person or of everybody.
    """
    lags = {predictor.measure: predictor.lag for predictor in study.plan.predictors}
    counts = frame.group_by("left_out").len().sort("len", "left_out", descending=[True, False])
    left_out = [
        (f"left out: {left_out_words(reason, lags)}", whole(days))
        for reason, days in counts.iter_rows()
        if reason is not None
    ]
    used = sum(days for reason, days in counts.iter_rows() if reason is None)
    rows = (
        ("all days between the first and the last record", whole(frame.height)),
        *left_out,
        ("used for the answers", whole(used)),
    )
    return Table(
        "From days to answers. A day counts once, under the first thing that it lacks.", ("Days", "Number"), tuple(rows)
    )


def measures_table(study: Study, days: pl.DataFrame) -> Table:
    """Count valid and missing days of each measure of the plan, by reason."""
    measures = [
        measure for measure in MEASURE_COLUMNS if measure in {predictor.measure for predictor in study.plan.predictors}
    ]
    rated = days["outcome_score"].count()
    item = item_words(study.plan.outcome.item).label
    rows: list[tuple[str, ...]] = [(f"{item}: rated", whole(rated)), (f"{item}: no rating", whole(days.height - rated))]
    for measure in measures:
        rows.append((f"{MEASURES[measure].label}: valid", whole(days[measure].count())))
        missing = days.group_by(f"{measure}_missing").len().drop_nulls()
        missing = missing.sort("len", f"{measure}_missing", descending=[True, False])
        rows += [
            (f"{MEASURES[measure].label}: {DAY_REASONS.get(reason, reason)}", whole(count))
            for reason, count in missing.iter_rows()
        ]
    return Table("Valid and missing days", ("What", "Days"), tuple(rows))


def rating_rules(store: Store, participant_id: str) -> list[str]:
    """Write which day the ratings describe: one sentence for each kind of entry."""
    outcome = store.study.plan.outcome
    rows = query(
        store,
        "SELECT source, filled, recall, scale_low, scale_high, higher_is_worse, count(*) AS entries, "
        "count(reported_at) AS timed FROM self_report "
        f"WHERE {OF_PERSON} AND item = ? AND (?::VARCHAR IS NULL OR site = ?) "
        "GROUP BY ALL ORDER BY entries DESC, source, filled, recall, scale_low, scale_high, higher_is_worse",
        [participant_id, outcome.item, outcome.site, outcome.site],
    )
    hour = store.study.plan.rules.day_ends_hour
    return [_rating_rule(row, item_words(outcome.item).label, hour) for row in rows]


def _rating_rule(row: dict[str, Any], item: str, day_ends_hour: int) -> str:
    is_before = row["recall"] == "yesterday" or (row["recall"] == "last_24_hours" and row["filled"] == "morning")
    day = "the day before" if is_before else "the day on which it was written"
    about = RECALL_WORDS[row["recall"]]
    tells = f"Each counts for {day}." if about == day else f"Each tells of {about}, and counts for {day}."
    worse = "higher is worse" if row["higher_is_worse"] else "higher is better, so it was turned round"
    entries = "1 entry" if row["entries"] == 1 else f"{whole(row['entries'])} entries"
    late = (
        f" Written before {day_ends_hour} in the morning, it counts for the evening that went before."
        if row["timed"] and row["filled"] != "morning" and day_ends_hour
        else ""
    )
    return (
        f"{entries} about {item}, written {FILLED_WORDS[row['filled']]}, "
        f"on a scale from {row['scale_low']:g} to {row['scale_high']:g} ({worse}). {tells}{late}"
    )


def night_rules(days: pl.DataFrame) -> list[str]:
    """Write by which rule nights got their date."""
    words = {
        "home zone": "dated by the day of waking, in the home time zone",
        "journey in the plan": "dated by the day of waking, in the time zone of the journey in the plan",
        "recorded offset": "dated by the day of waking, on the clock that the device recorded",
        "as the source dates it": "dated by the day of waking, as the device's maker dates it",
    }
    counts = days.group_by("night_rule").len().drop_nulls().sort("len", "night_rule", descending=[True, False])
    return [f"{counted(number, 'night')}, {words.get(rule, rule)}." for rule, number in counts.iter_rows()]


def zone_words(days: pl.DataFrame) -> list[str]:
    """Write the time zones in which days were cut, with the number of days in each."""
    counts = days.group_by("time_zone").len().sort("len", "time_zone", descending=[True, False])
    return [f"{zone.replace('_', ' ')} ({counted(number, 'day')})" for zone, number in counts.iter_rows()]


def device_lines(store: Store, participant_id: str) -> list[Cell]:
    """Write from which date on which device told of a person's steps and sleep, and what the model made of it."""
    rows = query(store, f"SELECT * FROM device_change WHERE {OF_PERSON} ORDER BY date", [participant_id])
    if not rows:
        return []
    earlier = len(rows) - MOST_CHANGES_LISTED
    lines: list[Cell] = [f"{counted(earlier, 'earlier change')} of device, not listed here."] if earlier > 0 else []
    for row in rows[-MOST_CHANGES_LISTED:]:
        lines += [
            _device_line(row["date"], whose, row[f"from_{kind}_device"], row[f"to_{kind}_device"])
            for kind, whose in (("step", "your steps come"), ("sleep", "your sleep comes"))
            if row[f"from_{kind}_device"] is not None and row[f"from_{kind}_device"] != row[f"to_{kind}_device"]
        ]
    level = LEVELS[store.study.plan.rules.adjust_for_device]
    return [
        *lines,
        "Two devices do not count alike: numbers before and after such a change may not be comparable. "
        f"Each of your days {level}",
    ]


def _device_line(day: date, whose: str, old: str, new: str) -> Cell:
    before, after = (_device_words(device, bare=_bare(old) != _bare(new)) for device in (old, new))
    return joined(
        f"From {date_words(day)} on {whose} from the ", named(after), "; before, from the ", named(before), "."
    )


def _device_words(device: str, *, bare: bool) -> str:
    """Write a device as its kind and its source, with the mark that tells it from another of the kind if asked."""
    source, _, name = (_bare(device) if bare else device).partition(" ")
    return f"{name} ({source.replace('_', ' ').title()})"


def _bare(device: str) -> str:
    return MARK_OF_DEVICE.sub("", device)


def changes_line(store: Store) -> str:
    """Write how many people changed their devices, and what the model made of it."""
    [row] = query(
        store,
        "SELECT count(*) AS changes, count(DISTINCT participant_id) AS people, "
        "(SELECT count(*) FROM participant_summary) AS everyone FROM device_change",
    )
    unseen = "Exports that do not name their devices cannot show one."
    if not row["changes"]:
        return f"In nobody a change of the usual device was found. {unseen}"
    whose = f"{whole(row['people'])} of {whole(row['everyone'])} people"
    return (
        f"Changes of the device that usually tells of steps or sleep: {whole(row['changes'])}, in {whose}. {unseen} "
        f"Each day {LEVELS[store.study.plan.rules.adjust_for_device]}"
    )


def devices_table(store: Store, participant_id: str | None) -> Table | None:
    """Show how steps of several devices were counted once; None when no steps were read."""
    where, values = (f"WHERE {OF_PERSON}", [participant_id]) if participant_id is not None else ("", [])
    rows = query(
        store,
        "SELECT source, device_kind, is_daily_total, count(DISTINCT (participant_id, date)) AS days, "
        "sum(recorded_step_count) AS recorded, sum(counted_step_count) AS counted "
        f"FROM step_by_device {where} GROUP BY ALL ORDER BY counted DESC, source, device_kind, is_daily_total",
        values,
    )
    if not rows:
        return None
    return Table(
        "Steps by device. Where two devices recorded the same minutes, those minutes were counted once.",
        ("Device", "Days", "Steps recorded", "Steps counted"),
        tuple(
            (
                f"{capital(row['device_kind'])} ({row['source'].replace('_', ' ')})"
                + (", the day's own sum" if row["is_daily_total"] else ""),
                whole(row["days"]),
                whole(row["recorded"]),
                whole(row["counted"]),
            )
            for row in rows
        ),
    )
