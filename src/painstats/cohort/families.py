"""Several questions at once: families that are judged together, each with its number of questions.

The primary question is in no family. All others are, by what they are about: outcomes, moderators, subgroups, models of
the plan (docs/method/cohort.md, families). Sensitivity analyses are in none, and no finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from painstats.questions.exploratory.family import LARGEST_Q, benjamini_hochberg


@dataclass(frozen=True, slots=True)
class Family:
    """Questions that are judged together.

    Parameters
    ----------
    name
        Such as ``moderators``.
    questions
        Names of the questions, in order.
    p, q
        Of each question: its p value, and that adjusted for the size of the family.
    """

    name: str
    questions: tuple[str, ...]
    p: tuple[float, ...]
    q: tuple[float, ...]

    @property
    def size(self) -> int:
        """How many questions are in the family."""
        return len(self.questions)

    def is_confirmed(self, question: str) -> bool:
        """Whether a question is below the false discovery rate of the family."""
        return self.q[self.questions.index(question)] < LARGEST_Q


def family(name: str, tests: Mapping[str, float]) -> Family:
    """Return a family from the p value of each question, adjusted by Benjamini and Hochberg."""
    p = tuple(tests.values())
    return Family(name, tuple(tests), p, tuple(benjamini_hochberg(p).tolist()))
