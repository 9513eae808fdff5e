"""Baseline variables as they may be shared: few and coarse enough that no participant stands out by them.

Levels of fewer than five participants join "other"; numbers that others may know (``quasi``) are shared in bands only;
identifying variables never.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from painstats.cohort.baseline import PARTICIPANT, Baseline
from painstats.errors import StudyError

LEAST = 5
OTHER = "other"

Bands = Mapping[str, Sequence[float]]
"""Variable to the limits of its bands, in increasing order: 30 and 50 make "< 30", "30 to < 50" and ">= 50"."""


@dataclass(frozen=True, slots=True, eq=False)
class SharedVariables:
    """The baseline variables of an export.

    Parameters
    ----------
    frame
        ``participant_id`` and a column for each shared variable: numbers, or texts.
    quasi
        The shared variables that others may know.
    left_out
        Variable to the reason for which it is not shared.
    """

    frame: pl.DataFrame
    quasi: tuple[str, ...]
    left_out: Mapping[str, str]


def shared_variables(baseline: Baseline, bands: Bands, left_out: Collection[str]) -> SharedVariables:
    """Return the variables that may be shared; ``left_out`` names further ones that shall not be.

    Raises
    ------
    StudyError
        ``bands`` or ``left_out`` names what is no variable of the kind.
    """
    _check_names(baseline, bands, left_out)
    columns, reasons = dict[str, pl.Series](), dict[str, str]()
    for name, plan in baseline.variables.items():
        values = baseline.values(name)
        if plan.identifying:
            reasons[name] = "identifying"
        elif name in left_out:
            reasons[name] = "as asked"
        elif name in bands:
            columns[name] = in_bands(values, bands[name])
        elif plan.has_levels:
            columns[name] = values.cast(pl.String)
        elif plan.quasi:
            reasons[name] = f"others may know it: give bands, such as --bands {name}=30,50"
        else:
            columns[name] = values
    for name, values in list(columns.items()):
        if values.dtype == pl.String:
            grouped = with_small_levels_joined(values)
            if grouped is None:
                reasons[name] = f"fewer than {LEAST} participants have one of its rare levels"
                del columns[name]
            else:
                columns[name] = grouped
    frame = baseline.frame.select(PARTICIPANT).with_columns(**columns)
    quasi = tuple(name for name in columns if baseline.variables[name].quasi)
    return SharedVariables(frame, quasi, reasons)


def with_small_levels_joined(values: pl.Series) -> pl.Series | None:
    """Join levels of fewer than five participants into "other"; None if "other" has fewer than five itself."""
    sizes = dict(values.drop_nulls().value_counts().iter_rows())
    small = [level for level, number in sizes.items() if number < LEAST]
    if not small:
        return values
    if sum(sizes[level] for level in small) + (0 if OTHER in small else sizes.get(OTHER, 0)) < LEAST:
        return None
    return values.replace(dict.fromkeys(small, OTHER))


def in_bands(values: pl.Series, limits: Sequence[float]) -> pl.Series:
    """Return the band of each number as a text; unknown ones stay unknown."""
    labels = [
        f"< {limits[0]:g}",
        *(f"{low:g} to < {high:g}" for low, high in pairwise(limits)),
        f">= {limits[-1]:g}",
    ]
    bands = [None if value is None else labels[bisect_right(limits, value)] for value in values]
    return pl.Series(values.name, bands, dtype=pl.String)


def check_groups(shared: SharedVariables) -> None:
    """Refuse variables by which a participant, or fewer than five, can be singled out.

    Raises
    ------
    StudyError
        Naming the columns, and how many participants stand out; never who.
    """
    if not shared.quasi:
        return
    sizes = shared.frame.group_by(shared.quasi).len()["len"]
    alone, few = int((sizes == 1).sum()), int(sizes.filter(sizes < LEAST).sum())
    if few:
        raise StudyError(
            f"participants.tsv, {' with '.join(shared.quasi)}: {alone} participants are alone in their combination, "
            f"and {few} have one of fewer than {LEAST}; leave a column out (--leave-out {shared.quasi[-1]}), or give "
            "wider --bands"
        )


def _check_names(baseline: Baseline, bands: Bands, left_out: Collection[str]) -> None:
    for option, names in (("--bands", bands), ("--leave-out", left_out)):
        unknown = [name for name in names if name not in baseline.variables]
        if unknown:
            raise StudyError(f"{option}: {unknown[0]} is not declared in [variables]; check the name")
    for name, limits in bands.items():
        if baseline.variables[name].has_levels:
            raise StudyError(f"--bands: {name} has levels, not numbers; remove it")
        if not limits or list(limits) != sorted(set(limits)):
            raise StudyError(f"--bands: the limits of {name} must increase; write them like {name}=30,50,70")
