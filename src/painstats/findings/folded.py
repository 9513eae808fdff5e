"""The facts below an answer, which participants unfold: range, direction, date, reading and days."""

from __future__ import annotations

from painstats.findings.catalogue import participants as say
from painstats.findings.content import Content
from painstats.findings.finding import Judged
from painstats.findings.firmness import NOT_CHECKED, Firmness
from painstats.findings.states import State
from painstats.questions.estimate import CheckEstimate


def fold(content: Content) -> str:
    """Write the heading above the facts."""
    if content.finding.judged is None:
        return say.FOLD_DAYS
    return say.FOLD_OPEN if content.finding.verdict.is_open else say.FOLD_ANSWER


def folded(content: Content, questions: int, checked: Firmness = NOT_CHECKED) -> list[tuple[str, str]]:
    """List terms with facts; ``questions`` share the chance of a false sign."""
    judged, facts = content.finding.judged, []
    if content.state.is_split:
        return [(say.DAYS_TERM, _days_used(content))]
    if judged is not None:
        span = content.span(judged.low, judged.high)
        facts.append((say.RANGE_TERM, say.range_words(span, content.unit.more, questions)))
        facts += [(say.BASIS_TERM, say.RANGE_POOLED)] if judged.basis == "pooled" else []
        facts += _firm_facts(judged) if content.state.has_direction else []
        facts += _earlier(judged) if content.state is not State.WITHDRAWN else []
    if content.reading is not None and content.state is not State.EARLY:
        entry = say.READING_TODAY if judged is None else say.READING_BESIDE
        facts.append((say.READING_TERM, _sized(entry, content, content.reading.value)))
    if (own := _own_days_beside_others(content)) is not None:
        facts.append((say.ALONE_TERM, _sized(say.ALONE, content, own.value)))
    facts += _checks(content, checked)
    return [*facts, (say.DAYS_TERM, _days_used(content))]


def _checks(content: Content, checked: Firmness) -> list[tuple[str, str]]:
    """Return in how many checks a direction of own days stays."""
    if content.state not in (State.OWN, State.UNFIRM):
        return []
    if not checked.checks:
        return [(say.CHECKS_TERM, say.CHECKS_NONE)]
    entry = say.CHECKS_ALL if checked.is_firm else say.CHECKS_SOME
    number = checked.checks - len(checked.disagreeing)
    return [(say.CHECKS_TERM, entry.format(number=number, checks=checked.checks))]


def _earlier(judged: Judged) -> list[tuple[str, str]]:
    """Return an earlier answer that was withdrawn, where the card does not say it."""
    if judged.withdrawn is None:
        return []
    withdrawn = say.EARLIER.format(before=judged.withdrawn.since_days, after=judged.withdrawn.at_days)
    return [(say.EARLIER_TERM, withdrawn)]


def _sized(entry: str, content: Content, value: float) -> str:
    return entry.format(size=content.points(value), direction=content.towards(value), more=content.unit.more)


def _own_days_beside_others(content: Content) -> CheckEstimate | None:
    """Return the reading from own days, where the one that is shown is from all participants' days."""
    finding, shown = content.finding, content.reading
    own = finding.check("own_days") if finding.estimate.basis == "pooled" else None
    return own if own and shown and content.state is not State.EARLY and own.value != shown.value else None


def _firm_facts(judged: Judged) -> list[tuple[str, str]]:
    facts = []
    if judged.probability_of_direction is not None:
        entry = say.CHANCE_POOLED if judged.basis == "pooled" else say.CHANCE_OWN
        facts.append((say.CHANCE_TERM, entry.format(chance=say.chance_words(judged.probability_of_direction))))
    if judged.since is not None:
        since = say.SINCE.format(date=say.date_words(judged.since.date), days=judged.since.days)
        facts.append((say.SINCE_TERM, since))
    return facts


def _days_used(content: Content) -> str:
    estimate, words = content.finding.estimate, content.words
    known = estimate.days if estimate.known_days is None else estimate.known_days
    entry = say.DAYS_ALL_KNOWN if known == estimate.days else say.DAYS_KNOWN
    return entry.format(days=estimate.days, known=known, outcome=words.outcome.label, exposure=words.exposure)
