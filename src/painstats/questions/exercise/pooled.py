"""Sizes of several kinds, each drawn towards the others: for one participant, and over participants.

Chance alone makes the largest of several estimates too large. The kinds' true sizes are taken to vary around a mean,
with a standard deviation that is integrated over its prior, so that nothing is drawn closer than the data allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from painstats.mixedlm.engine.rows import Floats, Integers
from painstats.mixedlm.integrated import Mixture

PRIOR_SCALE = 0.075
"""Mode of the prior of the SD of kinds, as a share of the outcome's scale, per day with the kind."""

NODES = 24
"""Values of each standard deviation over which sizes are averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnSizes:
    """One participant's own estimates of k kinds.

    Parameters
    ----------
    kind : (k,)
        Which kind each is of, from 0.
    estimate : (k,)
    covariance : (k, k)
    """

    kind: Integers
    estimate: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True, eq=False)
class PooledSizes:
    """Pooled sizes of k kinds with their 95% intervals, and the probability that each is above zero, each (k,)."""

    estimate: Floats
    low: Floats
    high: Floats
    probability_positive: Floats

    @property
    def false_sign_rate(self) -> Floats:
        """The probability that the sign of each size is the other one, (k,)."""
        return np.minimum(self.probability_positive, 1 - self.probability_positive)


def prior_nodes(scale: float) -> tuple[Floats, Floats]:
    """Return values of a standard deviation tau, (24,), and the logs of their weights under its prior.

    The prior tau (1 + tau^2 / 4 s^2)^(-5/2) is flat in the variance near zero, with s = ``scale``. For
    x = tau / sqrt(tau^2 + 4 s^2) its density is 3 x sqrt(1 - x^2), and the nodes in x are those of Gauss and Legendre.

    References
    ----------
    docs/method/questions.md, kinds of exercise; Morris & Lysy 2012, Statistical Science 27:115.
    """
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    x = (nodes + 1) / 2
    root = np.sqrt(1 - x * x)
    return 2 * scale * x / root, np.log(weights / 2 * 3 * x * root)


def pooled_alone(estimate: Floats, covariance: Floats, scale: float, df: float) -> PooledSizes:
    """Pool the kinds of one participant: b_k ~ N(mu, tau^2) with a flat mu, tau integrated; a mixture of t.

    Parameters
    ----------
    estimate, covariance : (k,), (k, k)
        Own estimates of kinds; with a single one the result is its own estimate.
    scale
        s of ``prior_nodes``, in points per unit of the estimates.
    df
        Degrees of freedom of the own estimates.

    References
    ----------
    docs/method/questions.md, kinds of exercise.
    """
    tau, log_prior = prior_nodes(scale)
    total = covariance + tau[:, None, None] ** 2 * np.eye(estimate.size)
    weight = np.asarray(np.linalg.inv(total), dtype=np.float64)
    information = weight.sum(axis=(1, 2))
    mean = (weight @ estimate).sum(axis=1) / information
    residual = estimate - mean[:, None]
    squares = np.einsum("ti,tij,tj->t", residual, weight, residual)
    log_likelihood = -(np.linalg.slogdet(total)[1] + np.log(information) + squares) / 2
    kept = tau[:, None, None] ** 2 * weight
    centre = mean[:, None] + np.einsum("tij,tj->ti", kept, residual)
    not_kept = (1 - kept.sum(axis=2)) ** 2 / information[:, None]
    variance = tau[:, None] ** 2 * (1 - np.einsum("tii->ti", kept)) + not_kept
    return _summary(_normalised(log_prior + log_likelihood), centre, np.sqrt(variance), df)


def pooled_over_participants(own: Sequence[OwnSizes], kinds: int, scale: float) -> list[PooledSizes]:
    """Pool kinds over participants: b_ik = mu + kappa_k + u_ik, both SDs integrated; mixtures of normals.

    Estimates of different participants are independent, so the model is solved participant by participant, and the
    time grows with their number only.

    Parameters
    ----------
    own
        Own estimates of each participant, at least one each.
    kinds
        Number of kinds.
    scale
        s of ``prior_nodes`` for both standard deviations.

    References
    ----------
    docs/method/questions.md, kinds of exercise.
    """
    among, log_prior = prior_nodes(scale)
    each = [_Within.of(sizes, among) for sizes in own]
    precision, product, deviance = _sums(each, own, kinds)
    between = (np.eye(kinds) - 1 / kinds) / among[:, None, None, None] ** 2
    covariance = np.asarray(np.linalg.inv(precision + between), dtype=np.float64)
    means = np.einsum("stkl,tl->stk", covariance, product)
    explained = np.einsum("tk,stk->st", product, means)
    log_determinant = -np.linalg.slogdet(covariance)[1] + (kinds - 1) * np.log(among[:, None] ** 2)
    log_weight = log_prior[:, None] + log_prior - (log_determinant + deviance - explained) / 2
    weight = _normalised(log_weight)
    return [_pooled_one(sizes, within, weight, means, covariance) for sizes, within in zip(own, each, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class _Within:
    """One participant at each SD between participants: inverse (T, k, k) of the covariance, and the share kept."""

    inverse: Floats
    kept: Floats
    variance: Floats
    deviance: Floats

    @classmethod
    def of(cls, own: OwnSizes, tau: Floats) -> _Within:
        total = own.covariance + tau[:, None, None] ** 2 * np.eye(own.estimate.size)
        inverse = np.asarray(np.linalg.inv(total), dtype=np.float64)
        squares = np.einsum("i,tij,j->t", own.estimate, inverse, own.estimate)
        kept = tau[:, None, None] ** 2 * inverse
        return cls(
            inverse,
            kept,
            tau[:, None] ** 2 * (1 - np.einsum("tii->ti", kept)),
            np.linalg.slogdet(total)[1] + squares,
        )


def _sums(each: Sequence[_Within], own: Sequence[OwnSizes], kinds: int) -> tuple[Floats, Floats, Floats]:
    """Sum over participants the precision of the kinds' means (T, K, K), its product with them (T, K), and deviance."""
    precision, product = np.zeros((NODES, kinds, kinds)), np.zeros((NODES, kinds))
    for within, sizes in zip(each, own, strict=True):
        precision[:, sizes.kind[:, None], sizes.kind] += within.inverse
        product[:, sizes.kind] += within.inverse @ sizes.estimate
    return precision, product, np.sum([within.deviance for within in each], axis=0)


def _pooled_one(own: OwnSizes, within: _Within, weight: Floats, means: Floats, covariance: Floats) -> PooledSizes:
    """Return one participant's sizes at every pair of SDs (S, T), mixed."""
    of_means = np.eye(own.kind.size) - within.kept
    centre = np.einsum("tij,stj->sti", of_means, means[:, :, own.kind]) + within.kept @ own.estimate
    carried = covariance[:, :, own.kind[:, None], own.kind]
    variance = within.variance + np.einsum("tij,stjl,til->sti", of_means, carried, of_means, optimize=True)
    pairs, k = weight.size, own.kind.size
    return _summary(weight.reshape(pairs), centre.reshape(pairs, k), np.sqrt(variance).reshape(pairs, k), np.inf)


def _normalised(log_weight: Floats) -> Floats:
    weight = np.exp(log_weight - log_weight.max())
    return np.asarray(weight / weight.sum())


def _summary(weight: Floats, centre: Floats, scale: Floats, df: float) -> PooledSizes:
    mixed = Mixture(weight[:, None], centre, scale, df)
    return PooledSizes(mixed.mean, mixed.quantile(0.025), mixed.quantile(0.975), 1 - mixed.below(0.0))
