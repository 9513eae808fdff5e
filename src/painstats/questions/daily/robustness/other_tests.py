"""Other intervals and tests of the same estimates: participants resampled, robust errors, days shifted."""

from __future__ import annotations

import numpy as np

from painstats.errors import NotEnoughData
from painstats.mixedlm.checks.participant_bootstrap import participant_bootstrap
from painstats.mixedlm.checks.shift_test import ShiftTest, shift_test, shift_test_over_participants
from painstats.mixedlm.inference.cluster_robust import cluster_robust
from painstats.mixedlm.inference.refit_bootstrap import MIN_PARTICIPANTS_FOR_BOOTSTRAP
from painstats.questions.daily.columns import within_participants
from painstats.questions.daily.mixed_model import MixedAnalysis
from painstats.questions.daily.robustness.reanalysis import (
    CheckResult,
    Reanalysis,
    Slope,
    columns,
    direction,
    results_of,
    slopes_of,
)

SEED = 20260102
LEVEL = 0.05


def participants_resampled(reanalysis: Reanalysis) -> list[CheckResult]:
    """Draw participants with replacement (see ``participant_bootstrap``)."""
    participants = reanalysis.frame["participant_id"].n_unique()
    if reanalysis.basis == "two_stage" and participants < MIN_PARTICIPANTS_FOR_BOOTSTRAP:
        raise NotEnoughData(
            f"{participants} participants are too few to resample; at least {MIN_PARTICIPANTS_FOR_BOOTSTRAP} are needed"
        )
    drawn = participant_bootstrap(needs_mixed_model(reanalysis).fit, seed=SEED)
    intervals = dict(zip(drawn.names, drawn.intervals.tolist(), strict=True))
    slopes = {
        name: Slope(reanalysis.reported[name].estimate, *intervals[column])
        for name, column in columns(reanalysis).items()
    }
    return results_of(reanalysis, "participants_resampled", slopes)


def robust_errors(reanalysis: Reanalysis) -> list[CheckResult]:
    """Test by how participants' own score vectors differ (see ``cluster_robust``)."""
    table = cluster_robust(needs_mixed_model(reanalysis).fit)
    return results_of(reanalysis, "robust_errors", slopes_of(reanalysis, table))


def days_shifted(reanalysis: Reanalysis) -> list[CheckResult]:
    """Move the exposure along the days (see ``shift_test``); there is no slope, only how surprising the link is."""
    rows = within_participants(reanalysis.frame, reanalysis.design)
    participants = reanalysis.frame["participant_id"].n_unique()
    results = []
    for name, column in columns(reanalysis).items():
        alone = participants == 1
        test = shift_test(rows, column) if alone else shift_test_over_participants(rows, column, seed=SEED)
        same = _same(reanalysis.reported[name], test)
        results.append(
            CheckResult("days_shifted", name, Slope(p=test.p), test.participants, reanalysis.frame.height, same)
        )
    return results


def needs_mixed_model(reanalysis: Reanalysis) -> MixedAnalysis:
    """Return the mixed model.

    Raises
    ------
    NotEnoughData
        If the estimates do not come from one.
    """
    if reanalysis.mixed is None:
        raise NotEnoughData("the reported estimate does not come from a mixed model")
    return reanalysis.mixed


def _same(reported: Slope, test: ShiftTest) -> bool:
    seen = 0 if test.p >= LEVEL else int(np.sign(test.correlation))
    return direction(reported) == seen
