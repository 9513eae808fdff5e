"""Errors, each with the exit code of the command line.

Codes follow one table (``docs/reference/exit_codes.md``): 0 done, 1 a bug, 2 wrong usage or study file, 3 an export
refused, 4 rows rejected, 5 the study is in use, 6 the database cannot be used, 7 not enough data for any question,
8 an erasure that left a trace, 9 something needs a hand.
A message says what was found, where, and what to do next; it never contains participants' values.
"""

from __future__ import annotations

import traceback
from pathlib import Path


class PainstatsError(Exception):
    """An error whose message is written for the user and printed without a traceback."""

    exit_code = 1


class StudyError(PainstatsError):
    """The command or ``study.toml`` asks for something impossible."""

    exit_code = 2


class ExportRefused(PainstatsError):
    """A file was refused; nothing of it is stored.

    Parameters
    ----------
    rule
        Short name of the reason, kept in the import ledger (``not_recognised``, ``xml_truncated``, …).
    message
        What was found, in which entry and line, and what to do.
    entry
        The name of the one entry that is to blame, in an export of several; None where the whole is.
    """

    exit_code = 3

    def __init__(self, rule: str, message: str, entry: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.entry = entry


class StudyInUse(PainstatsError):
    """Another process is writing to the study."""

    exit_code = 5


class StorageError(PainstatsError):
    """The study's database cannot be opened or written to."""

    exit_code = 6


class NotEnoughData(PainstatsError):
    """The data are not enough to answer any question."""

    exit_code = 7


QUARANTINED_EXIT_CODE = 4
"""Exit code of a run that stored everything readable and put the rest in quarantine."""

ERASURE_INCOMPLETE_EXIT_CODE = 8
"""Exit code of ``painstats forget`` where something still names the participant, or could not be removed."""

NEEDS_HAND_EXIT_CODE = 9
"""Exit code of ``painstats status`` where a file was refused, a participant stopped sending, or a run failed."""

EXIT_SEVERITY = (1, 6, 5, 2, 3, 4, 7, 0)
"""Exit codes from the most to the least severe; a run over several files ends with the most severe."""


def gravest(codes: list[int]) -> int:
    """Return the most severe of several exit codes (0 for none)."""
    return min(codes, key=EXIT_SEVERITY.index, default=0)


def place_of(error: BaseException) -> str:
    """Name the innermost line of painstats' own code in an error's trace, without any value."""
    trace, place = error.__traceback__, "unknown"
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if "painstats" in file.parts:
            place = f"{file.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def trace_of(error: BaseException) -> str:
    """Return the trace of an error and of those that led to it: files, lines and types, without any value.

    The texts of errors are omitted: those of libraries contain values and names.
    """
    lines: list[str] = []
    for cause in _chain(error):
        lines += [line.rstrip() for line in traceback.format_tb(cause.__traceback__)]
        lines.append(f"{type(cause).__name__} (text omitted: it may contain a participant's values)")
    return "\n".join(["Trace of the error:", *lines])


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and everything that led to it, in order of occurrence."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    return chain[::-1]
