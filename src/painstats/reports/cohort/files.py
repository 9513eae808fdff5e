"""What there is in files: the tables, figures and methods text that belong to a cohort's page."""

from __future__ import annotations

from painstats.cohort.study_files import RESULTS
from painstats.plan.study import Study
from painstats.reports.cohort.page_type import FileRow
from painstats.reports.cohort.results_files import COMMAND

GROUPS = (
    (("methods.md",), "What was done, with the numbers of the run and citations", "md"),
    (("table_one", "flow", "effect", "own_value", "family", "joint_test"), "Tables of the models and participants", ""),
    (("missing_days", "left_out"), "Other ways of treating missing days, and the effect without each participant", ""),
    (("specification", "specification_summary", "specification_shift"), "The specification curve", ""),
    (("checklist",), "Checklists: STROBE, RECORD, CENT", ""),
)
"""Names of files in ``results/``, what they hold, and their formats; tables have those that are there."""

TABLE_FORMATS = ("csv", "parquet", "tex")


def file_rows(study: Study) -> tuple[FileRow, ...]:
    """List the files of ``results/`` that exist, and the commands that write files to replicate and to share."""
    folder = study.folder / RESULTS
    rows = []
    for names, holds, formats in GROUPS:
        there = [name for name in names if (folder / name).exists() or (folder / f"{name}.csv").exists()]
        if there:
            found = formats or ", ".join(each for each in TABLE_FORMATS if (folder / f"{there[0]}.{each}").exists())
            rows.append(FileRow(f"{RESULTS}/: {', '.join(there)}", holds, found))
    figures = sorted({path.stem for path in folder.glob("*.svg")}) if folder.is_dir() else []
    if figures:
        rows.append(FileRow(f"{RESULTS}/: {', '.join(figures)}", "Figures", "svg, pdf"))
    if not rows:
        rows.append(FileRow(COMMAND, "Writes tables, figures and methods to results/", "csv, parquet, svg, pdf, md"))
    export = "painstats export STUDY --deidentify"
    return (
        *rows,
        FileRow("reports/published/", "Daily data and findings of all participants", "parquet"),
        FileRow(export, "Writes the primary model to replicate, tables to share, and this page without codes", "R, py"),
    )
