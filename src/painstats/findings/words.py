"""Findings in plain words: every verdict and every reason, for a participant and for a researcher.

No sentence here claims a cause, and none claims that there is no effect. The phrases come from
the kind of question (``questions/<kind>/words.py``); sentences are composed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from painstats.findings.finding import Finding, Verdict
from painstats.questions.phrases import Phrases, capital, counted, whole
from painstats.questions.question import Question
from painstats.questions.registry import kind_of
from painstats.vocabulary import MEASURES

REASONS = {
    "too_few_days_for_model": "there are too few days with a score for any estimate",
    "too_few_days_to_show": "there are too few days with a score for a meaningful estimate",
    "too_few_days_for_verdict": "there are only enough days with a score for a first hint, not for a verdict",
    "outcome_hardly_varies": "the scores hardly vary, so no link with them can be seen",
    "exposure_rarely_known": "this is known on too few of the days with a score",
    "exposure_hardly_varies": "this hardly varies from day to day, so no link with the scores can be seen",
    "too_many_days_missing": "too many days have no score",
    "no_fit": "the model could not be fitted to these days",
    "interval_too_wide": "the range of effects that fit these days is still too wide",
    "unreliable": "these days do not yet distinguish one participant from the others in the study",
    "inside_smallest_effect": "the whole interval is smaller than the smallest effect that matters",
    "smaller_than_matters": "the direction is clear, but the effect is smaller than what usually matters in daily life",
    "too_many_days_missing_in_cohort": "at least half of the participants lack more than half of their days",
    "too_few_participants": "too few participants have enough days for a statement about the average",
    "checks_disagree": "two independent computations disagree, so neither is reported as a finding",
    "not_converged": "the mixed model did not reach a certified optimum, so the simpler two-stage mean is reported",
    "few_participants_two_stage": "with fewer than ten participants the estimate is the mean of their own slopes",
    "outcome_missing": "no scores were found",
    "own_trend_dropped": "participants' own drifts could not be distinguished, so one common drift is used",
    "singular": "participants' slopes and levels vary together in these data, so not all of them can be distinguished",
}
"""Reason by name, in words that end a sentence."""

LEFT_OUT = {
    "no_outcome": "no score for that day",
    "no_total_sleep_time_min": "no valid night before it",
    "no_step_count": "no valid step count on the day before",
    "no_active_time_min": "no valid active time on the day before",
    "few_days": "the participant has fewer days with a score than the model needs",
}
"""Why a day could not be used, in words, for the default lags (see :func:`left_out_words`)."""

DAY_REASONS = {
    "no_record": "nothing recorded",
    "not_worn": "not worn, or not long enough",
    "implausible": "an implausible value",
    "few_nights": "too few nights in the two weeks before",
    "travel_day": "a day made much shorter or longer by travel",
}
"""Why a measure is missing on a day, in words."""

CALENDAR_TERMS = {
    "intercept": "usual level",
    "weekend": "weekend against weekday",
    "is_weekend": "weekend against weekday",
    **{
        day: f"{day.capitalize()} against Monday"
        for day in ("tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    },
    "time_30d": "drift over 30 days",
    "in_phase": "days in a declared treatment against other days",
}
"""The columns of the models that are no exposures, in words."""


def phrases_of(question: Question) -> Phrases:
    """Return what the parts of a question are called, whatever its kind."""
    return kind_of(question.kind).phrases(question)


def verdict_words(verdict: Verdict, words: Phrases) -> str:
    """Return a verdict on a question: "less pain", "better mood", "cannot tell yet"."""
    match verdict:
        case Verdict.HIGHER:
            return words.outcome.more
        case Verdict.LOWER:
            return words.outcome.less
        case Verdict.AT_MOST_SMALL:
            return words.at_most_small
        case Verdict.NOT_DETERMINED:
            return "cannot tell yet"
        case Verdict.NOT_JUDGED:
            return "not judged"
        case _:
            assert_never(verdict)


def headline(finding: Finding) -> str:
    """Write a finding in short: "Sleep: less pain", "Steps: cannot tell yet, about 35 more days"."""
    words = phrases_of(finding.question)
    text = f"{capital(words.exposure)}: {verdict_words(finding.verdict, words)}"
    if finding.verdict.is_open and finding.days_needed is not None:
        return f"{text}, {days_needed_words(finding.days_needed)}"
    return text


def sentence(finding: Finding, possessive: str = "your") -> str:
    """Write a finding about one participant in full."""
    words, probability = phrases_of(finding.question), finding.estimate.probability_of_direction
    is_directed = finding.verdict.has_direction and probability is not None
    sure = f"; probability that the direction is right: {probability_words(probability)}" if is_directed else ""
    text = _with_effect(finding, words, f"{possessive} {words.outcome.label}", sure)
    if text is not None:
        return text
    days = f"days with a {words.outcome.label} score"
    more = f" About {fives(finding.days_needed)} more {days} may be enough to tell." if finding.days_needed else ""
    return f"{_open(finding)}{more}"


def cohort_sentence(finding: Finding) -> str:
    """Write a finding about the average over participants in full."""
    words, estimate = phrases_of(finding.question), finding.estimate
    based_on = f"; {counted(estimate.participants, 'participant')}, {counted(estimate.days, 'day')}"
    outcome = f"participants' {words.outcome.label}, each compared with their own average,"
    return _with_effect(finding, words, outcome, based_on) or _open(finding)


def counts_sentence(question: Question, counts: Mapping[Verdict, int]) -> str:
    """Write the number of each verdict: "Of 12 participants, after a longer night: 3 less pain, 9 not judged."."""
    words, total = phrases_of(question), sum(counts.values())
    return f"Of {counted(total, 'participant')}, {words.comparison}: {counts_words(question, counts)}."


def counts_words(question: Question, counts: Mapping[Verdict, int]) -> str:
    """Write how often each verdict was given: "3 less pain, 2 more pain, 7 cannot tell yet"."""
    words = phrases_of(question)
    return ", ".join(f"{counts[verdict]} {verdict_words(verdict, words)}" for verdict in Verdict if counts.get(verdict))


def _with_effect(finding: Finding, words: Phrases, outcome: str, based_on: str) -> str | None:
    """Write a verdict with its effect; None where there is none. A stated direction makes its numbers positive."""
    value, low, high = finding.estimate.value, finding.estimate.low, finding.estimate.high
    if value is None or low is None or high is None:
        return None
    where, unit = capital(words.comparison), f"points per {words.unit}"
    if finding.verdict.has_direction:
        direction, ends = (words.outcome.higher, (low, high)) if value > 0 else (words.outcome.lower, (-high, -low))
        small = f" {capital(REASONS['smaller_than_matters'])}." if "smaller_than_matters" in finding.reasons else ""
        return (
            f"{where} {outcome} tended to be {direction}, by about {points(abs(value))} {unit} "
            f"(95% interval {interval_words(*ends)}{based_on}).{small}"
        )
    if finding.verdict is Verdict.AT_MOST_SMALL:
        return (
            f"{where} {outcome} was much the same: the difference is between {points(low)} and {points(high)} {unit} "
            f"(95% interval{based_on}), smaller than what usually matters."
        )
    return None


def _open(finding: Finding) -> str:
    """Write why there is no verdict, and the estimate so far."""
    start = "Not judged" if finding.verdict is Verdict.NOT_JUDGED else "Not determined"
    estimate = finding.estimate
    text = f"{start}: {reason_words(finding.reasons)}."
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return text
    effect = f"{points(estimate.value)} points per {finding.question.unit}"
    return f"{text} So far the estimate is {effect} (95% interval {interval_words(estimate.low, estimate.high)})."


def reason_words(reasons: Sequence[str]) -> str:
    """Write reasons, given by name, as the end of a sentence."""
    return "; ".join(REASONS.get(reason, reason.replace("_", " ")) for reason in reasons)


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
    if measure not in MEASURES or (reason in LEFT_OUT and lags.get(measure) == MEASURES[measure].lag_days):
        return LEFT_OUT.get(reason, reason.replace("_", " "))
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
    return CALENDAR_TERMS.get(term, term.replace("_", " "))


def points(value: float) -> str:
    """Write an effect in outcome points, with a true minus sign and two decimals, or three where two would hide it."""
    text = f"{abs(value):.2f}" if abs(value) >= 0.005 else f"{abs(value):.3f}"
    return f"−{text}" if value < 0 and float(text) > 0 else text


def interval_words(low: float, high: float) -> str:
    """Write an interval: "−0.31 to 0.02"."""
    return f"{points(low)} to {points(high)}"


def swing_words(measure: str, swing: float) -> str:
    """Write how far a participant's days usually are from their average: "2.1 hours", "65 minutes", "2,050 steps"."""
    definition = MEASURES[measure]
    size = swing * definition.per
    if measure == "step_count":
        return f"{whole(50 * round(size / 50))} steps"
    if not measure.endswith("_min"):
        return f"{size:.0f} {definition.unit.partition(' ')[2]}"
    return f"{size / 60:.1f} hours" if size >= 120 else f"{5 * round(size / 5)} minutes"


def days_needed_words(days_needed: int) -> str:
    """Write a forecast of days, rounded up to fives: "about 35 more days"."""
    return f"about {fives(days_needed)} more days"


def fives(number: int) -> int:
    """Round up to a multiple of five."""
    return 5 * -(-number // 5)


def probability_words(probability: float | None) -> str:
    """Write a probability as a whole percentage: "98%", "above 99%"."""
    if probability is None:
        return "unknown"
    return "above 99%" if probability > 0.99 else f"{100 * probability:.0f}%"
