"""Where shards are computed: in this process, in processes of this machine, or by the workers of a Dask scheduler."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from painstats.errors import PainstatsError, StorageError, StudyError
from painstats.plan.shards import LOCAL
from painstats.plan.study import Study
from painstats.process_pool import Lost, default_processes, in_processes, without_main_module
from painstats.store.connection import SPILL_FOLDER

if TYPE_CHECKING:
    from distributed import Client

SCHEDULER_VARIABLE = "PAINSTATS_SCHEDULER"
ATTEMPTS = 3
"""How often the work of a shard is begun, if the process that does it is killed."""

TO_START_S = 60

Done = TypeVar("Done")
Work = Callable[[Study], Done | PainstatsError | Lost]


@dataclass(frozen=True, slots=True)
class Workers:
    """Who computes shards.

    Parameters
    ----------
    processes
        How many processes of this machine, or workers of a local scheduler.
    scheduler
        ``local`` to start one, or the address of a Dask scheduler; None for processes without one.
    """

    processes: int
    scheduler: str | None = None


def workers_of(study: Study, processes: int | None = None) -> Workers:
    """Return who computes the shards of a study: what the environment says goes before the plan."""
    scheduler = os.environ.get(SCHEDULER_VARIABLE) or study.plan.scale.scheduler
    return Workers(processes or default_processes(), scheduler)


def in_every_shard(work: Work[Done], shards: Sequence[Study], workers: Workers) -> Iterator[Done]:
    """Do the same work in every shard.

    Parameters
    ----------
    work
        A function at the top of a module, which can be done again after it was interrupted, and returns errors.
    shards
        The shards.
    workers
        Who does it. A process or worker that is killed is replaced, and its shard is begun again.

    Yields
    ------
    What the work returns, in the order of the shards.

    Raises
    ------
    PainstatsError
        The first error that the work of a shard returned, or a shard whose workers were killed each time.
    """
    if workers.scheduler:
        done = _on_dask(work, shards, workers)
    elif workers.processes == 1 or len(shards) == 1:
        done = map(work, shards)
    else:
        done = _in_processes(work, shards, workers.processes)
    for shard, result in zip(shards, done, strict=True):
        if isinstance(result, PainstatsError):
            raise result
        if isinstance(result, Lost):
            number = shard.shard.number if shard.shard else 0
            raise StorageError(f"shard {number} could not be computed ({result.reason}); run again for the rest")
        yield result


def _in_processes(work: Work[Done], shards: Sequence[Study], processes: int) -> Iterator[Done | PainstatsError | Lost]:
    """Begin again what a killed process did, up to ``ATTEMPTS`` times."""
    done: dict[int, Done | PainstatsError | Lost] = {}
    for _ in range(ATTEMPTS):
        todo = [place for place in range(len(shards)) if isinstance(done.get(place, Lost("")), Lost)]
        results = in_processes(work, [shards[place] for place in todo], min(processes, len(todo))) if todo else ()
        done |= dict(zip(todo, results, strict=True))
    return iter([done[place] for place in range(len(shards))])


# --- Dask ---


def _on_dask(work: Work[Done], shards: Sequence[Study], workers: Workers) -> Iterator[Done | PainstatsError | Lost]:
    from distributed import KilledWorker

    with _client(shards[0], workers) as client:
        futures = client.map(work, shards, pure=False, key=[f"shard-{number}" for number in range(len(shards))])
        for future in futures:
            try:
                yield future.result()
            except KilledWorker:
                yield Lost("its workers were killed")


@contextmanager
def _client(shard: Study, workers: Workers) -> Iterator[Client]:
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise StudyError(
            "a scheduler is named, but Dask is not installed; install it with: pip install 'painstats[cluster]', "
            "or remove scheduler from [scale]"
        ) from None
    if workers.scheduler != LOCAL:
        address = str(workers.scheduler)
        try:
            client = Client(address, timeout=TO_START_S)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError):
            raise StudyError(f"no Dask scheduler answers at {address}; start it, or correct the address") from None
        with client:
            yield client
        return
    with (
        without_main_module(),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers.processes,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=str(shard.whole / SPILL_FOLDER),
            env={"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        yield client
