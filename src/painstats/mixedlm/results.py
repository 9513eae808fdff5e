"""The results of a mixed model with the interface of statsmodels, and t tests that are valid for few participants."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg
from statsmodels.formula._manager import FormulaManager
from statsmodels.regression.mixed_linear_model import MixedLMParams, MixedLMResults, MixedLMResultsWrapper
from statsmodels.stats.contrast import ContrastResults

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import Floats, Integers, column_positions
from painstats.mixedlm.inference.coefficients import CoefficientTable, Method
from painstats.mixedlm.inference.contrasts import f_test, t_tests
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.mixedlm.inference.kenward_roger import KenwardRoger, kenward_roger, kenward_roger_adjustment
from painstats.mixedlm.inference.satterthwaite import satterthwaite
from painstats.mixedlm.inference.simulation import simulated_outcome
from painstats.mixedlm.inference.variance_standard_errors import VarianceStandardErrors, variance_standard_errors
from painstats.mixedlm.model_input import as_pandas, column_of
from painstats.mixedlm.result_methods import InferenceMethods
from painstats.mixedlm.summary import summary_of


class CAR1MixedLMResults(InferenceMethods, MixedLMResults):  # type: ignore[misc]  # statsmodels is untyped
    """Results of ``CAR1MixedLM``.

    Everything in ``MixedLMResults`` is available under the same name and with the same shape. These differ, for a
    reason:

    - ``pvalues``, ``conf_int``, ``t_test``, ``wald_test``, ``f_test``, ``summary`` use t and F with Kenward and Roger's
      or Satterthwaite's degrees of freedom. statsmodels' z tests are anticonservative for few participants.
    - ``cov_params()`` of the coefficients is that of generalised least squares, (X' V^-1 X)^-1, as in lme4 and nlme;
      statsmodels inverts a joint Hessian. ``bse`` is its root under Satterthwaite, and larger under Kenward-Roger.
    - ``bse_re`` are standard errors of the elements of ``cov_re`` in their own units, and not numbers in a singular
      fit. statsmodels' are off by a factor of the residual SD. Variances have no t value and no p, because their
      likelihood is skewed.
    - ``random_effects`` and ``random_effects_cov`` are also available in singular fits, where statsmodels raises an
      error.
    - ``llf`` is that of the data with their residual correlation; ``aic`` and ``bic`` count rho, and are not numbers
      under REML, whose likelihoods cannot be compared between different columns.
    - ``predict`` can include the random effects of known participants.
    - ``bootstrap`` refits to drawn participants or simulated outcomes; statsmodels' draws single rows.

    Attributes
    ----------
    rho
        Residual correlation one day apart; rho**d for d days. 0 with independent residuals.
    scale
        Residual variance.
    cov_re : (q, q)
        Covariance of the random effects; ``cov_re_unscaled`` is relative to ``scale``.
    converged
        Whether the optimum is stationary and certified not to be a false boundary optimum.
    is_singular
        Whether some combination of the random effects has zero estimated variance.
    mixed_fit : MixedFit
        The engine's result, for the functions of this package that are not methods.
    """

    def __init__(self, model: Any, fitted: MixedFit, ddf: Method | None, *, rho_is_given: bool) -> None:
        relative = fitted.random_covariance / fitted.residual_sd**2
        lower = relative[np.tril_indices(len(relative))]
        # MixedLMResults would compute the rank of all rows, which the model has already checked.
        super(MixedLMResults, self).__init__(
            model, np.concatenate([fitted.coefficients, lower]), scale=fitted.residual_sd**2, use_t=True
        )
        self.mixed_fit, self._requested_ddf, self._rho_is_given = fitted, ddf, rho_is_given
        self.params_object = MixedLMParams.from_components(fitted.coefficients, cov_re=relative)
        self.fe_params, self.rho, self.white_share = fitted.coefficients, fitted.rho, fitted.white_share
        self.cov_re, self.cov_re_unscaled, self.vcomp = fitted.random_covariance, relative, np.empty(0)
        self.converged, self.is_singular = fitted.converged, fitted.is_singular
        self.reml, self.method = fitted.reml, "REML" if fitted.reml else "ML"
        self.k_fe, self.k_re, self.k_re2, self.k_vc = model.k_fe, model.k_re, model.k_re2, 0
        self.nobs, self.df_resid = fitted.n_rows, fitted.n_rows - model.k_fe
        self.use_sqrt, self.hist, self.cov_pen, self.freepat = True, None, None, None

    @cached_property
    def coefficient_table(self) -> CoefficientTable:
        """The tests of the coefficients, one by one."""
        fitted, rows = self.mixed_fit, self.model.rows
        if self._requested_ddf == "Satterthwaite" or rows is None:
            return satterthwaite(fitted)
        return kenward_roger(fitted, rows) if self._requested_ddf else coefficient_table(fitted, rows)

    @property
    def ddf_method(self) -> Method:
        """How the degrees of freedom were computed."""
        return self.coefficient_table.method

    @cached_property
    def df_fe(self) -> pd.Series[float]:
        """Degrees of freedom of the test of each coefficient."""
        return pd.Series([row.df for row in self.coefficient_table.coefficients], index=self.model.exog_names)

    @cached_property
    def df_resid_inference(self) -> Floats:
        """Degrees of freedom of each of ``params``; not numbers for variances, which are not tested."""
        return np.append(self.df_fe.to_numpy(), np.full(self.k_re2, np.nan))

    @cached_property
    def cov_params_default(self) -> Floats:
        """Covariance of ``params``: of the coefficients for known variances, and of the relative variances."""
        return np.asarray(
            linalg.block_diag(self.mixed_fit.covariance, self._variance_standard_errors.relative_covariance)
        )

    @cached_property
    def bse(self) -> Floats:
        """Standard errors of ``params``, those of the coefficients as used in their tests."""
        return np.append(self.bse_fe, np.sqrt(np.diag(self._variance_standard_errors.relative_covariance)))

    @cached_property
    def bse_fe(self) -> Floats:
        """Standard errors of the coefficients, as used in their tests."""
        return np.array([row.se for row in self.coefficient_table.coefficients])

    @property
    def bse_re(self) -> Floats:
        """Standard errors of the lower elements of ``cov_re``, row by row."""
        return self._variance_standard_errors.se

    @cached_property
    def tvalues(self) -> Floats:
        """The t value of each coefficient; not numbers for variances, which are not tested."""
        return np.append(self.fe_params / self.bse_fe, np.full(self.k_re2, np.nan))

    @property
    def llf(self) -> float:
        """The (restricted) log-likelihood."""
        return self.mixed_fit.log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's information criterion; not a number under REML."""
        return np.nan if self.reml else -2 * (self.llf - self.n_parameters)

    @property
    def bic(self) -> float:
        """Schwarz's information criterion, counting rows; not a number under REML."""
        return np.nan if self.reml else -2 * self.llf + float(np.log(self.nobs)) * self.n_parameters

    @property
    def n_parameters(self) -> int:
        """Number of estimated parameters: coefficients, random-effect covariance, residual variance, rho and w."""
        between: int = self.k_re2 if self.mixed_fit.optimum.correlated else self.k_re
        of_residuals = {"independent": 0, "car1": 1 - self._rho_is_given, "car1+white": 2}
        return len(self.fe_params) + between + 1 + of_residuals[self.mixed_fit.residuals]

    @cached_property
    def random_effects(self) -> dict[Any, pd.Series[float]]:
        """Each group's deviation from the average coefficients: best linear unbiased predictions."""
        names, effects = self.model.data.exog_re_names, self.mixed_fit.random_effects[self._participant_positions]
        return {label: pd.Series(row, index=names) for label, row in zip(self.model.group_labels, effects, strict=True)}

    @cached_property
    def random_effects_cov(self) -> dict[Any, pd.DataFrame]:
        """Covariance of each group's deviation given the data and known variances."""
        names, covariances = (
            self.model.data.exog_re_names,
            self.mixed_fit.random_effect_covariances[self._participant_positions],
        )
        return {
            label: pd.DataFrame(matrix, index=names, columns=names)
            for label, matrix in zip(self.model.group_labels, covariances, strict=True)
        }

    @cached_property
    def fittedvalues(self) -> Floats:
        """The expected outcome of each row, including the random effects."""
        self.model.require_rows("fitted values")
        return self._expected(self.model.exog, self.model.group_codes)

    @cached_property
    def resid(self) -> Floats:
        """The outcome minus ``fittedvalues``, autocorrelated over days."""
        return np.asarray(self.model.endog - self.fittedvalues)

    def predict(self, exog: Any = None, transform: bool = True, *, groups: Any = None) -> Any:
        """Predict the outcome for the average participant, or for known participants with their random effects.

        Parameters
        ----------
        exog
            Columns of the model, or for a model of a formula a (pandas or polars) frame with the variables in it; the
            model's own rows by default.
        transform
            Whether to pass ``exog`` through the formula.
        groups : (n,), optional
            The participant of each row, or the name of a column of ``exog`` with them: predictions then include the
            random effects. Residuals of previous days are not used.

        Raises
        ------
        PainstatsError
            If ``exog`` has other columns than the model, or a group was not in the fit.
        """
        if exog is None:
            self.model.require_rows("predictions for them")
            columns, index = self.model.exog, None
        else:
            exog = as_pandas(exog)
            columns, index = self._transform_predict_exog(exog, transform=transform)
        if columns.shape[1] != self.k_fe:
            raise PainstatsError(f"'exog' has {columns.shape[1]} columns where the model has {self.k_fe}")
        if isinstance(groups, str):
            groups = column_of(pd.DataFrame(exog), "groups", groups)
        predicted = self._expected(columns, None if groups is None else self._codes_of(groups, len(columns)))
        return predicted if index is None else pd.Series(predicted, index=index)

    def simulate(self, seed: int) -> Floats:
        """Draw an outcome for the model's rows, with new participants and residuals and the same days and parameters.

        Parameters
        ----------
        seed
            The same seed gives the same outcome.

        Returns
        -------
        (n,)
            In the order of ``endog``.
        """
        rows = self.model.require_rows("simulation")
        drawn = simulated_outcome(self.mixed_fit, rows, np.random.default_rng(seed))
        outcome = np.empty(len(drawn))
        outcome[self.model.row_order] = drawn
        return outcome

    def t_test(self, r_matrix: Any, cov_p: None = None, use_t: bool | None = None) -> ContrastResults:
        """Test combinations of coefficients one by one by t, each with its own degrees of freedom.

        Parameters
        ----------
        r_matrix
            Weights of the coefficients (m, p), a tuple of weights and values, or hypotheses such as ``"sleep = 0"``.
        cov_p
            Not supported: the tests need the covariance's own uncertainty.
        use_t
            False gives z tests, with standard errors of generalised least squares, to compare with statsmodels.
        """
        _refuse(cov_p=cov_p)
        weights, values = self._hypotheses(r_matrix)
        if use_t is False:
            se = np.sqrt(np.einsum("ci,ij,cj->c", weights, self.mixed_fit.covariance, weights))
            effect = weights @ self.fe_params
            return ContrastResults(effect=effect, statistic=(effect - values) / se, sd=se, distribution="norm")
        tests = t_tests(self.mixed_fit, self._adjustment, weights)
        t = (tests.estimates - values) / tests.se
        return ContrastResults(effect=tests.estimates, t=t, sd=tests.se, df_denom=tests.df)

    def wald_test(
        self,
        r_matrix: Any,
        cov_p: None = None,
        invcov: None = None,
        use_f: bool | None = None,
        df_constraints: None = None,
        scalar: bool = True,
    ) -> ContrastResults:
        """Test combinations of coefficients jointly by F with the Kenward-Roger or Satterthwaite denominator.

        Parameters
        ----------
        r_matrix
            As for ``t_test``; combinations must be linearly independent.
        use_f
            False gives a chi-squared test, to compare with statsmodels.
        cov_p, invcov, df_constraints
            Not supported: the tests need the covariance's own uncertainty.
        scalar
            Whether the statistic is a number rather than an array.
        """
        _refuse(cov_p=cov_p, invcov=invcov, df_constraints=df_constraints)
        weights, values = self._hypotheses(r_matrix)
        if np.linalg.matrix_rank(weights) < len(weights):
            raise PainstatsError("the hypotheses are not linearly independent; leave out those implied by the others")
        if use_f is False:
            distance = weights @ self.fe_params - values
            statistic = distance @ np.linalg.solve(weights @ self.mixed_fit.covariance @ weights.T, distance)
            m = len(weights)
            return ContrastResults(statistic=_shaped(statistic, scalar), df_denom=m, distribution="chi2")
        test = f_test(self.mixed_fit, self._adjustment, weights, values)
        return ContrastResults(
            F=_shaped(test.statistic, scalar), df_num=test.df_numerator, df_denom=test.df_denominator
        )

    def summary(
        self,
        yname: str | None = None,
        xname_fe: list[str] | None = None,
        xname_re: list[str] | None = None,
        title: str | None = None,
        alpha: float = 0.05,
    ) -> Any:
        """Summarise: coefficients with t tests, the random-effect covariance, rho, and the convergence of the fit.

        Parameters
        ----------
        yname, xname_fe, xname_re, title
            Other names of the outcome, the coefficients and the variances, and another title.
        alpha
            One minus the coverage of the intervals.
        """
        return summary_of(self, yname=yname, xname_fe=xname_fe, xname_re=xname_re, title=title, alpha=alpha)

    def profile_re(self, *_: Any, **__: Any) -> None:
        """Refuse: statsmodels' profile has no residual correlation."""
        raise PainstatsError("statsmodels' profile has no residual correlation; use variance_intervals()")

    @cached_property
    def _variance_standard_errors(self) -> VarianceStandardErrors:
        return variance_standard_errors(self.mixed_fit)

    @cached_property
    def _adjustment(self) -> KenwardRoger | None:
        if self.ddf_method == "Satterthwaite":
            return None
        return kenward_roger_adjustment(self.mixed_fit, self.model.rows)

    @cached_property
    def _participant_positions(self) -> Integers:
        """Position (N,) of each of the model's groups among the engine's participants."""
        position = {name: number for number, name in enumerate(self.mixed_fit.participants)}
        return np.array([position[str(label)] for label in self.model.group_labels], dtype=np.int64)

    def _expected(self, columns: Floats, codes: Integers | None) -> Floats:
        """Return (n,): the expected outcome, for the average participant or for groups at positions ``codes``."""
        expected = np.asarray(columns @ self.fe_params)
        if codes is None:
            return expected
        effects = self.mixed_fit.random_effects[self._participant_positions][codes]
        positions = column_positions(self.mixed_fit.random, self.mixed_fit.names)
        return np.asarray(expected + np.einsum("nq,nq->n", columns[:, positions], effects))

    def _codes_of(self, groups: Any, n: int) -> Integers:
        """Return (n,) positions of groups among the model's."""
        wanted = np.asarray(groups)
        if wanted.shape != (n,):
            raise PainstatsError(f"'groups' has shape {wanted.shape} where 'exog' has {n} rows")
        codes: npt.NDArray[Any] = pd.Index(self.model.group_labels).get_indexer(pd.Index(wanted))
        unknown = len(set(wanted[codes < 0].tolist()))
        if unknown:
            raise PainstatsError(
                f"{unknown} of 'groups' were not in the fit; leave out 'groups' for the average participant"
            )
        return codes.astype(np.int64)

    def _hypotheses(self, r_matrix: Any) -> tuple[Floats, Floats]:
        """Return weights (m, p) and values (m,) of hypotheses; weights of variances must be zero."""
        names = list(self.model.exog_names)
        if not isinstance(r_matrix, (str, list, tuple)):
            r_matrix = np.atleast_2d(np.asarray(r_matrix, dtype=np.float64))
            names = self.model.data.param_names if r_matrix.shape[1] == len(self.params) else names
        constraint = FormulaManager().get_linear_constraints(r_matrix, names)
        weights = np.asarray(constraint.constraint_matrix, dtype=np.float64)
        if weights.shape[1] > self.k_fe and np.any(weights[:, self.k_fe :]):
            raise PainstatsError("variances are not tested by t or F; use slope_variance")
        values = np.zeros(len(weights)) if constraint.constraint_values is None else constraint.constraint_values
        return weights[:, : self.k_fe], np.broadcast_to(np.ravel(values), (len(weights),)).astype(np.float64)


class CAR1MixedLMResultsWrapper(MixedLMResultsWrapper):  # type: ignore[misc]  # statsmodels is untyped
    """Results in pandas objects with names: the return value of ``CAR1MixedLM.fit``."""


def _refuse(**given: Any) -> None:
    names = [name for name, value in given.items() if value is not None]
    if names:
        raise PainstatsError(f"{', '.join(names)} cannot be used in these tests; leave it out")


def _shaped(statistic: Any, scalar: bool) -> Any:
    return float(statistic) if scalar else np.array([[statistic]])
