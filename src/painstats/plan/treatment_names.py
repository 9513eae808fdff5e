"""When two names of treatments are the same."""

from __future__ import annotations


def same_name(name: str) -> str:
    """Return a treatment's name as names are compared: without capitals, and without spaces at its ends."""
    return name.strip().casefold()
