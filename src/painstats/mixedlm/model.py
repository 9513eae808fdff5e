"""The mixed model as a statsmodels model, made from arrays, a formula and a frame, or a DuckDB relation."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cached_property
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

from painstats.errors import PainstatsError
from painstats.mixedlm.engine.cross_products import CrossProducts
from painstats.mixedlm.engine.fit import MixedFit, Residuals, fit_cross_products, fit_mixed
from painstats.mixedlm.engine.likelihood import MAX_RHO
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, Integers, ModelRows
from painstats.mixedlm.engine.summed_rows import cross_products
from painstats.mixedlm.formula_input import Formulas, formula_input
from painstats.mixedlm.inference.coefficients import Method
from painstats.mixedlm.inference.degrees_of_freedom import MIN_PARTICIPANTS_FOR_SATTERTHWAITE
from painstats.mixedlm.keywords import OPTIMISER_OPTIONS, refuse_optimiser_options, refuse_unknown
from painstats.mixedlm.model_input import ModelInput, model_input
from painstats.mixedlm.results import CAR1MixedLMResults, CAR1MixedLMResultsWrapper
from painstats.mixedlm.sql.column_roles import ColumnRoles
from painstats.mixedlm.sql.cross_products_of import cross_products_of
from painstats.mixedlm.statsmodels_methods import ResidualCorrelation, StatsmodelsMethods

if TYPE_CHECKING:
    import duckdb

Missing = Literal["none", "drop", "raise"]


class CAR1MixedLM(StatsmodelsMethods):
    """A linear mixed model whose residuals d days apart have correlation rho^d, or (1 - w) rho^d with white noise.

    It extends ``MixedLM`` by the days and their residual correlation, and is fitted differently: exactly, from sums of
    products by participant and gap, in time that does not depend on the number of days. With white noise it is fitted
    from the rows, in time proportional to their number.

    Parameters
    ----------
    endog : (n,)
        The outcome.
    exog : (n, p)
        The columns of the model, with a column of ones for an intercept.
    groups : (n,)
        The participant of each row.
    exog_re : (n, q), optional
        The columns with random effects; each must be a column of ``exog`` too. Random intercepts by default.
    days : (n,) of int or dates
        Calendar day numbers or dates; days may be missing, and only differences matter. Not needed with independent
        residuals.
    residuals : {"car1", "car1+white", "independent"}
        Whether residuals are correlated, and whether white noise of single days is added; if independent, the model is
        that of ``MixedLM``.
    missing : {"none", "drop", "raise"}
        Rows with missing values raise an error, unless ``"drop"`` leaves them out. That is exact: the days around a
        missing one keep their distance.

    Attributes
    ----------
    rows : ModelRows or None
        The checked rows, sorted by participant and day; None for a model of a relation.
    products : CrossProducts
        The sums of products: all that a fit needs.

    Raises
    ------
    PainstatsError
        If values are missing or not finite, a participant has two rows for one day, days are needed and not given,
        names are not unique, a column of ``exog_re`` is not in ``exog``, or variance components are requested; and for
        an unknown keyword (``UnknownKeyword``, also a ``TypeError``).
    NotEnoughData
        If there are too few rows, or columns are constant or collinear.

    Notes
    -----
    Frames and series may be those of pandas or polars. ``loglike``, ``score``, ``hessian`` and ``fit_regularized`` are
    those of statsmodels, which have no residual correlation: they work with independent residuals and raise an error
    otherwise.

    References
    ----------
    Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, ch. 2 and 5; Jones 1993, Longitudinal Data with Serial
    Correlation, ch. 3.
    """

    rows: ModelRows | None

    def __init__(
        self,
        endog: Any,
        exog: Any,
        groups: Any,
        exog_re: Any = None,
        exog_vc: Any = None,
        *,
        days: Any = None,
        residuals: Residuals = "car1",
        missing: Missing = "none",
        **unknown: Any,
    ) -> None:
        refuse_unknown(CAR1MixedLM, unknown)
        _check_choices(residuals, missing, exog_vc)
        needs_days = residuals != "independent"
        given = model_input(endog, exog, groups, exog_re, days, needs_days=needs_days, drop=missing == "drop")
        self._begin(given, residuals)

    def _begin(self, given: ModelInput, residuals: Residuals, **of_formula: Any) -> None:
        """Set the model up from checked input.

        ``MixedLM.__init__`` copies every group's rows one by one; the attributes it sets follow here or on demand.
        """
        super(MixedLM, self).__init__(
            given.endog, given.exog, hasconst=False, **of_formula
        )  # it need not search for one
        self.k_constant = self.data.k_constant = int(INTERCEPT in given.rows.names)
        self._init_keys = ["groups", "exog_re", "days", "residuals"]
        self.residuals, self.rows, self.days = residuals, given.rows, given.days
        self.group_codes, self.row_order = given.codes, given.order
        self._describe(list(given.labels), len(given.rows.y), list(given.effect_names))

    @classmethod
    def from_formula(
        cls,
        formula: str,
        data: Any,
        re_formula: str | None = None,
        vc_formula: Any = None,
        subset: Any = None,
        *,
        missing: Missing = "none",
        groups: Any = None,
        days: Any = None,
        residuals: Residuals = "car1",
        eval_env: int | dict[str, Any] = 0,
        **unknown: Any,
    ) -> Self:
        """Make a model from formulas and a frame.

        Parameters
        ----------
        formula
            Such as ``"pain ~ sleep + steps"``.
        data
            A pandas or polars frame.
        re_formula
            Columns with random effects, such as ``"~sleep"``; random intercepts by default.
        subset
            Rows of a pandas frame to use.
        groups, days
            Names of columns, or values for each row.
        residuals, missing
            As for the class.
        eval_env
            Number of stack frames above the caller in which formulas look up names that are not columns, -1 for none;
            or a dictionary of such names.

        Raises
        ------
        PainstatsError
            As for the class, and if ``groups`` or ``days`` name no column or ``vc_formula`` is given.
        """
        refuse_unknown(CAR1MixedLM.from_formula, unknown)
        _check_choices(residuals, missing, vc_formula)
        if groups is None:
            raise PainstatsError("'groups' is missing: name the column with the participant of each row")
        if isinstance(eval_env, int):  # statsmodels counts stack frames differently for its two formulas
            caller = sys._getframe(1 + max(eval_env, 0))
            eval_env = {} if eval_env < 0 else _names_in([formula, re_formula or ""], caller)
        formulas = Formulas(formula, re_formula, eval_env)
        needs_days, drop = residuals != "independent", missing == "drop"
        found = formula_input(formulas, data, subset, groups, days, needs_days=needs_days, drop=drop)
        model = cls.__new__(cls)
        model._begin(found.given, residuals, formula=formula, model_spec=found.spec)
        model.formula, model.data.frame = formula, found.frame
        return model

    @classmethod
    def from_relation(
        cls,
        connection: duckdb.DuckDBPyConnection,
        query: str,
        roles: ColumnRoles,
        *,
        residuals: Residuals = "car1",
        **unknown: Any,
    ) -> Self:
        """Make a model of a DuckDB relation, with the sums computed in the database.

        Parameters
        ----------
        connection
            The connection of the relation.
        query
            The query of the rows: a ``SELECT``, or ``FROM 'days.parquet'``.
        roles
            The role of the relation's columns in the model.
        residuals
            As for the class. White noise needs the rows, which are fetched.

        Notes
        -----
        No row reaches Python, so there are no fitted values, residuals or simulations. With fewer than 30 participants
        the rows are fetched nevertheless: the Kenward-Roger method needs the days themselves. Participants are labelled
        by their names as text.
        """
        refuse_unknown(CAR1MixedLM.from_relation, unknown)
        _check_choices(residuals, "none", None)
        if not roles.random:
            raise PainstatsError("'random' is empty: name the columns with random effects, or 'intercept'")
        if residuals == "car1+white":
            return cls._of_frame(connection.execute(query).pl(), roles, residuals)
        products = cross_products_of(connection, query, roles)
        if len(products.participants) < MIN_PARTICIPANTS_FOR_SATTERTHWAITE:
            return cls._of_frame(connection.execute(query).pl(), roles, residuals)
        model = cls.__new__(cls)
        names = list(products.names)
        super(MixedLM, model).__init__(
            pd.Series([], dtype=float, name=roles.outcome), pd.DataFrame(columns=names, dtype=float), hasconst=False
        )
        model.residuals, model.rows, model.products = residuals, None, products
        effects = ["Group" if name == INTERCEPT else name for name in products.random]
        model._describe(list(products.participants), int(products.rows_per_participant.sum()), effects)
        return model

    @classmethod
    def _of_frame(cls, frame: pl.DataFrame, roles: ColumnRoles, residuals: Residuals) -> Self:
        """Make the model from a relation's rows."""
        ones = [pl.lit(1.0).alias(INTERCEPT)] if roles.intercept else []
        exog = frame.select(*ones, *roles.columns)
        effects = exog.select(roles.random).rename({INTERCEPT: "Group"}, strict=False)
        participants = frame[roles.participant].cast(pl.String)
        return cls(frame[roles.outcome], exog, participants, effects, days=frame[roles.day], residuals=residuals)

    def fit(
        self,
        start_params: None = None,
        reml: bool = True,
        *,
        correlated: bool = True,
        rho: float | None = None,
        ddf: Method | None = None,
        **options: Any,
    ) -> CAR1MixedLMResultsWrapper:
        """Find the optimum of the (restricted) likelihood.

        Parameters
        ----------
        start_params
            Not supported: the engine has its own starting points.
        reml
            Whether to maximise the restricted likelihood (for reported results) or the full one (to compare columns).
        correlated
            Whether a participant's random effects may be correlated; if not, ``cov_re`` is diagonal. It replaces
            statsmodels' ``free``.
        rho
            Fix the residual correlation one day apart at this value, between 0 and 0.995; not beside white noise.
        ddf
            Degrees of freedom of the tests: ``"Kenward-Roger"``, the default for fewer than 30 participants under REML,
            or ``"Satterthwaite"``.
        **options
            Options of statsmodels' optimiser, such as ``method`` and ``maxiter``, are refused; ``disp=False`` is not.

        Returns
        -------
        CAR1MixedLMResultsWrapper
            Results, in pandas objects with names as statsmodels returns them.

        Raises
        ------
        PainstatsError
            If an option of statsmodels' optimiser or an unknown keyword is given, or rho or ddf is invalid.
        NotEnoughData
            If there are too few participants or days, or the columns reproduce the outcome exactly.
        """
        refuse_unknown(CAR1MixedLM.fit, options.keys() - OPTIMISER_OPTIONS)
        refuse_optimiser_options(start_params=start_params, **options)
        self._check_rho(rho)
        self._check_degrees(ddf, reml)
        self.reml = reml
        fitted = self._fitted(reml, rho, correlated)
        self.residual_correlation = ResidualCorrelation(fitted.rho, fitted.white_share)
        return CAR1MixedLMResultsWrapper(CAR1MixedLMResults(self, fitted, ddf, rho_is_given=rho is not None))

    def _fitted(self, reml: bool, rho: float | None, correlated: bool) -> MixedFit:
        if self.residuals == "car1+white":
            return fit_mixed(self.require_rows("white noise"), residuals="car1+white", reml=reml, correlated=correlated)
        return fit_cross_products(self.products, residuals=self.residuals, reml=reml, rho=rho, correlated=correlated)

    @cached_property
    def groups(self) -> npt.NDArray[Any]:
        """The group (n,) of each row, in the order in which they were given."""
        return np.asarray(self.group_labels)[self.group_codes]

    @cached_property
    def exog_re(self) -> Floats:
        """The columns (n, q) with random effects."""
        return np.asarray(self.exog[:, effect_positions(self.require_rows("columns"))])

    @cached_property
    def products(self) -> CrossProducts:
        """The sums of products that the model is fitted from."""
        return cross_products(self.require_rows("sums of products"), gaps=self.residuals != "independent")

    @cached_property
    def row_indices(self) -> dict[Any, Integers]:
        """Positions of each group's rows, in the order in which they were given."""
        self.require_rows("positions of rows")
        order = np.argsort(self.group_codes, kind="stable")
        starts = np.searchsorted(self.group_codes[order], np.arange(1, self.n_groups))
        return dict(zip(self.group_labels, np.split(order, starts), strict=True))

    def require_rows(self, purpose: str) -> ModelRows:
        """Return the rows.

        Raises
        ------
        PainstatsError
            If the model was made from a relation, whose rows stayed in the database.
        """
        if self.rows is None:
            raise PainstatsError(
                f"a model of a relation has no rows in Python, so no {purpose}; fetch the rows and use from_formula"
            )
        return self.rows

    def _describe(self, labels: list[Any], n_rows: int, effects: list[str]) -> None:
        """Set the attributes that statsmodels' methods expect of a model."""
        self.use_sqrt, self.reml, self.fe_pen, self.re_pen, self.cov_pen = True, True, None, None, None
        self.exog_vc, self.k_vc = VCSpec([], [], []), 0
        self.k_fe, self.k_re = len(self.exog_names), len(effects)
        self.k_re2 = self.k_re * (self.k_re + 1) // 2
        self.k_params = self.k_fe + self.k_re2
        self.group_labels, self.n_groups = labels, len(labels)
        self.nobs = self.n_totobs = n_rows
        names, effect_names, pair_names = self._make_param_names(effects)
        self.data.param_names, self.data.exog_re_names = names, effect_names
        self.data.exog_re_names_full = pair_names

    def _check_rho(self, rho: float | None) -> None:
        if rho is None:
            return
        if self.residuals == "independent":
            raise PainstatsError("independent residuals have no rho; use residuals='car1' to fix it at a value")
        if self.residuals == "car1+white":
            raise PainstatsError("rho cannot be fixed beside white noise; use residuals='car1'")
        if not 0 <= rho <= MAX_RHO:
            raise PainstatsError(f"rho must be between 0 and {MAX_RHO}, not {rho}")

    def _check_degrees(self, ddf: Method | None, reml: bool) -> None:
        if ddf not in (None, "Satterthwaite", "Kenward-Roger"):
            raise PainstatsError("ddf must be 'Satterthwaite' or 'Kenward-Roger'")
        if ddf == "Kenward-Roger" and not reml:
            raise PainstatsError("the Kenward-Roger method needs the restricted likelihood; use reml=True")
        if ddf == "Kenward-Roger":
            self.require_rows("Kenward-Roger adjustment")


def _names_in(formulas: Sequence[str], frame: FrameType) -> dict[str, Any]:
    """Return the caller's values of the names in formulas."""
    known = {**frame.f_globals, **frame.f_locals}
    return {name: known[name] for name in re.findall(r"[^\W\d]\w*", " ".join(formulas)) if name in known}


def effect_positions(rows: ModelRows) -> npt.NDArray[np.int64]:
    """Return the positions of the random columns among the columns."""
    return np.array([rows.names.index(name) for name in rows.random])


def _check_choices(residuals: str, missing: str, variance_components: Any) -> None:
    if residuals not in ("car1", "car1+white", "independent"):
        raise PainstatsError("residuals must be 'car1', 'car1+white' or 'independent'")
    if missing not in ("none", "drop", "raise"):
        raise PainstatsError("missing must be 'none', 'drop' or 'raise'")
    if variance_components is not None and getattr(variance_components, "names", True):
        raise PainstatsError("variance components are not supported; give columns in exog_re or re_formula")
