"""Turn fits into findings: one for each participant and question, and one for the average of each question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from time import perf_counter
from typing import Literal

from painstats.findings.changed_links import Links, changed_links, without_single_answer
from painstats.findings.changed_rules import note_rules
from painstats.findings.declared_counts import declared_counts
from painstats.findings.direction import probability_of_direction
from painstats.findings.finding import Finding, Judged, Origin, Withdrawn
from painstats.findings.finding_row import FindingRow, from_rows, to_row
from painstats.findings.forecast import PRIOR_SD, SoFar, forecast
from painstats.findings.forecast_type import Forecast
from painstats.findings.kinds_differ import Subjects, subjects_whose_kinds_differ, without_total
from painstats.findings.look_row import LookRow, look_row
from painstats.findings.revision import note_revisions
from painstats.findings.rule import State, judge
from painstats.findings.verdict import HIDING, Conclusion, conclude
from painstats.frame.participants import summarise
from painstats.plan.looks import next_look
from painstats.plan.rules import RulesPlan
from painstats.questions.asked import asked, by_kind
from painstats.questions.change.plan import CHANGED
from painstats.questions.estimate import Estimate
from painstats.questions.evidence import Evidence
from painstats.questions.exercise.plan import KINDS_DIFFER
from painstats.questions.registry import kind_of
from painstats.questions.verdict import Verdict
from painstats.store.connection import Store
from painstats.store.rows import read_rows, replace_rows
from painstats.store.stages import imports_hash

Z_95 = 1.959963984540054

SPLIT = frozenset({CHANGED, KINDS_DIFFER})
"""Reasons for which more days bring no single answer."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where a single answer would hide two: links that changed, and subjects whose kinds of exercise differ."""

    changed: Links
    kinds_differ: Subjects


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
    changes, experiments
        Verdict to the number of changes of treatments, and of experiments; ``sealed`` for those that are not over.
    """

    findings: int
    verdicts: Mapping[str, Mapping[str, int]]
    seconds: float = field(compare=False)
    changes: Mapping[str, int] = field(default_factory=dict)
    experiments: Mapping[str, int] = field(default_factory=dict)


def find(store: Store) -> FindingsMade:
    """Judge every question and store the tables ``finding`` and ``look`` (columns: ``FindingRow``, ``LookRow``)."""
    started = perf_counter()
    summarise(store)
    note_rules(store)
    study = store.study
    origin = Origin(study.plan_hash, version("painstats"), imports_hash(store))
    split = Split(changed_links(store), subjects_whose_kinds_differ(store))
    findings, looks = list[Finding](), list[LookRow]()
    for kind, questions in by_kind(asked(study)).items():
        for family in families(kind_of(kind).judge(store, questions)):
            own, pooled = _states(family, "looks"), _states(family, "pooled_looks")
            looks += _look_rows(family, own, pooled)
            concluded = [(evidence, _conclusion(evidence, own, pooled, split)) for evidence in family]
            findings += [_finding(*each, study.plan.rules, origin) for each in concluded]
    note_revisions(store, looks, origin)
    replace_rows(store, "finding", FindingRow, [to_row(finding) for finding in findings])
    replace_rows(store, "look", LookRow, looks)
    declared = declared_counts(store)
    return FindingsMade(len(findings), _verdicts(findings), perf_counter() - started, *declared)


def families(evidence: Iterable[Evidence]) -> list[list[Evidence]]:
    """Group evidence by what shares a chance of a false sign: a subject's confirmatory questions, or the others."""
    grouped: dict[tuple[str | None, bool], list[Evidence]] = {}
    for each in evidence:
        grouped.setdefault((each.participant_id, each.question.is_confirmatory), []).append(each)
    return list(grouped.values())


States = Mapping[str, Sequence[State]]
"""Question to its states, one for each look."""


def _states(family: Sequence[Evidence], looks: Literal["looks", "pooled_looks"]) -> States:
    return judge({evidence.question.name: getattr(evidence, looks) for evidence in family})


def _look_rows(family: Sequence[Evidence], *of_family: States) -> list[LookRow]:
    return [
        look_row(evidence.participant_id, evidence.question.name, state)
        for evidence in family
        for states in of_family
        for state in states[evidence.question.name]
    ]


def _verdicts(findings: Sequence[Finding]) -> dict[str, dict[str, int]]:
    single = [finding for finding in findings if not finding.is_average]
    given = Counter((finding.question.name, finding.verdict) for finding in single)
    return {
        question: {verdict.value: given[question, verdict] for verdict in Verdict if given[question, verdict]}
        for question in dict.fromkeys(finding.question.name for finding in single)
    }


def _conclusion(evidence: Evidence, own: States, pooled: States, split: Split) -> Conclusion:
    name = evidence.question.name
    conclusion = conclude(evidence, _last(own[name]), _last(pooled[name]))
    if (evidence.participant_id, evidence.question.exposure.name) in split.changed:
        conclusion = without_single_answer(conclusion, is_average=evidence.is_average)
    return without_total(conclusion, evidence, split.kinds_differ)


def _finding(evidence: Evidence, conclusion: Conclusion, rules: RulesPlan, origin: Origin) -> Finding:
    estimate = evidence.estimate
    is_hidden = conclusion.state is None and not HIDING.isdisjoint(conclusion.reasons)
    return Finding(
        question=evidence.question,
        participant_id=evidence.participant_id,
        estimate=_without_numbers(estimate) if is_hidden else estimate,
        verdict=conclusion.verdict,
        reasons=conclusion.reasons,
        judged=_judged(evidence, conclusion),
        next_look_days=None if evidence.is_average else next_look(rules.looks, estimate.days),
        forecast=_forecast(evidence, conclusion, rules),
        smallest_effect=evidence.smallest_effect,
        swing=evidence.swing,
        last_day=evidence.last_day,
        origin=origin,
    )


def _last(states: Sequence[State]) -> State | None:
    return states[-1] if states else None


def _judged(evidence: Evidence, conclusion: Conclusion) -> Judged | None:
    state = conclusion.state
    if state is None:
        return None
    look, withdrawal = state.look, state.withdrawal
    has_chance = conclusion.verdict.has_direction and not evidence.is_average
    return Judged(
        look=look.when,
        basis=look.basis,
        low=state.low,
        high=state.high,
        since=state.since.when if state.since else None,
        probability_of_direction=probability_of_direction(look, evidence.question.outcome.scale)
        if has_chance
        else None,
        is_small=state.is_small,
        smallest_effect=look.smallest_effect,
        exposure=look.exposure,
        ends=look.ends,
        withdrawn=Withdrawn(withdrawal.since.when.days, withdrawal.at.when.days) if withdrawal else None,
    )


def _forecast(evidence: Evidence, conclusion: Conclusion, rules: RulesPlan) -> Forecast | None:
    """Forecast a participant's verdict from their own days, where a look has left the question open."""
    is_split = not SPLIT.isdisjoint(conclusion.reasons)
    is_open = conclusion.verdict is Verdict.NOT_DETERMINED and not is_split and not evidence.is_average
    so_far = _so_far(evidence) if is_open else None
    return forecast(so_far, rules.looks, rules.false_sign_chance, evidence.sharing) if so_far else None


def _so_far(evidence: Evidence) -> SoFar | None:
    estimate = evidence.estimate
    own = next((check for check in estimate.checks if check.basis == "own_days"), None)
    if own is None or not estimate.days or evidence.swing <= 0:
        return None
    low, high = evidence.question.outcome.scale
    return SoFar(
        estimate=own.value,
        se=(own.high - own.low) / (2 * Z_95),
        days=estimate.days,
        prior_sd=PRIOR_SD * (high - low) / 10 / evidence.swing,
        smallest_effect=evidence.smallest_effect,
        recent_share=evidence.recent_share,
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
        estimate, value=None, low=None, high=None, df=None, p=None, reliability=None, checks=(),
    )  # fmt: skip
