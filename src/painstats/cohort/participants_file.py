"""Read ``participants.csv``: a row for each participant, and of its columns those that the plan declares.

Messages name the line and the column, never a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import NoReturn

import polars as pl

from painstats.archive.archive import open_archive
from painstats.archive.entries import shown
from painstats.cohort.baseline import PARTICIPANT, Baseline, Variables, baseline_of
from painstats.cohort.study_files import PARTICIPANTS_FILE
from painstats.errors import ExportRefused, StudyError
from painstats.parsing.csv_text import CsvTable, read_csv, shown_columns
from painstats.parsing.participant_ids import folded
from painstats.plan.study import Study
from painstats.plan.variables import BASELINE, VariablePlan
from painstats.store.connection import Store
from painstats.store.ledger import stored_participants

ID_COLUMN = "participant"


def load_baseline(store: Store) -> Baseline:
    """Read the baseline variables of everyone enrolled in an open study that has a daily table.

    Raises
    ------
    StudyError
        The file is missing though the plan declares variables, or cannot be used as it is.
    """
    first = store.connection.execute(
        "SELECT participant_id, min(date) FROM daily_summary GROUP BY participant_id ORDER BY ALL"
    ).fetchall()
    without_day = dict.fromkeys(stored_participants(store), None)
    return read_baseline(store.study, {**without_day, **dict(first)})


def read_baseline(study: Study, first_days: Mapping[str, date | None]) -> Baseline:
    """Read ``participants.csv`` of a study.

    Parameters
    ----------
    study
        The study; its plan declares the variables.
    first_days
        The first day of each participant with data; None if their data have no day.

    Raises
    ------
    StudyError
        The file is missing though the plan declares variables, or a row cannot be used; the message says which line
        and column, and what was expected.
    """
    variables, path = study.plan.variables, study.folder / PARTICIPANTS_FILE
    if not path.exists():
        if variables:
            raise StudyError(
                f"{path} is missing, but the plan declares {_listed(variables)}; write a table with the column "
                f"{ID_COLUMN} and one column for each of them, a row for each participant"
            )
        return baseline_of({}, pl.DataFrame({PARTICIPANT: []}, schema={PARTICIPANT: pl.String}), first_days)
    file = _File(path, _opened(path))
    ids = file.ids(first_days)
    columns = [file.variable(name, plan) for name, plan in variables.items()]
    dates = {name: file.dates(name, plan) for name, plan in variables.items() if plan.measured != BASELINE}
    used = {ID_COLUMN, *variables, *(plan.measured for plan in variables.values())}
    undeclared = tuple(name for name in file.table.header if name not in used)
    return baseline_of(variables, pl.DataFrame([ids, *columns]), first_days, undeclared, dates)


def _opened(path: Path) -> CsvTable:
    try:
        [entry] = open_archive(path).entries
        return read_csv(entry)
    except ExportRefused as error:
        raise StudyError(f"{path.parent}: {error}") from None
    except ValueError:
        raise StudyError(f"{path}: it is not a CSV; save it as CSV UTF-8, separated by commas") from None


@dataclass(frozen=True, slots=True)
class _File:
    """The cells of the file as text, with what is needed to say where one is."""

    path: Path
    table: CsvTable

    def ids(self, first_days: Mapping[str, date | None]) -> pl.Series:
        """Return the participants; refuse one who is there twice, or whose id only looks different from a known one."""
        if self.table.ragged.height:
            self._refuse(self.table.ragged["line"][0], None, "the row has more or fewer cells than the header")
        known = {folded(participant): participant for participant in first_days}
        seen: dict[str, int] = {}
        ids = [text.strip() for text in self._cells(ID_COLUMN)]
        for line, given in zip(self.table.lines, ids, strict=True):
            if not given:
                self._refuse(line, ID_COLUMN, "the id is empty; write it, or remove the row")
            look = folded(given)
            if look in seen:
                self._refuse(line, ID_COLUMN, f"the same participant as on line {seen[look]}; keep one row for each")
            seen[look] = line
            if known.get(look, given) != given:
                self._refuse(
                    line, ID_COLUMN, "the id differs from that of the data only in capitals, spaces or accents; copy it"
                )
        return pl.Series(PARTICIPANT, ids, dtype=pl.String)

    def variable(self, name: str, plan: VariablePlan) -> pl.Series:
        """Return the values of a declared variable, null where they are missing."""
        read = list(self._known(name, plan))
        if plan.has_levels:
            unknown = next((line for line, text in read if text is not None and text not in plan.levels), None)
            if unknown is not None:
                self._refuse(unknown, name, f"not one of the levels: {', '.join(plan.levels)}")
            return pl.Series(name, [text for _, text in read], dtype=pl.Enum(plan.levels))
        return pl.Series(name, [self._number(line, name, text) for line, text in read], dtype=pl.Float64)

    def dates(self, name: str, plan: VariablePlan) -> pl.Series:
        """Return when a variable was measured, null where it is unknown."""
        read = list(self._known(plan.measured, plan))
        return pl.Series(name, [self._date(line, plan.measured, text) for line, text in read], dtype=pl.Date)

    def _known(self, column: str, plan: VariablePlan) -> Iterator[tuple[int, str | None]]:
        """Yield line and text of each cell of a column; None for a mark of missing values."""
        for line, cell in zip(self.table.lines, self._cells(column), strict=True):
            text = cell.strip()
            yield line, None if text in plan.missing or not text else text

    def _cells(self, column: str) -> pl.Series:
        if column not in self.table.header:
            found = shown_columns(self.table.header)
            raise StudyError(
                f"{self.path}, line 1: there is no column {column}, only: {found}; the table is separated by commas"
            )
        return self.table.cells[column]

    def _number(self, line: int, column: str, text: str | None) -> float | None:
        try:
            value = float(text) if text is not None and text.isascii() and "_" not in text else None
        except ValueError:
            value = None
        if text is not None and (value is None or not isfinite(value)):
            self._refuse(line, column, "not a number; write it like 12.5, or declare the mark in missing")
        return value

    def _date(self, line: int, column: str, text: str | None) -> date | None:
        try:
            return date.fromisoformat(text) if text is not None else None
        except ValueError:
            self._refuse(line, column, "not a date; write it like 2027-01-04")

    def _refuse(self, line: int, column: str | None, problem: str) -> NoReturn:
        place = f"line {line}" + (f", column {shown(column)}" if column else "")
        raise StudyError(f"{self.path}, {place}: {problem}")


def _listed(variables: Variables) -> str:
    return ", ".join(variables)
