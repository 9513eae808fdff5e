"""Findings in words for researchers: verdicts, sentences on averages, reasons, and the terms of models."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import assert_never

from painstats.findings.catalogue import research as say
from painstats.findings.content import phrases_of
from painstats.findings.finding import Finding, Judged
from painstats.findings.reading import shown_size
from painstats.questions.outcome_words import OutcomeWords
from painstats.questions.phrases import Phrases, capital, counted
from painstats.questions.question import Question
from painstats.questions.verdict import Verdict
from painstats.vocabulary import MEASURES


def verdict_words(verdict: Verdict, words: Phrases) -> str:
    """Return a verdict on a question: "less pain", "better mood", "not determined"."""
    return outcome_verdict_words(verdict, words.outcome)


def outcome_verdict_words(verdict: Verdict, outcome: OutcomeWords) -> str:
    """Return a verdict by what a higher or a lower outcome is called."""
    match verdict:
        case Verdict.HIGHER:
            return outcome.more
        case Verdict.LOWER:
            return outcome.less
        case Verdict.AT_MOST_SMALL:
            return say.AT_MOST_SMALL
        case Verdict.NOT_DETERMINED:
            return say.NOT_DETERMINED
        case Verdict.NOT_JUDGED:
            return say.NOT_JUDGED_VERDICT
        case _:
            assert_never(verdict)


def headline(finding: Finding) -> str:
    """Write a finding in short: "Sleep: less pain"."""
    words = phrases_of(finding.question)
    return say.HEADLINE.format(exposure=capital(words.exposure), verdict=verdict_words(finding.verdict, words))


def sentence(finding: Finding) -> str:
    """Write a finding about a participant or an average in full, with the range that the verdict is from."""
    if finding.judged is None:
        return say.NOT_JUDGED.format(reasons=reason_words(finding.reasons))
    return _entry(finding).format(**_variables(finding, finding.judged))


def _entry(finding: Finding) -> str:
    if finding.verdict.has_direction:
        return say.TOLD_SMALL if finding.judged and finding.judged.is_small else say.TOLD
    return say.BOUND if finding.verdict is Verdict.AT_MOST_SMALL else say.OPEN


def _variables(finding: Finding, judged: Judged) -> dict[str, str]:
    words, size = phrases_of(finding.question), shown_size(finding)
    label = words.outcome.label
    return {
        "comparison": capital(words.comparison),
        "outcome": say.AVERAGE_OUTCOME.format(outcome=label) if finding.is_average else label,
        "direction": words.outcome.higher if finding.verdict is Verdict.HIGHER else words.outcome.lower,
        "size": points(abs(size)),
        "unit": words.unit,
        "low": points(judged.low),
        "high": points(judged.high),
        "bound": bound_words(judged),
        "reasons": reason_words(finding.reasons),
    }


def bound_words(judged: Judged) -> str:
    """Write the largest difference between low and high days that a range allows, in points, rounded up."""
    largest = max(abs(judged.low), abs(judged.high)) * judged.exposure.width
    return f"{math.ceil(round(100 * largest, 9)) / 100:.2f}"


def counts_sentence(question: Question, counts: Mapping[Verdict, int]) -> str:
    """Write the number of each verdict: "Of 12 participants, after a longer night: 3 less pain, 9 not judged."."""
    words, total = phrases_of(question), counted(sum(counts.values()), "participant")
    return say.COUNTS.format(participants=total, comparison=words.comparison, counts=counts_words(question, counts))


def counts_words(question: Question, counts: Mapping[Verdict, int]) -> str:
    """Write how often each verdict was given: "3 less pain, 2 more pain, 7 not determined"."""
    words = phrases_of(question)
    return ", ".join(f"{counts[verdict]} {verdict_words(verdict, words)}" for verdict in Verdict if counts.get(verdict))


def reason_words(reasons: Sequence[str]) -> str:
    """Write reasons, given by name, as the end of a sentence."""
    return "; ".join(say.REASONS.get(reason, reason.replace("_", " ")) for reason in reasons)


def left_out_words(reason: str, lags: Mapping[str, int]) -> str:
    """Write why a day could not be used.

    Parameters
    ----------
    reason
        As in column ``left_out`` of the model frame.
    lags
        Measure to days between it and the outcome.
    """
    measure = reason.removeprefix("no_")
    if measure not in MEASURES or (reason in say.LEFT_OUT and lags.get(measure) == MEASURES[measure].lag_days):
        return say.LEFT_OUT.get(reason, reason.replace("_", " "))
    label, lag = MEASURES[measure].label, lags.get(measure)
    if lag is None:
        return f"no valid {label} for the day it is compared with"
    return f"no valid {label} on the same day" if lag == 0 else f"no valid {label} {counted(lag, 'day')} before"


def term_words(term: str, exposures: Mapping[str, str]) -> str:
    """Write what a coefficient compares.

    Parameters
    ----------
    term
        Name of a column of the model.
    exposures
        Exposure's name to its measure.
    """
    name, _, part = term.rpartition("_")
    if part in ("within", "between") and name in exposures:
        measure = MEASURES[exposures[name]]
        compared = "a day against the participant's average" if part == "within" else "between participants"
        return f"{measure.label}, {compared}, per {measure.unit}"
    return say.CALENDAR_TERMS.get(term, term.replace("_", " "))


def points(value: float) -> str:
    """Write an effect in outcome points, with a true minus sign and two decimals, or three where two would hide it."""
    text = f"{abs(value):.2f}" if abs(value) >= 0.005 else f"{abs(value):.3f}"
    return f"−{text}" if value < 0 and float(text) > 0 else text


def interval_words(low: float, high: float) -> str:
    """Write an interval: "−0.31 to 0.02"."""
    return f"{points(low)} to {points(high)}"
