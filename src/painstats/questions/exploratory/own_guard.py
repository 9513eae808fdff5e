"""The fit of one participant's rows, protected against an outcome that acts back on what it is compared with."""

from __future__ import annotations

import numpy as np

from painstats.errors import NotEnoughData
from painstats.frame.guard import GuardColumns, day_after_name, sum_name
from painstats.mixedlm.engine.fit import MixedFit, fit_mixed
from painstats.mixedlm.engine.rows import Floats, ModelRows, is_constant
from painstats.questions.daily.guarded import LEAST_RHO, with_columns
from painstats.questions.daily.guards import OWN_DAYS, DaysOf, columns_for


def guarded_fit(rows: ModelRows, fit: MixedFit, days: DaysOf) -> MixedFit:
    """Fit a participant's rows again with guard columns, from ``OWN_DAYS`` on; else return the fit.

    S and D are free columns here: they protect as well as held ones, with less precision. D is used only beside noise
    of single days, as it is in the daily questions.

    Parameters
    ----------
    rows, fit
        The participant's rows, and their fit without guard columns.
    days
        Known days of the columns that the outcome can move, by name of the column.

    References
    ----------
    docs/method/real_diaries.md, pain that acts back.
    """
    known = {name: values for name, values in days.items() if name in fit.names}
    if not known or fit.n_rows < OWN_DAYS or fit.rho <= LEAST_RHO:
        return fit
    columns = columns_for(rows.participant, rows.day, known, fit.rho)
    try:
        guarded = fit_mixed(with_columns(rows, _free(columns, fit.white_share)), residuals=fit.residuals, near=fit)
    except (NotEnoughData, np.linalg.LinAlgError):
        return fit
    return guarded if guarded.converged else fit


def _free(columns: dict[str, GuardColumns], white_share: float) -> dict[str, Floats]:
    """Return S and D of each exposure by name, as far as both vary."""
    kept = {
        n: both for n, both in columns.items() if not (is_constant(both.decaying_sum) or is_constant(both.day_after))
    }
    sums = {sum_name(name): both.decaying_sum for name, both in kept.items()}
    after = {day_after_name(name): both.day_after for name, both in kept.items()} if white_share > 0 else {}
    return sums | after
