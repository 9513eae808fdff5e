"""Findings in words for participants: choose the state of a finding, and fill the sentences of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from painstats.findings.catalogue import participants as say
from painstats.findings.content import Content, days_left, in_words
from painstats.findings.finding import Finding, Judged
from painstats.findings.firmness import NOT_CHECKED, Firmness
from painstats.findings.folded import fold, folded
from painstats.findings.states import State
from painstats.language import plain_number
from painstats.questions.phrases import Phrases, capital
from painstats.questions.question import family_size
from painstats.questions.verdict import Verdict

MANY_SCORES = 0.25
"""Share of scores at an end of the scale from which participants read that they hide a part of a link."""

WITHDRAWN = {"not_confirmed": say.NOT_CONFIRMED_CARD, "days_disagree": say.DAYS_DISAGREE_CARD}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a participant reads about a finding.

    Parameters
    ----------
    name
        "Sleep".
    state
        The state.
    mark
        The verdict by name, or ``both``, ``withdrawn``, ``set_aside``.
    line
        One sentence with at most one size.
    strong
        The part of the line that is set in bold: its size; may be empty.
    line_without_size
        The line where the page has no room for its numbers; empty where it cannot lose them.
    firmness
        "Firm", "Not determined".
    card
        Sentences below the line.
    caution
        What the answer does not mean; empty where there is nothing to add.
    fold, folded
        A heading, and terms with facts below it.
    """

    name: str
    state: State
    mark: str
    line: str
    strong: str
    line_without_size: str
    firmness: str
    card: tuple[str, ...]
    caution: str
    fold: str
    folded: tuple[tuple[str, str], ...]


def answer(finding: Finding, questions: int = 1, checked: Firmness = NOT_CHECKED) -> Answer:
    """Write a finding for its participant.

    Parameters
    ----------
    finding
        A finding about a participant.
    questions
        How many questions share the chance of a false sign, this one among them.
    checked
        The checks of the direction, if there is one.
    """
    content = in_words(finding)
    if content.state is State.OWN and finding.question.is_confirmatory and checked.calls_no_direction:
        content = replace(content, state=State.UNFIRM)
    state = content.state
    return Answer(
        name=capital(content.words.exposure),
        state=state,
        mark=_mark(content),
        line=_line(content),
        strong=_strong(content),
        line_without_size=_line_without_size(content),
        firmness=_firmness(content, checked),
        card=(*_card(content, checked), *_about_known_days(content)),
        caution=_caution(content),
        fold=fold(content),
        folded=tuple(folded(content, questions, checked)),
    )


def named_line(finding: Finding, checked: Firmness = NOT_CHECKED) -> str:
    """Write the line of a finding after its name: "Sleep: Both directions are still possible."."""
    made = answer(finding, checked=checked)
    return say.NAMED_LINE.format(name=made.name, line=made.line)


def _line(content: Content) -> str:
    finding, words = content.finding, content.words
    about = {"after": words.after, "outcome": words.outcome.label, "direction": content.direction}
    match content.state:
        case State.OWN if "smaller_than_matters" in finding.reasons:
            return say.SMALL_LINE.format(**about)
        case State.OWN:
            return say.TOLD_LINE.format(**about, size=content.points(content.size), per=content.unit.per)
        case State.POOLED:
            return say.POOLED_LINE.format(**about)
        case State.BOUND:
            return say.BOUND_LINE.format(size=say.points_up(_largest_difference(finding)))
        case State.WITHDRAWN:
            return say.WITHDRAWN_LINE
        case State.DISAGREE:
            return say.DISAGREE_LINE
        case State.KINDS_DIFFER:
            return say.KINDS_DIFFER_LINE
        case State.CHANGED:
            return say.CHANGED_LINE
        case State.UNFIRM:
            return say.UNFIRM_LINE.format(**about)
        case State.EARLY:
            return say.EARLY_LINE.format(days=finding.next_look_days, left=days_left(finding))
        case State.REFUSED:
            return _refused(content)[0]
        case _:
            return say.OPEN_LINE


def _strong(content: Content) -> str:
    """Return the size in the line, as it is written there."""
    if content.state is State.BOUND:
        return say.points_up(_largest_difference(content.finding))
    if content.state is State.OWN and "smaller_than_matters" not in content.finding.reasons:
        return f"{content.points(content.size)} {content.unit.per}"
    return ""


def _line_without_size(content: Content) -> str:
    match content.state:
        case State.BOUND:
            return say.BOUND_LINE_NO_SIZE
        case State.EARLY:
            return say.EARLY_LINE_NO_SIZE.format(left=days_left(content.finding))
        case _:
            return ""


def _mark(content: Content) -> str:
    """Name the mark beside the line."""
    if content.state is State.REFUSED and content.finding.reasons[:1] == ("no_fit",):
        return "set_aside"
    return {
        State.CHANGED: "both",
        State.KINDS_DIFFER: "both",
        State.WITHDRAWN: "withdrawn",
        State.UNFIRM: Verdict.NOT_DETERMINED.value,
        State.EARLY: Verdict.NOT_DETERMINED.value,
    }.get(content.state, content.finding.verdict.value)


def _firmness(content: Content, checked: Firmness) -> str:
    """Write how firm an answer is: a direction is firm if every check shows it (docs/method/verdict.md, firmness)."""
    if not content.finding.question.is_confirmatory and content.state.has_direction:
        return say.TO_WATCH
    is_firm = checked.is_firm and not _has_many_scores_at_an_end(content.finding)
    if _mark(content) == "set_aside":
        return say.SET_ASIDE
    return {
        State.OWN: say.FIRM if is_firm else say.FAIRLY_FIRM,
        State.UNFIRM: say.NOT_FIRM,
        State.POOLED: say.AS_FOR_OTHERS,
        State.BOUND: say.FIRM_BOUND,
        State.EARLY: say.TOO_EARLY,
        State.KINDS_DIFFER: say.KINDS_DIFFER,
        State.REFUSED: say.NOT_JUDGED,
        State.CHANGED: say.CHANGED,
    }.get(content.state, say.NOT_DETERMINED)


def _card(content: Content, checked: Firmness) -> tuple[str, ...]:
    match content.state:
        case State.OWN:
            return (*_size_sentences(content), *_checks(content, checked), *_scores_at_an_end(content))
        case State.UNFIRM:
            return _checks(content, checked)
        case State.POOLED:
            return (say.POOLED_CARD,)
        case State.BOUND:
            return (_bound(content),)
        case State.CHANGED:
            return (say.CHANGED_CARD,)
        case State.EARLY:
            return _reading_so_far(content)
        case State.REFUSED:
            return (*_refused(content)[1], *_next_look(content.finding))
        case State.KINDS_DIFFER:
            return (say.KINDS_DIFFER_CARD.format(outcome=content.words.outcome.label),)
        case State.DISAGREE:
            return (say.DISAGREE_CARD, *_forecast(content.finding), *_next_look(content.finding))
        case _:
            return (*_withdrawn_card(content.finding), *_forecast(content.finding), *_next_look(content.finding))


def _checks(content: Content, checked: Firmness) -> tuple[str, ...]:
    """Say that checks disagree, and when the first of them does."""
    if not checked.disagreeing:
        return ()
    first = checked.disagreeing[0]
    what = say.CHECK_WHEN.get(first, first.replace("_", " ")).format(exposure=content.words.exposure)
    entry = say.CHECKS_DISAGREE if checked.calls_no_direction else say.CHECK_DISAGREES
    number = capital(say.number_words(len(checked.disagreeing)))
    return (entry.format(number=number, checks=say.number_words(checked.checks), what=what),)


def _size_sentences(content: Content) -> tuple[str, ...]:
    """Write how large a link is: for one difference between days, and between low and high days."""
    words, judged = content.words, content.finding.judged
    size = say.TOLD_CARD.format(
        compared=content.unit.compared,
        outcome_then=words.outcome_then,
        size=content.points(content.size),
        direction=content.direction,
    )
    if judged is None:
        return (size,)
    if "smaller_than_matters" in content.finding.reasons:
        return (
            say.SMALL_CARD.format(size=say.points_up(_largest_difference(content.finding)), **_days(words, judged)),
        )
    between = say.points(content.size * judged.exposure.width)
    return (size, say.TOLD_BETWEEN.format(size=between, **_days(words, judged)))


def _days(words: Phrases, judged: Judged) -> dict[str, str]:
    low, high = words.level(judged.exposure.low), words.level(judged.exposure.high)
    return {"low_days": words.low_days, "high_days": words.high_days, "low": low, "high": high}


def _bound(content: Content) -> str:
    size = say.points_up(_largest_difference(content.finding))
    return say.BOUND_CARD.format(size=size, low_days=content.words.low_days, high_days=content.words.high_days)


def _largest_difference(finding: Finding) -> float:
    """Return the largest difference between low and high days that the range allows, in points."""
    judged = finding.judged
    return max(abs(judged.low), abs(judged.high)) * judged.exposure.width if judged else 0.0


def _scores_at_an_end(content: Content) -> tuple[str, ...]:
    """Say that many scores at an end of the scale hide a part of the link; with its size where that is another one."""
    judged, scale = content.finding.judged, content.finding.question.outcome.scale
    if judged is None or not _has_many_scores_at_an_end(content.finding):
        return ()
    is_lowest = judged.ends.at_low >= judged.ends.at_high
    size = content.points(content.size / judged.ends.room)
    if size == content.points(content.size):
        entry = say.LOWEST_SCORES_SIMILAR if is_lowest else say.HIGHEST_SCORES_SIMILAR
    else:
        entry = say.LOWEST_SCORES if is_lowest else say.HIGHEST_SCORES
    share = say.chance_words(max(judged.ends.at_low, judged.ends.at_high))
    score = plain_number(scale[0 if is_lowest else 1])
    return (entry.format(share=share, score=score, outcome=content.words.outcome.label, size=size),)


def _has_many_scores_at_an_end(finding: Finding) -> bool:
    ends = finding.judged.ends if finding.judged else None
    return ends is not None and max(ends.at_low, ends.at_high) >= MANY_SCORES


def _withdrawn_card(finding: Finding) -> tuple[str, ...]:
    withdrawn = finding.judged.withdrawn if finding.judged else None
    entry = next((WITHDRAWN[reason] for reason in finding.reasons if reason in WITHDRAWN), None)
    if withdrawn is None or entry is None:
        return ()
    return (entry.format(before=withdrawn.since_days, after=withdrawn.at_days),)


def _forecast(finding: Finding) -> tuple[str, ...]:
    forecast = finding.forecast
    if forecast is None:
        return ()
    if forecast.first_days is None or forecast.last_days is None:
        return (say.FORECAST_UNLIKELY.format(chance=say.chance_words(forecast.chance_within_year)),)
    if forecast.first_weeks is None or forecast.last_weeks is None:
        return (say.FORECAST_NO_PACE.format(first=forecast.first_days, last=forecast.last_days),)
    entry = say.FORECAST if forecast.first_days < forecast.last_days else say.FORECAST_ONE_LOOK
    weeks = say.WEEKS_BETWEEN.format(first=forecast.first_weeks, last=forecast.last_weeks)
    return (entry.format(first=forecast.first_days, last=forecast.last_days, weeks=weeks),)


def _next_look(finding: Finding) -> tuple[str, ...]:
    return (
        (say.NEXT_LOOK.format(days=finding.next_look_days, left=days_left(finding)),) if finding.next_look_days else ()
    )


def _reading_so_far(content: Content) -> tuple[str, ...]:
    if content.reading is None:
        return ()
    value = content.reading.value
    return (say.READING.format(size=content.points(value), direction=content.towards(value), per=content.unit.per),)


def _refused(content: Content) -> tuple[str, tuple[str, ...]]:
    """Write why there is no answer: a line, and the sentences of the card. Without a known reason: not fitted."""
    finding, words = content.finding, content.words
    reason = next((reason for reason in finding.reasons if reason in say.REFUSED), "no_fit")
    line, card = (
        text.format(
            outcome=words.outcome.label,
            exposure=words.exposure,
            hardly_varies=words.hardly_varies,
            difference=words.difference(finding.swing),
            known=finding.estimate.known_days,
            days=finding.estimate.days,
        )
        for text in say.REFUSED[reason]
    )
    return line, (card, say.NOTHING_WRONG) if reason in say.HARMLESS else (card,)


def _caution(content: Content) -> str:
    match content.state:
        case State.OWN | State.POOLED if not content.finding.question.is_confirmatory:
            return say.PATTERN_CAUTION
        case State.OWN | State.POOLED:
            outcome = content.words.outcome
            changes = outcome.raises if content.finding.verdict is Verdict.HIGHER else outcome.lowers
            return say.TOLD_CAUTION.format(doing=content.words.doing, changes=changes)
        case State.BOUND:
            return say.BOUND_CAUTION
        case State.WITHDRAWN:
            return say.WITHDRAWN_CAUTION
        case _:
            return ""


def _about_known_days(content: Content) -> tuple[str, ...]:
    """Say which days an answer is about, where the exposure is known on fewer than half of the days with a score."""
    days, known = content.finding.estimate.days, content.finding.estimate.known_days
    if known is None or 2 * known >= days or content.finding.judged is None:
        return ()
    entry = say.FEW_NIGHTS if content.words.day_words == "nights" else say.FEW_DAYS
    return (entry.format(exposure=content.words.exposure),)


def sharing(findings: Sequence[Finding], finding: Finding) -> int:
    """Return how many of a participant's questions share the chance of a false sign with one, itself among them."""
    return family_size([other.question for other in findings], finding.question)
