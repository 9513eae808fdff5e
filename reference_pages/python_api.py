"""The page of the Python functions, which mkdocstrings fills from docstrings."""

from __future__ import annotations

import painstats
from painstats.mixedlm import CAR1MixedLM, CAR1MixedLMResults
from reference_pages.markdown import page

INTRODUCTION = """
`import painstats` offers these functions. Each is imported when it is first used. The tutorial shows them at work:
[from a study to a fitted model](../tutorial/fitted_model.md).
"""

MIXED_MODEL = """
## The mixed model

`painstats.mixedlm` needs nothing else of painstats: see [fit a mixed model](../how_to/mixed_models.md).
"""


def python_page() -> str:
    """Return the page."""
    offered = [getattr(painstats, name) for name in painstats.__all__]
    functions = [_documented(each) for each in offered if each is not CAR1MixedLM]
    classes = [_documented(each) for each in (CAR1MixedLM, CAR1MixedLMResults)]
    return page("# Python", INTRODUCTION, "## Studies", *functions, MIXED_MODEL, *classes)


def _documented(thing: type | object) -> str:
    """Return the line that mkdocstrings replaces by the documentation of a function or class."""
    return f"::: {thing.__module__}.{thing.__qualname__}"  # type: ignore[attr-defined]
