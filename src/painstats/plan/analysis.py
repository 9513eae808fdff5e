"""``[analysis]`` and ``[[models]]`` of ``study.toml``: what the cohort analysis answers, declared before it is run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from painstats.plan.formula import (
    ARM,
    CALENDAR,
    EXPOSURES,
    OF_DAYS,
    PHASE,
    WITHIN,
    Formula,
    parse_formula,
    parse_random,
)
from painstats.plan.values import Item, PlanTable
from painstats.plan.variables import VariablePlan

MOST_PRIMARY = 2


def _as_list(value: object) -> object:
    """Let one name stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class AnalysisPlan(PlanTable):
    """``[analysis]``: the primary question of a cohort, and what is asked beside it.

    ``primary`` names one exposure, two (Holm's test over both), or "arm"; without it, it is the plan's exposures.
    ``covariates`` enter the adjusted model, ``moderators`` a product with the primary exposure each, ``subgroups`` a
    slope for each level. ``arms`` is the variable that says who was in which arm, ``phase`` the treatment before and
    during which days are compared, or one for each arm; it can be left out if the study has one. ``outcomes`` are the
    items of one family. ``population`` limits who is analysed. ``final`` is the date from which the answer is computed,
    once; ``registered`` where the plan can be found.
    """

    primary: Names = Field(default=(), max_length=MOST_PRIMARY)
    covariates: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    subgroups: tuple[str, ...] = ()
    arms: str | None = None
    phase: str | tuple[str, ...] | None = None
    arms_drawn_by_lot: bool = False
    outcomes: tuple[Item, ...] = ()
    alpha: float = Field(default=0.05, gt=0, le=0.2)
    population: dict[str, tuple[str | float, ...]] = Field(default={})
    unknown_predictors: Literal["keep", "complete"] | None = None
    final: date | None = None
    registered: str | None = None

    @property
    def is_declared(self) -> bool:
        """Whether the plan has the table at all."""
        return bool(self.model_fields_set)

    @property
    def phases(self) -> tuple[str, ...]:
        """The treatments before and during which days are compared; empty where the study's only one is meant."""
        return (self.phase,) if isinstance(self.phase, str) else self.phase or ()

    @model_validator(mode="after")
    def _names_a_question(self) -> AnalysisPlan:
        unknown = [name for name in self.primary if name not in (*EXPOSURES, ARM)]
        if unknown:
            raise ValueError(f"primary: {unknown[0]!r} is not known; write one of: {', '.join((*EXPOSURES, ARM))}")
        if ARM in self.primary and len(self.primary) > 1:
            raise ValueError("primary: the contrast of arms is primary alone; exposures are then secondary")
        if ARM in self.primary and self.arms is None:
            raise ValueError('primary = "arm" needs arms, the variable that says who was in which arm')
        if self.arms_drawn_by_lot and self.arms is None:
            raise ValueError("arms_drawn_by_lot needs arms, the variable that says who was in which arm")
        for key in ("primary", "covariates", "moderators", "subgroups", "outcomes"):
            names = getattr(self, key)
            if len(set(names)) < len(names):
                raise ValueError(f"{key}: a name is there twice; keep one of them")
        return self


class ModelPlan(PlanTable):
    """``[[models]]``: a further model, as a formula, with the columns that differ between participants.

    ``random`` is by default every column of days whose effect the formula tests.
    """

    formula: str
    random: str | None = None
    name: str | None = None

    @property
    def parsed(self) -> Formula:
        """The formula, read."""
        return parse_formula(self.formula)

    @property
    def random_columns(self) -> tuple[str, ...]:
        """The columns with a slope of each participant."""
        return parse_random(self.random) if self.random is not None else self.parsed.tested_within

    @model_validator(mode="after")
    def _can_be_tested(self) -> ModelPlan:
        if not self.parsed.tested_within:
            raise ValueError(
                f"{self.formula!r} tests nothing that differs from day to day; add a column such as sleep_within, "
                "steps_within or phase, or multiply one by a variable"
            )
        fixed = [name for name in self.parsed.tested_within if name not in self.random_columns]
        if fixed:
            raise ValueError(
                f"{self.formula!r}: {fixed[0]} is tested, so it needs a slope of each participant; write random = "
                f'"~ {" + ".join((*self.random_columns, *fixed))}". Without it, chance alone is reported as an effect '
                "in about one study of four"
            )
        return self


def check_analysis(
    analysis: AnalysisPlan, models: Sequence[ModelPlan], variables: Mapping[str, VariablePlan], outcome: str
) -> None:
    """Check that the analysis names only what the plan declares.

    Raises
    ------
    ValueError
        Naming the key and what it may be.
    """
    _check_variables_named(analysis, variables)
    _check_population(analysis.population, variables)
    if outcome in analysis.outcomes:
        raise ValueError(f"analysis.outcomes: {outcome} is the outcome of the plan already; list only others")
    names = [model.name or model.formula for model in models]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"models: two are called {twice[0]!r}; give each a name of its own")
    allowed = {*WITHIN, PHASE, *CALENDAR, *variables} | ({ARM} if analysis.arms else set())
    for model in models:
        _check_model(model, allowed, {outcome, *analysis.outcomes})


def _check_variables_named(analysis: AnalysisPlan, variables: Mapping[str, VariablePlan]) -> None:
    named = {
        "covariates": analysis.covariates,
        "moderators": analysis.moderators,
        "subgroups": analysis.subgroups,
        "arms": (analysis.arms,) if analysis.arms else (),
    }
    for key, names in named.items():
        for name in names:
            if name not in variables:
                raise ValueError(f"analysis.{key}: {name} is not declared; add a table [variables.{name}]")
            if variables[name].identifying:
                raise ValueError(f"analysis.{key}: {name} is identifying, and never enters a model; remove it")
    without_levels = [name for name in analysis.subgroups if not variables[name].has_levels]
    if without_levels:
        raise ValueError(
            f"analysis.subgroups: {without_levels[0]} is a number; list it in moderators, or declare one with levels"
        )
    if analysis.arms and variables[analysis.arms].kind != "categorical":
        raise ValueError(f'analysis.arms: {analysis.arms} needs kind = "categorical" and its levels')
    if analysis.arms and analysis.arms != ARM and ARM in variables:
        raise ValueError(f"analysis.arms: {analysis.arms} is the arm, so no other variable can be named {ARM}")
    if analysis.arms in (*analysis.moderators, *analysis.subgroups):
        raise ValueError(f"analysis: {analysis.arms} is the arm; remove it from moderators and subgroups")


def _check_population(population: Mapping[str, tuple[str | float, ...]], variables: Mapping[str, VariablePlan]) -> None:
    for name, allowed in population.items():
        if name not in variables:
            raise ValueError(f"analysis.population: {name} is not declared; add a table [variables.{name}]")
        levels = variables[name].levels
        words = [value for value in allowed if isinstance(value, str)]
        is_possible = set(allowed) <= set(levels) if levels else not words and len(allowed) == 2
        if not is_possible or not allowed:
            wanted = f"some of {', '.join(levels)}" if levels else "[lowest, highest]"
            raise ValueError(f"analysis.population: {name} must be {wanted}")


def _check_model(model: ModelPlan, allowed: Collection[str], outcomes: Collection[str]) -> None:
    formula = model.parsed
    if formula.outcome not in outcomes:
        raise ValueError(
            f"models: {model.formula!r} explains {formula.outcome}, which the plan does not; write one of: "
            + ", ".join(sorted(outcomes))
        )
    for name in (*formula.columns, *model.random_columns):
        if name in outcomes:
            raise ValueError(f"models: {model.formula!r}: {name} is an outcome; a model cannot explain it by itself")
        if name not in allowed:
            raise ValueError(
                f"models: {model.formula!r}: {name} is not known; write one of: {', '.join(sorted(allowed))}, or "
                f"declare it in [variables.{name}]"
            )
    products_of_days = [pair for pair in formula.products if all(name in OF_DAYS for name in pair)]
    if products_of_days:
        raise ValueError(
            f"models: {model.formula!r}: a product of two columns of days is not offered; multiply one by a variable"
        )
