"""Large exports read ahead by several processes into a private folder of the study, each taken out in its turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from painstats.intake.reading import PROCESS_ENDED, ExportToRead, StagedExport, stage_export
from painstats.process_pool import Lost, default_processes, in_processes
from painstats.store.connection import STAGING_FOLDER

WORTH_A_PROCESS_BYTES = 1 << 18
"""Smaller exports are read sooner than they are handed to another process."""

Stage = Callable[[ExportToRead], StagedExport | None]


@contextmanager
def staged_ahead(study_folder: Path, tasks: Sequence[ExportToRead], processes: int | None) -> Iterator[Stage]:
    """Have the large ones of some exports read by other processes.

    Yields
    ------
    A function to call with exports in their order, some of which may be left out: it returns what another process
    read, or None if the export is to be read here. What was staged for the exports before is removed.
    """
    large = [task for task in tasks if _is_large(task.path)]
    processes = min(processes or default_processes(), len(large))
    if processes < 2:
        yield lambda _: None
        return
    folder = study_folder / STAGING_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    places = [folder / str(number) for number in range(len(large))]
    answers = in_processes(stage_export, zip(large, places, strict=True), processes)
    try:
        yield _taker(large, places, answers)
    finally:
        answers.close()
        shutil.rmtree(folder, ignore_errors=True)


def _taker(tasks: Sequence[ExportToRead], places: Sequence[Path], answers: Generator[StagedExport | Lost]) -> Stage:
    turns = {id(task): number for number, task in enumerate(tasks)}
    drawn = enumerate(answers)
    last = -1

    def take(task: ExportToRead) -> StagedExport | None:
        nonlocal last
        turn = turns.get(id(task))
        if turn is None:
            return None
        for number in range(max(last, 0), turn):
            shutil.rmtree(places[number], ignore_errors=True)
        last = turn
        answer = next(answer for number, answer in drawn if number == turn)
        return answer if isinstance(answer, StagedExport) else StagedExport(None, (), failure=PROCESS_ENDED)

    return take


def _is_large(path: Path) -> bool:
    try:
        return path.is_dir() or path.stat().st_size >= WORTH_A_PROCESS_BYTES
    except OSError:
        return False
