"""Exploratory questions on a personal page: one line for each kind, whatever number of cards it has to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from painstats.findings.catalogue import personal_page as say
from painstats.plan.study import Study
from painstats.questions.asked import exploratory_kinds
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.question import outcome_of
from painstats.questions.verdict import Verdict
from painstats.reports.pages import Card
from painstats.reports.personal.record import ParticipantRecord

DIRECTIONS = frozenset({Verdict.LOWER.value, Verdict.HIGHER.value, "both"})


def exploratory_lines(record: ParticipantRecord, study: Study, daily: Sequence[Card]) -> tuple[Card, ...]:
    """Make one card for each kind of exploratory question, in the order of the registry.

    Parameters
    ----------
    record, study
        The participant and the study.
    daily
        Cards of daily questions that the plan declares as exploratory; they come first.
    """
    outcome, made = outcome_of(study.plan.outcome), [_one_line(say.OTHER_LINKS, daily)] if daily else []
    for kind in exploratory_kinds(study):
        own = [finding for finding in record.contrasts if finding.kind == kind.name]
        cards = [_card(said) for said in kind.cards(own, outcome)] if own else []
        if cards:
            made.append(_one_line(say.KINDS.get(kind.name, cards[0].headline), cards))
    return tuple(made)


def _one_line(name: str, cards: Sequence[Card]) -> Card:
    """Put the cards of a kind under one line: that of a pattern, or else of what could be judged."""
    if len(cards) == 1:
        return cards[0]
    directed = [card for card in cards if card.verdict in DIRECTIONS]
    judged = [card for card in cards if card.verdict != Verdict.NOT_JUDGED]
    first = (directed or judged or list(cards))[0]
    marks = {card.verdict for card in directed}
    return replace(
        first,
        headline=name,
        verdict=marks.pop() if len(marks) == 1 else "both" if marks else first.verdict,
        cards=_each_said_once(cards),
    )


def _each_said_once(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Leave out of each card below a line what is word for word in a card above it: notes and facts about the method.

    The sentence of a card without a mark only names what is described, as its headline does.
    """
    notes: set[str] = set()
    facts: set[tuple[str, str]] = set()
    shown = []
    for card in cards:
        own = [note for note in card.notes if note not in notes]
        facts_left = tuple(fact for fact in card.facts if fact not in facts)
        sentence = card.sentence if card.verdict else ""
        shown.append(replace(card, sentence=sentence, notes=tuple(own), facts=facts_left))
        notes.update(card.notes)
        facts.update(card.facts)
    return tuple(shown)


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
