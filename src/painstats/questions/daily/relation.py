"""One question answered from a model frame, without a study: the whole chain from rows to an estimate.

    sleep, steps = painstats.asked(study)
    relation = painstats.fit_relation(painstats.load_frame(study), sleep, beside=[steps])

Every day with a score is a row, unknown days have indicators, residuals have noise of single days, and guard columns
protect against an outcome that acts back on its exposures (docs/method/real_diaries.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from painstats.errors import NotEnoughData
from painstats.frame.exposure import Exposure
from painstats.frame.guard import ExposureDays
from painstats.mixedlm.checks.residual_pattern import ResidualPattern, residual_pattern
from painstats.mixedlm.engine.fit import MixedFit
from painstats.mixedlm.engine.rows import ModelRows, column_positions
from painstats.mixedlm.inference.coefficients import Coefficient, CoefficientTable, coefficient
from painstats.mixedlm.inference.one_participant import fit_one_participant, participant_rows
from painstats.plan.rules import RulesPlan
from painstats.questions.asked import exposures
from painstats.questions.daily.columns import EPOCH_DAYS, of_cohort, with_an_exposure, within_participants
from painstats.questions.daily.design import RESIDUALS, DailyDesign, guarded_exposures
from painstats.questions.daily.guarded import Guarded
from painstats.questions.daily.guards import DaysOf, guarded_alone, with_guard
from painstats.questions.daily.mixed_model import mixed_analysis
from painstats.questions.estimate import Basis, CheckEstimate, Estimate
from painstats.questions.question import Question

if TYPE_CHECKING:
    from painstats.mixedlm.results import CAR1MixedLMResultsWrapper


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """What goes with an outcome, in one person or on average over several.

    Parameters
    ----------
    question
        The question.
    estimate
        The effect with its interval, its test, and the days it is based on; without guard columns among its checks.
    table
        Every coefficient but those of nuisance columns.
    guard
        The fits with and without guard columns; None if there are none.
    pattern
        Whether residuals follow a pattern that the model does not describe.
    fit, rows
        The last fit, with its nuisance columns, and its rows.
    """

    question: Question
    estimate: Estimate
    table: CoefficientTable
    guard: Guarded | None
    pattern: ResidualPattern
    fit: MixedFit = field(repr=False)
    rows: ModelRows = field(repr=False)

    def statsmodels_result(self) -> CAR1MixedLMResultsWrapper:
        """Return the last fit as a statsmodels result, for its tests, predictions and summary.

        Raises
        ------
        NotEnoughData
            The relation is of one person, whose model has no random effects.
        """
        if not self.fit.random:
            raise NotEnoughData("a model of one person has no random effects; use fit and table")
        from painstats.mixedlm.model import CAR1MixedLM  # statsmodels takes a second

        positions = column_positions(self.fit.random, self.rows.names)
        model = CAR1MixedLM(
            self.rows.y,
            pl.DataFrame(self.rows.X, schema=list(self.rows.names)),
            self.rows.participant,
            exog_re=pl.DataFrame(self.rows.X[:, positions], schema=list(self.fit.random)),
            days=self.rows.day,
            residuals=RESIDUALS,
        )
        return model.fit(reml=self.fit.reml)


def fit_relation(
    frame: pl.DataFrame, question: Question, *, beside: Sequence[Question] = (), rules: RulesPlan | None = None
) -> Relation:
    """Estimate what goes with the outcome, from a model frame.

    Parameters
    ----------
    frame
        From ``load_frame``; of one participant, or of enough for a mixed model.
    question
        A daily question whose exposure the frame has.
    beside
        Further daily questions, whose exposures enter the same model: all but those that come after the exposure of
        ``question``, through which a part of its effect may run. They are left out of the model.
    rules
        The rules of the plan; the defaults if None.

    Raises
    ------
    NotEnoughData
        No participant has enough days, the exposure of ``question`` is known on too few of them or does not vary, or
        there are several participants but too few for a mixed model.
    """
    design = _design([question, *beside], rules or RulesPlan()).total_of(question.exposure)
    usable = with_an_exposure(frame.filter(pl.col("left_out").is_null()), design)
    if usable.is_empty():
        raise NotEnoughData(f"no participant has {design.rules.min_days_in_model} days with a score and an exposure")
    days = {exposure.within: _days_in(frame, exposure) for exposure in design.guarded}
    if usable["participant_id"].n_unique() == 1:
        return _of_one(usable, question, design, days)
    return _of_several(of_cohort(usable, design), question, design, days)


def _design(questions: Sequence[Question], rules: RulesPlan) -> DailyDesign:
    return DailyDesign(exposures(questions), questions[0].outcome.scale, rules, guarded_exposures(questions))


def _days_in(frame: pl.DataFrame, exposure: Exposure) -> ExposureDays:
    """Return the days on which an exposure is known, with or without a score; each is at the row that it enters.

    Values are less what the frame compares them with, as in ``exposure_days``.
    """
    known = frame.drop_nulls(exposure.name)
    day = known.select(EPOCH_DAYS).to_series().to_numpy()
    return ExposureDays(known["participant_id"].to_numpy(), day, known[exposure.within].to_numpy())


def _of_one(usable: pl.DataFrame, question: Question, design: DailyDesign, days: DaysOf) -> Relation:
    participant = str(usable["participant_id"][0])
    first = fit_one_participant(participant_rows(within_participants(usable, design), participant), RESIDUALS)
    if not first.fit.converged:
        raise NotEnoughData("no certified optimum was reached")
    guard = guarded_alone(first, days)
    own = with_guard(first, guard)
    last = (guard.last, guard.rows) if guard and guard.last and guard.rows else (own.fit, own.rows)
    return _relation(question, usable, "own_days", own.table, guard, last, design)


def _of_several(cohort: pl.DataFrame, question: Question, design: DailyDesign, days: DaysOf) -> Relation:
    participants, needed = cohort["participant_id"].n_unique(), design.rules.min_people_mixed_model
    if participants < needed:
        raise NotEnoughData(
            f"{participants} participants have enough days; a mixed model needs {needed}. Give one participant's rows"
        )
    mixed = mixed_analysis(cohort, design, lambda _: None, days)
    if mixed is None or not mixed.can_be_used:
        raise NotEnoughData("the mixed model did not reach a certified optimum")
    return _relation(question, cohort, "mixed_model", mixed.table, mixed.guard, (mixed.fit, mixed.rows), design)


def _relation(
    question: Question,
    used: pl.DataFrame,
    basis: Basis,
    table: CoefficientTable,
    guard: Guarded | None,
    last: tuple[MixedFit, ModelRows],
    design: DailyDesign,
) -> Relation:
    shown = CoefficientTable(
        tuple(row for row in table.coefficients if not design.hides(row.name)), table.method, table.fallback
    )
    names = [row.name for row in shown.coefficients]
    if question.exposure.within not in names:
        raise NotEnoughData(f"{question.exposure.name} is known on too few days, or does not vary")
    effect = coefficient(shown, question.exposure.within)
    estimate = Estimate(
        effect.estimate,
        effect.low,
        effect.high,
        basis,
        days=used.height,
        participants=used["participant_id"].n_unique(),
        df=effect.df,
        p=effect.p,
        checks=_without_guard(guard, question),
        known_days=int(np.sum(used[question.exposure.unknown].to_numpy() == 0)),
    )
    return Relation(question, estimate, shown, guard, residual_pattern(*last), *last)


def _without_guard(guard: Guarded | None, question: Question) -> tuple[CheckEstimate, ...]:
    if guard is None or guard.last is None:
        return ()
    plain: Coefficient = coefficient(guard.unguarded, question.exposure.within)
    return (CheckEstimate("without_guard", plain.estimate, plain.low, plain.high),)
