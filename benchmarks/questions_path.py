"""The path from activity through sleep to the outcome: what it finds, in participants and in cohorts.

    python -m benchmarks.questions_path --processes 2
    python -m benchmarks.questions_path --only participant --participants 200

Diaries in which steps move the next night, the night moves pain, and pain moves the next night and the steps of its own
day are kept in a store, and their paths are fitted as those of a study are. For each truth the tables say how often the
95% interval of the way through sleep covers it, and how often each arrow has p < 0.05. Seeds depend on the row only.

- ``participant``: single participants with 120 days (docs/method/questions.md, path);
- ``cohort``: cohorts of 12; beside the mean of participants' own products, the product of the two averages. It is a
  canary: where the two only vary together over participants it must miss the truth.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy
os.environ.setdefault("POLARS_MAX_THREADS", "1")  # before polars

from painstats.questions.exploratory.finding import ContrastAverage
from painstats.questions.path.averages import averages
from painstats.questions.path.contrasts import CONTRASTS, OUTCOME_TO_SLEEP, THROUGH_SLEEP
from painstats.questions.path.fit import OwnPath, PathEstimate
from painstats.store import open_store
from tests.calibration.path_diaries import PathTruth, keep, paths_of, product_of_averages, simulate
from tests.made_up_study import small_study

ROW = {
    "nothing": PathTruth(),
    "back -0.15": PathTruth(back=-0.15),
    "a 0.25 only": PathTruth(to_sleep=0.25),
    "b -0.6 only, back -0.15": PathTruth(to_pain=-0.6, back=-0.15),
    "a 0.1, b -0.3": PathTruth(to_sleep=0.1, to_pain=-0.3),
    "a 0.25, b -0.6": PathTruth(to_sleep=0.25, to_pain=-0.6),
}
"""Truths about single participants."""

DIFFER = (0.1, 0.3)
COHORT = {
    "nothing, participants differ": PathTruth(spread=DIFFER),
    "only together, correlation 0.7": PathTruth(spread=DIFFER, correlation=0.7),
    "b -0.3 only": PathTruth(to_pain=-0.3, spread=DIFFER),
    "a 0.25, b -0.6": PathTruth(to_sleep=0.25, to_pain=-0.6, spread=DIFFER),
    "a 0.1, b -0.3, together": PathTruth(to_sleep=0.1, to_pain=-0.3, spread=DIFFER, correlation=0.7),
}
"""Truths about cohorts."""

COHORT_SIZE = 12
PARTICIPANTS_A_JOB = 48
LARGEST_P = 0.05
HEAD = ("truth", "n", *CONTRASTS, "covers, through", "covers, back")
COHORT_HEAD = ("truth", "n", *CONTRASTS, "covers, through", "covers, product of averages")

Estimate = PathEstimate | ContrastAverage


@dataclass(frozen=True, slots=True)
class Job:
    """Some participants or cohorts of one truth."""

    truth: PathTruth
    cohorts: int
    seed: int


def fitted(job: Job) -> list[list[OwnPath]]:
    """Simulate and fit the participants of a job, and return the paths of each cohort."""
    size = job.truth.participants
    everyone = replace(job.truth, participants=size * job.cohorts)
    with TemporaryDirectory() as folder, open_store(small_study(Path(folder) / "study")) as store:
        keep(store, simulate(everyone, job.seed))
        paths = paths_of(store)
    return [paths[start : start + size] for start in range(0, len(paths), size)]


def participant_row(name: str, truth: PathTruth, cohorts: Sequence[Sequence[OwnPath]]) -> tuple[str, ...]:
    """Count in single participants how often each arrow is found, and how often two intervals hold the truth."""
    paths = [path for own in cohorts for path in own]
    of = {contrast: [path.found[contrast] for path in paths if contrast in path.found] for contrast in CONTRASTS}
    back = share([covers(one, truth.back) for one in of[OUTCOME_TO_SLEEP]])
    through = share([covers(one, truth.through) for one in of[THROUGH_SLEEP]])
    return name, str(len(paths)), *(share([is_found(one) for one in of[each]]) for each in CONTRASTS), through, back


def cohort_row(name: str, truth: PathTruth, cohorts: Sequence[Sequence[OwnPath]]) -> tuple[str, ...]:
    """Count the same in averages over cohorts, with the product of averages as a canary."""
    rows = [{row.contrast: row for row in averages(paths)} for paths in cohorts]
    through = share([covers(row[THROUGH_SLEEP], truth.through) for row in rows])
    canary = share([(one := product_of_averages(paths)).low < truth.through < one.high for paths in cohorts])
    found = (share([is_found(row[each]) for row in rows]) for each in CONTRASTS)
    return name, str(len(cohorts)), *found, through, canary


def is_found(one: Estimate) -> bool:
    """Whether an arrow has p < 0.05, before it is adjusted for the family."""
    return one.p is not None and one.p < LARGEST_P


def covers(one: Estimate, truth: float) -> bool:
    """Whether an interval holds the truth."""
    return one.low is not None and one.high is not None and one.low < truth < one.high


def share(held: Sequence[bool]) -> str:
    """Write a share in per cent."""
    return f"{100 * sum(held) / len(held):.1f}"


def main() -> None:
    """Run the rows, and print each table when it is complete."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=("participant", "cohort"), default=("participant", "cohort"))
    parser.add_argument("--participants", type=int, default=600, help="of each truth about single participants")
    parser.add_argument("--cohorts", type=int, default=100, help="of each truth about cohorts")
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        if "participant" in given.only:
            print(_line(HEAD), _line(("---",) * len(HEAD)), sep="\n", flush=True)
            for place, (name, truth) in enumerate(ROW.items()):
                print(_line(participant_row(name, truth, _run(pool, truth, given.participants, place))), flush=True)
        if "cohort" in given.only:
            print(_line(COHORT_HEAD), _line(("---",) * len(COHORT_HEAD)), sep="\n", flush=True)
            for place, (name, truth) in enumerate(COHORT.items()):
                cohort = replace(truth, participants=COHORT_SIZE)
                print(_line(cohort_row(name, cohort, _run(pool, cohort, given.cohorts, 100 + place))), flush=True)


def _run(pool: ProcessPoolExecutor, truth: PathTruth, cohorts: int, row: int) -> list[list[OwnPath]]:
    """Simulate and fit in jobs of about ``PARTICIPANTS_A_JOB``."""
    each = PARTICIPANTS_A_JOB // truth.participants
    jobs = [Job(truth, min(each, cohorts - done), 1000 * row + done) for done in range(0, cohorts, each)]
    return [paths for found in pool.map(fitted, jobs) for paths in found]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
