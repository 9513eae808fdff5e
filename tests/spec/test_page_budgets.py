"""A personal page has room for so many numbers and words; its sentences are short and plain, and claim no cause."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import painstats
from painstats.findings.first_screen import Line, numbers_in, within_room
from painstats.reports import write_reports
from painstats.store import open_store
from tests.counting_pages import as_it_arrives, cards, over_budget, words
from tests.made_up_study import DAYS, EVIL_ID, fill, small_study

PACKAGE = Path(painstats.__file__).parent
CATALOGUES = [
    PACKAGE / "findings" / "catalogue" / f"{name}.py" for name in ("personal_page", "participants", "treatments")
]
CAUSAL = re.compile(r"\b(effects?|works|helps|because|improves|leads to|causes)\b|significan|HKQuantity|Identifier")
LONGEST_SENTENCE, HIGHEST_GRADE = 26, 6.0


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    with open_store(small_study(tmp_path_factory.mktemp("budgets") / "study")) as store:
        fill(store)
        write_reports(store)
        return {name: (store.study.reports / f"{name}.html").read_bytes() for name in DAYS if name != EVIL_ID}


def test_the_first_screen_and_the_page_keep_their_budgets(pages):
    assert {name: too_much for name, page in pages.items() if (too_much := over_budget(page))} == {}
    assert min(words(as_it_arrives(page)) for page in pages.values()) > 100
    assert all(cards(page) for page in pages.values())


def test_the_oldest_starts_lose_their_numbers_first():
    lines = [Line("lower: 1.1 points", "lower"), Line("lower: 0.3 points", "lower"), Line("higher: 0.7 points", "")]
    assert within_room("4.3 out of 10, 3 to 6, before 5.3", lines) == (True, True, True)
    assert within_room("4.3 out of 10, 3 to 6, before 5.3 and 5", lines) == (False, True, True)
    assert within_room("1 2 3 4 5 6 7 8", lines) == (False, False, True)


def test_dates_are_no_numbers():
    assert numbers_in("The result opens on 27 September 2026.") == 0
    assert numbers_in("0.3 points per 2,000 steps") == 2


def sentences() -> list[str]:
    """Return the sentences of the catalogues, each of them with its variables as one word."""
    found = []
    for path in CATALOGUES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                for entry in (part.value for part in node.args if isinstance(part, ast.Constant)):
                    text = re.sub(r"\{\w+\}", "x", str(entry))
                    found += [part for part in re.split(r"(?<=[.:?!])\s+", text) if len(part.split()) > 2]
    return found


def syllables(word: str) -> int:
    """Count groups of vowels, without a silent e."""
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, groups - (word.lower().endswith("e") and not word.lower().endswith("le")))


def test_sentences_are_plain_short_and_claim_no_cause():
    every = sentences()
    spoken = [re.findall(r"[A-Za-z’']+", sentence) for sentence in every]
    count, spelled = sum(map(len, spoken)), sum(syllables(word) for sentence in spoken for word in sentence)
    assert len(every) > 150
    assert 0.39 * count / len(every) + 11.8 * spelled / count - 15.59 <= HIGHEST_GRADE  # Flesch–Kincaid
    assert [sentence for sentence in every if len(sentence.split()) > LONGEST_SENTENCE] == []
    assert [sentence for sentence in every if CAUSAL.search(sentence)] == []
