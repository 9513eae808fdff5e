"""The only trace that a forgotten person leaves: a keyed hash of their id, so that their rows are not let in again.

The key lies beside the database, not in it: a hash without one could be reversed by trying ids.
"""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256

from painstats.plan.study import Study

KEY_FILE = ".painstats.key"
KEY_BYTES = 32


def participant_hash(study: Study, participant_id: str) -> str:
    """Return the HMAC-SHA-256 of a participant id under the study's own key, which is made when first needed."""
    return hmac.new(_key(study), participant_id.encode(), sha256).hexdigest()


def _key(study: Study) -> bytes:
    path = study.folder / KEY_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
    return path.read_bytes()
