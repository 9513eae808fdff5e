"""One run over a study: the stages in their order. The command line and the flows call this and add nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from painstats.daily import build_daily_table
from painstats.daily.agreement import date_shifts
from painstats.errors import QUARANTINED_EXIT_CODE, NotEnoughData, gravest
from painstats.frame import build_model_frame
from painstats.intake.changed_settings import clear_if_settings_changed
from painstats.intake.inbox import InboxFile, list_inbox
from painstats.intake.known_participants import refuse_alike_in_plan
from painstats.intake.load_files import VERSION, FileOutcome, Say, load_files
from painstats.plan.study import Study
from painstats.questions.asked import asked, exposures, fit_questions
from painstats.store import Store, open_store
from painstats.store.damage import moment
from painstats.store.ledger import (
    mark_reported,
    unreported_quarantine,
)
from painstats.store.publish import FailedReport, remove_leftovers
from painstats.store.runs import note_run_finished, note_run_started
from painstats.store.stages import StageDone, clear_done, done_before, inputs_hash, mark_done

__all__ = ["FileOutcome", "InboxFile", "RunSummary", "answer", "list_inbox", "load_files", "prepare", "run_study"]


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What one run did.

    ``changed`` is False when nothing was new: then nothing was computed or written. In place of each of
    ``failed_reports`` stands a page that says so, and the next run tries again.
    """

    files: tuple[FileOutcome, ...]
    changed: bool
    reports: tuple[Path, ...] = ()
    refusal: str | None = None
    exit_code: int = field(default=0)
    failed_reports: tuple[FailedReport, ...] = ()


def run_study(
    study: Study,
    say: Say = lambda _: None,
    processes: int | None = None,
    report: Callable[[RunSummary], None] = lambda _: None,
) -> RunSummary:
    """Read what is new in the inbox, and answer.

    Parameters
    ----------
    study
        The study to run.
    say
        Receives one line of progress at a time, without any person's values.
    processes
        How many processes read large exports and draw reports; None for one per CPU.
    report
        Tells the user what happened. Rows in quarantine count as reported once it has returned, so that a run that is
        killed before leaves the notice to the next one.

    Raises
    ------
    PainstatsError
        The study cannot be run at all (:mod:`painstats.errors`). Refused files do not raise; they are in the result.
    """
    with open_store(study) as store:
        prepare(store, say)
        outcomes = load_files(store, list_inbox(study), say, processes)
        summary = answer(store, outcomes, say, processes)
        report(summary)
        mark_reported(store)
        return summary


def prepare(store: Store, say: Say) -> None:
    """Check the plan, note that a run began, and start again from the inbox if its settings changed."""
    asked(store.study)  # a question that cannot be asked is refused before anything is read
    refuse_alike_in_plan(store.study)
    unfinished = note_run_started(store.study)
    if unfinished:
        say(f"the last run, which began on {moment(unfinished)}, did not finish; this run does the rest")
    clear_if_settings_changed(store, say)


def answer(store: Store, outcomes: tuple[FileOutcome, ...], say: Say, processes: int | None = None) -> RunSummary:
    """Compute and write everything that rests on the records, unless nothing changed since the last time."""
    codes = [outcome.exit_code for outcome in outcomes]
    if unreported_quarantine(store):
        codes.append(QUARANTINED_EXIT_CODE)  # also that of a run which did not come this far
    remove_leftovers(store.study)
    inputs = inputs_hash(store, VERSION)
    before = done_before(store, "reports", inputs)
    if before is not None:
        note_run_finished(store.study)
        codes.append(NotEnoughData.exit_code if before.refusal else 0)
        return RunSummary(outcomes, changed=False, refusal=before.refusal, exit_code=gravest(codes))
    # Models and pictures take half a second and 150 MB to load: only where there is something to answer.
    from painstats.reports.write import publish

    refusal = _computed(store, inputs, say)
    codes.append(NotEnoughData.exit_code if refusal else 0)
    say("writing the reports")
    published = publish(store, processes)
    if published.failed:
        codes.append(1)  # not marked as done: the next run tries again
    else:
        mark_done(store, "reports", inputs, StageDone(refusal, published.files))
    note_run_finished(store.study)
    return RunSummary(outcomes, True, published.reports, refusal, gravest(codes), published.failed)


def _computed(store: Store, inputs: str, say: Say) -> str | None:
    """Compute every result, unless only the reports are missing; return why there is no model, if there is none."""
    if (before := done_before(store, "results", inputs)) is not None:
        return before.refusal
    from painstats.findings import find

    clear_done(store)
    refusal = None
    say("building the daily table")
    build_daily_table(store)
    if shifted := len(date_shifts(store)):
        say(f"sources that date the same days differently: {shifted}; painstats status says which")
    build_model_frame(store, exposures(asked(store.study)))
    say("fitting the models")
    try:
        fit_questions(store, say)
    except NotEnoughData as error:
        refusal = str(error)
    find(store)
    mark_done(store, "results", inputs, StageDone(refusal))
    return refusal
