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
