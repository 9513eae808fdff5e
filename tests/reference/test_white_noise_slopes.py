"""Participants' own slopes with white noise beside CAR(1): interpolated sums, and what is integrated over."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import MixedFit, fit_mixed, participant_slopes
from painstats.mixedlm.engine.cross_products import unpacked
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_products import white_sums
from painstats.mixedlm.engine.white_table import Box, tabulated_sums, white_table
from painstats.mixedlm.inference import variance_posterior
from painstats.mixedlm.inference.variance_posterior import _gradients, _posterior, _unpack
from tests.reference.reference_data import simulated_diary, white_diary


@cache
def _fit() -> MixedFit:
    return fit_mixed(white_diary("few12x60"), residuals="car1+white")


@pytest.mark.parametrize("box", [Box((0.4, 0.95), (0.05, 0.7)), Box((0.01, 0.994), (5e-4, 0.995))])
def test_interpolated_sums_are_those_of_a_pass_over_the_rows(box):
    padded = white_problem(white_diary("few12x60"), reml=True).padded
    table = white_table(padded, box)
    rng = np.random.default_rng(1)
    rho, w = rng.uniform(*box.rho, 12), rng.uniform(*box.w, 12)
    sums, log_determinant = tabulated_sums(table, rho, w)
    for place, point in enumerate(zip(rho, w, strict=True)):
        exact = white_sums(padded, *point, 0)
        assert log_determinant[place] == pytest.approx(exact.log_determinant[0], abs=1e-4)
        assert unpacked(exact.sums[0]) == pytest.approx(sums[place], abs=1e-6 * np.abs(sums[place]).max())


def test_points_outside_the_box_are_exact():
    padded = white_problem(white_diary("few12x60"), reml=True).padded
    table = white_table(padded, Box((0.4, 0.6), (0.3, 0.5)))
    sums, log_determinant = tabulated_sums(table, np.array([0.97, 0.5]), np.array([0.4, 0.001]))
    for place, point in enumerate(((0.97, 0.4), (0.5, 0.001))):
        exact = white_sums(padded, *point, 0)
        assert log_determinant[place] == pytest.approx(exact.log_determinant[0], rel=1e-12)
        assert sums[place] == pytest.approx(unpacked(exact.sums[0]), rel=1e-12)


def test_slopes_are_integrated_over_the_white_share():
    rows, fit = white_diary("few12x60"), _fit()
    slopes = participant_slopes(fit, ["sleep"], 1, rows=rows)
    average = fit.coefficients[fit.names.index("sleep")]
    blup = average + fit.random_effects[:, fit.random.index("sleep")]
    assert np.corrcoef(blup, [each.estimate for each in slopes])[0, 1] > 0.95
    assert all(each.low < each.estimate < each.high for each in slopes)
    assert slopes[0].effective_sample_size > 200
    again = participant_slopes(fit, ["sleep"], 1, rows=rows)
    assert again == slopes


def test_gradients_of_a_large_cohort_are_computed_a_part_at_a_time(monkeypatch):
    posterior = _posterior(_fit(), 10.0, white_diary("few12x60"))
    d = len(variance_posterior._start(posterior, _fit()))
    points = np.linspace(-0.5, 0.5, 6 * d).reshape(6, d)
    whole, sizes, solve = _gradients(posterior, points), [], variance_posterior._solve
    each = len(_fit().participants) * (len(_fit().names) + 1) ** 2
    monkeypatch.setattr(variance_posterior, "NUMBERS_AT_ONCE", 7 * each)
    monkeypatch.setattr(variance_posterior, "_solve", lambda of, part: sizes.append(len(part)) or solve(of, part))
    # Differences of 1e-4 in the parameters multiply rounding errors of the density by 5,000.
    assert _gradients(posterior, points) == pytest.approx(whole, rel=1e-6, abs=1e-6)
    assert sum(sizes) == 2 * d * len(points)
    assert max(sizes) <= 7


@pytest.mark.parametrize("seed", [2, 9])
def test_a_finer_table_does_not_move_a_slope(seed, monkeypatch):
    """Also where the fit ends at independence (9) and the posterior reaches over all rho and w."""
    rows = simulated_diary(seed)
    fit = fit_mixed(rows, residuals="car1+white")
    assert (fit.white_share > 0) == (seed == 2)
    slopes = participant_slopes(fit, ["sleep"], 1, rows=rows)
    monkeypatch.setattr("painstats.mixedlm.engine.white_table.PRECISION", 1e-9)
    finer = participant_slopes(fit, ["sleep"], 1, rows=rows)
    assert [each.estimate for each in finer] == pytest.approx([each.estimate for each in slopes], abs=1e-5)
    assert [each.low for each in finer] == pytest.approx([each.low for each in slopes], abs=1e-5)
    assert finer[0].effective_sample_size > 100


def test_without_white_noise_slopes_are_nearly_those_of_car1():
    rows = simulated_diary(13)
    white, car1 = (fit_mixed(rows, residuals=residuals) for residuals in ("car1+white", "car1"))
    assert white.white_share == 0
    ours = participant_slopes(white, ["sleep"], 2, rows=rows)
    theirs = participant_slopes(car1, ["sleep"], 2, weighted=False)
    width = np.array([each.high - each.low for each in ours]) / [each.high - each.low for each in theirs]
    assert width == pytest.approx(1, abs=0.05)
    shift = [one.estimate - other.estimate for one, other in zip(ours, theirs, strict=True)]
    assert np.abs(shift).max() < 0.1 * np.mean([each.high - each.low for each in theirs])


def test_rows_are_needed():
    with pytest.raises(PainstatsError, match="need the rows"):
        participant_slopes(_fit(), ["sleep"], 1)


def test_the_share_of_white_noise_is_uniform_beforehand():
    posterior = _posterior(_fit(), 10.0, white_diary("few12x60"))
    share = np.array([0.1, 0.5, 0.9])
    points = np.zeros((3, posterior.prior_sd.size + 3 + 2))
    points[:, -1] = np.log(share / (1 - share))
    *_, w, log_prior = _unpack(posterior, points)
    assert w == pytest.approx(share)
    density = np.exp(log_prior) / (share * (1 - share))  # of w, from that of its logit
    assert density == pytest.approx(density[0])
