"""What happens to the answers if something is decided otherwise: the robustness set, one row for each check.

The checks are those that ``docs/method.md`` names. Each is made for every predictor that was answered for, from the
same basis as the answer; one that cannot be made gives a row that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from painstats.errors import PainstatsError
from painstats.questions.daily.robustness.changed_columns import curved_sleep, detrended, earlier_days
from painstats.questions.daily.robustness.changed_rows import first_days_removed, lagged_outcome
from painstats.questions.daily.robustness.huber import days_held_back
from painstats.questions.daily.robustness.leave_one_out import one_person_out
from painstats.questions.daily.robustness.other_random_effects import other_spread
from painstats.questions.daily.robustness.other_tests import days_shifted, people_resampled, robust_errors
from painstats.questions.daily.robustness.ranked_scores import ranked_scores
from painstats.questions.daily.robustness.reanalysis import Basis, Found, Question, Slope

Check = Callable[[Question], Sequence[Found]]

CHECKS: Mapping[str, Check] = {
    "people_resampled": people_resampled,
    "robust_errors": robust_errors,
    "one_person_out": one_person_out,
    "days_shifted": days_shifted,
    "days_held_back": days_held_back,
    "ranked_scores": ranked_scores,
    "detrended": detrended,
    "lagged_outcome": lagged_outcome,
    "earlier_days": earlier_days,
    "first_days_removed": first_days_removed,
    "curved_sleep": curved_sleep,
    "other_spread": other_spread,
}
"""The checks, in the order in which they are told."""

OF_ONE_PERSON = frozenset(CHECKS) - {"people_resampled", "robust_errors", "one_person_out", "other_spread"}
"""Those that make sense for one person alone."""


def robustness_rows(question: Question, model: str) -> list[dict[str, Any]]:
    """Make every check that makes sense; return rows of the table ``robustness`` (``questions/daily/tables.py``).

    Parameters
    ----------
    question
        The answers and what they rest on.
    model
        ``"cohort"``, or the id of the only participant.
    """
    wanted = [name for name in CHECKS if question.basis != "own_days" or name in OF_ONE_PERSON]
    results = [result for name in wanted for result in _made(question, name)]
    return [{"model": model, "position": place, **_row(result)} for place, result in enumerate(results)]


def _made(question: Question, name: str) -> Sequence[Found]:
    try:
        return CHECKS[name](question)
    except PainstatsError as refusal:
        reason = str(refusal)
    except np.linalg.LinAlgError:
        reason = "the model could not be fitted"
    return [Found(name, predictor, Slope(), reason=reason) for predictor in question.answers]


def _row(result: Found) -> dict[str, Any]:
    slope = result.slope
    return {
        "check": result.check,
        "predictor": result.predictor,
        **{name: _known(getattr(slope, name)) for name in ("estimate", "low", "high", "p")},
        "people": result.people,
        "days": result.days,
        "same_answer": result.same_answer,
        "participant_id": result.participant,
        "reason": result.reason,
    }


def _known(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None


__all__ = ["CHECKS", "OF_ONE_PERSON", "Basis", "Found", "Question", "Slope", "robustness_rows"]
