"""The documentation holds together: generated pages are current, no link is broken, the site loads nothing from outside."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reference_pages import FOLDER, PAGES
from tests.browser.test_pages import DESKTOP, PATIENCE_MS, PHONE, browser, needs_chromium, visit

__all__ = ["browser"]

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
OTHER_PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_current(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m reference_pages"


def pages_of(entries: object) -> Iterator[str]:
    """Yield the paths in a part of the navigation."""
    if isinstance(entries, str):
        yield entries
    elif isinstance(entries, dict):
        for below in entries.values():
            yield from pages_of(below)
    elif isinstance(entries, list):
        for entry in entries:
            yield from pages_of(entry)


def test_the_navigation_has_every_page_once():
    settings = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    named = sorted(pages_of(settings["project"]["nav"]))
    assert named == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", OTHER_PAGES, ids=lambda page: page.name)
def test_links_outside_the_site_lead_somewhere(page):
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as ``make docs`` does, in a folder of the test's."""
    folder = tmp_path_factory.mktemp("docs")
    for name in ("docs", "reference_pages", "src"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "zensical.toml", folder)
    answer = build(folder)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder / "site"


class Loaded(HTMLParser):
    """Collects what a page loads or links to from other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("src", "href", "action", "srcset") and re.match(r"(https?:)?//", value or ""):
                self.outside.append(f"{tag}: {value}")


def test_no_link_is_broken_and_nothing_comes_from_other_hosts(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) >= len(list(DOCS.rglob("*.md")))
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text(encoding="utf-8"))
        assert loaded.outside == [], page.relative_to(site)


@pytest.mark.parametrize("link", ["missing.md", "other.md#missing"])
def test_a_broken_link_fails_the_build(tmp_path, link):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Home\n\n[A link]({link})\n")
    (tmp_path / "docs" / "other.md").write_text("# Other\n")
    settings = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["validation"]
    checks = "\n".join(f"{name} = {str(is_on).lower()}" for name, is_on in settings.items())
    (tmp_path / "zensical.toml").write_text(f'[project]\nsite_name = "test"\n[project.validation]\n{checks}\n')
    assert build(tmp_path).returncode == 1
    (tmp_path / "docs" / "index.md").write_text("# Home\n\n[A link](other.md#other)\n")
    assert build(tmp_path).returncode == 0


@pytest.mark.slow
@needs_chromium
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("name", ["index", "tutorial/first_report", "reference/plan", "reference/python"])
def test_pages_open_from_the_disk_and_fit_the_screen(browser, site, name, size):
    page, seen = visit(browser, size)
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert seen.outside("file://") == []
    assert seen.complaints == []
    page.close()


@pytest.mark.slow
@needs_chromium
def test_the_search_works_from_the_disk(browser, site):
    page, seen = visit(browser, DESKTOP)
    page.goto((site / "index.html").as_uri())
    page.wait_for_load_state()
    page.keyboard.press("Control+k")
    page.keyboard.type("wash_out_days")
    page.get_by_text(re.compile(r"^\d+ results?$")).wait_for(timeout=PATIENCE_MS)
    assert seen.outside("file://") == []
    assert seen.complaints == []
    page.close()
