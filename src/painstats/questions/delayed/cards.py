"""What a participant reads about later days: one card for each measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from painstats.questions.daily.measure_words import MEASURE_WORDS, measure_label
from painstats.questions.delayed import words as say
from painstats.questions.delayed.figure import later_chart
from painstats.questions.delayed.rules import LATER, LEAST_DAYS, TOMORROW
from painstats.questions.exploratory.activity_words import activity_unit
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import OutcomeWords, outcome_words
from painstats.questions.phrases import UnitWords, capital
from painstats.questions.question import Outcome
from painstats.questions.size_words import number_words, points, span
from painstats.questions.verdict import Verdict

Found = Mapping[str, ContrastFinding]
"""Contrast to its finding, of one participant and measure."""


def cards(findings: Sequence[ContrastFinding], outcome: Outcome) -> tuple[ExploratoryCard, ...]:
    """Write a card for each measure, in the order in which they were asked."""
    measures = dict.fromkeys(finding.exposure for finding in findings)
    words = outcome_words(outcome)
    return tuple(_card({each.contrast: each for each in findings if each.exposure == name}, words) for name in measures)


def _card(found: Found, outcome: OutcomeWords) -> ExploratoryCard:
    if found[TOMORROW].estimate is None:
        return _refusal(found[TOMORROW], outcome)
    measure, told = found[TOMORROW].exposure, _told(found)
    unit = activity_unit(measure, [finding.estimate or 0.0 for finding in told])
    return ExploratoryCard(
        name=_name(measure),
        mark=_mark(told),
        line=_line(found, outcome),
        firmness=say.TO_WATCH if told else say.NOT_DETERMINED,
        card=_sentences(found, outcome, unit),
        caution=_caution(told, outcome),
        chart=later_chart(found, outcome, unit),
        fold=say.FOLD,
        folded=_folded(found, outcome, unit),
    )


def _name(measure: str) -> str:
    return say.CARD_NAME.format(exposure=measure_label(measure))


def _refusal(finding: ContrastFinding, outcome: OutcomeWords) -> ExploratoryCard:
    facts = {"outcome": outcome.label, "exposure": measure_label(finding.exposure)}
    line, sentence = say.REFUSED[finding.reasons[0]]
    return ExploratoryCard(
        name=_name(finding.exposure),
        mark=Verdict.NOT_JUDGED,
        line=line.format(days=finding.days, least=LEAST_DAYS, **facts),
        firmness=say.NOT_JUDGED,
        card=(sentence.format(**facts),),
    )


def _told(found: Found) -> list[ContrastFinding]:
    """Return the contrasts that have a direction."""
    return [found[name] for name in (TOMORROW, LATER) if found[name].verdict.has_direction]


def _mark(told: Sequence[ContrastFinding]) -> str:
    directions = {finding.verdict for finding in told}
    if not directions:
        return Verdict.NOT_DETERMINED
    return directions.pop() if len(directions) == 1 else "both"


def _line(found: Found, outcome: OutcomeWords) -> str:
    """Say in which direction the next day and later days point, if a direction is given."""
    next_day, later = _direction(found[TOMORROW], outcome), _direction(found[LATER], outcome)
    lines = {
        (False, False): say.OPEN_LINE,
        (True, False): say.NEXT_DAY_LINE,
        (False, True): say.LATER_LINE,
        (True, True): say.SAME_LINE if next_day == later else say.TURN_LINE,
    }
    more = MEASURE_WORDS[found[TOMORROW].exposure].more
    sentence = lines[bool(next_day), bool(later)]
    return sentence.format(more=more, outcome=outcome.label, next_day=next_day, later=later)


def _direction(finding: ContrastFinding, outcome: OutcomeWords) -> str:
    """Return what the outcome is said to be; empty without a direction."""
    return {Verdict.LOWER: outcome.lower, Verdict.HIGHER: outcome.higher}.get(finding.verdict, "")


def _sentences(found: Found, outcome: OutcomeWords, unit: UnitWords) -> tuple[str, ...]:
    if not _told(found):
        return (say.OPEN.format(day=unit.compared),)
    next_day, later = _direction(found[TOMORROW], outcome), _direction(found[LATER], outcome)
    first = say.NEXT_DAY if next_day else say.NEXT_DAY_OPEN
    facts = {"day": unit.compared, "outcome": outcome.label}
    return (
        first.format(size=_size(found[TOMORROW], unit), direction=next_day, **facts),
        (say.LATER if later else say.LATER_OPEN).format(size=_size(found[LATER], unit), direction=later, **facts),
    )


def _size(finding: ContrastFinding, unit: UnitWords) -> str:
    return points(unit.factor * (finding.estimate or 0.0))


def _caution(told: Sequence[ContrastFinding], outcome: OutcomeWords) -> str:
    """Say what the card does not mean: only a sum over weeks can be a slow change of both."""
    if not told:
        return say.OPEN_CAUTION
    if all(finding.contrast == TOMORROW for finding in told):
        return say.NEXT_DAY_CAUTION
    return say.LATER_CAUTION.format(exposure=measure_label(told[0].exposure), outcome=outcome.label)


def _folded(found: Found, outcome: OutcomeWords, unit: UnitWords) -> tuple[tuple[str, str], ...]:
    finding = found[TOMORROW]
    facts = {"exposure": measure_label(finding.exposure), "outcome": outcome.label, "more": unit.more}
    return (
        (say.RANGES_TERM, say.RANGES.format(**facts)),
        (say.IN_ALL_TERM, say.IN_ALL.format(span=_span(found["in_all"], outcome, unit), **facts)),
        (say.TIME_TERM, say.TIME.format(**facts)),
        (say.DAYS_TERM, say.DAYS.format(days=finding.days, **facts)),
        (say.NOT_KNOWN_TERM, say.NOT_KNOWN.format(**facts)),
        (say.ASKED_TERM, say.ASKED.format(number=capital(number_words(finding.asked)))),
    )


def _span(finding: ContrastFinding, outcome: OutcomeWords, unit: UnitWords) -> str:
    low, high = unit.factor * (finding.low or 0.0), unit.factor * (finding.high or 0.0)
    return span(low, high, outcome.lower, outcome.higher)
