"""Read a page the way a browser would: its elements, attributes and visible text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})


@dataclass
class PageContent:
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""
    title: str = ""

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, attributes in self.elements for key, value in attributes.items() if key == name]

    def links(self) -> list[str]:
        return self.attributes("href") + self.attributes("src")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageContent()
        self.open: list[str] = []
        self.unbalanced: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.page.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.page.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.page.title += data
        elif "style" not in self.open:
            self.page.text += f" {data}"


def read_page(content: bytes) -> PageContent:
    """Parse a page; a page that is not well formed is an error."""
    reader = _Reader()
    reader.feed(content.decode("utf-8"))
    reader.close()
    assert not reader.open, reader.open
    assert not reader.unbalanced, reader.unbalanced
    reader.page.text = re.sub(r"\s+", " ", reader.page.text)
    return reader.page
