"""Fits of changes with integrated residuals; this file loads statistics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from painstats.mixedlm.integrated import TREND_SD, IntegratedFit, Mixture, fit_integrated, months_of
from painstats.questions.treatment.columns import Floats
from painstats.questions.treatment.compared import REPEATED, Compared, unexplained, without_repeats
from painstats.questions.treatment.rule import Estimated

LEVEL, CHANGE = 0, 1
"""Places of the level before and of the change among the columns of ``Compared``."""


def fitted(compared: Compared) -> IntegratedFit:
    """Fit the change: intercept, share of the new state, other treatments.

    References
    ----------
    docs/method/treatments.md, "The model of one change".
    """
    return fit_integrated(compared.columns, compared.score, compared.day.astype(float))


def coefficient_of(fit: IntegratedFit, place: int) -> Mixture:
    """Return the distribution of one coefficient."""
    weights = np.zeros(fit.estimates.shape[1])
    weights[place] = 1.0
    return fit.contrast(weights)


def estimated(mixture: Mixture) -> Estimated:
    """Return what a fit of one series says of a coefficient."""
    numbers = mixture.mean, mixture.quantile(0.025), mixture.quantile(0.975), mixture.sd, mixture.below(0.0)
    return Estimated(*(float(of[0]) for of in numbers))


def with_trend(compared: Compared) -> Estimated | None:
    """Return the change with a column for the participant's own trend in place of its prior.

    None if time and the other treatments leave nothing of it.

    References
    ----------
    docs/method/treatments.md, "What-ifs".
    """
    return _adjusted(compared, (months_of(compared.day.astype(float)),), trend_sd=0.0)


def on_equal_nights(compared: Compared, least_days: int) -> Estimated | None:
    """Return what is left of the change on equally long nights; None where too few nights are known, or all are alike.

    A night that is not known counts as an average one, and a column marks it.

    References
    ----------
    docs/method/treatments.md, "What-ifs".
    """
    known = ~np.isnan(compared.sleep_h)
    if min((known & compared.is_before).sum(), (known & compared.is_full).sum()) < least_days:
        return None
    deviation = np.where(known, compared.sleep_h - compared.sleep_h[known].mean(), 0.0)
    if not np.ptp(deviation) > 0:
        return None
    unknown = () if known.all() else ((~known).astype(float),)
    return _adjusted(compared, (deviation, *unknown))


def _adjusted(compared: Compared, columns: tuple[Floats, ...], trend_sd: float = TREND_SD) -> Estimated | None:
    """Return the change with more columns; None if they and the other treatments leave nothing of it."""
    others = without_repeats((*columns, *compared.others))
    if unexplained(compared.share, others) <= REPEATED:
        return None
    more = replace(compared, others=others)
    fit = fit_integrated(more.columns, more.score, more.day.astype(float), trend_sd)
    return estimated(coefficient_of(fit, CHANGE))


def later_weeks(compared: Compared) -> Estimated:
    """Return by how much the change differs a month later in full effect.

    A column x (k - mean k) / 30 is added, with day k of the new state and the mean over its days.

    References
    ----------
    docs/method/treatments.md, "Later weeks".
    """
    is_after = ~compared.is_before
    months = (compared.day - compared.day[is_after].mean()) / 30
    more = replace(compared, others=(np.where(is_after, compared.share * months, 0.0),))
    return estimated(coefficient_of(fitted(more), 2))
