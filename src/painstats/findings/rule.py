"""The verdict rule: from the evidence at each look to a sign that holds, or none (docs/method/verdict.md).

The rule has no memory but the looks themselves: it starts from the first one each time, so that a study that runs every
night and one that runs once give the same verdicts, and corrected days correct them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from painstats.questions.look import Look
from painstats.questions.verdict import Verdict

KEEP_Z = 1.6448536269514722
"""A sign is withdrawn if z in its direction falls below this: the 90% interval of all days contains zero."""

Why = Literal["not_confirmed", "days_disagree"]
"""``not_confirmed``: a sign of an earlier look no longer differs clearly from zero. ``days_disagree``: the ranges of
two looks have no point in common."""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A sign that was withdrawn: the look that had reported it, the one that withdrew it, and why."""

    since: Look
    at: Look
    why: Why


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a question after a look.

    Parameters
    ----------
    look
        The look.
    sign
        1 for a higher outcome, -1 for a lower one, 0 for neither.
    low, high
        The range: that of the look, cut with those of earlier looks; outcome points per unit.
    since
        The look at which the sign was first reported; None without one.
    withdrawal
        The last sign that was withdrawn; None if none was.
    """

    look: Look
    sign: int = 0
    low: float = -math.inf
    high: float = math.inf
    since: Look | None = None
    withdrawal: Withdrawal | None = None

    @property
    def is_small(self) -> bool:
        """Whether the whole range is smaller than what matters."""
        return max(abs(self.low), abs(self.high)) < self.look.smallest_effect

    @property
    def verdict(self) -> Verdict:
        """What the looks on this basis say."""
        if self.sign:
            return Verdict.HIGHER if self.sign > 0 else Verdict.LOWER
        return Verdict.AT_MOST_SMALL if self.is_small else Verdict.NOT_DETERMINED


States = Mapping[str, State]
"""Question to its state."""


def judge(family: Mapping[str, Sequence[Look]]) -> dict[str, tuple[State, ...]]:
    """Apply the rule to the looks of a family of questions.

    Parameters
    ----------
    family
        Question to its looks, in order. All confirmatory questions of a participant on their own days are a family,
        and so are those pooled, and those of the averages. A question that may not be judged at a look has none there.

    Returns
    -------
    Question to its states, one for each of its looks.
    """
    states: dict[str, list[State]] = {question: [] for question in family}
    latest: dict[str, State] = {}
    for number in sorted({look.when.number for looks in family.values() for look in looks}):
        here = {question: look for question, looks in family.items() for look in looks if look.when.number == number}
        latest |= _after_look(latest, here)
        for question in here:
            states[question].append(latest[question])
    return {question: tuple(found) for question, found in states.items()}


def _after_look(before: States, here: Mapping[str, Look]) -> dict[str, State]:
    """Return the states of the questions that are judged at a look."""
    kept = {question: _kept(before.get(question), look) for question, look in here.items()}
    elsewhere = sum(state.sign != 0 for question, state in before.items() if question not in here)
    told = _with_new_signs(kept, elsewhere)
    return {question: _with_range(state, _sharing(told, question, elsewhere)) for question, state in told.items()}


def _kept(before: State | None, look: Look) -> State:
    """Carry a state to the next look; a sign that is no longer clear is withdrawn, and its range starts again."""
    if before is None:
        return State(look)
    if before.sign and before.sign * look.z < KEEP_Z:
        return State(look, withdrawal=_withdrawal(before, look, "not_confirmed"))
    return replace(before, look=look)


def _with_new_signs(states: States, elsewhere: int) -> States:
    """Report signs until none is added (Holm 1979): each one leaves its share of the chance to the others."""
    while new := {
        question: replace(state, sign=1 if state.look.z > 0 else -1, since=state.look)
        for question, state in states.items()
        if not state.sign and abs(state.look.z) > state.look.limits[_sharing(states, question, elsewhere) - 1]
    }:
        states = {**states, **new}
    return states


def _sharing(states: States, question: str, elsewhere: int) -> int:
    """Return how many questions share the chance of a false sign with one: all without a sign, itself among them."""
    others = elsewhere + sum(state.sign != 0 for name, state in states.items() if name != question)
    return max(len(states[question].look.limits) - others, 1)


def _with_range(state: State, sharing: int) -> State:
    """Cut the range with that of the look; where they have no point in common, the look starts a new one."""
    low, high = state.look.lows[sharing - 1], state.look.highs[sharing - 1]
    cut = replace(state, low=max(state.low, low), high=min(state.high, high))
    if cut.low <= cut.high:
        return cut
    sign = 1 if low > 0 else -1 if high < 0 else 0
    since = state.since if sign == state.sign else state.look if sign else None
    withdrawal = state.withdrawal if sign == state.sign else _withdrawal(state, state.look, "days_disagree")
    return State(state.look, sign, low, high, since, withdrawal)


def _withdrawal(state: State, at: Look, why: Why) -> Withdrawal | None:
    """Describe the end of a state's sign; without a sign, return its last withdrawal."""
    return Withdrawal(state.since, at, why) if state.since else state.withdrawal
