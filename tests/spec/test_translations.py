"""The catalogues: complete, compiled, and the only place that pages for participants take their words from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from gettext import NullTranslations

import pytest
from lxml import html

from messages.catalogues import TRANSLATED, compiled, paths, printed, renewed, untranslated
from painstats import language
from painstats.frame.participants import participant_summaries
from painstats.language import in_language
from painstats.questions import firmness_words
from painstats.reports.clinic.page import clinic_bytes, clinic_page
from painstats.reports.pages import page_bytes
from painstats.reports.personal.charts import personal_charts
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.store import Store, open_store
from tests.made_up_study import fill, small_study
from tests.spec.made_up_changes import EXPERIMENTS
from tests.spec.made_up_changes import STATES as CHANGES
from tests.spec.made_up_findings import STATES as FINDINGS

IN_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{3,}")
BLOCKS = "//p|//li|//td|//th|//h1|//h2|//h3|//h4|//summary|//dt|//dd|//caption|//figcaption|//text|//title"
LABELS = "//@aria-label|//@title|//@alt"
LONGEST_FIRMNESS = 16
USED_TOGETHER = {"water", "walking"}
"""The name of the other treatment of a made-up change."""


class Bracketed(NullTranslations):
    """A language in which every entry stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    study = small_study(tmp_path_factory.mktemp("translations") / "study")
    with open_store(study) as opened:
        fill(opened, people={"p01": 245})
        yield opened


def record_of(store: Store) -> ParticipantRecord:
    """Return a record with every state of a finding, a change and an experiment, in the language in use."""
    [summary] = participant_summaries(store)
    findings = tuple(replace(finding, participant_id="p01") for finding in FINDINGS.values())
    record = participant_record(store, summary, findings)
    changes = tuple(replace(change, number=place) for place, change in enumerate(CHANGES.values(), 1))
    return replace(record, changes=changes, experiments=tuple(EXPERIMENTS.values()))


def pages_of(store: Store) -> list[str]:
    """Return the two pages of the participant in the language in use."""
    record = record_of(store)
    charts = personal_charts(record, store.study)
    pages = page_bytes(personal_page(store, record, charts, ())), clinic_bytes(clinic_page(store, record))
    return [page.decode() for page in pages]


def texts(page: str) -> list[str]:
    """Return the texts of a page that are not names and not marked as English."""
    root = html.fromstring(page)
    for part in root.xpath("//style|//script|//bdi|//body//*[@lang='en']"):
        part.drop_tree()
    return ["".join(part.itertext()) for part in root.xpath(BLOCKS)] + [str(text) for text in root.xpath(LABELS)]


def outside(text: str) -> set[str]:
    """Return the words of a text that are in no brackets."""
    while (left := IN_BRACKETS.sub("", text)) != text:
        text = left
    return set(WORD.findall(text))


@pytest.mark.parametrize("name", TRANSLATED)
def test_the_files_have_every_sentence_of_the_code_translated(name):
    catalogue = renewed(name)
    assert untranslated(catalogue) == []
    assert not any(message.fuzzy for message in catalogue if message.id)
    assert [path.read_bytes() for path in paths(name)] == [printed(catalogue), compiled(catalogue)]


def test_a_sentence_without_a_translation_or_with_another_variable_is_noticed():
    catalogue = renewed("de")
    catalogue.add("a new sentence", "")
    catalogue.add("{days} of them", "{tage} davon")
    catalogue.add(("{n} day", "{n} days"), ("ein Tag", "Tage"))
    catalogue.add(("{n} hour", "{n} hours"), ("eine Stunde", "{n} Stunden"))
    assert untranslated(catalogue) == ["a new sentence", "{days} of them", "{n} day"]


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_breaks_no_line_where_the_sentence_does_not(name):
    broken = [
        message.id for message in renewed(name) if repr(message.string).count(r"\xa0") < repr(message.id).count(r"\xa0")
    ]
    assert broken == []


def test_pages_for_participants_take_every_word_from_the_catalogue(store, monkeypatch):
    monkeypatch.setattr(language, "catalogue", lambda _name: Bracketed())
    with in_language("de"):
        pages = pages_of(store)
    names = {word for each in CHANGES.values() for name in each.names for word in WORD.findall(name.casefold())}
    names |= USED_TOGETHER | {
        word for each in EXPERIMENTS.values() for word in WORD.findall(f"{each.on} {each.off}".casefold())
    }
    for page in pages:
        assert 'lang="de"' in page
        shown = texts(page)
        assert sum("⟦" in text for text in shown) > 50
        left = {text: words for text in shown if (words := {word.casefold() for word in outside(text)} - names)}
        assert left == {}


def test_a_german_page_has_german_numbers_and_says_what_is_in_english(store):
    with in_language("de"):
        personal, clinic = pages_of(store)
    assert 'lang="de"' in personal
    assert re.search(r"Nach längeren Nächten war der Schmerz niedriger: .{0,20}0,\d Punkte", personal)
    assert "sind auf Englisch" in personal
    assert '<section class="rule" lang="en">' in personal
    assert "Schmerztagebuch" in clinic
    with in_language("en"):
        personal, _ = pages_of(store)
    assert '<section class="rule" lang="en">' not in personal


def test_german_words_of_firmness_fit_beside_an_answer():
    words = [word for word in vars(firmness_words).values() if isinstance(word, language.Entry)]
    with in_language("de"):
        shown = [str(word) for word in words]
    assert len(shown) >= 12
    assert [word for word in shown if len(word) > LONGEST_FIRMNESS] == []
