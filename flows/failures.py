"""The one door through which failures reach Prefect: what kind, where, with which exit code, and no name or value.

Texts of errors name folders, files and participants, and libraries' texts contain values. Prefect keeps whatever it is
given, outside the study, where ``painstats forget`` does not reach.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prefect.exceptions import ExternalSignal, PrefectSignal

from painstats.errors import (
    ExportRefused,
    NotEnoughData,
    PainstatsError,
    StorageError,
    StudyError,
    StudyInUse,
    place_of,
)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

MEANINGS: dict[type[PainstatsError], str] = {
    StudyInUse: "the study is in use by another process",
    StorageError: "the database cannot be used",
    StudyError: "study.toml or the inbox cannot be used",
    ExportRefused: "a file was refused",
    NotEnoughData: "there is not enough data for an answer",
}
FILE_MARK_LENGTH = 6


class StepFailedError(RuntimeError):
    """A task or the flow failed; the text may be kept by Prefect and printed in a log."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def without_names(step: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """Let a step fail with :class:`StepFailedError` alone, whatever it raises."""

    @wraps(step)
    def wrapped(*arguments: Parameters.args, **named: Parameters.kwargs) -> Result:
        try:
            return step(*arguments, **named)
        except (StepFailedError, PrefectSignal, ExternalSignal, KeyboardInterrupt):
            raise
        except BaseException as error:  # polars' panics are no Exception
            raise StepFailedError(described(error), getattr(error, "exit_code", 1)) from None

    return wrapped


def described(error: BaseException) -> str:
    """Describe an error by its kind, place, rule, exit code and a mark for the file, without any of its text."""
    meaning = next((text for kind, text in MEANINGS.items() if isinstance(error, kind)), "an unforeseen error")
    facts = [type(error).__name__, f"in {place_of(error)}", f"exit code {getattr(error, 'exit_code', 1)}"]
    if isinstance(error, ExportRefused):
        facts.append(f"rule {error.rule}")
    if isinstance(error, OSError):
        facts += [errno.errorcode.get(error.errno or 0, "no number"), *_file_marks(error)]
    return f"{meaning} ({', '.join(facts)}); the same painstats command by hand shows the details"


def _file_marks(error: OSError) -> list[str]:
    """Return a short hash of the path of the file, which tells files apart and does not name them."""
    if not isinstance(error.filename, str | bytes | os.PathLike):
        return []
    return [f"f:{hashlib.sha256(os.fsencode(error.filename)).hexdigest()[:FILE_MARK_LENGTH]}"]
