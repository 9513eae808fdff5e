"""Decide who owns a file in the inbox: the participant whom its folder names, or the study's only participant."""

from __future__ import annotations

from painstats.intake.inbox import participant_folders
from painstats.intake.inbox_file import InboxFile
from painstats.store import Store
from painstats.store.ledger import has_participants

SOLE_PARTICIPANT = "me"


def owner_of(store: Store, file: InboxFile) -> str | None:
    """Return the participant who owns a file; None where only the file itself can say."""
    return file.participant_id or _sole_participant(store)


def _sole_participant(store: Store) -> str | None:
    """Return the owner of files directly in the inbox; None if it cannot be determined.

    It is the only declared participant, or the user, in a study that has never had another participant: not in its
    inbox, not in its ledger, and none whose data was deleted. A shard cannot know this, so its files
    must name their participants.
    """
    if store.study.shard:
        return None
    declared = set(store.study.plan.participants)
    sole = next(iter(declared)) if len(declared) == 1 else SOLE_PARTICIPANT
    folders = set(participant_folders(store.study))
    return None if (declared | folders) - {sole} or has_participants(store, sole) else sole
