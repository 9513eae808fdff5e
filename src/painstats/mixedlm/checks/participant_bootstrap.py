"""Bootstrap of the fixed effects over participants, at the fitted weights of the days.

Fixed effects and variance parameters are nearly independent, so the spread over draws matches that of complete refits
(``cluster_bootstrap``) at the price of solving a few equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import MixedFit, coefficients_in_units
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.cluster_robust import marginal_sums
from painstats.mixedlm.inference.refit_bootstrap import MIN_PARTICIPANTS_FOR_BOOTSTRAP

DRAWS = 4000

PINV_CUTOFF = 1e-9
"""Combinations of columns with less information than this share of the largest count as absent from a draw."""


@dataclass(frozen=True, slots=True, eq=False)
class ParticipantBootstrap:
    """Intervals (p, 2) of the p coefficients ``names``, and the coefficients of every draw (draws, p)."""

    names: tuple[str, ...]
    intervals: Floats
    coefficients: Floats


def participant_bootstrap(fit: MixedFit, *, draws: int = DRAWS, seed: int, level: float = 0.95) -> ParticipantBootstrap:
    """Draw as many participants as there are, with replacement, and take percentiles of the coefficients over draws.

    Percentile intervals are too narrow for few participants; the percentiles are moved outwards by the ratio of t to
    normal quantiles. A column that is constant in a draw is left out there.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.
    draws
        Number of draws.
    seed
        Of the draws.
    level
        Nominal coverage of the intervals.

    Raises
    ------
    NotEnoughData
        If there are fewer than ten participants.

    References
    ----------
    Davison & Hinkley 1997, Bootstrap Methods and their Application, section 3.8; Hesterberg 2015, Am Stat 69:371,
    section 4.3, for the expanded percentiles.
    """
    n = len(fit.participants)
    if n < MIN_PARTICIPANTS_FOR_BOOTSTRAP:
        raise NotEnoughData(
            f"{n} participants are too few to resample; at least {MIN_PARTICIPANTS_FOR_BOOTSTRAP} are needed"
        )
    chosen = np.random.default_rng(seed).integers(n, size=(draws, n))
    counts = np.zeros((draws, n))
    np.add.at(counts, (np.arange(draws)[:, None], chosen), 1.0)
    sums = np.tensordot(counts, marginal_sums(fit), 1)
    information, moment = sums[:, :-1, :-1], sums[:, :-1, -1]
    solved = np.einsum("dij,dj->di", np.linalg.pinv(information, rcond=PINV_CUTOFF, hermitian=True), moment)
    coefficients = coefficients_in_units(fit.products, solved)
    expanded = np.sqrt(n / (n - 1)) * stats.t.ppf((1 - level) / 2, n - 1)
    tail = float(stats.norm.cdf(expanded))
    return ParticipantBootstrap(fit.names, np.quantile(coefficients, [tail, 1 - tail], axis=0).T, coefficients)
