"""The known participants: an id that only looks different from a known one is refused, in any file or folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from painstats.archive.entries import shown
from painstats.errors import ExportRefused, StudyError
from painstats.intake.inbox import participant_folders
from painstats.parsing.participant_ids import folded
from painstats.plan.study import Study
from painstats.store import Store
from painstats.store.ledger import stored_participants

HOW = "only in capitals, spaces or how accents are encoded"
ADVICE = "use one spelling if both are the same participant; otherwise give one of them a more distinct name"


@dataclass(slots=True)
class KnownParticipants:
    """Participants of the plan, the database and the inbox folders, by their ids without capitals, spaces and accents.

    ``certain`` are those of the plan and the database. Of two folders that look alike both are refused while neither is
    certain: which one is read first must not decide.
    """

    certain: set[str] = field(default_factory=set)
    by_look: dict[str, set[str]] = field(default_factory=dict)

    def add(self, ids: Iterable[str], *, are_certain: bool) -> None:
        """Add participants."""
        for participant in ids:
            self.by_look.setdefault(folded(participant), set()).add(participant)
            if are_certain:
                self.certain.add(participant)

    def refuse_alike(self, participant: str) -> None:
        """Refuse a participant whose id only looks different from another's.

        Raises
        ------
        ExportRefused
            ``id_collision``.
        """
        if participant in self.certain:
            return
        others = sorted(self.by_look.get(folded(participant), set()) - {participant})
        if others:
            raise ExportRefused(
                "id_collision",
                f'the participant "{shown(participant)}" differs from "{shown(others[0])}" {HOW}; {ADVICE}',
            )


def known_participants(store: Store) -> KnownParticipants:
    """Return the participants who are known before a run reads anything."""
    known = KnownParticipants()
    known.add({*store.study.plan.participants, *stored_participants(store)}, are_certain=True)
    known.add(participant_folders(store.study), are_certain=False)
    return known


def refuse_alike_in_plan(study: Study) -> None:
    """Refuse a plan with two participants whose ids differ only in how they look.

    Raises
    ------
    StudyError
        Both are named.
    """
    seen: dict[str, str] = {}
    for participant in study.plan.participants:
        other = seen.setdefault(folded(participant), participant)
        if other != participant:
            raise StudyError(f'study.toml: [participants."{participant}"] differs from "{other}" {HOW}; {ADVICE}')
