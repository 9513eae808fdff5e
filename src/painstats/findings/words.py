"""Findings in plain words: every verdict, every refusal and every reason, for a person and for a researcher.

Nothing here says that one thing brings another about, and nothing claims that a link is absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from painstats.vocabulary import MEASURES, VERDICTS


@dataclass(frozen=True, slots=True)
class ItemWords:
    """How a reported item is spoken of. Scores are turned so that higher is worse.

    Parameters
    ----------
    label
        "pain", "sleep quality".
    more, less
        What a higher and a lower score mean: "more pain", "better mood".
    higher, lower
        What the item is said to be then: "your pain tended to be lower", "your mood tended to be better".
    """

    label: str
    more: str
    less: str
    higher: str
    lower: str


def _symptom(label: str) -> ItemWords:
    return ItemWords(label, f"more {label}", f"less {label}", "higher", "lower")


def _quality(label: str) -> ItemWords:
    return ItemWords(label, f"worse {label}", f"better {label}", "worse", "better")


ITEM_WORDS = {
    **{item: _symptom(item) for item in ("pain", "soreness", "fatigue", "anxiety", "stress", "stiffness")},
    "mood": _quality("mood"),
    "sleep_quality": _quality("sleep quality"),
    "readiness": ItemWords("readiness", "less readiness", "more readiness", "lower", "higher"),
}

REASONS = {
    "too_few_days_for_model": "there are too few complete days for any estimate",
    "too_few_days_to_show": "there are too few complete days to show an estimate that means something",
    "too_few_days_for_verdict": "the number of complete days allows a first hint only, not yet an answer",
    "outcome_hardly_varies": "the ratings hardly vary, so nothing can be seen to go with them",
    "exposure_hardly_varies": "this hardly varies from day to day, so its link with the ratings cannot be seen",
    "too_many_days_missing": "too many of the days are missing a rating, a night or a day of wear",
    "no_fit": "the model could not be fitted for these days",
    "interval_too_wide": "the range of sizes that fit these days is still too wide for an answer",
    "unreliable": "these days do not yet set one person apart from the others in the study",
    "inside_smallest_effect": "the whole interval is smaller than the smallest effect that matters",
    "smaller_than_matters": "the direction is clear, but the size is below what usually matters in daily life",
    "too_many_days_missing_in_cohort": "half of the people or more have more than half of their days missing",
    "too_few_people": "there are too few people with enough days for a statement about people in general",
    "checks_disagree": "two independent ways of computing it disagree, so neither is put forward",
    "not_converged": "the mixed model did not reach a certified optimum, so the simpler two-stage estimate stands",
    "few_people_two_stage": "with fewer than ten people the estimate is the average of each person's own slope",
    "outcome_missing": "no ratings were found",
    "own_trend_dropped": "people's own drifts over time could not be told apart, so one common drift is used",
    "singular": "people's slopes and levels move together in these data, so that not all of them can be told apart",
}
"""Reason by name, in words that end a sentence."""

REFUSALS = frozenset(
    {
        "too_few_days_for_model",
        "too_few_days_to_show",
        "too_few_days_for_verdict",
        "outcome_hardly_varies",
        "exposure_hardly_varies",
        "too_many_days_missing",
        "no_fit",
        "outcome_missing",
    }
)
"""Reasons for which no verdict is allowed, whatever the numbers say."""

LEFT_OUT = {
    "no_outcome": "no rating for that day",
    "no_total_sleep_time_min": "no valid night before it",
    "no_step_count": "no valid step count on the day before",
    "no_active_time_min": "no valid active time on the day before",
    "few_days": "the person has fewer complete days than the model needs",
}
"""Why a day could not be used, in words, for the default lags (see :func:`left_out_words`)."""

DAY_REASONS = {
    "no_record": "nothing recorded",
    "not_worn": "not worn, or not long enough",
    "implausible": "a value no day can have",
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
    "in_phase": "days inside a declared phase against days outside",
}
"""The columns of the models that are no predictors, in words."""


def item_words(item: str) -> ItemWords:
    """Return how a reported item is spoken of."""
    return ITEM_WORDS[item]


def verdict_words(verdict: str, item: str = "pain") -> str:
    """Return the words on a report for a stored verdict: "less pain", "better mood"."""
    told = {"more_pain": item_words(item).more, "less_pain": item_words(item).less}
    return told[verdict] if verdict in told else VERDICTS[verdict]


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
        Measure to days between it and the rating.
    """
    measure = reason.removeprefix("no_")
    if measure not in MEASURES or (reason in LEFT_OUT and lags.get(measure) == MEASURES[measure].lag_days):
        return LEFT_OUT.get(reason, reason.replace("_", " "))
    label, lag = MEASURES[measure].label, lags.get(measure)
    if lag is None:
        return f"no valid {label} for the day it is compared with"
    return f"no valid {label} on the same day" if lag == 0 else f"no valid {label} {counted(lag, 'day')} before"


def term_words(term: str, predictors: Mapping[str, str]) -> str:
    """Write what a coefficient compares.

    Parameters
    ----------
    term
        Name of a column of the model.
    predictors
        Predictor to measure.
    """
    name, _, part = term.rpartition("_")
    if part in ("within", "between") and name in predictors:
        measure = MEASURES[predictors[name]]
        compared = "a day against the person's own average" if part == "within" else "people against each other"
        return f"{measure.label}, {compared}, per {measure.unit}"
    return CALENDAR_TERMS.get(term, term.replace("_", " "))


def points(value: float) -> str:
    """Write a size in outcome points with a true minus sign: two decimals, or three where two would hide the sign."""
    text = f"{abs(value):.2f}" if abs(value) >= 0.005 else f"{abs(value):.3f}"
    return f"−{text}" if value < 0 and float(text) > 0 else text


def interval_words(low: float, high: float) -> str:
    """Write an interval: "−0.31 to 0.02"."""
    return f"{points(low)} to {points(high)}"


def swing_words(measure: str, swing: float) -> str:
    """Write how far a person's days usually lie from their average: "2.1 hours", "65 minutes", "2 050 steps"."""
    definition = MEASURES[measure]
    size = swing * definition.per
    if measure == "step_count":
        return f"{whole(50 * round(size / 50))} steps"
    if not measure.endswith("_min"):
        return f"{size:.0f} {definition.unit.partition(' ')[2]}"
    return f"{size / 60:.1f} hours" if size >= 120 else f"{5 * round(size / 5)} minutes"


def days_needed_words(days_needed: int | None) -> str:
    """Write a forecast of days, rounded up to fives, or say that none can be made."""
    if days_needed is None:
        return "how many more days it would take cannot be foreseen"
    return f"about {5 * -(-days_needed // 5)} more days"


def headline(measure: str, verdict: str, days_needed: int | None, item: str = "pain") -> str:
    """Write the short answer for one predictor: "Sleep: less pain"."""
    words = verdict_words(verdict, item)
    if verdict == "cannot_tell_yet" and days_needed is not None:
        words = f"{words}: {days_needed_words(days_needed)}"
    return f"{capital(MEASURES[measure].label)}: {words}"


def comparison(measure: str, lag_days: int) -> str:
    """Write which days are compared: "after a longer night", "on the day after more steps"."""
    more = MEASURES[measure].more
    if MEASURES[measure].lag_days == 0:
        return f"after {more}" if lag_days == 0 else f"{counted(lag_days, 'day')} after {more}"
    if lag_days == 0:
        return f"on days with {more}"
    return f"on the day after {more}" if lag_days == 1 else f"{counted(lag_days, 'day')} after {more}"


def sentence(
    measure: str, lag_days: int, item: str, verdict: str, estimate: float | None, low: float | None, high: float | None,
    probability: float | None, days_needed: int | None, reasons: list[str], possessive: str = "your",
) -> str:  # fmt: skip
    """Write one finding about a person in full.

    Parameters
    ----------
    measure, lag_days, item
        What is compared with what.
    verdict, reasons, days_needed
        The answer and why.
    estimate, low, high
        Slope per effect unit with its 95 % interval, None where none may be shown.
    probability
        Probability that the direction is right.
    """
    is_directed = verdict in ("more_pain", "less_pain") and probability is not None
    sure = f"; probability that the direction is right: {_percent(probability)}" if is_directed else ""
    whose = f"{possessive} {item_words(item).label}"
    told = _told(whose, measure, lag_days, item, verdict, (estimate, low, high), sure, reasons)
    if told is not None:
        return told
    like = "with a rating" if "outcome_missing" in reasons else "with a rating, a night and a day of wear"
    more = f" With {days_needed_words(days_needed)} {like} an answer may become possible." if days_needed else ""
    return f"Not determined: {reason_words(reasons)}.{_so_far(measure, estimate, low, high)}{more}"


def cohort_sentence(
    measure: str, lag_days: int, item: str, verdict: str, estimate: float | None, low: float | None, high: float | None,
    people: int, days: int, reasons: list[str],
) -> str:  # fmt: skip
    """Write one finding about people on average in full (arguments as for :func:`sentence`)."""
    rests_on = f"; {people} people, {whole(days)} days"
    whose = f"people's {item_words(item).label}, each compared with their own average,"
    told = _told(whose, measure, lag_days, item, verdict, (estimate, low, high), rests_on, reasons)
    if told is not None:
        return told
    return f"Not determined: {reason_words(reasons)}.{_so_far(measure, estimate, low, high)}"


def counts_sentence(measure: str, lag_days: int, item: str, counts: Mapping[str, int]) -> str:
    """Write how many people had which answer: "Of 12 people, after a longer night: 3 less pain, 9 cannot tell yet."."""
    order = ("less_pain", "more_pain", "no_clear_link", "cannot_tell_yet")
    told = ", ".join(f"{counts[verdict]} {verdict_words(verdict, item)}" for verdict in order if counts.get(verdict))
    total = sum(counts.values())
    return f"Of {total} {'person' if total == 1 else 'people'}, {comparison(measure, lag_days)}: {told}."


def _told(
    whose: str, measure: str, lag_days: int, item: str, verdict: str,
    slope: tuple[float | None, float | None, float | None], rests_on: str, reasons: list[str],
) -> str | None:  # fmt: skip
    """Write a verdict with a size; None when there is none to write. A stated direction turns its numbers positive."""
    estimate, low, high = slope
    if estimate is None or low is None or high is None:
        return None
    unit, where, words = MEASURES[measure].unit, capital(comparison(measure, lag_days)), item_words(item)
    if verdict in ("more_pain", "less_pain"):
        direction, ends = (words.higher, (low, high)) if estimate > 0 else (words.lower, (-high, -low))
        small = f" {capital(REASONS['smaller_than_matters'])}." if "smaller_than_matters" in reasons else ""
        return (
            f"{where} {whose} tended to be {direction}: by about {points(abs(estimate))} points "
            f"per {unit} (95 % interval {interval_words(*ends)}{rests_on}).{small}"
        )
    if verdict == "no_clear_link":
        return (
            f"{where} {whose} was much the same: the difference lies between {points(low)} and {points(high)} points "
            f"per {unit} (95 % interval{rests_on}), which is smaller than what usually matters."
        )
    return None


def _so_far(measure: str, estimate: float | None, low: float | None, high: float | None) -> str:
    if estimate is None or low is None or high is None:
        return ""
    size = f"{points(estimate)} points per {MEASURES[measure].unit}"
    return f" So far the estimate is {size} (95 % interval {interval_words(low, high)})."


def counted(number: float, thing: str) -> str:
    """Write a number of things: "1 row", "12 480 rows"."""
    return f"{whole(number)} {thing}" if number == 1 else f"{whole(number)} {thing}s"


def compared_words(measure: str, lag_days: int) -> str:
    """Write which measure a rating is compared with: "steps of the day before"."""
    label = MEASURES[measure].label
    if MEASURES[measure].lag_days == 0 and lag_days == 0:
        return f"{label} of the night that ends on the day"
    if lag_days == 0:
        return f"{label} of the same day"
    return f"{label} of the day before" if lag_days == 1 else f"{label} {lag_days} days before"


def whole(number: float) -> str:
    """Write a whole number with thin spaces between thousands: 12 480."""
    return f"{number:,.0f}".replace(",", "\u202f")


def capital(text: str) -> str:
    """Write the first letter large."""
    return text[:1].upper() + text[1:]


def _percent(probability: float | None) -> str:
    if probability is None:
        return "unknown"
    return "above 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"
