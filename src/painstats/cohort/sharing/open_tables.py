"""Tables that may be shared openly: every count rounded to five by itself, estimates only of ten participants or more.

Rounding each count by itself, sums too, is what keeps small cells from being worked out; "< 5" beside sums does not
(docs/method/sharing.md). Quartiles, medians and estimates without one participant are left out: they are close to
single participants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from painstats.cohort.table_one import ALL
from painstats.errors import StudyError

BASE = 5
LEAST_PARTICIPANTS = 10

COUNTS = {
    "table_one": ("n", "of"),
    "flow": ("participants",),
    "effect": ("participants", "days"),
    "own_value": ("participants",),
    "missing_days": ("participants", "days"),
    "specification": ("participants", "days"),
}
"""Table to its columns of counts of participants or days. Every table that has such a column is here."""

ESTIMATES = ("estimate", "se", "df", "p", "low", "high", "model_p", "q", "fmi")
OF_CONTRASTS = ("difference", "low", "high", "p", "model_p", "p_of_both")
NOT_SHARED = ("left_out",)
NO_COUNTS = ("joint_test", "family", "specification_summary", "specification_shift", "checklist")
"""Tables without counts of participants or days."""

Tables = Mapping[str, pl.DataFrame]


def rounded(count: str) -> pl.Expr:
    """Return a column of counts rounded to the nearest multiple of five."""
    return (BASE * ((pl.col(count) + BASE // 2) // BASE)).alias(count)


def open_tables(tables: Tables) -> dict[str, pl.DataFrame]:
    """Return the tables that may be shared, each as it may be; those without rows are left out.

    Raises
    ------
    StudyError
        A table is not known here, so that nothing says which of its columns are counts.
    """
    kept = {name: table for name, table in tables.items() if name not in NOT_SHARED and table.height}
    unknown = sorted(set(kept) - set(COUNTS) - set(NO_COUNTS))
    if unknown:
        raise StudyError(f"the table {unknown[0]} is not known to the export; nothing was written")
    return {name: _as_open(name, table) for name, table in kept.items()}


def check_counts(tables: Tables) -> None:
    """Refuse a table with a count that is not rounded.

    Raises
    ------
    StudyError
        Naming the first cell: table, row and column.
    """
    for cell in _unrounded(tables):
        raise StudyError(f"{cell} is not rounded to {BASE}; nothing was written")


def _unrounded(tables: Tables) -> Iterator[str]:
    for name, table in tables.items():
        for column in COUNTS.get(name, ()):
            places = table.with_row_index("place", offset=1).filter(pl.col(column) % BASE != 0)["place"]
            yield from (f"{name}, row {place}, column {column}" for place in places)


def _as_open(name: str, table: pl.DataFrame) -> pl.DataFrame:
    if name == "table_one":
        return _open_table_one(table)
    if name == "own_value":
        return _open_own_values(table)
    counts = COUNTS.get(name, ())
    if "participants" in counts and name != "flow":
        enough = pl.col("participants") >= LEAST_PARTICIPANTS
        table = table.with_columns(_only_if(enough, column) for column in ESTIMATES if column in table.columns)
    # The reasons for which a specification was refused have exact counts.
    return table.with_columns(rounded(column) for column in counts).drop("refusal", strict=False)


def _open_table_one(table: pl.DataFrame) -> pl.DataFrame:
    """Keep means of groups of ten or more, and differences of means between such groups; shares of rounded counts.

    Where one group is smaller, or few are in no group, there are means of all only: its mean would follow from the
    others. A difference between levels is a function of their exact counts, and its size by chance one of the sizes of
    the groups.
    """
    is_number, is_all = pl.col("kind") == "number", pl.col("group") == ALL
    of_all, of_groups = (pl.col("n").filter(is_number & each).sum().over("variable") for each in (is_all, ~is_all))
    least = pl.col("n").filter(is_number & ~is_all).min().over("variable")
    rest = of_all - of_groups  # of an unknown group; what all and the groups have would give their mean
    by_group = is_number & (least >= LEAST_PARTICIPANTS) & ((rest == 0) | (rest >= LEAST_PARTICIPANTS))
    in_all = is_number & is_all & (pl.col("n") >= LEAST_PARTICIPANTS)
    shown = table.with_columns(
        *(_only_if(in_all | by_group, column) for column in ("mean", "sd")),
        *(_only_if(by_group, column) for column in ("difference", "difference_between", "mean_difference")),
        *(rounded(column) for column in COUNTS["table_one"]),
    )
    share = pl.when(pl.col("of") > 0).then(pl.col("n") / pl.col("of")).alias("share")
    return shown.with_columns(share).drop("median", "q1", "q3", "by_chance")


def _open_own_values(table: pl.DataFrame) -> pl.DataFrame:
    enough = pl.col("participants") >= LEAST_PARTICIPANTS
    all_enough = (pl.col("participants").min() >= LEAST_PARTICIPANTS).over("model", "contrast")
    return table.with_columns(
        *(_only_if(enough, column) for column in ("mean", "sd")),
        *(_only_if(all_enough, column) for column in OF_CONTRASTS),
        rounded("participants"),
    ).drop("df")


def _only_if(condition: pl.Expr, column: str) -> pl.Expr:
    return pl.when(condition).then(pl.col(column)).alias(column)
