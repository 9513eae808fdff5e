"""The parametric bootstrap of fits with participants' weights: simulated and weighted as in the fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import fit_cross_products, fit_mixed, participant_weights
from painstats.mixedlm.engine.car1_whitening import whiten
from painstats.mixedlm.engine.cross_products import with_residual_scale
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.inference.refit_bootstrap import likelihood_ratio_bootstrap, parametric_bootstrap
from painstats.mixedlm.inference.simulation import simulated_outcome
from tests.reference.reference_data import diary


@pytest.fixture(scope="module")
def rows():
    """Return days of people of whom some are noisier."""
    rows = diary("sleep_w")
    noise = np.random.default_rng(2).standard_normal(len(rows.y))
    return replace(rows, y=rows.y + 2 * noise * (rows.participant < "2"))


@pytest.fixture(scope="module")
def fit(rows):
    return participant_weights(fit_mixed(rows)).fit


def simulated(fit, rows, number):
    """Return the outcome behind one refit of a bootstrap whose seed is 1."""
    seed = np.random.SeedSequence(1).spawn(number + 1)[number]
    return simulated_outcome(fit, rows, np.random.default_rng(seed))


def test_a_refit_is_the_weighted_fit_to_the_simulated_outcome_from_nothing(rows, fit):
    assert np.ptp(fit.products.residual_scale) > 0.5
    refits = parametric_bootstrap(fit, rows, refits=2, seed=1).refits
    outcome = simulated(fit, rows, 1)
    again = fit_cross_products(
        with_residual_scale(cross_products(replace(rows, y=outcome)), fit.products.residual_scale)
    )
    assert refits.coefficients[1] == pytest.approx(again.coefficients, abs=1e-5)
    assert refits.log_likelihood[1] == pytest.approx(again.log_likelihood, abs=1e-7)
    assert refits.rho[1] == pytest.approx(again.rho, abs=1e-6)
    divided = replace(
        rows,
        y=outcome / weights(rows, fit),
        X=rows.X / weights(rows, fit)[:, None],
        names=("no longer one", *rows.names[1:]),
        random=("no longer one", "sleep_w"),
    )
    by_hand = fit_mixed(divided)
    assert refits.coefficients[1] == pytest.approx(by_hand.coefficients, abs=1e-5)
    assert refits.residual_sd[1] == pytest.approx(by_hand.residual_sd, rel=1e-5)
    assert refits.random_covariance[1] == pytest.approx(by_hand.random_covariance, abs=1e-5)


def weights(rows, fit):
    """Return (n,) each row's residual SD relative to the common one."""
    scale = dict(zip(fit.participants, fit.products.residual_scale, strict=True))
    return np.array([scale[str(participant)] for participant in rows.participant])


def test_simulated_people_are_as_noisy_as_in_the_fit(rows, fit):
    """With nothing else at work, each person's whitened outcome has the residual SD of that person."""
    still = replace(fit, coefficients=0 * fit.coefficients, relative_factor=0 * fit.relative_factor)
    rng = np.random.default_rng(5)
    drawn = np.stack([simulated_outcome(still, rows, rng) for _ in range(40)], axis=1)
    expected = fit.residual_sd * weights(rows, fit)
    standardised = whiten(drawn, rows, fit.rho) / expected[:, None]
    for person in fit.participants:
        own = standardised[rows.participant == person]
        assert np.sqrt(np.mean(own**2)) == pytest.approx(1, abs=4 / np.sqrt(2 * own.size))


def test_people_unknown_to_the_fit_have_the_typical_noise(rows, fit):
    strangers = replace(rows, participant=np.char.add("new ", rows.participant))
    one = simulated_outcome(fit, strangers, np.random.default_rng(5))
    alike = replace(fit, products=replace(fit.products, residual_scale=np.ones(len(fit.participants))))
    assert list(one) == list(simulated_outcome(alike, rows, np.random.default_rng(5)))


def test_the_spread_of_weighted_refits_is_the_weighted_standard_error(rows, fit):
    se = dict(zip(fit.names, np.sqrt(np.diag(fit.covariance)), strict=True))
    for interval in parametric_bootstrap(fit, rows, refits=200, seed=1).intervals:
        assert interval.low < interval.estimate < interval.high
        if interval.name in ("sleep_w", "weekend"):
            assert interval.se == pytest.approx(se[interval.name], rel=0.2)  # 200 refits know an SD to 5 %


def test_likelihood_ratios_of_weighted_fits_keep_the_weights(rows, fit):
    scale = fit.products.residual_scale

    def weighted_fit(random, y):
        return fit_cross_products(with_residual_scale(cross_products(replace(rows, random=random, y=y)), scale))

    smaller = weighted_fit(("intercept",), rows.y)
    test = likelihood_ratio_bootstrap(fit, smaller, rows, refits=2, seed=1)
    assert test.statistic == pytest.approx(2 * (fit.log_likelihood - smaller.log_likelihood))
    outcome = simulated(smaller, replace(rows, random=("intercept",)), 1)
    both = [weighted_fit(random, outcome).log_likelihood for random in (fit.random, ("intercept",))]
    assert test.simulated[1] == pytest.approx(2 * (both[0] - both[1]), abs=1e-6)


def test_likelihoods_under_different_weights_are_not_compared(rows, fit):
    unweighted = fit_mixed(replace(rows, random=("intercept",)))
    with pytest.raises(PainstatsError, match="different participant weights"):
        likelihood_ratio_bootstrap(fit, unweighted, rows, refits=10, seed=1)
