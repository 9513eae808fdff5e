"""Publish pages and Parquet files so that readers never see a mixture of two runs.

A run writes everything into a new folder next to ``reports/``, and the two folders are exchanged in one step. A run
that fails or is killed before that leaves the files of the previous run intact.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import polars as pl

from painstats.errors import StorageError
from painstats.plan.study import Study
from painstats.store.connection import Store
from painstats.store.durable import sync_folder, write_private
from painstats.store.exchange import exchange
from painstats.store.plan_ledger import LEDGER_HEAD, PUBLISHED_MANIFEST, ledger_head
from painstats.store.stages import imports_hash
from painstats.store.tables import read_table, table_exists

PUBLISHED_TABLES = (
    "daily_summary", "device_change", "finding", "look", "participant_summary", "import_summary", "robustness",
    "result_count", "change_finding", "experiment_finding", "treatment_phase", "treatment_average",
    "experiment_average", "contrast_finding", "contrast_average",
)  # fmt: skip
PUBLISHED_FOLDER = "published"
MANIFEST = f"{PUBLISHED_FOLDER}/{PUBLISHED_MANIFEST}"
"""Lists every file of a run with its SHA-256, and has the head of the plan ledger."""

NEW_FOLDER = ".reports-new"
OLD_FOLDER = ".reports-old"
CANNOT_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""Error numbers of systems and file systems that cannot exchange two folders."""


@dataclass(frozen=True, slots=True)
class Generation:
    """The files of one run, in a folder that no reader uses yet.

    Parameters
    ----------
    folder
        The folder to write to.
    current
        ``reports/``, with the files of the previous run.
    head
        The hash of the last line of the plan ledger; None without any.
    digests
        SHA-256 of each file written so far, by its path in the folder.
    """

    folder: Path
    current: Path
    head: str | None = None
    digests: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, content: bytes) -> bool:
        """Write a private file, safe from a power failure; an unchanged file keeps its inode and time.

        Returns
        -------
        Whether it was written; False for one that was kept.

        Raises
        ------
        StorageError
            The file cannot be written.
        """
        with _writing(self.current):
            before, path = self.current / name, self.folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            is_kept = _holds(before, content) and _linked(before, path)
            if not is_kept:
                write_private(path, content)
        self.digests[name] = hashlib.sha256(content).hexdigest()
        return not is_kept


@dataclass(frozen=True, slots=True)
class PagesWritten:
    """How many pages were written, were the same as before, and could not be put together."""

    written: int
    unchanged: int
    failed: int
    seconds: float = field(compare=False)


@dataclass(frozen=True, slots=True)
class FailedReport:
    """A report that was replaced by an error page: its path, and the kind and place of the error, without values."""

    path: Path
    reason: str


@contextmanager
def new_generation(study: Study, is_old_page: Callable[[Path], bool], head: str | None = None) -> Iterator[Generation]:
    """Create a folder for the files of a run, and exchange it for ``reports/`` if the block ends without an error.

    Files in ``reports/`` that painstats did not write are carried over.

    Parameters
    ----------
    study
        The study; this process must hold its lock.
    is_old_page
        Whether a file in ``reports/`` is a page of an earlier run, which is removed unless it was written again.
    head
        The hash of the last line of the plan ledger.

    Raises
    ------
    StorageError
        The files cannot be written or exchanged. Those of the previous run are unchanged.
    """
    fresh = study.folder / NEW_FOLDER
    remove_leftovers(study)
    _check_place(study.reports)
    with _writing(study.reports):
        (fresh / PUBLISHED_FOLDER).mkdir(mode=0o700, parents=True)
    generation = Generation(fresh, study.reports, head)
    try:
        yield generation
        _write_manifest(generation)
        with _writing(study.reports):
            _carry_over(study.reports, fresh, _is_carried(generation, is_old_page))
            sync_folder(fresh)
            sync_folder(fresh / PUBLISHED_FOLDER)
            old = _swap(study, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    with _writing(study.reports):
        sync_folder(study.folder)
        if old:
            _carry_over(old, study.reports, _is_carried(generation, is_old_page))  # files saved in the meantime
            _remove(old)


def publish_tables(store: Store, generation: Generation) -> None:
    """Write the published tables that exist to ``published/<table>.parquet``."""
    origin = _origin(store)
    for table in PUBLISHED_TABLES:
        if table_exists(store, table):
            content = BytesIO()
            read_table(store, table).with_columns(**origin).write_parquet(content)
            generation.write(f"{PUBLISHED_FOLDER}/{table}.parquet", content.getvalue())


def write_privately(path: Path, content: bytes) -> None:
    """Replace a file by one that only its owner can read; readers see the old or the new content, never a part."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    write_private(unfinished, content)
    os.replace(unfinished, path)


def generation_folders(study: Study) -> tuple[Path, ...]:
    """Return the folders that may contain reports and published files: the current one and those of killed runs."""
    return study.reports, study.folder / NEW_FOLDER, study.folder / OLD_FOLDER


def remove_leftovers(study: Study) -> None:
    """Remove the folders of a killed run, after moving back reports that it had moved out of the way."""
    _, fresh, old = generation_folders(study)
    with _writing(study.reports):
        if old.exists() and not study.reports.exists():
            os.rename(old, study.reports)
        for folder in (fresh, old):
            if folder.exists():
                _remove(folder)


@contextmanager
def _writing(reports: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"{reports}: the reports cannot be written"
        raise StorageError(
            f"{what} ({error.strerror or type(error).__name__}); those of the previous run are unchanged. "
            "Check the disk and the permissions, and run again"
        ) from None


def _check_place(reports: Path) -> None:
    if reports.is_symlink():
        raise StorageError(
            f"{reports} is a link, but painstats replaces the whole folder; remove the link and run again. "
            "To keep reports elsewhere, move the whole study there"
        )
    if reports.exists() and not reports.is_dir():
        raise StorageError(
            f"{reports} is a file, but painstats needs a folder with this name; move the file and run again"
        )


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == content


def _linked(source: Path, target: Path) -> bool:
    """Try to make a hard link, which not every file system supports; return whether it was made."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        return False
    return True


def _write_manifest(generation: Generation) -> None:
    files = dict(sorted(generation.digests.items()))
    name = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]
    content = {"generation": name, LEDGER_HEAD: generation.head, "files": files}
    generation.write(MANIFEST, json.dumps(content, indent=1).encode())


def _is_carried(generation: Generation, is_old_page: Callable[[Path], bool]) -> Callable[[str, Path], bool]:
    """Return a function that says whether a file in ``reports/`` is the user's own."""
    ours = {MANIFEST, *(f"{PUBLISHED_FOLDER}/{table}.parquet" for table in PUBLISHED_TABLES), *generation.digests}

    def is_carried(name: str, path: Path) -> bool:
        is_unfinished = path.name.startswith(".") and path.name.endswith(".unfinished")  # of earlier versions
        return name not in ours and not is_unfinished and not ("/" not in name and is_old_page(path))

    return is_carried


def _carry_over(source: Path, target: Path, is_carried: Callable[[str, Path], bool], below: str = "") -> None:
    """Link the user's own files in one folder into another; of two files with the same name, keep the newer one."""
    for path in sorted(source.iterdir()) if source.exists() else ():
        name, copy = below + path.name, target / path.name
        if path.is_dir() and not path.is_symlink():
            is_new = not copy.is_dir()
            if is_new:
                _check_free(copy, path)
                copy.mkdir()
            _carry_over(path, copy, is_carried, f"{name}/")
            if is_new:
                shutil.copystat(path, copy)  # last, because it may forbid writing
        elif is_carried(name, path):
            _keep_newer(path, copy)


def _keep_newer(path: Path, copy: Path) -> None:
    if copy.is_dir() and not copy.is_symlink():
        _check_free(copy, path)
    if copy.is_symlink() or copy.exists():
        if copy.lstat().st_mtime_ns >= path.lstat().st_mtime_ns:
            return
        copy.unlink()
    if not _linked(path, copy):
        shutil.copy2(path, copy, follow_symlinks=False)


def _check_free(copy: Path, path: Path) -> None:
    if copy.exists():
        raise StorageError(f"{path} has a name that painstats uses; rename it and run again")


def _remove(folder: Path) -> None:
    """Remove a folder after its files were carried over; folders of the user may be read-only."""
    for below, _, _ in os.walk(folder):
        os.chmod(below, stat.S_IRWXU)
    shutil.rmtree(folder)


def _swap(study: Study, fresh: Path) -> Path | None:
    """Replace ``reports/`` by a folder; return where the old one is now, None if there was none."""
    reports, old = study.reports, study.folder / OLD_FOLDER
    if not reports.exists():
        os.rename(fresh, reports)
        return None
    try:
        exchange(fresh, reports)
    except OSError as error:
        if error.errno not in CANNOT_EXCHANGE:
            raise
    else:
        return fresh
    os.rename(reports, old)  # for a moment there are no reports, but never those of two runs
    try:
        os.rename(fresh, reports)
    except BaseException:
        os.rename(old, reports)
        raise
    return old


def _origin(store: Store) -> dict[str, pl.Expr]:
    """Return the columns that say from what a published table was computed."""
    return {
        "plan_hash": pl.lit(store.study.plan_hash),
        "painstats_version": pl.lit(version("painstats")),
        "imports_hash": pl.lit(imports_hash(store)),
        LEDGER_HEAD: pl.lit(ledger_head(store), pl.String),
    }
