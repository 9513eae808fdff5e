"""Methods of statsmodels' ``MixedLM`` that have no residual correlation: some get it, the others refuse it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from statsmodels.regression.mixed_linear_model import MixedLM, _mixedlm_distribution

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.engine.optimum import semidefinite_factor
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.simulation import simulated_residuals
from painstats.mixedlm.keywords import refuse_unknown

STATSMODELS_OWN = frozenset(
    ("endog_li", "exog_li", "exog_re_li", "exog_re2_li", "_aex_r", "_aex_r2", "_lin", "_quad", "_cov_sing", "_freepat")
)
"""Attributes that statsmodels' own ``loglike``, ``score``, ``hessian`` and related methods use."""


@dataclass(frozen=True, slots=True)
class ResidualCorrelation:
    """Correlation of residuals, or of their slow part, one day apart, and the share of white noise."""

    rho: float
    white_share: float


class OutcomeDistribution(_mixedlm_distribution):  # type: ignore[misc]  # statsmodels is untyped
    """statsmodels' distribution of an outcome, with residuals that are correlated over days."""

    def rvs(self, n: Any, rng: Any = None) -> Floats:  # noqa: ARG002  # statsmodels passes n and ignores it
        """Draw an outcome (n,) for the model's rows, in their order."""
        model, rng = self.model, np.random.default_rng(rng)
        effects = rng.standard_normal((model.n_groups, model.k_re)) @ semidefinite_factor(self.cov_re).T
        correlation = model.residual_correlation
        residuals = np.empty(len(model.row_order))
        residuals[model.row_order] = simulated_residuals(model.rows, correlation.rho, correlation.white_share, rng)
        between = np.einsum("nq,nq->n", model.exog_re, effects[model.group_codes])
        return np.asarray(self.exog @ self.fe_params + between + np.sqrt(self.scale) * residuals)


class StatsmodelsMethods(MixedLM):  # type: ignore[misc]  # statsmodels is untyped
    """``MixedLM`` with methods that refuse correlated residuals."""

    residuals: Residuals
    residual_correlation: ResidualCorrelation | None = None  # of the latest fit

    def get_distribution(self, params: Any, scale: float, exog: Any) -> Any:
        """Return the distribution of an outcome, whose ``rvs`` draws new participants and residuals.

        Parameters
        ----------
        params
            Coefficients, then the lower elements of the random-effect covariance over ``scale``, row by row.
        scale
            Residual variance.
        exog : (n, p)
            The columns; those of the model if None.

        Raises
        ------
        PainstatsError
            With correlated residuals, if the model was not fitted: their correlation is that of its latest fit.
        """
        if self.residuals == "independent":
            return super().get_distribution(params, scale, exog)
        if self.residual_correlation is None:
            raise PainstatsError("the residual correlation is not known yet; fit the model first")
        self.require_rows("distribution")
        return OutcomeDistribution(self, params, scale, exog)

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
        if self.residuals != "independent":
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
