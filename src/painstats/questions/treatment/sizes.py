"""How probable it is that a score was at least two points, or at least 30%, lower after a change.

The answer depends on how much such treatments usually do, which one participant's days cannot say. So it is a range
over two priors. Only beside the verdict ``lower``; this file loads statistics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from painstats.mixedlm.integrated import IntegratedFit
from painstats.questions.treatment.columns import Floats

PRIOR_SDS = (0.7, 1.5)
"""Priors of a change, SD in points of a scale from 0 to 10: such treatments rarely do much, or often do."""

TWO_POINTS = 2.0
THIRD = 0.3
"""Share of the level before; Dworkin et al. 2008, J Pain 9:105 call it a moderate improvement."""

GRID = np.linspace(-10, 10, 2001)
"""Changes over which is integrated, in points."""


@dataclass(frozen=True, slots=True)
class SizeProbabilities:
    """Probabilities of at least two points lower and of at least 30% lower, for one prior."""

    two_points: float
    third: float


def size_probabilities(fit: IntegratedFit, prior_sds: tuple[float, ...] = PRIOR_SDS) -> tuple[SizeProbabilities, ...]:
    """Return the probabilities for each prior.

    At each shape of the residuals, level and change have a bivariate t distribution. The change is integrated over by
    the trapezoid rule; given the change, the level has a t distribution with one more degree of freedom.

    Parameters
    ----------
    fit
        Of one series on a scale from 0 to 10, with the level before and the change as first columns.
    prior_sds
        SDs of priors N(0, SD²) on the change, in points.

    References
    ----------
    docs/method/treatments.md, "Sizes"; Farrar et al. 2001, Pain 94:149 for two points.
    """
    likelihood, is_third = _at_shapes(fit)
    density, third = likelihood.sum(axis=1), (likelihood * is_third).sum(axis=1)
    return tuple(_with_prior(density, third, sd) for sd in prior_sds)


def _with_prior(density: Floats, third: Floats, prior_sd: float) -> SizeProbabilities:
    prior = stats.norm.pdf(GRID, 0, prior_sd)
    within = np.where(np.isclose(GRID, -TWO_POINTS), 0.5, GRID < -TWO_POINTS)  # the trapezoid ends at -2
    total = float((density * prior).sum())
    return SizeProbabilities(float((density * prior * within).sum()) / total, float((third * prior).sum()) / total)


def _at_shapes(fit: IntegratedFit) -> tuple[Floats, Floats]:
    """Return the weighted density of each change, and the probability that it is 30% of the level, (2001, K) each."""
    df = fit.df
    level, change = fit.estimates[:, 0, 0], fit.estimates[:, 1, 0]
    variance = fit.residual_squares[:, 0] / df
    level_level, level_change, change_change = (fit.unscaled[:, i, j] for i, j in ((0, 0), (0, 1), (1, 1)))
    spread = np.sqrt(variance * change_change)
    z = (GRID[:, None] - change) / spread
    density = fit.weight[:, 0] * stats.t.pdf(z, df) / spread
    centre = level + level_change / change_change * (GRID[:, None] - change)
    conditional = variance * (level_level - level_change**2 / change_change)
    scale = np.sqrt(conditional * (df + z**2) / (df + 1))
    return density, np.asarray(special.stdtr(df + 1, (-GRID[:, None] / THIRD - centre) / scale))
