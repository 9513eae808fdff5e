"""How a task or the flow ends: the states that Prefect shows, and that its automations can select by name.

A state whose name is ``CompletedWithProblems`` emits the event ``prefect.flow-run.CompletedWithProblems``. A failure
ends in a returned state with one sentence, since Prefect logs a trace of whatever is raised.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.failures import StepFailedError, without_names
from painstats.run import FileOutcome, RunSummary
from painstats.study_status.status import StudyStatus
from painstats.study_status.words import lead_words

Parameters = ParamSpec("Parameters")

WITH_PROBLEMS = "CompletedWithProblems"
"""Name of the state of a task or run that did everything, although a file was refused or something needs a hand."""


def ending_in_a_sentence(step: Callable[Parameters, Any]) -> Callable[Parameters, Any]:
    """Let a step that fails end in the state ``Failed`` with one sentence, instead of an error with a trace."""
    careful = without_names(step)

    @wraps(step)
    def wrapped(*arguments: Parameters.args, **named: Parameters.kwargs) -> Any:
        try:
            return careful(*arguments, **named)
        except StepFailedError as error:
            return Failed(data=error, message=str(error))

    return wrapped


def end_of_inbox(outcomes: tuple[FileOutcome, ...]) -> State[tuple[FileOutcome, ...]] | tuple[FileOutcome, ...]:
    """Return the outcomes of one participant's files, in a state that says whether they were read."""
    problems = file_problems(outcomes)
    if not problems:
        return outcomes
    return Completed(data=outcomes, name=WITH_PROBLEMS, message=f"of {len(outcomes)} files: {'; '.join(problems)}")


def file_problems(outcomes: Sequence[FileOutcome]) -> list[str]:
    """Count what was not read, by its rule, and what was rejected: "1 refused (zip_broken)", "2 rows rejected"."""
    unread = Counter(
        f"{outcome.status} ({outcome.rule})"
        for outcome in outcomes
        if outcome.status in ("refused", "failed", "waiting")
    )
    rejected = sum(outcome.summary.quarantined for outcome in outcomes if outcome.summary)
    words = [f"{number} {what}" for what, number in sorted(unread.items())]
    return [*words, f"{rejected} rows rejected"] if rejected else words


def end_of_night(
    summary: RunSummary, status: StudyStatus, failed_inboxes: int, inboxes: int, *, problems_fail: bool
) -> Any:
    """Return the state in which a night ends, with its summary.

    Parameters
    ----------
    summary
        What the run did.
    status
        The state of the study after it.
    failed_inboxes
        How many participants' files could not be read because of a bug; ``inboxes`` is how many there are.
    problems_fail
        Whether the plan wants problems to end in ``Failed``.
    """
    if failure := _failure(summary, failed_inboxes, inboxes):
        return Failed(data=StepFailedError(failure, exit_code=1), message=failure)
    lead = "".join(lead_words(status))
    if not status.problems and not file_problems(summary.files):
        return summary
    if problems_fail:
        return Failed(data=StepFailedError(lead, exit_code=summary.exit_code or 3), message=lead)
    return Completed(data=summary, name=WITH_PROBLEMS, message=lead)


def _failure(summary: RunSummary, failed_inboxes: int, inboxes: int) -> str:
    broken = sum(outcome.status == "failed" for outcome in summary.files)
    if failed_inboxes or broken:
        return (
            f"{failed_inboxes} of {inboxes} inboxes and {broken} files could not be read; the others were; "
            "see the task runs for the reason"
        )
    if summary.failed_reports:
        kinds = ", ".join(sorted({failed.reason for failed in summary.failed_reports}))
        return f"{len(summary.failed_reports)} report(s) could not be written ({kinds}); the next run tries again"
    return ""
