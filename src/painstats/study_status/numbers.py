"""The numbers by which logs and notifications name participants: no id leaves the study."""

from __future__ import annotations

from collections.abc import Mapping

from painstats.intake.inbox import participant_folders
from painstats.store import Store
from painstats.store.ledger import stored_participants


def participant_numbers(store: Store) -> Mapping[str, int]:
    """Return the number of each participant with data or a folder in the inbox, from 1 in the order of their ids.

    A participant who joins can raise the numbers of those who follow; ``painstats status`` lists them.
    """
    folders = participant_folders(store.study) if store.study.inbox.is_dir() else []
    known = sorted(stored_participants(store).union(folders))
    return {participant: number for number, participant in enumerate(known, start=1)}
