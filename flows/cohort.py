"""The cohort analysis of a study as a Prefect flow: models, tables, figures and methods in ``results/``.

The study is named by the environment (``PAINSTATS_STUDY``), and must have been run. Prefect gets counts only.

    python -m flows.cohort run STUDY
"""

from __future__ import annotations

from typing import Any

import flows  # noqa: F401 - sets Prefect up in the environment, before Prefect is imported
from painstats.interruption import end_on_signals, private_temporary_folder

if __name__ == "__main__":
    end_on_signals()  # importing Prefect takes seconds

# isort: split
from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.ends import ending_in_a_sentence
from flows.tasks import STUDY_VARIABLE, folder_named_by, private_task, run_once
from painstats.commands.cohort import analysed
from painstats.commands.cohort_results import write_results
from painstats.plan.study import Study, read_study

Counts = dict[str, int]


@private_task()
def analyse_cohort(study: Study) -> Counts:
    """Analyse the cohort and write ``results/``; return how many models, refusals, families and files there are."""
    run = analysed(study, quiet=True)
    folder, found = write_results(run), run.analysis
    return {
        "models": len(found.models),
        "not fitted": len(found.refusals),
        "families": len(found.families),
        "sensitivity analyses": len(found.sensitivity),
        "files": sum(path.suffix != "" for path in folder.iterdir()),
    }


@flow(name="painstats-cohort", persist_result=False, log_prints=False)
@ending_in_a_sentence
def cohort() -> Any:
    """Analyse the cohort of the study that ``PAINSTATS_STUDY`` names; return counts.

    Raises
    ------
    StepFailedError
        The study has not been run, or the primary question cannot be answered.
    """
    study = read_study(folder_named_by(STUDY_VARIABLE, "study"))
    counts = analyse_cohort(study, return_state=True).result()
    create_table_artifact(key="painstats-cohort", table=[counts], description="What the cohort analysis consists of")
    return ", ".join(f"{name}: {number}" for name, number in counts.items())


def main(arguments: list[str] | None = None) -> int:
    """Run the flow once from the command line; return the exit code."""
    return run_once(cohort, "cohort", STUDY_VARIABLE, "study folder", arguments)


if __name__ == "__main__":
    with private_temporary_folder():
        exit_code = main()
    raise SystemExit(exit_code)
