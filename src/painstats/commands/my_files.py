"""The files given to ``painstats me`` or ``init``: which are diaries kept by hand, and how they are to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from painstats.archive.archive import Archive, open_archive
from painstats.archive.entries import Entry, is_utf8, utf8
from painstats.errors import ExportRefused, StudyError
from painstats.intake.inbox import is_hidden
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.parsing.csv_text import header_of, shown_columns
from painstats.plan.time_zones import TimeZones
from painstats.sources import SOURCES
from painstats.sources.contract import ReadSettings
from painstats.sources.diaries.conclusion import Conclusion, conclude
from painstats.sources.diaries.forms.tables import diary_table
from painstats.sources.recognition import first_taker

_UNPLANNED = ReadSettings(SOLE_PARTICIPANT, TimeZones("UTC", {}, {}))

COLUMN_KEYS = ("column", "date_column", "time_column", "notes_column")
"""Keys of a declaration that name columns."""

EVERY_SITE = "all"

SHEETS = (".csv", ".tsv", ".txt", ".md", ".xlsx", ".ods")
"""Endings of files in an export's folder that can be a diary kept by hand."""

IMPOSSIBLE = {
    "scale": "write the lowest possible score first, such as --scale 0 10",
    "delimiter": "write one character, such as --delimiter ';'",
    "year": "write a year such as --year 2026",
}
"""Key to what to write instead of an impossible value."""


@dataclass(frozen=True, slots=True)
class HandMadeDiary:
    """A diary kept by hand, and what was found out about it."""

    path: Path
    found: Conclusion


def check_files(paths: Sequence[Path]) -> None:
    """Refuse files that cannot be read at all.

    Raises
    ------
    StudyError
        One does not exist, or has a name that cannot be used.
    """
    for path in paths:
        if not path.exists():
            raise StudyError(f"{path} does not exist; check the path")
        if not is_utf8(path.name):
            raise StudyError(f"{utf8(str(path))}: the name is not UTF-8; rename it and run again")
        if is_hidden(path.name):
            raise StudyError(f"{path}: the name begins like that of a hidden file; rename it and run again")


def without_folders(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and of a folder what is in it: people collect their files in one place.

    A folder that is one export stays whole, and sheets in it that are no part of any export are given beside it.
    """
    files: list[Path] = []
    for path in paths:
        inside = sorted(each for each in path.iterdir() if not is_hidden(each.name)) if path.is_dir() else []
        if not path.is_dir():
            files.append(path)
        elif _is_one_export(path):
            files += [path, *(each for each in inside if each.suffix.lower() in SHEETS and _of_no_app(each))]
        else:
            files += without_folders(inside)
    return files


def _is_one_export(folder: Path) -> bool:
    try:
        return first_taker(open_archive(folder), SOURCES, _UNPLANNED) is not None
    except ExportRefused:
        return True  # what is wrong with it is said when it is read


def hand_made_diaries(
    paths: Sequence[Path], known: Mapping[str, object] = {}, diary: Path | None = None
) -> list[HandMadeDiary]:
    """Find the diaries among files that no app exported, and conclude how each is to be read.

    Parameters
    ----------
    paths
        All files, in the order in which they were given.
    known
        Keys that the person has chosen (:func:`painstats.sources.diaries.conclusion.conclude`).
    diary
        The file that the person calls their diary; if it is an export, another one may be the diary.

    Raises
    ------
    ExportRefused
        A spreadsheet cannot be read.
    """
    others = [(path, archive) for path in paths if (archive := _of_no_app(path))]
    is_swapped = diary is not None and diary not in [path for path, _ in others]
    found = []
    for path, archive in others:
        is_named = path == diary or is_swapped
        chosen = known if is_named or diary is None else {}
        concluded = _concluded(archive.entries[0], chosen, is_diary=is_named)
        if concluded.is_diary:
            found.append(HandMadeDiary(path, concluded))
    return found


def _concluded(entry: Entry, known: Mapping[str, object], *, is_diary: bool) -> Conclusion:
    """Conclude a diary, with the columns that the person names as the diary spells them.

    Raises
    ------
    StudyError
        There is no such column, or a value is impossible.
    """
    named = {key: str(known[key]) for key in COLUMN_KEYS if key in known}
    others = {key: value for key, value in known.items() if key not in named}
    try:
        if not named or named.get("column") == EVERY_SITE:
            return conclude(entry, known, is_diary=is_diary)
        header = _header(entry, conclude(entry, others, is_diary=True), others)
        return conclude(
            entry, others | {key: _spelled(name, header, entry) for key, name in named.items()}, is_diary=True
        )
    except ValidationError as error:
        location = error.errors()[0]["loc"]
        key = next((str(part) for part in reversed(location) if isinstance(part, str)), "diary")
        advice = IMPOSSIBLE.get(key, error.errors()[0]["msg"])
        raise StudyError(f"{entry.label}: --{key.replace('_', '-')}: {advice}") from None


def _header(entry: Entry, found: Conclusion, known: Mapping[str, object]) -> tuple[str, ...]:
    if found.draft is not None:
        return tuple(next(iter(diary_table(entry, found.draft).parts)).header)
    encoding, delimiter = str(known.get("encoding", "utf-8")), str(known.get("delimiter", ","))
    return header_of(entry, encoding, delimiter)


def _spelled(name: str, header: tuple[str, ...], entry: Entry) -> str:
    """Return the column that is meant: capitals do not matter."""
    alike = [column for column in header if column.strip().casefold() == name.strip().casefold()]
    if not alike:
        raise StudyError(f"{entry.label}: no column is named {name}; it has {shown_columns(header)}")
    return alike[0]


def _of_no_app(path: Path) -> Archive | None:
    """Return a single file that no source recognises; what is wrong with any other is said when it is read."""
    with suppress(ExportRefused):
        archive = open_archive(path)
        if len(archive.entries) == 1 and not archive.is_folder and first_taker(archive, SOURCES, _UNPLANNED) is None:
            return archive
    return None
