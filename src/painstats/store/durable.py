"""Write and replace files so that they survive a loss of power."""

from __future__ import annotations

import os
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Replace a small private file whole; when this returns, the new content is on the disk."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        replace_durably(unfinished, path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def replace_durably(new: Path, old: Path) -> None:
    """Move a finished file into the place of another; after a crash it is either of the two, never a mixture."""
    with new.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(new, old)
    sync_folder(old.parent)


def remove_durably(path: Path) -> None:
    """Remove a file, if it is there; when this returns, it does not come back after a crash."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write a folder's list of names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
