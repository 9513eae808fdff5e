"""Profile intervals of the variance parameters: random-effect SDs, their correlations, the residual SD and rho.

A value of a parameter is in the interval if the deviance, minimised over the other parameters, is below its cut-off. No
distribution is assumed to have a particular shape, and an interval ends at the boundary where the data allow it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.deviance_hessian import evaluation_at
from painstats.mixedlm.engine.fit import MixedFit, free_elements_of, scaled_variance
from painstats.mixedlm.engine.likelihood import MAX_RHO
from painstats.mixedlm.engine.optimum import semidefinite_factor
from painstats.mixedlm.engine.rows import Floats, Integers, column_positions
from painstats.mixedlm.inference.held_residuals import holds_residuals, of_whitened_rows
from painstats.mixedlm.inference.local_coordinates import interior_factor

PRECISION = 1e-5
"""Of the limits, relative to the width of the search."""

DOUBLINGS = 20
"""Number of times that the search step is doubled before a limit is considered infinite."""


@dataclass(frozen=True, slots=True)
class VarianceInterval:
    """One variance parameter in the user's units, with its profile interval.

    Parameters
    ----------
    name
        ``sd(column)``, ``correlation(column, column)``, ``residual_sd`` or ``rho``.
    estimate
        Of the fit.
    low, high
        Limits of the interval; a boundary (0, 1 or -1, infinity) where the deviance stays below its cut-off up to it.
    """

    name: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class _ProfileCoordinates:
    """The variance parameters, written so that one of them can be fixed.

    The random effects are ``basis`` (q, q) times effects in the user's units, up to scale, whose relative covariance
    has the lower triangular factor with the elements ``elements``. A point is (elements, rho, log sigma); ``width``
    contains rough standard errors that scale its coordinates.
    """

    fit: MixedFit
    basis: Floats
    elements: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
    point: Floats
    width: Floats
    unit: float


@dataclass(frozen=True, slots=True, eq=False)
class _FixedParameter:
    """The parameterisation with one parameter fixed.

    ``free`` selects the other coordinates; ``full`` turns a value and a point into a point at which the parameter has
    that value; ``reduce_gradient`` turns the gradient at that point into the gradient with respect to the coordinates.
    """

    frame: _ProfileCoordinates
    free: Integers
    full: Callable[[float, Floats], Floats]
    reduce_gradient: Callable[[float, Floats, Floats], Floats]


def variance_intervals(fit: MixedFit, *, level: float = 0.95) -> tuple[VarianceInterval, ...]:
    """Return the profile interval of every variance parameter.

    Parameters
    ----------
    fit
        Intervals use the restricted likelihood if the fit does. A fixed rho gets no interval. With white noise beside
        CAR(1), rho and the white share are held at their fitted values (``residual_intervals`` has theirs).
    level
        Nominal coverage of the intervals.

    Raises
    ------
    PainstatsError
        If the level is not between 0 and 1.

    References
    ----------
    Bates et al. 2015, J Stat Softw 67(1), section 5.1; Venzon & Moolgavkar 1988, Appl Stat 37:87.
    """
    if not 0 < level < 1:
        raise PainstatsError(f"the level of an interval must be between 0 and 1, not {level}")
    intervals = [sd_interval(fit, name, level=level) for name in fit.random]
    if fit.optimum.correlated:
        intervals += [correlation_interval(fit, *pair, level=level) for pair in combinations(fit.random, 2)]
    intervals.append(residual_sd_interval(fit, level=level))
    if not (fit.optimum.rho_is_fixed or holds_residuals(fit)):
        intervals.append(rho_interval(fit, level=level))
    return tuple(intervals)


def sd_interval(fit: MixedFit, name: str, *, level: float = 0.95) -> VarianceInterval:
    """Return the profile interval of the SD of one column's random effect."""
    frame = _profile_coordinates(fit, [name])
    sd = float(np.sqrt(fit.random_covariance[_position(fit, name), _position(fit, name)]))

    def full(value: float, point: Floats) -> Floats:
        moved = point.copy()
        moved[0] = value / frame.unit / np.exp(point[-1])
        return moved

    def reduce_gradient(value: float, point: Floats, gradient: Floats) -> Floats:
        reduced = gradient.copy()
        reduced[-1] -= full(value, point)[0] * gradient[0]  # at a fixed SD, the relative SD falls as sigma grows
        return reduced

    fixed = _FixedParameter(frame, np.arange(1, frame.point.size), full, reduce_gradient)
    step = max(0.5 * sd, 0.05 * frame.unit * np.exp(frame.point[-1]))
    return VarianceInterval(f"sd({name})", sd, *_ends(fixed, sd, step, (0.0, np.inf), level))


def correlation_interval(fit: MixedFit, first: str, second: str, *, level: float = 0.95) -> VarianceInterval:
    """Return the profile interval of the correlation between two columns' random effects.

    If one of the variances is zero the correlation is not estimable: the estimate is not a number and the interval is
    (-1, 1).
    """
    name = f"correlation({first}, {second})"
    a, b = _position(fit, first), _position(fit, second)
    scale = np.sqrt(fit.random_covariance[a, a] * fit.random_covariance[b, b])
    if scale == 0:
        return VarianceInterval(name, np.nan, -1.0, 1.0)
    frame = _profile_coordinates(fit, [first, second])

    def full(value: float, point: Floats) -> Floats:
        moved = point.copy()
        moved[1:3] = point[2] * np.array([value, np.sqrt(1 - value**2)])
        return moved

    def reduce_gradient(value: float, point: Floats, gradient: Floats) -> Floats:  # noqa: ARG001
        reduced = gradient.copy()
        reduced[2] = gradient[1] * value + gradient[2] * np.sqrt(1 - value**2)
        return reduced

    frame.point[2] = np.hypot(*frame.point[1:3])
    fixed = _FixedParameter(frame, np.delete(np.arange(frame.point.size), 1), full, reduce_gradient)
    correlation = float(np.clip(fit.random_covariance[a, b] / scale, -1.0, 1.0))
    return VarianceInterval(name, correlation, *_ends(fixed, correlation, 0.2, (-1.0, 1.0), level))


def residual_sd_interval(fit: MixedFit, *, level: float = 0.95) -> VarianceInterval:
    """Return the profile interval of the residual SD."""
    scale = fit.products.scaling.outcome_scale
    fixed = _fixed_coordinate(_profile_coordinates(fit, []), -1, lambda value: float(np.log(value / scale)))
    step = fit.residual_sd / np.sqrt(fit.n_rows)
    ends = _ends(fixed, fit.residual_sd, step, (1e-3 * fit.residual_sd, np.inf), level)
    return VarianceInterval("residual_sd", fit.residual_sd, *ends)


def rho_interval(fit: MixedFit, *, level: float = 0.95) -> VarianceInterval:
    """Return the profile interval of the residual correlation one day apart.

    Raises
    ------
    PainstatsError
        If the fit has white noise beside CAR(1).
    """
    if holds_residuals(fit):
        raise PainstatsError("rho beside white noise has no profile interval; use residual_intervals")
    fixed = _fixed_coordinate(_profile_coordinates(fit, []), -2, lambda value: value)
    step = 1 / np.sqrt(fit.n_rows)
    return VarianceInterval("rho", fit.rho, *_ends(fixed, fit.rho, step, (0.0, MAX_RHO), level))


def _position(fit: MixedFit, name: str) -> int:
    return int(column_positions([name], fit.random)[0])


def _profile_coordinates(fit: MixedFit, leading: list[str]) -> _ProfileCoordinates:
    """Return the parameters in the user's units, with the effects in ``leading`` first."""
    fit = of_whitened_rows(fit)
    q, scaling = len(fit.random), fit.products.scaling
    names = [*leading, *(name for name in fit.random if name not in leading)]
    transform = scaling.random_transform[column_positions(names, fit.random)]
    size = np.linalg.norm(transform, axis=1)
    basis = np.linalg.inv(transform / size[:, None]) if q else np.zeros((0, 0))
    relative = (transform / size[:, None]) @ interior_factor(fit.optimum.factor)
    elements = free_elements_of(fit)
    theta = semidefinite_factor(relative @ relative.T)[elements]
    log_sigma = 0.5 * np.log(scaled_variance(fit))
    return _ProfileCoordinates(
        fit=fit,
        basis=basis,
        elements=elements,
        point=np.concatenate([theta, [fit.rho, log_sigma]]),
        width=np.concatenate([np.full(theta.size, 0.3 / np.sqrt(len(fit.participants))), [fit.n_rows**-0.5] * 2]),
        unit=float(scaling.outcome_scale * size[0]) if q else 1.0,
    )


def _fixed_coordinate(
    frame: _ProfileCoordinates, coordinate: int, to_coordinate: Callable[[float], float]
) -> _FixedParameter:
    """Fix a parameter that is itself a coordinate."""

    def full(value: float, point: Floats) -> Floats:
        moved = point.copy()
        moved[coordinate] = to_coordinate(value)
        return moved

    free = np.delete(np.arange(frame.point.size), coordinate)
    return _FixedParameter(frame, free, full, lambda _value, _point, gradient: gradient)


def _ends(
    fixed: _FixedParameter, estimate: float, step: float, limits: tuple[float, float], level: float
) -> tuple[float, float]:
    """Return both limits of an interval."""
    cut = float(np.sqrt(stats.chi2.ppf(level, 1)))

    def excess(value: float) -> float:
        """Return the root of the rise of the deviance, which is nearly linear in the value, minus its cut-off."""
        return float(np.sqrt(max(_deviance_rise(fixed, value), 0.0))) - cut

    return _end(excess, estimate, -step, limits[0]), _end(excess, estimate, step, limits[1])


def _end(excess: Callable[[float], float], estimate: float, step: float, limit: float) -> float:
    """Search from the estimate towards a bound until the cut-off is exceeded, then solve for it."""
    inside = estimate
    for _ in range(DOUBLINGS):
        outside = estimate + step
        if abs(outside - estimate) >= abs(limit - estimate):
            outside = limit
        if excess(outside) > 0:
            return float(optimize.brentq(excess, inside, outside, xtol=PRECISION * abs(outside - inside) + 1e-300))
        if outside == limit:
            return limit
        inside, step = outside, 2 * step
    return limit


def _deviance_rise(fixed: _FixedParameter, value: float) -> float:
    """Return the rise of the deviance above its minimum when a parameter is fixed at a value."""
    frame, free = fixed.frame, fixed.free
    base = frame.fit.optimum.deviance

    def deviance_and_gradient(x: Floats) -> tuple[float, Floats]:
        point = frame.point.copy()
        point[free] += frame.width[free] * x
        deviance_value, gradient = _deviance(frame, fixed.full(value, point))
        return deviance_value - base, (fixed.reduce_gradient(value, point, gradient) * frame.width)[free]

    low, high = (0.0, MAX_RHO) if not frame.fit.optimum.rho_is_fixed else (frame.fit.rho, frame.fit.rho)
    limits: list[tuple[float | None, float | None]] = [(None, None)] * frame.point.size
    limits[-2] = ((low - frame.fit.rho) / frame.width[-2], (high - frame.fit.rho) / frame.width[-2])
    found = optimize.minimize(
        deviance_and_gradient,
        np.zeros(free.size),
        jac=True,
        method="L-BFGS-B",
        bounds=[limits[coordinate] for coordinate in free],
        options={"ftol": 1e-9, "gtol": 1e-4},
    )
    return float(found.fun)


def _deviance(frame: _ProfileCoordinates, point: Floats) -> tuple[float, Floats]:
    """Return the deviance at a point (elements, rho, log sigma), and its gradient."""
    fit, q = frame.fit, len(frame.fit.random)
    variance = np.exp(2 * point[-1])
    triangular = np.zeros((q, q))
    triangular[frame.elements] = point[:-2]
    factor = frame.basis @ triangular
    rho, with_rho = float(np.clip(point[-2], 0.0, MAX_RHO)), not fit.optimum.rho_is_fixed
    found = evaluation_at(fit.products, factor, rho, fit.reml, with_rho=with_rho, variance=variance)
    gradient = (2 * frame.basis.T @ found.factor_gradient @ factor)[frame.elements]
    in_log_sigma = 2 * found.degrees - 2 * found.residual_square / variance
    return found.deviance, np.concatenate([gradient, found.residual_gradient if with_rho else [0.0], [in_log_sigma]])
