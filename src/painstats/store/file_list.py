"""The list of files that painstats wrote into a folder of results, so that an erasure removes these and no others."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from painstats.store.durable import write_durably

FILE_LIST = ".painstats.files"


def write_file_list(folder: Path, files: Iterable[Path]) -> None:
    """Note files below a folder as written by painstats, beside those that were noted before.

    Call it before they are written: then an erasure also finds those of a process that was killed while it wrote.
    """
    names = {path.relative_to(folder).as_posix() for path in files} | set(listed_files(folder))
    write_durably(folder / FILE_LIST, "".join(f"{name}\n" for name in sorted(names)).encode())


def listed_files(folder: Path) -> list[str]:
    """Return the noted files, as paths relative to the folder; none without a list."""
    try:
        return (folder / FILE_LIST).read_text(encoding="utf-8").split("\n")[:-1]
    except OSError:
        return []
