"""Each participant's own slope, with intervals that allow for the uncertainty of the variance parameters.

Given the variance parameters, a participant's slope is normal around the best linear unbiased prediction with
Henderson's variance. The parameters are integrated over (``variance_posterior``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.fit import MixedFit, scaled_variance, solution_of
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions
from painstats.mixedlm.inference.participant_noise import participant_weights
from painstats.mixedlm.inference.variance_posterior import _Draws, _posterior, _relative_covariances, _sample


@dataclass(frozen=True, slots=True)
class ParticipantSlope:
    """One participant's slope of one column.

    Parameters
    ----------
    participant, name
        The participant and the column.
    estimate, low, high
        Posterior mean and 95% interval, integrated over the variance parameters.
    probability_positive
        Of a slope above zero.
    false_sign_rate
        Probability that the slope does not have the likelier sign (Stephens 2017, Biostatistics 18:275).
    reliability
        One minus the participant's conditional variance over the variance between participants, at most 1.
    effective_sample_size
        Effective number of draws of the variance parameters.
    ranges
        Equal-tailed intervals for the other tail probabilities that were asked for.
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
    ranges: tuple[tuple[float, float], ...] = ()


def participant_slopes(
    fit: MixedFit,
    names: Sequence[str],
    seed: int,
    *,
    weighted: bool | None = None,
    outcome_range: float = 10.0,
    rows: ModelRows | None = None,
    tails: Sequence[float] = (),
) -> tuple[ParticipantSlope, ...]:
    """Estimate every participant's slope of some columns.

    Parameters
    ----------
    fit
        A fit with random effects. Parameters that it fixes (rho, zero correlations) are not integrated over. With white
        noise beside CAR(1), its share is integrated over too, with a uniform prior.
    names
        Columns among ``fit.random``.
    seed
        Of the draws; the same seed gives the same result.
    weighted
        Whether participants with larger residual variance get less weight (``participant_weights``). By default they
        do, except with white noise beside CAR(1): weights have not been tried together with it in simulations.
    outcome_range
        Range of the outcome's scale; it scales the priors.
    rows
        The rows of the fit; needed with white noise beside CAR(1) only.
    tails
        Probabilities in each tail of further intervals, ``ParticipantSlope.ranges``.

    Raises
    ------
    PainstatsError
        If a name has no random effect, or with white noise if there are no rows.
    NotEnoughData
        If the fit has no random effects.

    References
    ----------
    Henderson 1975, Biometrics 31:423; Robinson 1991, Stat Sci 6:15; Morris & Lysy 2012, Stat Sci 27:115, and Chung,
    Rabe-Hesketh, Dorie, Gelman & Liu 2013, Psychometrika 78:685, for the prior of the variances; Lewandowski, Kurowicka
    & Joe 2009, J Multivar Anal 100:1989, for that of the correlations.
    """
    if not fit.random:
        raise NotEnoughData("the model has no random effects, so participants have no slopes of their own")
    positions = column_positions(names, fit.random)
    has_white_noise = fit.residuals == "car1+white"
    if has_white_noise and rows is None:
        raise PainstatsError("slopes with white noise beside CAR(1) need the rows of the fit")
    fit = participant_weights(fit).fit if (weighted is None and not has_white_noise) or weighted else fit
    posterior = _posterior(fit, outcome_range, rows if has_white_noise else None)
    draws, weights = _sample(posterior, fit, np.random.default_rng(seed))
    return tuple(
        slope
        for position, name in zip(positions, names, strict=True)
        for slope in _summaries(draws, weights, int(position), name, fit.participants, tails)
    )


def henderson_covariances(fit: MixedFit) -> Floats:
    """Return (N, q, q): the covariance of average plus deviation of each participant, for known parameters."""
    return np.asarray(scaled_variance(fit) * _relative_covariances(solution_of(fit)))


def _summaries(
    draws: _Draws,
    weights: Floats,
    position: int,
    name: str,
    participants: tuple[str, ...],
    tails: Sequence[float],
) -> list[ParticipantSlope]:
    """Summarise every participant's slope of one column."""
    mean, sd = draws.slope[:, :, position], np.sqrt(draws.variance[:, :, position])
    low, high = _quantile(0.025, mean, sd, weights), _quantile(0.975, mean, sd, weights)
    positive = weights @ special.ndtr(mean / sd)
    reliability = 1 - (weights @ draws.given_data[:, :, position]) / (weights @ draws.between[:, position])
    size = np.full(len(participants), 1 / np.sum(weights**2))
    wrong = np.minimum(positive, 1 - positive)
    columns = np.column_stack([weights @ mean, low, high, positive, wrong, reliability, size])
    ends = [(_quantile(tail, mean, sd, weights), _quantile(1 - tail, mean, sd, weights)) for tail in tails]
    return [
        ParticipantSlope(
            participant, name, estimate, low_end, high_end, probability, false_sign_rate, reliable, effective,
            ranges=tuple((float(low[place]), float(high[place])) for low, high in ends),
        )
        for place, (participant, (estimate, low_end, high_end, probability, false_sign_rate, reliable, effective))
        in enumerate(zip(participants, columns.tolist(), strict=True))
    ]  # fmt: skip


def _quantile(probability: float, mean: Floats, sd: Floats, weights: Floats) -> Floats:
    """Return (N,) quantiles of each participant's mixture of normals, with means and SDs (D, N), by bisection."""
    low, high = (mean - 9 * sd).min(axis=0), (mean + 9 * sd).max(axis=0)
    for _ in range(50):
        middle = (low + high) / 2
        is_below = weights @ special.ndtr((middle - mean) / sd) < probability
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2)
