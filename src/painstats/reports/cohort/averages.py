"""The averages of a cohort in full: a card for each question, with range, reading and what it is adjusted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from painstats.findings.finding import Finding
from painstats.findings.research_words import (
    bound_words,
    counts_sentence,
    headline,
    interval_words,
    points,
    reason_words,
    sentence,
)
from painstats.questions.asked import asked
from painstats.questions.daily.tables import COHORT
from painstats.questions.phrases import capital, whole
from painstats.questions.question import Question
from painstats.questions.verdict import Verdict
from painstats.reports.adjusted import EVERY_MODEL, Facts, adjusted, research_facts
from painstats.reports.cohort.model import CohortModel
from painstats.reports.dates import date_words
from painstats.reports.numbers import interval_of
from painstats.reports.pages import Card, Part
from painstats.store.connection import Store

HEADING = "Averages in full"
BASIS = {
    "mixed_model": "mixed model",
    "two_stage": "two-stage mean",
    "pooled": "pooled",
    "own_days": "own days",
    "none": "none",
}


def averages_in_full(store: Store, model: CohortModel, averages: Sequence[Finding], single: Sequence[Finding]) -> Part:
    """Show the finding about each average; without any, why there is none and how many verdicts there are."""
    questions = asked(store.study)
    cards = tuple(_card(finding, single, _adjusted(store, model, finding.question)) for finding in averages)
    if cards:
        return Part(HEADING, cards=cards)
    refused = "There is no finding about the average: there are too few participants in this study."
    return Part(HEADING, paragraphs=(refused, *(_counts(question, single) for question in questions)))


def _adjusted(store: Store, model: CohortModel, question: Question) -> Facts:
    """Say what an average is adjusted for; nothing where there is no average."""
    average = model.averages.get(question.name)
    if average is None:
        return ()
    which = COHORT if average.basis == "mixed_model" else EVERY_MODEL
    return research_facts(adjusted(store, question, asked(store.study), which))


def _card(finding: Finding, single: Sequence[Finding], adjusted_for: Facts) -> Card:
    return Card(
        verdict=finding.verdict,
        headline=headline(finding),
        sentence=sentence(finding),
        facts=(*_card_facts(finding), *adjusted_for),
        notes=(_counts(finding.question, single),),
    )


def _card_facts(finding: Finding) -> list[tuple[str, str]]:
    effect, check, estimate = interval_of(finding.estimate), finding.check("two_stage"), finding.estimate
    unit, facts = f"points per {finding.question.unit}", list[tuple[str, str]]()
    if judged := finding.judged:
        facts += [
            ("Adjusted range", f"{interval_words(judged.low, judged.high)} {unit}"),
            ("At look", f"{judged.look.number}, on {date_words(judged.look.date)}, {whole(judged.look.days)} days"),
            ("Largest difference in it", f"{bound_words(judged)} points between low and high days"),
            ("Smallest that matters", f"{points(judged.smallest_effect)} {unit}, averaged over participants"),
        ]
    if effect is not None:
        source = f"{BASIS[estimate.basis]}; {whole(estimate.participants)} participants, {whole(estimate.days)} days"
        facts.append(
            ("Reading today", f"{points(effect.value)} {unit} (95% CI {interval_words(effect.low, effect.high)})")
        )
        facts.append(("From", source))
    if check:
        facts.append(("Two-stage check", f"{points(check.value)} ({interval_words(check.low, check.high)})"))
    if finding.reasons and finding.judged and finding.verdict is not Verdict.NOT_DETERMINED:
        facts.append(("Notes", capital(reason_words(finding.reasons))))
    return facts


def _counts(question: Question, single: Sequence[Finding]) -> str:
    return counts_sentence(question, Counter(finding.verdict for finding in single if finding.question == question))
