"""Each person's own slope, with intervals that know how uncertain the spread between people is.

Given the variance parameters, a person's slope is normal around the best linear unbiased prediction with Henderson's
variance. The parameters themselves are integrated over: drawn from a heavy-tailed proposal around the mode of their
posterior and weighted by the exact restricted likelihood times weak priors.

The prior of a variance between people is flat where the variance is small. A density of the SD that is flat there, as a
plain half-t has it, leaves so much weight next to zero that in cohorts whose spread happens to look small everybody is
drawn to the average, by intervals too narrow. A flat variance is the prior under which shrunken intervals keep their
coverage (Morris & Lysy 2012), and the SD's mode stays off zero (Chung et al. 2013, who multiply by the SD likewise).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import MixedFit, scaled_variance, solution_of
from painstats.mixedlm.engine.rows import Floats, column_positions
from painstats.mixedlm.inference.participant_noise import participant_weights
from painstats.mixedlm.inference.variance_posterior import _Draws, _posterior, _relative_covariances, _sample


@dataclass(frozen=True, slots=True)
class ParticipantSlope:
    """One person's slope on one column.

    Parameters
    ----------
    participant, name
        Who, and which column.
    estimate, low, high
        Posterior mean and 95 % interval, integrated over the variance parameters.
    probability_positive
        That the slope is above zero.
    false_sign_rate
        Probability that the slope's sign is not the likelier one (Stephens 2017, Biostatistics 18:275).
    reliability
        Share of the spread between people that this person's days can show, 0 to 1.
    effective_sample_size
        Draws of variance parameters that the integration is worth.
    """

    participant: str
    name: str
    estimate: float
    low: float
    high: float
    probability_positive: float
    false_sign_rate: float
    reliability: float
    effective_sample_size: float


def participant_slopes(
    fit: MixedFit,
    names: Sequence[str],
    seed: int,
    *,
    weighted: bool = True,
    outcome_range: float = 10.0,
) -> tuple[ParticipantSlope, ...]:
    """Estimate every person's slope on some columns.

    Parameters
    ----------
    fit
        A fit with person-specific effects. What it holds fixed (a rho, correlations of zero) is not integrated over.
    names
        Columns among ``fit.random``.
    seed
        Of the draws; the same seed gives the same answer.
    weighted
        Whether to let noisy people's days weigh less (``participant_weights``).
    outcome_range
        Width of the outcome's scale, which the priors are stretched to.

    Raises
    ------
    PainstatsError
        If a name has no person-specific effect.
    NotEnoughData
        If the fit has no person-specific effects.

    References
    ----------
    Henderson 1975, Biometrics 31:423; Robinson 1991, Stat Sci 6:15; Morris & Lysy 2012, Stat Sci 27:115, and Chung,
    Rabe-Hesketh, Dorie, Gelman & Liu 2013, Psychometrika 78:685, for the prior of the variances; Lewandowski, Kurowicka
    & Joe 2009, J Multivar Anal 100:1989, for that of the correlations.
    """
    if not fit.random:
        raise NotEnoughData("the model has no person-specific effects, so there are no slopes of single people")
    positions = column_positions(names, fit.random)
    fit = participant_weights(fit).fit if weighted else fit
    draws, weights = _sample(_posterior(fit, outcome_range), fit, np.random.default_rng(seed))
    return tuple(
        slope
        for position, name in zip(positions, names, strict=True)
        for slope in _summaries(draws, weights, int(position), name, fit.participants)
    )


def henderson_covariances(fit: MixedFit) -> Floats:
    """Return (N, q, q): the covariance of each person's coefficients (average plus departure), for known parameters."""
    return np.asarray(scaled_variance(fit) * _relative_covariances(solution_of(fit)))


def _summaries(
    draws: _Draws, weights: Floats, position: int, name: str, participants: tuple[str, ...]
) -> list[ParticipantSlope]:
    """Summarise everybody's slope on one column."""
    mean, sd = draws.slope[:, :, position], np.sqrt(draws.variance[:, :, position])
    low, high = _quantile(0.025, mean, sd, weights), _quantile(0.975, mean, sd, weights)
    positive = weights @ special.ndtr(mean / sd)
    reliability = 1 - (weights @ draws.given_data[:, :, position]) / (weights @ draws.between[:, position])
    size = np.full(len(participants), 1 / np.sum(weights**2))
    wrong = np.minimum(positive, 1 - positive)
    columns = np.column_stack([weights @ mean, low, high, positive, wrong, reliability, size])
    return [
        ParticipantSlope(participant, name, *(float(value) for value in row))
        for participant, row in zip(participants, columns, strict=True)
    ]


def _quantile(probability: float, mean: Floats, sd: Floats, weights: Floats) -> Floats:
    """Return (N,) quantiles of each person's mixture of normals, with means and SDs (D, N), by bisection."""
    low, high = (mean - 9 * sd).min(axis=0), (mean + 9 * sd).max(axis=0)
    for _ in range(50):
        middle = (low + high) / 2
        is_below = weights @ special.ndtr((middle - mean) / sd) < probability
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2)
