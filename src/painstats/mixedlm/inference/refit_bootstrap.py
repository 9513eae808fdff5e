"""Intervals from the model fitted again to resampled people, or to outcomes simulated from the fitted model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.cross_products import CrossProducts, with_residual_scale
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.inference.refits import Refits, refit_each, refit_participants
from painstats.mixedlm.inference.simulation import simulated_outcome

Kind = Literal["people", "parametric"]

MIN_PARTICIPANTS_FOR_BOOTSTRAP = 10
"""With fewer people, resamples of them hardly differ and their spread says little."""


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """One parameter: its estimate, the SD of its refits, and their percentiles.

    Parameters
    ----------
    name
        A column, ``sd(column)`` or ``correlation(column, column)`` of the person-specific effects, ``residual_sd`` or
        ``rho``.
    estimate
        Of the fit.
    se
        SD over refits.
    low, high
        Percentiles of the refits.
    """

    name: str
    estimate: float
    se: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """Intervals and the refits they come from.

    Parameters
    ----------
    kind
        What was drawn: whole ``"people"``, or outcomes from the fitted model (``"parametric"``).
    seed
        Of the draws.
    level
        Coverage that the intervals aim at.
    intervals
        One for each parameter.
    impossible
        Refits left out because a column no longer varied over the people drawn.
    not_certified
        Refits whose optimum is not certified; they are kept.
    refits
        Every refit.
    """

    kind: Kind
    seed: int
    level: float
    intervals: tuple[BootstrapInterval, ...]
    impossible: int
    not_certified: int
    refits: Refits = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapTest:
    """A likelihood-ratio test of one model within another, against data simulated from the smaller.

    Parameters
    ----------
    statistic
        Twice the gain in log-likelihood.
    p
        Share of simulated statistics at least as large, the observed one counted among them.
    simulated : (B,)
        Statistics of data simulated from the smaller model.
    """

    statistic: float
    p: float
    simulated: Floats = field(repr=False)


def cluster_bootstrap(
    fit: MixedFit, *, refits: int = 1000, seed: int, level: float = 0.95, workers: int = 1
) -> Bootstrap:
    """Draw as many people as there are, with replacement, fit the model to their days, and do it again.

    Nothing is assumed of how days within a person hang together, and nothing of the shape of any distribution: only
    that people are independent. The answer does not depend on ``workers``.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.
    refits
        How many.
    seed
        Of the draws.
    level
        Coverage that the intervals aim at.
    workers
        Processes; a script that asks for several must guard its start by ``if __name__ == "__main__"``.

    Raises
    ------
    NotEnoughData
        If there are fewer than ten people.

    References
    ----------
    Davison & Hinkley 1997, Bootstrap Methods and their Application, section 3.8; van der Leeden, Meijer & Busing 2008,
    Handbook of Multilevel Analysis, ch. 11 ("cases bootstrap").
    """
    people = len(fit.participants)
    if people < MIN_PARTICIPANTS_FOR_BOOTSTRAP:
        raise NotEnoughData(
            f"{people} participants are too few to resample; at least {MIN_PARTICIPANTS_FOR_BOOTSTRAP} are needed"
        )
    _check(refits, level)
    chosen = np.random.default_rng(seed).integers(people, size=(refits, people))
    return _summary(fit, refit_participants(fit, list(chosen), workers=workers), "people", seed, level)


def parametric_bootstrap(
    fit: MixedFit, rows: ModelRows, *, refits: int = 1000, seed: int, level: float = 0.95, workers: int = 1
) -> Bootstrap:
    """Simulate outcomes from the fitted model for the rows there are, fit the model to them, and do it again.

    It asks how estimates would vary if the model were true; with few people, and for variances near zero, that is more
    than resampled people can tell. The answer does not depend on ``workers``.

    Parameters
    ----------
    fit
        The model. In a fit of ``participant_weights`` each person's noise is simulated and weighed as it is there.
    rows
        The rows it was fitted to.
    refits, seed, level, workers
        As in ``cluster_bootstrap``.

    References
    ----------
    Davison & Hinkley 1997, Bootstrap Methods and their Application, ch. 2; Bates et al. 2015, J Stat Softw 67(1).
    """
    _check(refits, level)
    seeds = np.random.SeedSequence(seed).spawn(refits)
    found = refit_each(fit, seeds, partial(_products_simulated_from, rows, fit), workers=workers)
    return _summary(fit, found, "parametric", seed, level)


def likelihood_ratio_bootstrap(
    larger: MixedFit, smaller: MixedFit, rows: ModelRows, *, refits: int = 1000, seed: int, workers: int = 1
) -> BootstrapTest:
    """Test one model within another where no distribution is known: several variances at once, or few people.

    Parameters
    ----------
    larger, smaller
        Fits to the same rows; under the restricted likelihood with the same columns.
    rows
        The rows, with columns and person-specific effects of ``larger``.
    refits, seed, workers
        As in ``cluster_bootstrap``.

    Raises
    ------
    PainstatsError
        If the likelihoods cannot be compared.

    References
    ----------
    Halekoh & Hojsgaard 2014, J Stat Softw 59(9); Davison & Hinkley 1997, Bootstrap Methods and their Application, for
    counting the observed statistic among the simulated (section 4.2).
    """
    _check(refits, 0.95)
    if larger.reml != smaller.reml or (larger.reml and larger.names != smaller.names):
        raise PainstatsError("restricted likelihoods compare only models of the same columns; fit both with reml=False")
    if not np.array_equal(larger.products.residual_scale, smaller.products.residual_scale):
        raise PainstatsError("likelihoods compare only models that weigh people alike; fit both with the same weights")
    seeds = np.random.SeedSequence(seed).spawn(refits)
    simulated = np.zeros(refits)
    for fit, sign in ((larger, 2), (smaller, -2)):
        products_of = partial(_products_simulated_from, rows_for_fit(fit, rows), smaller)
        simulated += sign * refit_each(fit, seeds, products_of, workers=workers).log_likelihood
    statistic = 2 * (larger.log_likelihood - smaller.log_likelihood)
    p = (1 + int(np.sum(simulated >= statistic))) / (1 + refits)
    return BootstrapTest(statistic, p, np.maximum(simulated, 0.0))


def rows_for_fit(fit: MixedFit, rows: ModelRows) -> ModelRows:
    """Return rows with the columns and person-specific effects of a fit."""
    positions = column_positions(fit.names, rows.names)
    return replace(rows, X=rows.X[:, positions], names=fit.names, random=fit.random)


def fitted_parameters(fit: MixedFit) -> dict[str, float]:
    """Return every parameter of a fit by the name its bootstrap interval has."""
    alone = Refits(
        coefficients=fit.coefficients[None],
        random_covariance=fit.random_covariance[None],
        residual_sd=np.array([fit.residual_sd]),
        rho=np.array([fit.rho]),
        log_likelihood=np.array([fit.log_likelihood]),
        evaluations=np.array([fit.optimum.evaluations]),
        is_certified=np.array([fit.converged]),
    )
    return {name: float(values[0]) for name, values in refitted_parameters(fit, alone).items()}


def refitted_parameters(fit: MixedFit, refits: Refits) -> Mapping[str, Floats]:
    """Return (B,) values of every parameter of B refits; a correlation with a variance of zero is not a number."""
    parameters = dict(zip(fit.names, refits.coefficients.T, strict=True))
    sd = np.sqrt(np.diagonal(refits.random_covariance, axis1=1, axis2=2))
    for position, name in enumerate(fit.random):
        parameters[f"sd({name})"] = sd[:, position]
    for second, first in zip(*np.tril_indices(len(fit.random), -1), strict=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = refits.random_covariance[:, second, first] / (sd[:, second] * sd[:, first])
        parameters[f"correlation({fit.random[first]}, {fit.random[second]})"] = np.clip(correlation, -1.0, 1.0)
    parameters["residual_sd"] = refits.residual_sd
    if fit.residuals == "car1":
        parameters["rho"] = refits.rho
    return parameters


def _check(refits: int, level: float) -> None:
    if refits < 2:
        raise PainstatsError(f"a bootstrap of {refits} refits has no spread; ask for at least 2, better 1000")
    if not 0 < level < 1:
        raise PainstatsError(f"the level of an interval lies between 0 and 1, not at {level}")


def _products_simulated_from(
    rows: ModelRows, truth: MixedFit, fitted: CrossProducts, seed: np.random.SeedSequence
) -> CrossProducts:
    """Return the cross-products of rows with an outcome simulated from a fit, whose columns may be some of theirs.

    People are weighed as in the cross-products that were fitted.
    """
    outcome = simulated_outcome(truth, rows_for_fit(truth, rows), np.random.default_rng(seed))
    return with_residual_scale(cross_products(replace(rows, y=outcome)), fitted.residual_scale)


def _summary(fit: MixedFit, refits: Refits, kind: Kind, seed: int, level: float) -> Bootstrap:
    possible = np.isfinite(refits.rho)
    if possible.sum() < 2:
        raise NotEnoughData("a column varies over too few people for the model to be fitted to resamples of them")
    estimates, tails = fitted_parameters(fit), [(1 - level) / 2, (1 + level) / 2]
    intervals = []
    for name, values in refitted_parameters(fit, refits).items():
        known = values[np.isfinite(values)]
        if known.size < 2:  # a correlation with an effect that never differs between people
            known = np.full(2, np.nan)
        low, high = np.quantile(known, tails)
        intervals.append(BootstrapInterval(name, estimates[name], float(known.std(ddof=1)), float(low), float(high)))
    return Bootstrap(
        kind=kind,
        seed=seed,
        level=level,
        intervals=tuple(intervals),
        impossible=int(np.sum(~possible)),
        not_certified=int(np.sum(possible & ~refits.is_certified)),
        refits=refits,
    )
