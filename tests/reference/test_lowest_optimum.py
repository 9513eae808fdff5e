"""A lagged outcome beside autocorrelated residuals: the deviance can have two minima in rho, and the lower one counts."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.mixedlm import ModelRows, fit_mixed, model_rows
from painstats.mixedlm.engine.objective import Objective, deviance_and_gradient
from painstats.mixedlm.engine.optimum import low_starts
from painstats.mixedlm.engine.summed_rows import cross_products

DAYS = 120
GRID = np.linspace(0, 0.99, 100)


def night_rows(seed: int) -> ModelRows:
    """Return nights explained by the steps, the pain and the night before; a tenth of them is unknown."""
    rng = np.random.default_rng(seed)
    steps, sleep, pain, residual = rng.normal(0, 1, DAYS + 1), np.zeros(DAYS + 1), np.zeros(DAYS + 1), 0.0
    for day in range(1, DAYS + 1):
        residual = 0.5 * residual + rng.normal(0, 1)
        sleep[day] = 0.25 * steps[day - 1] - 0.15 * pain[day - 1] + 0.3 * sleep[day - 1] + rng.normal(0, 1)
        pain[day] = np.round(-0.4 * sleep[day] + 1.2 * residual)
    day = np.flatnonzero(rng.random(DAYS) >= 0.1) + 1
    columns = {"steps": steps[day - 1], "pain": pain[day - 1], "sleep": sleep[day - 1], "time": day / 30}
    return model_rows(y=sleep[day], predictors=columns, participant=["p"] * day.size, day=day)


def lowest_on_a_grid(rows: ModelRows) -> float:
    objective = Objective(cross_products(rows, gaps=True), reml=True, fixed_rho=None, correlated=True)
    return min(deviance_and_gradient(objective, np.array([rho]))[0] for rho in GRID)


@pytest.mark.parametrize("seed", [56, 214, 395])
def test_the_lower_of_two_minima_is_found(seed):
    rows = night_rows(seed)
    fit = fit_mixed(rows)
    assert fit.converged
    assert fit.optimum.deviance <= lowest_on_a_grid(rows) + 1e-6
    assert len(low_starts(Objective(fit.products, reml=True, fixed_rho=None, correlated=True))) == 2


def test_white_noise_beside_it_is_never_worse_than_the_lower_minimum():
    rows = night_rows(214)
    both = fit_mixed(rows, residuals="car1+white")
    assert both.log_likelihood >= fit_mixed(rows).log_likelihood - 1e-6


def scores_by_chance(seed: int, *, with_exposures: bool) -> ModelRows:
    """Return scores without any pattern on time, and on two columns more, one of which drifts."""
    rng, day = np.random.default_rng(seed), np.arange(DAYS)
    scores = rng.integers(0, 11, DAYS)
    drifting, exposure = np.cumsum(rng.standard_normal(DAYS)), rng.standard_normal(DAYS)
    further = {"exposure": exposure, "drifting": drifting} if with_exposures else {}
    return model_rows(y=scores, predictors={"time": day / 30, **further}, participant=["p"] * DAYS, day=day)


@pytest.mark.parametrize("seed", [216, 263, 296])  # from where the first fit ended alone, searches end higher
def test_a_similar_fit_that_ended_at_a_limit_hides_no_lower_minimum(seed):
    first, rows = (scores_by_chance(seed, with_exposures=more) for more in (False, True))
    similar, whole = fit_mixed(first, residuals="car1+white"), fit_mixed(rows, residuals="car1+white")
    assert not 0.01 < similar.ends[0][0] < 0.995 or not similar.ends[0][1] < 0.995
    near = fit_mixed(rows, residuals="car1+white", near=similar)
    assert near.log_likelihood == pytest.approx(whole.log_likelihood, abs=1e-6)
