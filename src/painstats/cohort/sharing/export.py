"""The files of an export, checked before any of them is where it was asked for.

``open/`` has tables and figures that may be published; ``pseudonymous/`` has the daily frame, to share under an
agreement only. Both are written into a hidden folder beside the destination, searched there, and then moved.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from painstats.cohort.analyse import CohortAnalysis
from painstats.cohort.inputs import CohortInputs
from painstats.cohort.sharing.daily_frame import DATE, daily_frame, model_data, participants_frame
from painstats.cohort.sharing.dictionary import dictionary, shared_plan
from painstats.cohort.sharing.leaks import check_leaks
from painstats.cohort.sharing.open_tables import check_counts, open_tables
from painstats.cohort.sharing.pseudonyms import pseudonyms, shift_in_weeks
from painstats.cohort.sharing.replication import python_script, r_script
from painstats.cohort.sharing.shared_variables import Bands, SharedVariables, check_groups, shared_variables
from painstats.errors import StudyError
from painstats.plan.study import Study
from painstats.store.csv_cells import as_csv, as_parquet
from painstats.store.durable import write_private
from painstats.store.file_list import FILE_LIST, write_file_list

OPEN, PSEUDONYMOUS, README, DAYS = "open", "pseudonymous", "README.md", "data"

OPEN_README = """# Tables and figures

These may be shared openly. Every count of participants and days is rounded to 5 by itself, sums too, so that rows need
not add up. Means and estimates are of ten participants or more. Quartiles, and estimates without one participant, are
left out.
"""

PSEUDONYMOUS_README = """# Daily data under pseudonyms

**These data are pseudonymous, not anonymous.** Whoever has a participant's own export, or knows a few days of it, can
find the participant here. Share them only under an agreement that forbids it.

{dates} Free text, names, devices, sources, clock times,
time zones, file names and hashes of files are not included. `dictionary.json` has the meaning of every column, and why
baseline variables are not shared.

`Rscript replicate.R` (package nlme) and `python replicate.py` (package painstats) fit each `model_<n>.tsv` again, with
its guard columns, which protect it against feedback; hold the coefficients of those that have a prior; and print
coefficients and headlines beside the reported ones. nlme takes a minute or two for each model of some thousand days.
"""

WITHOUT_DATES = """Dates are replaced by day numbers, so that the season, holidays and who took part at the same time
are lost."""

WITH_DATES = """The dates of each participant are shifted by whole weeks. Holidays, such as Christmas, may still be read
off the days around them, and then the season is known too."""


@dataclass(frozen=True, slots=True, eq=False)
class ExportRequest:
    """What is exported, and how.

    Parameters
    ----------
    study, inputs, analysis, ledger_head, recalls
        Of the run.
    tables, figures
        All tables of ``results/``, and figures as SVG, by name.
    page
        Writes the page that goes with the open tables, by the name of its file; None for no page.
    key
        For pseudonyms.
    bands, left_out
        Of baseline variables.
    has_dates
        Whether days have dates too, shifted by whole weeks.
    """

    study: Study
    inputs: CohortInputs
    analysis: CohortAnalysis
    ledger_head: str | None
    recalls: tuple[str, ...]
    tables: Mapping[str, pl.DataFrame]
    figures: Mapping[str, str]
    key: bytes = field(repr=False)
    bands: Bands = field(default_factory=dict)
    left_out: Collection[str] = ()
    has_dates: bool = False
    page: tuple[str, Callable[[Mapping[str, pl.DataFrame]], bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported: the folder, the number of participants, and which variables were not shared, and why."""

    folder: Path
    participants: int
    not_shared: Mapping[str, str]


def write_export(request: ExportRequest, destination: Path) -> Exported:
    """Write an export into a new folder.

    Raises
    ------
    StudyError
        The folder exists, a check failed, or an option names no variable. Nothing is left behind.
    """
    if destination.exists():
        raise StudyError(f"{destination} exists already; remove it, or choose another folder with --to")
    staged = destination.with_name(f".{destination.name}-new")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        staged.mkdir(mode=0o700, parents=True)
        write_file_list(staged, [])  # by which an erasure knows it, should this process be killed
        _write_open(request, staged / OPEN)
        shared, days = _write_pseudonymous(request, staged / PSEUDONYMOUS)
        check_leaks(staged, forbidden_words(request), _shifted_dates(days))
        written = [path for path in staged.rglob("*") if path.is_file() and path.name != FILE_LIST]
        write_file_list(staged, written)
        staged.rename(destination)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Exported(destination, shared.frame.height, shared.left_out)


def forbidden_words(request: ExportRequest) -> dict[str, set[str]]:
    """Return what must not be in an export: ids, and the values of identifying variables."""
    baseline = request.inputs.baseline
    identifying = [name for name, plan in baseline.variables.items() if plan.identifying]
    values = {str(value) for name in identifying for value in baseline.values(name).drop_nulls()}
    ids = {*baseline.participants, *request.inputs.every_day["participant_id"].unique()}
    return {"a participant's id": ids, "an identifying value": values}


def _write_open(request: ExportRequest, folder: Path) -> None:
    folder.mkdir()
    tables = open_tables(request.tables)
    check_counts(tables)
    for name, table in tables.items():
        write_private(folder / f"{name}.csv", as_csv(table))
        write_private(folder / f"{name}.parquet", as_parquet(table))
    for name, svg in request.figures.items():
        write_private(folder / f"{name}.svg", svg.encode())
    if request.page:
        name, page = request.page
        write_private(folder / name, page(tables))
    write_private(folder / README, OPEN_README.encode())


def _shifted_dates(days: pl.DataFrame) -> dict[str, set[str]]:
    """Return the dates that may be in the daily frame, by file."""
    dates = set(map(str, days[DATE])) if DATE in days.columns else set()
    return {f"{PSEUDONYMOUS}/{DAYS}.{kind}": dates for kind in ("tsv", "parquet")}


def _write_pseudonymous(request: ExportRequest, folder: Path) -> tuple[SharedVariables, pl.DataFrame]:
    """Write the files under pseudonyms; return the variables that are shared, and the daily frame."""
    folder.mkdir()
    inputs = request.inputs
    shared = shared_variables(inputs.baseline, request.bands, request.left_out)
    check_groups(shared)
    everyone = {*inputs.baseline.participants, *inputs.every_day["participant_id"].unique()}
    names = pseudonyms(request.key, sorted(everyone))
    models = model_data(request.analysis.primary, inputs.every_day, names)
    exposures = inputs.design.exposures
    shifts = {who: shift_in_weeks(request.key, who) for who in names} if request.has_dates else None
    frames = {
        DAYS: daily_frame(inputs.every_day, exposures, names, shifts),
        "participants": participants_frame(shared.frame, names),
        **{each.name: each.frame for each in models},
    }
    for name, frame in frames.items():
        write_private(folder / f"{name}.tsv", as_csv(frame, "\t"))
        write_private(folder / f"{name}.parquet", as_parquet(frame))
    words = dictionary(request.study, exposures, inputs.baseline.variables, shared, models, request.recalls)
    texts = {
        "dictionary.json": _as_json(words),
        "plan.json": _as_json(shared_plan(request.study, request.ledger_head)),
        "replicate.R": r_script(models),
        "replicate.py": python_script(models),
        README: PSEUDONYMOUS_README.format(dates=WITH_DATES if request.has_dates else WITHOUT_DATES),
    }
    _write_texts(texts, folder)
    return shared, frames[DAYS]


def _write_texts(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        write_private(folder / name, text.encode())


def _as_json(content: Mapping[str, object] | Sequence[object]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
