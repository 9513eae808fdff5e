"""How the reported estimates change if one decision of the analysis is made differently: one row for each check.

The checks are those that ``docs/method/checks.md`` names. Each is made for every reported estimate, from the same
basis; one that cannot be made gives a row that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from painstats.errors import PainstatsError
from painstats.questions.daily.robustness.changed_columns import curved_sleep, detrended, earlier_days
from painstats.questions.daily.robustness.changed_rows import (
    complete_days,
    enough_steps,
    first_days_removed,
    lagged_outcome,
)
from painstats.questions.daily.robustness.huber import outliers_pulled_in
from painstats.questions.daily.robustness.leave_one_out import one_participant_out
from painstats.questions.daily.robustness.other_fits import other_spread, without_guard
from painstats.questions.daily.robustness.other_tests import days_shifted, participants_resampled, robust_errors
from painstats.questions.daily.robustness.ranked_scores import ranked_scores
from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, Slope
from painstats.questions.daily.tables import RobustnessCheck
from painstats.questions.question import Outcome

Check = Callable[[Reanalysis], Sequence[CheckResult]]

CHECKS: Mapping[str, Check] = {
    "participants_resampled": participants_resampled,
    "robust_errors": robust_errors,
    "one_participant_out": one_participant_out,
    "days_shifted": days_shifted,
    "outliers_pulled_in": outliers_pulled_in,
    "ranked_scores": ranked_scores,
    "detrended": detrended,
    "lagged_outcome": lagged_outcome,
    "earlier_days": earlier_days,
    "first_days_removed": first_days_removed,
    "complete_days": complete_days,
    "enough_steps": enough_steps,
    "without_guard": without_guard,
    "curved_sleep": curved_sleep,
    "other_spread": other_spread,
}
"""The checks, in the order in which they are shown."""

OF_ONE_PARTICIPANT = frozenset(CHECKS) - {
    "participants_resampled",
    "robust_errors",
    "one_participant_out",
    "without_guard",
    "other_spread",
}
"""Those that make sense in a study of one participant."""


def robustness_checks(reanalyses: Sequence[Reanalysis], model: str, outcome: Outcome) -> list[RobustnessCheck]:
    """Make every check that makes sense; return the rows of the table ``robustness``.

    Parameters
    ----------
    reanalyses
        The reported estimates and what they are based on, one for each model.
    model
        ``"cohort"``, or the id of the only participant.
    outcome
        What was explained.
    """
    results = [
        result
        for name in CHECKS
        for reanalysis in reanalyses
        if reanalysis.basis != "own_days" or name in OF_ONE_PARTICIPANT
        for result in _made(reanalysis, name)
    ]
    return [_row(result, model, place, outcome) for place, result in enumerate(results)]


def _made(reanalysis: Reanalysis, name: str) -> Sequence[CheckResult]:
    try:
        return CHECKS[name](reanalysis)
    except PainstatsError as refusal:
        reason = str(refusal)
    except np.linalg.LinAlgError:
        reason = "the model could not be fitted"
    return [CheckResult(name, question, Slope(), reason=reason) for question in reanalysis.reported]


def _row(result: CheckResult, model: str, position: int, outcome: Outcome) -> RobustnessCheck:
    slope = result.slope
    return RobustnessCheck(
        model=model,
        position=position,
        check=result.check,
        question=result.question,
        item=outcome.item,
        site=outcome.site,
        estimate=_known(slope.estimate),
        low=_known(slope.low),
        high=_known(slope.high),
        p=_known(slope.p),
        participants=result.participants,
        days=result.days,
        same_verdict=result.same_verdict,
        participant_id=result.participant,
        reason=result.reason,
    )


def _known(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


__all__ = ["CHECKS", "OF_ONE_PARTICIPANT", "CheckResult", "Reanalysis", "Slope", "robustness_checks"]
