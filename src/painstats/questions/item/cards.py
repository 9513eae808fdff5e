"""The card about other items: which of them go with sleep and steps, and a chart of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.item import words as say
from painstats.questions.item.figure import chart, folded
from painstats.questions.item.said import Said, said_of
from painstats.questions.phrases import capital
from painstats.questions.question import Outcome
from painstats.questions.size_words import asked_words, points

MOST_NAMED = 2
"""Patterns that a line names, and whose size its card gives; it counts more of them."""

BOTH = "both"
"""The mark of patterns in both directions."""


@dataclass(frozen=True, slots=True)
class Answers:
    """All findings of a participant, and those among them with a direction."""

    every: tuple[Said, ...]
    patterns: tuple[Said, ...]

    @property
    def asked(self) -> int:
        """The number of questions that share the limits."""
        return self.every[0].finding.asked


def cards(findings: Sequence[ContrastFinding], outcome: Outcome) -> Sequence[ExploratoryCard]:
    """Return the card about other items.

    Parameters
    ----------
    findings
        One participant's, at least one.
    outcome
        The study's, on whose scale all items are.
    """
    every = said_of(findings, outcome.scale)
    answers = Answers(every, tuple(each for each in every if each.finding.verdict.has_direction))
    return (
        ExploratoryCard(
            name=say.CARD_NAME,
            mark=_mark(answers),
            line=_line(answers),
            firmness=_firmness(answers),
            card=_card(answers),
            caution=_caution(answers),
            chart=chart(every),
            fold=say.FOLD,
            folded=folded(every),
        ),
    )


def _mark(answers: Answers) -> str:
    directions = {each.direction for each in answers.patterns}
    if directions:
        return directions.pop() if len(directions) == 1 else BOTH
    return "not_determined" if answers.asked else "not_judged"


def _firmness(answers: Answers) -> str:
    if answers.patterns:
        return say.TO_WATCH
    return say.NOT_DETERMINED if answers.asked else say.NOT_JUDGED


def _line(answers: Answers) -> str:
    if not answers.asked:
        return say.NOT_JUDGED_LINE
    if not answers.patterns:
        return say.NONE
    if len(answers.patterns) > MOST_NAMED:
        return say.pattern_count(len(answers.patterns), answers.asked)
    named = [_pattern(each) for each in answers.patterns]
    return " ".join([*named, *([str(say.OTHERS)] if answers.asked > len(named) else [])])


def _pattern(said: Said) -> str:
    outcome = said.words.outcome
    direction = outcome.higher if said.is_higher else outcome.lower
    return say.PATTERN.format(outcome=capital(outcome.label), direction=direction, after=say.after(said.words))


def _card(answers: Answers) -> tuple[str, ...]:
    """Give the size of each pattern that the line names, or else their names."""
    if not answers.patterns:
        return (say.NOT_NONE,) if answers.asked else ()
    if len(answers.patterns) > MOST_NAMED:
        return (" ".join(map(_pattern, answers.patterns)),)
    return tuple(map(_size, answers.patterns))


def _size(said: Said) -> str:
    outcome, estimate = said.words.outcome, said.finding.estimate or 0.0
    return say.SIZE.format(
        compared=said.unit.compared,
        outcome_then=said.words.outcome_then,
        size=points(estimate * said.unit.factor),
        direction=outcome.higher if said.is_higher else outcome.lower,
    )


def _caution(answers: Answers) -> str:
    if not answers.asked:
        return ""
    turned = [str(say.TURNED)] if any(say.is_turned(each.finding.item) for each in answers.every) else []
    return " ".join([asked_words(answers.asked), *turned, *([str(say.TOGETHER)] if answers.patterns else [])])
