"""The estimates where the fit is singular: with other participant-specific effects."""

from __future__ import annotations

from painstats.questions.daily.robustness.reanalysis import CheckResult, Reanalysis, results_of, slopes_of


def other_spread(reanalysis: Reanalysis) -> list[CheckResult]:
    """Give the slopes of the neighbour of a singular fit (``mixed_analysis``); nothing where there is none."""
    if reanalysis.mixed is None or reanalysis.mixed.neighbour is None:
        return []
    neighbour = reanalysis.mixed.neighbour
    check = "simpler_spread" if neighbour.is_simpler else "fuller_spread"
    return results_of(reanalysis, check, slopes_of(reanalysis, neighbour.table))
