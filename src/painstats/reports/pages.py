"""What a page is made of, and how it is put into HTML: everything that comes from data is escaped, nothing runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from painstats.language import _, html_language
from painstats.questions.exploratory.card import Chart as QuestionChart
from painstats.questions.phrases import label_text
from painstats.reports.figures.path_chart import drawn_path
from painstats.reports.figures.row_chart import drawn_rows, drawn_strip

GENERATOR = "painstats"
"""Stands in the head of every page, so that only pages of our own are ever removed."""

Cell = str | Markup


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a caption, the names of its columns, and rows of text; the first column names the row.

    ``wordy`` where the first column is sentences, which need more room than numbers do; ``fold`` is the heading under
    which a table of a part is folded, if it is.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: bool = True
    wordy: bool = False
    fold: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing for all widths, with its title above it and its numbers folded below it.

    Parameters
    ----------
    title, note
        What is drawn, in bold; and how to read it, in grey, which may be empty.
    label
        What the drawing shows, for readers who cannot see it: "Around 6 until mid-March, then around 4."
    drawing
        The drawing, made from the primitives of ``figures/svg``.
    numbers
        The numbers that are drawn, where they are more than the label says.
    card
        Name of the card that it belongs to; empty for a chart of a part.
    """

    title: str
    note: str
    label: str
    drawing: Markup
    numbers: Table | None = None
    card: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One finding.

    Parameters
    ----------
    verdict
        Its verdict by name.
    headline, state
        What it is about, and its state in a word; the state may be empty.
    sentence, paragraphs
        The answer in one sentence, and what there is to add.
    notes
        Further sentences in grey.
    facts, fold
        Terms with texts; folded under the heading ``fold``, or open if that is empty.
    figures
        Drawings below the sentences.
    chart
        Rows with intervals, or boxes with arrows, below the sentences.
    tables, tables_fold
        Tables folded under the heading ``tables_fold``.
    strong
        The part of the sentence that is set in bold; may be empty.
    squares
        How many of three squares stand beside the state; 0 for none.
    cards
        Cards of the same kind of question below the line, where there are several.
    """

    verdict: str
    headline: str
    sentence: str
    state: str = ""
    paragraphs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    fold: str = ""
    figures: tuple[Chart, ...] = ()
    chart: QuestionChart | None = None
    tables: tuple[Table, ...] = ()
    tables_fold: str = ""
    strong: str = ""
    squares: int = 0
    cards: tuple[Card, ...] = ()

    @property
    def line(self) -> Markup:
        """The sentence with its size in bold."""
        before, strong, after = self.sentence.partition(self.strong) if self.strong else (self.sentence, "", "")
        return joined(before, Markup("<b>{}</b>").format(strong) if strong else "", after)


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a page: a heading and what is below it, in this order; and its language, if not that of the page."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    figures: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    preformatted: tuple[tuple[str, str], ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: a title without a name in it, a heading, lines below it, and its parts."""

    title: str
    heading: str
    lines: tuple[Cell, ...]
    parts: tuple[Part, ...]
    kind: str = "plain"


class AnyPage(Protocol):
    """What every page has: the template that puts it into HTML is named after its kind."""

    @property
    def kind(self) -> str:
        """Name of the template."""


class _Templates(PackageLoader):
    """The templates; the space that only its author needs is taken out of a style sheet, once, as it is loaded."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, path, is_current = super().get_source(environment, template)
        return (_dense(source) if template.endswith(".css") else source), path, is_current


def _dense(style: str) -> str:
    """Take the space out of a style sheet around what separates its rules and declarations."""
    return re.sub(r"\s*([{};])\s*|([:,])\s+|\s*\n\s*", r"\1\2", style.strip()).replace(";}", "}")


def page_environment() -> Environment:
    """Return the template environment: every value is escaped, a missing one is an error."""
    environment = Environment(
        loader=_Templates("painstats.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["numbers_in_this_chart"] = _("Numbers in this chart")
    environment.filters["drawn_rows"] = drawn_rows
    environment.filters["drawn_strip"] = drawn_strip
    environment.filters["drawn_path"] = drawn_path
    environment.filters["css_text"] = css_text
    return environment


def page_bytes(page: AnyPage) -> bytes:
    """Put a page into HTML. The same page gives the same bytes."""
    return rendered(f"{page.kind}.html.j2", page=page)


def rendered(template: str, **values: object) -> bytes:
    """Fill a template; every value is escaped."""
    page = _ENVIRONMENT.get_template(template).render(generator=GENERATOR, lang=html_language(), **values)
    return page.encode("utf-8")


def css_text(text: str) -> Markup:
    """Write a text as a string of CSS: every character that could end it, or mean something in HTML, is escaped."""
    plain = frozenset(" ,-") | PLAIN_LETTERS
    return Markup('"{}"'.format("".join(letter if letter in plain else f"\\{ord(letter):x} " for letter in text)))


def named(text: str) -> Markup:
    """Set a name from outside apart, so that its letters cannot turn the text around it."""
    return Markup("<bdi>{}</bdi>").format(label_text(text))


def linked(target: str, text: Cell) -> Markup:
    """Link to another page of the same folder."""
    return Markup('<a href="{}">{}</a>').format(target, text)


def joined(*texts: Cell) -> Markup:
    """Join texts, escaping those that are not yet safe to show."""
    return Markup("").join(texts)


def page_name(participant_id: str, everyone: frozenset[str]) -> str:
    """Name a participant's page without letting the id choose a path.

    A short id of plain letters names its file; any other, one that means something to an operating system, one that
    ends like the name of a page for the clinic, and one that differs from another only in large and small letters
    becomes ``p-`` and the first 8 hex digits of its SHA-256.
    """
    alike = sum(other.casefold() == participant_id.casefold() for other in everyone)
    if _is_plain(participant_id) and alike <= 1:
        return f"{participant_id}.html"
    return f"p-{sha256(participant_id.encode()).hexdigest()[:8]}.html"


def clinic_page_name(participant_id: str, everyone: frozenset[str]) -> str:
    """Name a participant's page for a clinic visit: that of their page with ``-clinic``, which no other page has."""
    return page_name(participant_id, everyone).removesuffix(".html") + f"{CLINIC_ENDING}.html"


CLINIC_ENDING = "-clinic"
PLAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
HASHED_NAME = re.compile("p-[0-9a-f]{8}")
RESERVED_NAMES = frozenset(
    {"index", "cohort", "con", "prn", "aux", "nul"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)


def _is_plain(participant_id: str) -> bool:
    return (
        0 < len(participant_id) <= 40
        and set(participant_id) <= PLAIN_LETTERS
        and participant_id.lower() not in RESERVED_NAMES
        and not HASHED_NAME.fullmatch(participant_id.lower())
        and not participant_id.lower().endswith(CLINIC_ENDING)
    )


_ENVIRONMENT = page_environment()
