"""Multiple imputation of daily series in which participants differ: a Gibbs sampler.

Each variable is regressed on the others of the same day and on all of the days beside it, with the coefficients b_i
and the residual variance of each participant drawn towards those of all. Values are departures from the participant's
mean of known days, in units of the pooled SD within participants; beyond the ends they are 0, the usual level.

    v_t ~ 1, calendar and time, the others at t, all at t - 1 and t + 1;   b_i ~ N(beta, diag D),   residual N(0, s_i^2)

Sources: van Buuren 2018, Flexible Imputation of Missing Data, ch. 7; docs/method/cohort.md, imputation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from painstats.errors import NotEnoughData

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

COMPLETED_SETS = 20
FIRST_ROUNDS, ROUNDS_BETWEEN = 30, 3
"""Rounds before the first completed set, and from each to the next."""

PRIOR_SD, PRIOR_DF = 0.1, 4.0
"""Prior of the SD of each coefficient between participants."""

PRIOR_DF_OF_RESIDUAL = 10.0
"""How many days the pooled residual variance counts as in that of each participant."""

OFFSETS = (-1, 0, 1)
EVERY_OTHER_DAY = 2
"""Missing values of neighbouring days enter each other's regression, so even days are drawn first, then odd ones."""


@dataclass(slots=True)
class _State:
    """What the sampler currently holds of one variable: residual variances (N,), mean and variances (p,)."""

    residual: Floats
    mean: Floats
    spread: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled:
    """A variable as departures over the pooled SD (N, T), with what undoes the scaling.

    Days outside a participant's record are neither known nor missing: they stay at the usual level, 0.
    """

    values: Floats
    is_missing: Booleans
    is_known: Booleans
    mean: Floats
    sd: float

    def in_units(self) -> Floats:
        return np.asarray(self.values * self.sd + self.mean)


def imputed(
    series: Mapping[str, Floats],
    known: Sequence[Floats],
    seed: int,
    *,
    inside: Booleans | None = None,
    sets: int = COMPLETED_SETS,
) -> Iterator[dict[str, Floats]]:
    """Yield completed series.

    Parameters
    ----------
    series
        Variable to values (N, T) on each participant's calendar, NaN where unknown.
    known
        Columns (N, T) without gaps, such as the weekend and time.
    inside : (N, T)
        Which days belong to a participant's record, where records differ in length; the others are not imputed and
        come back as the usual level.
    seed
        The same seed gives the same values.
    sets
        Number of completed sets.

    Raises
    ------
    NotEnoughData
        If a variable is not known on two days of every participant, or is the same on all days.
    """
    rng = np.random.default_rng(seed)
    everywhere = np.ones(next(iter(series.values())).shape, dtype=bool)
    variables = {
        name: _scaled(name, values, everywhere if inside is None else inside) for name, values in series.items()
    }
    for each in variables.values():
        drawn = rng.standard_normal(each.values.shape)
        each.values[each.is_missing] = drawn[each.is_missing]
    columns = 1 + len(known) + len(OFFSETS) * len(variables) - 1
    participants = next(iter(variables.values())).values.shape[0]
    states = {
        name: _State(np.ones(participants), np.zeros(columns), np.full(columns, PRIOR_SD**2)) for name in variables
    }
    for number in range(1, FIRST_ROUNDS + sets * ROUNDS_BETWEEN + 1):
        for name, state in states.items():
            _draw(name, variables, known, state, rng)
        if number > FIRST_ROUNDS and (number - FIRST_ROUNDS) % ROUNDS_BETWEEN == 0:
            yield {name: each.in_units() for name, each in variables.items()}


def _scaled(name: str, values: Floats, inside: Booleans) -> _Scaled:
    is_known = np.isfinite(values) & inside
    values = np.where(is_known, values, np.nan)
    if (is_known.sum(axis=1) < 2).any():
        raise NotEnoughData(f"{name} is known on fewer than two days of a participant; it cannot be imputed")
    mean = np.nanmean(values, axis=1, keepdims=True)
    sd = float(np.sqrt(np.nanmean((values - mean) ** 2)))
    if sd == 0:
        raise NotEnoughData(f"{name} does not vary within participants; it cannot be imputed")
    return _Scaled(np.nan_to_num((values - mean) / sd), inside & ~is_known, is_known, mean, sd)


def _draw(
    name: str, variables: Mapping[str, _Scaled], known: Sequence[Floats], state: _State, rng: np.random.Generator
) -> None:
    """Draw a variable's coefficients, variances and missing values, given all others."""
    target = variables[name]
    if not target.is_missing.any():
        return
    columns = _columns(name, variables, known)
    own = _coefficients(columns, target, state, rng)
    for parity in range(EVERY_OTHER_DAY):
        turn = target.is_missing & (np.arange(target.values.shape[1]) % EVERY_OTHER_DAY == parity)
        if parity:
            columns = _columns(name, variables, known)  # the even days have new values
        participant, day = np.nonzero(turn)
        expected = np.einsum("kp,kp->k", columns[participant, day], own[participant])
        noise = np.sqrt(state.residual[participant]) * rng.standard_normal(len(participant))
        target.values[participant, day] = expected + noise


def _coefficients(columns: Floats, target: _Scaled, state: _State, rng: np.random.Generator) -> Floats:
    """Draw each participant's coefficients (N, p), then the mean, the spread and the residual variances."""
    weighted = np.swapaxes(columns * target.is_known[..., None], 1, 2)
    products, right = weighted @ columns, (weighted @ target.values[..., None])[..., 0]
    precision = products / state.residual[:, None, None] + np.diag(1 / state.spread)
    right = right / state.residual[:, None] + state.mean / state.spread
    factor = np.linalg.cholesky(precision)
    noise = rng.standard_normal((*right.shape, 1))
    own = (np.linalg.solve(precision, right[..., None]) + np.linalg.solve(np.swapaxes(factor, 1, 2), noise))[..., 0]
    n, p = own.shape
    state.mean = own.mean(axis=0) + np.sqrt(state.spread / n) * rng.standard_normal(p)
    squares = ((own - state.mean) ** 2).sum(axis=0)
    state.spread = (PRIOR_DF * PRIOR_SD**2 + squares) / rng.chisquare(PRIOR_DF + n, p)
    residual = np.where(target.is_known, target.values - np.einsum("ntp,np->nt", columns, own), 0.0)
    days, squares = target.is_known.sum(axis=1), (residual**2).sum(axis=1)
    prior = PRIOR_DF_OF_RESIDUAL * squares.sum() / days.sum()
    state.residual = (prior + squares) / rng.chisquare(PRIOR_DF_OF_RESIDUAL + days)
    return np.asarray(own)


def _columns(name: str, variables: Mapping[str, _Scaled], known: Sequence[Floats]) -> Floats:
    """Return the columns (N, T, p) of a variable's regression."""
    shape = variables[name].values.shape
    beside = [
        _moved(each.values, offset)
        for offset in OFFSETS
        for other, each in variables.items()
        if (other, offset) != (name, 0)
    ]
    return np.stack([np.ones(shape), *known, *beside], axis=-1)


def _moved(values: Floats, offset: int) -> Floats:
    """Return (N, T): the value of day t + offset at t, and 0 beyond the ends."""
    moved = np.zeros_like(values)
    if offset > 0:
        moved[:, :-offset] = values[:, offset:]
    elif offset < 0:
        moved[:, -offset:] = values[:, :offset]
    else:
        moved[:] = values
    return moved
