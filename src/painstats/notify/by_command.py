"""Notify by a command of the operator's own: it gets the message on standard input."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from painstats.notify.digest import Digest

LONGEST_S = 60


def run_command(command: Sequence[str], digest: Digest) -> None:
    """Run a command without a shell; ``PAINSTATS_SUBJECT`` and ``PAINSTATS_STATE`` are in its environment.

    Raises
    ------
    OSError
        It cannot be started.
    subprocess.SubprocessError
        It ended with another exit code than 0, or took longer than a minute and was killed.
    """
    environment = os.environ | {"PAINSTATS_SUBJECT": digest.subject, "PAINSTATS_STATE": digest.state}
    subprocess.run(
        list(command), input=digest.text, env=environment, text=True, check=True, timeout=LONGEST_S,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
