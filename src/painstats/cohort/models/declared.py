"""Models that a plan writes as formulas: ``pain ~ sleep_within * severity + weekend``.

Added without being written: the between part and the indicator of each exposure, and each factor of a product. A
tested column within participants has a random slope; the plan refuses a formula without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from painstats.cohort.models.average import notes_of
from painstats.cohort.models.cohort_days import require_participants, usual_exposure
from painstats.cohort.models.cohort_model import CohortModel, fitted_model
from painstats.cohort.models.moderators import check_moderator, product
from painstats.cohort.models.variable import Variable, columns_of, known_rows
from painstats.errors import StudyError
from painstats.frame.exposure import Exposure
from painstats.mixedlm.engine.rows import INTERCEPT, Floats, ModelRows, model_rows
from painstats.plan.analysis import ModelPlan
from painstats.plan.formula import OF_DAYS, PHASE, WITHIN
from painstats.questions.daily.columns import EPOCH_DAYS, TIME, calendar_columns, of_cohort
from painstats.questions.daily.design import DailyDesign
from painstats.questions.daily.guarded import with_columns
from painstats.questions.daily.guards import DaysOf


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """A model of the plan with what it is made of.

    Parameters
    ----------
    plan
        The formula and the random columns.
    variable
        Returns a variable by its name in formulas.
    enrolled
        All participants of the study.
    """

    plan: ModelPlan
    variable: Callable[[str], Variable]
    enrolled: Sequence[str]

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables of participants in the formula."""
        return tuple(name for name in self.plan.parsed.columns if not _is_of_days(name))


def declared_model(declared: Declared, frame: pl.DataFrame, design: DailyDesign, known_days: DaysOf) -> CohortModel:
    """Fit a model of the plan, and test its products; without products, its columns within participants.

    Parameters
    ----------
    declared
        The model.
    frame
        Usable rows of ``model_frame``, with ``phase`` if the formula has it.
    design
        The exposures of the study.
    known_days
        Of the exposures that the outcome can move.

    Raises
    ------
    StudyError
        If a column is of an exposure that no daily question is about.
    DesignRefused
        If the participants do not allow a product.
    """
    formula = declared.plan.parsed
    exposures = {name: _exposure(name, design) for name in formula.columns if name in WITHIN}
    variables = [declared.variable(name) for name in declared.variables]
    rows = known_rows(_day_rows(declared.plan, frame, design, exposures), variables)
    for each in variables:
        check_moderator(each, rows, declared.enrolled, (), design.rules.min_days_in_model)
    columns = {each.name: columns_of(each, rows) for each in variables}
    of_days = {
        name: rows.X[:, rows.names.index(_column(name, exposures))] for name in formula.columns if name in OF_DAYS
    }
    products = {
        product(_column(first, exposures), name): of_days[first] * values
        for first, second in formula.products
        if first in OF_DAYS
        for name, values in columns[second].items()
    }
    added = {name: values for each in columns.values() for name, values in each.items()} | products
    fitted = fitted_model(with_columns(rows, added), known_days)
    tested = list(products) or [_column(name, exposures) for name in formula.tested_within]
    effects = fitted.effects({name: {name: 1.0} for name in tested})
    test = (fitted.joint_test(declared.plan.formula, tested),) if len(tested) > 1 else ()
    return CohortModel(
        name=declared.plan.name or declared.plan.formula,
        kind="declared",
        effects=effects,
        tests=test,
        p=test[0].p if test else effects[0].p,
        participants=fitted.participants,
        days=fitted.fit.n_rows,
        notes=notes_of(fitted),
        fitted=fitted,
    )


def _day_rows(
    plan: ModelPlan, frame: pl.DataFrame, design: DailyDesign, exposures: Mapping[str, Exposure]
) -> ModelRows:
    """Lay out the columns of days: what the formula names, with between parts and indicators."""
    kept = of_cohort(frame, design.only(tuple(exposures.values())))
    names = plan.parsed.columns
    if PHASE in names:
        kept = kept.filter(pl.col(PHASE).is_not_null())
    require_participants(kept)
    columns: dict[str, Floats] = {}
    for exposure in exposures.values():
        columns |= {name: kept[name].to_numpy() for name in (exposure.within, exposure.between, exposure.unknown)}
    if PHASE in names:
        columns[PHASE] = kept[PHASE].to_numpy()
    if "weekend" in names or "day_of_week" in names:
        columns |= calendar_columns(kept, by_day_of_week="day_of_week" in names)
    if "time" in names:
        columns[TIME] = kept[TIME].to_numpy()
    random = [INTERCEPT, *(TIME if name == "time" else _column(name, exposures) for name in plan.random_columns)]
    return model_rows(
        y=kept["outcome_score"].to_numpy(),
        predictors={name: values for name, values in columns.items() if np.ptp(values) > 0},
        participant=kept["participant_id"].to_numpy(),
        day=kept.select(EPOCH_DAYS).to_series().to_numpy(),
        random=random,
    )


def _exposure(name: str, design: DailyDesign) -> Exposure:
    try:
        return usual_exposure(design, WITHIN[name])
    except StudyError as error:
        raise StudyError(f"models: {error}") from None


def _column(name: str, exposures: Mapping[str, Exposure]) -> str:
    """Return the column of the model for a name of the formula."""
    return exposures[name].within if name in exposures else name


def _is_of_days(name: str) -> bool:
    return name in OF_DAYS or name in ("weekend", "day_of_week", "time")
