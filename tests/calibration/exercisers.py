"""Simulated participants who exercise: kinds of the day before move the score, and pain lowers the exercise of its day.

As in docs/method/questions.md, kinds of exercise: six kinds on 30, 30, 25, 15, 10 and 10% of days, scores rounded and
cut to 0-10, one day in ten without a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from painstats.plan.rules import RulesPlan
from painstats.questions.daily.design import DailyDesign
from painstats.questions.exercise.fit import OwnKinds, own_kinds
from painstats.questions.exercise.plan import ExercisePlan
from painstats.questions.exercise.verdict import KindSize, adjusted, sizes, verdict
from painstats.questions.exploratory.own_days import OwnDays
from painstats.questions.exploratory.own_fit import own_contrasts
from painstats.questions.look import LookDay
from painstats.questions.question import Outcome
from painstats.questions.verdict import Verdict

KINDS = {"swimming": 0.3, "running": 0.3, "yoga": 0.25, "strength": 0.15, "cycling": 0.1, "dance": 0.1}
"""Kind to the share of days with it."""

OPPOSITE = {"swimming": -0.8, "running": 0.8, "yoga": -0.4, "strength": 0.3}
SD = 1.2
SESSION_MIN = 40.0
PLAN = ExercisePlan()


@dataclass(frozen=True)
class Setting:
    """What is true: effects in points, days, residuals, and the log-odds of exercise for a point more of pain."""

    effects: Mapping[str, float]
    days: int = 120
    slow: bool = False
    feedback: float = -0.2


def exerciser(setting: Setting, seed: int) -> OwnDays:
    """Simulate one participant until their last day."""
    draws = np.random.default_rng(seed)
    noise = residuals(draws, setting)
    shares = np.array(list(KINDS.values()))
    effects = np.array([setting.effects.get(kind, 0.0) for kind in KINDS])
    done, score = np.zeros((setting.days + 1, len(KINDS))), np.zeros(setting.days + 1)
    for day in range(setting.days + 1):
        before = (done[day - 1] - shares) @ effects if day else 0.0
        score[day] = np.clip(np.rint(5 + before + noise[day]), 0, 10)
        odds = special.logit(shares) + setting.feedback * (score[day] - 5)
        done[day] = draws.random(len(KINDS)) < special.expit(odds)
    return own_days(f"{seed:05d}", score, done, draws.random(setting.days + 1) < 0.9)


def residuals(draws: np.random.Generator, setting: Setting) -> np.ndarray:
    """Draw AR(0.4) residuals, or slow ones: AR(0.9) with 60% noise of single days; SD 1.2."""
    rho, white = (0.9, 0.6) if setting.slow else (0.4, 0.0)
    slow = np.zeros(setting.days + 1)
    for day in range(setting.days + 1):
        slow[day] = rho * slow[day - 1] + np.sqrt(1 - rho**2) * draws.normal() if day else draws.normal()
    return SD * (np.sqrt(1 - white) * slow + np.sqrt(white) * draws.normal(size=slow.size))


def own_days(name: str, score: np.ndarray, done: np.ndarray, scored: np.ndarray) -> OwnDays:
    """Return days as a nightly run has them; ``done`` is (n, kinds), the first day has no day before it."""
    n = score.size
    date = pl.Series("date", np.arange(n, dtype=np.int32)).cast(pl.Date)
    lists = [
        [{"exercise_type": kind, "minutes": SESSION_MIN} for kind, is_done in zip(KINDS, row, strict=False) if is_done]
        for row in done
    ]
    daily = pl.DataFrame(
        {"date": date, "exercise_time_min": SESSION_MIN * done.sum(axis=1), "exercise_kinds": lists},
        schema_overrides={"exercise_kinds": pl.List(pl.Struct({"exercise_type": pl.String, "minutes": pl.Float64}))},
    )
    frame = pl.DataFrame(
        {
            "participant_id": [name] * n,
            "date": date,
            "outcome_score": score,
            "is_weekend": (date.dt.weekday() >= 6).cast(pl.Float64),
            "time_30d": (np.arange(n) - (n - 1) / 2) / 30,
            "treatments": pl.Series([[]] * n, dtype=pl.List(pl.Struct({"treatment": pl.String, "share": pl.Float64}))),
            "left_out": pl.Series([None] * n, dtype=pl.String),
        }
    ).filter(pl.Series(scored) & (date > date[0]))
    design = DailyDesign((), (0.0, 10.0), RulesPlan())
    return OwnDays(name, LookDay(1, date[-1], n), Outcome("pain", "", (0.0, 10.0)), design, frame, daily, {})


@dataclass(frozen=True)
class Given:
    """What one participant reads: kind to its direction, -1 or 1; and the fit behind it."""

    directions: Mapping[str, int]
    own: OwnKinds
    sizes: Mapping[str, KindSize]


def given_alone(own: OwnKinds) -> Given:
    """Judge a participant alone."""
    return given_together([own], least_participants=2)[0]


def given_together(own: list[OwnKinds], least_participants: int = 5) -> list[Given]:
    """Judge participants, pooled where enough have a kind."""
    return [_given(each, found) for each, found in zip(own, sizes(own, least_participants), strict=True)]


def _given(own: OwnKinds, found: Mapping[str, KindSize]) -> Given:
    q = adjusted(found) if found else {}
    verdicts = {kind: verdict(size, q[kind], own.smallest_effect)[0] for kind, size in found.items()}
    signs = {Verdict.HIGHER: 1, Verdict.LOWER: -1}
    return Given({kind: signs[given] for kind, given in verdicts.items() if given in signs}, own, found)


def fitted(setting: Setting, seed: int) -> OwnKinds:
    """Simulate and fit one participant."""
    return own_kinds(exerciser(setting, seed), PLAN)


def total_has_direction(setting: Setting, seed: int) -> bool:
    """Whether the total of all exercise would be said to differ from zero, at 5%, for the same participant."""
    from dataclasses import replace

    from painstats.mixedlm.engine.rows import model_rows
    from painstats.questions.daily.columns import EPOCH_DAYS, within_participants

    days = exerciser(setting, seed)
    base = within_participants(days.usable, replace(days.design, exposures=()))
    total = days.usable.join(days.daily.select(pl.col("date").dt.offset_by("1d"), "exercise_time_min"), on="date")
    columns = dict(zip(base.names, base.X.T, strict=True)) | {"total": total["exercise_time_min"].to_numpy() / 30}
    del columns["intercept"]
    rows = model_rows(
        y=base.y,
        predictors=columns,
        participant=base.participant,
        day=total.select(EPOCH_DAYS).to_series().to_numpy(),
    )
    found = own_contrasts(rows, {"total": {"total": 1.0}})
    return found is not None and found.tests[0].p < 0.05
