"""The planted truth of a sample study: its size, its equations' coefficients, how much is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sample_data.people import Person

JOURNEY_DAYS = 8


@dataclass(frozen=True, slots=True)
class Truth:
    """The true parameters. Sleep is in hours, steps in thousands, pain in points of a 0-10 scale.

    The values come from daily diaries of chronic pain and from public step and sleep series: slopes near zero on
    average that differ much between participants, autocorrelated residuals, sleep close to white noise, and skewed
    steps.

    Parameters
    ----------
    people, days, start
        Size of the study and its first date, a Monday; with the default start both spring clock changes of 2026
        (8 March in the United States, 29 March in Europe) are within 120 days.
    treated
        How many participants of :data:`sample_data.treated.TREATED` there are besides, each with a record of their own
        length.
    explored, trial
        The same of :data:`sample_data.explored.EXPLORED`, and of :data:`sample_data.trial.TRIAL`.
    burn_in_days
        Days simulated and discarded, so that the first day is as stationary as the last.
    pain_usual, pain_sd_between, pain_usual_limits
        Participants' usual pain: mean, remaining SD between participants, and limits.
    sleep_usual, sleep_sd_between, sleep_sd_within, sleep_limits
        Usual sleep, its SD between participants, the SD of a night's own noise, shortest and longest night.
    steps_usual, steps_sd_between, steps_cv_within, steps_limits
        Usual steps, their SD between participants, the SD of a day's own noise as a share of the usual level, fewest
        and most.
    usual_sleep_slope, usual_steps_slope
        Between participants: usual pain per hour of usual sleep and per 1,000 usual steps.
    sleep_slope, sleep_slope_sd, steps_slope, steps_slope_sd
        Within participants: pain per hour of the last night and per 1,000 steps of the day before; mean and SD over
        participants.
    correlation_pain_sleep_slope, correlation_slopes
        Correlation over participants of usual pain with the sleep slope, and of the two slopes.
    trend_sd
        SD over participants of a straight trend of pain, in points per 30 days.
    residual_sd, residual_sd_log_sd, rho
        Residual SD of pain, the SD over participants of its logarithm, residual correlation from one day to the next.
    weekday_effects
        Pain from Monday to Sunday; sums to 0.
    sleep_on_sleep, steps_on_sleep, pain_on_sleep, weekend_on_sleep
        What carries over into the next night.
    steps_on_steps, pain_on_steps, sleep_on_steps, weekend_on_steps
        What carries over into the day's steps.
    treatment_effect, treatment_onset_days
        Change of pain under the treatment, and the time constant of its onset.
    diary_missing, wear_missing, gap_days
        Shares of missing diary days and unworn days, and their mean length in a row.
    """

    people: int = 18
    days: int = 120
    start: date = date(2026, 2, 2)
    treated: int = 0
    explored: int = 0
    trial: int = 0
    burn_in_days: int = 30
    pain_usual: float = 5.2
    pain_sd_between: float = 1.5
    pain_usual_limits: tuple[float, float] = (2.5, 7.5)
    sleep_usual: float = 6.9
    sleep_sd_between: float = 0.8
    sleep_sd_within: float = 1.15
    sleep_limits: tuple[float, float] = (3.0, 11.5)
    steps_usual: float = 6.0
    steps_sd_between: float = 2.5
    steps_cv_within: float = 0.45
    steps_limits: tuple[float, float] = (0.7, 40.0)
    usual_sleep_slope: float = -0.40
    usual_steps_slope: float = -0.10
    sleep_slope: float = -0.15
    sleep_slope_sd: float = 0.15
    steps_slope: float = 0.02
    steps_slope_sd: float = 0.10
    correlation_pain_sleep_slope: float = -0.2
    correlation_slopes: float = 0.3
    trend_sd: float = 0.20
    residual_sd: float = 1.2
    residual_sd_log_sd: float = 0.30
    rho: float = 0.40
    weekday_effects: tuple[float, ...] = (0.10, 0.05, 0.0, 0.0, -0.05, -0.10, 0.0)
    sleep_on_sleep: float = 0.05
    steps_on_sleep: float = 0.04
    pain_on_sleep: float = -0.06
    weekend_on_sleep: float = 0.45
    steps_on_steps: float = 0.20
    pain_on_steps: float = -0.15
    sleep_on_steps: float = 0.05
    weekend_on_steps: float = -0.40
    treatment_effect: float = -1.0
    treatment_onset_days: float = 7.0
    diary_missing: float = 0.12
    wear_missing: float = 0.09
    gap_days: float = 2.5

    @property
    def dates(self) -> list[date]:
        """The local dates of the study."""
        return [self.start + timedelta(days=day) for day in range(self.days)]

    def day_at(self, share: float) -> int:
        """Index of the day at a share of the study's length."""
        return round(share * (self.days - 1))


def own_truth(truth: Truth, person: Person) -> Truth:
    """Return the truth with the length of a participant's own record."""
    return truth if person.own_days is None else replace(truth, days=person.own_days)


def zone_on(truth: Truth, person: Person, day: date) -> str:
    """Return the IANA zone in which a participant spent a local date."""
    journey = journey_dates(truth, person)
    return person.travels_to if journey is not None and journey[0] <= day <= journey[1] else person.time_zone


def journey_dates(truth: Truth, person: Person) -> tuple[date, date] | None:
    """Return the first and the last local date of a participant's journey, or None."""
    if person.travels_at is None:
        return None
    first = truth.dates[truth.day_at(person.travels_at)]
    return first, first + timedelta(days=JOURNEY_DAYS - 1)
