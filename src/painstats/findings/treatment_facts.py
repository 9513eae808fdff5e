"""The facts below a change, which participants unfold: ranges, what could be seen, sizes, what-ifs, days and looks."""

from __future__ import annotations

from painstats.findings.catalogue import participants as words_of
from painstats.findings.catalogue import treatments as say
from painstats.findings.change_content import ChangeContent
from painstats.findings.treatment_states import ChangeState
from painstats.language import decimal
from painstats.questions.size_words import days_words

Facts = list[tuple[str, str]]


def change_facts(content: ChangeContent) -> tuple[tuple[str, str], ...]:
    """List terms with facts about a change."""
    facts = (
        *_ranges(content), *_what_could_be_seen(content), *_chances(content), *_dummy(content), *_what_ifs(content),
        *_later_weeks(content), *_earlier(content), *_days(content), *_looks(content),
    )  # fmt: skip
    return tuple(facts)


def _ranges(content: ChangeContent) -> Facts:
    finding, facts = content.finding, Facts()
    if (span := content.span(finding.low, finding.high)) is not None:
        entry = say.RANGE_ON_OFF if finding.change == "on_off" else say.RANGE
        facts.append((say.RANGE_TERM, entry.format(span=span, **content.named)))
    if (with_week := content.span(finding.week_low, finding.week_high)) is not None:
        term = say.WEEKS_TERM if finding.change == "on_off" else say.WEEK_TERM
        facts.append((term, say.WEEK.format(span=with_week)))
    return facts


def _what_could_be_seen(content: ChangeContent) -> Facts:
    """Return the change that such days would show, where the card does not say it."""
    could_show, in_card = content.finding.could_show, content.state in (ChangeState.OPEN, ChangeState.WITHDRAWN)
    return [] if could_show is None or in_card else [(say.SHOW_TERM, say.SHOW.format(size=words_of.points(could_show)))]


def _chances(content: ChangeContent) -> Facts:
    """Return the chances of large falls, as ranges over what such treatments often do; only beside "lower"."""
    finding, facts = content.finding, Facts()
    if content.is_worse:
        return facts
    if finding.third_least is not None and finding.third_most is not None:
        facts.append((say.THIRD_TERM, say.chance_range(finding.third_least, finding.third_most)))
    if finding.two_points_least is not None and finding.two_points_most is not None:
        low, high = content.context.outcome.scale
        term = say.TWO_TERM.format(size=words_of.points_up((high - low) / 5))
        facts.append((term, say.chance_range(finding.two_points_least, finding.two_points_most)))
    return facts


def _dummy(content: ChangeContent) -> Facts:
    finding = content.finding
    if not content.has_dummy or content.state is not ChangeState.TOLD or content.is_worse:
        return []
    size, level = words_of.points(finding.placebo or 0.0), decimal(finding.level_before or 0.0)
    return [(say.DUMMY_TERM, say.DUMMY_FACT.format(size=size, level=level))]


def _what_ifs(content: ChangeContent) -> Facts:
    finding, facts = content.finding, Facts()
    if (span := content.span(finding.trend_low, finding.trend_high)) is not None:
        facts.append((say.TREND_TERM, say.TREND.format(span=span)))
    if (span := content.span(finding.sleep_low, finding.sleep_high)) is not None:
        facts.append((say.SLEEP_TERM, say.SLEEP.format(span=span)))
    return facts


def _later_weeks(content: ChangeContent) -> Facts:
    finding = content.finding
    span = content.span(finding.later_low, finding.later_high)
    if span is None or finding.later_low is None or finding.later_high is None or finding.later_estimate is None:
        return []
    if finding.later_low < 0 < finding.later_high:
        return [(say.LATER_TERM, say.LATER_OPEN.format(span=span))]
    size, direction = words_of.points(finding.later_estimate), content.towards(finding.later_estimate)
    return [(say.LATER_TERM, say.LATER_CLEAR.format(direction=direction, size=size, **content.named))]


def _earlier(content: ChangeContent) -> Facts:
    withdrawn = content.finding.withdrawn
    if withdrawn is None or content.state is ChangeState.WITHDRAWN:
        return []
    return [(say.EARLIER_TERM, say.EARLIER.format(direction=content.given(withdrawn), **content.named))]


def _days(content: ChangeContent) -> Facts:
    finding = content.finding
    if "covers_all_days" in finding.reasons:
        return []
    variables = {"before": days_words(finding.days_before), "after": days_words(finding.days_after)}
    dates = {name: getattr(finding, name) for name in ("before_from", "before_until", "after_until")}
    dates["after_from"] = finding.in_full_date
    if finding.change == "on_off":
        return [(say.DAYS_TERM, say.DAYS_ON_OFF.format(**variables))]
    none_in_full = finding.after_until is not None and finding.after_until < finding.in_full_date
    entry = say.DAYS if None in dates.values() or none_in_full else say.DAYS_DATED
    return [(say.DAYS_TERM, entry.format(**variables, **{name: say.day_words(day) for name, day in dates.items()}))]


def _looks(content: ChangeContent) -> Facts:
    finding = content.finding
    if finding.look == 0:
        return []
    if finding.change == "on_off":
        entry = say.LOOK_ON_OFF_NEXT if finding.next_look_date else say.LOOK_ON_OFF
    else:
        entry = say.LOOK_NEXT if finding.next_look_date else say.LOOK
    date, following = say.day_words(finding.look_date), say.day_words(finding.next_look_date)
    return [(say.LOOKS_TERM, entry.format(number=finding.look, date=date, next=following))]
