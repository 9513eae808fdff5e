"""Kenward and Roger's adjustment with autocorrelation, which no R package has: their formulae on one big matrix.

Derivatives of the covariance are taken by differences here, so nothing is shared with the code but the paper.
"""

from __future__ import annotations

import numpy as np
import pytest

from painstats.mixedlm import fit_mixed, kenward_roger, satterthwaite
from painstats.mixedlm.engine.rows import column_positions
from tests.reference.reference_data import diary

SMALL = "small12x40.csv"
STEP = 1e-3


def covariance_of_days(rows, parameters):
    """Return (n, n): the covariance of all days for G's lower elements, rho and sigma^2."""
    q = len(rows.random)
    G = np.zeros((q, q))
    G[np.tril_indices(q)] = parameters[:-2]
    G = G + np.tril(G, -1).T
    Z = rows.X[:, column_positions(rows.random, rows.names)]
    same = rows.participant[:, None] == rows.participant[None, :]
    apart = np.abs(rows.day[:, None] - rows.day[None, :])
    return same * (Z @ G @ Z.T + parameters[-1] * parameters[-2] ** apart)


def adjusted_by_the_paper(rows, parameters):
    """Return the adjusted standard errors and the degrees of freedom of every coefficient."""
    count, p = len(parameters), rows.X.shape[1]
    steps = STEP * np.eye(count)

    def moved(*moves):
        return covariance_of_days(rows, parameters + sum(moves, np.zeros(count)))

    inverse = np.linalg.inv(moved())
    first = [(moved(h) - moved(-h)) / (2 * STEP) for h in steps]
    with_x = inverse @ rows.X
    phi = np.linalg.inv(rows.X.T @ with_x)
    P = [-with_x.T @ change @ with_x for change in first]
    growth, information = np.zeros((p, p)), np.zeros((count, count))
    products = [inverse @ change for change in first]
    Q = [[with_x.T @ a @ inverse @ b @ with_x for b in first] for a in first]
    for a in range(count):
        for b in range(count):
            trace = np.sum(products[a] * products[b].T)
            information[a, b] = 0.5 * (trace - 2 * np.trace(phi @ Q[a][b]) + np.trace(phi @ P[a] @ phi @ P[b]))
    W = np.linalg.inv(information)
    for a, up in enumerate(steps):
        for b, along in enumerate(steps):
            bend = (moved(up, along) - moved(up, -along) - moved(-up, along) + moved(-up, -along)) / (4 * STEP**2)
            growth += W[a, b] * (Q[a][b] - P[a] @ phi @ P[b] - with_x.T @ bend @ with_x / 4)
    adjusted = phi + 2 * phi @ growth @ phi
    slopes = np.array([np.diag(phi @ change @ phi) for change in P])
    df = 2 * np.diag(phi) ** 2 / np.einsum("ac,ab,bc->c", slopes, W, slopes)
    return np.sqrt(np.diag(adjusted)), df


def test_autocorrelation_is_among_the_uncertain_parameters():
    rows = diary("sleep_w", file=SMALL)
    fit = fit_mixed(rows)
    lower = fit.random_covariance[np.tril_indices(2)]
    se, df = adjusted_by_the_paper(rows, np.append(lower, [fit.rho, fit.residual_sd**2]))
    table = kenward_roger(fit, rows)
    assert [row.se for row in table.coefficients] == pytest.approx(se, rel=1e-6)
    assert [row.df for row in table.coefficients] == pytest.approx(df, rel=1e-5)


def test_the_adjustment_widens_effects_between_people():
    rows = diary("sleep_w", file=SMALL)
    fit = fit_mixed(rows)
    between = fit.names.index("sleep_bc")
    adjusted = kenward_roger(fit, rows).coefficients[between].se
    assert adjusted > 1.05 * satterthwaite(fit).coefficients[between].se
