"""Pseudonyms of participants: keyed, so that they cannot be computed from ids without the key of the study.

References
----------
docs/method/sharing.md
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from painstats.errors import StudyError
from painstats.store.durable import sync_folder

KEY_FILE = ".painstats.pseudonyms.key"
KEY_BYTES = 32
DIGITS = 10
SHIFTS = 104
"""By how many different numbers of weeks dates are shifted."""

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def pseudonym(key: bytes, participant_id: str) -> str:
    """Return "s" and ten hex digits of HMAC-SHA-256(key, "id|" + id), the id in Unicode's form NFC."""
    text = unicodedata.normalize("NFC", f"id|{participant_id}")
    return "s" + hmac.new(key, text.encode(), sha256).hexdigest()[:DIGITS]


def shift_in_weeks(key: bytes, participant_id: str) -> int:
    """Return by how many weeks a participant's dates are shifted: from -52 to 52, never 0, so that weekdays stay.

    It is n mod 104 less 52, and one more from 0 on; n are the first eight hex digits of HMAC-SHA-256(key, "shift|" +
    id) as a number.
    """
    text = unicodedata.normalize("NFC", f"shift|{participant_id}")
    weeks = int(hmac.new(key, text.encode(), sha256).hexdigest()[:8], 16) % SHIFTS - SHIFTS // 2
    return weeks + 1 if weeks >= 0 else weeks


def pseudonyms(key: bytes, participants: Iterable[str]) -> dict[str, str]:
    """Return participant to pseudonym, in the order of the pseudonyms, which says nothing about the participants.

    Raises
    ------
    StudyError
        Two participants would have the same pseudonym.
    """
    found = {participant: pseudonym(key, participant) for participant in participants}
    if len(set(found.values())) < len(found):
        raise StudyError(
            f"two participants have the same pseudonym; remove {KEY_FILE} so that the next export has a new key"
        )
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def study_key(folder: Path) -> bytes:
    """Return the key of a study; it is made when first needed, and never leaves the folder of the study.

    Raises
    ------
    StudyError
        Other users can read it, or it is damaged.
    """
    path = folder / KEY_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
    if path.stat().st_mode & OPEN_TO_OTHERS:
        raise StudyError(f"{path} can be read by other users; make it private first: chmod 600 {KEY_FILE}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise StudyError(
            f"{path} has {len(key)} bytes instead of {KEY_BYTES}; put the right key back, or remove it: "
            "participants then get new pseudonyms"
        )
    return key
