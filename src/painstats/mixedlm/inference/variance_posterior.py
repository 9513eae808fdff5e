"""The posterior of the variance parameters, by importance sampling.

Parameters are drawn from a heavy-tailed proposal around the posterior mode and weighted by the exact restricted
likelihood times weak priors.

The prior of a random-effect variance is flat where the variance is small. A density that is flat in the SD there, such
as a plain half-t, puts so much weight next to zero that, in cohorts with a small estimated spread, every participant is
shrunk to the average with intervals that are too narrow. A flat variance is the prior under which shrinkage intervals
keep their coverage (Morris & Lysy 2012), and it keeps the mode of the SD off zero (Chung et al. 2013, who also multiply
by the SD).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import optimize, special
from scipy.stats import qmc

from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.fit import MixedFit, coefficients_in_units
from painstats.mixedlm.engine.likelihood import (
    MAX_RHO,
    Solution,
    deviance,
    profiled_precision,
    random_effects,
    solve_at,
    solve_sums,
)
from painstats.mixedlm.engine.padded_rows import PaddedRows
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, ModelRows
from painstats.mixedlm.engine.white_optimum import white_problem
from painstats.mixedlm.engine.white_table import Box, WhiteTable, tabulated_sums, white_table
from painstats.mixedlm.engine.whitened_products import in_chunks
from painstats.mixedlm.inference.residual_intervals import residual_standard_errors

SLOPE_SD, INTERCEPT_SD, PRIOR_DEGREES = 0.3, 3.0, 4
"""Scales and degrees of freedom of the priors of the random-effect SDs, in points on a 0-10 scale per SD of the column.

"""


SD_POWER = 1
"""Power of the SD that multiplies the half-t: 1 for a prior that is flat in the variance near zero.

That prior is proper, falls with the fourth power of the SD, and has its mode at its scale. With 0 it is flat in the SD.
"""


LKJ = 2.0
"""Shape of the prior of the correlations between random effects; 1 is flat, larger values favour zero."""


DRAWS = (512, 512, 2048)
"""Draws of the variance parameters: two rounds to adapt the proposal, and the final one."""


PROPOSAL_DEGREES, PROPOSAL_WIDTH = 6, 1.1
"""Degrees of freedom and widening of the multivariate t proposal."""


NEGLIGIBLE_WEIGHT = 1e-7
"""Draws with less weight than this, relative to the average, are left out."""


MAX_UNBOUNDED = 12.0
"""Bound on the absolute value of the transformed parameters (log SDs, inverse tanh of partial correlations, logit of
rho).
"""


BOX_WIDTH = 5.0
"""Standard errors of rho and of the white share around the fit within which sums of products are interpolated."""


LARGEST_BOX = Box((0.01, 0.994), (5e-4, 0.995))
"""Draws outside are few."""


NUMBERS_AT_ONCE = 8_000_000
"""Numbers in sums of products that are evaluated at once for gradients: several arrays of that size are in memory."""


SIDES = np.array([-1, 1])


@dataclass(frozen=True, slots=True, eq=False)
class _Posterior:
    """What the posterior density of the variance parameters needs.

    ``prior_sd`` (q,) contains the prior scales of the random-effect SDs relative to the residual SD, in scaled columns;
    ``fixed_rho`` is None where rho is unknown; effects that are not ``correlated`` have no correlations to draw. With
    white noise beside CAR(1) the sums at any rho and white share come from ``table``, else from the cross-products.
    """

    products: CrossProducts
    prior_sd: Floats
    fixed_rho: float | None
    correlated: bool
    table: WhiteTable | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Draws:
    """Draws of the variance parameters and the conditional moments of the coefficients, in the user's units.

    ``log_density`` (D,), ``slope`` and ``variance`` (D, N, q), ``given_data`` (D, N, q) the variance of a participant's
    deviation from the average, ``between`` (D, q) the variance between participants.
    """

    log_density: Floats
    slope: Floats
    variance: Floats
    given_data: Floats
    between: Floats


def _relative_covariances(solution: Solution) -> Floats:
    """Return (..., N, q, q): K + H Phi H' with H = E - K B in the user's units; times sigma^2 (scaled), Henderson's."""
    products, scaling = solution.products, solution.products.scaling
    z, unit = products.positions, scaling.outcome_scale * scaling.random_transform
    H = scaling.outcome_scale * scaling.transform[z] - unit @ solution.shrinkage @ solution.sums[..., z, :-1]
    spread = H @ solution.covariance[..., None, :, :] @ np.swapaxes(H, -1, -2)
    return np.asarray(unit @ solution.shrinkage @ unit.T + spread)


def _participant_coefficients(solution: Solution) -> Floats:
    """Return (..., N, q): average plus deviation of each participant, in the user's units."""
    products, scaling = solution.products, solution.products.scaling
    average = coefficients_in_units(products, solution.coefficients)[..., None, products.positions]
    return np.asarray(average + scaling.outcome_scale * random_effects(solution) @ scaling.random_transform.T)


def _posterior(fit: MixedFit, outcome_range: float, rows: ModelRows | None = None) -> _Posterior:
    """Return the posterior of a fit; ``rows`` are needed with white noise beside CAR(1)."""
    points = np.array([INTERCEPT_SD if name == INTERCEPT else SLOPE_SD for name in fit.random])
    relative = points * outcome_range / 10.0 / fit.residual_sd
    fixed_rho = fit.rho if fit.optimum.rho_is_fixed else None
    table = None if rows is None else white_table(_weighted_rows(fit, rows), _box(fit))
    return _Posterior(fit.products, relative, fixed_rho, fit.optimum.correlated, table)


def _weighted_rows(fit: MixedFit, rows: ModelRows) -> PaddedRows:
    """Return the scaled rows, divided by each participant's relative residual SD."""
    padded = white_problem(rows, True, fit.optimum.correlated).padded
    return replace(padded, columns=padded.columns / fit.products.residual_scale[:, None])


def _box(fit: MixedFit) -> Box:
    """Return the box of rho and w in which sums are interpolated: ``BOX_WIDTH`` standard errors around the fit.

    Where one of them ended at a limit, the posterior can reach far along the other, and the box is as large as can be.
    """
    if not (fit.optimum.rho_is_free and fit.optimum.white_share_is_free):
        return LARGEST_BOX
    se = residual_standard_errors(fit)
    logit, reach = special.logit(fit.rho), BOX_WIDTH * se["rho"] / (fit.rho * (1 - fit.rho))
    rho, w = special.expit([logit - reach, logit + reach]), fit.white_share + BOX_WIDTH * se["white_share"] * SIDES
    rho, w = np.clip(rho, *LARGEST_BOX.rho), np.clip(w, *LARGEST_BOX.w)
    return Box((float(rho[0]), float(rho[1])), (float(w[0]), float(w[1])))


def _sample(posterior: _Posterior, fit: MixedFit, rng: np.random.Generator) -> tuple[_Draws, Floats]:
    """Draw around the mode, then around the weighted draws; return the last draws and their weights (D,).

    Weights are truncated at 1 / sqrt(D), so that no single draw from a thin tail dominates (Ionides 2008, J Comput
    Graph Stat 17:295).
    """
    centre, spread = _laplace(posterior, fit)
    for size in DRAWS:
        points, log_proposal = _propose(centre, spread, size, rng)
        draws = _evaluate(posterior, points)
        log_weight = draws.log_density - log_proposal
        weights = np.exp(log_weight - log_weight.max())
        weights = np.minimum(weights / weights.sum(), size**-0.5)
        weights /= weights.sum()
        centre = weights @ points
        apart = points - centre
        spread = np.linalg.cholesky((apart * weights[:, None]).T @ apart + 1e-4 * np.eye(len(centre)))
    return _likely(draws, weights, NEGLIGIBLE_WEIGHT / size)


def _likely(draws: _Draws, weights: Floats, least: float) -> tuple[_Draws, Floats]:
    """Drop draws with negligible weight, including those outside the bounds."""
    kept = weights > least
    values = (getattr(draws, field.name)[kept] for field in fields(_Draws))
    return _Draws(*values), weights[kept] / weights[kept].sum()


def _laplace(posterior: _Posterior, fit: MixedFit) -> tuple[Floats, Floats]:
    """Return the posterior's mode (d,) and a factor (d, d) of the inverse Hessian there."""

    def deviance_and_gradient(point: Floats) -> tuple[float, Floats]:
        return -float(_log_density(posterior, point[None])[0]), -_gradients(posterior, point[None])[0]

    start = _start(posterior, fit)
    mode = optimize.minimize(deviance_and_gradient, start, jac=True, method="BFGS", options={"gtol": 1e-2}).x
    steps = 1e-2 * np.eye(start.size)
    up, down = np.split(_gradients(posterior, np.concatenate([mode + steps, mode - steps])), 2)
    curvature, directions = np.linalg.eigh(-(up - down + (up - down).T) / (4 * steps[0, 0]))
    return mode, directions / np.sqrt(np.maximum(curvature, 0.15))


def _start(posterior: _Posterior, fit: MixedFit) -> Floats:
    """Return the fitted parameters, away from any boundary, with zero partial correlations."""
    spread = np.sqrt(np.sum(fit.optimum.factor**2, axis=1))
    parts = [np.log(np.maximum(spread, 0.05)), np.zeros(_correlations(posterior))]
    if posterior.fixed_rho is None:
        parts.append(np.array([special.logit(np.clip(fit.rho / MAX_RHO, 0.02, 0.98))]))
    if posterior.table is not None:
        parts.append(np.array([special.logit(np.clip(fit.white_share, 0.03, 0.97))]))
    return np.concatenate(parts)


def _propose(centre: Floats, spread: Floats, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return draws (size, d) from a slightly widened multivariate t, and their log-density up to a constant.

    They come from a scrambled Sobol sequence, which halves the Monte Carlo error of the summaries.
    """
    uniform = np.clip(qmc.Sobol(centre.size + 1, rng=rng).random(size), 1e-12, 1 - 1e-12)
    chi_squared = 2 * special.gammaincinv(PROPOSAL_DEGREES / 2, uniform[:, -1])
    steps = special.ndtri(uniform[:, :-1]) / np.sqrt(chi_squared / PROPOSAL_DEGREES)[:, None]
    log_density = -0.5 * (PROPOSAL_DEGREES + centre.size) * np.log1p(np.sum(steps**2, axis=1) / PROPOSAL_DEGREES)
    return centre + PROPOSAL_WIDTH * steps @ spread.T, log_density


def _correlations(posterior: _Posterior) -> int:
    """Return the number of correlations between random effects that are drawn."""
    q = len(posterior.products.random)
    return q * (q - 1) // 2 if posterior.correlated else 0


def _unpack(posterior: _Posterior, points: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return factors (D, q, q), rhos, white shares and the log-prior, (D,) each, of transformed parameters (D, d).

    These are log SDs, inverse tanh of the partial correlations of the LKJ vine, row by row, the logit of rho over its
    limit, and the logit of the white share. Priors of the last two are uniform; the log-prior includes the Jacobian.
    """
    q, count = len(posterior.products.random), _correlations(posterior)
    sd = np.exp(points[:, :q])
    log_prior = _log_prior_of_sds(posterior, points[:, :q])
    factor = sd[:, :, None] * np.eye(q)
    if count:
        correlation_factor, of_correlations = _correlation_factor(np.tanh(points[:, q : q + count]), q)
        factor, log_prior = sd[:, :, None] * correlation_factor, log_prior + of_correlations
    w = np.zeros(len(points))
    if posterior.table is not None:
        w, points = special.expit(points[:, -1]), points[:, :-1]
        log_prior = log_prior + np.log(w) + np.log1p(-w)
    if posterior.fixed_rho is not None:
        return factor, np.full(len(points), posterior.fixed_rho), w, log_prior
    share = special.expit(points[:, -1])
    return factor, MAX_RHO * share, w, log_prior + np.log(share) + np.log1p(-share)


def _log_prior_of_sds(posterior: _Posterior, log_sd: Floats) -> Floats:
    """Return the log-prior (D,) of log SDs (D, q): half-t, times a power of the SD, and the SD as the Jacobian."""
    half_t = -0.5 * (PRIOR_DEGREES + 1) * np.log1p((np.exp(log_sd) / posterior.prior_sd) ** 2 / PRIOR_DEGREES)
    return np.asarray(np.sum((SD_POWER + 1) * log_sd + half_t, axis=1))


def _correlation_factor(partial: Floats, q: int) -> tuple[Floats, Floats]:
    """Return Cholesky factors (D, q, q) of the correlations with these partial ones, and the log-prior (D,)."""
    row, column = np.tril_indices(q, -1)
    log_prior = np.log1p(-(partial**2)) @ (LKJ + (q - 2 - column) / 2)
    lower = np.zeros((len(partial), q, q))
    lower[:, row, column] = partial
    left = np.cumprod(np.sqrt(1 - lower**2), axis=2)
    left = np.concatenate([np.ones((len(partial), q, 1)), left[:, :, :-1]], axis=2)
    return (lower + np.eye(q)) * left, log_prior


def _solve(posterior: _Posterior, points: Floats) -> tuple[Solution, Floats]:
    """Return the solution at each point, and the posterior's log-density (D,) up to a constant."""
    inside = np.abs(points).max(axis=1) < MAX_UNBOUNDED
    factor, rho, w, log_prior = _unpack(posterior, np.clip(points, -MAX_UNBOUNDED, MAX_UNBOUNDED))
    with np.errstate(all="ignore"):
        solution = _solution(posterior, factor, rho, w)
        log_density = log_prior - 0.5 * deviance(solution, reml=True)
    return solution, np.where(inside & np.isfinite(log_density), log_density, -1e10)


def _solution(posterior: _Posterior, factor: Floats, rho: Floats, w: Floats) -> Solution:
    if posterior.table is None:
        return solve_at(posterior.products, factor, rho)
    return solve_sums(posterior.products, factor, rho, *tabulated_sums(posterior.table, rho, w))


def _log_density(posterior: _Posterior, points: Floats) -> Floats:
    return _solve(posterior, points)[1]


def _gradients(posterior: _Posterior, points: Floats) -> Floats:
    """Return (D, d): the gradient of the log-density by central differences, as many at once as memory allows."""
    count, d = points.shape
    steps = 1e-4 * np.eye(d)
    around = np.concatenate([points[:, None] + steps, points[:, None] - steps], axis=1).reshape(-1, d)
    each = len(posterior.products.participants) * (len(posterior.products.names) + 1) ** 2
    parts = np.array_split(around, min(len(around), 1 + len(around) * each // NUMBERS_AT_ONCE))
    values = np.concatenate([_log_density(posterior, part) for part in parts]).reshape(count, 2, d)
    return np.asarray((values[:, 0] - values[:, 1]) / 2e-4)


def _evaluate(posterior: _Posterior, points: Floats) -> _Draws:
    """Evaluate draws."""
    parts = [_evaluate_chunk(posterior, chunk) for chunk in in_chunks(points, posterior.products)]
    return _Draws(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(_Draws)))


def _evaluate_chunk(posterior: _Posterior, points: Floats) -> _Draws:
    solution, log_density = _solve(posterior, points)
    products = posterior.products
    unit = products.scaling.outcome_scale * products.scaling.random_transform
    variance = 1 / profiled_precision(solution, reml=True)[:, None, None]
    between = solution.factor @ np.swapaxes(solution.factor, 1, 2)
    return _Draws(
        log_density=log_density,
        slope=_participant_coefficients(solution),
        variance=variance * np.einsum("dnii->dni", _relative_covariances(solution)),
        given_data=variance * _diagonals(solution.shrinkage, unit),
        between=variance[:, 0] * _diagonals(between, unit),
    )


def _diagonals(matrices: Floats, unit: Floats) -> Floats:
    """Return the diagonals (..., q) of unit @ matrix @ unit'."""
    return np.asarray(np.einsum("ai,...ij,aj->...a", unit, matrices, unit, optimize=True))
