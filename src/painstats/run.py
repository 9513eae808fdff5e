"""One run over a study: the stages in their order. The command line and the flows call this and add nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from painstats.daily import build_daily_table
from painstats.daily.agreement import date_shifts
from painstats.errors import QUARANTINED_EXIT_CODE, NotEnoughData, gravest
from painstats.findings import find
from painstats.frame import build_model_frame
from painstats.intake.candidates import VERSION, FileOutcome
from painstats.intake.changed_settings import clear_if_settings_changed
from painstats.intake.files_read import FilesRead, files_read
from painstats.intake.inbox import list_inbox
from painstats.intake.inbox_file import InboxFile
from painstats.intake.known_participants import refuse_alike_in_plan
from painstats.intake.load_files import Say, load_files
from painstats.intake.undeclared_zone import refuse_undeclared_zone
from painstats.plan.study import Study
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.questions.experiment.clock import now
from painstats.questions.experiment.stored import stages
from painstats.run_report import Results, RunReport, begun_report, last_results, save_report, save_result_counts
from painstats.store import Store, open_store
from painstats.store.damage import moment
from painstats.store.ledger import (
    mark_reported,
    unreported_quarantine,
)
from painstats.store.publish import FailedReport, remove_leftovers
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

    Raises
    ------
    PainstatsError
        The study cannot be run at all (:mod:`painstats.errors`). Refused files do not raise; they are in the result.
    """
    with open_store(study) as store:
        prepare(store, say)
        started = perf_counter()
        outcomes = load_files(store, list_inbox(study), say, processes)
        summary = answer(store, outcomes, files_read(outcomes, perf_counter() - started), say)
        report(summary)
        mark_reported(store)
        return summary


def prepare(store: Store, say: Say) -> None:
    """Check the plan, note that a run began, and start again from the inbox if its settings changed."""
    refuse_undeclared_zone(store.study)
    asked(store.study)  # a question that cannot be asked is refused before anything is read
    refuse_alike_in_plan(store.study)
    unfinished = note_run_started(store.study)
    if unfinished:
        say(f"the last run, which began on {moment(unfinished)}, did not finish; this run does the rest")
    clear_if_settings_changed(store, say)


def answer(store: Store, outcomes: tuple[FileOutcome, ...], reading: FilesRead, say: Say) -> RunSummary:
    """Compute and write everything that depends on the records, unless nothing changed since the last time."""
    remove_leftovers(store.study)
    report, inputs = begun_report(store, reading), inputs_hash(store, VERSION, stages(store, now()))
    before, results = done_before(store, "reports", inputs), last_results(store)
    if before is not None and results is not None:
        report = _finished(store, report, outcomes, before.refusal)
        return RunSummary(outcomes, report, results, before.refusal, to_settle(store))
    # Pages and charts take half a second and 150 MB to load: only where there is something to write.
    from painstats.reports.write import publish

    report, results, refusal = _computed(store, report, inputs, say)
    say("writing the reports")
    published = publish(store)
    if not published.failed:  # otherwise the next run tries again
        mark_done(store, "reports", inputs, StageDone(refusal, published.files))
    report = _finished(store, replace(report, pages=published.pages), outcomes, refusal)
    return RunSummary(outcomes, report, results, refusal, to_settle(store), published.reports, published.failed)


def _computed(store: Store, report: RunReport, inputs: str, say: Say) -> tuple[RunReport, Results, str | None]:
    """Compute every result, unless only the pages are missing; return why there is no model, if there is none."""
    before, results = done_before(store, "results", inputs), last_results(store)
    if before is not None and results is not None:
        return report, results, before.refusal
    clear_done(store)
    say("building the daily table")
    daily = build_daily_table(store)
    if shifted := len(date_shifts(store)):
        say(f"sources that date the same days differently: {shifted}; painstats status says which")
    frame = build_model_frame(store, exposures(asked(store.study)))
    say("fitting the models")
    fit = fit_questions(store, say)
    results = Results(daily, frame, fit, find(store))
    report = replace(report, results=results)
    save_result_counts(store, results)
    save_report(store, report)  # a run that is killed while it writes pages has computed all the same
    mark_done(store, "results", inputs, StageDone(fit.why_no_model))
    return report, results, fit.why_no_model


def _finished(store: Store, report: RunReport, outcomes: tuple[FileOutcome, ...], refusal: str | None) -> RunReport:
    """End a run: settle its exit code, and store its report unless nothing was new."""
    codes = [outcome.exit_code for outcome in outcomes]
    if unreported_quarantine(store):
        codes.append(QUARANTINED_EXIT_CODE)  # also that of a run which did not come this far
    codes.append(NotEnoughData.exit_code if refusal else 0)
    codes.append(1 if report.pages and report.pages.failed else 0)
    report = replace(report, exit_code=gravest(codes), finished_at=datetime.now(UTC))
    if report.is_kept:
        save_report(store, report)
    note_run_finished(store.study)
    return report
