"""Bootstrap by refitting the model to resampled participants, or to outcomes simulated from the fitted model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats, ModelRows, column_positions
from painstats.mixedlm.inference.held_residuals import at_residuals_of, holds_residuals, products_for_refit
from painstats.mixedlm.inference.refits import Refits, refit_each, refit_participants
from painstats.mixedlm.inference.simulation import simulated_outcome

Kind = Literal["participants", "parametric"]

MIN_PARTICIPANTS_FOR_BOOTSTRAP = 10
"""With fewer participants, resamples hardly differ and their spread is uninformative."""


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """One parameter: its estimate, and the SD and percentiles of its refits.

    Parameters
    ----------
    name
        A column, ``sd(column)`` or ``correlation(column, column)`` of the random effects, ``residual_sd`` or ``rho``.
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
        What was drawn: ``"participants"``, or outcomes from the fitted model (``"parametric"``).
    seed
        Of the draws.
    level
        Nominal coverage of the intervals.
    intervals
        One for each parameter.
    impossible
        Number of refits left out because a column was constant over the drawn participants.
    not_certified
        Number of refits without a certified optimum; they are kept.
    refits
        All refits.
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
    """A likelihood-ratio test of nested models, against data simulated from the smaller one.

    Parameters
    ----------
    statistic
        Twice the difference of the log-likelihoods.
    p
        Share of simulated statistics at least as large, counting the observed one among them.
    simulated : (B,)
        Statistics of data simulated from the smaller model.
    """

    statistic: float
    p: float
    simulated: Floats = field(repr=False)


def cluster_bootstrap(
    fit: MixedFit, *, refits: int = 1000, seed: int, level: float = 0.95, workers: int = 1
) -> Bootstrap:
    """Refit the model to as many participants as there are, drawn with replacement, ``refits`` times.

    It assumes only that participants are independent, and nothing about the dependence of a participant's days or the
    shape of any distribution. The result does not depend on ``workers``.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.
    refits
        Number of refits.
    seed
        Of the draws.
    level
        Nominal coverage of the intervals.
    workers
        Number of processes; a script that uses several must be guarded by ``if __name__ == "__main__"``.

    Raises
    ------
    NotEnoughData
        If there are fewer than ten participants.

    References
    ----------
    Davison & Hinkley 1997, Bootstrap Methods and their Application, section 3.8; van der Leeden, Meijer & Busing 2008,
    Handbook of Multilevel Analysis, ch. 11 ("cases bootstrap").
    """
    n = len(fit.participants)
    if n < MIN_PARTICIPANTS_FOR_BOOTSTRAP:
        raise NotEnoughData(
            f"{n} participants are too few to resample; at least {MIN_PARTICIPANTS_FOR_BOOTSTRAP} are needed"
        )
    _check(refits, level)
    chosen = np.random.default_rng(seed).integers(n, size=(refits, n))
    return _summary(fit, refit_participants(fit, list(chosen), workers=workers), "participants", seed, level)


def parametric_bootstrap(
    fit: MixedFit, rows: ModelRows, *, refits: int = 1000, seed: int, level: float = 0.95, workers: int = 1
) -> Bootstrap:
    """Refit the model to outcomes simulated from the fitted model for the given rows, ``refits`` times.

    It shows how estimates would vary if the model were true; with few participants, and for variances near zero, this
    is more informative than resampling participants. The result does not depend on ``workers``.

    Parameters
    ----------
    fit
        The model. For a fit of ``participant_weights``, each participant's residual SD is used both to simulate and to
        weight.
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
    found = refit_each(fit, seeds, partial(_products_simulated_from, rows, fit, fit), workers=workers)
    return _summary(fit, found, "parametric", seed, level)


def likelihood_ratio_bootstrap(
    larger: MixedFit, smaller: MixedFit, rows: ModelRows, *, refits: int = 1000, seed: int, workers: int = 1
) -> BootstrapTest:
    """Test nested models where no reference distribution is known: several variances at once, or few participants.

    With white noise beside CAR(1), both models have rho and the white share of the smaller one, for the observed
    statistic as for the simulated ones.

    Parameters
    ----------
    larger, smaller
        Fits to the same rows; under the restricted likelihood with the same columns.
    rows
        The rows, with the columns and random effects of ``larger``.
    refits, seed, workers
        As in ``cluster_bootstrap``.

    Raises
    ------
    PainstatsError
        If the likelihoods cannot be compared.

    References
    ----------
    Halekoh & Hojsgaard 2014, J Stat Softw 59(9); Davison & Hinkley 1997, Bootstrap Methods and their Application,
    section 4.2, for counting the observed statistic among the simulated.
    """
    _check(refits, 0.95)
    if larger.reml != smaller.reml or (larger.reml and larger.names != smaller.names):
        raise PainstatsError(
            "restricted likelihoods of models with different columns cannot be compared; fit both with reml=False"
        )
    if not np.array_equal(larger.products.residual_scale, smaller.products.residual_scale):
        raise PainstatsError(
            "likelihoods of models with different participant weights cannot be compared; fit both with the same"
        )
    if "car1+white" in (larger.residuals, smaller.residuals) and larger.residuals != smaller.residuals:
        raise PainstatsError("the test holds the share of white noise; fit both models with the same residuals")
    larger = at_residuals_of(smaller, larger, rows_for_fit(larger, rows))
    seeds = np.random.SeedSequence(seed).spawn(refits)
    simulated = np.zeros(refits)
    for fit, sign in ((larger, 2), (smaller, -2)):
        products_of = partial(_products_simulated_from, rows_for_fit(fit, rows), smaller, fit)
        simulated += sign * refit_each(fit, seeds, products_of, workers=workers).log_likelihood
    statistic = 2 * (larger.log_likelihood - smaller.log_likelihood)
    p = (1 + int(np.sum(simulated >= statistic))) / (1 + refits)
    return BootstrapTest(statistic, p, np.maximum(simulated, 0.0))


def rows_for_fit(fit: MixedFit, rows: ModelRows) -> ModelRows:
    """Return rows with the columns and random effects of a fit."""
    positions = column_positions(fit.names, rows.names)
    return replace(rows, X=rows.X[:, positions], names=fit.names, random=fit.random)


def fitted_parameters(fit: MixedFit) -> dict[str, float]:
    """Return every parameter of a fit by the name of its bootstrap interval."""
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
    """Return (B,) values of every parameter of B refits; without rho where refits hold it at its fitted value.

    The correlation with an effect of zero variance is not a number.
    """
    parameters = dict(zip(fit.names, refits.coefficients.T, strict=True))
    sd = np.sqrt(np.diagonal(refits.random_covariance, axis1=1, axis2=2))
    for position, name in enumerate(fit.random):
        parameters[f"sd({name})"] = sd[:, position]
    for second, first in zip(*np.tril_indices(len(fit.random), -1), strict=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = refits.random_covariance[:, second, first] / (sd[:, second] * sd[:, first])
        parameters[f"correlation({fit.random[first]}, {fit.random[second]})"] = np.clip(correlation, -1.0, 1.0)
    parameters["residual_sd"] = refits.residual_sd
    if fit.residuals != "independent" and not holds_residuals(fit):
        parameters["rho"] = refits.rho
    return parameters


def _check(refits: int, level: float) -> None:
    if refits < 2:
        raise PainstatsError(f"a bootstrap of {refits} refits has no spread; use at least 2, preferably 1000")
    if not 0 < level < 1:
        raise PainstatsError(f"the level of an interval must be between 0 and 1, not {level}")


def _products_simulated_from(
    rows: ModelRows, truth: MixedFit, refitted: MixedFit, _: CrossProducts, seed: np.random.SeedSequence
) -> CrossProducts:
    """Return the cross-products of rows with an outcome simulated from a fit to some or all of their columns.

    They are whitened and weighted for refits of the model ``refitted``.
    """
    outcome = simulated_outcome(truth, rows_for_fit(truth, rows), np.random.default_rng(seed))
    return products_for_refit(refitted, replace(rows, y=outcome))


def _summary(fit: MixedFit, refits: Refits, kind: Kind, seed: int, level: float) -> Bootstrap:
    possible = np.isfinite(refits.rho)
    if possible.sum() < 2:
        raise NotEnoughData("a column varies in too few participants for the model to be fitted to resamples")
    estimates, tails = fitted_parameters(fit), [(1 - level) / 2, (1 + level) / 2]
    intervals = []
    for name, values in refitted_parameters(fit, refits).items():
        known = values[np.isfinite(values)]
        if known.size < 2:  # a correlation with an effect of zero variance
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
