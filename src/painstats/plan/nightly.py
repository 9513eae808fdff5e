"""``[nightly]`` and ``[notify]`` of ``study.toml``: what the operator of a study is asked to look at, and how.

Nothing here changes a result, so neither table is part of the plan's hash.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from painstats.plan.values import PlanTable


class NightlyPlan(PlanTable):
    """``[nightly]``: when a run counts as failed, and when a participant counts as having stopped.

    ``patience_days`` without valid steps, sleep or a score mean that a participant has stopped sending them, unless the
    study is over (``last_date``) or the participant has ``finished``.
    """

    problems_fail: bool = False
    patience_days: int = Field(default=7, ge=1, le=365)
    last_date: date | None = None
    finished: tuple[str, ...] = ()
    settle_seconds: float = Field(default=2.0, ge=0, le=300)
    inbox_may_be_empty: bool = False


def _address(text: str) -> str:
    """Check an e-mail address well enough that it cannot add a header or a second recipient."""
    name, at, host = text.partition("@")
    if not (name and at and host) or any(sign.isspace() or sign in ",;<>@" for sign in name + host):
        raise ValueError(f"{text!r} is not an e-mail address; write it like study@example.org")
    return text


Address = Annotated[str, AfterValidator(_address)]


class EmailPlan(PlanTable):
    """``[notify.email]``: an e-mail by SMTP.

    The password is in the environment variable that ``password_variable`` names, never in the plan. Without encryption
    only a server on this machine's network is used.
    """

    to: tuple[Address, ...] = Field(min_length=1)
    sender: Address
    server: str = "localhost"
    port: int = Field(default=25, ge=1, le=65535)
    encryption: Literal["none", "starttls", "tls"] = "none"
    user: str | None = None
    password_variable: str = "PAINSTATS_SMTP_PASSWORD"

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> EmailPlan:
        if self.user and self.encryption == "none":
            raise ValueError('user sends a password; write encryption = "starttls" or "tls" as well')
        return self


class NotifyPlan(PlanTable):
    """``[notify]``: whom to tell after a run; ``always`` also if nothing needs attention."""

    when: Literal["problems", "always"] = "problems"
    command: tuple[str, ...] = ()
    webhook: str | None = None
    email: EmailPlan | None = None

    @property
    def is_declared(self) -> bool:
        """Whether there is any channel."""
        return bool(self.command or self.webhook or self.email)
