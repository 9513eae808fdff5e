"""The page for a clinic visit in a real browser: exactly one side of A4, and nothing outside a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from painstats.reports.clinic.page import clinic_bytes
from tests.browser.test_pages import CHROMIUM, needs_chromium
from tests.spec.made_up_clinic import crowded_page, filled_store, full_page, made

pytestmark = pytest.mark.slow

MAKERS = {"full": full_page, "crowded": crowded_page, "plain": made}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clinic")
    with filled_store(folder) as store:
        for name, make in MAKERS.items():
            (folder / f"{name}.html").write_bytes(clinic_bytes(make(store)))
    return {name: folder / f"{name}.html" for name in MAKERS}


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@needs_chromium
@pytest.mark.parametrize("name", MAKERS)
def test_it_is_printed_on_exactly_one_side(browser, pages, name):
    page = browser.new_page()
    page.goto(pages[name].as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59\d\S* 84\d", printed)


@needs_chromium
@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", MAKERS)
def test_nothing_lies_outside_a_phone(browser, pages, name, width):
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(pages[name].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").is_visible()
    assert page.locator("div.chart").is_visible()
    page.close()
