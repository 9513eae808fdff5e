"""Diaries with three sites of pain, one of them scored on some days only, and the outcomes that can be made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import polars as pl

from painstats.daily.declare import declare_outcome
from painstats.mixedlm.engine.rows import Floats, model_rows
from painstats.mixedlm.inference.coefficients import Coefficient, coefficient
from painstats.mixedlm.inference.one_participant import fit_one_participant
from painstats.plan.study import Plan, Study
from painstats.questions.daily.design import RESIDUALS

SITES = ("back", "knee", "neck")
LEVELS = (5.5, 4.5, 2.0)
"""Usual scores of the sites; the third is milder, so that it lowers a mean of raw scores."""

SLEEP_SD, COMMON_SD, COMMON_RHO, OWN_SD = 1.1, 1.0, 0.4, 0.8
MISSING = 0.1

Third = Literal["every day", "at random", "after bad nights"]
"""On which days the third site is scored."""

Outcome = Literal["centred by site", "mean of raw scores", "worst site", "one site"]
OUTCOMES: tuple[Outcome, ...] = ("centred by site", "mean of raw scores", "worst site", "one site")


@dataclass(frozen=True, eq=False)
class SiteDiary:
    """One participant's nights and scores.

    Parameters
    ----------
    sleep : (T,)
        Hours of the night before each day, less 7.
    scores : (T, 3)
        Whole scores of the sites, NaN where not scored.
    """

    sleep: Floats
    scores: Floats


def simulate(effect: float, third: Third, days: int, seed: int) -> SiteDiary:
    """Simulate a diary; an hour of sleep changes every site by ``effect`` points."""
    draw = np.random.default_rng(seed)
    sleep = SLEEP_SD * draw.standard_normal(days)
    common = COMMON_SD * _car1(draw.standard_normal(days))
    own = OWN_SD * draw.standard_normal((days, len(SITES)))
    felt = np.array(LEVELS) + (effect * sleep + common)[:, None] + own
    scores = np.clip(np.rint(felt), 0, 10)
    chance = {"every day": 1.0, "at random": 0.4, "after bad nights": np.where(sleep < -0.3, 0.9, 0.1)}[third]
    scores[draw.random(days) >= chance, 2] = np.nan
    scores[draw.random(days) < (0 if third == "every day" else MISSING)] = np.nan
    return SiteDiary(sleep, scores)


def _car1(noise: Floats) -> Floats:
    slow = noise.copy()
    for day in range(1, len(noise)):
        slow[day] = COMMON_RHO * slow[day - 1] + np.sqrt(1 - COMMON_RHO**2) * noise[day]
    return slow


def slopes(diaries: list[SiteDiary], outcome: Outcome) -> Iterator[Coefficient]:
    """Fit each participant's own days: an outcome on sleep, weekends and time."""
    for diary, score in zip(diaries, outcomes(diaries, outcome), strict=True):
        day = np.flatnonzero(np.isfinite(score))
        columns = {"sleep": diary.sleep[day], "weekend": (day % 7 >= 5) * 1.0, "time": (day - day.mean()) / 30}
        rows = model_rows(y=score[day], predictors=columns, participant=np.repeat("ann", len(day)), day=day)
        yield coefficient(fit_one_participant(rows, RESIDUALS).table, "sleep")


def outcomes(diaries: list[SiteDiary], outcome: Outcome) -> list[Floats]:
    """Return the outcome of each diary's days, NaN on days without a score."""
    if outcome == "mean of raw scores":
        return [_mean_over_sites(diary.scores) for diary in diaries]
    declared = {"worst site": {"across_sites": "worst"}, "one site": {"site": SITES[0]}}.get(outcome, {})
    return _by_the_daily_table(diaries, Study(folder=Path(), plan=Plan.model_validate({"outcome": declared})))


def _mean_over_sites(scores: Floats) -> Floats:
    scored = np.isfinite(scores)
    return np.where(scored, scores, 0.0).sum(axis=1) / np.where(scored.any(axis=1), scored.sum(axis=1), np.nan)


def _by_the_daily_table(diaries: list[SiteDiary], study: Study) -> list[Floats]:
    """Make the outcome with the SQL that the daily table uses."""
    score = pl.DataFrame(
        [
            (place, day, SITES[site], diary.scores[day, site])
            for place, diary in enumerate(diaries)
            for day, site in np.argwhere(np.isfinite(diary.scores))
        ],
        {"participant_id": pl.Int64, "day": pl.Int64, "site": pl.String, "score": pl.Float64},
        orient="row",
    )
    with duckdb.connect() as connection:
        connection.register("scored", score.to_arrow())
        connection.execute(
            f"CREATE TABLE days AS SELECT participant_id, DATE '{date(2026, 1, 1)}' + day::INTEGER AS date, 'pain' AS item, "
            f"'{study.plan.outcome.site or ''}' AS site, NULL::DOUBLE AS outcome_score, "
            "list({'item': 'pain', 'site': scored.site, 'score': score} ORDER BY scored.site) AS item_scores "
            "FROM scored GROUP BY participant_id, day"
        )
        declare_outcome(connection, study)
        query = f"SELECT participant_id, date - DATE '{date(2026, 1, 1)}' AS day, outcome_score FROM outcome_of('days')"
        found = connection.execute(f"{query} WHERE outcome_score IS NOT NULL").fetchnumpy()
    made = [np.full(len(diary.sleep), np.nan) for diary in diaries]
    for participant, day, value in zip(*found.values(), strict=True):
        made[participant][day] = value
    return made
