"""What painstats must know about a kind of question; the registry has one of these for each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from painstats.plan.study import Study
from painstats.questions.evidence import Evidence
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding, Judged
from painstats.questions.exploratory.label import contrast_label
from painstats.questions.exploratory.look_of import LookOf, last_own_look
from painstats.questions.phrases import EffectChart, Phrases
from painstats.questions.question import Outcome, Question
from painstats.store.connection import Store

if TYPE_CHECKING:  # it needs the daily kind, which needs this module
    from painstats.questions.exploratory.own_days import OwnDays

Say = Callable[[str], None]

AskedWhen = Literal["always", "standard", "listed"]
"""Beside the daily questions of any plan; where a plan lists no questions; or only where it lists this one."""

AskedT = TypeVar("AskedT")
OwnT = TypeVar("OwnT")


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


@dataclass(frozen=True, slots=True)
class ExploratoryKind(Generic[AskedT, OwnT]):
    """A kind of question whose answers are patterns to watch: one folder with its columns, fit, words and chart.

    Its contrasts are kept in ``contrast_finding``, and their averages in ``contrast_average``. They never change an
    answer of another kind, except that a participant's link that changed has no single answer,
    nor exercise whose kinds differ.

    Parameters
    ----------
    name
        As in ``kind = "…"`` of ``study.toml``.
    asked_when
        Which plans ask it.
    ask
        What the ``[[questions]]`` tables of this kind ask, from their keys; one empty table where it lists none.
        Raises pydantic's ValidationError for a wrong key.
    own
        Fits one participant's days until a look. May load statistics; never raises for odd data.
    judge
        Turns the fits of all participants into findings and averages.
    cards
        What a participant reads, from their findings of this kind in the order of ``judge``; often one card or none.
    looks
        When verdicts may change; by default at the plan's looks.
    label
        What researchers read for an exposure and a contrast: "steps, later".
    """

    name: str
    asked_when: AskedWhen
    ask: Callable[[Sequence[Mapping[str, object]]], AskedT]
    own: Callable[[OwnDays, AskedT], OwnT]
    judge: Callable[[Sequence[OwnT], AskedT, Study], Judged]
    cards: Callable[[Sequence[ContrastFinding], Outcome], Sequence[ExploratoryCard]]
    looks: LookOf = last_own_look
    label: Callable[[str, str], str] = contrast_label
