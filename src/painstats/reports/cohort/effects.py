"""The effects of single participants as forests, one for each question, and how much they differ."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding
from painstats.findings.research_words import interval_words, points
from painstats.questions.daily.tables import CohortFit
from painstats.questions.question import Question
from painstats.questions.registry import kind_of
from painstats.reports.cohort.model import CohortModel
from painstats.reports.figures.forest import ForestRow, forest, in_order
from painstats.reports.numbers import Interval, interval_of
from painstats.reports.pages import Chart, Table


def forest_rows(findings: Sequence[Finding]) -> list[ForestRow]:
    """Return the rows of a forest, from the lowest effect to the highest; participants without a reading have none."""
    rows = []
    for finding in findings:
        effect, own = interval_of(finding.estimate), finding.check("own_days")
        if effect is not None:
            is_pooled = finding.estimate.basis == "pooled" and own is not None
            alone = own.value if is_pooled and own else None
            rows.append(ForestRow(finding.participant_id or "", effect, alone, finding.verdict))
    return in_order(rows)


def forest_chart(question: Question, findings: Sequence[Finding], model: CohortModel, numbers: Table) -> Chart | None:
    """Draw the forest of a question; None without any effect."""
    rows = forest_rows(findings)
    if not rows:
        return None
    average = model.averages.get(question.name)
    mean = Interval(average.estimate, average.low, average.high) if average else None
    shown = kind_of(question.kind).chart(question)
    pooled = any(row.own is not None for row in rows)
    tick = "; tick: own days alone" if pooled else ""
    basis = "shrunken effect" if pooled else "effect"
    return Chart(
        title=f"{shown.title}, points {shown.per}",
        note=f"{basis} with 95% interval{tick}; coloured where the verdict rule gives a sign",
        label=_label(shown.title, rows, mean),
        drawing=forest(rows, mean, (shown.left, shown.right)),
        numbers=numbers,
    )


def _label(title: str, rows: Sequence[ForestRow], mean: Interval | None) -> str:
    ends = f"from {points(rows[0].effect.value)} to {points(rows[-1].effect.value)}"
    said = f"{title}: the effects of {len(rows)} participants, {ends}."
    return f"{said} Average {points(mean.value)} ({interval_words(mean.low, mean.high)})." if mean else said


def spread_words(question: Question, average: CohortFit | None) -> str:
    """Say how much the slopes of participants differ; nothing where that was not estimated."""
    if average is None or average.slope_sd is None:
        return ""
    sd = f"SD between participants {points(average.slope_sd)}"
    if average.slope_sd_low is None or average.slope_sd_high is None:
        return f"{sd}."
    unit = phrases_of(question).unit
    return f"{sd} ({interval_words(average.slope_sd_low, average.slope_sd_high)}), points per {unit}."
