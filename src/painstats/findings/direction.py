"""How likely it is that a reported direction is right (docs/method/verdict.md, direction)."""

from __future__ import annotations

import math
from statistics import NormalDist

from painstats.questions.look import Look

SCEPTICAL_SD = 0.1
"""SD of effects over people, in points of a 0-10 scale for one usual swing: as weak as most published links."""


def probability_of_direction(look: Look, scale: tuple[float, float]) -> float:
    """Return the probability that the sign of a look's estimate is right.

    On own days this is that of a posterior with a normal prior around zero; a pooled estimate has its own posterior.

    References
    ----------
    Stephens 2017, Biostatistics 18:275, for the false sign rate.
    """
    if look.se is None:
        return NormalDist().cdf(abs(look.z))
    prior_sd = SCEPTICAL_SD * (scale[1] - scale[0]) / 10
    return NormalDist().cdf(abs(look.z) / math.sqrt(1 + (look.se * look.exposure.sd / prior_sd) ** 2))
