"""Changes of treatments and experiments in words for researchers."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.findings.catalogue import research as say
from painstats.findings.catalogue.participants import date_words
from painstats.findings.change_names import change_name, since
from painstats.findings.experiment_words import SEALED_STATES, state_of_experiment
from painstats.findings.research_words import outcome_verdict_words, points
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.phrases import label_text
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict

SAME_DAYS = "same_days_as:"


def change_headline(change: ChangeFinding, outcome: OutcomeWords) -> str:
    """Write a change in short: "Low-dose naltrexone, 1.5 to 4.5 mg: less pain"."""
    return say.CHANGE_HEADLINE.format(name=change_name(change), verdict=outcome_verdict_words(change.verdict, outcome))


def experiment_headline(experiment: ExperimentFinding, outcome: OutcomeWords) -> str:
    """Write an experiment in short."""
    is_sealed = state_of_experiment(experiment) in SEALED_STATES
    verdict = "sealed" if is_sealed else outcome_verdict_words(experiment.verdict, outcome)
    return say.CHANGE_HEADLINE.format(name=f"Experiment with {label_text(experiment.on)}", verdict=verdict)


def change_sentence(change: ChangeFinding, outcome: OutcomeWords) -> str:
    """Write a change in full, with its interval and days."""
    entry = say.CHANGE_DAYS_ON_OFF if change.change == "on_off" else say.CHANGE_DAYS
    entry = entry if change.look else say.CHANGE_DAYS_EARLY
    days = entry.format(before=change.days_before, after=change.days_after, look=change.look)
    return f"{_change(change, outcome)} {days}"


def _change(change: ChangeFinding, outcome: OutcomeWords) -> str:
    reasons = reasons_words(change.reasons)
    if change.estimate is None or change.low is None or change.high is None:
        return say.NOT_JUDGED.format(reasons=reasons)
    numbers = {"size": points(abs(change.estimate)), "low": points(change.low), "high": points(change.high)}
    if change.verdict.has_direction:
        entry = say.CHANGE_TOLD_ON_OFF if change.change == "on_off" else say.CHANGE_TOLD
        direction = _direction(change.verdict, outcome)
        return entry.format(since=since(change), outcome=outcome.label, direction=direction, **numbers)
    entry = say.CHANGE_BOUND if change.verdict is Verdict.AT_MOST_SMALL else say.CHANGE_OPEN
    return entry.format(reasons=reasons, **numbers)


def experiment_sentence(experiment: ExperimentFinding, outcome: OutcomeWords) -> str:
    """Write an experiment in full; of one that is not over, only its plan."""
    if state_of_experiment(experiment) in SEALED_STATES:
        opens = date_words(experiment.opens_on)
        return say.EXPERIMENT_SEALED.format(opens=opens, blocks=experiment.blocks, days=experiment.block_days)
    if experiment.low is None or experiment.high is None or experiment.p is None or experiment.estimate is None:
        return say.NOT_JUDGED.format(reasons=reasons_words(experiment.reasons))
    entry = say.EXPERIMENT_TOLD if experiment.verdict.has_direction else say.EXPERIMENT_OPEN
    return entry.format(
        on=label_text(experiment.on),
        outcome=outcome.label,
        direction=_direction(experiment.verdict, outcome),
        size=points(abs(experiment.estimate)),
        low=points(experiment.low),
        high=points(experiment.high),
        p=f"{experiment.p:.3f}",
    )


def reasons_words(reasons: Sequence[str]) -> str:
    """Write the reasons of a change or an experiment as the end of a sentence."""
    return "; ".join(_reason(reason) for reason in reasons) or say.CHANGE_REASONS["interval_too_wide"]


def _reason(reason: str) -> str:
    if reason.startswith(SAME_DAYS):
        return f"its days are nearly those of {label_text(reason.removeprefix(SAME_DAYS))}"
    return say.CHANGE_REASONS.get(reason, reason.replace("_", " "))


def _direction(verdict: Verdict, outcome: OutcomeWords) -> str:
    return outcome.higher if verdict is Verdict.HIGHER else outcome.lower
