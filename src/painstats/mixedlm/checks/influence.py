"""What each person does to the answer: the model fitted again, exactly, without them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.refit_bootstrap import refitted_parameters
from painstats.mixedlm.inference.refits import Refits, refit_participants

MIN_PARTICIPANTS_FOR_INFLUENCE = 3
"""Without one of them, two must be left for people to differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The fit without each of the N participants in turn.

    Parameters
    ----------
    participants
        Who was left out, in order.
    names
        Names of the p coefficients.
    coefficients : (N, p)
        Without each participant.
    shift : (N, p)
        By how many standard errors of the fit each coefficient falls when a participant is left out.
    distance : (N,)
        Cook's distance of all coefficients: (b - b_i)' V^-1 (b - b_i) / p, V being the covariance of the fit's
        coefficients b.
    range : (p, 2)
        Least and greatest of each coefficient over participants left out.
    parameters
        Name to (N,) values of every parameter, variance components and rho included.
    refits
        Every refit.
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
    """Leave out one participant after the other and fit everything again, variance parameters included.

    Where the model cannot be fitted without someone (they alone make a column vary), their values are not numbers.

    Parameters
    ----------
    fit
        With its cross-products; rows are not needed.
    workers
        Processes, as in ``cluster_bootstrap``.
    fallback
        A fit to the same rows without columns that vary in one person only, for when that person is left out.

    Raises
    ------
    NotEnoughData
        If there are fewer than three participants.

    References
    ----------
    Cook 1977, Technometrics 19:15; Christensen, Pearson & Johnson 1992, Technometrics 34:38, for mixed models.
    """
    people = len(fit.participants)
    if people < MIN_PARTICIPANTS_FOR_INFLUENCE:
        raise NotEnoughData(
            f"{people} participants are too few to leave one out; at least {MIN_PARTICIPANTS_FOR_INFLUENCE} are needed"
        )
    everybody = np.arange(people)
    refits = refit_participants(
        fit, [np.delete(everybody, one) for one in everybody], workers=workers, fallback=fallback
    )
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
