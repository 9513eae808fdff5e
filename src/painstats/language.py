"""The language of sentences: each sentence and phrase for readers is an entry of one gettext catalogue.

The English entries are written where they are used, most of them as constants; which language they are shown in is
chosen later, when a page is written. Sentences are whole, with named variables, so that a translation can order their
words freely. Catalogues are in ``locale/``; ``make messages`` collects new entries and compiles them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import NullTranslations, translation
from importlib.resources import as_file, files
from string import Formatter
from typing import SupportsIndex

from markupsafe import escape

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")
DOMAIN = "painstats"

DECIMAL_MARKS = {ENGLISH: ".", "de": ","}
THOUSANDS_MARKS = {ENGLISH: ",", "de": "."}

ARTICLES = {ENGLISH: (), "de": ("der ", "die ", "das ")}
"""Of nouns in the nominative, as labels of outcomes and measures are."""

BARE = ":bare}"
"""How a variable ends that is written without its article."""

_LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)


class Filling(Formatter):
    """Fills a sentence; ``{outcome:bare}`` is a noun without its article: "(Schmerz)" for "der Schmerz"."""

    def format_field(self, value: object, format_spec: str) -> str:
        """Write a variable of a sentence."""
        return bare(str(value)) if f":{format_spec}}}" == BARE else format(value, format_spec)


def bare(label: str) -> str:
    """Return a noun without its article in the language in use, as in a heading; a capital stays one."""
    for article in ARTICLES[_LANGUAGE.get()]:
        if label.casefold().startswith(article):
            noun = label[len(article) :]
            return noun[:1].upper() + noun[1:] if label[0].isupper() else noun
    return label


class Entry(str):
    """An entry of the catalogue: written in English, shown in the reader's language.

    Formatting, ``str()``, concatenation and HTML give the translation; as a key or in a comparison it is the English
    text. Only ``str.join`` sees the English text: join what ``str()`` gives.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return catalogue(_LANGUAGE.get()).gettext(str.__str__(self))

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)

    def __html__(self) -> str:
        return escape(str(self))

    def __add__(self, other: str) -> str:
        return str(self) + other

    def __radd__(self, other: str) -> str:
        return other + str(self)

    def __len__(self) -> int:
        return len(str(self))

    def __getitem__(self, place: SupportsIndex | slice) -> str:
        return str(self)[place]

    def format(self, *values: object, **named: object) -> str:
        """Fill the translation."""
        text = str(self)
        return Filling().vformat(text, values, named) if BARE in text else text.format(*values, **named)


def _(text: str) -> str:
    """Return an entry of the catalogue: an :class:`Entry`."""
    return Entry(text)


def ngettext(one: str, several: str, number: float) -> str:
    """Return the singular or the plural of an entry, in the language in use now."""
    return catalogue(_LANGUAGE.get()).ngettext(one, several, int(number))


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Write sentences in a language, one of ``LANGUAGES``."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def language_in_use() -> str:
    """Return the language of sentences, as in ``lang`` of a page."""
    return _LANGUAGE.get()


@cache
def catalogue(language: str) -> NullTranslations:
    """Return a compiled catalogue; that of English is empty."""
    if language == ENGLISH:
        return NullTranslations()
    with as_file(files("painstats") / "locale") as folder:
        return translation(DOMAIN, folder, [language])


def localised(number: str) -> str:
    """Write a number that was formatted in the English way, such as "1,234.5", with the marks of the language."""
    language = _LANGUAGE.get()
    return number.translate(str.maketrans(".,", DECIMAL_MARKS[language] + THOUSANDS_MARKS[language]))


def decimal(number: float, places: int = 1) -> str:
    """Write a number with so many decimals: "4.5", in German "4,5"."""
    return localised(f"{number:.{places}f}")


def plain_number(number: float) -> str:
    """Write a number with as few digits as do: "4", "4.5", in German "4,5"."""
    return localised(f"{number:g}")


def html_language() -> str:
    """Return the language in use as in ``lang`` of a page: "en-GB", "de"."""
    return {ENGLISH: "en-GB"}.get(_LANGUAGE.get(), _LANGUAGE.get())
