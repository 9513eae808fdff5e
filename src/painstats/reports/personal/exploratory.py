"""Exploratory questions on a personal page: a card for each kind that has something to say."""

from __future__ import annotations

from painstats.findings.catalogue.participants import MORE_QUESTIONS
from painstats.plan.study import Study
from painstats.questions.asked import exploratory_kinds
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.question import outcome_of
from painstats.reports.pages import Card, Part
from painstats.reports.personal.record import ParticipantRecord


def exploratory_part(record: ParticipantRecord, study: Study, daily: tuple[Card, ...]) -> tuple[Part, ...]:
    """Show exploratory questions apart from the answers: what they find is a pattern to watch.

    Parameters
    ----------
    record, study
        The participant and the study.
    daily
        Cards of daily questions that the plan declares as exploratory; they come first.
    """
    cards = (*daily, *exploratory_cards(record, study))
    return (Part("More of your questions", cards=cards, paragraphs=(MORE_QUESTIONS,)),) if cards else ()


def exploratory_cards(record: ParticipantRecord, study: Study) -> tuple[Card, ...]:
    """Return the cards of the exploratory kinds, in the order of the registry."""
    outcome = outcome_of(study.plan.outcome)
    return tuple(
        _card(said)
        for kind in exploratory_kinds(study)
        if (own := [finding for finding in record.contrasts if finding.kind == kind.name])
        for said in kind.cards(own, outcome)
    )


def _card(said: ExploratoryCard) -> Card:
    return Card(
        verdict=said.mark,
        headline=said.name,
        state=said.firmness,
        sentence=said.line,
        paragraphs=said.card,
        notes=(said.caution,) if said.caution else (),
        chart=said.chart,
        facts=said.folded,
        fold=said.fold,
    )
