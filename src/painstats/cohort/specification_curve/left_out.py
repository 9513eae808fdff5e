"""The declared estimate without each participant: fits from the start to the sums of the others.

With white noise rho and the white share are held at their fitted values, as in every refit (``mixedlm``), and the
coefficients of guard columns to what feedback can cause in the declared model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from painstats.cohort.models.cohort_model import Fitted
from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.cross_products import of_participants
from painstats.mixedlm.engine.fit import MixedFit, Residuals, fit_cross_products
from painstats.mixedlm.engine.optimum import STARTS
from painstats.mixedlm.inference.held import hold, prior_means

LEAST_PARTICIPANTS = 3


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The estimate without one participant."""

    participant: str
    estimate: float


def left_out(primary: Fitted, exposure: str) -> tuple[LeftOut, ...]:
    """Estimate an effect without each participant in turn, in the order of participants.

    Parameters
    ----------
    primary
        The declared model.
    exposure
        The column of the effect.

    Raises
    ------
    NotEnoughData
        If there are fewer than three participants.
    """
    guard = primary.guard
    fit = guard.last if guard and guard.last else primary.fit
    n = len(fit.participants)
    if n < LEAST_PARTICIPANTS:
        raise NotEnoughData(f"{n} participants are too few to leave one out; at least {LEAST_PARTICIPANTS} are needed")
    return tuple(
        LeftOut(name, _estimate(primary, _without(fit, place), exposure)) for place, name in enumerate(fit.participants)
    )


def _without(fit: MixedFit, place: int) -> MixedFit:
    others = np.delete(np.arange(len(fit.participants)), place)
    # Whitened rows have independent residuals: with white noise, rho and its share are those of the fit.
    residuals: Residuals = "independent" if fit.white_share > 0 else "car1"
    return fit_cross_products(of_participants(fit.products, others), residuals=residuals, starts=STARTS[:1])


def _estimate(primary: Fitted, fit: MixedFit, exposure: str) -> float:
    guard = primary.guard
    if guard is None or guard.with_both is None or guard.with_sums is None or guard.test is None:
        return float(fit.coefficients[fit.names.index(exposure)])
    after = [name for name in fit.names if name not in guard.with_sums.names]
    held = hold(fit, after, prior_means(guard.test.coefficients, guard.white_share))
    return float(held.coefficients[held.names.index(exposure)])
