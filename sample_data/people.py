"""The simulated participants: where they live, their devices and diaries, and their special features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sample_data.exercise import Exercise
from sample_data.treatments import AsNeeded, Experiment, Treatment

WearableFormat = Literal["fitbit", "apple_health", "fitabase"]
DiaryShape = Literal["wide", "long", "clinic", "sites"]


@dataclass(frozen=True, slots=True)
class Planted:
    """What is planted in one participant in place of what is drawn for the others; None is as drawn.

    Names and numbers of the six participants with a planted nature were chosen: a name decides the random draws, and
    with these each finding is clear with the default seed. They show what can happen, not how often it does: few names
    give a sign at 60 days with a score that is gone at 90.

    Parameters
    ----------
    usual_pain, sleep_slope, steps_slope, trend, residual_sd, rho
        As in :class:`sample_data.simulate.Nature`.
    sleep_variation
        How much sleep varies from night to night, as a share of everyone's variation.
    sleep_link_ends_at
        The moment after which pain no longer goes with sleep.
    sleep_slope_after
        The slope on sleep after that moment.
    steps_on_sleep
        Hours of sleep in the next night per 1,000 steps.
    white_share
        Share of the residual variance that is white noise of single days; ``rho`` is the correlation of the rest.
    rho_lag_days
        Days between two residuals with correlation ``rho``; with more than 1, the days between them have their own.
    """

    usual_pain: float | None = None
    sleep_slope: float | None = None
    steps_slope: float | None = None
    trend: float | None = None
    residual_sd: float | None = None
    rho: float | None = None
    sleep_variation: float = 1.0
    sleep_link_ends_at: float | None = None
    sleep_slope_after: float = 0.0
    steps_on_sleep: float | None = None
    white_share: float = 0.0
    rho_lag_days: int = 1


ORDINARY = Planted()


@dataclass(frozen=True, slots=True)
class SecondSite:
    """A second site with pain, which is scored after short nights only.

    Parameters
    ----------
    name
        Where it hurts.
    less
        How many points less it hurts than the first site.
    after_nights_below
        It is scored after nights below this quantile of the participant's nights.
    """

    name: str
    less: float
    after_nights_below: float


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated participant.

    A moment is a share of the study's length (0 first day, 1 last day), so that a study of any length has every
    feature.

    Parameters
    ----------
    participant_id
        The name of the participant's folder in the inbox; for Fitabase the ten-digit ``Id``.
    time_zone
        IANA name of the home zone.
    wearable, diary
        The formats of the participant's exports; ``wearable`` is None for a participant who has a diary only.
    travels_at, travels_to
        When an eight-day journey begins, and the zone it leads to.
    new_device_at
        When a new device arrives that counts 15% more steps.
    glitch_at
        When the device counts 70,000 steps in a day.
    treatment_at
        When the treatment starts.
    drops_out_at
        When diary and device are given up.
    early_export_at
        When a first export was made; the last export contains the same records again.
    diary_days
        Number of days of diary, for a participant who soon stopped.
    has_constant_pain
        Whether all scores are the same.
    has_repeated_rows
        Whether the export contains a few rows twice.
    spoilt_ratings
        When an unusable pain score was written, and its text.
    planted
        What is planted in this participant.
    own_days
        Length of the participant's own record, which begins with the study; None for the study's length.
    exercise, second_site
        The participant's exercise, and a second site with pain.
    mood_on_sleep
        Points of mood per hour of the last night, beside what goes with pain.
    treatments, experiment
        What the participant lists in ``treatments.csv``, and the experiment that the participant made.
    arm
        The participant's arm of the trial.
    as_needed
        A medicine that the participant takes on bad days.
    last_visit_on
        Day of the last visit to a doctor, counted from the first day of the record.
    """

    participant_id: str
    time_zone: str
    wearable: WearableFormat | None
    diary: DiaryShape
    travels_at: float | None = None
    travels_to: str = ""
    new_device_at: float | None = None
    glitch_at: float | None = None
    treatment_at: float | None = None
    drops_out_at: float | None = None
    early_export_at: float | None = None
    diary_days: int | None = None
    has_constant_pain: bool = False
    has_repeated_rows: bool = False
    spoilt_ratings: tuple[tuple[float, str], ...] = ()
    planted: Planted = ORDINARY
    own_days: int | None = None
    exercise: Exercise | None = None
    second_site: SecondSite | None = None
    mood_on_sleep: float = 0.0
    treatments: tuple[Treatment, ...] = ()
    experiment: Experiment | None = None
    arm: str | None = None
    as_needed: AsNeeded | None = None
    last_visit_on: int | None = None

    @property
    def first_name(self) -> str:
        """The name that a device carries."""
        return self.participant_id.capitalize()


# The first three participants already show every wearable format and every diary shape.
TABLE: tuple[Person, ...] = (
    Person("amber", "Europe/London", "fitbit", "wide", glitch_at=0.45),
    Person("basil", "Europe/Berlin", "apple_health", "long", spoilt_ratings=((0.7, "11,0"),)),
    Person("4020000013", "America/Chicago", "fitabase", "clinic"),
    Person("clover", "America/New_York", "fitbit", "wide", treatment_at=0.5),
    Person("daisy", "America/Los_Angeles", "apple_health", "wide", spoilt_ratings=((0.3, "five?"),)),
    Person("4020000026", "America/Chicago", "fitabase", "clinic", has_repeated_rows=True),
    Person("fern", "Europe/Berlin", "fitbit", "long", travels_at=0.6, travels_to="America/New_York"),
    Person(
        "hazel",
        "Europe/London",
        "apple_health",
        "wide",
        early_export_at=0.25,
        has_repeated_rows=True,
        spoilt_ratings=((0.2, "11"), (0.8, "11")),
    ),
    Person("4020000039", "America/Chicago", "fitabase", "clinic", has_constant_pain=True),
    Person("ivy", "America/New_York", "fitbit", "wide", drops_out_at=0.34),
    Person("jasper", "America/New_York", "apple_health", "wide", diary_days=9),
    Person("rowan", "Europe/London", "fitbit", "clinic", new_device_at=0.5),
    # No link; noise of single days beside noise that lasts.
    Person(
        "4020000104",
        "America/Chicago",
        "fitabase",
        "clinic",
        planted=Planted(sleep_slope=0.0, steps_slope=0.0, residual_sd=1.8, rho=0.9, white_share=0.6),
    ),
    # A sign that is clear at 60 days with a score and gone at 90.
    Person(
        "briar",
        "Europe/London",
        "fitbit",
        "long",
        planted=Planted(sleep_slope=-0.9, steps_slope=0.0, residual_sd=2.0, sleep_link_ends_at=0.45),
    ),
    # No link, and so little noise that any link that matters can be ruled out.
    Person(
        "4020000208",
        "America/Chicago",
        "fitabase",
        "clinic",
        planted=Planted(sleep_slope=0.0, steps_slope=0.0, residual_sd=0.5),
    ),
    # Sleep that varies by a few minutes only, too little to judge; a clear link with steps.
    Person("willow", "America/Los_Angeles", "fitbit", "wide", planted=Planted(steps_slope=0.25, sleep_variation=0.06)),
    # A clear link, although two scores in five are 0.
    Person(
        "laurel",
        "Europe/Berlin",
        "fitbit",
        "wide",
        planted=Planted(usual_pain=0.75, sleep_slope=-0.8, steps_slope=0.0, residual_sd=1.2),
    ),
    # A rhythm of the week that changes slowly, so that columns for the days of the week cannot describe it.
    Person(
        "4020000221",
        "America/Chicago",
        "fitabase",
        "clinic",
        planted=Planted(sleep_slope=0.0, steps_slope=0.0, residual_sd=1.6, rho=0.85, rho_lag_days=7),
    ),
)

_ZONES = ("Europe/London", "America/New_York", "Europe/Berlin", "America/Chicago")
_SHAPES: tuple[tuple[WearableFormat, DiaryShape], ...] = (
    ("fitbit", "wide"),
    ("apple_health", "long"),
    ("fitabase", "clinic"),
)


def people(count: int) -> tuple[Person, ...]:
    """Return the first ``count`` participants: those of the table, then ordinary ones."""
    return TABLE[:count] + tuple(_ordinary(number) for number in range(len(TABLE) + 1, count + 1))


def _ordinary(number: int) -> Person:
    wearable, diary = _SHAPES[number % 3]
    name = str(4020000000 + 13 * number) if wearable == "fitabase" else f"person{number:03d}"
    return Person(name, _ZONES[number % 4], wearable, diary)
