"""The cards about links that may have changed: one for each exposure."""

from __future__ import annotations

from collections.abc import Sequence

from painstats.questions.change import words as say
from painstats.questions.change.figure import chart
from painstats.questions.change.said import Said, said_of, size_sentences
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding
from painstats.questions.phrases import capital
from painstats.questions.question import Outcome

BOTH = "both"
"""The mark of an answer that points both ways."""


def cards(findings: Sequence[ContrastFinding], outcome: Outcome) -> Sequence[ExploratoryCard]:
    """Return a card for each exposure whose link was judged, from one participant's findings."""
    exposures = dict.fromkeys(finding.exposure for finding in findings)
    every = [
        said_of([finding for finding in findings if finding.exposure == exposure], outcome) for exposure in exposures
    ]
    return tuple(_card(said) for said in every if said is not None)


def _card(said: Said) -> ExploratoryCard:
    exposure, outcome = said.words.exposure, said.words.outcome.label
    name = say.NAME.format(exposure=capital(exposure))
    if said.is_changed:
        entry = say.CHANGED_NOW_LINE if said.differs_now else say.CHANGED_LINE
        return ExploratoryCard(
            name, BOTH, entry.format(exposure=exposure), say.CHANGED,
            (" ".join(map(str, size_sentences(said))),), say.CHANGED_CAUTION, chart(said),
        )  # fmt: skip
    return ExploratoryCard(
        name, "", say.NO_CHANGE_LINE.format(exposure=exposure), say.NO_CHANGE,
        (say.NO_CHANGE_CARD.format(exposure=exposure, outcome=outcome),), say.NO_CHANGE_CAUTION, chart(said),
    )  # fmt: skip
