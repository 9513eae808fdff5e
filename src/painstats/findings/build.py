"""Turn fits into findings: one for each participant and question, and one for the average of each question."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from painstats.findings.finding import Finding, FindingRow, Look, Origin, from_rows, to_row
from painstats.findings.verdict import judge
from painstats.frame.participants import summarise
from painstats.plan.study import RulesPlan
from painstats.questions.asked import asked, by_kind
from painstats.questions.estimate import Estimate, Evidence
from painstats.questions.registry import kind_of
from painstats.store.connection import Store
from painstats.store.rows import read_rows, replace_rows
from painstats.store.stages import imports_hash


def find(store: Store) -> int:
    """Judge every fit and store the table ``finding`` (columns: ``FindingRow``).

    Returns
    -------
    The number of findings.
    """
    summarise(store)
    study = store.study
    origin = Origin(study.plan_hash, version("painstats"), imports_hash(store))
    findings = [
        judged(evidence, study.plan.rules, origin)
        for kind, questions in by_kind(asked(study)).items()
        for evidence in kind_of(kind).judge(store, questions)
    ]
    replace_rows(store, "finding", FindingRow, [to_row(finding) for finding in findings])
    return len(findings)


def judged(evidence: Evidence, rules: RulesPlan, origin: Origin) -> Finding:
    """Judge one estimate; one that may not be shown loses its numbers."""
    judgement, estimate = judge(evidence, rules), evidence.estimate
    return Finding(
        question=evidence.question,
        participant_id=evidence.participant_id,
        estimate=_without_numbers(estimate) if judgement.hides_estimate else estimate,
        verdict=judgement.verdict,
        reasons=judgement.reasons,
        days_needed=judgement.days_needed,
        smallest_effect=evidence.smallest_effect,
        swing=evidence.swing,
        look=Look(evidence.last_day),
        origin=origin,
    )


def read_findings(store: Store) -> list[Finding]:
    """Read what was found: of participants in the order of the study's questions, then of the averages."""
    order = {question.name: place for place, question in enumerate(asked(store.study))}
    findings = from_rows(read_rows(store, "finding", FindingRow))
    return sorted(
        findings,
        key=lambda finding: (
            finding.is_average,
            finding.participant_id or "",
            order.get(finding.question.name, len(order)),
            finding.question.name,
        ),
    )


def _without_numbers(estimate: Estimate) -> Estimate:
    return replace(
        estimate, value=None, low=None, high=None, df=None, p=None, probability_of_direction=None, reliability=None,
        checks=(),
    )  # fmt: skip
