"""No small cell of an open table follows from the others, whichever sums are shown beside it."""

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp

from painstats.cohort.sharing.open_tables import open_tables

SMALL = 5


def ranges(low, high, sums):
    """Return the least and the greatest whole value of each cell, given ranges of cells and of sums of cells."""
    masks = np.array([mask.ravel() for mask, _, _ in sums], float)
    limits = LinearConstraint(masks, [least for _, least, _ in sums], [most for _, _, most in sums])
    found = np.empty((2, low.size))
    for cell in range(low.size):
        for row, sign in enumerate((1, -1)):
            aim = np.zeros(low.size)
            aim[cell] = sign
            result = milp(
                aim, constraints=limits, integrality=np.ones(low.size), bounds=Bounds(low.ravel(), high.ravel())
            )
            found[row, cell] = round(sign * result.fun)
    return found


def margins(table):
    """Return masks of the rows, of the columns and of all cells."""
    rows, columns = np.indices(table.shape)
    masks = [rows == row for row in range(table.shape[0])] + [columns == column for column in range(table.shape[1])]
    return [*masks, np.ones(table.shape, dtype=bool)]


def small_cells_that_follow(table, low, high, of_sums):
    """Count the cells from 1 to 4 whose exact value follows from what is shown."""
    sums = [(mask, *of_sums(int(table[mask].sum()))) for mask in margins(table)]
    least, greatest = ranges(low, high, sums)
    return int(((least == greatest) & ((table > 0) & (table < SMALL)).ravel()).sum())


def as_rounded(count):
    shown = 5 * ((count + 2) // 5)
    return max(shown - 2, 0), shown + 2


def test_no_small_cell_follows_from_rounded_counts():
    """Canary: "fewer than 5" beside exact sums gives small cells away in most tables."""
    rng, follows, canary, tables = np.random.default_rng(3), 0, 0, 12
    for _ in range(tables):
        table = np.array([rng.multinomial(20, [0.45, 0.3, 0.15, 0.1]) for _ in range(2)])
        low, high = np.vectorize(as_rounded)(table)
        follows += small_cells_that_follow(table, low, high, as_rounded) > 0
        is_small = (table > 0) & (table < SMALL)
        hidden_low, hidden_high = np.where(is_small, 1, table), np.where(is_small, SMALL - 1, table)
        canary += small_cells_that_follow(table, hidden_low, hidden_high, lambda exact: (exact, exact)) > 0
    assert follows == 0
    assert canary > 0.4 * tables


def with_sums(tables):
    """Return cells and sums (n, 15) of tables (n, 2, 4), as an open table shows them."""
    sums = [tables.sum(axis=1), tables.sum(axis=2), tables.sum(axis=(1, 2))]
    exact = np.concatenate([each.reshape(len(tables), -1) for each in (tables, *sums)], axis=1)
    shown = open_tables({"flow": pl.DataFrame({"participants": exact.ravel()})})["flow"]["participants"]
    return shown.to_numpy().reshape(exact.shape)


def others_with(table, cell):
    """Return tables in which a cell is one less or more, alone or with one other cell that makes up for it."""
    found = []
    for by in (-1, 1):
        for other in range(table.size):
            changed = table.ravel().copy()
            changed[cell] += by
            changed[other] -= by if other != cell else 0
            found.append(changed.reshape(table.shape))
    return np.array(found)


def test_each_small_cell_of_200_open_tables_has_another_value_that_shows_the_same():
    """Tables of two groups and four levels, of 20, 40 and 100 participants in each group."""
    rng, cells = np.random.default_rng(4), 0
    for number in range(200):
        size = (20, 40, 100)[number % 3]
        table = np.array([rng.multinomial(size, rng.dirichlet([3, 2, 1, 0.5])) for _ in range(2)])
        small = [cell for cell, count in enumerate(table.ravel()) if 0 < count < SMALL]
        if not small:
            continue
        others = np.array([others_with(table, cell) for cell in small])
        shown = with_sums(np.concatenate([table[None], *others]))
        same = (shown[1:] == shown[0]).all(axis=1) & (others >= 0).all(axis=(2, 3)).ravel()
        assert same.reshape(len(small), -1).any(axis=1).all()
        cells += len(small)
    assert cells > 200
