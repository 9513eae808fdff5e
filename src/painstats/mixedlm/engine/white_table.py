"""Whitened sums of products at many (rho, w) at once, interpolated from a table of exact ones.

A posterior needs thousands of points, and the sums of each would need a pass over the rows. The table holds them at
Chebyshev nodes of a box in

    u = log((1 + rho) / (1 - rho))    and    v = logit w,

and Lagrange polynomials interpolate between the nodes in both (Berrut & Trefethen 2004, SIAM Review 46:501, for their
barycentric form). Points outside the box get a pass of their own.

On consecutive days the eigenvalues of Q are between e^-u and e^u. T is singular where one of them is -exp(-v), which
needs an imaginary part of u or v of pi. So the sums are analytic up to a distance of pi from the real axis, and with m
nodes in an interval of half-width h the error falls as r^-m, r = (pi + sqrt(h^2 + pi^2)) / h (Trefethen 2013,
Approximation Theory and Approximation Practice, ch. 8). The number of nodes follows from the width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from painstats.mixedlm.engine.cross_products import unpacked
from painstats.mixedlm.engine.padded_rows import PaddedRows
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.engine.white_products import white_sums

PRECISION = 1e-7
"""Of the interpolation, relative to the largest sums in the box, up to a factor."""

ROUNDING = 1e-9
"""Distance outside the box that counts as inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Limits of rho and of w, each (low, high) and inside 0 to 1."""

    rho: tuple[float, float]
    w: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class WhiteTable:
    """Sums of products and log-determinants at the nodes of a box.

    Parameters
    ----------
    padded
        The rows, for points outside the box.
    box
        Its limits.
    nodes
        Numbers of nodes in rho and in w.
    sums : (m, N, K)
        At the m nodes, those of w changing fastest.
    log_determinant : (m,)
        Of the residual correlation of all rows.
    """

    padded: PaddedRows
    box: Box
    nodes: tuple[int, int]
    sums: Floats
    log_determinant: Floats


def white_table(padded: PaddedRows, box: Box) -> WhiteTable:
    """Compute the sums at the nodes of a box: one pass over the rows for each node."""
    u, v = _u_of(np.array(box.rho)), special.logit(box.w)
    nodes = _nodes_for(np.ptp(u) / 2), _nodes_for(np.ptp(v) / 2)
    rho = np.tanh((u.mean() + _chebyshev(nodes[0]) * np.ptp(u) / 2) / 2)
    w = special.expit(v.mean() + _chebyshev(nodes[1]) * np.ptp(v) / 2)
    found = [white_sums(padded, float(one), float(other), 0) for one in rho for other in w]
    sums = np.stack([each.sums[0] for each in found])
    return WhiteTable(padded, box, nodes, sums, np.array([each.log_determinant[0] for each in found]))


def tabulated_sums(table: WhiteTable, rho: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Return the whitened sums of products (D, N, k, k) and log-determinants (D,) at D points (rho, w)."""
    at_rho = _relative(_u_of(rho), _u_of(np.array(table.box.rho)))
    at_w = _relative(special.logit(w), special.logit(table.box.w))
    in_rho, in_w = _lagrange(at_rho, table.nodes[0]), _lagrange(at_w, table.nodes[1])
    weights = (in_rho[:, :, None] * in_w[:, None, :]).reshape(len(rho), -1)
    outside = np.flatnonzero(np.maximum(np.abs(at_rho), np.abs(at_w)) > 1 + ROUNDING)
    weights[outside] = 0.0
    sums = (weights @ table.sums.reshape(len(table.sums), -1)).reshape(len(rho), *table.sums.shape[1:])
    log_determinant = weights @ table.log_determinant
    for place in outside:
        exact = white_sums(table.padded, float(rho[place]), float(w[place]), 0)
        sums[place], log_determinant[place] = exact.sums[0], exact.log_determinant[0]
    return unpacked(sums), log_determinant


def _nodes_for(half_width: float) -> int:
    """Return the number of nodes with which the interpolation over an interval is precise."""
    ratio = (np.pi + np.hypot(half_width, np.pi)) / half_width
    return int(np.ceil(-np.log(PRECISION) / np.log(ratio)))


def _chebyshev(m: int) -> Floats:
    """Return (m,): Chebyshev nodes between -1 and 1."""
    return np.asarray(np.cos(np.pi * (2 * np.arange(m) + 1) / (2 * m)))


def _lagrange(x: Floats, m: int) -> Floats:
    """Return (D, m): the Lagrange polynomials of the m nodes at x (D,)."""
    weight = (-1.0) ** np.arange(m) * np.sin(np.pi * (2 * np.arange(m) + 1) / (2 * m))
    distance = x[:, None] - _chebyshev(m)
    at_node = np.abs(distance) < 1e-14
    parts = weight / np.where(at_node, 1.0, distance)
    polynomials = parts / parts.sum(axis=1, keepdims=True)
    return np.where(at_node.any(axis=1, keepdims=True), at_node, polynomials)


def _relative(values: Floats, ends: Floats) -> Floats:
    """Return values from -1 at the lower end to 1 at the upper."""
    return np.asarray((values - ends.mean()) / (np.ptp(ends) / 2))


def _u_of(rho: Floats) -> Floats:
    return np.asarray(np.log((1 + rho) / (1 - rho)))
