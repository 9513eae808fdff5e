"""Docstrings say what a function returns in a sentence, without its type; the site shows the annotated type with it."""

from __future__ import annotations

from typing import Any

import griffe


class ReturnsAsSentences(griffe.Extension):
    """Move a sentence under *Returns* from the place of the type to that of the description."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Change the parsed docstring of a function before it is rendered."""
        if func.docstring is None:
            return
        for section in func.docstring.parsed:
            if isinstance(section, griffe.DocstringSectionReturns):
                _move_sentences(section, func)


def _move_sentences(section: griffe.DocstringSectionReturns, func: griffe.Function) -> None:
    lines = [f"{each.annotation or ''} {each.description}".strip() for each in section.value]
    if any(each.name for each in section.value):
        return
    section.value = [
        griffe.DocstringReturn(name="", annotation=func.returns, description=" ".join(lines)),
    ]
