"""What a study that was run says about the precision of the next one: its variances, and itself as a pilot."""

from __future__ import annotations

import numpy as np

from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.models.cohort_model import CohortModel
from painstats.cohort.precision.information import ResidualCovariance
from painstats.cohort.precision.pilot import Pilot
from painstats.cohort.precision.tables import Assumed
from painstats.errors import NotEnoughData
from painstats.frame.guard import centred, lag_coefficient
from painstats.mixedlm.engine.rows import participant_slices


def assumed_from(days: CohortDays, model: CohortModel) -> tuple[Assumed, Pilot, int]:
    """Return the variances of a study's primary model, the study as a pilot, and its median number of days.

    Parameters
    ----------
    days
        The analysed days and the exposure.
    model
        From ``average_model``.

    Raises
    ------
    NotEnoughData
        If the exposure does not vary within participants.
    """
    fitted, effect = model.fitted, model.effects[0]
    if fitted is None:
        raise NotEnoughData("the study has no primary model to take variances from")
    fit, rows = fitted.fit, fitted.rows
    place = fit.random.index(days.exposure.within)
    within = rows.X[:, rows.names.index(days.exposure.within)]
    name = days.exposure.unknown
    known = rows.X[:, rows.names.index(name)] == 0 if name in rows.names else np.ones(len(within), dtype=bool)
    residual = ResidualCovariance(fit.residual_sd, min(fit.rho, 0.995), fit.white_share)
    spans, series = [], []
    for _, own in participant_slices(rows):
        day = rows.day[own] - rows.day[own][0]
        on_calendar = np.full(day[-1] + 1, np.nan)
        on_calendar[day] = np.where(known[own], within[own], np.nan)
        spans.append(day[-1] + 1)
        series.append(centred(on_calendar))
    missing = 1 - np.count_nonzero(known) / sum(spans)
    assumed = Assumed(
        residual=residual,
        slope_sd=float(np.sqrt(fit.random_covariance[place, place])),
        exposure_sd=float(within[known].std()),
        lag_correlation=float(np.clip(lag_coefficient(series), 0.0, 0.99)),
        missing=float(np.clip(missing, 0.0, 0.9)),
    )
    return assumed, Pilot(fitted.participants, effect.se, effect.df), int(np.median(spans))
