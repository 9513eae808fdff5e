"""``painstats sources``: the supported formats, and how to export from each app."""

from __future__ import annotations

from painstats.commands.printing import print_json
from painstats.sources import SOURCES


def sources(as_json: bool) -> int:
    """Print every supported format."""
    if as_json:
        fields = ("name", "title", "reads", "how_to_export")
        print_json([{field: getattr(source, field) for field in fields} for source in SOURCES])
        return 0
    for source in SOURCES:
        print(f"{source.title}\n  reads:  {source.reads}\n  export: {source.how_to_export}\n")
    return 0
