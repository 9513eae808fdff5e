"""What participants read about each measure: its days, its units, and what is said where it hardly varies."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.language import _
from painstats.vocabulary import MEASURES


@dataclass(frozen=True, slots=True)
class MeasureUnit:
    """A difference between two days, in units of an effect, with its phrases (see ``UnitWords``)."""

    factor: float
    per: str
    more: str
    day: str


@dataclass(frozen=True, slots=True)
class MeasureWords:
    """The phrases of a measure; fields as in ``Phrases``.

    Parameters
    ----------
    more
        "longer nights".
    units
        The differences that effects are reported for, the smallest first.
    """

    more: str
    low_days: str
    high_days: str
    doing: str
    hardly_varies: str
    units: tuple[MeasureUnit, ...]


MEASURE_WORDS: dict[str, MeasureWords] = {
    "total_sleep_time_min": MeasureWords(
        more=_("longer nights"),
        low_days=_("your short nights"),
        high_days=_("your long ones"),
        doing=_("sleeping longer"),
        hardly_varies=_("Your nights hardly differ in length."),
        units=(
            MeasureUnit(1, _("per extra hour"), _("for one more hour"), _("a night one hour longer")),
            MeasureUnit(2, _("per two extra hours"), _("for two more hours"), _("a night two hours longer")),
        ),
    ),
    "step_count": MeasureWords(
        more=_("more steps"),
        low_days=_("your quiet days"),
        high_days=_("your busy ones"),
        doing=_("walking more"),
        hardly_varies=_("Your days hardly differ in steps."),
        units=(
            MeasureUnit(1, _("per 1,000 steps"), _("for 1,000 more steps"), _("a day with 1,000 more steps")),
            MeasureUnit(2, _("per 2,000 steps"), _("for 2,000 more steps"), _("a day with 2,000 more steps")),
            MeasureUnit(5, _("per 5,000 steps"), _("for 5,000 more steps"), _("a day with 5,000 more steps")),
        ),
    ),
    "active_time_min": MeasureWords(
        more=_("more active time"),
        low_days=_("your quiet days"),
        high_days=_("your busy ones"),
        doing=_("being more active"),
        hardly_varies=_("Your days hardly differ in active time."),
        units=(
            MeasureUnit(
                1,
                _("per 30 active minutes"),
                _("for 30 more active minutes"),
                _("a day with 30 more active minutes"),
            ),
            MeasureUnit(
                2,
                _("per 60 active minutes"),
                _("for 60 more active minutes"),
                _("a day with 60 more active minutes"),
            ),
        ),
    ),
    "exercise_time_min": MeasureWords(
        more=_("more exercise"),
        low_days=_("your days with little exercise"),
        high_days=_("those with a lot"),
        doing=_("exercising more"),
        hardly_varies=_("Your days hardly differ in exercise."),
        units=(
            MeasureUnit(
                1,
                _("per 30 minutes of exercise"),
                _("for 30 more minutes of exercise"),
                _("a day with 30 more minutes of exercise"),
            ),
            MeasureUnit(
                2,
                _("per 60 minutes of exercise"),
                _("for 60 more minutes of exercise"),
                _("a day with 60 more minutes of exercise"),
            ),
        ),
    ),
    "sleep_efficiency_percent": MeasureWords(
        more=_("nights with less time awake in bed"),
        low_days=_("your restless nights"),
        high_days=_("your calm ones"),
        doing=_("lying awake less"),
        hardly_varies=_("Your nights hardly differ in time awake in bed."),
        units=(
            MeasureUnit(
                1,
                _("per extra 10% of the time in bed asleep"),
                _("for an extra 10% of the time in bed asleep"),
                _("a night with an extra 10% of the time in bed asleep"),
            ),
            MeasureUnit(
                2,
                _("per extra 20% of the time in bed asleep"),
                _("for an extra 20% of the time in bed asleep"),
                _("a night with an extra 20% of the time in bed asleep"),
            ),
        ),
    ),
    "sleep_midpoint_min": MeasureWords(
        more=_("later nights"),
        low_days=_("your early nights"),
        high_days=_("your late ones"),
        doing=_("sleeping later"),
        hardly_varies=_("Your nights hardly differ in when you sleep."),
        units=(
            MeasureUnit(1, _("per hour later"), _("for one hour later"), _("a night one hour later")),
            MeasureUnit(2, _("per two hours later"), _("for two hours later"), _("a night two hours later")),
        ),
    ),
    "sleep_regularity_index": MeasureWords(
        more=_("two weeks of more regular sleep"),
        low_days=_("your less regular weeks"),
        high_days=_("your more regular ones"),
        doing=_("more regular sleep"),
        hardly_varies=_("The regularity of your sleep hardly changes."),
        units=(
            MeasureUnit(
                1,
                _("per 10 points of regularity"),
                _("for 10 more points of regularity"),
                _("two weeks with 10 more points of regularity"),
            ),
            MeasureUnit(
                2,
                _("per 20 points of regularity"),
                _("for 20 more points of regularity"),
                _("two weeks with 20 more points of regularity"),
            ),
        ),
    ),
    "time_in_bed_min": MeasureWords(
        more=_("nights with more time in bed"),
        low_days=_("your nights with little time in bed"),
        high_days=_("those with a lot"),
        doing=_("spending more time in bed"),
        hardly_varies=_("Your nights hardly differ in time in bed."),
        units=(
            MeasureUnit(1, _("per hour in bed"), _("for one more hour in bed"), _("a night with one more hour in bed")),
            MeasureUnit(
                2, _("per two hours in bed"), _("for two more hours in bed"), _("a night with two more hours in bed")
            ),
        ),
    ),
}
"""Measure to its phrases."""

LABELS: dict[str, str] = {
    "total_sleep_time_min": _("sleep"),
    "step_count": _("steps"),
    "active_time_min": _("active time"),
    "exercise_time_min": _("exercise"),
    "sleep_efficiency_percent": _("sleep efficiency"),
    "sleep_midpoint_min": _("midpoint of sleep"),
    "sleep_regularity_index": _("sleep regularity"),
    "time_in_bed_min": _("time in bed"),
}
"""Every measure of ``vocabulary.MEASURES``. A translation chooses one gender for all, as the sentences need it."""


def measure_label(measure: str) -> str:
    """Return what participants read for a measure: "steps"."""
    return LABELS.get(measure, MEASURES[measure].label)
