"""Planned experiments in words for participants: choose the sentences of the catalogue, and fill them."""

from __future__ import annotations

from enum import StrEnum

from painstats.findings.catalogue import experiments as say
from painstats.findings.catalogue import participants as words_of
from painstats.findings.catalogue.treatments import sizes
from painstats.findings.declared_answer import DeclaredAnswer
from painstats.findings.experiment_facts import experiment_facts, model_agrees
from painstats.questions.experiment.finding import WAITING, ExperimentFinding
from painstats.questions.outcome_words import OutcomeWords, is_better_when_higher, outcome_words
from painstats.questions.phrases import capital, label_text
from painstats.questions.question import Outcome
from painstats.questions.size_words import days_words
from painstats.questions.verdict import Verdict

LEAST_BLOCKS = 8
"""Fewer blocks have too few orders for a test (docs/method/treatments.md, experiments)."""

MODEL_ALONE = "only_the_model_says_so"


class ExperimentState(StrEnum):
    """What participants read about an experiment depends on its state."""

    PLANNED = "planned"
    SEALED = "sealed"
    TOLD = "told"
    BOUND = "bound"
    OPEN = "open"
    ENDED = "ended"
    REFUSED = "refused"


SEALED_STATES = frozenset({ExperimentState.PLANNED, ExperimentState.SEALED})


def state_of_experiment(finding: ExperimentFinding) -> ExperimentState:
    """Return the state of an experiment."""
    if finding.stage in ("planned", "sealed"):
        return ExperimentState(finding.stage)
    if finding.stage == "ended_early":
        return ExperimentState.ENDED
    if finding.verdict.has_direction:
        return ExperimentState.TOLD
    if finding.verdict is Verdict.AT_MOST_SMALL:
        return ExperimentState.BOUND
    return ExperimentState.REFUSED if finding.verdict is Verdict.NOT_JUDGED else ExperimentState.OPEN


def experiment_answer(finding: ExperimentFinding, outcome: Outcome) -> DeclaredAnswer:
    """Write an experiment for its participant.

    Parameters
    ----------
    finding
        The experiment.
    outcome
        What the scores are of.
    """
    state, words = state_of_experiment(finding), outcome_words(outcome)
    is_sealed = state in SEALED_STATES
    return DeclaredAnswer(
        name=experiment_name(finding),
        mark="sealed" if is_sealed else finding.verdict.value,
        line=_line(finding, state, words),
        firmness=_firmness(finding, state),
        card=_card(finding, state, words, outcome),
        caution={ExperimentState.TOLD: say.TOLD_CAUTION, ExperimentState.BOUND: say.BOUND_CAUTION}.get(state, ""),
        fold=say.FOLD_PLAN if is_sealed else say.FOLD_OPEN if finding.verdict.is_open else say.FOLD_ANSWER,
        folded=experiment_facts(finding, words, is_sealed=is_sealed),
        strong=_strong(finding, state),
        short_name=capital(label_text(finding.on)),
    )


def experiment_name(finding: ExperimentFinding) -> str:
    """Write the heading above an experiment."""
    return say.NAME.format(on=label_text(finding.on))


def is_open(finding: ExperimentFinding) -> bool:
    """Whether the last block is over, and the result may be read."""
    return state_of_experiment(finding) not in SEALED_STATES


def named_experiment_line(finding: ExperimentFinding, outcome: Outcome) -> str:
    """Write the line of an experiment after its name, for a list of answers."""
    made = experiment_answer(finding, outcome)
    return words_of.NAMED_LINE.format(name=made.name, line=made.line)


def _line(finding: ExperimentFinding, state: ExperimentState, words: OutcomeWords) -> str:
    opens, on = words_of.date_words(finding.opens_on), label_text(finding.on)
    match state:
        case ExperimentState.PLANNED:
            return say.PLANNED_LINE.format(first=words_of.date_words(finding.first_date), opens=opens)
        case ExperimentState.SEALED if WAITING in finding.reasons:
            return say.WAITING_LINE
        case ExperimentState.SEALED:
            return say.SEALED_LINE.format(block=finding.block or finding.blocks, blocks=finding.blocks, opens=opens)
        case ExperimentState.TOLD:
            size = words_of.points(finding.estimate or 0.0)
            return say.TOLD_LINE.format(outcome=words.label, direction=_direction(finding, words), on=on, size=size)
        case ExperimentState.BOUND:
            return say.BOUND_LINE.format(size=_largest(finding))
        case ExperimentState.ENDED:
            return say.ENDED_LINE.format(done=blocks_done(finding), blocks=finding.blocks)
        case ExperimentState.REFUSED:
            return say.REFUSED_LINE
        case _:
            return say.OPEN_LINE


def _strong(finding: ExperimentFinding, state: ExperimentState) -> str:
    """Return the size or the date in the line, as it is written there."""
    match state:
        case ExperimentState.PLANNED | ExperimentState.SEALED:
            return "" if WAITING in finding.reasons else words_of.date_words(finding.opens_on)
        case ExperimentState.TOLD:
            return words_of.points(finding.estimate or 0.0)
        case ExperimentState.BOUND:
            return _largest(finding)
        case _:
            return ""


def _firmness(finding: ExperimentFinding, state: ExperimentState) -> str:
    """Return the firmness: a direction is firm where the model beside the lot has the same one."""
    if state is ExperimentState.TOLD:
        return say.FIRM if model_agrees(finding) else say.FAIRLY_FIRM
    return {
        ExperimentState.PLANNED: say.SEALED,
        ExperimentState.SEALED: say.SEALED,
        ExperimentState.BOUND: words_of.FIRM_BOUND,
        ExperimentState.OPEN: words_of.NOT_DETERMINED,
    }.get(state, words_of.NOT_JUDGED)


def _card(finding: ExperimentFinding, state: ExperimentState, words: OutcomeWords, outcome: Outcome) -> tuple[str, ...]:
    on, off = label_text(finding.on), label_text(finding.off)
    match state:
        case ExperimentState.PLANNED:
            days = days_words(finding.block_days)
            return (say.PLANNED_CARD.format(blocks=finding.blocks, days=days, on=on, off=off),)
        case ExperimentState.SEALED if WAITING in finding.reasons:
            opens, last = words_of.date_words(finding.opens_on), words_of.date_words(finding.last_date)
            return (say.WAITING_CARD.format(last=last, opens=opens),)
        case ExperimentState.SEALED:
            return (say.SEALED_CARD,)
        case ExperimentState.TOLD:
            return (_told_card(finding, words, on), *_advice(finding, outcome))
        case ExperimentState.BOUND:
            return (say.BOUND_CARD.format(size=_largest(finding), on=on, off=off),)
        case ExperimentState.ENDED:
            entry = say.ENDED_CARD if blocks_done(finding) < LEAST_BLOCKS else say.ENDED_LATE_CARD
            return (entry.format(least=LEAST_BLOCKS, blocks=finding.blocks),)
        case ExperimentState.REFUSED:
            known = (say.REFUSED_CARDS[reason] for reason in finding.reasons if reason in say.REFUSED_CARDS)
            return (next(known, say.REFUSED_CARD),)
        case _:
            return _open_card(finding, words, outcome)


def _told_card(finding: ExperimentFinding, words: OutcomeWords, on: str) -> str:
    return say.TOLD_CARD.format(
        outcome=words.label,
        size=words_of.points(finding.estimate or 0.0),
        direction=_direction(finding, words),
        on=on,
        span=sizes(finding.low or 0.0, finding.high or 0.0),
    )


def _advice(finding: ExperimentFinding, outcome: Outcome) -> tuple[str, ...]:
    bad = Verdict.LOWER if is_better_when_higher(outcome) else Verdict.HIGHER
    return (say.ASK_DOCTOR,) if finding.verdict is bad else ()


def _open_card(finding: ExperimentFinding, words: OutcomeWords, outcome: Outcome) -> tuple[str, ...]:
    sentences, on = list[str](), label_text(finding.on)
    if finding.low is not None and finding.high is not None and finding.low < 0 < finding.high:
        below, above = words_of.points(finding.low), words_of.points(finding.high)
        sentences.append(say.OPEN_CARD.format(below=below, above=above, lower=words.lower, higher=words.higher, on=on))
    if MODEL_ALONE in finding.reasons:
        sentences.append(say.ONLY_MODEL)
    if finding.more_blocks is not None:
        low, high = outcome.scale
        size = words_of.points_up((high - low) / 10)
        sentences.append(say.MORE_BLOCKS.format(blocks=finding.more_blocks, size=size))
    return tuple(sentences)


def _direction(finding: ExperimentFinding, words: OutcomeWords) -> str:
    return words.higher if finding.verdict is Verdict.HIGHER else words.lower


def _largest(finding: ExperimentFinding) -> str:
    return words_of.points_up(max(abs(finding.low or 0.0), abs(finding.high or 0.0)))


def blocks_done(finding: ExperimentFinding) -> int:
    """Return the number of the last block with a score: where a plan ended early, that is how far it came."""
    scored = [number for number, days in enumerate(finding.block_scored_days, start=1) if days]
    return scored[-1] if scored else 0
