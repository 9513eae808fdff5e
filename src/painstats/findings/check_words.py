"""What is decided otherwise in each check of an answer, in words that end the question "What if …"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from painstats.vocabulary import MEASURES

COHORT_CHECKS = {
    "people_resampled": "other people like these had taken part "
    "(tried 4 000 times, with people drawn from these, some more than once)",
    "robust_errors": "nothing was assumed about how one person's days hang together (CR2 standard errors)",
    "one_person_out": "one of the people had not taken part, whoever it is (the range of the averages)",
    "most_influential_out": "the person who matters most had not taken part",
    "days_shifted": "everybody's {measures} were moved to other days, which breaks every link "
    "(p: how often such moves show a link as strong)",
    "days_held_back": "days far from what the model expects counted less",
    "ranked_scores": "only the order of each person's ratings counted (p: how often chance shows a link as strong)",
    "detrended": "each person's slow drift was taken out of {measures}",
    "lagged_outcome": "the rating of the day before stood in for what carries over from day to day",
    "earlier_days": "{measures} of one day further back were taken into account too",
    "first_days_removed": "each person's first 14 days of diary were left out",
    "curved_sleep": "the line for sleep could bend (the slope at a person's usual night)",
    "sleep_bend": "… and how much it bends: points per squared hour "
    "(above zero: worse after short nights and after long ones)",
    "simpler_spread": "people's levels, slopes and drifts were independent of each other",
    "fuller_spread": "each person had a drift of their own",
}
"""Check to words about people on average."""

PERSON_CHECKS = COHORT_CHECKS | {
    "days_shifted": "your {measures} were moved to other days, which breaks every link "
    "(p: how often such moves show a link as strong)",
    "days_held_back": "days far from what your other days foretell counted less",
    "ranked_scores": "only the order of your ratings counted (p: how often chance shows a link as strong)",
    "detrended": "your slow drift was taken out of {measures}",
    "first_days_removed": "your first 14 days of diary were left out",
    "curved_sleep": "the line for sleep could bend (the slope at your usual night)",
}
"""The same about the reader."""


def check_words(check: str, measures: Sequence[str], *, about: Mapping[str, str] = COHORT_CHECKS) -> str:
    """Write what is decided otherwise in a check.

    Parameters
    ----------
    check
        Name of the check.
    measures
        The measures of the plan.
    about
        ``COHORT_CHECKS`` or ``PERSON_CHECKS``.
    """
    labels = list(dict.fromkeys(MEASURES[measure].label for measure in measures))
    return about.get(check, check.replace("_", " ")).format(measures=" and ".join(labels))


def same_words(same: bool | None) -> str:
    """Write whether an answer stays."""
    if same is None:
        return "–"
    return "yes" if same else "NO"
