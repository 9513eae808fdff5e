"""Count what a reader of a personal page meets: words and numbers as it arrives, on the first screen, unfolded."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from painstats.findings.first_screen import numbers_in
from tests.reading_pages import VOID

UNSEEN = frozenset({"paper", "unseen", "skip"})
"""Classes of what is not shown on a screen."""

TEXT_OF_A_CARD = ("div", "text")

MOST_NUMBERS, MOST_WORDS = 8, 130
"""On the first screen."""

MOST_WORDS_ARRIVING, MOST_WORDS_UNFOLDED, MOST_BYTES = 500, 2200, 100_000
MOST_WORDS_OF_A_CARD, MOST_NUMBERS_OF_A_CARD = 70, 7


class _Counter(HTMLParser):
    """Gather texts, each with the open elements around it as (name, class)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.texts: list[tuple[tuple[tuple[str, str], ...], str]] = []
        self.cards: list[str] = []

    def handle_starttag(self, tag, attrs):
        if (tag, dict(attrs).get("class")) == TEXT_OF_A_CARD:
            self.cards.append("")
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, _):
        self.open.pop()

    def handle_data(self, data):
        names = {name for name, _ in self.open}
        hidden = any(UNSEEN.intersection(classes.split()) for _, classes in self.open)
        if data.strip() and not hidden and not names & {"style", "title", "svg"}:
            self.texts.append((tuple(self.open), data))
            if TEXT_OF_A_CARD in self.open:
                self.cards[-1] += f" {data}"


def _texts(page: bytes) -> list[tuple[tuple[tuple[str, str], ...], str]]:
    counter = _Counter()
    counter.feed(page.decode("utf-8"))
    return counter.texts


def _is_folded(around: tuple[tuple[str, str], ...]) -> bool:
    """Whether some details around a text is not opened by a summary that holds the text."""
    names = [name for name, _ in around]
    return names.count("details") > names.count("summary") or (
        "details" in names and names.count("details") == names.count("summary") and names.count("details") > 1
    )


def as_it_arrives(page: bytes) -> str:
    """Return the text that is seen before anything is unfolded."""
    return " ".join(text for around, text in _texts(page) if not _is_folded(around))


def unfolded(page: bytes) -> str:
    """Return the text of answers, cards and all that is folded, but for the rules and settings."""
    return " ".join(text for around, text in _texts(page) if not any("rules" in each for _, each in around))


def first_screen(page: bytes) -> str:
    """Return the heading, the first sentences and the lines of the answers."""
    return " ".join(
        text
        for around, text in _texts(page)
        if not _is_folded(around)
        and (("section", "answers") in around or ("p", "lead") in around or any(name == "h1" for name, _ in around))
    )


def said_on_first_screen(page: bytes) -> str:
    """Return the first screen without the names of its lines, which may hold doses."""
    return " ".join(
        text
        for around, text in _texts(page)
        if not _is_folded(around)
        and (("p", "lead") in around or ("section", "answers") in around)
        and not any(name == "h3" for name, _ in around)
    )


def cards(page: bytes) -> list[str]:
    """Return the text of each card before its fold, without its line."""
    counter = _Counter()
    counter.feed(page.decode("utf-8"))
    return counter.cards


def over_budget(page: bytes) -> dict[str, int]:
    """Return what a personal page has too much of, with how much it has: an empty page has nothing too much."""
    own_cards = cards(page)
    counted = {
        "numbers on the first screen": (numbers_in(said_on_first_screen(page)), MOST_NUMBERS),
        "words on the first screen": (words(first_screen(page)), MOST_WORDS),
        "words as it arrives": (words(as_it_arrives(page)), MOST_WORDS_ARRIVING),
        "words unfolded": (words(unfolded(page)), MOST_WORDS_UNFOLDED),
        "words of a card": (max(map(words, own_cards), default=0), MOST_WORDS_OF_A_CARD),
        "numbers of a card": (max(map(numbers_in, own_cards), default=0), MOST_NUMBERS_OF_A_CARD),
        "bytes": (len(page), MOST_BYTES),
    }
    return {name: found for name, (found, most) in counted.items() if found > most}


def words(text: str) -> int:
    """Count words."""
    return len(re.sub(r"\s+", " ", text).split())


__all__ = ["as_it_arrives", "cards", "over_budget", "unfolded", "words"]
