"""Backups of a study in shards: a folder with a copy of each database, and the SHA-256 of every file in it.

The database of the study is copied first. Whatever a run does in the meantime, the copies of its shards then have every
record from which the results in it were computed, as after a kill: results of other records are computed again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from painstats.errors import StorageError, StudyError
from painstats.plan.shards import Shard
from painstats.plan.study import SHARDS_FOLDER, Study
from painstats.store.backup import Contents, Copy, put_back, verify_backup
from painstats.store.checksum import checksum_of, file_digest
from painstats.store.connection import locked
from painstats.store.durable import sync_folder, write_durably
from painstats.store.shards import DEALT_FILE, MOVE_SHARDS, dealt

SUMS_FILE = "SHA256SUMS"
"""Lists the files of a backup, for ``sha256sum --check``."""

DEALT = f"{SHARDS_FOLDER}/{DEALT_FILE}"


def back_up_shards(study: Study, place: Path, copy: Copy) -> Contents:
    """Copy every database of a study into a new folder, and verify each copy; return their counts together.

    A run that holds the study opens its shards one after the other, so that none of them may be locked here.
    """
    unfinished = place.with_name(f"{place.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(mode=0o700)
        contents, digests = [], dict[str, str]()
        for each in (study, *(shard for shard in dealt(study) if shard.database.exists())):
            name = _name(each)
            made = unfinished / name
            made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            contents.append(copy(each, made))
            digests[name] = checksum_of(made).read_text().split()[0]
            checksum_of(made).unlink()
        write_durably(unfinished / DEALT, (study.folder / DEALT).read_bytes())
        digests[DEALT] = file_digest(unfinished / DEALT)
        lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items()))
        write_durably(unfinished / SUMS_FILE, lines.encode())
        os.replace(unfinished, place)
        sync_folder(place.parent)
    except OSError as error:
        raise StorageError(f"{place} cannot be written ({error.strerror}); nothing was changed") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return _total(contents)


def restore_shards(study: Study, backup: Path) -> tuple[Contents, tuple[Path, ...]]:
    """Replace the databases of a study, which this process has locked, by those of a backup; return as ``restore``.

    All of the backup is verified before anything is replaced. A restore that is interrupted is done again.
    """
    names, count = _verified_files(backup)
    if (now := len(dealt(study))) not in (0, count):
        raise StudyError(f"{backup} is of a study in {count} shards, but this one has {now}; {MOVE_SHARDS}")
    every = [study, *(study.in_shard(Shard(number, count)) for number in range(count))]
    databases = [each for each in every if _name(each) in names]
    contents = _total([verify_backup(study, backup / _name(each)) for each in databases])
    if not now:
        (study.folder / SHARDS_FOLDER).mkdir(mode=0o700, exist_ok=True)
        write_durably(study.folder / DEALT, (backup / DEALT).read_bytes())
    aside = [put_back(study, backup / _name(study))]
    for shard in databases[1:]:
        shard.folder.mkdir(mode=0o700, exist_ok=True)
        with locked(shard):
            aside.append(put_back(shard, backup / _name(shard)))
    return contents, tuple(each for each in aside if each)


def _verified_files(backup: Path) -> tuple[set[str], int]:
    """Check every file of a backup by its SHA-256; return their names, and the number of shards."""
    try:
        lines = [line.partition("  ") for line in (backup / SUMS_FILE).read_text().splitlines()]
        for digest, _, name in lines:
            if file_digest(backup / name) != digest:
                raise StorageError(f"{backup / name} is damaged: its content does not match {SUMS_FILE}")
        return {name for _, _, name in lines}, int(json.loads((backup / DEALT).read_bytes())["shards"])
    except FileNotFoundError as error:
        raise StudyError(f"{backup} is no complete backup: {error.filename} is missing; use another backup") from None
    except (ValueError, KeyError, TypeError):
        raise StorageError(f"{backup} is damaged: its lists cannot be read; use another backup") from None


def _name(study: Study) -> str:
    """Return where a database is below the folder of the whole study, and below a backup."""
    return study.database.relative_to(study.whole).as_posix()


def _total(contents: Sequence[Contents]) -> Contents:
    return Contents(sum(each.imports for each in contents), sum(each.rows for each in contents))
