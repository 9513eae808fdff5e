"""The cost of a whole run on exports in real formats, by stage: the first night, and the night after.

    python -m benchmarks.whole_run --participants 12,24,48 --days 90,365,1095

Simulates a study of each number of participants (at the fewest days) and of each number of days (with the fewest
participants), runs it twice in one process, and prints CPU seconds and peak memory of each stage, then the exponents:
1 where the cost grows as the participants or the days do, 0 where it does not grow. Exploratory questions are a stage
of their own; the models are those of the daily questions, treatments and experiments. The night after brings one more
score of every participant. ``--shards N`` deals the study to shards, whose reading and daily tables then count as
reading.

The full size is ``--participants 50,1000 --days 180``; it takes hours.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from painstats import run
from painstats.plan.study import Study, read_study
from sample_data.make import DEFAULT_SEED, make_study
from sample_data.truth import Truth

STAGES = {
    "reading": ("load_files", "read_shards"),
    "daily table": ("build_daily_table",),
    "model frame": ("build_model_frame",),
    "models": ("fit_questions",),
    "exploratory": (),
    "verdicts": ("find",),
    "pages": ("publish",),
}
"""Stage to the functions of a run that do it."""

WITHIN = {"exploratory": "models"}
"""Stage to the one whose functions do it too: its CPU time is taken from that one's."""

MEMORY_CLEARED = "5"
"""Written to ``clear_refs``, it sets the peak memory of this process back to what it uses now (proc(5))."""


@dataclass(slots=True)
class Cost:
    """What a stage took: CPU seconds of this process and the ones that it started, and its peak memory in MB."""

    cpu_s: float = 0.0
    peak_mb: float = 0.0


@dataclass(slots=True)
class Night:
    """The costs of one run, by stage; ``everything`` has what no stage has too."""

    stages: dict[str, Cost] = field(default_factory=dict)
    everything: Cost = field(default_factory=Cost)


_OPEN: list[Cost] = []
"""What is being measured, the outermost first: one that starts within another clears its peak memory too."""


def main() -> None:
    """Measure every size, and print the tables."""
    options = _options()
    if options.one:
        _print_one(options.participants[0], options.days[0], options.shards)
        return
    fewest, shortest = min(options.participants), min(options.days)
    sizes = [(number, shortest) for number in options.participants] + [(fewest, days) for days in options.days]
    measured = {}
    for size in dict.fromkeys(sizes):
        measured[size] = _measured_apart(*size, options.shards)
        _print_nights(size, measured[size])
    _print_exponents("participants", {number: measured[number, shortest] for number in options.participants})
    _print_exponents("days", {days: measured[fewest, days] for days in options.days})


def _measured_apart(participants: int, days: int, shards: int) -> list[Night]:
    """Measure in a process of its own, so that no size inherits the memory of another."""
    sizes = ["--participants", str(participants), "--days", str(days), "--shards", str(shards)]
    command = [sys.executable, "-m", "benchmarks.whole_run", "--one", *sizes]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # as the command and the flows set it
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if answer.returncode:
        sys.exit(answer.stderr)
    return [
        Night({name: Cost(**cost) for name, cost in night["stages"].items()}, Cost(**night["everything"]))
        for night in json.loads(answer.stdout)
    ]


def _print_one(participants: int, days: int, shards: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        study, truth = Path(folder) / "study", Truth(participants, days)
        make_study(study, truth, DEFAULT_SEED)
        if shards > 1:
            plan = study / "study.toml"
            plan.write_text(f"{plan.read_text()}\n[scale]\nshards = {shards}\n")
        from painstats.reports import write  # loaded by the first run otherwise, and counted as its pages

        assert write
        nights = [_night(read_study(study))]
        _add_a_day(study, truth)
        nights.append(_night(read_study(study)))
    print(json.dumps([asdict(night) for night in nights]))


def _night(study: Study) -> Night:
    night = Night()
    with _measuring(night), _cost_of(night.everything):
        run.run_study(study, processes=1)
    night.everything.peak_mb = max([night.everything.peak_mb, *(cost.peak_mb for cost in night.stages.values())])
    return night


def _add_a_day(study: Path, truth: Truth) -> None:
    """Give every participant with a folder a new file: a diary with one score, the day after the last."""
    day = truth.start + timedelta(days=truth.days)
    for folder in sorted(path for path in (study / "inbox").iterdir() if path.is_dir()):
        new = folder / "new"
        new.mkdir()
        (new / "diary.csv").write_text(f"date,time,pain,fatigue,mood\n{day},21:00,5,5,5\n")


# --- measuring ---


@contextmanager
def _measuring(night: Night) -> Iterator[None]:
    """Measure the stages of a run by wrapping the functions that do them, in the modules that look them up."""
    from painstats.questions.exploratory import judge as exploratory
    from painstats.reports import write

    places = [(run, name, stage) for stage, names in STAGES.items() for name in names if hasattr(run, name)]
    places += [(write, "publish", "pages"), (exploratory, "judge_exploratory", "exploratory")]
    night.stages |= {stage: Cost() for stage in STAGES}
    before = [(module, name, getattr(module, name)) for module, name, _ in places]
    for module, name, stage in places:
        setattr(module, name, _measured(getattr(module, name), night.stages[stage]))
    try:
        yield
        for part, whole in WITHIN.items():
            night.stages[whole].cpu_s -= night.stages[part].cpu_s
    finally:
        for module, name, function in before:
            setattr(module, name, function)


def _measured(function, cost: Cost):  # type: ignore[no-untyped-def]
    def measured(*arguments, **named):  # type: ignore[no-untyped-def]
        with _cost_of(cost):
            return function(*arguments, **named)

    return measured


@contextmanager
def _cost_of(cost: Cost) -> Iterator[None]:
    for outer in _OPEN:
        outer.peak_mb = max(outer.peak_mb, _peak_mb())
    Path("/proc/self/clear_refs").write_text(MEMORY_CLEARED)
    before = _cpu_s()
    _OPEN.append(cost)
    try:
        yield
    finally:
        _OPEN.pop()
        cost.cpu_s += _cpu_s() - before
        cost.peak_mb = max(cost.peak_mb, _peak_mb())


def _cpu_s() -> float:
    children = getrusage(RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    return own / 1024 if own else getrusage(RUSAGE_SELF).ru_maxrss / 1024


# --- printing ---


def _print_nights(size: tuple[int, int], nights: Sequence[Night]) -> None:
    participants, days = size
    first, after = nights
    print(f"\n{participants} participants, {days} days; a first night and the night after")
    print(f"{'stage':<14}{'CPU s':>8}{'ms a day':>10}{'peak MB':>9}{'after, s':>10}{'share':>8}")
    rows = {**first.stages, "everything": first.everything}
    later = {**after.stages, "everything": after.everything}
    for stage, cost in rows.items():
        each, again = 1000 * cost.cpu_s / (participants * days), later[stage].cpu_s
        share = f"{again / cost.cpu_s:8.1%}" if cost.cpu_s else ""
        print(f"{stage:<14}{cost.cpu_s:8.2f}{each:10.2f}{cost.peak_mb:9.0f}{again:10.2f}{share}", flush=True)


def _print_exponents(what: str, nights: dict[int, list[Night]]) -> None:
    """Print by what power each stage grows from the smallest size to the largest, and over the last step."""
    sizes = sorted(nights)
    if len(sizes) < 2:
        return
    print(f"\nExponents for {what}: {sizes[0]} to {sizes[-1]}, and the last step from {sizes[-2]}")
    for stage in [*nights[sizes[0]][0].stages, "everything"]:
        costs = {size: _of_stage(nights[size][0], stage) for size in sizes}
        whole, last = _exponent(costs, sizes[0], sizes[-1]), _exponent(costs, sizes[-2], sizes[-1])
        print(f"{stage:<14}{whole:8.2f}{last:8.2f}", flush=True)


def _of_stage(night: Night, stage: str) -> float:
    return night.everything.cpu_s if stage == "everything" else night.stages[stage].cpu_s


def _exponent(costs: dict[int, float], small: int, large: int) -> float:
    if min(costs[small], costs[large]) <= 0:
        return math.nan
    return math.log(costs[large] / costs[small]) / math.log(large / small)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure whole runs.")
    parser.add_argument("--participants", type=_numbers, default=[12, 24, 48])
    parser.add_argument("--days", type=_numbers, default=[90, 365, 1095])
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
