"""Whether an exposure's effect differs with a baseline variable: product terms beside participants' own slopes.

A product is tested only where participants have their own random slope of the exposure: without it 26-30 % of tests
find a difference where there is none (docs/method/cohort.md, moderators).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal

from painstats.cohort.models.average import notes_of
from painstats.cohort.models.cohort_days import CohortDays, within_columns
from painstats.cohort.models.cohort_model import CohortModel, Effect, Fitted, JointTest, fitted_model, p_of_both
from painstats.cohort.models.levels import Levels, check_not_the_same, check_varies, checked_levels
from painstats.cohort.models.own_values import Welch, own_slopes, welch
from painstats.cohort.models.variable import Variable, columns_of, known_rows
from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm.engine.rows import ModelRows, column_positions
from painstats.questions.daily.averages import holm
from painstats.questions.daily.guarded import with_columns

ALPHA = 0.05
DESCRIBED = "a level has fewer than five participants: slopes are described, and nothing is tested"
AVERAGE_SLOPE = "average slope"


def product(exposure: str, column: str) -> str:
    """Return the name of the column that is a product of two."""
    return f"{exposure} x {column}"


def moderator_model(
    days: CohortDays,
    rows: ModelRows,
    variable: Variable,
    enrolled: Sequence[str],
    others: Sequence[Variable] = (),
    kind: Literal["moderator", "subgroups"] = "moderator",
) -> CohortModel:
    """Estimate how an exposure's slope differs with a variable, and the slope of each level.

    Two levels are compared by the product term and by Welch's test of participants' own slopes; ``p`` is the larger of
    the two, and 1 where they differ in direction. Several levels are first tested jointly, by F; their pairs follow, by
    Holm's rule, where that p is below 0.05. A continuous or ordinal variable has one product term.

    Parameters
    ----------
    days
        The days and the exposure.
    rows
        Of the primary model.
    variable
        The moderator.
    enrolled
        All participants of the study, for messages about lost levels.
    others
        Other variables with levels: the moderator must not divide the participants as one of them does.
    kind
        What the plan calls it: subgroups are levels of a categorical variable.

    Raises
    ------
    DesignRefused
        If the participants do not allow it; the message names the variable and the level.
    PainstatsError
        If participants have no random slope of the exposure.
    """
    exposure = days.exposure.within
    require_random_slope(exposure, rows.random)
    levels = check_moderator(variable, rows, enrolled, others, days.design.rules.min_days_in_model)
    rows = known_rows(rows, [variable])
    columns = columns_of(variable, rows)
    slope = rows.X[:, column_positions([exposure], rows.names)[0]]
    products = {product(exposure, name): slope * values for name, values in columns.items()}
    fitted = fitted_model(with_columns(rows, columns | products), days.guards)
    if levels is None:
        return _of_scores(variable, kind, exposure, fitted)
    return _of_levels(levels, variable, kind, days, fitted)


def require_random_slope(exposure: str, random: Sequence[str]) -> None:
    """Refuse to test a column within participants of which they have no random slope."""
    if exposure not in random:
        raise PainstatsError(
            f"{exposure} is tested without a random slope, which finds differences where there are none in a quarter "
            f'of studies; write random = "~ {exposure}"'
        )


def check_moderator(
    variable: Variable, rows: ModelRows, enrolled: Sequence[str], others: Sequence[Variable], least_days: int
) -> Levels | None:
    """Check that participants differ in a variable; return its levels, None for one with scores."""
    analysed = set(map(str, rows.participant))
    if variable.kind != "categorical":
        check_varies(variable.name, {who: variable.score(who) for who in variable.values}, analysed)
        return None
    of = {who: variable.level_of(who) for who in enrolled}
    levels = checked_levels(variable.name, variable.ordered_levels, of, analysed, least_days)
    same = {each.name: {who: each.level_of(who) for who in enrolled} for each in others if each.levels}
    check_not_the_same(variable.name, of, same, analysed)
    return levels


def _of_scores(variable: Variable, kind: str, exposure: str, fitted: Fitted) -> CohortModel:
    name = product(exposure, variable.name)
    slope, difference = fitted.effects({AVERAGE_SLOPE: {exposure: 1.0}, name: {name: 1.0}})
    return _result(variable, kind, (slope, difference), (), difference.p, fitted)


def _of_levels(levels: Levels, variable: Variable, kind: str, days: CohortDays, fitted: Fitted) -> CohortModel:
    exposure = days.exposure.within
    of_level = _slopes(levels, variable, exposure)
    slopes = _with_counts(
        fitted.effects(of_level, is_tested=False), dict(zip(levels.names, levels.counts, strict=True))
    )
    (mean,) = fitted.effects({AVERAGE_SLOPE: _average(of_level)})
    if not levels.is_tested:
        differences = fitted.effects(_differences(of_level, levels.names[:1]), is_tested=False)
        return _result(variable, kind, (mean, *slopes, *differences), (), None, fitted, (DESCRIBED,))
    if len(levels.names) == 2:
        (difference,) = fitted.effects(_differences(of_level, levels.names[:1]))
        own = _own_difference(levels, variable, days, fitted)
        p = p_of_both(difference, own)
        return _result(variable, kind, (mean, *slopes, difference), (), p, fitted, own=own)
    test = fitted.joint_test(variable.name, [product(exposure, variable.column(name)) for name in levels.names[1:]])
    pairs = _pairs(of_level, fitted) if test.p < ALPHA else ()
    return _result(variable, kind, (mean, *slopes, *pairs), (test,), test.p, fitted)


def _slopes(levels: Levels, variable: Variable, exposure: str) -> dict[str, dict[str, float]]:
    """Return the weights of each level's slope: that of the reference, plus the level's product."""
    reference, *rest = levels.names
    slopes = {reference: {exposure: 1.0}}
    return slopes | {name: {exposure: 1.0, product(exposure, variable.column(name)): 1.0} for name in rest}


def _average(slopes: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the weights of the mean over levels, each counting the same."""
    columns = dict.fromkeys(name for each in slopes.values() for name in each)
    return {name: sum(each.get(name, 0.0) for each in slopes.values()) / len(slopes) for name in columns}


def _differences(slopes: Mapping[str, Mapping[str, float]], of: Sequence[str]) -> dict[str, dict[str, float]]:
    """Return the weights of each slope less that of the levels in ``of``."""
    return {
        f"{one} less {other}": {
            name: slopes[one].get(name, 0.0) - slopes[other].get(name, 0.0) for name in {**slopes[one], **slopes[other]}
        }
        for other in of
        for one in slopes
        if one != other
    }


def _pairs(slopes: Mapping[str, Mapping[str, float]], fitted: Fitted) -> tuple[Effect, ...]:
    """Compare all pairs of levels, with p values by Holm's rule."""
    contrasts: dict[str, dict[str, float]] = {}
    for other, one in combinations(slopes, 2):
        contrasts |= _differences({one: slopes[one], other: slopes[other]}, [other])
    effects = fitted.effects(contrasts)
    adjusted = holm([effect.p or 0.0 for effect in effects])
    return tuple(replace(effect, p=p) for effect, p in zip(effects, adjusted, strict=True))


def _with_counts(effects: Sequence[Effect], counts: Mapping[str, int]) -> tuple[Effect, ...]:
    return tuple(replace(effect, participants=counts[effect.name]) for effect in effects)


def _own_difference(levels: Levels, variable: Variable, days: CohortDays, fitted: Fitted) -> Welch | None:
    """Compare the own slopes of two levels; None where too few participants have one."""
    slopes = own_slopes(fitted.rows, days.exposure.within, within_columns(fitted.rows, days.exposure))
    reference, other = levels.names
    of = {
        name: {who: slope for who, slope in slopes.items() if variable.level_of(who) == name} for name in levels.names
    }
    try:
        return welch(of[other], of[reference], (other, reference))
    except NotEnoughData:
        return None


def _result(
    variable: Variable,
    kind: str,
    effects: tuple[Effect, ...],
    tests: tuple[JointTest, ...],
    p: float | None,
    fitted: Fitted,
    notes: tuple[str, ...] = (),
    own: Welch | None = None,
) -> CohortModel:
    return CohortModel(
        name=f"{kind} {variable.name}",
        kind=kind,
        effects=effects,
        tests=tests,
        p=p,
        participants=fitted.participants,
        days=fitted.fit.n_rows,
        notes=(*notes, *notes_of(fitted)),
        own=(own,) if own else (),
        p_of_both={own.contrast: p} if own and p is not None else {},
        fitted=fitted,
    )
