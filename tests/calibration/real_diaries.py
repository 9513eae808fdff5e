"""Diaries like real ones: noise of single days, unknown nights and steps, and pain that acts back on both.

Scores are whole numbers from 0 to 10 with residuals of ``patterned_diaries``. Neither sleep nor steps have an effect on
average. The methods for such diaries are in docs/method/real_diaries.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import optimize, special

from painstats.frame.guard import ExposureDays
from painstats.frame.regimes import TREATMENTS
from painstats.mixedlm.engine.rows import Floats
from painstats.plan.study import Plan, Study
from painstats.questions.asked import asked
from painstats.questions.daily.design import daily_design
from painstats.questions.daily.guards import DaysOf
from tests.calibration.patterned_diaries import Pattern, residual_parts

STUDY = Study(folder=Path(), plan=Plan())
DESIGN = daily_design(STUDY, asked(STUDY))
SLEEP, STEPS = DESIGN.exposures

SLEEP_EFFECT_SD, STEPS_EFFECT_SD = 0.15, 0.10
"""SD between participants of the effects of an hour of sleep and of a thousand steps, in points, unless alike."""

SLEEP_FEEDBACK, STEPS_FEEDBACK = -0.15, -0.30
"""What a point of pain does to the following night, in hours, and to the steps of the same day, in thousands."""

SLEEP_SD, STEPS_SD, STEPS_RHO = 1.1, 2.5, 0.2
WEEKEND_SLEEP, WEEKEND_STEPS = 0.3, -0.3
SLEEP_RANGE, STEPS_RANGE, SCORES = (2.1, 15.5), (0.6, 50.0), (0, 10)

UNRATED, OFTEN_UNKNOWN = 0.15, 0.07
BEFORE = 14
"""Days simulated before the diary starts, whole weeks: until feedback is at its usual level."""

MONDAY = 4
"""Epoch day of a Monday, day 0 of every diary."""

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Truth:
    """What diaries are made from.

    Parameters
    ----------
    pattern
        Of the residuals.
    feedback
        Which pain acts on the following night and the steps of the day: ``"none"``; ``"felt"``, where white noise
        is noise of the diary and does not act; ``"reported"``, where all of the pain acts.
    strength
        Factor of the feedback.
    alike
        Whether effects are zero in every participant, not only on average.
    sleep_rho
        Autocorrelation of sleep from one night to the next.
    """

    pattern: Pattern
    feedback: Literal["none", "felt", "reported"] = "none"
    strength: float = 1.0
    alike: bool = False
    sleep_rho: float = 0.1


@dataclass(frozen=True)
class Diaries:
    """Values by participant and calendar day, each (N, T), NaN where unknown.

    ``sleep`` are hours of the night before a day, ``steps`` thousands of the day itself.
    """

    score: Floats
    sleep: Floats
    steps: Floats


@dataclass(frozen=True)
class Usual:
    """What is usual for each participant, each (N, 1): score, hours of sleep and thousands of steps."""

    level: Floats
    sleep: Floats
    steps: Floats


@dataclass(frozen=True)
class Drawn:
    """All that is drawn for days, each (N, T).

    Parameters
    ----------
    slow, noise
        Residuals in points; only the slow part acts back if the pain that is felt does.
    on_sleep, on_steps
        What is new in sleep and steps each day, in hours and thousands.
    effects : (2, N)
        Of an hour of sleep and of a thousand steps, in points.
    """

    slow: Floats
    noise: Floats
    on_sleep: Floats
    on_steps: Floats
    effects: Floats


def simulate(truth: Truth, participants: int, days: int, seed: int) -> Diaries:
    """Simulate day by day: the night, then pain, then the steps; everything is known."""
    rng = np.random.default_rng(seed)
    usual, shape = draw_usual(participants, rng), (participants, BEFORE + days)
    slow, noise = residual_parts(truth.pattern, shape, rng)
    effects = rng.standard_normal((2, participants)) * [[SLEEP_EFFECT_SD], [STEPS_EFFECT_SD]] * (not truth.alike)
    drawn = Drawn(slow, noise, *draw_days(truth, shape, rng), effects)
    return as_diaries(usual, *day_by_day(truth, drawn))


def draw_usual(participants: int, rng: np.random.Generator) -> Usual:
    """Draw what is usual for each participant."""
    return Usual(
        level=5 + 1.5 * rng.standard_normal((participants, 1)),
        sleep=6.9 + 0.8 * rng.standard_normal((participants, 1)),
        steps=np.maximum(6 + 2.2 * rng.standard_normal((participants, 1)), 2),
    )


def draw_days(truth: Truth, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw what is new in sleep and steps each day."""
    on_sleep = np.sqrt(1 - truth.sleep_rho**2) * SLEEP_SD * rng.standard_normal(shape)
    return np.asarray(on_sleep), np.asarray(np.sqrt(1 - STEPS_RHO**2) * STEPS_SD * rng.standard_normal(shape))


def as_diaries(usual: Usual, pain: Floats, sleep: Floats, steps: Floats) -> Diaries:
    """Add what is usual to deviations (N, BEFORE + T) from it; scores are whole numbers within their scale."""
    return Diaries(
        score=np.clip(np.rint(usual.level + pain[:, BEFORE:]), *SCORES),
        sleep=np.clip(usual.sleep + sleep[:, BEFORE:], *SLEEP_RANGE),
        steps=np.clip(usual.steps + steps[:, BEFORE:], *STEPS_RANGE),
    )


def day_by_day(truth: Truth, drawn: Drawn) -> tuple[Floats, Floats, Floats]:
    """Return pain, sleep and steps, each (N, T), less what is usual for the participant."""
    pain, sleep, steps = np.zeros((3, *drawn.slow.shape))
    strength = 0.0 if truth.feedback == "none" else truth.strength
    night, walked, acting = np.zeros((3, len(drawn.slow)))
    for day in range(drawn.slow.shape[1]):
        is_weekend = day % 7 >= 5
        night = truth.sleep_rho * night + strength * SLEEP_FEEDBACK * acting + drawn.on_sleep[:, day]
        sleep[:, day] = night + WEEKEND_SLEEP * is_weekend
        caused = drawn.effects[0] * sleep[:, day] + drawn.effects[1] * steps[:, day - 1]  # before day 0: zeros
        felt = caused + drawn.slow[:, day]
        pain[:, day] = felt + drawn.noise[:, day]
        acting = pain[:, day] if truth.feedback == "reported" else felt
        walked = STEPS_RHO * walked + strength * STEPS_FEEDBACK * acting + drawn.on_steps[:, day]
        steps[:, day] = walked + WEEKEND_STEPS * is_weekend
    return pain, sleep, steps


def with_unknown(diaries: Diaries, kind: str, share: float, seed: int) -> Diaries:
    """Remove 15% of the scores, the same for every kind, and about a share of nights, steps or both (``UNKNOWN``)."""
    rng = np.random.default_rng([seed, 1])
    is_unrated = rng.random(diaries.score.shape) < UNRATED
    nights, steps = UNKNOWN[kind](diaries, share, rng)
    return Diaries(
        score=np.where(is_unrated, np.nan, diaries.score),
        sleep=np.where(nights, np.nan, diaries.sleep),
        steps=np.where(steps, np.nan, diaries.steps),
    )


def _none(diaries: Diaries, _share: float, _rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    known = np.zeros(diaries.score.shape, dtype=bool)
    return known, known


def _days(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    off = rng.random(diaries.score.shape) < share
    return off, off


def _nights_and_steps(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    return rng.random(diaries.score.shape) < share, rng.random(diaries.score.shape) < share


def _single_nights(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    return rng.random(diaries.score.shape) < share, rng.random(diaries.score.shape) < OFTEN_UNKNOWN


def _weeks_of_nights(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    participants, days = diaries.score.shape
    week = (np.arange(days) + rng.integers(0, 7, (participants, 1))) // 7
    off = np.take_along_axis(rng.random((participants, days // 7 + 2)) < share, week, axis=1)
    return off, rng.random(off.shape) < OFTEN_UNKNOWN


def _nights_after_bad_days(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    yesterday = np.roll(_less_mean(diaries.score), 1, axis=1)
    yesterday[:, 0] = 0
    return likelier(0.6 * yesterday, share, rng), rng.random(yesterday.shape) < OFTEN_UNKNOWN


def _bad_days(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    off = likelier(0.6 * _less_mean(diaries.score), share, rng)
    return off, off


def _short_nights(diaries: Diaries, share: float, rng: np.random.Generator) -> tuple[Booleans, Booleans]:
    off = likelier(-0.8 * _less_mean(diaries.sleep), share, rng)
    return off, rng.random(off.shape) < OFTEN_UNKNOWN


UNKNOWN: Mapping[str, Callable[[Diaries, float, np.random.Generator], tuple[Booleans, Booleans]]] = {
    "none": _none,
    "days": _days,
    "nights and steps": _nights_and_steps,
    "single nights": _single_nights,
    "weeks of nights": _weeks_of_nights,
    "nights after bad days": _nights_after_bad_days,
    "bad days": _bad_days,
    "short nights": _short_nights,
}
"""For each kind, which nights and which days' steps are unknown; "days" and "bad days" lack both."""


def _less_mean(values: Floats) -> Floats:
    return np.asarray(values - values.mean(axis=1, keepdims=True))


def likelier(log_odds: Floats, share: float, rng: np.random.Generator) -> Booleans:
    """Return true for about a share of all days, with log odds that differ as given."""
    level = optimize.brentq(lambda level: special.expit(level + log_odds).mean() - share, -15, 15)
    return np.asarray(rng.random(log_odds.shape) < special.expit(level + log_odds))


def model_frame(diaries: Diaries, *, complete: bool = False) -> pl.DataFrame:
    """Lay out diaries like the table ``model_frame``: each day with a score is a row, or only each complete day."""
    entering = {SLEEP: diaries.sleep, STEPS: np.full_like(diaries.steps, np.nan)}
    entering[STEPS][:, 1:] = diaries.steps[:, :-1]
    is_row = np.isfinite(diaries.score)
    if complete:
        is_row &= np.isfinite(entering[SLEEP]) & np.isfinite(entering[STEPS])
    participant, day = np.nonzero(is_row)
    first = is_row.argmax(axis=1)[participant]
    last = is_row.shape[1] - 1 - is_row[:, ::-1].argmax(axis=1)[participant]
    columns = {
        "participant_id": _names(len(is_row))[participant],
        "date": day + MONDAY,
        "outcome_score": diaries.score[is_row],
        "is_weekend": (day % 7 >= 5).astype(float),
        "time_30d": (2 * day - first - last) / 2 / 30,
        "treatments": pl.Series([[]] * len(day), dtype=TREATMENTS),
    }
    for exposure, values in ((SLEEP, diaries.sleep), (STEPS, diaries.steps)):
        mean = np.nanmean(values, axis=1, keepdims=True)
        columns[exposure.name] = entering[exposure][is_row]
        columns[exposure.within] = np.nan_to_num(entering[exposure] - mean)[is_row]
        columns[exposure.unknown] = np.isnan(entering[exposure])[is_row].astype(float)
        columns[exposure.between] = (mean - mean.mean())[participant, 0]
    unknown_is_null = pl.col(SLEEP.name, STEPS.name).fill_nan(None)
    return pl.DataFrame(columns).with_columns(pl.col("date").cast(pl.Int32).cast(pl.Date), unknown_is_null)


def known_days(diaries: Diaries) -> DaysOf:
    """Return all known days of sleep and steps, less their mean, as guard columns need them; also without a score."""
    found = {}
    for exposure, values in ((SLEEP, diaries.sleep), (STEPS, diaries.steps)):
        participant, day = np.nonzero(np.isfinite(values))
        names, within = _names(len(values))[participant], values - np.nanmean(values, axis=1, keepdims=True)
        found[exposure.within] = ExposureDays(names, day + MONDAY + exposure.lag_days, within[participant, day])
    return found


def _names(participants: int) -> npt.NDArray[np.str_]:
    return np.array([f"{number:04d}" for number in range(participants)])
