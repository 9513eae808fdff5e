"""The journal of an erasure, written before anything is removed, so that an interrupted erasure can be finished.

It contains the participant's id, and is removed when nothing else does.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from painstats.errors import StorageError
from painstats.plan.study import Study
from painstats.store.durable import remove_durably, write_durably

JOURNAL_FILE = ".painstats.erasure"


@dataclass(frozen=True, slots=True)
class Intent:
    """An erasure that was begun.

    Parameters
    ----------
    participant_id
        The participant to remove.
    contents
        SHA-256 of the exports that belong to this participant alone.
    with_inbox
        Whether exports are removed too; False if only a restored database contained the participant again.
    """

    participant_id: str
    contents: tuple[str, ...] = ()
    with_inbox: bool = True


def write_intent(study: Study, intent: Intent) -> None:
    """Write the journal; when this returns, it is on the disk."""
    write_durably(study.folder / JOURNAL_FILE, json.dumps(asdict(intent)).encode())


def read_intent(study: Study) -> Intent | None:
    """Return the unfinished erasure, None if there is none.

    Raises
    ------
    StorageError
        The journal is damaged.
    """
    path = study.folder / JOURNAL_FILE
    try:
        written = json.loads(path.read_bytes())
        return Intent(str(written["participant_id"]), tuple(written["contents"]), bool(written["with_inbox"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise StorageError(
            f"{path}: damaged; an erasure was interrupted and cannot be finished automatically. "
            "Remove this file and run painstats forget again for the same participant"
        ) from None


def clear_intent(study: Study) -> None:
    """Remove the journal: the erasure is finished."""
    remove_durably(study.folder / JOURNAL_FILE)
