"""Simulate days of sleep, pain and steps with a known truth.

Each day has sleep of the night before, then pain, then steps. Everything is a departure from the participant's own
usual level. Sleep and steps enter the pain equation as they are exported (whole minutes, whole steps), so the true
slopes are exact for the exported data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from sample_data.explored import EXPLORED
from sample_data.people import Person, people
from sample_data.treated import TREATED
from sample_data.treatments import Treatment, day_after_bad_week
from sample_data.trial import TRIAL
from sample_data.truth import Truth, journey_dates, own_truth

__all__ = ["Life", "Nature", "Truth", "daily_frame", "simulate"]

GLITCH_STEPS = 70_000
NEW_DEVICE_FACTOR = 1.15
DIARY_STEP = {"wide": 1.0, "long": 0.5, "clinic": 0.1, "sites": 1.0}
"""Smallest difference between two scores of a diary, in points of the 0-10 scale."""


@dataclass(frozen=True, slots=True)
class Nature:
    """The true parameters of one participant; units as in :class:`sample_data.truth.Truth`.

    Those from ``sleep_variation`` on are as in :class:`sample_data.people.Planted`, the end of the sleep link as the
    index of its last day. ``course`` is what exercise, treatments and experiment add to the pain of each day of the
    record; it is empty where they add nothing.
    """

    usual_pain: float
    usual_sleep: float
    usual_steps: float
    sleep_slope: float
    steps_slope: float
    trend: float
    residual_sd: float
    rho: float
    weekday_effects: tuple[float, ...]
    treatment_day: int | None
    sleep_variation: float = 1.0
    white_share: float = 0.0
    rho_lag_days: int = 1
    sleep_link_last_day: int | None = None
    sleep_slope_after: float = 0.0
    steps_on_sleep: float | None = None
    course: tuple[float, ...] = ()

    def sleep_slope_on(self, day: int) -> float:
        """Return the slope on last night's sleep, which is another one once the link has ended."""
        has_ended = self.sleep_link_last_day is not None and day > self.sleep_link_last_day
        return self.sleep_slope_after if has_ended else self.sleep_slope


@dataclass(frozen=True, slots=True)
class Life:
    """One participant's true days; arrays have one entry for each date of the study.

    Parameters
    ----------
    pain_score
        Pain as the participant would score it, on 0-10.
    step_count, step_count_walked
        Steps as the device counts them, and as they were.
    total_sleep_time_min
        Sleep of the night that ends on the date.
    diary_missing, unworn
        Days without a usable rating; days (and nights before them) without the device.
    treatments
        What the participant lists, each with the day on which it began.
    exercise_min
        Minutes of each kind of exercise.
    """

    person: Person
    nature: Nature
    dates: list[date]
    pain_score: np.ndarray
    step_count: np.ndarray
    step_count_walked: np.ndarray
    total_sleep_time_min: np.ndarray
    diary_missing: np.ndarray
    unworn: np.ndarray
    treatments: tuple[Treatment, ...] = ()
    exercise_min: Mapping[str, np.ndarray] = field(default_factory=dict)


def stream(seed: int, participant_id: str, purpose: str) -> np.random.Generator:
    """Return the random numbers of one participant for one purpose, independent of all others."""
    words = [seed, *participant_id.encode(), 0, *purpose.encode()]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def simulate(truth: Truth, seed: int) -> tuple[Life, ...]:
    """Simulate the true days of everyone.

    Parameters
    ----------
    truth
        What is planted.
    seed
        Any whole number from 0; the same seed gives the same days for any number of participants.

    Returns
    -------
    One ``Life`` for each participant, in the order of :func:`sample_data.people.people`, then the treated, the
    explored, and those of the trial.
    """
    everyone = people(truth.people) + TREATED[: truth.treated] + EXPLORED[: truth.explored] + TRIAL[: truth.trial]
    return tuple(_live(own_truth(truth, person), person, seed) for person in everyone)


def daily_frame(truth: Truth, seed: int) -> pl.DataFrame:
    """Return the planted days of everyone as a table, one row for each participant and date.

    There are values for every day, even if nothing was exported: ``diary_missing`` and ``unworn`` say so. Two exported
    days should not be used: 70,000 steps, and a traveller's last day abroad, shortened by the flight.

    Returns
    -------
    Columns ``participant_id``, ``date``, ``pain_score`` (0-10, rounded as in the diary), ``step_count`` (as
    the device counts), ``step_count_walked``, ``total_sleep_time_min``, ``diary_missing``, ``unworn``.
    """
    return pl.concat([_days_of(life) for life in simulate(truth, seed)])


def _days_of(life: Life) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "participant_id": [life.person.participant_id] * len(life.dates),
            "date": life.dates,
            "pain_score": life.pain_score,
            "step_count": life.step_count,
            "step_count_walked": life.step_count_walked,
            "total_sleep_time_min": life.total_sleep_time_min,
            "diary_missing": life.diary_missing,
            "unworn": life.unworn,
        }
    )


def _live(truth: Truth, person: Person, seed: int) -> Life:
    rng = stream(seed, person.participant_id, "life")
    exercise_min = _exercise(truth, person, stream(seed, person.participant_id, "exercise"))
    nature = _planted(truth, person, _nature(truth, person, rng), exercise_min)
    pain, steps, sleep = _days(truth, nature, rng)
    step = DIARY_STEP[person.diary]
    diary_missing = _gaps(truth, truth.diary_missing, rng)
    unworn = _gaps(truth, truth.wear_missing, rng)
    _apply_oddities(truth, person, diary_missing, unworn)
    pain_score = np.round(np.clip(np.rint(pain / step) * step, 0, 10), 1)
    return Life(
        person=person,
        nature=nature,
        dates=truth.dates,
        pain_score=pain_score,
        step_count=_counted(truth, person, steps),
        step_count_walked=steps,
        total_sleep_time_min=sleep,
        diary_missing=diary_missing,
        unworn=unworn,
        treatments=tuple(_begun(treatment, pain_score) for treatment in person.treatments),
        exercise_min=exercise_min,
    )


def _exercise(truth: Truth, person: Person, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return person.exercise.drawn(truth.days, rng) if person.exercise else {}


def _nature(truth: Truth, person: Person, rng: np.random.Generator) -> Nature:
    u0, u_sleep, u_steps = _correlated_normals(truth, rng)
    usual_sleep = truth.sleep_usual + truth.sleep_sd_between * rng.standard_normal()
    usual_steps = max(2.0, truth.steps_usual + truth.steps_sd_between * rng.standard_normal())
    usual_pain = (
        truth.pain_usual
        + truth.usual_sleep_slope * (usual_sleep - truth.sleep_usual)
        + truth.usual_steps_slope * (usual_steps - truth.steps_usual)
        + truth.pain_sd_between * u0
    )
    trend = truth.trend_sd * rng.standard_normal()
    spread = truth.residual_sd_log_sd
    residual_sd = truth.residual_sd * math.exp(spread * rng.standard_normal() - spread**2)
    feels = 0.0 if person.has_constant_pain else 1.0
    return Nature(
        usual_pain=min(max(usual_pain, truth.pain_usual_limits[0]), truth.pain_usual_limits[1]),
        usual_sleep=usual_sleep,
        usual_steps=usual_steps,
        sleep_slope=feels and truth.sleep_slope + truth.sleep_slope_sd * u_sleep,
        steps_slope=feels and truth.steps_slope + truth.steps_slope_sd * u_steps,
        trend=feels and trend,
        residual_sd=feels and residual_sd,
        rho=feels and truth.rho,
        weekday_effects=tuple(feels and effect for effect in truth.weekday_effects),
        treatment_day=None if person.treatment_at is None else truth.day_at(person.treatment_at),
    )


def _planted(truth: Truth, person: Person, drawn: Nature, exercise_min: dict[str, np.ndarray]) -> Nature:
    """Put what is planted in a participant in place of what was drawn."""
    chosen = {name: value for name, value in asdict(person.planted).items() if value is not None}
    ends_at = chosen.pop("sleep_link_ends_at", None)
    last_day = None if ends_at is None else truth.day_at(ends_at)
    return replace(drawn, sleep_link_last_day=last_day, course=_course(truth, person, exercise_min), **chosen)


def _course(truth: Truth, person: Person, exercise_min: dict[str, np.ndarray]) -> tuple[float, ...]:
    """Add up what exercise, treatments and experiment do to the pain of each day."""
    day = np.arange(truth.days)
    effects = [treatment.effect * treatment.share(day) for treatment in person.treatments if treatment.effect]
    if (made := person.experiment) is not None:
        effects.append(made.effect * made.share(day, made.plan(person.participant_id, truth.start).order))
    if person.exercise is not None:
        effects.append(person.exercise.course(exercise_min))
    return tuple(np.sum(effects, axis=0).tolist()) if effects else ()


def _begun(treatment: Treatment, pain_score: np.ndarray) -> Treatment:
    """Return a treatment with the day on which it began."""
    if not treatment.after_bad_week:
        return treatment
    return replace(treatment, starts_on=day_after_bad_week(pain_score, treatment.starts_on))


def _correlated_normals(truth: Truth, rng: np.random.Generator) -> tuple[float, float, float]:
    """Draw usual pain, sleep slope and steps slope in SDs, correlated as planted."""
    first, second, third = (float(draw) for draw in rng.standard_normal(3))
    with_pain, with_slope = truth.correlation_pain_sleep_slope, truth.correlation_slopes
    # Choleski factor of the 3 x 3 correlation matrix in which usual pain and the steps slope are uncorrelated.
    l22 = math.sqrt(1 - with_pain**2)
    l32 = with_slope / l22
    return first, with_pain * first + l22 * second, l32 * second + math.sqrt(1 - l32**2) * third


def _days(truth: Truth, nature: Nature, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run the three equations; return pain (not rounded), steps and minutes of sleep of the study's days."""
    length = truth.burn_in_days + truth.days
    sleep_noise = truth.sleep_sd_within * math.sqrt(1 - truth.sleep_on_sleep**2) * rng.standard_normal(length)
    pain_noise = _residuals(nature, rng, length)
    steps_sd = nature.usual_steps * truth.steps_cv_within * math.sqrt(1 - truth.steps_on_steps**2)
    steps_noise = steps_sd * _skewed(rng, length)
    pain, steps, minutes = np.zeros(length), np.zeros(length, np.int64), np.zeros(length, np.int64)
    d_sleep = d_pain = d_steps = 0.0
    for index in range(length):
        day = index - truth.burn_in_days
        weekday = (truth.start.weekday() + day) % 7
        minutes[index] = _minutes_asleep(truth, nature, weekday, d_sleep, d_pain, d_steps, sleep_noise[index])
        d_sleep = minutes[index] / 60 - nature.usual_sleep
        d_pain = nature.sleep_slope_on(day) * d_sleep + nature.steps_slope * d_steps + nature.weekday_effects[weekday]
        d_pain += _slow_change(truth, nature, day) + pain_noise[index]
        pain[index] = nature.usual_pain + d_pain
        steps[index] = _steps(truth, nature, weekday, d_sleep, d_pain, d_steps, steps_noise[index])
        d_steps = steps[index] / 1000 - nature.usual_steps
    kept = slice(truth.burn_in_days, None)
    return pain[kept], steps[kept], minutes[kept]


def _minutes_asleep(
    truth: Truth, nature: Nature, weekday: int, d_sleep: float, d_pain: float, d_steps: float, noise: float
) -> int:
    """Draw the sleep of the night before a weekday, after yesterday's sleep, pain and steps."""
    on_steps = truth.steps_on_sleep if nature.steps_on_sleep is None else nature.steps_on_sleep
    carried = truth.sleep_on_sleep * d_sleep + truth.pain_on_sleep * d_pain + on_steps * d_steps
    departure = carried + truth.weekend_on_sleep * _weekend(weekday) + noise
    hours = nature.usual_sleep + nature.sleep_variation * departure
    return round(60 * min(max(hours, truth.sleep_limits[0]), truth.sleep_limits[1]))


def _steps(
    truth: Truth, nature: Nature, weekday: int, d_sleep: float, d_pain: float, d_steps: float, noise: float
) -> int:
    """Count the steps of a weekday, after last night's sleep, today's pain and yesterday's steps."""
    carried = truth.sleep_on_steps * d_sleep + truth.pain_on_steps * d_pain + truth.steps_on_steps * d_steps
    thousands = nature.usual_steps + carried + truth.weekend_on_steps * _weekend(weekday) + noise
    return round(1000 * min(max(thousands, truth.steps_limits[0]), truth.steps_limits[1]))


def _weekend(weekday: int) -> float:
    """Weekend as a contrast with mean 0 over the week."""
    return (weekday >= 5) - 2 / 7


def _slow_change(truth: Truth, nature: Nature, day: int) -> float:
    """Trend, treatment once it has started (it builds up as 1 - exp(-days / time constant)), and what is listed."""
    change = nature.trend * (max(day, 0) - (truth.days - 1) / 2) / 30
    if nature.treatment_day is not None and day >= nature.treatment_day:
        treated_days = day - nature.treatment_day + 1
        change += truth.treatment_effect * (1 - math.exp(-treated_days / truth.treatment_onset_days))
    if nature.course and day >= 0:
        change += nature.course[day]
    return change


def _residuals(nature: Nature, rng: np.random.Generator, length: int) -> np.ndarray:
    """Draw residuals that resemble earlier ones, and white noise of single days with its share of their variance."""
    lasting = _remembering_noise(nature, rng.standard_normal(length))
    if not nature.white_share:
        return lasting  # nothing is drawn, so that all later draws are the same as without white noise
    white = nature.residual_sd * rng.standard_normal(length)
    return np.asarray(math.sqrt(1 - nature.white_share) * lasting + math.sqrt(nature.white_share) * white)


def _remembering_noise(nature: Nature, draws: np.ndarray) -> np.ndarray:
    """Return residuals with correlation rho between days ``rho_lag_days`` apart, the same SD on every day."""
    noise, apart = draws.copy(), nature.rho_lag_days
    for index in range(apart, len(draws)):
        noise[index] = nature.rho * noise[index - apart] + math.sqrt(1 - nature.rho**2) * draws[index]
    return nature.residual_sd * noise


def _skewed(rng: np.random.Generator, length: int) -> np.ndarray:
    """Gamma noise with mean 0, SD 1 and skewness 1: many days a little below, a few far above."""
    shape = 4.0
    return np.asarray((rng.gamma(shape, size=length) - shape) / math.sqrt(shape))


def _gaps(truth: Truth, share: float, rng: np.random.Generator) -> np.ndarray:
    """Missing days from a two-state Markov chain with the given share and mean length of a gap."""
    draws = rng.random(truth.days)
    stay = 1 - 1 / truth.gap_days
    enter = share * (1 - stay) / (1 - share)
    missing = np.zeros(truth.days, bool)
    missing[0] = draws[0] < share
    for day in range(1, truth.days):
        missing[day] = draws[day] < (stay if missing[day - 1] else enter)
    return missing


def _apply_oddities(truth: Truth, person: Person, diary_missing: np.ndarray, unworn: np.ndarray) -> None:
    """Mark the days without a score or without the device because of the participant's special features."""
    if person.wearable is None:
        unworn[:] = True
    for share, _ in person.spoilt_ratings:
        diary_missing[truth.day_at(share)] = True
    if person.diary_days is not None:
        diary_missing[np.flatnonzero(~diary_missing)[person.diary_days :]] = True
    if person.drops_out_at is not None:
        gone = truth.day_at(person.drops_out_at)
        diary_missing[gone:] = unworn[gone:] = True
    if (journey := journey_dates(truth, person)) is not None:
        # On both flights the tracker is in the bag: no clock could be right for a night between two zones.
        for flight in (journey[0], journey[1] + timedelta(days=1)):
            if flight in (dates := truth.dates):
                unworn[dates.index(flight)] = True
    if person.glitch_at is not None:
        unworn[truth.day_at(person.glitch_at)] = False


def _counted(truth: Truth, person: Person, steps: np.ndarray) -> np.ndarray:
    """Turn the steps that were walked into those that the device counts."""
    counted = steps.copy()
    if person.new_device_at is not None:
        first = truth.day_at(person.new_device_at)
        counted[first:] = np.rint(NEW_DEVICE_FACTOR * steps[first:])
    if person.glitch_at is not None:
        counted[truth.day_at(person.glitch_at)] = GLITCH_STEPS
    return counted
