"""What a participant reads about boom and bust: one card for each measure."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.boom_and_bust import words as say
from painstats.questions.boom_and_bust.rules import LEAST_DAYS
from painstats.questions.daily.measure_words import measure_label
from painstats.questions.daily.words import difference_words
from painstats.questions.exploratory.activity_words import activity_unit
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import OutcomeWords, outcome_words
from painstats.questions.question import Outcome
from painstats.questions.size_words import points, span
from painstats.questions.verdict import Verdict


def cards(findings: Sequence[ContrastFinding], outcome: Outcome) -> tuple[ExploratoryCard, ...]:
    """Write a card for each measure, in the order in which they were asked."""
    words = outcome_words(outcome)
    return tuple(_card(found, words) if found.estimate is not None else _refusal(found, words) for found in findings)


def _card(found: ContrastFinding, outcome: OutcomeWords) -> ExploratoryCard:
    has_direction, facts = found.verdict.has_direction, _facts(found, outcome)
    return ExploratoryCard(
        name=say.CARD_NAME.format(**facts),
        mark=found.verdict,
        line=(say.LINE if has_direction else say.OPEN_LINE).format(**facts),
        firmness=say.TO_WATCH if has_direction else say.NOT_DETERMINED,
        card=((say.SENTENCE if has_direction else say.OPEN).format(**facts),),
        caution=say.CAUTION if has_direction else say.OPEN_CAUTION,
        fold=say.FOLD,
        folded=((say.RANGE_TERM, say.RANGE.format(**facts)), (say.DAYS_TERM, say.DAYS.format(**facts))),
    )


def _facts(found: ContrastFinding, outcome: OutcomeWords) -> dict[str, str]:
    """Return what the sentences are filled with, for a difference between days at which the size shows."""
    size, low, high = found.estimate or 0.0, found.low or 0.0, found.high or 0.0
    factor = activity_unit(found.exposure, [size] if found.verdict.has_direction else []).factor
    return {
        "exposure": measure_label(found.exposure),
        "outcome": outcome.label,
        "difference": difference_words(found.exposure, factor),
        "size": points(factor * size),
        "direction": outcome.higher if found.verdict is Verdict.HIGHER else outcome.lower,
        "span": span(factor * low, factor * high, outcome.lower, outcome.higher),
        "days": str(found.days),
    }


def _refusal(found: ContrastFinding, outcome: OutcomeWords) -> ExploratoryCard:
    facts = {"outcome": outcome.label, "exposure": measure_label(found.exposure)}
    line, sentence = say.REFUSED[found.reasons[0]]
    return ExploratoryCard(
        name=say.CARD_NAME.format(**facts),
        mark=Verdict.NOT_JUDGED,
        line=line.format(days=found.days, least=LEAST_DAYS, **facts),
        firmness=say.NOT_JUDGED,
        card=(sentence.format(**facts),),
    )
