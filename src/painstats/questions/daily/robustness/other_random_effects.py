"""The answers where the fit is singular: with other person-specific effects."""

from __future__ import annotations

from painstats.questions.daily.robustness.reanalysis import Found, Question, found, slopes_of


def other_spread(question: Question) -> list[Found]:
    """Give the slopes of the neighbour of a singular fit (``mixed_analysis``); nothing where there is none."""
    if question.mixed is None or question.mixed.neighbour is None:
        return []
    neighbour = question.mixed.neighbour
    check = "simpler_spread" if neighbour.is_simpler else "fuller_spread"
    return found(question, check, slopes_of(question, neighbour.table))
