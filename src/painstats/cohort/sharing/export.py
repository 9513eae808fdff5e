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
from painstats.cohort.sharing.daily_frame import daily_frame, model_data, participants_frame
from painstats.cohort.sharing.dictionary import dictionary, shared_plan
from painstats.cohort.sharing.leaks import check_leaks
from painstats.cohort.sharing.open_tables import check_counts, open_tables
from painstats.cohort.sharing.pseudonyms import pseudonyms
from painstats.cohort.sharing.replication import python_script, r_script
from painstats.cohort.sharing.shared_variables import Bands, SharedVariables, check_groups, shared_variables
from painstats.errors import StudyError
from painstats.plan.study import Study
from painstats.store.durable import write_private
from painstats.store.file_list import write_file_list

OPEN, PSEUDONYMOUS, README = "open", "pseudonymous", "README.md"

OPEN_README = """# Tables and figures

These may be shared openly. Every count of participants and days is rounded to 5 by itself, sums too, so that rows need
not add up. Means and estimates are of ten participants or more. Quartiles, and estimates without one participant, are
left out.
"""

PSEUDONYMOUS_README = """# Daily data under pseudonyms

**These data are pseudonymous, not anonymous.** Whoever has a participant's own export, or knows a few days of it, can
find the participant here. Share them only under an agreement that forbids it.

Dates are replaced by day numbers, so that the season, holidays and who took part at the same time are lost. Free text,
names, devices, sources, clock times, time zones, file names and hashes of files are not included. `dictionary.json`
has the meaning of every column, and why baseline variables are not shared.

`Rscript replicate.R` (package nlme) and `python replicate.py` (package painstats) fit each `model_<n>.tsv` again, and
print the result beside the reported one. Where the headline has guard columns, which protect it against feedback,
these fits are without them: `is_headline` in the dictionary says so.
"""


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
        _write_open(request, staged / OPEN)
        shared, participants = _write_pseudonymous(request, staged / PSEUDONYMOUS)
        check_leaks(staged, forbidden_words(request))
        write_file_list(staged, [path for path in staged.rglob("*") if path.is_file()])
        staged.rename(destination)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Exported(destination, participants, shared.left_out)


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
        table.write_csv(folder / f"{name}.csv")
        table.write_parquet(folder / f"{name}.parquet")
    for name, svg in request.figures.items():
        write_private(folder / f"{name}.svg", svg.encode())
    if request.page:
        name, page = request.page
        write_private(folder / name, page(tables))
    write_private(folder / README, OPEN_README.encode())


def _write_pseudonymous(request: ExportRequest, folder: Path) -> tuple[SharedVariables, int]:
    folder.mkdir()
    inputs = request.inputs
    shared = shared_variables(inputs.baseline, request.bands, request.left_out)
    check_groups(shared)
    everyone = {*inputs.baseline.participants, *inputs.every_day["participant_id"].unique()}
    names = pseudonyms(request.key, sorted(everyone))
    models = model_data(request.analysis.primary, inputs.every_day, names)
    exposures = inputs.design.exposures
    frames = {
        "data": daily_frame(inputs.every_day, exposures, names),
        "participants": participants_frame(shared.frame, names),
        **{each.name: each.frame for each in models},
    }
    for name, frame in frames.items():
        frame.write_csv(folder / f"{name}.tsv", separator="\t")
        frame.write_parquet(folder / f"{name}.parquet")
    words = dictionary(request.study, exposures, inputs.baseline.variables, shared, models, request.recalls)
    texts = {
        "dictionary.json": _as_json(words),
        "plan.json": _as_json(shared_plan(request.study, request.ledger_head)),
        "replicate.R": r_script(models),
        "replicate.py": python_script(models),
        README: PSEUDONYMOUS_README,
    }
    _write_texts(texts, folder)
    return shared, len(names)


def _write_texts(texts: Mapping[str, str], folder: Path) -> None:
    for name, text in texts.items():
        write_private(folder / name, text.encode())


def _as_json(content: Mapping[str, object] | Sequence[object]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
