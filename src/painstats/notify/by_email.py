"""Notify by e-mail through an SMTP server."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage

from painstats.errors import StudyError
from painstats.notify.digest import Digest
from painstats.notify.local_network import local_address
from painstats.plan.nightly import EmailPlan

LONGEST_S = 30


def send_email(plan: EmailPlan, digest: Digest) -> None:
    """Send a message; unencrypted only to a server on this machine's network.

    Raises
    ------
    StudyError
        The server is elsewhere and the plan asks for no encryption, or the variable with the password is not set.
    OSError, smtplib.SMTPException
        The server cannot be reached, or refused the message.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = plan.sender, ", ".join(plan.to), digest.subject
    message.set_content(digest.text)
    with _connected(plan) as server:
        if plan.encryption == "starttls":
            server.starttls(context=ssl.create_default_context())
        if plan.user:
            server.login(plan.user, _password(plan))
        server.send_message(message)


def _connected(plan: EmailPlan) -> smtplib.SMTP:
    if plan.encryption == "tls":
        return smtplib.SMTP_SSL(plan.server, plan.port, timeout=LONGEST_S, context=ssl.create_default_context())
    host = local_address(plan.server, plan.port, "server of the e-mail") if plan.encryption == "none" else plan.server
    return smtplib.SMTP(host, plan.port, timeout=LONGEST_S)


def _password(plan: EmailPlan) -> str:
    try:
        return os.environ[plan.password_variable]
    except KeyError:
        raise StudyError(
            f"the e-mail under [notify] needs a password; set the environment variable {plan.password_variable}"
        ) from None
