"""Turn fits into findings: one for each participant and question, and one for the average of each question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from time import perf_counter

from painstats.findings.finding import Finding, FindingRow, Look, Origin, Verdict, from_rows, to_row
from painstats.findings.verdict import judge
from painstats.frame.participants import summarise
from painstats.plan.study import RulesPlan
from painstats.questions.asked import asked, by_kind
from painstats.questions.estimate import Estimate, Evidence
from painstats.questions.registry import kind_of
from painstats.store.connection import Store
from painstats.store.rows import read_rows, replace_rows
from painstats.store.stages import imports_hash


@dataclass(frozen=True, slots=True)
class FindingsMade:
    """How many findings there are, and which.

    Parameters
    ----------
    findings
        All of them, those on averages among them.
    verdicts
        Name of a question, in the order of the plan, to verdict to the number of participants.
    seconds
        How long it took.
    """

    findings: int
    verdicts: Mapping[str, Mapping[str, int]]
    seconds: float = field(compare=False)


def find(store: Store) -> FindingsMade:
    """Judge every fit and store the table ``finding`` (columns: ``FindingRow``)."""
    started = perf_counter()
    summarise(store)
    study = store.study
    origin = Origin(study.plan_hash, version("painstats"), imports_hash(store))
    findings = [
        judged(evidence, study.plan.rules, origin)
        for kind, questions in by_kind(asked(study)).items()
        for evidence in kind_of(kind).judge(store, questions)
    ]
    replace_rows(store, "finding", FindingRow, [to_row(finding) for finding in findings])
    return FindingsMade(len(findings), _verdicts(findings), perf_counter() - started)


def _verdicts(findings: Sequence[Finding]) -> dict[str, dict[str, int]]:
    single = [finding for finding in findings if not finding.is_average]
    given = Counter((finding.question.name, finding.verdict) for finding in single)
    return {
        question: {verdict.value: given[question, verdict] for verdict in Verdict if given[question, verdict]}
        for question in dict.fromkeys(finding.question.name for finding in single)
    }


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
