"""Refuse keywords that a function does not have: one that changes nothing would give another model than intended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from inspect import Parameter, signature
from typing import Any

from painstats.errors import PainstatsError

CLUSTER_ROBUST = "for standard errors that assume no residual correlation call cluster_robust() of the fit"

INSTEAD = {
    "cov_type": CLUSTER_ROBUST,
    "cov_kwds": CLUSTER_ROBUST,
    "drop_cols": "leave the terms out of the formula",
    "freq_weights": "rows have no weights",
    "hasconst": "a column of ones is found without it",
    "offset": "subtract it from the outcome",
    "use_sqrt": "the engine has its own parameters",
    "var_weights": "rows have no weights; participant_weights weights participants by their residual variance",
    "weights": "rows have no weights; participant_weights weights participants by their residual variance",
}
"""What to do instead of keywords that other models have."""

OPTIMISER_OPTIONS = frozenset(
    (
        *("start_params", "method", "maxiter", "disp", "niter_sa", "do_cg", "fe_pen", "cov_pen", "free", "full_output"),
        *("gtol", "eps", "maxcor", "ftol", "tol", "maxls", "callback", "retall", "skip_hessian"),
    )
)
"""Options of statsmodels' ``MixedLM.fit``."""


class UnknownKeyword(PainstatsError, TypeError):
    """A function was called with a keyword that it does not have."""


def refuse_unknown(function: Callable[..., Any], given: Iterable[str]) -> None:
    """Refuse keywords that ended up in ``**kwargs``.

    Raises
    ------
    UnknownKeyword
        If any was given. It names the keywords, those that the function has, and what to do.
    """
    unknown = sorted(given)
    if not unknown:
        return
    accepted = [
        name
        for name, parameter in signature(function).parameters.items()
        if name not in ("self", "cls") and parameter.kind is not Parameter.VAR_KEYWORD
    ]
    advice = "; ".join(f"{name!r}: {_advice(name, accepted)}" for name in unknown)
    raise UnknownKeyword(f"{function.__qualname__} has no such keyword: {advice}. It accepts {', '.join(accepted)}")


def refuse_optimiser_options(**given: Any) -> None:
    """Refuse options of statsmodels' optimiser, unless their value asks for nothing, such as ``disp=False``.

    Raises
    ------
    PainstatsError
        If an option would have to change something.
    """
    asked = sorted(name for name, value in given.items() if value is not None and (name != "disp" or value))
    if not asked:
        return
    reason = "the engine has its own optimiser and starting points, certifies the optimum and prints nothing"
    instead = "; correlated=False replaces free" if "free" in asked else ""
    raise PainstatsError(f"{reason}; leave out {', '.join(asked)}{instead}")


def _advice(name: str, accepted: list[str]) -> str:
    if name in INSTEAD:
        return INSTEAD[name]
    similar = get_close_matches(name, accepted, n=1)
    return f"did you mean {similar[0]!r}?" if similar else "leave it out"
