"""What the flows share: tasks of which Prefect keeps nothing, folders named by the environment, and one run by hand."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.context import refresh_global_settings_context

from flows.ends import ending_in_a_sentence
from flows.failures import StepFailedError
from flows.local_server import start_local_server
from painstats.errors import PainstatsError, StudyError

STUDY_VARIABLE = "PAINSTATS_STUDY"


def private_task(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function a task of which Prefect keeps neither results nor the texts of errors."""
    return lambda step: task(cache_policy=NO_CACHE, persist_result=False, **options)(ending_in_a_sentence(step))


def folder_named_by(variable: str, what: str) -> Path:
    """Return the folder that a variable of the environment names, since Prefect keeps the parameters of its flows.

    Raises
    ------
    StudyError
        The variable is not set.
    """
    folder = os.environ.get(variable)
    if not folder:
        raise StudyError(f"no {what} is named; set {variable} to the path of a folder")
    return Path(folder)


def run_once(run: Callable[[], Any], name: str, variable: str, what: str, arguments: list[str] | None) -> int:
    """Run a flow once from the command line, ``python -m flows.NAME run FOLDER``; return the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m flows.{name}", description=f"Run the flow {name} once.")
    parser.add_argument("what", choices=("run",))
    parser.add_argument("folder", type=Path, help=f"the {what}")
    options = parser.parse_args(arguments)
    logging.disable(logging.ERROR)  # Prefect would print the trace of what is said below in a sentence
    try:
        os.environ[variable] = str(options.folder.resolve())
        start_local_server()
        refresh_global_settings_context()
        print(run())
    except (PainstatsError, StepFailedError) as error:
        print(f"painstats: {error}", file=sys.stderr)
        return error.exit_code
    except RuntimeError as error:
        print(f"painstats: {error}", file=sys.stderr)
        return 1
    return 0
