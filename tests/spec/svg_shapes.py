"""What a drawing is made of, read back from its SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Shape:
    """An element: its tag, its classes, its attributes and its text."""

    tag: str
    classes: frozenset[str]
    attributes: dict[str, str]
    text: str

    def number(self, name: str) -> float:
        """Return an attribute as a number, without its sign of per cent."""
        return float(self.attributes[name].removesuffix("%"))


def shapes(drawing: str, *classes: str, tag: str = "") -> list[Shape]:
    """Return the elements with all of some classes, in the order of drawing."""
    found = []
    for element in ElementTree.fromstring(drawing).iter():
        names = frozenset((element.get("class") or "").split())
        if names.issuperset(classes) and tag in ("", element.tag):
            found.append(Shape(element.tag, names, dict(element.attrib), (element.text or "").strip()))
    return found


def texts(drawing: str) -> list[str]:
    """Return every text that is drawn, in order; titles of boxes for the pointer are none."""
    return [shape.text for shape in shapes(drawing, tag="text")]


def titles(drawing: str) -> list[str]:
    """Return what boxes show while the pointer is on them."""
    return [shape.text for shape in shapes(drawing, tag="title")]


def places(path: str) -> list[tuple[float, float]]:
    """Return the places of a path of dots, or where the pieces of a line begin."""
    return [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)", path)]
