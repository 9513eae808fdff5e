"""The path kind: what an activity goes with in all, through the night that follows and by other ways, and the reverse.

It describes what goes with what: an order in time, not a chain that has been tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from painstats.plan.study import Study
from painstats.plan.values import PlanTable
from painstats.questions.exploratory.card import ExploratoryCard
from painstats.questions.exploratory.finding import ContrastFinding, Judged
from painstats.questions.kind import ExploratoryKind
from painstats.questions.path.contrasts import NAME
from painstats.questions.path.personal import card
from painstats.questions.path.words import label
from painstats.questions.question import Outcome

if TYPE_CHECKING:  # statistics are loaded where they are used
    from painstats.questions.exploratory.own_days import OwnDays
    from painstats.questions.path.fit import OwnPath


class PathKeys(PlanTable):
    """The keys of ``[[questions]]`` with ``kind = "path"``: none besides the kind."""


def ask(tables: Sequence[Mapping[str, object]]) -> None:
    """Refuse unknown keys of the plan; which paths there are follows from the daily questions."""
    for table in tables:
        PathKeys.model_validate(table)


def own(days: OwnDays, _: None) -> Sequence[OwnPath]:
    """Fit the path of each activity to one participant's days (``fit.py``, which loads scipy)."""
    from painstats.questions.path.fit import own_paths

    return own_paths(days)


def judge(participants: Sequence[Sequence[OwnPath]], _: None, study: Study) -> Judged:
    """Judge every participant's paths, and their averages."""
    from painstats.questions.path.averages import averages
    from painstats.questions.path.judge import findings

    paths = [path for own_paths in participants for path in own_paths]
    least = study.plan.rules.min_people_cohort
    return Judged(tuple(row for own_paths in participants for row in findings(own_paths)), averages(paths, least))


def cards(findings: Sequence[ContrastFinding], outcome: Outcome) -> Sequence[ExploratoryCard]:
    """Return a card for each activity."""
    activities = dict.fromkeys(finding.exposure for finding in findings)
    return tuple(
        card({finding.contrast: finding for finding in findings if finding.exposure == activity}, outcome)
        for activity in activities
    )


PATH = ExploratoryKind(NAME, "always", ask, own, judge, cards, label=label)
