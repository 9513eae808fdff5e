"""Residual variances of the participants, and the model refitted with them as weights."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special

from painstats.mixedlm.engine.fit import MixedFit, solution_of
from painstats.mixedlm.engine.likelihood import participant_degrees_used, participant_residual_squares
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.held_residuals import refitted_with_weights

ROUNDS = 2
"""Number of times that residual variances are estimated and the model is refitted."""

MIN_PARTICIPANTS_FOR_WEIGHTS = 5
"""With fewer participants, the spread of their residual variances is not estimated and all have equal weight."""


@dataclass(frozen=True, slots=True, eq=False)
class ParticipantNoise:
    """Residual SDs of the participants and the fit that uses them.

    Parameters
    ----------
    participants
        The N participants, in order.
    residual_scale : (N,)
        Residual SD of each relative to the geometric mean.
    prior_degrees
        Prior degrees of freedom of each variance, estimated from the other participants, in days; infinite if all are
        alike.
    fit
        The model refitted to rows divided by ``residual_scale``.
    """

    participants: tuple[str, ...]
    residual_scale: Floats
    prior_degrees: float
    fit: MixedFit = field(repr=False)


def participant_weights(fit: MixedFit) -> ParticipantNoise:
    """Estimate each participant's residual variance, shrink it towards the others', and refit; two rounds.

    For inference about single participants: the standard errors of fixed effects become slightly too small. With white
    noise beside CAR(1), rho and the white share are held at their fitted values.

    References
    ----------
    Smyth 2004, Stat Appl Genet Mol Biol 3(1):3, section 6.2, for the shrinkage.
    """
    prior_degrees = np.inf
    if len(fit.participants) < MIN_PARTICIPANTS_FOR_WEIGHTS:
        return ParticipantNoise(fit.participants, fit.products.residual_scale, prior_degrees, fit)
    for _ in range(ROUNDS):
        variances, degrees = residual_variances(fit)
        prior_variance, prior_degrees = _variance_prior(variances, degrees)
        shrunken = _shrink(variances, degrees, prior_variance, prior_degrees)
        scale = np.sqrt(shrunken / np.exp(np.mean(np.log(shrunken))))
        fit = refitted_with_weights(fit, scale)
    return ParticipantNoise(fit.participants, fit.products.residual_scale, prior_degrees, fit)


def residual_variances(fit: MixedFit) -> tuple[Floats, Floats]:
    """Return (N,) residual variances of the participants, and (N,) their residual degrees of freedom."""
    solution = solution_of(fit)
    degrees = np.maximum(fit.products.rows_per_participant - participant_degrees_used(solution), 1.0)
    unit = fit.products.residual_scale * fit.products.scaling.outcome_scale
    return unit**2 * participant_residual_squares(solution) / degrees, degrees


def _variance_prior(variances: Floats, degrees: Floats) -> tuple[float, float]:
    """Return the centre and degrees of freedom of the scaled inverse chi-squared prior implied by the log variances."""
    centred = np.log(variances) - special.digamma(degrees / 2) + np.log(degrees / 2)
    excess = float(np.var(centred, ddof=1) - np.mean(special.polygamma(1, degrees / 2)))
    if excess <= 1e-4:
        return float(np.exp(np.mean(centred))), np.inf
    half = _inverse_trigamma(excess)
    return float(np.exp(np.mean(centred) + special.digamma(half) - np.log(half))), 2 * half


def _inverse_trigamma(value: float) -> float:
    """Return the argument at which the trigamma function, which decreases from infinity to 0, has a value."""
    return float(optimize.brentq(lambda x: float(special.polygamma(1, x)) - value, 1e-6, 1e6))


def _shrink(variances: Floats, degrees: Floats, prior_variance: float, prior_degrees: float) -> Floats:
    if np.isinf(prior_degrees):
        return np.full_like(variances, prior_variance)
    return (prior_degrees * prior_variance + degrees * variances) / (prior_degrees + degrees)
