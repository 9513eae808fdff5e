"""Whether the participants of one arm changed more than those of another: arm x phase.

pain ~ weekend + phase * arm, with random intercept and phase; sleep and steps are left out, because they may carry the
effect. A difference is determined only if the mixed model and Welch's test of participants' own changes agree: one
common covariance is wrong where only the treated differ in how they change (docs/method/cohort.md, arms).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from painstats.cohort.models.average import notes_of
from painstats.cohort.models.cohort_days import weekend
from painstats.cohort.models.cohort_model import CohortModel, Effect, Fitted, fitted_model, p_of_both
from painstats.cohort.models.levels import DesignRefused, Levels
from painstats.cohort.models.moderators import check_moderator, product
from painstats.cohort.models.own_values import Welch, own_changes, welch
from painstats.cohort.models.variable import Variable, columns_of, known_rows
from painstats.errors import NotEnoughData
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.engine.rows import INTERCEPT, ModelRows, model_rows
from painstats.questions.daily.averages import holm
from painstats.questions.daily.columns import EPOCH_DAYS
from painstats.questions.daily.design import RESIDUALS
from painstats.questions.daily.guarded import with_columns
from painstats.questions.daily.mixed_model import NO_DAYS

PHASE = "phase"
ALPHA = 0.05
ASSIGNED = "arms were drawn by lot: the difference is the effect of being assigned to one of them"
CHANGED_MORE = "arms were not drawn by lot: one changed more than the other, for whatever reason"
DESCRIBED = "an arm has fewer than five participants: changes are described, and nothing is tested"
DISAGREE = "{}: the mixed model and participants' own changes disagree; the difference is not determined"


def arms_model(
    frame: pl.DataFrame,
    phase: str,
    arms: Variable,
    enrolled: Sequence[str],
    *,
    least_days: int,
    drawn_by_lot: bool,
    others: Sequence[Variable] = (),
    residuals: Residuals = RESIDUALS,
) -> CohortModel:
    """Compare how participants of each arm changed with those of the reference arm.

    ``p_of_both`` has for each contrast the larger p of the two tests, by Holm's rule where there are several arms, and
    ``p`` is the smallest of them.

    Parameters
    ----------
    frame
        Days with a score: ``participant_id``, ``date``, ``outcome_score``, ``is_weekend``, and the column of the phase.
    phase
        Name of the column that is 1 from each participant's start on, 0 before, null where it is unknown.
    arms
        The arms, the reference first.
    enrolled
        All participants of the study.
    least_days
        Days that a participant needs.
    drawn_by_lot
        Whether the plan says that arms were drawn by lot.
    others
        Other variables with levels, such as the site.

    Raises
    ------
    DesignRefused
        If the arms cannot be compared; the message says why.
    """
    rows = known_rows(_phase_rows(frame, phase), [arms])
    levels = check_moderator(arms, rows, enrolled, others, least_days)
    if levels is None:
        raise DesignRefused("constant", f"{arms.name} has no levels; declare it as categorical")
    _check_phase(rows, arms, levels)
    columns = columns_of(arms, rows)
    at_phase = rows.X[:, rows.names.index(PHASE)]
    products = {product(PHASE, name): at_phase * values for name, values in columns.items()}
    fitted = fitted_model(with_columns(rows, columns | products), NO_DAYS, residuals)
    changes = own_changes(fitted.rows, at_phase)
    return _result(levels, arms, fitted, changes, ASSIGNED if drawn_by_lot else CHANGED_MORE)


def _phase_rows(frame: pl.DataFrame, phase: str) -> ModelRows:
    known = frame.filter(pl.col(phase).is_not_null())
    values = known[phase].to_numpy().astype(np.float64)
    if values.size == 0 or np.ptp(values) == 0:
        raise DesignRefused(
            "phase_constant", f"{phase} is the same on every day with a score; nothing can change with it"
        )
    return model_rows(
        y=known["outcome_score"].to_numpy(),
        predictors={"weekend": weekend(known).to_numpy(), PHASE: values},
        participant=known["participant_id"].to_numpy(),
        day=known.select(EPOCH_DAYS).to_series().to_numpy(),
        random=[INTERCEPT, PHASE],
    )


def _check_phase(rows: ModelRows, arms: Variable, levels: Levels) -> None:
    """Refuse arms in which every day has the same phase: the product would be the phase, or nothing."""
    at_phase = rows.X[:, rows.names.index(PHASE)]
    arm = np.array([arms.level_of(str(who)) for who in rows.participant])
    for name in levels.names:
        own = at_phase[arm == name]
        if np.ptp(own) == 0:
            when = "after" if own[0] else "before"
            raise DesignRefused(
                "phase_constant",
                f"all days of {arms.name} {name} are {when} the start, so no change of this arm can be estimated; "
                "give the date of the start, or the comparable date, of every participant",
            )


def _result(levels: Levels, arms: Variable, fitted: Fitted, changes: Mapping[str, float], wording: str) -> CohortModel:
    reference, *rest = levels.names
    of_arm = {reference: {PHASE: 1.0}}
    of_arm |= {name: {PHASE: 1.0, product(PHASE, arms.column(name)): 1.0} for name in rest}
    changed = fitted.effects({f"change in {name}": weights for name, weights in of_arm.items()}, is_tested=False)
    described = [replace(each, participants=n) for each, n in zip(changed, levels.counts, strict=True)]
    differences = fitted.effects(
        {f"{name} less {reference}": {product(PHASE, arms.column(name)): 1.0} for name in rest},
        is_tested=levels.is_tested,
    )
    own = tuple(_own_difference(arms, changes, name, reference) for name in rest)
    notes, agreed = [wording, *notes_of(fitted)], dict[str, float]()
    if levels.is_tested:
        pairs = list(zip(differences, own, strict=True))
        notes += [DISAGREE.format(effect.name) for effect, each in pairs if each and _disagree(effect, each)]
        of_both = holm([p_of_both(effect, each) for effect, each in pairs])
        agreed = dict(zip((effect.name for effect in differences), of_both, strict=True))
    else:
        notes.append(DESCRIBED)
    return CohortModel(
        name=f"arms {arms.name}",
        kind="arms",
        effects=(*described, *differences),
        tests=(),
        p=min(agreed.values(), default=None),
        participants=fitted.participants,
        days=fitted.fit.n_rows,
        notes=tuple(notes),
        own=tuple(each for each in own if each),
        p_of_both=agreed,
        fitted=fitted,
    )


def _own_difference(arms: Variable, changes: Mapping[str, float], one: str, reference: str) -> Welch | None:
    of = {
        name: {who: change for who, change in changes.items() if arms.level_of(who) == name}
        for name in (one, reference)
    }
    try:
        return welch(of[one], of[reference], (one, reference))
    except NotEnoughData:
        return None


def _disagree(effect: Effect, own: Welch) -> bool:
    """Whether one of the two tests finds a difference that the other does not, or finds in the other direction."""
    is_found = min(effect.p or 1.0, own.p) < ALPHA
    return is_found and p_of_both(effect, own) >= ALPHA
