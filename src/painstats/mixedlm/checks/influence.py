"""The influence of each participant: the model refitted, exactly, without them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.refit_bootstrap import refitted_parameters
from painstats.mixedlm.inference.refits import Refits, refit_participants

MIN_PARTICIPANTS_FOR_INFLUENCE = 3
"""Two participants must remain when one is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The fit without each of the N participants in turn.

    Parameters
    ----------
    participants
        The participants left out, in order.
    names
        Names of the p coefficients.
    coefficients : (N, p)
        Without each participant.
    shift : (N, p)
        Decrease of each coefficient when a participant is left out, in standard errors of the fit.
    distance : (N,)
        Cook's distance of all coefficients: (b - b_i)' V^-1 (b - b_i) / p, V being the covariance of the fit's
        coefficients b.
    range : (p, 2)
        Smallest and largest value of each coefficient over participants left out.
    parameters
        Name to (N,) values of every refitted parameter, including variance components and rho.
    refits
        All refits.
    """

    participants: tuple[str, ...]
    names: tuple[str, ...]
    coefficients: Floats
    shift: Floats
    distance: Floats
    range: Floats
    parameters: dict[str, Floats] = field(repr=False)
    refits: Refits = field(repr=False)


def influence(fit: MixedFit, *, workers: int = 1, fallback: MixedFit | None = None) -> Influence:
    """Leave out one participant at a time and refit all parameters, including the variances.

    With white noise beside CAR(1), rho and the white share are held at their fitted values.

    Values are not numbers where the model cannot be fitted without a participant, because a column varies in them
    alone.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.
    workers
        Number of processes, as in ``cluster_bootstrap``.
    fallback
        A fit to the same rows without columns that vary in only one participant, used when that participant is left
        out.

    Raises
    ------
    NotEnoughData
        If there are fewer than three participants.

    References
    ----------
    Cook 1977, Technometrics 19:15; Christensen, Pearson & Johnson 1992, Technometrics 34:38, for mixed models.
    """
    n = len(fit.participants)
    if n < MIN_PARTICIPANTS_FOR_INFLUENCE:
        raise NotEnoughData(
            f"{n} participants are too few to leave one out; at least {MIN_PARTICIPANTS_FOR_INFLUENCE} are needed"
        )
    everyone = np.arange(n)
    refits = refit_participants(fit, [np.delete(everyone, one) for one in everyone], workers=workers, fallback=fallback)
    change = fit.coefficients - refits.coefficients
    se = np.sqrt(np.diag(fit.covariance))
    correlation = fit.covariance / np.outer(se, se)
    shift = change / se
    return Influence(
        participants=fit.participants,
        names=fit.names,
        coefficients=refits.coefficients,
        shift=shift,
        distance=np.einsum("ni,in->n", shift, np.linalg.solve(correlation, shift.T)) / len(fit.names),
        range=np.column_stack([limit.reduce(refits.coefficients, axis=0) for limit in (np.fmin, np.fmax)]),
        parameters=dict(refitted_parameters(fit, refits)),
        refits=refits,
    )
