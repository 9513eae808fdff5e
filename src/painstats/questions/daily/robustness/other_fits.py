"""The estimates of other fits that were made anyway: without guard columns, with other participant-specific effects."""

from __future__ import annotations

from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, results_of, slopes_of


def without_guard(reanalysis: Reanalysis) -> list[CheckResult]:
    """Give the slopes of the fit without guard columns; nothing where there are none."""
    if reanalysis.mixed is None or not reanalysis.guards:
        return []
    return results_of(reanalysis, "without_guard", slopes_of(reanalysis, reanalysis.mixed.unguarded))


def other_spread(reanalysis: Reanalysis) -> list[CheckResult]:
    """Give the slopes of the neighbour of a singular fit (``mixed_analysis``); nothing where there is none."""
    if reanalysis.mixed is None or reanalysis.mixed.neighbour is None:
        return []
    neighbour = reanalysis.mixed.neighbour
    check = "simpler_spread" if neighbour.is_simpler else "fuller_spread"
    return results_of(reanalysis, check, slopes_of(reanalysis, neighbour.table))
