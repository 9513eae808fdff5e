"""People drawn with replacement, and the average effects of each draw: how much an answer hangs on who takes part.

The days keep the weights that the fit gives them. Average effects and variance parameters are nearly independent, so
that the spread over draws is that of whole refits (``cluster_bootstrap``), for the price of solving a few equations.
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
"""Of what a draw tells of some combination of columns, relative to the most it tells of any, the part that is none."""


@dataclass(frozen=True, slots=True, eq=False)
class ParticipantBootstrap:
    """Intervals (p, 2) of the p coefficients ``names``, and the coefficients of every draw (draws, p)."""

    names: tuple[str, ...]
    intervals: Floats
    coefficients: Floats


def participant_bootstrap(fit: MixedFit, *, draws: int = DRAWS, seed: int, level: float = 0.95) -> ParticipantBootstrap:
    """Draw as many people as there are, with replacement, again and again; take percentiles of their coefficients.

    Percentiles of few people lie too close; they are taken further out, as far as t lies further out than the normal
    distribution. Where a column does not vary over the people of a draw, the others are solved for without it.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.
    draws
        How many.
    seed
        Of the draws.
    level
        Coverage that the intervals aim at.

    Raises
    ------
    NotEnoughData
        If there are fewer than ten people.

    References
    ----------
    Davison & Hinkley 1997, Bootstrap Methods and their Application, section 3.8; Hesterberg 2015, Am Stat 69:371,
    section 4.3, for percentiles further out.
    """
    people = len(fit.participants)
    if people < MIN_PARTICIPANTS_FOR_BOOTSTRAP:
        raise NotEnoughData(
            f"{people} participants are too few to resample; at least {MIN_PARTICIPANTS_FOR_BOOTSTRAP} are needed"
        )
    chosen = np.random.default_rng(seed).integers(people, size=(draws, people))
    counts = np.zeros((draws, people))
    np.add.at(counts, (np.arange(draws)[:, None], chosen), 1.0)
    sums = np.tensordot(counts, marginal_sums(fit), 1)
    information, moment = sums[:, :-1, :-1], sums[:, :-1, -1]
    solved = np.einsum("dij,dj->di", np.linalg.pinv(information, rcond=PINV_CUTOFF, hermitian=True), moment)
    coefficients = coefficients_in_units(fit.products, solved)
    further = np.sqrt(people / (people - 1)) * stats.t.ppf((1 - level) / 2, people - 1)
    tail = float(stats.norm.cdf(further))
    return ParticipantBootstrap(fit.names, np.quantile(coefficients, [tail, 1 - tail], axis=0).T, coefficients)
