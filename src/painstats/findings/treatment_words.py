"""Changes of treatments in words for participants: choose the sentences of the catalogue, and fill them."""

from __future__ import annotations

from painstats.findings.catalogue import participants as words_of
from painstats.findings.catalogue import treatments as say
from painstats.findings.change_content import ChangeContent, ChangeContext, content_of
from painstats.findings.change_names import alterations, change_name, moment, since, together, treatment_names, when
from painstats.findings.declared_answer import DeclaredAnswer
from painstats.findings.treatment_facts import change_facts
from painstats.findings.treatment_refusals import refusal
from painstats.findings.treatment_states import ChangeState
from painstats.questions.phrases import capital
from painstats.questions.treatment.finding import ChangeFinding

FIRMNESS = {
    ChangeState.TOLD: say.FAIRLY_FIRM,
    ChangeState.BOUND: words_of.FIRM_BOUND,
    ChangeState.EARLY: words_of.TOO_EARLY,
    ChangeState.REFUSED: words_of.NOT_JUDGED,
}
"""State to its firmness; others are not determined. An open start is never more than fairly firm: only a lot could
rule out other reasons."""


def change_answer(finding: ChangeFinding, context: ChangeContext) -> DeclaredAnswer:
    """Write a change for its participant.

    Parameters
    ----------
    finding
        The change, judged.
    context
        The outcome, and who is to be talked to.
    """
    content = content_of(finding, context)
    return DeclaredAnswer(
        name=change_name(finding),
        mark="withdrawn" if content.state is ChangeState.WITHDRAWN else finding.verdict.value,
        line=_line(content),
        firmness=FIRMNESS.get(content.state, words_of.NOT_DETERMINED),
        card=(*_together(finding), *_card(content)),
        caution=_caution(content),
        fold=_fold(content),
        folded=change_facts(content),
        strong=_strong(content),
        line_without_size=_line_without_size(content),
        short_name=capital(treatment_names(finding)),
    )


def _line(content: ChangeContent) -> str:
    finding = content.finding
    match content.state:
        case ChangeState.TOLD:
            return _told_line(content)
        case ChangeState.BOUND:
            return say.BOUND_LINE.format(size=_largest(finding))
        case ChangeState.HANGS:
            entry = say.HANGS_LINE_ON_OFF if finding.change == "on_off" else say.HANGS_LINE
            return entry.format(moment=moment(finding))
        case ChangeState.WITHDRAWN:
            return say.WITHDRAWN_LINE
        case ChangeState.EARLY:
            return say.EARLY_LINE.format(date=say.day_words(finding.next_look_date))
        case ChangeState.REFUSED:
            return refusal(content)[0]
        case _:
            return say.OPEN_LINE


def _strong(content: ChangeContent) -> str:
    """Return the size in the line, as it is written there."""
    if content.state is ChangeState.TOLD:
        return words_of.points(content.finding.estimate or 0.0)
    return _largest(content.finding) if content.state is ChangeState.BOUND else ""


def _line_without_size(content: ChangeContent) -> str:
    """Write the line without its size, which the card has."""
    if content.state is ChangeState.BOUND:
        return say.BOUND_LINE_NO_SIZE
    if content.state is not ChangeState.TOLD:
        return ""
    finding = content.finding
    return say.LINE_NO_SIZE.format(when=when(finding), direction=content.given(finding.verdict), **content.named)


def _told_line(content: ChangeContent) -> str:
    """Write a direction with its size, and how that compares with a dummy medicine where the range allows to say so."""
    finding = content.finding
    entry = say.LINE
    if content.has_dummy and not content.is_worse:
        entry = dummy_line(finding)
    size = words_of.points(finding.estimate or 0.0)
    return entry.format(when=when(finding), direction=content.given(finding.verdict), size=size, **content.named)


def dummy_line(finding: ChangeFinding) -> str:
    """Choose the line: the range holds the fall on a dummy medicine, or all of it is smaller, or neither.

    That all of the range is larger is not said: one trial is no licence to boast.
    """
    placebo, low, high = finding.placebo, finding.low, finding.high
    if placebo is None or low is None or high is None or -low <= 0:
        return say.LINE
    if -low < placebo:
        return say.LINE_BELOW_DUMMY
    return say.LINE_AS_DUMMY if -high <= placebo else say.LINE


def _together(finding: ChangeFinding) -> tuple[str, ...]:
    return (together(finding),) if finding.change == "several" else ()


def _card(content: ChangeContent) -> tuple[str, ...]:
    match content.state:
        case ChangeState.TOLD:
            return (_told_card(content), *_advice(content))
        case ChangeState.BOUND:
            on_off = content.finding.change == "on_off"
            entry = say.BOUND_CARD_ON_OFF if on_off else say.BOUND_CARD
            return (entry.format(size=_largest(content.finding), **content.named),)
        case ChangeState.HANGS:
            return (_hangs(content), *_next_look(content.finding))
        case ChangeState.WITHDRAWN:
            return (*_withdrawn(content), *_open(content), *_next_look(content.finding))
        case ChangeState.OPEN:
            return (*_open(content), *_next_look(content.finding))
        case ChangeState.EARLY:
            return _early(content)
        case _:
            return refusal(content)[1]


def _told_card(content: ChangeContent) -> str:
    finding = content.finding
    entry = say.CARD_ON_OFF if finding.change == "on_off" else say.CARD
    return entry.format(
        since=since(finding),
        name=_with_dose(finding),
        size=words_of.points(finding.estimate or 0.0),
        direction=content.given(finding.verdict),
        span=say.sizes(finding.low or 0.0, finding.high or 0.0),
        **content.named,
    )


def _with_dose(finding: ChangeFinding) -> str:
    """Write the name of what came and went: "yoga", "low-dose naltrexone (4.5 mg)"."""
    [*_, last] = alterations(finding)
    return f"{last.name} ({last.after})" if last.after else last.name


def _advice(content: ChangeContent) -> tuple[str, ...]:
    """Say what to do where it got worse: never to stop or change anything on one's own."""
    if not content.is_worse:
        return ()
    if not content.context.is_medicine:
        return (say.ASK_DOCTOR,)
    finding = content.finding
    if finding.change == "several":
        return (say.ASK_PRESCRIBER_SEVERAL,)
    ended = finding.change != "on_off" and finding.actions[0] == "stop"
    return (say.ASK_PRESCRIBER_END if ended else say.ASK_PRESCRIBER,)


def _open(content: ChangeContent) -> tuple[str, ...]:
    finding, sentences = content.finding, list[str]()
    if finding.low is not None and finding.high is not None and finding.low < 0 < finding.high:
        below, above = words_of.points(finding.low), words_of.points(finding.high)
        sentences.append(
            say.OPEN_CARD.format(below=below, above=above, lower=content.words.lower, higher=content.words.higher)
        )
    if finding.could_show is not None:
        sentences.append(say.COULD_SHOW.format(size=words_of.points(finding.could_show)))
    return tuple(sentences)


def _next_look(finding: ChangeFinding) -> tuple[str, ...]:
    if finding.next_look_date is not None:
        return (say.NEXT_LOOK.format(date=say.day_words(finding.next_look_date)),)
    return (say.LAST_LOOK,) if finding.look else ()


def _hangs(content: ChangeContent) -> str:
    """Say which of the two answers has a direction, and that the other has none, or the opposite one."""
    finding = content.finding
    if finding.change == "on_off":
        return say.HANGS_ON_OFF
    without, with_week = _sign(finding.low, finding.high), _sign(finding.week_low, finding.week_high)
    entry = say.HANGS_WITH if not without else say.HANGS_OPPOSITE if with_week else say.HANGS_WITHOUT
    return entry.format(
        direction=content.towards(without or with_week),
        other=content.towards(with_week),
        date=say.day_words(finding.last_date),
        **content.named,
    )


def _sign(low: float | None, high: float | None) -> int:
    """Return −1 or 1 for a range on one side of zero, 0 otherwise."""
    if low is None or high is None:
        return 0
    return (low > 0) - (high < 0)


def _withdrawn(content: ChangeContent) -> tuple[str, ...]:
    withdrawn = content.finding.withdrawn
    return (say.WITHDRAWN_CARD.format(direction=content.given(withdrawn), **content.named),) if withdrawn else ()


def _early(content: ChangeContent) -> tuple[str, ...]:
    finding, least = content.finding, content.context.least_days
    after = say.EARLY_CARD.format(least=least, date=say.day_words(finding.in_full_date), days=finding.days_after)
    if finding.days_before >= least:
        return (after,)
    return (after, say.EARLY_CARD_BEFORE.format(least=least, days=finding.days_before))


def _largest(finding: ChangeFinding) -> str:
    """Write the largest change that both ranges allow, rounded up."""
    ends = (finding.low, finding.high, finding.week_low, finding.week_high)
    return words_of.points_up(max(abs(end) for end in ends if end is not None))


def _caution(content: ChangeContent) -> str:
    match content.state:
        case ChangeState.TOLD:
            return _told_caution(content)
        case ChangeState.BOUND:
            return say.BOUND_CAUTION
        case ChangeState.HANGS:
            return say.HANGS_CAUTION.format(**content.named)
        case ChangeState.WITHDRAWN:
            return say.WITHDRAWN_CAUTION
        case _:
            return ""


def _told_caution(content: ChangeContent) -> str:
    finding, worse = content.finding, content.is_worse
    sentences = {
        "on_off": (say.NO_LOT, say.OTHER_THINGS if worse else say.HOPE),
        "several": (say.OTHER_THINGS if worse else say.HOPE,),
        "start": (say.CHANGE_START, say.OTHER_THINGS if worse else say.HOPE),
        "dose": (say.CHANGE_DOSE, say.OTHER_THINGS if worse else say.HOPE),
        "stop": (say.CHANGE_END, say.OTHER_THINGS),
    }[finding.change]
    dummy = (say.DUMMY,) if content.has_dummy and not worse else ()
    size = words_of.points(finding.placebo or 0.0)
    return " ".join(sentence.format(size=size, **content.named) for sentence in (*sentences, *dummy))


def _fold(content: ChangeContent) -> str:
    if content.finding.look == 0:
        return say.FOLD_DAYS
    return say.FOLD_OPEN if content.finding.verdict.is_open else say.FOLD_ANSWER


def named_change_line(finding: ChangeFinding, context: ChangeContext) -> str:
    """Write the line of a change after its name, for a list of answers."""
    return words_of.NAMED_LINE.format(name=change_name(finding), line=_line(content_of(finding, context)))


def short_answer(content: ChangeContent) -> str:
    """Write the answer in a few words, for a table of all changes of a treatment."""
    if content.state is ChangeState.TOLD:
        return capital(content.given(content.finding.verdict))
    if content.state is ChangeState.REFUSED:
        return say.NOT_JUDGED.format(line=refusal(content)[0])
    return {
        ChangeState.BOUND: say.AT_MOST_SMALL,
        ChangeState.WITHDRAWN: say.WITHDRAWN,
        ChangeState.EARLY: words_of.TOO_EARLY,
    }.get(content.state, words_of.NOT_DETERMINED)
