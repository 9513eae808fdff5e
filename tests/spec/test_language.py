"""Entries of the catalogue: written in English, shown in the reader's language."""

from __future__ import annotations

from gettext import NullTranslations

import pytest
from jinja2 import Environment
from markupsafe import Markup

from painstats import language
from painstats.language import _, bare, in_language, localised, ngettext
from painstats.questions.phrases import capital


class Bracketed(NullTranslations):
    """A language in which every entry stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"[{message}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"[{msgid1 if n == 1 else msgid2}]"


@pytest.fixture
def bracketed(monkeypatch):
    found = language.catalogue
    monkeypatch.setattr(language, "catalogue", lambda name: Bracketed() if name == "de" else found(name))
    with in_language("de"):
        yield


PAIN, LINE = _("pain & sorrow"), _("{outcome} was lower")


@pytest.mark.usefixtures("bracketed")
@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (lambda: str(PAIN), "[pain & sorrow]"),
        (lambda: LINE.format(outcome=PAIN), "[[pain & sorrow] was lower]"),
        (lambda: f"{PAIN}!", "[pain & sorrow]!"),
        (lambda: PAIN + "!", "[pain & sorrow]!"),
        (lambda: "!" + PAIN, "![pain & sorrow]"),
        (lambda: capital(PAIN), "[pain & sorrow]"),
        (lambda: ngettext("one day", "{days} days", 2).format(days=2), "[2 days]"),
        (lambda: Markup("<b>{}</b>").format(PAIN), "<b>[pain &amp; sorrow]</b>"),
        (lambda: Markup(" ").join([PAIN, PAIN]), "[pain &amp; sorrow] [pain &amp; sorrow]"),
        (lambda: Environment(autoescape=True).from_string("{{ x }}").render(x=PAIN), "[pain &amp; sorrow]"),
    ],
)
def test_an_entry_is_shown_in_the_language_in_use(shown, expected):
    assert shown() == expected


def test_without_another_language_an_entry_is_english():
    assert str(PAIN) == "pain & sorrow"
    assert {PAIN: 1}["pain & sorrow"] == 1


def test_numbers_take_the_marks_of_the_language():
    assert localised("1,234.5") == "1,234.5"
    with in_language("de"):
        assert localised("1,234.5") == "1.234,5"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("der Schmerz", "Schmerz"),
        ("Die Schrittzahl", "Schrittzahl"),
        ("Die aktive Zeit", "Aktive Zeit"),
        ("die aktive Zeit", "aktive Zeit"),
        ("Diebesgut", "Diebesgut"),
        ("Schwindel", "Schwindel"),
    ],
)
def test_a_noun_is_written_without_its_article_where_a_translation_asks_for_that(label, expected):
    line = _("{name:bare} ({name})")
    with in_language("de"):
        assert bare(label) == expected
        assert line.format(name=label) == f"{expected} ({label})"
    assert line.format(name=label) == f"{label} ({label})"
