"""The fit of a participant's outcome without any exposure, from which the searches of all fits of the outcome start."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import MixedFit, fit_mixed
from painstats.mixedlm.inference.one_participant import participant_rows
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.exploratory.activity import rows_of
from painstats.questions.exploratory.own_days import OwnDays


@lru_cache(maxsize=1)  # participants are fitted one after the other, each by several kinds of question
def first_fit(own: OwnDays) -> MixedFit | None:
    """Fit the outcome to the calendar, time and treatments alone; None where the days cannot carry that.

    Fits of the same outcome to more columns, or to some of the days, have about the same residuals, so their searches
    start where those of this fit ended (``fit_mixed``): the results are the same, sooner.
    """
    usable = own.usable
    if usable.height < own.design.rules.min_days_in_model:
        return None
    try:
        rows = rows_of(own, usable, ())
        fit = fit_mixed(participant_rows(rows, str(rows.participant[0])), residuals=RESIDUALS)
    except (PainstatsError, np.linalg.LinAlgError):
        return None
    return fit if fit.converged else None
