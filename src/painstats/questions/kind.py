"""What painstats must know about a kind of question; the registry has one of these for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from painstats.questions.evidence import Evidence
from painstats.questions.phrases import EffectChart, Phrases
from painstats.questions.question import Outcome, Question
from painstats.store.connection import Store

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class KindFitted:
    """What was fitted for the questions of one kind: how many participants have enough days, and how many models."""

    participants: int
    models: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question and its parts. Only ``fit`` may load statistics, and only when it is called.

    Parameters
    ----------
    name
        As in ``kind = "…"`` of ``study.toml``.
    ask
        The questions that one ``[[questions]]`` table of this kind asks, from its keys and the study's outcome.
    fit
        Fits all questions of the kind together, stores its tables and counts what was fitted; receives progress without
        participants' values. Raises NotEnoughData, after storing empty tables, where no participant has enough days.
    judge
        Reads what was fitted and returns the evidence for the verdict rule: for every participant and question, then
        for the averages. Works without any fit too.
    phrases
        What a question's exposure, comparison and outcome are called.
    chart
        What a chart of the question's effects shows.
    """

    name: str
    ask: Callable[[Mapping[str, object], Outcome], Sequence[Question]]
    fit: Callable[[Store, Sequence[Question], Say], KindFitted]
    judge: Callable[[Store, Sequence[Question]], Sequence[Evidence]]
    phrases: Callable[[Question], Phrases]
    chart: Callable[[Question], EffectChart]


@dataclass(frozen=True, slots=True)
class DeclaredKind:
    """A kind of question about what participants declared: a treatment, an experiment. It has tables of its own.

    Its questions are not known from the plan alone, so they have no place in the model frame or among the looks.

    Parameters
    ----------
    name
        As in ``kind = "…"`` of ``study.toml``.
    check
        Refuses unknown keys of the ``[[questions]]`` table of this kind.
    judge
        Judges everything that was declared and stores the kind's tables.
    clear
        Stores the kind's tables without rows, where the plan does not ask it.
    """

    name: str
    check: Callable[[Mapping[str, object]], None]
    judge: Callable[[Store], None]
    clear: Callable[[Store], None]
