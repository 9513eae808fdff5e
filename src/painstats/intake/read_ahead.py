"""Large exports read ahead by several processes into a private folder of the study, each taken in its turn."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from painstats.archive.archive import Archive
from painstats.intake.reading import PROCESS_ENDED, ReadElsewhere, ReadTask, read_and_stage
from painstats.process_pool import Lost, default_processes, in_processes
from painstats.progress import bytes_read_elsewhere
from painstats.sources.contract import ReadSettings
from painstats.store.connection import STAGING_FOLDER

WORTH_A_PROCESS_BYTES = 1 << 18
"""Smaller exports are read sooner than they are handed to another process."""


@dataclass(slots=True)
class ReadAhead:
    """Exports that other processes are reading."""

    tasks: Sequence[ReadTask] = ()
    answers: Iterator[tuple[int, ReadElsewhere | Lost]] = field(default_factory=lambda: iter(()))
    n_taken: int = 0
    n_freed: int = 0
    turns: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self.turns = {id(task.archive): turn for turn, task in enumerate(self.tasks)}

    def take(self, archive: Archive, settings: ReadSettings) -> ReadElsewhere | None:
        """Return what another process read, or None if the export is to be read here.

        Exports are asked for in their order; some may be left out.
        """
        turn = self.turns.get(id(archive))
        if turn is None or self.tasks[turn].settings is not settings:
            return None
        self.n_taken = turn + 1
        answer = next(answer for number, answer in self.answers if number == turn)
        return answer if isinstance(answer, ReadElsewhere) else ReadElsewhere(None, (), failure=PROCESS_ENDED)

    def free(self, archive: Archive) -> None:
        """Remove what was staged for an export, and for those before it that are still there."""
        freed = self.turns.get(id(archive), -1) + 1
        for passed in self.tasks[self.n_freed : freed]:
            shutil.rmtree(passed.folder, ignore_errors=True)
        self.n_freed = max(self.n_freed, freed)

    def bytes_read(self, archive: Archive) -> int:
        """Return how much other processes have read of an export, and of those that have not been taken yet."""
        asked = [task for turn, task in enumerate(self.tasks) if turn >= self.n_taken or task.archive is archive]
        return sum(min(bytes_read_elsewhere(task.bytes_file), bytes_of(task.archive)) for task in asked)


@contextmanager
def read_ahead(
    study_folder: Path, exports: Sequence[tuple[Archive, ReadSettings]], processes: int | None
) -> Iterator[ReadAhead]:
    """Have the large ones of some exports read by other processes."""
    large = [export for export in exports if _is_large(export[0])]
    processes = min(processes or default_processes(), len(large))
    if processes < 2:
        yield ReadAhead()
        return
    folder = study_folder / STAGING_FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    tasks = [ReadTask(archive, settings, folder / str(number)) for number, (archive, settings) in enumerate(large)]
    answers: Generator[ReadElsewhere | Lost] = in_processes(read_and_stage, tasks, processes)
    try:
        yield ReadAhead(tasks, enumerate(answers))
    finally:
        answers.close()
        shutil.rmtree(folder, ignore_errors=True)


def _is_large(archive: Archive) -> bool:
    return archive.is_folder or bytes_of(archive) >= WORTH_A_PROCESS_BYTES


def bytes_of(archive: Archive) -> int:
    """Return the size of an export on the disk."""
    return sum(state.size_bytes for state in archive.states.values())
