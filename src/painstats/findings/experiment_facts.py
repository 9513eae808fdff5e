"""The facts below an experiment, which participants unfold: range, luck, the model beside the lot, and the plan."""

from __future__ import annotations

from painstats.findings.catalogue import experiments as say
from painstats.findings.catalogue import participants as words_of
from painstats.language import decimal
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.phrases import label_text, listed, whole
from painstats.questions.size_words import days_words
from painstats.questions.verdict import Verdict

Facts = list[tuple[str, str]]


def experiment_facts(
    finding: ExperimentFinding, words: OutcomeWords, *, is_sealed: bool
) -> tuple[tuple[str, str], ...]:
    """List terms with facts; of an experiment that is not over, only its plan."""
    shown = [] if is_sealed else [*_result(finding, words), *_few_scores(finding)]
    return (*shown, *_plan(finding))


def model_agrees(finding: ExperimentFinding) -> bool:
    """Whether the model beside the lot has a direction, and the same one."""
    if finding.model_low is None or finding.model_high is None:
        return False
    return finding.model_low > 0 if finding.verdict is Verdict.HIGHER else finding.model_high < 0


def _result(finding: ExperimentFinding, words: OutcomeWords) -> Facts:
    on, off, facts = label_text(finding.on), label_text(finding.off), Facts()
    if (span := _span(finding.low, finding.high, words)) is not None:
        facts.append((say.RANGE_TERM, say.RANGE.format(span=span, on=on)))
    if finding.p is not None and finding.orders is not None:
        chance, orders = words_of.chance_words(finding.p), whole(finding.orders)
        facts.append((say.LUCK_TERM, say.LUCK.format(chance=chance, orders=orders)))
    if (span := _span(finding.model_low, finding.model_high, words)) is not None:
        facts.append((say.MODEL_TERM, say.MODEL.format(span=span, on=on)))
    if finding.level_on is not None and finding.level_off is not None:
        levels = {"level_on": decimal(finding.level_on), "level_off": decimal(finding.level_off)}
        facts.append((say.LEVELS_TERM, say.LEVELS.format(**levels, on=on, off=off)))
    return facts


def _span(low: float | None, high: float | None, words: OutcomeWords) -> str | None:
    if low is None or high is None:
        return None
    return words_of.span(low, high, words.lower, words.higher)


def _few_scores(finding: ExperimentFinding) -> Facts:
    few = [str(number) for number in finding.blocks_with_few_scores]
    return [(say.FEW_TERM, say.few_scores(few, listed(few)))] if few else []


def _plan(finding: ExperimentFinding) -> Facts:
    plan = say.PLAN.format(
        blocks=finding.blocks,
        days=days_words(finding.block_days),
        first=words_of.date_words(finding.first_date),
        last=words_of.date_words(finding.last_date),
    )
    dropped = f" {say.dropped_days(finding.dropped_days)}" if finding.dropped_days else ""
    drawn = say.drawn(words_of.date_words(finding.drawn_at.date()), finding.draws)
    return [
        (say.PLAN_TERM, f"{plan}{dropped}"),
        (say.DRAWN_TERM, drawn),
        (say.FINGERPRINT_TERM, say.FINGERPRINT.format(fingerprint=finding.fingerprint)),
    ]
