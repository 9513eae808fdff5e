"""Diaries in which steps move the night, the night moves pain, and pain moves the next night: kept in a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from painstats.frame.build import build_model_frame
from painstats.mixedlm.inference.coefficients import Coefficient
from painstats.questions.asked import asked, exposures
from painstats.questions.daily.design import daily_design
from painstats.questions.exploratory.average import contrast_mean
from painstats.questions.exploratory.own_days import own_days
from painstats.questions.look import LookDay
from painstats.questions.path.contrasts import PARTS
from painstats.questions.path.fit import OwnPath, own_paths
from painstats.questions.path.product import Product, product

MONDAY = date(2026, 1, 5)


@dataclass(frozen=True)
class PathTruth:
    """What diaries are made from.

    Steps are in thousands, sleep in hours, pain in points: ``to_sleep`` is of steps on the next night, ``to_pain`` of the
    night on pain, ``direct`` of steps on pain the next day, ``back`` of pain on the next night; ``on_steps`` of pain on
    the steps of its own day. Over participants the first two have the SDs ``spread`` and a correlation.
    """

    participants: int = 1
    days: int = 120
    to_sleep: float = 0.0
    to_pain: float = 0.0
    direct: float = 0.0
    back: float = 0.0
    on_steps: float = -0.3
    spread: tuple[float, float] = (0.0, 0.0)
    correlation: float = 0.0
    missing: float = 0.1

    @property
    def through(self) -> float:
        """The mean over participants of what goes through sleep, in points per 1,000 steps."""
        return self.to_sleep * self.to_pain + self.correlation * self.spread[0] * self.spread[1]


def simulate(truth: PathTruth, seed: int) -> pl.DataFrame:
    """Simulate diaries day by day, as rows of the daily table; scores are whole numbers from 0 to 10."""
    rng = np.random.default_rng(seed)
    people, days = truth.participants, truth.days
    own = rng.standard_normal((2, people))
    own[1] = truth.correlation * own[0] + np.sqrt(1 - truth.correlation**2) * own[1]
    to_sleep = truth.to_sleep + truth.spread[0] * own[0]
    to_pain = truth.to_pain + truth.spread[1] * own[1]
    activity, residual = autoregressive(rng, people, days, 0.2, 2.3), autoregressive(rng, people, days, 0.4, 1.2)
    pain, sleep, steps = np.zeros((3, people, days))
    for day in range(days):
        before = day - 1
        sleep[:, day] = 1.1 * rng.standard_normal(people)
        pain[:, day] = residual[:, day]
        if day:
            sleep[:, day] += to_sleep * steps[:, before] + truth.back * pain[:, before]
            pain[:, day] += truth.direct * steps[:, before]
        pain[:, day] += to_pain * sleep[:, day]
        steps[:, day] = activity[:, day] + truth.on_steps * pain[:, day]
    scores = np.clip(np.rint(5 + pain), 0, 10)
    scores[rng.random((people, days)) < truth.missing] = np.nan
    return _daily(scores, sleep, steps)


def autoregressive(rng: np.random.Generator, people: int, days: int, rho: float, sd: float) -> np.ndarray:
    """Draw (people, days) values with correlation ``rho`` from day to day."""
    values = sd * rng.standard_normal((people, days))
    for day in range(1, days):
        values[:, day] = rho * values[:, day - 1] + np.sqrt(1 - rho**2) * values[:, day]
    return values


def keep(store, daily: pl.DataFrame) -> None:
    """Keep diaries as the table ``daily_summary``, and build the model frame from it."""
    store.connection.register("simulated", daily.to_arrow())
    store.connection.execute("CREATE OR REPLACE TABLE daily_summary AS FROM simulated ORDER BY participant_id, date")
    store.connection.unregister("simulated")
    build_model_frame(store, exposures(asked(store.study)))


def paths_of(store) -> list[OwnPath]:
    """Fit the path of steps to all days of each participant, as a night's run does until a look."""
    counted = "SELECT participant_id, max(date), count(outcome_score) FROM daily_summary GROUP BY 1"
    looks: Mapping[str, LookDay] = {
        name: LookDay(1, last, days) for name, last, days in store.connection.execute(counted).fetchall()
    }
    design = daily_design(store.study, asked(store.study))
    return [path for days in own_days(store, design, looks) for path in own_paths(days)]


def product_of_averages(paths: Sequence[OwnPath]) -> Product:
    """Multiply the averages of the two parts of the way through sleep: what the average of products must do better."""
    first, second = (_average(paths, part) for part in PARTS)
    return product(first, second)


def _average(paths: Sequence[OwnPath], part: str) -> Coefficient:
    found = [path.found[part] for path in paths]
    mean = contrast_mean([one.estimate for one in found], [(one.se or 0) ** 2 for one in found])
    return Coefficient(part, mean.estimate, mean.se, mean.df, mean.estimate / mean.se, mean.p, mean.low, mean.high)


def _daily(scores: np.ndarray, sleep: np.ndarray, steps: np.ndarray) -> pl.DataFrame:
    people, days = scores.shape
    return (
        pl.DataFrame(
            {
                "participant_id": np.repeat([f"p{number:03d}" for number in range(people)], days),
                "date": [MONDAY + timedelta(days=day) for day in range(days)] * people,
                "outcome_score": scores.ravel(),
                "total_sleep_time_min": 60 * (7 + sleep.ravel()),
                "step_count": 1000 * np.maximum(8 + steps.ravel(), 0.5),
            }
        )
        .with_columns(item=pl.lit("pain"), site=pl.lit(""), device_era=pl.lit(1), step_wear_rule=pl.lit("enough steps"))
        .fill_nan(None)
    )
