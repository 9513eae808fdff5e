"""Personal and cohort reports: figures, tables and words in self-contained pages."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from painstats.reports.write import write_reports

__all__ = ["write_reports"]


def __getattr__(name: str) -> object:
    """Import what writes reports when it is first used, so that single pages need no charts."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.write"), name)
