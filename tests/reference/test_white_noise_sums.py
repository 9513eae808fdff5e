"""Sums under CAR(1) plus white noise against dense matrices: values, derivatives and their limits."""

from __future__ import annotations

import numpy as np
import pytest

from painstats.mixedlm.engine.cross_products import unpacked
from painstats.mixedlm.engine.padded_rows import PaddedRows, padded_rows
from painstats.mixedlm.engine.tridiagonal import Tridiagonal, inverse_of, trace_of_product, trace_of_products
from painstats.mixedlm.engine.white_products import white_sums
from painstats.mixedlm.engine.whitened_products import WhitenedSums

PARTICIPANTS = 6


def _diary(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return columns (n, 4), days (n,) and first rows (N,), with random gaps and series of unequal length."""
    rng = np.random.default_rng(seed)
    days = [np.sort(rng.choice(60, rng.integers(1, 30), replace=False)) for _ in range(PARTICIPANTS)]
    lengths = [len(series) for series in days]
    return rng.standard_normal((sum(lengths), 4)), np.concatenate(days), np.cumsum([0, *lengths[:-1]])


def _padded(seed: int) -> PaddedRows:
    return padded_rows(*_diary(seed))


def _dense(seed: int, rho: float, w: float) -> tuple[np.ndarray, float]:
    """Return M' V^-1 M of each participant and log|V|, by dense matrices."""
    columns, days, first = _diary(seed)
    sums, log_determinant = [], 0.0
    for M, day in zip(np.split(columns, first[1:]), np.split(days, first[1:]), strict=True):
        apart = np.abs(day[:, None] - day).astype(float)
        V = (1 - w) * rho**apart + w * np.eye(len(day))
        sums.append(M.T @ np.linalg.solve(V, M))
        log_determinant += np.linalg.slogdet(V)[1]
    return np.array(sums), float(log_determinant)


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.8, 0.97, 0.995])
@pytest.mark.parametrize("w", [0.0, 0.05, 0.5, 0.9])
def test_sums_and_log_determinant_are_those_of_dense_matrices(rho, w):
    for seed in range(3):
        found = white_sums(_padded(seed), rho, w, 0)
        sums, log_determinant = _dense(seed, rho, w)
        assert unpacked(found.sums[0]) == pytest.approx(sums, rel=1e-12, abs=1e-12 * np.abs(sums).max())
        assert found.log_determinant[0] == pytest.approx(log_determinant, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("rho", "w"), [(0.3, 0.0), (0.6, 0.2), (0.9, 0.6), (0.97, 0.05)])
def test_derivatives_agree_with_differences(rho, w):
    padded, step = _padded(1), 1e-5
    exact = white_sums(padded, rho, w, 2)

    def difference(in_rho: float, in_w: float, places: slice) -> tuple[np.ndarray, np.ndarray]:
        up, down = (white_sums(padded, rho + s * in_rho, w + s * in_w, 1) for s in (1, -1))
        return tuple((a[places] - b[places]) / (2 * step) for a, b in zip(_values(up), _values(down), strict=True))

    for (in_rho, in_w), first, second in (((step, 0), 1, slice(3, 5)), ((0, step), 2, slice(4, 6))):
        for found, expected in zip(_values(exact), difference(in_rho, in_w, slice(0, 1)), strict=True):
            assert found[first : first + 1] == pytest.approx(expected, rel=1e-5, abs=1e-5 * np.abs(expected).max())
        for found, expected in zip(_values(exact), difference(in_rho, in_w, slice(1, 3)), strict=True):
            assert found[second] == pytest.approx(expected, rel=1e-5, abs=1e-5 * np.abs(expected).max())


def _values(sums: WhitenedSums) -> tuple[np.ndarray, np.ndarray]:
    return sums.sums, sums.log_determinant


def test_white_noise_alone_is_independence_whatever_rho():
    independent = white_sums(_padded(2), 0.0, 0.0, 0)
    for rho, w in ((0.7, 1 - 1e-12), (0.2, 1 - 1e-12), (0.0, 0.4)):
        found = white_sums(_padded(2), rho, w, 0)
        assert found.sums == pytest.approx(independent.sums, rel=1e-10, abs=1e-10)
        assert found.log_determinant == pytest.approx(0.0, abs=1e-10)


def test_participants_in_blocks_add_up(monkeypatch):
    whole = white_sums(_padded(3), 0.8, 0.4, 2)
    monkeypatch.setattr("painstats.mixedlm.engine.padded_rows.ROWS_IN_A_BLOCK", 60)
    blocked = white_sums(_padded(3), 0.8, 0.4, 2)
    assert blocked.sums == pytest.approx(whole.sums, rel=1e-12, abs=1e-12)
    assert blocked.log_determinant == pytest.approx(whole.log_determinant, rel=1e-12)


def _tridiagonal(rng: np.random.Generator, breaks: list[int], *, definite: bool) -> Tridiagonal:
    """Return a random matrix that is block diagonal, with blocks starting at ``breaks``."""
    beside = rng.uniform(-1, 1, 12)
    beside[breaks] = 0.0
    return Tridiagonal(rng.uniform(2.5, 4, 12) if definite else rng.standard_normal(12), beside)


def _full(matrix: Tridiagonal) -> np.ndarray:
    return np.diag(matrix.diagonal) + np.diag(matrix.beside[1:], 1) + np.diag(matrix.beside[1:], -1)


def test_traces_of_products_of_inverses_are_those_of_dense_matrices():
    rng, breaks = np.random.default_rng(4), [0, 5, 6]
    A, C = (_tridiagonal(rng, breaks, definite=True) for _ in range(2))
    B, D = (_tridiagonal(rng, breaks, definite=False) for _ in range(2))
    H, G = inverse_of(A), inverse_of(C)
    one = np.linalg.solve(_full(A), _full(B))
    both = one @ np.linalg.solve(_full(C), _full(D))
    for start, stop in ((0, 5), (5, 6), (6, 12)):
        own = slice(start, stop)
        assert trace_of_product(H, B)[own].sum() == pytest.approx(np.trace(one[own, own]), rel=1e-12)
        assert trace_of_products(H, B, G, D)[own].sum() == pytest.approx(np.trace(both[own, own]), rel=1e-12)
