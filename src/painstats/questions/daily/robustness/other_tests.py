"""Other intervals and tests of the same answers: people resampled, robust errors, days shifted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.participant_bootstrap import participant_bootstrap
from painstats.mixedlm.checks.shift_test import ShiftTest, shift_test, shift_test_over_participants
from painstats.mixedlm.engine.fit import MixedFit, fit_mixed
from painstats.mixedlm.inference.cluster_robust import cluster_robust
from painstats.mixedlm.inference.refit_bootstrap import MIN_PARTICIPANTS_FOR_BOOTSTRAP
from painstats.questions.daily.columns import PHASE, within_people
from painstats.questions.daily.mixed_model import MixedAnalysis
from painstats.questions.daily.robustness.reanalysis import Found, Question, Slope, columns, direction, found, slopes_of

SEED = 20260102
LEVEL = 0.05


def people_resampled(question: Question) -> list[Found]:
    """Draw people with replacement (see ``participant_bootstrap``)."""
    people = question.frame["participant_id"].n_unique()
    if question.basis == "two_stage" and people < MIN_PARTICIPANTS_FOR_BOOTSTRAP:
        raise NotEnoughData(
            f"{people} participants are too few to resample; at least {MIN_PARTICIPANTS_FOR_BOOTSTRAP} are needed"
        )
    drawn = participant_bootstrap(needs_mixed_model(question).fit, seed=SEED)
    intervals = dict(zip(drawn.names, drawn.intervals.tolist(), strict=True))
    slopes = {
        name: Slope(question.answers[name].estimate, *intervals[column]) for name, column in columns(question).items()
    }
    return found(question, "people_resampled", slopes)


def robust_errors(question: Question) -> list[Found]:
    """Test by how people's own scores differ (see ``cluster_robust``)."""
    table = cluster_robust(needs_mixed_model(question).fit)
    return found(question, "robust_errors", slopes_of(question, table))


def days_shifted(question: Question) -> list[Found]:
    """Move the predictor along the days (see ``shift_test``); there is no slope, only how surprising the link is."""
    rows = within_people(question.frame, question.study)
    people = question.frame["participant_id"].n_unique()
    results = []
    for name, column in columns(question).items():
        alone = people == 1
        test = shift_test(rows, column) if alone else shift_test_over_participants(rows, column, seed=SEED)
        same = _same(question.answers[name], test)
        results.append(Found("days_shifted", name, Slope(p=test.p), test.participants, question.frame.height, same))
    return results


def needs_mixed_model(question: Question) -> MixedAnalysis:
    """Return the mixed model.

    Raises
    ------
    NotEnoughData
        If the answers do not come from one.
    """
    if question.mixed is None:
        raise NotEnoughData("the answer does not come from a mixed model")
    return question.mixed


def fit_without_phase(mixed: MixedAnalysis) -> MixedFit | None:
    """Fit the model without the column of phases, which few people may have; None where there is none."""
    if PHASE not in mixed.rows.names:
        return None
    kept = [place for place, name in enumerate(mixed.rows.names) if name != PHASE]
    names = tuple(mixed.rows.names[place] for place in kept)
    return fit_mixed(replace(mixed.rows, X=np.ascontiguousarray(mixed.rows.X[:, kept]), names=names))


def _same(answer: Slope, test: ShiftTest) -> bool:
    seen = 0 if test.p >= LEVEL else int(np.sign(test.correlation))
    return direction(answer) == seen
