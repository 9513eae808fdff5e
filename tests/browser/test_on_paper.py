"""The personal page on paper and on a small phone, measured in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from painstats.plan.study import Study
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports import write_reports
from painstats.store import open_store
from painstats.store.rows import replace_rows
from tests.browser.test_pages import CHROMIUM, needs_chromium
from tests.made_up_study import fill, plan
from tests.spec.made_up_changes import STATES

pytestmark = [pytest.mark.slow, needs_chromium]

SMALLEST_PT = 7
PT_IN_PX = 0.75

INTERVALS = """[...document.querySelectorAll('.answer > .body .interval')]
    .map(each => [each.classList[1], each.checkVisibility()])"""

FOLDS = """[...document.querySelectorAll('.answer .fold')].map(each => each.textContent)"""
PRINTED_FOLDS = """[...document.querySelectorAll('.answer .fold')]
    .filter(each => each.lastElementChild.checkVisibility()).map(each => each.textContent)"""

ENDS_OF_LINES = """[...document.querySelectorAll('#answers > .answer > summary')]
    .map(each => each.getBoundingClientRect().bottom)"""

AS_WIDE_AS_ON_PHONES = '"DejaVu Sans Condensed"'
"""DejaVu Sans, which many machines without a screen fall back to, is about a tenth wider than the fonts of phones."""

# Sizes of all text that is printed, after zoom, in pixels.
SIZES = """() => [...document.querySelectorAll('main *')]
    .filter(each => each.checkVisibility() && !each.closest('.unseen, .hit, title'))
    .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(each => [each.textContent.trim().slice(0, 40),
                  parseFloat(getComputedStyle(each).fontSize) * each.currentCSSZoom])"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write reports; that of p01 has two daily questions and four treatments."""
    study = Study(folder=tmp_path_factory.mktemp("study"), plan=plan())
    study.inbox.mkdir()
    with open_store(study) as store:
        fill(store)
        states = ("lower_start", "no_clear_change", "open", "hangs_with")
        changes = [replace(STATES[name], number=number) for number, name in enumerate(states, start=1)]
        replace_rows(store, "change_finding", ChangeFinding, changes)
        write_reports(store)
    return study.reports


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, reports) -> Iterator[Any]:
    """Return what opens the report of a participant, with all cards unfolded, as it is printed."""
    page = browser.new_page(viewport={"width": 700, "height": 1000})

    def opened(participant: str) -> Any:
        page.goto((reports / f"{participant}.html").as_uri())
        page.evaluate("document.querySelectorAll('details.answer').forEach(each => each.open = true)")
        page.emulate_media(media="print")
        return page

    yield opened
    page.close()


def test_intervals_of_every_verdict_are_printed(opened):
    drawn = opened("p02").evaluate(INTERVALS)
    assert {kind for kind, _ in drawn} == {"open", "lower"}
    assert all(visible for _, visible in drawn)


@pytest.mark.parametrize("participant", ["p01", "p02"])
def test_the_smallest_text_on_paper_can_be_read(opened, participant):
    sizes = [(text, size * PT_IN_PX) for text, size in opened(participant).evaluate(SIZES)]
    assert len(sizes) > 50
    assert [(text, size) for text, size in sizes if size < SMALLEST_PT] == []


def test_a_report_with_six_answers_is_printed_on_three_sides(opened):
    sides = re.findall(rb"/Type\s*/Page\b", opened("p01").pdf(prefer_css_page_size=True))
    assert len(sides) == 3


def test_only_folds_that_the_reader_opened_are_printed(opened):
    page = opened("p02")
    assert page.evaluate(PRINTED_FOLDS) == []
    page.evaluate("document.querySelector('#answers .answer .fold').open = true")
    assert len(page.evaluate(PRINTED_FOLDS)) == 1


def test_every_fold_is_printed_where_all_is_asked_for(opened):
    page = opened("p02")
    page.evaluate("document.querySelector('main').className = 'all'")
    assert page.evaluate(PRINTED_FOLDS) == page.evaluate(FOLDS)


def test_a_report_without_answers_is_printed_on_one_side(opened):
    assert len(re.findall(rb"/Type\s*/Page\b", opened("p06").pdf(prefer_css_page_size=True))) == 1


def test_six_answers_are_seen_on_a_phone_without_scrolling(browser, reports):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((reports / "p01.html").as_uri())
    page.add_style_tag(content=f"body {{ font-family: {AS_WIDE_AS_ON_PHONES} !important }}")
    ends = page.evaluate(ENDS_OF_LINES)
    page.close()
    assert len(ends) == 6
    assert max(ends) <= 844


def test_a_clinic_page_without_recent_scores_fits_the_smallest_phone(browser, reports):
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto((reports / "p06-clinic.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
