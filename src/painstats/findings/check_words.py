"""What each robustness check changes, in words that end the question "What if …"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from painstats.findings.firmness import Firmness
from painstats.questions.phrases import counted, listed
from painstats.vocabulary import MEASURES

COHORT_CHECKS = {
    "participants_resampled": "other participants like these had taken part "
    "(simulated 4,000 times by drawing participants with replacement)",
    "robust_errors": "nothing was assumed about the correlation between days (CR2 standard errors)",
    "one_participant_out": "any one participant had not taken part (the range of the averages)",
    "most_influential_out": "the most influential participant had not taken part",
    "days_shifted": "everyone's {exposures} were moved to other days, which breaks any link "
    "(p: how often such shifts show a link as strong)",
    "outliers_pulled_in": "days far from what the model expects counted less",
    "ranked_scores": "only the order of each participant's scores counted (p: how often chance shows a link as strong)",
    "detrended": "each participant's slow drift was removed from {exposures}",
    "lagged_outcome": "the score of the day before replaced the correlation between days",
    "earlier_days": "the same measures one day earlier were taken into account too",
    "first_days_removed": "each participant's first 14 days of diary were left out",
    "complete_days": "only days on which everything is known counted",
    "enough_steps": "days with few steps never counted, whatever showed that the device was worn",
    "without_guard": "it was not taken into account that the scores of a day also change {exposures} of later days",
    "curved_sleep": "the line for sleep could curve (the slope at a participant's usual night)",
    "sleep_bend": "… and how much it curves: points per squared hour "
    "(above zero: higher scores after both short and long nights)",
    "simpler_spread": "participants' levels, slopes and drifts were independent of each other",
    "fuller_spread": "each participant had a drift of their own",
}
"""Check to words about participants on average."""

PARTICIPANT_CHECKS = COHORT_CHECKS | {
    "days_shifted": "your {exposures} were moved to other days, which breaks any link "
    "(p: how often such shifts show a link as strong)",
    "outliers_pulled_in": "days far from what your other days predict counted less",
    "ranked_scores": "only the order of your scores counted (p: how often chance shows a link as strong)",
    "detrended": "your slow drift was removed from {exposures}",
    "first_days_removed": "your first 14 days of diary were left out",
    "curved_sleep": "the line for sleep could curve (the slope at your usual night)",
    "sleep_bend": "… and how much it curves (higher: higher scores after both short and long nights)",
}
"""The same in a report to the participant."""


def check_words(check: str, measures: Sequence[str], *, about: Mapping[str, str] = COHORT_CHECKS) -> str:
    """Write what a check changes.

    Parameters
    ----------
    check
        Name of the check.
    measures
        The measures of the study's questions.
    about
        ``COHORT_CHECKS`` or ``PARTICIPANT_CHECKS``.
    """
    labels = list(dict.fromkeys(MEASURES[measure].label for measure in measures))
    return about.get(check, check.replace("_", " ")).format(exposures=listed(labels))


def firmness_words(firmness: Firmness, measures: Sequence[str]) -> str:
    """Write for researchers how many checks show a direction, and what changes where one does not.

    Empty where no check could be made. ``measures`` are the measures of the study's questions.
    """
    if not firmness.checks:
        return ""
    agreeing = firmness.checks - len(firmness.disagreeing)
    shown = f"{agreeing} of {counted(firmness.checks, 'check')} of these days show this direction"
    if firmness.is_firm:
        return f"{shown}."
    exceptions = " or if ".join(check_words(check, measures) for check in firmness.disagreeing)
    called = " The participant's page calls no direction." if firmness.calls_no_direction else ""
    return f"{shown}; it is not shown if {exceptions}.{called}"


def same_words(same: bool | None) -> str:
    """Write whether a result stays the same."""
    if same is None:
        return "–"
    return "yes" if same else "NO"
