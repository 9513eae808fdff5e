"""Why a change is not judged, with what is missing and from when on it counts."""

from __future__ import annotations

from painstats.findings.catalogue import treatments as say
from painstats.findings.change_content import ChangeContent
from painstats.findings.change_names import treatment_names
from painstats.questions.phrases import label_text
from painstats.questions.treatment.windows import LOOK_DAYS, first_look_days

SAME_DAYS = "same_days_as:"

Refusal = tuple[str, tuple[str, ...]]
"""A line, and the sentences of the card."""


def refusal(content: ChangeContent) -> Refusal:
    """Write why a change is not judged, by the first reason that is known; without one: not fitted."""
    for reason in content.finding.reasons:
        if reason.startswith(SAME_DAYS):
            return _same_days(reason.removeprefix(SAME_DAYS))
        if (made := _known(reason, content)) is not None:
            return made
    return say.NO_FIT_LINE, (say.NO_FIT_CARD,)


def _known(reason: str, content: ChangeContent) -> Refusal | None:
    match reason:
        case "covers_all_days":
            return _always(content)
        case "too_few_days_before":
            return _too_few_before(content)
        case "too_few_days_after":
            return _too_few_after(content)
        case "next_change_too_soon":
            return _too_soon(content)
        case "over_within_two_weeks":
            return say.SHORT_LINE, (say.SHORT_CARD,)
        case "too_few_days_with" | "too_few_days_without":
            return _too_few_on_or_off(content)
        case "too_many_days_missing":
            return say.MISSING_LINE, (say.MISSING_CARD,)
        case "outcome_hardly_varies" | "rating_hardly_varies":
            return say.REFUSED_OUTCOME_LINE.format(**content.named), (say.REFUSED_OUTCOME,)
        case "same_course_as_time":
            return say.TIME_LINE, (say.TIME_CARD,)
        case _:
            return None


def _same_days(other: str) -> Refusal:
    return say.SAME_DAYS_LINE.format(other=label_text(other)), (say.SAME_DAYS_CARD,)


def _always(content: ChangeContent) -> Refusal:
    line = say.ALWAYS_LINE.format(name=treatment_names(content.finding))
    return line, (say.ALWAYS_CARD.format(least=content.context.least_days),)


def _too_few_before(content: ChangeContent) -> Refusal:
    finding = content.finding
    card = [say.BEFORE_CARD.format(least=content.context.least_days, days=finding.days_before)]
    if finding.before_from is not None and finding.before_until is not None:
        first, last = say.day_words(finding.before_from), say.day_words(finding.before_until)
        card.append(say.BEFORE_FROM.format(first=first, last=last))
    return say.BEFORE_LINE.format(**content.named), tuple(card)


def _too_few_after(content: ChangeContent) -> Refusal:
    finding = content.finding
    since = say.day_words(finding.in_full_date)
    card = [say.AFTER_CARD.format(least=content.context.least_days, date=since, days=finding.days_after)]
    if finding.next_look_date is not None:
        card.append(say.NEXT_LOOK.format(date=say.day_words(finding.next_look_date)))
    elif finding.look < len(LOOK_DAYS):
        card.append(say.NO_MORE_LOOKS)
    elif finding.after_until is not None:
        card.append(say.AFTER_UNTIL.format(last=say.day_words(finding.after_until)))
    return say.AFTER_LINE.format(**content.named), tuple(card)


def _too_soon(content: ChangeContent) -> Refusal:
    """Say how many days in full effect there are between two changes, and how many the first look has to have."""
    finding = content.finding
    least = first_look_days(content.context.least_days)
    first, last = finding.in_full_date, finding.after_until
    possible = say.SOON_NONE
    if last is not None and last >= first:
        days = (last - first).days + 1
        possible = say.SOON_DAYS.format(days=days, first=say.day_words(first), last=say.day_words(last))
    return say.SOON_LINE, (say.SOON_NEEDS.format(least=least), possible)


def _too_few_on_or_off(content: ChangeContent) -> Refusal:
    finding = content.finding
    card = say.ON_OFF_CARD.format(least=content.context.least_days, on=finding.days_after, off=finding.days_before)
    return say.ON_OFF_LINE.format(**content.named), (card,)
