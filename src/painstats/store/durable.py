"""Write and replace files so that they survive a power failure."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Replace a small private file; when this returns, the new content is on the disk."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        write_private(unfinished, content)
        replace_durably(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; when this returns, its content is on the disk.

    Raises
    ------
    OSError
        It cannot be written; the error names the file.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def replace_durably(new: Path, old: Path) -> None:
    """Replace a file by a finished one; after a crash it is one of the two, never a mixture."""
    with new.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(new, old)
    sync_folder(old.parent)


def remove_durably(path: Path) -> None:
    """Remove a file if it exists; when this returns, it does not come back after a crash."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write the list of a folder's files to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
