"""The card of a path: its line, its sentences and the facts that are folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.outcome_words import outcome_words
from painstats.questions.path import words as say
from painstats.questions.path.amounts import LESS, amount, amount_span
from painstats.questions.path.content import Path
from painstats.questions.path.contrasts import (
    ACTIVITY_TO_SLEEP,
    ASKED,
    DIRECT,
    OUTCOME_TO_ACTIVITY,
    OUTCOME_TO_SLEEP,
    SLEEP,
    THROUGH_SLEEP,
    TOTAL,
)
from painstats.questions.path.figure import path_chart
from painstats.questions.phrases import capital
from painstats.questions.question import Outcome
from painstats.questions.size_words import asked_words, points, span
from painstats.questions.verdict import Verdict


def card(findings: Mapping[str, ContrastFinding], outcome: Outcome) -> ExploratoryCard:
    """Return the card of one activity from its findings by contrast."""
    path = Path(findings, findings[TOTAL].exposure, outcome_words(outcome))
    name = say.NAME.format(activity=capital(path.label))
    if all(findings[contrast].verdict is Verdict.NOT_JUDGED for contrast in ASKED):
        line, reason = _refused(path)
        return ExploratoryCard(name, Verdict.NOT_JUDGED, line, say.NOT_JUDGED, (reason,))
    has_pattern = any(path.has_direction(contrast) for contrast in ASKED)
    return ExploratoryCard(
        name=name,
        mark="",
        line=_line(path),
        firmness=say.TO_WATCH if has_pattern else say.NOT_DETERMINED,
        card=tuple(_sentences(path)) if has_pattern else (say.OPEN_CARD,),
        caution=say.CAUTION if has_pattern else say.OPEN_CAUTION,
        chart=path_chart(path),
        fold=say.FOLD,
        folded=tuple(_folded(path)),
    )


def _refused(path: Path) -> tuple[str, str]:
    reasons = [reason for contrast in ASKED for reason in path.findings[contrast].reasons]
    line, card_words = next(say.REFUSED[name] for name in say.REFUSED if name in reasons)
    return line.format(outcome=path.outcome.label, activity=path.label), card_words


def _line(path: Path) -> str:
    """Write the first of these that has a direction: through sleep, back to sleep, back to the activity, other ways."""
    more_outcome, outcome = path.outcome.more, path.outcome.label
    if path.has_direction(THROUGH_SLEEP):
        line = say.LONGER_LINE if path.estimate(ACTIVITY_TO_SLEEP) > 0 else say.SHORTER_LINE
        more, direction = path.more, path.towards(THROUGH_SLEEP)
        return line.format(more=more, More=capital(more), direction=direction, outcome=outcome)
    if path.has_direction(OUTCOME_TO_SLEEP):
        line = say.NIGHT_LONGER_LINE if path.estimate(OUTCOME_TO_SLEEP) > 0 else say.NIGHT_SHORTER_LINE
        return line.format(more_outcome=more_outcome)
    if path.has_direction(OUTCOME_TO_ACTIVITY):
        activity = path.more if path.estimate(OUTCOME_TO_ACTIVITY) > 0 else LESS[path.activity]
        return say.NEXT_DAY_LINE.format(more_outcome=more_outcome, activity=activity)
    if path.has_direction(DIRECT):
        return say.DIRECT_LINE.format(outcome=outcome, direction=path.towards(DIRECT), more=path.more)
    return say.OPEN_LINE


def _sentences(path: Path) -> Iterator[str]:
    """Write what has a direction: forward, with where the total is, and the other way round."""
    has_forward = path.has_direction(THROUGH_SLEEP) or path.has_direction(DIRECT)
    back = " ".join(_back(path, is_alone=not has_forward))
    yield from filter(None, (" ".join(_forward(path)), back) if has_forward else (back, say.FORWARD_OPEN_CARD))


def _forward(path: Path) -> Iterator[str]:
    outcome, unit = path.outcome.label, path.unit
    direct = say.DIRECT_TOO_CARD if path.has_direction(THROUGH_SLEEP) else say.DIRECT_CARD
    for contrast, sentence in ((THROUGH_SLEEP, say.THROUGH_CARD), (DIRECT, direct)):
        if path.has_direction(contrast):
            size = points(path.estimate(contrast) * unit.factor)
            yield sentence.format(outcome=outcome, size=size, direction=path.towards(contrast), unit=unit.more)
    yield say.TOTAL_CARD.format(name=capital(path.label))


def _back(path: Path, *, is_alone: bool) -> Iterator[str]:
    point = {"outcome": path.outcome.label, "higher": path.outcome.higher}
    has_night = path.has_direction(OUTCOME_TO_SLEEP)
    if has_night:
        sentence = say.NIGHT_BACK_CARD if is_alone else say.NIGHT_BACK_TOO_CARD
        yield sentence.format(amount=amount(SLEEP.measure, path.estimate(OUTCOME_TO_SLEEP)), **point)
    if path.has_direction(OUTCOME_TO_ACTIVITY):
        by_itself = say.DAY_BACK_CARD if is_alone else say.DAY_BACK_TOO_CARD
        sentence = say.DAY_AFTER_NIGHT_CARD if has_night else by_itself
        yield sentence.format(amount=amount(path.activity, path.estimate(OUTCOME_TO_ACTIVITY)), **point)


def _folded(path: Path) -> Iterator[tuple[str, str]]:
    outcome, unit = path.outcome, path.unit
    for contrast, term in ((THROUGH_SLEEP, say.THROUGH_TERM), (DIRECT, say.DIRECT_TERM)):
        if (ends := _ends(path, contrast)) is not None:
            low, high = (end * unit.factor for end in ends)
            yield term, say.PER_UNIT.format(span=span(low, high, outcome.lower, outcome.higher), unit=unit.more)
    back = ((OUTCOME_TO_SLEEP, say.NIGHT_TERM, SLEEP.measure), (OUTCOME_TO_ACTIVITY, say.DAY_TERM, path.activity))
    for contrast, term, measure in back:
        if (ends := _ends(path, contrast)) is not None:
            found = amount_span(measure, *ends)
            yield term, say.PER_POINT.format(span=found, outcome=outcome.label, higher=outcome.higher)
    yield say.DAYS_TERM, say.DAYS.format(days=path.findings[TOTAL].days, outcome=outcome.label)
    yield say.ASKED_TERM, asked_words(path.findings[TOTAL].asked)
    yield say.BESIDE_TERM, say.BESIDE.format(outcome=capital(outcome.label))


def _ends(path: Path, contrast: str) -> tuple[float, float] | None:
    low, high = path.findings[contrast].low, path.findings[contrast].high
    return None if low is None or high is None else (low, high)
