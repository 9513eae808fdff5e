"""Pages without what two studies never share: when their plans were declared and their runs were made."""

from __future__ import annotations

import re

LEDGER = re.compile(
    rb'<tr>(?:(?!</tr>).)*(?:Record of the plan|Head of the plan ledger).*?</tr>|<p class="provenance">.*?</p>',
    re.DOTALL,
)


def without_ledger(page: bytes) -> bytes:
    """Return a page without its rows and lines about the plan ledger."""
    return LEDGER.sub(b"", page)
