"""The files of ``results/``: tables, figures, the methods text, checklists, and tables for LaTeX and Word."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from painstats.cohort.analyse import CohortAnalysis, answered_exposures
from painstats.cohort.inputs import CohortInputs
from painstats.cohort.paper.checklists import checklist
from painstats.cohort.paper.description import Description, describe, description_tables
from painstats.cohort.paper.documents import as_latex, as_word, has_paper_extra
from painstats.cohort.paper.methods import MethodsInput, methods_text
from painstats.cohort.paper.shown_tables import shown_tables
from painstats.cohort.result_tables import result_tables, with_provenance, write_tables
from painstats.cohort.study_files import RESULTS
from painstats.findings.plan_record import PlanRecord
from painstats.plan.formula import ARM
from painstats.plan.study import Study
from painstats.store.connection import Store
from painstats.store.durable import write_private
from painstats.store.file_list import write_file_list

TABLES_DOCUMENT = "tables.docx"
METHODS = "methods.md"


@dataclass(frozen=True, slots=True, eq=False)
class CohortRun:
    """A cohort analysis with what was read for it.

    Parameters
    ----------
    study, inputs, analysis
        What was analysed, and what it gave.
    record
        What may be said of the plan, after the result was noted.
    recalls
        The recall periods of the ratings of the outcome.
    is_look
        Whether it was run before the final date of the plan.
    """

    study: Study
    inputs: CohortInputs
    analysis: CohortAnalysis
    record: PlanRecord
    recalls: tuple[str, ...]
    is_look: bool = False

    @property
    def description(self) -> Description:
        """Who took part."""
        plan = self.study.plan
        first = None if plan.analysis.primary == (ARM,) else answered_exposures(self.inputs, plan)[0]
        return describe(self.inputs, plan, first)


def recalls_of(store: Store) -> tuple[str, ...]:
    """Return the recall periods of the ratings of the outcome."""
    item = store.study.plan.outcome.item
    found = store.connection.execute("SELECT DISTINCT recall FROM self_report WHERE item = ? ORDER BY 1", [item])
    return tuple(row[0] for row in found.fetchall())


def all_tables(run: CohortRun, description: Description) -> dict[str, pl.DataFrame]:
    """Return every table of ``results/`` by the name of its file."""
    plan_hash, head = run.record.plan_hash, run.record.head
    more = description_tables(description) | {"checklist": checklist(run.study.plan)}
    return with_provenance(more, plan_hash, head) | result_tables(run.analysis, plan_hash, head)


def write_results(run: CohortRun) -> Path:
    """Write all files of ``results/``; return the folder.

    Raises
    ------
    MissingNumber
        The methods text needs a number that the run lacks; everything else is written by then.
    """
    folder, description = run.study.folder / RESULTS, run.description
    write_tables(all_tables(run, description), folder)
    files = _documents(run, description)
    write_file_list(folder, [folder / name for name in (*files, METHODS)])
    for name, content in files.items():
        write_private(folder / name, content)
    given = MethodsInput(run.study, run.inputs, run.analysis, description, run.record, run.recalls, run.is_look)
    (folder / METHODS).unlink(missing_ok=True)  # that of an earlier run would not fit these tables
    write_private(folder / METHODS, methods_text(given).encode())
    return folder


def _documents(run: CohortRun, description: Description) -> dict[str, bytes]:
    """Return figures, and tables for LaTeX and Word, by the names of their files; none without the extra."""
    if not has_paper_extra():
        return {}
    from painstats.commands.cohort_figures import as_pdf

    files = dict[str, bytes]()
    for name, svg in figures_of(run.analysis).items():
        files |= {f"{name}.svg": svg.encode(), f"{name}.pdf": as_pdf(svg)}
    shown = shown_tables(description, run.analysis)
    files |= {f"{table.name}.tex": as_latex(table).encode() for table in shown}
    files[TABLES_DOCUMENT] = as_word(shown)
    return files


def figures_of(analysis: CohortAnalysis) -> dict[str, str]:
    """Return each figure as the text of an SVG file, by its name; none without the extra."""
    if not has_paper_extra():
        return {}
    from painstats.commands.cohort_figures import cohort_figures

    return cohort_figures(analysis)
