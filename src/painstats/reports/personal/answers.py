"""The answers of a personal page: one card for each confirmatory question, change of a treatment and experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from painstats.findings.catalogue import participants as say
from painstats.findings.declared_answer import DeclaredAnswer
from painstats.findings.finding import Finding
from painstats.findings.firmness import firmness_of
from painstats.findings.first_screen import Line, within_room
from painstats.findings.words import answer, sharing
from painstats.plan.study import Study
from painstats.questions.daily.tables import RobustnessCheck
from painstats.reports.adjusted import own_facts
from painstats.reports.pages import Card, Figure, Table
from painstats.reports.personal.looks import looks_table
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.treatments import change_cards, experiment_cards

SQUARES = {say.FIRM: 3, say.FAIRLY_FIRM: 2, say.NOT_FIRM: 1}
"""Firmness to the squares beside it."""


def answer_cards(
    record: ParticipantRecord, study: Study, figures: Sequence[Figure], checks: Sequence[RobustnessCheck], lead: str
) -> tuple[Card, ...]:
    """Make the cards: daily questions in the plan's order, treatments by first start, then experiments.

    Parameters
    ----------
    record, study
        The participant and the study.
    figures
        The participant's charts.
    checks
        The checks of the participant's own days.
    lead
        The sentences above the answers: lines share the room for numbers with them.
    """
    daily = [daily_card(finding, record, checks) for finding in record.findings if finding.question.is_confirmatory]
    declared = [
        *change_cards(record, study, figures),
        *experiment_cards(record, study, figures),
    ]
    lines = [
        *(Line(card.sentence, "") for card in daily),
        *(Line(said.line, said.line_without_size) for said, _ in declared),
    ]
    keeps = within_room(lead, lines)[len(daily) :]
    shown = [card if keep else _without_size(said, card) for (said, card), keep in zip(declared, keeps, strict=True)]
    return tuple(replace(card, squares=SQUARES.get(card.state, 0)) for card in (*daily, *shown))


def _without_size(said: DeclaredAnswer, card: Card) -> Card:
    return replace(card, sentence=said.line_without_size, strong="")


def daily_card(finding: Finding, record: ParticipantRecord, checks: Sequence[RobustnessCheck]) -> Card:
    """Make the card of a daily question."""
    said = answer(finding, sharing(record.findings, finding), firmness_of(finding, checks))
    looks = looks_table(record, finding)
    tables: tuple[Table, ...] = (looks,) if looks else ()
    return Card(
        verdict=said.mark,
        headline=said.name,
        state=said.firmness,
        sentence=said.line,
        strong=said.strong,
        paragraphs=said.card,
        notes=(said.caution,) if said.caution else (),
        facts=(*said.folded, *own_facts(record.adjusted.get(finding.question.name))),
        fold=said.fold,
        tables=tables,
    )
