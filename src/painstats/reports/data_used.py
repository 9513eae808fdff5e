"""What was imported and what was left out, and why: the counts that a report shows about its own data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from painstats.batch import CHECK_ZONE, AlikeNotes, alike
from painstats.findings.catalogue.research import DAY_REASONS, WEAR_RULES
from painstats.findings.research_words import left_out_words
from painstats.plan.study import Study
from painstats.questions.asked import asked
from painstats.questions.outcome_words import is_better_when_higher, outcome_words
from painstats.questions.phrases import counted, whole
from painstats.questions.question import outcome_of
from painstats.records import RECORD_TABLES
from painstats.reports.pages import Table
from painstats.store.connection import Store
from painstats.store.ledger import stored_notes
from painstats.store.rows import select
from painstats.vocabulary import MEASURES

RULE_WORDS = {
    "asleep_longer_than_in_bed": "asleep for longer than in bed",
    "acts_days_missing": "it does not say for how many days it acts",
    "dose_impossible": "an impossible dose",
    "event_with_end": "both acts_days and a later end",
    "date_range": "an impossible date",
    "interval_negative": "ends before it starts",
    "interval_too_long": "lasts longer than a day",
    "minutes_implausible": "more minutes than a day has",
    "missing_key": "it does not say what the row is about",
    "missing_participant": "it names no participant",
    "missing_value": "the value is missing",
    "not_finite": "not a number",
    "not_recognised": "unknown format",
    "sleep_outside_bed": "asleep while not in bed",
    "outside_scale": "a score outside its scale",
    "steps_implausible": "more steps than anyone takes",
    "steps_negative": "a negative number of steps",
    "total_implausible": "more than fits into a day",
    "total_negative": "a negative total",
    "unknown_measure": "a measure that is not used here",
    "unknown_stage": "an unknown sleep stage",
    "unreadable": "not readable as a number, a date or a time",
    "wrong_time_zone": "the declared time zone cannot be right",
}
"""Why a row or a file was rejected, in words; other names are shown with spaces."""

RECALL_WORDS = {
    "now": "how it was at that moment",
    "today": "the day on which it was written",
    "last_24_hours": "the 24 hours before it was written",
    "yesterday": "the day before it was written",
}
FILLED_WORDS = {"morning": "in the morning", "evening": "in the evening", "any_time": "at any time of day"}

OF_PARTICIPANT = "participant_id = ?"
OF_FILES = "import_id IN (SELECT import_id FROM import WHERE participant_id = ?)"

MEASURE_COLUMNS = tuple(MEASURES)


@dataclass(frozen=True, slots=True)
class _SourceRows:
    """Files and rows of one source; None where a reader is shown only their own rows of a file."""

    source: str | None
    status: str
    of_many: bool
    files: int
    rows_read: int | None = None
    rows_stored: int | None = None
    rows_known: int | None = None
    rows_quarantined: int | None = None
    rows_ignored: int | None = None


@dataclass(frozen=True, slots=True)
class _OwnRows:
    """A participant's own rows in files of several participants."""

    source: str | None
    status: str
    files: int
    rows_stored: int


@dataclass(frozen=True, slots=True)
class _Reason:
    """How many rows or files there are for one reason."""

    reason: str | None
    number: int


def files_table(store: Store, participant_id: str | None) -> Table:
    """Count files and rows by source: of one participant, or of all.

    Of a file of several participants, a participant is shown how many of their own rows were kept, and nothing else.
    """
    where, values = (f"WHERE {OF_PARTICIPANT}", [participant_id]) if participant_id is not None else ("", [])
    rows = select(
        store,
        _SourceRows,
        "SELECT source, status, participant_id IS NULL AS of_many, sum(files) AS files, sum(rows_read) AS rows_read, "
        "sum(rows_stored) AS rows_stored, sum(rows_known) AS rows_known, sum(rows_quarantined) AS rows_quarantined, "
        "sum(rows_ignored) AS rows_ignored "
        f"FROM (FROM import_summary WHERE status NOT IN ('withdrawn', 'replaced')) {where} "
        "GROUP BY ALL ORDER BY status, source NULLS LAST, of_many",
        values,
    )
    if participant_id is not None:
        rows += _from_files_of_many(store, participant_id)
    return Table(
        "Files by source. Every row is kept, already imported, rejected or unused.",
        ("Source", "Files", "Rows read", "Kept", "Already imported", "Rejected", "Unused"),
        tuple((_source_words(row), *map(_count_words, _counts(row))) for row in rows),
    )


def _counts(row: _SourceRows) -> tuple[int | None, ...]:
    return (row.files, row.rows_read, row.rows_stored, row.rows_known, row.rows_quarantined, row.rows_ignored)


def _count_words(count: int | None) -> str:
    return "–" if count is None else whole(count)


def _from_files_of_many(store: Store, participant_id: str) -> list[_SourceRows]:
    """Count the participant's own rows in files of several participants."""
    records = " UNION ALL ".join(f"SELECT import_id FROM {table} WHERE {OF_PARTICIPANT}" for table in RECORD_TABLES)
    holders = (
        f"SELECT coalesce(g.import_ids, [r.import_id]) AS holders, unnest(holders) AS import_id FROM ({records}) AS r "
        "LEFT JOIN import_group AS g ON g.group_id = r.import_id"
    )
    own = select(
        store,
        _OwnRows,
        "SELECT i.source, i.status, count(DISTINCT import_id) AS files, "
        "count(*) FILTER (import_id = list_min(holders)) AS rows_stored "
        f"FROM ({holders}) JOIN import AS i USING (import_id) WHERE i.participant_id IS NULL GROUP BY ALL ORDER BY ALL",
        [participant_id] * len(RECORD_TABLES),
    )
    return [_SourceRows(row.source, row.status, True, row.files, rows_stored=row.rows_stored) for row in own]


def _source_words(row: _SourceRows) -> str:
    name = row.source.replace("_", " ").title() if row.source else "Unknown format"
    refused = ", whole file refused" if row.status == "refused" else ""
    return f"{name}{refused}{' (file of several participants)' if row.of_many else ''}"


def rejected_table(store: Store, participant_id: str | None) -> Table | None:
    """Count rows that were rejected or unused, and refused files, by reason; None when there are none."""
    where, values = (f"WHERE {OF_FILES}", [participant_id]) if participant_id is not None else ("", [])
    own = f"AND {OF_PARTICIPANT}" if participant_id is not None else ""
    rejected = _reasons(
        store,
        f"rule AS reason, count(*) AS number FROM quarantine {where} GROUP BY ALL ORDER BY number DESC, reason",
        values,
    )
    unused = _reasons(
        store, f"reason, sum(rows) AS number FROM ignored {where} GROUP BY reason ORDER BY number DESC, reason", values
    )
    refused = _reasons(
        store,
        f"rule AS reason, count(*) AS number FROM import WHERE status = 'refused' {own} GROUP BY ALL ORDER BY reason",
        values,
    )
    rows = (
        *((f"rejected: {rule_words(row.reason or 'unknown')}", counted(row.number, "row")) for row in rejected),
        *((f"unused: {_unused_words(row.reason or '')}", counted(row.number, "row")) for row in unused),
        *((f"file refused: {rule_words(row.reason or 'unknown')}", counted(row.number, "file")) for row in refused),
    )
    return Table("What was not imported, and why", ("Reason", "Number"), rows) if rows else None


def _reasons(store: Store, query: str, values: Sequence[object]) -> list[_Reason]:
    return select(store, _Reason, f"SELECT {query}", values)


def _unused_words(reason: str) -> str:
    return reason.removesuffix(": not used").removeprefix("not used: ")


def notes_table(store: Store, participant_id: str | None) -> Table | None:
    """List what was concluded while files were read, without the names of files; None where there is nothing.

    A participant is shown the notes of their own files, not those of files of several participants.
    """
    rows = tuple((said.message, whole(said.number)) for said in _notes(store, participant_id))
    head = ("What was concluded", "Files")
    return Table("How the files were read", head, rows, wordy=True) if rows else None


def zone_doubts(store: Store, participant_id: str | None) -> tuple[str, ...]:
    """Return what speaks against the declared time zone, which would put steps and nights on other days."""
    doubts = (said.first.partition(CHECK_ZONE)[2] for said in _notes(store, participant_id) if said.is_doubt)
    return tuple(f"{doubt[:1].upper()}{doubt[1:]}." for doubt in doubts)


def _notes(store: Store, participant_id: str | None) -> list[AlikeNotes]:
    return alike(note for file in stored_notes(store, participant_id) for note in sorted(set(file.notes)))


def rule_words(rule: str) -> str:
    """Write why a row was rejected."""
    return RULE_WORDS.get(rule, rule.replace("_", " "))


def days_table(study: Study, frame: pl.DataFrame) -> Table:
    """Count days by whether they were used, and why not.

    Parameters
    ----------
    study
        For the lags of its exposures.
    frame
        Column ``left_out`` of ``model_frame``, of one participant or of all.
    """
    lags = {question.exposure.measure: question.lag_days for question in asked(study)}
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
        ("used for the findings", whole(used)),
    )
    return Table("Days used. A day is counted once, under the first thing that is missing.", ("Days", "Number"), rows)


def measures_table(study: Study, days: pl.DataFrame) -> Table:
    """Count valid and missing days of each measure that the study asks about, by reason."""
    exposed = {question.exposure.measure for question in asked(study)}
    scored = days["outcome_score"].count()
    label = outcome_words(outcome_of(study.plan.outcome)).label
    rows: list[tuple[str, ...]] = [
        (f"{label}: score", whole(scored)),
        (f"{label}: no score", whole(days.height - scored)),
    ]
    for measure in (measure for measure in MEASURE_COLUMNS if measure in exposed):
        rows.append((f"{MEASURES[measure].label}: valid", whole(days[measure].count())))
        rows += _few_steps_rows(days) if measure == "step_count" else []
        missing = days.group_by(f"{measure}_missing").len().drop_nulls()
        missing = missing.sort("len", f"{measure}_missing", descending=[True, False])
        rows += [
            (f"{MEASURES[measure].label}: {DAY_REASONS.get(reason, reason)}", whole(count))
            for reason, count in missing.iter_rows()
        ]
    return Table("Valid and missing days", ("What", "Days"), tuple(rows))


def _few_steps_rows(days: pl.DataFrame) -> list[tuple[str, str]]:
    """Count the valid days of few steps by what shows that the device was worn."""
    counts = days.group_by("step_wear_rule").len().sort("len", "step_wear_rule", descending=[True, False])
    words = ((WEAR_RULES.get(rule), count) for rule, count in counts.iter_rows())
    return [(f"of these, {text}", whole(count)) for text, count in words if text]


@dataclass(frozen=True, slots=True)
class _DiaryEntries:
    """Diary entries of one kind: how they were filled in, what they describe, and how many there are."""

    source: str
    filled: str
    recall: str
    scale_low: float
    scale_high: float
    higher_is_worse: bool
    entries: int
    timed: int


def outcome_rules(store: Store, participant_id: str) -> list[str]:
    """Write which day the diary entries describe: one sentence or more for each kind of entry."""
    outcome = store.study.plan.outcome
    rows = select(
        store,
        _DiaryEntries,
        "SELECT source, filled, recall, scale_low, scale_high, higher_is_worse, count(*) AS entries, "
        "count(reported_at) AS timed FROM self_report "
        f"WHERE {OF_PARTICIPANT} AND item = ? AND (?::VARCHAR IS NULL OR site = ?) "
        "GROUP BY ALL ORDER BY entries DESC, source, filled, recall, scale_low, scale_high, higher_is_worse",
        [participant_id, outcome.item, outcome.site, outcome.site],
    )
    return [_entries_words(row, store.study) for row in rows]


def _entries_words(row: _DiaryEntries, study: Study) -> str:
    outcome, hour = outcome_of(study.plan.outcome), study.plan.rules.day_ends_hour
    is_before = row.recall == "yesterday" or (row.recall == "last_24_hours" and row.filled == "morning")
    day = "the day before" if is_before else "the day on which it was written"
    about = RECALL_WORDS[row.recall]
    means = f"Each counts for {day}." if about == day else f"Each describes {about} and counts for {day}."
    end = "higher is worse" if row.higher_is_worse else "higher is better"
    turned = ", so it was reversed" if row.higher_is_worse is is_better_when_higher(outcome) else ""
    number = "1 entry" if row.entries == 1 else f"{whole(row.entries)} entries"
    late = (
        f" An entry written before {hour} in the morning counts for the evening before."
        if row.timed and row.filled != "morning" and hour
        else ""
    )
    return (
        f"{number} about {outcome_words(outcome).label}, written {FILLED_WORDS[row.filled]}, "
        f"on a scale from {row.scale_low:g} to {row.scale_high:g} ({end}{turned}). {means}{late}"
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
    dated = [f"{counted(number, 'night')}, {words.get(rule, rule)}." for rule, number in counts.iter_rows()]
    in_bed = days.filter(pl.col("total_sleep_time_min_missing") == "in_bed_only").height
    only = f"{counted(in_bed, 'night')} with only a time in bed: no sleep was recorded, and it never counts as sleep."
    return [*dated, only] if in_bed else dated


def zone_words(days: pl.DataFrame) -> list[str]:
    """Write the time zones in which days were cut, with the number of days in each."""
    counts = days.group_by("time_zone").len().sort("len", "time_zone", descending=[True, False])
    return [f"{zone.replace('_', ' ')} ({counted(number, 'day')})" for zone, number in counts.iter_rows()]
