"""What a run found about exploratory questions in a sample study, beside what was planted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.verdict import Verdict
from painstats.store.rows import rows_of
from sample_data.compare_treatments import PUBLISHED
from sample_data.compared import Compared
from sample_data.question_truth import QUESTIONS

KEY = ["participant_id", "kind", "item", "exposure", "contrast"]


def compare_questions(folder: Path) -> list[Compared]:
    """Return what was found about each planted question; no row where a study has no truth about them."""
    if not (folder / QUESTIONS).is_file():
        return []
    found = rows_of(pl.read_parquet(folder / PUBLISHED / "contrast_finding.parquet"), ContrastFinding)
    by_key = {tuple(getattr(each, name) for name in KEY): each for each in found}
    truth = pl.read_csv(folder / QUESTIONS)
    return [_compared(row, by_key.get(tuple(row[name] for name in KEY))) for row in truth.iter_rows(named=True)]


def _compared(planted: Mapping[str, object], found: ContrastFinding | None) -> Compared:
    asked = f"{planted['exposure']}, {planted['contrast']}" + (
        "" if planted["item"] == "pain" else f" ({planted['item']})"
    )
    told = "not asked" if found is None else _told(found)
    return Compared(str(planted["participant_id"]), asked.replace("_", " "), told, f"{planted['effect']:.2f}")


def _told(found: ContrastFinding) -> str:
    """Write a verdict with its range: "lower (-1.52 to -0.71)"."""
    verdict = found.verdict.value.replace("_", " ")
    if found.verdict is Verdict.NOT_JUDGED or found.low is None or found.high is None:
        return f"{verdict}: {', '.join(found.reasons).replace('_', ' ')}"
    return f"{verdict} ({found.low:.2f} to {found.high:.2f})"
