"""One run over a study: the stages in their order. The command line and the flows call this and add nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from painstats.daily import DailyTableBuilt, build_daily_table
from painstats.daily.agreement import date_shifts
from painstats.errors import QUARANTINED_EXIT_CODE, NotEnoughData, PainstatsError, StudyInUse, gravest
from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.intake.candidates import VERSION, FileOutcome
from painstats.intake.changed_settings import clear_if_settings_changed
from painstats.intake.files_read import FilesRead, files_read
from painstats.intake.inbox import list_inbox
from painstats.intake.inbox_file import InboxFile
from painstats.intake.known_participants import refuse_alike_in_plan
from painstats.intake.load_files import Say, load_files
from painstats.intake.lost_inbox import check_inbox
from painstats.intake.settling import names_still_written, with_unsettled_marked
from painstats.intake.undeclared_zone import refuse_undeclared_zone
from painstats.plan.study import Study
from painstats.process_pool import default_processes, using
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.questions.experiment.clock import now
from painstats.questions.experiment.stored import stages
from painstats.reports.cohort.page_facts import files_on_cohort_page
from painstats.run_report import Results, RunReport, begun_report, last_results, save_report, save_result_counts
from painstats.shards.read import dealt_at_run, mark_shards_reported, read_shards
from painstats.shards.workers import Workers, workers_of
from painstats.store import Store, open_store
from painstats.store.checksum import Record, read_record
from painstats.store.checksum import now as now_iso
from painstats.store.connection import held, opened
from painstats.store.damage import moment
from painstats.store.ledger import mark_reported, unreported_quarantine
from painstats.store.plan_ledger import declare_plan, ledger_head, note_result
from painstats.store.publish import FailedReport, remove_leftovers
from painstats.store.run_log import LoggedRun, log_run
from painstats.store.runs import note_run_finished, note_run_started
from painstats.store.stages import StageDone, clear_done, done_before, inputs_hash, mark_done
from painstats.to_settle import to_settle

__all__ = ["FileOutcome", "InboxFile", "RunSummary", "answer", "list_inbox", "load_files", "prepare", "run_study"]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did: its report, and what names files and pages, which is not stored.

    Parameters
    ----------
    files
        What happened to each file of the inbox.
    report
        Counts and times of each stage.
    results
        What the results are: those of this run, or of the earlier one whose results are still valid.
    refusal
        Why there is no model; None if there is one.
    to_settle
        Choices that the plan leaves open, and contradictions, in sentences.
    reports, failed_reports
        The pages; in place of each failed one is a page that says so, and the next run tries again.
    """

    files: tuple[FileOutcome, ...]
    report: RunReport
    results: Results
    refusal: str | None = None
    to_settle: tuple[str, ...] = ()
    reports: tuple[Path, ...] = ()
    failed_reports: tuple[FailedReport, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether pages were written; if nothing was new, nothing is computed or written."""
        return self.report.pages is not None

    @property
    def exit_code(self) -> int:
        """The exit code of the run."""
        return self.report.exit_code or 0


def run_study(
    study: Study,
    say: Say = lambda _: None,
    processes: int | None = None,
    report: Callable[[RunSummary], None] = lambda _: None,
    *,
    unattended: bool = False,
) -> RunSummary:
    """Read what is new in the inbox, and answer the questions of the study.

    Parameters
    ----------
    study
        The study to run.
    say
        Receives one line of progress at a time, without any participant's values.
    processes
        How many processes read large exports; None for one per CPU.
    report
        Shows the user what happened. Rows in quarantine count as reported once it has returned, so that a run that is
        killed before leaves the notice to the next one.
    unattended
        Whether no one has just finished copying files into the inbox: then those that change while the run watches
        them wait for the next one.

    Raises
    ------
    PainstatsError
        The study cannot be run at all (:mod:`painstats.errors`). Refused files do not raise; they are in the result.
    """
    with logged_failure(study), held(study):
        with opened(study) as store:
            shards = prepare(store, say)
            if not shards:
                started = perf_counter()
                files = list_inbox(study)
                if unattended:
                    files = with_unsettled_marked(files, study.plan.nightly.settle_seconds)
                outcomes = load_files(store, files, say, processes)
                summary = answer(store, outcomes, files_read(outcomes, perf_counter() - started), say, processes)
                report(summary)
                mark_reported(store)
                return summary
        unsettled = names_still_written(study) if unattended else frozenset[str]()
        return _run_shards(study, shards, workers_of(study, processes), say, report, unsettled)


def _run_shards(
    study: Study,
    shards: Sequence[Study],
    workers: Workers,
    say: Say,
    report: Callable[[RunSummary], None],
    unsettled: frozenset[str],
) -> RunSummary:
    """Read every shard, and answer the questions over all of them."""
    started = perf_counter()
    read = read_shards(shards, workers, say, unsettled)
    reading = files_read(read.outcomes, perf_counter() - started)
    with opened(study) as store:
        summary = answer(store, read.outcomes, reading, say, workers.processes, read.daily)
    report(summary)
    mark_shards_reported(read.unreported)
    return summary


@contextmanager
def logged_failure(study: Study) -> Iterator[None]:
    """Log a run that ends with an error before it could write anything, for ``painstats status`` and its page."""
    started_at = datetime.now(UTC).isoformat()
    try:
        yield
    except Exception as error:
        if _code_of(error) != StudyInUse.exit_code:  # the other run logs itself
            with suppress(OSError, PainstatsError):  # the disk may be what is wrong; the error itself matters more
                _log_failure(study, started_at, error)
        raise


def _code_of(error: Exception) -> int:
    return int(getattr(error, "exit_code", 1))


def _log_failure(study: Study, started_at: str, error: Exception) -> None:
    """Log a failed run under the time at which it noted its start, and show it on the status page."""
    from painstats.reports.status.write import write_status_page

    record = read_record(study) or Record()
    started_at = max(started_at, record.run_started_at or "")
    log_run(study, LoggedRun(started_at, now_iso(), _code_of(error), failure=type(error).__name__))
    with open_store(study) as store:
        write_status_page(store)


def prepare(store: Store, say: Say, *, is_recorded: bool = True) -> tuple[Study, ...]:
    """Check the plan, note that a run began, and start again from the inbox if its settings changed.

    ``is_recorded`` is whether the plan is declared in the plan ledger. One that was made from the files is not.

    Returns
    -------
    The shards of the study, in which the inbox is read; empty where the study is one database.
    """
    refuse_undeclared_zone(store.study)
    check_inbox(store)
    asked(store.study)  # a question that cannot be asked is refused before anything is read
    refuse_alike_in_plan(store.study)
    unfinished = note_run_started(store.study)
    if is_recorded:
        declare_plan(store)  # before anything is read: the record shows that the plan came first
    if unfinished:
        say(f"the last run, which began on {moment(unfinished)}, did not finish; this run does the rest")
    shards = dealt_at_run(store)
    if not shards:
        clear_if_settings_changed(store, say)
    return shards


def answer(
    store: Store,
    outcomes: tuple[FileOutcome, ...],
    reading: FilesRead,
    say: Say,
    processes: int | None = None,
    daily: DailyTableBuilt | None = None,
    failed_inboxes: int = 0,
) -> RunSummary:
    """Compute and write everything that depends on the records, unless nothing changed since the last time.

    ``daily`` is what the shards of a study built; ``failed_inboxes`` participants' files could not be read because of a
    bug. The page that shows the state of the study is written in any case.
    """
    summary = _answered(store, outcomes, reading, say, processes, daily, failed_inboxes)
    if not store.study.is_own:
        from painstats.reports.status.write import write_status_page  # templates take a tenth of a second to load

        write_status_page(store)
    return summary


def _answered(
    store: Store,
    outcomes: tuple[FileOutcome, ...],
    reading: FilesRead,
    say: Say,
    processes: int | None,
    daily: DailyTableBuilt | None,
    failed_inboxes: int,
) -> RunSummary:
    remove_leftovers(store.study)
    report, due = begun_report(store, reading), stages(store, now())
    on_pages = (*due, *store.study.page_facts, *files_on_cohort_page(store.study))
    inputs, shown = (inputs_hash(store, VERSION, facts) for facts in (due, on_pages))
    before, results = done_before(store, "reports", shown), last_results(store)
    if before is not None and results is not None:
        report = _finished(store, report, outcomes, before.refusal, failed_inboxes)
        return RunSummary(outcomes, report, results, before.refusal, to_settle(store))
    # Pages and charts take half a second and 150 MB to load: only where there is something to write.
    from painstats.reports.write import publish

    report, results, refusal = _computed(store, report, inputs, say, daily, processes)
    say("writing the reports")
    published = publish(store)
    if not published.failed:  # otherwise the next run tries again
        mark_done(store, "reports", shown, StageDone(refusal, published.files))
    report = _finished(store, replace(report, pages=published.pages), outcomes, refusal, failed_inboxes)
    return RunSummary(outcomes, report, results, refusal, to_settle(store), published.reports, published.failed)


def _computed(
    store: Store, report: RunReport, inputs: str, say: Say, daily: DailyTableBuilt | None, processes: int | None
) -> tuple[RunReport, Results, str | None]:
    """Compute every result, unless only the pages are missing; return why there is no model, if there is none."""
    before, results = done_before(store, "results", inputs), last_results(store)
    if before is not None and results is not None:
        return report, results, before.refusal
    clear_done(store)
    if daily is None:
        say("building the daily table")
        daily = build_daily_table(store)
    if shifted := len(date_shifts(store)):
        say(f"sources that date the same days differently: {shifted}; painstats status says which")
    frame = build_model_frame(store, exposures(asked(store.study)))
    if frame.usable_rows and ledger_head(store):
        note_result(store)  # before anything is fitted: no result is ever without its line
    say("fitting the models")
    with using(processes or default_processes()):
        fit = fit_questions(store, say)
    results = Results(daily, frame, fit, find(store))
    report = replace(report, results=results)
    save_result_counts(store, results)
    save_report(store, report)  # a run that is killed while it writes pages has computed all the same
    mark_done(store, "results", inputs, StageDone(fit.why_no_model))
    return report, results, fit.why_no_model


def _finished(
    store: Store, report: RunReport, outcomes: tuple[FileOutcome, ...], refusal: str | None, failed_inboxes: int
) -> RunReport:
    """End a run: settle its exit code, log it, and store its report unless nothing was new."""
    codes = [outcome.exit_code for outcome in outcomes] + [1] * failed_inboxes
    if unreported_quarantine(store):
        codes.append(QUARANTINED_EXIT_CODE)  # also that of a run which did not come this far
    codes.append(NotEnoughData.exit_code if refusal else 0)
    codes.append(1 if report.pages and report.pages.failed else 0)
    report = replace(report, exit_code=gravest(codes), finished_at=datetime.now(UTC))
    if report.is_kept:
        save_report(store, report)
    note_run_finished(store.study)
    log_run(store.study, _logged(report))
    return report


def _logged(report: RunReport) -> LoggedRun:
    ended = report.finished_at.isoformat() if report.finished_at else None
    reading = report.reading
    return LoggedRun(report.started_at.isoformat(), ended, report.exit_code, reading.files, reading.rows_new)
