"""The methods of statsmodels' ``MixedLM`` that have no residual correlation: they work without it and refuse it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from statsmodels.regression.mixed_linear_model import MixedLM

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.keywords import refuse_unknown

STATSMODELS_OWN = frozenset(
    ("endog_li", "exog_li", "exog_re_li", "exog_re2_li", "_aex_r", "_aex_r2", "_lin", "_quad", "_cov_sing", "_freepat")
)
"""Attributes that statsmodels' own ``loglike``, ``score``, ``hessian`` and related methods use."""


class StatsmodelsMethods(MixedLM):  # type: ignore[misc]  # statsmodels is untyped
    """``MixedLM`` with methods that refuse correlated residuals."""

    residuals: Residuals

    def get_distribution(self, params: Any, scale: float, exog: Any) -> Any:
        """Return statsmodels' distribution of an outcome, for independent residuals only.

        Raises
        ------
        PainstatsError
            With residual correlation; ``simulate`` of the results draws outcomes that have it.
        """
        if self.residuals == "car1":
            raise PainstatsError("statsmodels' distribution has no residual correlation; use simulate of the results")
        return super().get_distribution(params, scale, exog)

    def fit_regularized(
        self,
        *,
        method: Any = "l1",
        alpha: Any = 0,
        ceps: float = 1e-4,
        ptol: float = 1e-6,
        maxit: int = 200,
        **unknown: Any,
    ) -> Any:
        """Fit with a penalty on the coefficients by statsmodels' own optimiser, for independent residuals only.

        The arguments are those of ``MixedLM.fit_regularized``.
        """
        refuse_unknown(StatsmodelsMethods.fit_regularized, unknown)
        return self._as_statsmodels.fit_regularized(method=method, alpha=alpha, ceps=ceps, ptol=ptol, maxit=maxit)

    @cached_property
    def _as_statsmodels(self) -> MixedLM:
        """The same model by statsmodels, for its own methods."""
        if self.residuals == "car1":
            raise PainstatsError(
                "this method of statsmodels has no residual correlation; use residuals='independent', or the results"
            )
        self.require_rows("statsmodels likelihood")
        model = MixedLM(self.endog, self.exog, self.groups, self.exog_re)
        model.cov_pen, model._freepat, model._cov_sing = None, None, 0
        return model

    def __getattr__(self, name: str) -> Any:
        if name in STATSMODELS_OWN:
            return getattr(self._as_statsmodels, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
