"""The kinds of questions by name: those of painstats, and those that other packages add.

Another package adds a kind by an entry point of the group ``painstats.questions`` that names a ``Kind``; it is loaded
when a study asks a question of a kind that is not built in.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any

from painstats.errors import StudyError
from painstats.questions.kind import DeclaredKind, ExploratoryKind, Kind

GROUP = "painstats.questions"

BUILT_IN = {
    "daily": "painstats.questions.daily.kind:DAILY",
}
"""Kind to the place of its ``Kind``: one line each."""

DECLARED = {
    "treatment": "painstats.questions.treatment.kind:TREATMENT",
    "experiment": "painstats.questions.experiment.kind:EXPERIMENT",
}
"""The same for kinds about what participants declared."""

EXPLORATORY: dict[str, str] = {
    "path": "painstats.questions.path.kind:PATH",
    "change": "painstats.questions.change.kind:CHANGE",
}
"""The same for exploratory kinds, in the order of their cards."""


@cache
def kind_of(name: str) -> Kind:
    """Return a kind of question.

    Raises
    ------
    StudyError
        No kind has this name; the message lists those that are known.
    """
    if name in BUILT_IN:
        kind = resolve_name(BUILT_IN[name])
    else:
        added = {entry.name: entry for entry in entry_points(group=GROUP)}
        if name not in added:
            known = ", ".join(sorted({*BUILT_IN, *DECLARED, *EXPLORATORY, *added}))
            raise StudyError(f"{name!r} is not a kind of question; write one of: {known}")
        kind = added[name].load()
    if not isinstance(kind, Kind):
        raise StudyError(f"the kind of question {name!r} is not a painstats.questions.kind.Kind; update its package")
    return kind


def declared_kind(name: str) -> DeclaredKind:
    """Return a kind of question about what participants declared."""
    kind = resolve_name(DECLARED[name])
    assert isinstance(kind, DeclaredKind)
    return kind


def exploratory_kind(name: str) -> ExploratoryKind[Any, Any]:
    """Return an exploratory kind of question."""
    kind = resolve_name(EXPLORATORY[name])
    assert isinstance(kind, ExploratoryKind)
    return kind
