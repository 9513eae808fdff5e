"""Send a message through every declared channel. A channel that fails is said, and never ends the run."""

from __future__ import annotations

import http.client
import smtplib
import subprocess
from collections.abc import Callable, Iterator

from painstats.errors import StudyError
from painstats.notify.by_command import run_command
from painstats.notify.by_email import send_email
from painstats.notify.by_webhook import post_webhook
from painstats.notify.digest import Digest
from painstats.plan.nightly import NotifyPlan
from painstats.study_status.status import NightState

FAULTS = (OSError, ValueError, http.client.HTTPException, smtplib.SMTPException, subprocess.SubprocessError)
"""What a channel that does not work raises; the texts may hold addresses, and so only the kind is said."""


def notify(plan: NotifyPlan, digest: Digest) -> list[str]:
    """Send a message where the plan wants it.

    Returns
    -------
    A sentence for each channel that failed.
    """
    if plan.when == "problems" and digest.state is NightState.FINISHED:
        return []
    failures = []
    for name, send in _channels(plan):
        try:
            send(digest)
        except StudyError as error:
            failures.append(f"the notification by {name} was not sent: {error}")
        except FAULTS as error:
            failures.append(
                f"the notification by {name} was not sent ({type(error).__name__}); the run itself is complete. "
                "Check [notify] in study.toml"
            )
    return failures


def _channels(plan: NotifyPlan) -> Iterator[tuple[str, Callable[[Digest], None]]]:
    if plan.command:
        yield "command", lambda digest: run_command(plan.command, digest)
    if webhook := plan.webhook:
        yield "webhook", lambda digest: post_webhook(webhook, digest)
    if email := plan.email:
        yield "e-mail", lambda digest: send_email(email, digest)
