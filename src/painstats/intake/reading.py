"""One export read and checked, here or by another process that stages its rows.

Nothing here knows the database, so that a process that only reads never touches it. Either way an export gives the
same rows in the same batches, the same notes, and the same refusal at the same place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from painstats.archive.archive import Archive, has_changed, open_archive
from painstats.archive.entries import shown
from painstats.batch import Batch, Ignored, Rows
from painstats.errors import ExportRefused, PainstatsError
from painstats.intake.checks import check_records
from painstats.intake.recorded_offsets import with_zone_checked
from painstats.parsing.participant_ids import folded
from painstats.plan.shards import Shard
from painstats.progress import bytes_shared
from painstats.sources import read_batches
from painstats.sources.batching import join_small_batches
from painstats.sources.contract import ReadSettings
from painstats.staging import Staging

PROCESS_ENDED = "process_ended"
"""The failure of an export whose reading process was killed."""


@dataclass(frozen=True, slots=True)
class ReadTask:
    """An export for another process to read, how to read it, and the new folder for its rows."""

    archive: Archive
    settings: ReadSettings
    folder: Path

    @property
    def bytes_file(self) -> Path:
        """The file in which the other process keeps how much it has read."""
        return self.folder / "bytes"


@dataclass(frozen=True, slots=True)
class ReadElsewhere:
    """What another process read: its batches in order, their rows staged, and how it ended if not well.

    ``refusal`` is the rule, message and entry of a refusal; ``failure`` is the name of the type of an unforeseen
    error, or ``PROCESS_ENDED``.
    """

    source: str | None
    batches: tuple[Batch, ...]
    refusal: tuple[str, str, str | None] | None = None
    failure: str | None = None


class ReadingFailedError(Exception):
    """Another process could not read an export; the text is what ``ReadElsewhere.failure`` says."""


def read_export(export: Path | Archive, settings: ReadSettings) -> tuple[str, Iterator[Batch]]:
    """Read an export and check its rows.

    Parameters
    ----------
    export
        A zip, a bare file or the folder of an unpacked archive; or an archive that is open already.
    settings
        What the plan says about reading.

    Returns
    -------
    The name of its source, and an iterator over what is in it. A refusal can come as late as its last step: store all
    of it or nothing.

    Raises
    ------
    ExportRefused
        The export cannot be read, or (``file_changed``) it changed meanwhile.
    """
    archive = export if isinstance(export, Archive) else open_archive(export)
    try:
        source, batches = read_batches(archive, settings)
    except Exception:
        _refuse_if_changed(archive)
        raise
    return source.name, _unchanged(archive, with_zone_checked(checked(batches, settings), settings))


def checked(batches: Iterator[Batch], settings: ReadSettings) -> Iterator[Batch]:
    """Check the rows that a source yields; everything else passes through."""
    for batch in join_small_batches(batches):
        if not isinstance(batch, Rows):
            if not (isinstance(batch, Ignored) and settings.shard and settings.shard.number):
                yield batch  # what no participant has is counted once, in the first shard
            continue
        if settings.participant_id is None and batch.in_memory["participant_id"].null_count():
            raise ExportRefused(
                "no_participant",
                "the file does not name its participant; move it into a folder named after the participant: "
                "inbox/<participant>/",
            )
        yield from _of_shard(check_records(batch, settings.today), settings.shard)


def _of_shard(rows: Rows, shard: Shard | None) -> Iterator[Rows]:
    """Yield the rows of the participants in a shard, if there are any; all rows if there is no shard."""
    if shard is None:
        yield rows
        return
    ids = rows.in_memory["participant_id"]
    dealt = [each for each in ids.unique() if shard.holds(folded(each))]
    own = rows.in_memory.filter(ids.is_in(dealt))
    if own.height:
        yield replace(rows, frame=own)


def _unchanged(archive: Archive, batches: Iterator[Batch]) -> Iterator[Batch]:
    try:
        yield from batches
    except Exception:
        _refuse_if_changed(archive)  # an error in a half-written file says nothing about the file
        raise
    _refuse_if_changed(archive)


def _refuse_if_changed(archive: Archive) -> None:
    if has_changed(archive):
        raise ExportRefused(
            "file_changed",
            f"{shown(archive.path.name)} changed while it was read, so nothing of it was kept; the next run reads it",
        ) from None


# --- read by another process ---


def read_and_stage(task: ReadTask) -> ReadElsewhere:
    """Read an export in a process of its own and keep its rows in a folder that is made for it."""
    task.folder.mkdir(mode=0o700)
    with bytes_shared(task.bytes_file):
        return staged(task.archive, task.settings, task.folder)


def staged(archive: Archive, settings: ReadSettings, folder: Path) -> ReadElsewhere:
    """Read an export and keep its rows as Parquet files in an empty folder."""
    source: str | None = None
    batches: list[Batch] = []
    staging = Staging(folder)
    try:
        source, read = read_export(archive, settings)
        for batch in read:
            batches.append(replace(batch, frame=staging.write(batch)) if isinstance(batch, Rows) else batch)
    except ExportRefused as refusal:
        return ReadElsewhere(source, tuple(batches), refusal=(refusal.rule, str(refusal), refusal.entry))
    except PainstatsError:
        raise
    except Exception as error:  # one file's failure must not stop the others
        return ReadElsewhere(source, tuple(batches), failure=type(error).__name__)
    return ReadElsewhere(source, tuple(batches))


def replay(read: ReadElsewhere) -> tuple[str, Iterator[Batch]]:
    """Give back what :func:`read_and_stage` read, as :func:`read_export` would have."""
    if read.source is None:
        _raise_its_end(read)
    return read.source or "", _replayed(read)


def _replayed(read: ReadElsewhere) -> Iterator[Batch]:
    yield from read.batches
    _raise_its_end(read)


def _raise_its_end(read: ReadElsewhere) -> None:
    if read.refusal:
        raise ExportRefused(*read.refusal)
    if read.failure:
        raise ReadingFailedError(read.failure)
