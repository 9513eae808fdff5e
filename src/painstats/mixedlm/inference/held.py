"""Coefficients of nuisance columns held to a normal prior, and what that does to the other coefficients.

The model has two nuisance columns for each exposure (``docs/method/real_diaries.md``): S, whose coefficient is
free, and D, whose coefficient lies between 0 and h w / (1 - w), h being the coefficient of S in the model without D.
Estimating D freely can cost a third of the precision of the exposure; leaving it out can bias it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats, column_positions
from painstats.mixedlm.inference.coefficients import CoefficientTable, tested

MOST_WHITE_NOISE = 0.9
"""Larger white shares count as this: the range of D's coefficient grows without limit as w approaches 1."""


@dataclass(frozen=True, slots=True, eq=False)
class FeedbackTest:
    """A joint test of the columns S.

    Parameters
    ----------
    statistic, p
        F, and the upper tail of q F on the chi-square distribution with q degrees of freedom.
    coefficients, t : (q,)
        h of each column in order, and h over its standard error for known variance parameters.
    """

    statistic: float
    p: float
    coefficients: Floats
    t: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The p - m coefficients that have no prior, in the order of the model, and their covariance."""

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats


def feedback_test(fit: MixedFit, columns: Sequence[str]) -> FeedbackTest:
    """Test jointly whether the coefficients h of q columns are zero: F = h' C^-1 h / q.

    References
    ----------
    docs/method/real_diaries.md, step 2.
    """
    places = column_positions(columns, fit.names)
    h, C = fit.coefficients[places], fit.covariance[np.ix_(places, places)]
    statistic = float(h @ np.linalg.solve(C, h)) / len(h)
    return FeedbackTest(statistic, float(stats.chi2.sf(len(h) * statistic, len(h))), h, h / np.sqrt(np.diag(C)))


def prior_means(h: Floats, white_share: float) -> Floats:
    """Return m (q,), the mean and the SD of the prior of each coefficient of D: half of the most it can be.

    Parameters
    ----------
    h : (q,)
        Coefficients of S in the model without D.
    white_share
        w of the model without S and D.

    References
    ----------
    docs/method/real_diaries.md, step 4.
    """
    w = min(white_share, MOST_WHITE_NOISE)
    return h * w / (2 * (1 - w))


def hold(fit: MixedFit, columns: Sequence[str], means: Floats) -> Held:
    """Combine the estimates of a fit with independent priors N(m, m^2) of the coefficients d of m columns.

    With b the other coefficients and C the covariance of all, K = C_bd (C_dd + diag(m^2))^-1,

        b - K (d - m)    and    C_bb - K C_db

    are the generalised least-squares estimate with one further row for each prior, and its covariance.

    Parameters
    ----------
    fit
        The fit with the columns.
    columns
        Names of the columns with a prior.
    means : (m,)
        Mean and SD of each prior.

    References
    ----------
    docs/method/real_diaries.md, step 4; Theil & Goldberger 1961, International Economic Review 2:65.
    """
    d = column_positions(columns, fit.names)
    b = np.delete(np.arange(len(fit.names)), d)
    C = fit.covariance
    K = np.linalg.solve(C[np.ix_(d, d)] + np.diag(means**2), C[np.ix_(d, b)]).T
    coefficients = fit.coefficients[b] - K @ (fit.coefficients[d] - means)
    return Held(tuple(fit.names[place] for place in b), coefficients, C[np.ix_(b, b)] - K @ C[np.ix_(d, b)])


def held_table(
    held: Held, fit: MixedFit, table: CoefficientTable, without: CoefficientTable, left_out: Collection[str]
) -> CoefficientTable:
    """Test held coefficients.

    Standard errors are those of ``held``, enlarged as much as the Kenward-Roger method enlarged those of the fit; the
    degrees of freedom are the lower ones of the models with and without the columns that have a prior.

    Parameters
    ----------
    held
        From ``hold``.
    fit, table
        The model with S and D, with its tests.
    without
        Tests of the model with S alone.
    left_out
        Names of nuisance columns to leave out.

    References
    ----------
    docs/method/real_diaries.md, step 5.
    """
    shown = [name for name in held.names if name not in left_out]
    within, whole = column_positions(shown, held.names), column_positions(shown, fit.names)
    se, df = np.sqrt(np.diag(held.covariance)[within]), np.minimum(_df(table, shown), _df(without, shown))
    if table.method == "Kenward-Roger":
        adjusted = np.array([row.se for row in table.coefficients])
        se = se * (adjusted / np.sqrt(np.diag(fit.covariance)))[whole]
    return CoefficientTable(
        tested(shown, held.coefficients[within], se, df), table.method, table.fallback or without.fallback
    )


def without_columns(table: CoefficientTable, left_out: Collection[str]) -> CoefficientTable:
    """Return a table without some of its coefficients."""
    kept = tuple(row for row in table.coefficients if row.name not in left_out)
    return CoefficientTable(kept, table.method, table.fallback)


def _df(table: CoefficientTable, names: Sequence[str]) -> Floats:
    by_name = {row.name: row.df for row in table.coefficients}
    return np.array([by_name[name] for name in names])
