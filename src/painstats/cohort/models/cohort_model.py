"""A model of a cohort: fitted, protected against feedback where it has exposures, and what it estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from painstats.cohort.models.own_values import Welch
from painstats.mixedlm.engine.fit import MixedFit, Residuals
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, ModelRows, column_positions
from painstats.mixedlm.inference.contrasts import f_test, t_tests
from painstats.mixedlm.inference.degrees_of_freedom import MIN_PARTICIPANTS_FOR_SATTERTHWAITE
from painstats.mixedlm.inference.held import hold, prior_means
from painstats.mixedlm.inference.kenward_roger import KenwardRoger, kenward_roger_adjustment
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.guarded import Guarded, guarded
from painstats.questions.daily.guards import DaysOf, columns_for

if TYPE_CHECKING:
    from painstats.mixedlm.results import CAR1MixedLMResultsWrapper

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Effect:
    """One estimate of a model, with its test and 95 % interval.

    Parameters
    ----------
    name
        Of the column or the contrast, such as ``total_sleep_time_min_lag0_within`` or ``sex: female``.
    estimate, se, df, p, low, high
        In points per unit of the column; ``p`` is None where the plan gives too few participants for a test.
    participants
        How many participants the estimate is about.
    """

    name: str
    estimate: float
    se: float
    df: float
    p: float | None
    low: float
    high: float
    participants: int


@dataclass(frozen=True, slots=True)
class JointTest:
    """A test of several columns at once: F with its degrees of freedom."""

    name: str
    statistic: float
    df_numerator: int
    df_denominator: float
    p: float


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fit, from which effects are computed.

    Parameters
    ----------
    result
        The fit without guard columns, as statsmodels has it: coefficients, covariances, ``t_test``, ``predict``.
    rows
        Its rows.
    guard
        The fits with guard columns; None where no exposure has any, or they did not converge.
    was_to_be_guarded
        Whether an exposure of the model has guard columns.
    """

    result: CAR1MixedLMResultsWrapper
    rows: ModelRows
    guard: Guarded | None = None
    was_to_be_guarded: bool = False

    @property
    def fit(self) -> MixedFit:
        """The engine's fit without guard columns."""
        fit: MixedFit = self.result.mixed_fit
        return fit

    @property
    def is_guarded(self) -> bool:
        """Whether effects are protected against feedback."""
        return self.guard is not None and self.guard.last is not None

    @property
    def last_fit(self) -> MixedFit:
        """The fit with the most guard columns: that from which effects are computed."""
        return self._last[0]

    @property
    def last_rows(self) -> ModelRows:
        """The rows of ``last_fit``, with its guard columns."""
        return self.guard.rows if self.guard is not None and self.guard.rows is not None else self.rows

    @property
    def prior_means(self) -> dict[str, float]:
        """The columns whose coefficients are held, and the mean of each prior; empty without any."""
        guard = self.guard
        if guard is None or guard.with_both is None or guard.with_sums is None or guard.test is None:
            return {}
        after = [name for name in guard.with_both.names if name not in guard.with_sums.names]
        return dict(zip(after, prior_means(guard.test.coefficients, guard.white_share).tolist(), strict=True))

    def plain_error(self, column: str) -> float:
        """Return the standard error of a coefficient for known variance parameters, with guard columns held."""
        means = self.prior_means
        fit = hold(self.last_fit, list(means), np.array(list(means.values()))) if means else self.last_fit
        place = fit.names.index(column)
        return float(np.sqrt(fit.covariance[place, place]))

    @property
    def participants(self) -> int:
        """Number of participants."""
        return len(self.fit.participants)

    @property
    def method(self) -> str:
        """How degrees of freedom are computed."""
        return "Kenward-Roger" if self._adjustment else "Satterthwaite"

    def effects(self, contrasts: Mapping[str, Mapping[str, float]], *, is_tested: bool = True) -> tuple[Effect, ...]:
        """Estimate combinations of coefficients, each given by the weights of columns.

        With guard columns the coefficients are held (docs/method/real_diaries.md): the standard error is that of the
        held combination, enlarged as Kenward and Roger's method enlarged that of the fit with both guard columns, and
        the degrees of freedom are the lower ones of the fits with one and with both.
        """
        weights = np.array([_weights(each, self.fit.names) for each in contrasts.values()])
        estimates, se, df = self._held(weights) if self.is_guarded else self._plain(weights)
        p = np.asarray(2 * stats.t.sf(np.abs(estimates / se), df))
        margin = stats.t.ppf((1 + LEVEL) / 2, df) * se
        rows = zip(contrasts, estimates, se, df, p, estimates - margin, estimates + margin, strict=True)
        return tuple(
            Effect(
                name,
                float(b),
                float(s),
                float(f),
                float(q) if is_tested else None,
                float(low),
                float(high),
                self.participants,
            )
            for name, b, s, f, q, low, high in rows
        )

    def effect(self, column: str) -> Effect:
        """Estimate one coefficient."""
        return self.effects({column: {column: 1.0}})[0]

    def joint_test(self, name: str, columns: Sequence[str]) -> JointTest:
        """Test several columns at once, in the fit with all guard columns where there are any."""
        fit, adjustment = self._last
        weights = np.array([_weights({column: 1.0}, fit.names) for column in columns])
        test = f_test(fit, adjustment, weights, np.zeros(len(columns)))
        p = float(stats.f.sf(test.statistic, test.df_numerator, test.df_denominator))
        return JointTest(name, test.statistic, test.df_numerator, test.df_denominator, p)

    @cached_property
    def _adjustment(self) -> KenwardRoger | None:
        return adjustment_of(self.fit, self.rows)

    @cached_property
    def _last(self) -> tuple[MixedFit, KenwardRoger | None]:
        """The fit with the most guard columns, with its adjustment."""
        if self.guard is None or self.guard.last is None or self.guard.rows is None:
            return self.fit, self._adjustment
        return self.guard.last, adjustment_of(self.guard.last, self.guard.rows)

    def _plain(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        tests = t_tests(self.fit, self._adjustment, weights)
        return tests.estimates, tests.se, tests.df

    def _held(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return estimates, standard errors and degrees of freedom (m,) with the coefficients of guard columns held."""
        guard, (last, adjustment) = self.guard, self._last
        if guard is None or guard.with_sums is None or guard.rows is None or guard.test is None:
            return self._plain(weights)
        names = self.fit.names
        of_last = _for_names(weights, names, last.names)
        tests = t_tests(last, adjustment, of_last)
        if guard.with_both is None:
            return tests.estimates, tests.se, tests.df
        means = self.prior_means
        held = hold(last, list(means), np.array(list(means.values())))
        of_held = _for_names(weights, names, held.names)
        se = np.sqrt(np.einsum("ci,ij,cj->c", of_held, held.covariance, of_held))
        plain = np.sqrt(np.einsum("ci,ij,cj->c", of_last, last.covariance, of_last))
        sums_rows = with_only(guard.rows, guard.with_sums.names)
        of_sums = _for_names(weights, names, guard.with_sums.names)
        df_of_sums = t_tests(guard.with_sums, adjustment_of(guard.with_sums, sums_rows), of_sums).df
        return of_held @ held.coefficients, se * tests.se / plain, np.minimum(tests.df, df_of_sums)


@dataclass(frozen=True, slots=True, eq=False)
class CohortModel:
    """What one model of the plan gave.

    Parameters
    ----------
    name
        Such as ``average sleep`` or ``moderator severity``.
    kind
        ``average``, ``lag``, ``outcome``, ``moderator``, ``subgroups``, ``arms`` or ``declared``.
    effects
        What the model is about; of a subgroup model, the slope of each level.
    tests
        Joint tests of several columns.
    p
        The p value with which the model enters its family; None where nothing is tested.
    participants, days
        Of the fit.
    notes
        Sentences that belong to the result.
    own
        The comparisons of participants' own slopes or changes between two levels, one for each contrast that has one.
    p_of_both
        Contrast to the p value that both tests support, by Holm's rule where there are several contrasts.
    fitted
        The fit; None where only participants' own changes are described.
    """

    name: str
    kind: str
    effects: tuple[Effect, ...]
    tests: tuple[JointTest, ...]
    p: float | None
    participants: int
    days: int
    notes: tuple[str, ...] = ()
    own: tuple[Welch, ...] = ()
    p_of_both: Mapping[str, float] = field(default_factory=dict)
    fitted: Fitted | None = field(default=None, repr=False)

    def effect(self, name: str) -> Effect:
        """Return an effect by its name."""
        return next(effect for effect in self.effects if effect.name == name)


def p_of_both(effect: Effect, own: Welch | None) -> float:
    """Return the larger p of a difference in the model and in participants' own values: both have to agree.

    It is 1 where they differ in direction, or where there are no own values to compare.
    """
    if own is None or effect.p is None or effect.estimate * own.difference <= 0:
        return 1.0
    return max(effect.p, own.p)


def fitted_model(rows: ModelRows, days: DaysOf, residuals: Residuals = RESIDUALS) -> Fitted:
    """Fit a model, and protect it against feedback of the exposures whose known days are given.

    Parameters
    ----------
    rows
        From ``model_rows``.
    days
        Name of a column to the known days of its exposure; others have no guard columns. Empty for models whose
        exposures the outcome cannot move.
    residuals
        Guard columns need ``"car1+white"``.

    Raises
    ------
    NotEnoughData
        If there are too few participants or days.
    """
    return guarded_model(unguarded_model(rows, residuals), days)


def unguarded_model(rows: ModelRows, residuals: Residuals = RESIDUALS) -> Fitted:
    """Fit a model without guard columns."""
    return Fitted(statsmodels_result(rows, residuals), rows)


def guarded_model(fitted: Fitted, days: DaysOf) -> Fitted:
    """Protect a fit against feedback of the exposures whose known days are given; the others have no guard columns."""
    rows, fit = fitted.rows, fitted.fit
    known = {name: each for name, each in days.items() if name in rows.names}
    if not known or fit.residuals != "car1+white":
        return fitted
    columns = columns_for(rows.participant, rows.day, known, fit.rho)
    guard = guarded(rows, fit, fitted.result.coefficient_table, columns)
    return replace(fitted, guard=guard if guard.converged else None, was_to_be_guarded=True)


def statsmodels_result(rows: ModelRows, residuals: Residuals = RESIDUALS) -> CAR1MixedLMResultsWrapper:
    """Fit ``CAR1MixedLM``, the model with the interface of statsmodels, to rows."""
    from painstats.mixedlm.model import CAR1MixedLM

    columns = pd.DataFrame(rows.X, columns=list(rows.names))
    random = columns[list(rows.random)].rename(columns={INTERCEPT: "Group"})
    model = CAR1MixedLM(
        pd.Series(rows.y, name="outcome"), columns, rows.participant, random, days=rows.day, residuals=residuals
    )
    return model.fit()


def adjustment_of(fit: MixedFit, rows: ModelRows) -> KenwardRoger | None:
    """Return Kenward and Roger's adjustment where the product uses it: with fewer than 30 participants."""
    if not fit.random or len(fit.participants) >= MIN_PARTICIPANTS_FOR_SATTERTHWAITE:
        return None
    return kenward_roger_adjustment(fit, rows)


def with_only(rows: ModelRows, names: Sequence[str]) -> ModelRows:
    """Return rows with some of their columns."""
    return replace(rows, X=rows.X[:, column_positions(names, rows.names)], names=tuple(names))


def _weights(given: Mapping[str, float], names: Sequence[str]) -> Floats:
    weights = np.zeros(len(names))
    weights[column_positions(list(given), names)] = list(given.values())
    return weights


def _for_names(weights: Floats, names: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Return weights (m, p) of some columns as those of others; columns that are new have the weight 0."""
    moved = np.zeros((len(weights), len(wanted)))
    moved[:, column_positions(names, wanted)] = weights
    return moved
