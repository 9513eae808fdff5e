"""Compare what a run found in a sample study with what was planted: ``python -m sample_data.compare FOLDER``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

import polars as pl

from painstats.commands.printing import print_table
from painstats.findings.finding import Finding
from painstats.findings.published import published_findings
from painstats.questions.verdict import Verdict
from sample_data.compare_cohort import compare_cohort
from sample_data.compare_questions import compare_questions
from sample_data.compare_treatments import compare_changes, compare_experiments
from sample_data.compared import Compared

OTHERS = "as_for_others"
TRUTH, FINDINGS = "truth.csv", "reports/published/finding.parquet"
WITHDRAWN = ("not_confirmed", "days_disagree")


def compare(folder: Path) -> list[Compared]:
    """Return every finding about a participant beside the planted slope, in points per unit."""
    truth = pl.read_csv(folder / TRUTH, infer_schema_length=None).rows_by_key(
        ["participant_id", "predictor"], named=True, unique=True
    )
    findings = published_findings(folder / FINDINGS)
    compared = [finding for finding in findings if finding.participant_id is not None]
    place = {key: number for number, key in enumerate(truth)}
    compared.sort(key=lambda finding: place[finding.participant_id, finding.question.exposure.measure])
    return [
        Compared(
            finding.participant_id,
            finding.question.exposure.definition.label,
            told(finding),
            planted(truth[finding.participant_id, finding.question.exposure.measure]),
        )
        for finding in compared
    ]


def told(finding: Finding) -> str:
    """Write a verdict with its range: "lower, 0.12 to 0.85"."""
    judged, reasons = finding.judged, finding.reasons
    verdict = finding.verdict.value.replace("_", " ")
    if judged is None or finding.verdict is Verdict.NOT_JUDGED:
        return f"{verdict}: {', '.join(reasons).replace('_', ' ')}"
    basis = ", as for others" if OTHERS in reasons else ""
    withdrawn = ", withdrawn" if not finding.verdict.has_direction and not set(WITHDRAWN).isdisjoint(reasons) else ""
    return f"{verdict}{basis}{withdrawn} ({judged.low:.2f} to {judged.high:.2f})"


def planted(truth: dict[str, object]) -> str:
    """Write the planted total effect: "-0.27", "-0.90 until 2026-03-28"."""
    end = truth["link_end"]
    return f"{truth['total']:.2f} {f'until {end}' if end else ''}".strip().replace("-0.00", "0.00")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; return 0, or 2 where there is nothing to compare."""
    parser = argparse.ArgumentParser(prog="python -m sample_data.compare", description=(__doc__ or "").split(":")[0])
    parser.add_argument("folder", type=Path, help="a sample study that was run")
    folder = parser.parse_args(arguments).folder
    missing = [name for name in (TRUTH, FINDINGS) if not (folder / name).is_file()]
    if missing:
        print(f"{folder} has no {missing[0]}: make and run a sample study first, as make demo does", file=sys.stderr)
        return 2
    _print("Asked, told and planted: effects in points of pain per hour of sleep or 1,000 steps", compare(folder))
    _print("The same for changes after a start, a stop or a new dose: points of pain", compare_changes(folder))
    _print("The same for experiments: points of pain in blocks with the treatment", compare_experiments(folder))
    _print("The same for exploratory questions: points per unit", compare_questions(folder))
    _print("The same for the cohort analysis: points of pain", compare_cohort(folder))
    return 0


def _print(title: str, rows: Sequence[Compared]) -> None:
    """Print a table, unless it is empty."""
    if rows:
        print(f"\n{title}")
        print_table([asdict(row) for row in rows], {field.name: field.name for field in fields(Compared)})


if __name__ == "__main__":
    sys.exit(main())
