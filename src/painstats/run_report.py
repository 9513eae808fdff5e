"""What a run did, stage by stage: kept in the database, loaded as data, and shown by commands and flows.

Reports hold counts, times and hashes: no participant ids and no file names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, TypeVar

from painstats.daily import DailyTableBuilt
from painstats.findings import FindingsMade
from painstats.frame import ModelFrameBuilt
from painstats.intake.files_read import FilesRead
from painstats.plan.study import Study
from painstats.questions.asked import QuestionsFitted
from painstats.store.checksum import now, read_record
from painstats.store.connection import Store, open_store, transaction
from painstats.store.publish import PagesWritten
from painstats.store.rows import replace_rows, select
from painstats.store.stages import imports_hash

NOT_STORED = "why_no_model"
"""Text, which another package's kind of question may have written. Only counts are stored."""

OF_ONE_RUN = frozenset({"seconds", "rebuilt_participants", "rebuilt_days", NOT_STORED})
"""Fields that depend on how a study came to be read. They are not published, nor are times, exit codes, the files read
and the pages written: a study read in one run and in ten publishes the same rows, and so does one that is computed
again; only the head of the plan ledger differs. All of it is in the database."""

StageRecord = TypeVar("StageRecord")
Counts = int | Mapping[str, "Counts"]


@dataclass(frozen=True, slots=True)
class Results:
    """What the stages between the records and the pages did."""

    daily: DailyTableBuilt
    frame: ModelFrameBuilt
    fit: QuestionsFitted
    findings: FindingsMade


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run did.

    Parameters
    ----------
    started_at, finished_at
        When it began and ended, in UTC; ``finished_at`` is None for one that was killed, as is ``exit_code``.
    painstats_version, plan_hash, imports_hash
        What it was done with and on.
    reading
        What was read.
    results
        What was computed; None if the results of an earlier run were still valid.
    pages
        What was written; None if nothing was new.
    """

    started_at: datetime
    painstats_version: str
    plan_hash: str
    imports_hash: str
    reading: FilesRead
    results: Results | None = None
    pages: PagesWritten | None = None
    finished_at: datetime | None = None
    exit_code: int | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the run imported, computed or wrote anything; others change nothing and are not stored."""
        return bool(self.results or self.pages or self.reading.files.get("loaded"))


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as it is stored: each stage's record as JSON, None where the stage did not run."""

    started_at: datetime
    finished_at: datetime | None
    painstats_version: str
    plan_hash: str
    imports_hash: str
    exit_code: int | None
    files_read: str
    daily_table_built: str | None
    model_frame_built: str | None
    questions_fitted: str | None
    findings_made: str | None
    pages_written: str | None


@dataclass(frozen=True, slots=True)
class ResultCount:
    """A row of ``result_count``: how many there are of something that a stage made, by reason or verdict."""

    stage: str
    name: str
    label: str
    count: int


def begun_report(store: Store, reading: FilesRead) -> RunReport:
    """Return the report of a run that has read its files and nothing else yet."""
    record = read_record(store.study)
    return RunReport(
        started_at=datetime.fromisoformat(record.run_started_at if record and record.run_started_at else now()),
        painstats_version=version("painstats"),
        plan_hash=store.study.plan_hash,
        imports_hash=imports_hash(store),
        reading=reading,
    )


# --- storing ---


def save_report(store: Store, report: RunReport) -> None:
    """Store a report, in place of what was stored of the same run earlier."""
    row = asdict(_row(report))
    with transaction(store) as connection:
        connection.execute("DELETE FROM run_report WHERE started_at = ?", [report.started_at])
        places = ", ".join(f"${name}" for name in row)
        connection.execute(f"INSERT INTO run_report ({', '.join(row)}) VALUES ({places})", row)


def save_result_counts(store: Store, results: Results) -> None:
    """Store the table ``result_count``, which is published: what the results now are, whatever the runs before did."""
    replace_rows(store, "result_count", ResultCount, list(_counts(results)))


def _row(report: RunReport) -> ReportRow:
    results = report.results
    return ReportRow(
        started_at=report.started_at,
        finished_at=report.finished_at,
        painstats_version=report.painstats_version,
        plan_hash=report.plan_hash,
        imports_hash=report.imports_hash,
        exit_code=report.exit_code,
        files_read=_as_json(report.reading),
        daily_table_built=_as_json(results.daily) if results else None,
        model_frame_built=_as_json(results.frame) if results else None,
        questions_fitted=_as_json(results.fit) if results else None,
        findings_made=_as_json(results.findings) if results else None,
        pages_written=_as_json(report.pages) if report.pages else None,
    )


def _as_json(record: Any) -> str:
    return json.dumps({name: value for name, value in asdict(record).items() if name != NOT_STORED})


def _counts(results: Results) -> Iterator[ResultCount]:
    for stage, record in asdict(results).items():
        for name, value in record.items():
            if name not in OF_ONE_RUN:
                yield from (ResultCount(stage, name, label, count) for label, count in _labelled(value))


def _labelled(value: Counts) -> Iterator[tuple[str, int]]:
    """Yield label and count; labels inside labels are joined by a slash."""
    if isinstance(value, int):
        yield "", value
        return
    for label, inner in value.items():
        yield from ((f"{label}/{below}" if below else label, count) for below, count in _labelled(inner))


# --- loading ---


def load_run_reports(study: Study) -> list[RunReport]:
    """Load the report of every run that imported, computed or wrote anything, newest first.

    A run in which nothing was new changes no file, and so has no report; ``painstats status`` says when it finished.
    ``painstats forget`` removes all reports, since they count the rows of the participant too.
    Opens the database: the published ``result_count`` holds what the results are, but no times and no earlier runs.

    Raises
    ------
    StudyInUse
        Another process holds the study.
    StorageError
        The database cannot be opened.
    """
    with open_store(study) as store:
        return read_reports(store)


def read_reports(store: Store) -> list[RunReport]:
    """Read the reports of an open study, newest first."""
    return _read(store, "ORDER BY started_at DESC")


def last_report(store: Store) -> RunReport | None:
    """Return the report of the last run that imported, computed or wrote anything; None if there was none."""
    return next(iter(_read(store, "ORDER BY started_at DESC LIMIT 1")), None)


def last_results(store: Store) -> Results | None:
    """Return what the last run that computed results did; None if there was none."""
    newest = "WHERE findings_made IS NOT NULL ORDER BY started_at DESC LIMIT 1"
    return next((report.results for report in _read(store, newest)), None)


def _read(store: Store, which: str) -> list[RunReport]:
    columns = ", ".join(each.name for each in fields(ReportRow))
    return [_report(row) for row in select(store, ReportRow, f"SELECT {columns} FROM run_report {which}")]


def _report(row: ReportRow) -> RunReport:
    return RunReport(
        started_at=row.started_at.astimezone(UTC),
        finished_at=row.finished_at.astimezone(UTC) if row.finished_at else None,
        painstats_version=row.painstats_version,
        plan_hash=row.plan_hash,
        imports_hash=row.imports_hash,
        exit_code=row.exit_code,
        reading=_record(FilesRead, row.files_read),
        results=_results(row),
        pages=_record(PagesWritten, row.pages_written) if row.pages_written else None,
    )


def _results(row: ReportRow) -> Results | None:
    daily, frame, fit, findings = (
        row.daily_table_built, row.model_frame_built, row.questions_fitted, row.findings_made,
    )  # fmt: skip
    if daily is None or frame is None or fit is None or findings is None:
        return None
    return Results(
        _record(DailyTableBuilt, daily),
        _record(ModelFrameBuilt, frame),
        _record(QuestionsFitted, fit),
        _record(FindingsMade, findings),
    )


def _record(record_type: type[StageRecord], text: str) -> StageRecord:
    """Build a stage's record; a field that is added later needs a default, since stored reports lack it."""
    known = {each.name for each in fields(record_type)}  # type: ignore[arg-type]
    return record_type(**{name: value for name, value in json.loads(text).items() if name in known})
