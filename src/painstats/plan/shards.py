"""``[scale]``: into how many databases a study is dealt, and where they are computed (docs/method/scale.md).

None of it changes a result, so it is no part of the hash of the plan.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from painstats.plan.values import PlanTable

RULE = "sha256 of the id in lower case, modulo the number of shards"
"""How participants are dealt; it is recorded with the number of shards."""

LOCAL = "local"
"""The scheduler that is started on this machine, and ends with the run."""

PROTOCOLS = ("tcp://", "tls://")
MOST_SHARDS = 10_000


def _is_reachable(scheduler: str) -> str:
    if scheduler != LOCAL and not scheduler.startswith(PROTOCOLS):
        raise ValueError(f'{scheduler!r} is no scheduler; write "local", or an address such as "tcp://127.0.0.1:8786"')
    return scheduler


class ScalePlan(PlanTable):
    """``[scale]``: the number of shards, and the scheduler that computes them.

    Without ``shards``, a study is dealt by its number of participants when it is first run. Without ``scheduler``,
    processes of this machine compute them without Dask.
    """

    shards: int | None = Field(default=None, ge=1, le=MOST_SHARDS)
    scheduler: Annotated[str, AfterValidator(_is_reachable)] | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """One of the databases of a study.

    Parameters
    ----------
    number
        From 0.
    count
        How many there are.
    """

    number: int
    count: int

    def holds(self, look: str) -> bool:
        """Whether participants of this look are in it.

        Parameters
        ----------
        look
            The id without capitals, and with single spaces: ids that look alike are dealt to the same shard, which
            refuses one of them.
        """
        return shard_of(look, self.count) == self.number


def shard_of(look: str, count: int) -> int:
    """Return the number of the shard to which an id is dealt; it depends on nothing but the id and ``count``."""
    digest = hashlib.sha256(look.encode("utf-8", errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % count
