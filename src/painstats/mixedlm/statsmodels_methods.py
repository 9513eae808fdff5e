"""The methods of statsmodels' ``MixedLM`` that have no residual correlation: they work without it and refuse it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from statsmodels.regression.mixed_linear_model import MixedLM

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import Residuals

STATSMODELS_OWN = frozenset(
    ("endog_li", "exog_li", "exog_re_li", "exog_re2_li", "_aex_r", "_aex_r2", "_lin", "_quad", "_cov_sing", "_freepat")
)
"""Attributes that statsmodels' own ``loglike``, ``score``, ``hessian`` and related methods use."""


class StatsmodelsMethods(MixedLM):  # type: ignore[misc]  # statsmodels is untyped
    """``MixedLM`` with methods that refuse correlated residuals."""

    residuals: Residuals

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
