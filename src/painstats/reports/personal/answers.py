"""The answers of a personal page: one card for each confirmatory question, change of a treatment and experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from painstats.findings.catalogue import participants as say
from painstats.findings.declared_answer import DeclaredAnswer
from painstats.findings.finding import Finding
from painstats.findings.firmness import firmness_of
from painstats.findings.first_screen import Line, within_room
from painstats.findings.states import State
from painstats.findings.words import Answer, answer, sharing
from painstats.plan.study import Study
from painstats.questions.daily.tables import RobustnessCheck
from painstats.reports.adjusted import own_facts
from painstats.reports.pages import Card, Chart
from painstats.reports.personal.looks import looks_chart, looks_table
from painstats.reports.personal.record import ParticipantRecord
from painstats.reports.personal.scatter import question_card
from painstats.reports.personal.treatments import change_cards, experiment_cards

SQUARES = {say.FIRM: 3, say.FAIRLY_FIRM: 2, say.NOT_FIRM: 1}
"""Firmness to the squares beside it."""


SHOWS_LOOKS = frozenset({State.OPEN, State.WITHDRAWN, State.DISAGREE, State.UNFIRM})
"""States in which the looks are drawn in place of a line through the days."""


def answer_cards(
    record: ParticipantRecord, study: Study, charts: Sequence[Chart], checks: Sequence[RobustnessCheck], lead: str
) -> tuple[Card, ...]:
    """Make the cards: daily questions in the plan's order, treatments by first start, then experiments.

    Parameters
    ----------
    record, study
        The participant and the study.
    charts
        The participant's charts.
    checks
        The checks of the participant's own days.
    lead
        The sentences above the answers: lines share the room for numbers with them.
    """
    daily = [_daily(finding, record, charts, checks) for finding in record.findings if finding.question.is_confirmatory]
    declared = [*change_cards(record, study, charts), *experiment_cards(record, study, charts)]
    named = [(said, _named(said, card, declared)) for said, card in declared]
    in_turn: list[tuple[DeclaredAnswer | Answer, Card]] = [*named, *daily]
    lines = [Line(said.line, said.line_without_size) for said, _ in in_turn]
    shown = [
        card if keep else _without_size(said, card)
        for (said, card), keep in zip(in_turn, within_room(lead, lines), strict=True)
    ]
    in_order = (*shown[len(declared) :], *shown[: len(declared)])
    return tuple(replace(card, squares=SQUARES.get(card.state, 0)) for card in in_order)


def _named(said: DeclaredAnswer, card: Card, every: Sequence[tuple[DeclaredAnswer, Card]]) -> Card:
    """Name a line without dose and date, where no other line has that name."""
    alike = sum(other.short_name.casefold() == said.short_name.casefold() for other, _ in every)
    return replace(card, headline=said.short_name) if alike == 1 else card


def _without_size(said: DeclaredAnswer | Answer, card: Card) -> Card:
    return replace(card, sentence=said.line_without_size, strong="")


def daily_card(
    finding: Finding, record: ParticipantRecord, charts: Sequence[Chart], checks: Sequence[RobustnessCheck]
) -> Card:
    """Make the card of a daily question."""
    return _daily(finding, record, charts, checks)[1]


def _daily(
    finding: Finding, record: ParticipantRecord, charts: Sequence[Chart], checks: Sequence[RobustnessCheck]
) -> tuple[Answer, Card]:
    said = answer(finding, sharing(record.findings, finding), firmness_of(finding, checks))
    looks = looks_table(record, finding)
    has_line = said.state is not State.UNFIRM
    own = tuple(chart for chart in charts if has_line and chart.card == question_card(finding))
    card = Card(
        verdict=said.mark,
        headline=said.name,
        state=said.firmness,
        sentence=said.line,
        strong=said.strong,
        paragraphs=said.card,
        notes=(said.caution,) if said.caution else (),
        facts=(*said.folded, *own_facts(record.adjusted.get(finding.question.name))),
        fold=said.fold,
        figures=own,
        chart=looks_chart(record, finding) if said.state in SHOWS_LOOKS else None,
        tables=(looks,) if looks else (),
    )
    return said, card
