"""A file in the inbox, or a folder or several files of it that are one export."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from painstats.archive.archive import Archive, open_archive
from painstats.archive.entries import shown
from painstats.errors import ExportRefused


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file in the inbox, a folder that is one export, or some entries of a zip that are one.

    Parameters
    ----------
    path
        The file or folder.
    name
        Its path below the inbox; bytes that are not UTF-8 are escaped.
    participant_id
        The participant whom its folder names; None where only the file itself can say.
    has_utf8_name
        False for a file or folder with a name that is not UTF-8, of which nothing can be read.
    left_out
        Names of files in a folder that are exports of their own, or ignored.
    archive
        It, where it has been opened already.
    is_joined
        Whether it is several loose files of a folder, at ``path``, that are read as one export.
    is_unsettled
        Whether it was seen to change a moment ago, so that it waits for the next run.
    """

    path: Path
    name: str
    participant_id: str | None
    has_utf8_name: bool = True
    left_out: frozenset[str] = frozenset()
    archive: Archive | None = field(default=None, compare=False, repr=False)
    is_joined: bool = False
    is_unsettled: bool = False

    def open(self) -> Archive:
        """Return it opened.

        Raises
        ------
        ExportRefused
            ``name_not_utf8``, or as :func:`painstats.archive.archive.open_archive` does.
        """
        if not self.has_utf8_name:
            raise ExportRefused(
                "name_not_utf8",
                f"{shown(self.path.name)}: the name is not UTF-8 (the bytes written as \\x… here); rename it and run "
                "again",
            )
        return self.archive or open_archive(self.path).without(self.left_out)
