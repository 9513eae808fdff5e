"""Sources of other packages, found by the entry point ``painstats.sources``.

They are asked only about archives that no source of painstats recognises, and loaded only then. An entry point names a
:class:`painstats.sources.contract.Source`::

    [project.entry-points."painstats.sources"]
    my_watch = "my_package.my_watch:SOURCE"
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from painstats.sources.contract import Source

GROUP = "painstats.sources"


@dataclass(frozen=True, slots=True)
class Plugins:
    """The sources of other packages, and one line on each that could not be loaded."""

    sources: tuple[Source, ...]
    failures: tuple[str, ...]


@cache
def load_plugins() -> Plugins:
    """Load the sources of other packages, in the order of their names; one that fails does not stop the others."""
    sources, failures = [], []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            sources.append(_loaded(point))
        except Exception as error:  # whatever another package does when it is imported
            package = point.dist.name if point.dist else point.value
            failures.append(f"the source {point.name} of {package} could not be loaded ({type(error).__name__})")
    return Plugins(tuple(sources), tuple(failures))


def _loaded(point: EntryPoint) -> Source:
    source = point.load()
    if not isinstance(source, Source):
        raise TypeError(f"{point.value} is not a painstats Source")
    return source
