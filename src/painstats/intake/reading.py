"""One export read and checked: drawn from directly, or staged by another process as Parquet and replayed.

Nothing here knows the database, so that a process that only reads never touches it. Replayed or drawn from directly, an
export gives the same rows in the same batches, the same notes and the same refusal at the same place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from painstats.archive.archive import content_hash, shown
from painstats.errors import ExportRefused, PainstatsError
from painstats.intake.checks import check_records
from painstats.sources import Exported, Ignored, Noted, Read, ReadSettings, open_export, read_export
from painstats.sources.batching import joined

PROCESS_ENDED = "process_ended"
"""The failure of an export whose reading process was killed."""


@dataclass(frozen=True, slots=True)
class CheckedBatch:
    """Rows of one record table: accepted (with their ``entry`` and ``line``), and rejected with their reasons."""

    table: str
    accepted: pl.DataFrame
    rejected: pl.DataFrame


Found = CheckedBatch | Ignored | Noted | Exported


@dataclass(frozen=True, slots=True)
class ExportToRead:
    """An export, what of its folder or zip is not part of it, its content hash, and how it is to be read.

    ``only`` names the entries of a zip that are the export; it is empty for all of them.
    """

    path: Path
    without: Collection[str]
    content_hash: str
    settings: ReadSettings
    only: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """A checked batch on disk; a path is None where there are no rows."""

    table: str
    accepted: Path | None
    rejected: Path | None


@dataclass(frozen=True, slots=True)
class StagedExport:
    """What another process read: everything that it found, in order, and how it ended if not well.

    ``refusal`` is the rule and message of a refusal; ``failure`` is the name of the type of an unforeseen error, or
    ``PROCESS_ENDED``.
    """

    source: str | None
    parts: tuple[StagedBatch | Ignored | Noted | Exported, ...]
    refusal: tuple[str, str] | None = None
    failure: str | None = None


class ReadingFailedError(Exception):
    """Another process could not read an export; the text is what ``StagedExport.failure`` says."""


def read_checked(task: ExportToRead) -> tuple[str, Iterator[Found]]:
    """Read an export and check its rows.

    Returns
    -------
    The name of its format, and everything that is in it. A refusal can come as late as the last step.

    Raises
    ------
    ExportRefused
        The export cannot be read, or (``file_changed``) it changed meanwhile.
    """
    try:
        export = open_export(task.path, task.without, task.only)
        source, reads = read_export(export, task.settings)
    except Exception:
        _refuse_if_changed(task)
        raise
    return source.name, _unchanged(task, checked(reads, task.settings))


def checked(reads: Iterator[Read], settings: ReadSettings) -> Iterator[Found]:
    """Check the batches among what a source yields."""
    for read in joined(reads):
        if isinstance(read, Ignored | Noted | Exported):
            yield read
            continue
        if settings.participant_id is None and read.frame["participant_id"].null_count():
            raise ExportRefused(
                "no_participant",
                "the file does not say whose it is; move it into a folder named after the participant: "
                "inbox/<participant>/",
            )
        rows = check_records(read, settings.today)
        yield CheckedBatch(read.table, pl.concat([rows.accepted, rows.places], how="horizontal"), rows.rejected)


def _unchanged(task: ExportToRead, found: Iterator[Found]) -> Iterator[Found]:
    try:
        yield from found
    except Exception:
        _refuse_if_changed(task)  # what is wrong with a file that is half written says nothing of the file
        raise
    _refuse_if_changed(task)


def _refuse_if_changed(task: ExportToRead) -> None:
    content = None
    with suppress(ExportRefused):
        content = content_hash(task.path, task.without, task.only)
    if content != task.content_hash:
        raise ExportRefused(
            "file_changed",
            f"{shown(task.path.name)} changed while it was read, so nothing of it was kept; it is read by the next run",
        ) from None


# --- staged by another process ---


def stage_export(task: tuple[ExportToRead, Path]) -> StagedExport:
    """Read an export and keep what is in it as Parquet files in a folder that is made for it."""
    export, folder = task
    source: str | None = None
    parts: list[StagedBatch | Ignored | Noted | Exported] = []
    try:
        folder.mkdir(mode=0o700)
        source, found = read_checked(export)
        for number, part in enumerate(found):
            parts.append(_staged(part, folder, number) if isinstance(part, CheckedBatch) else part)
    except ExportRefused as refusal:
        return StagedExport(source, tuple(parts), refusal=(refusal.rule, str(refusal)))
    except PainstatsError:
        raise
    except Exception as error:  # one file's failure must not stop the others
        return StagedExport(source, tuple(parts), failure=type(error).__name__)
    return StagedExport(source, tuple(parts))


def _staged(batch: CheckedBatch, folder: Path, number: int) -> StagedBatch:
    paths: list[Path | None] = []
    for name, frame in (("accepted", batch.accepted), ("rejected", batch.rejected)):
        path = folder / f"{number:06}-{name}.parquet"
        if frame.height:
            frame.write_parquet(path, compression="lz4")
        paths.append(path if frame.height else None)
    return StagedBatch(batch.table, *paths)


def replay(staged: StagedExport) -> tuple[str, Iterator[Found]]:
    """Give back what :func:`stage_export` kept, as :func:`read_checked` would have."""
    if staged.source is None:
        _end(staged)
    return staged.source or "", _replayed(staged)


def _replayed(staged: StagedExport) -> Iterator[Found]:
    for part in staged.parts:
        if isinstance(part, StagedBatch):
            yield CheckedBatch(part.table, _frame(part.accepted), _frame(part.rejected))
        else:
            yield part
    _end(staged)


def _frame(path: Path | None) -> pl.DataFrame:
    return pl.DataFrame() if path is None else pl.read_parquet(path)


def _end(staged: StagedExport) -> None:
    if staged.refusal:
        raise ExportRefused(*staged.refusal)
    if staged.failure:
        raise ReadingFailedError(staged.failure)
