"""The pages in a real browser: what is written is seen, nothing is asked of the network, nothing complains."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from painstats.plan.study import Study
from painstats.reports import write_reports
from painstats.reports.pages import page_name
from painstats.store import open_store, publish_tables
from tests.made_up_study import DAYS, EVIL_ID, fill, plan

CHROMIUM = Path("/usr/bin/chromium")
ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "dashboards" / "study.py"
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1100, "height": 900}
PATIENCE_MS = 30_000

needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")
pytestmark = pytest.mark.slow


@dataclass
class Visit:
    """What a page did while it was open."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def outside(self, allowed: str) -> list[str]:
        return [url for url in self.requests if not url.startswith((allowed, "data:", "blob:"))]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    made = Study(folder=tmp_path_factory.mktemp("study"), plan=plan())
    made.inbox.mkdir()
    with open_store(made) as store:
        fill(store)
        publish_tables(store)
        write_reports(store)
    return made


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


def visit(browser, size: dict[str, int]):
    """Open an empty page that notes its requests and complaints."""
    page, seen = browser.new_page(viewport=size), Visit()
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))

    def refuse(dialog):
        seen.complaints.append("a dialog opened")
        dialog.dismiss()

    page.on("dialog", refuse)
    return page, seen


@needs_chromium
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("name", ["p01.html", page_name(EVIL_ID, frozenset(DAYS)), "cohort.html", "index.html"])
def test_a_report_opens_quietly_and_fits(browser, study, name, size):
    page, seen = visit(browser, size)
    address = (study.reports / name).as_uri()
    page.goto(address)
    assert page.locator("h1").is_visible()
    assert seen.requests == [address]
    assert seen.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    drawings = page.locator("figure svg")
    assert sum(drawings.nth(place).is_visible() for place in range(drawings.count())) == page.locator("figure").count()
    page.close()


@needs_chromium
def test_links_of_the_index_lead_to_every_report(browser, study):
    page, _ = visit(browser, DESKTOP)
    page.goto((study.reports / "index.html").as_uri())
    links = page.locator("a")
    assert links.count() == len(DAYS) + 1
    page.get_by_text("p01", exact=True).click()
    page.wait_for_url("**/p01.html")
    assert "Sleep: less pain" in page.inner_text("main")
    page.close()


@pytest.fixture(scope="module")
def dashboard(study: Study) -> Iterator[str]:
    pytest.importorskip("streamlit", reason="streamlit is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(DASHBOARD),
        "--server.port",
        str(port),
        "--",
        str(study.folder),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PAINSTATS_STUDY"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the dashboard did not start")


@needs_chromium
def test_the_dashboard_shows_a_person_and_asks_nothing_of_the_network(browser, dashboard):
    page, seen = visit(browser, DESKTOP)
    page.goto(dashboard)
    page.get_by_text("Day by day").wait_for(timeout=PATIENCE_MS)
    page.locator("canvas, svg.marks").first.wait_for(timeout=PATIENCE_MS)
    text = page.inner_text("body")
    assert "Sleep: less pain" in text
    assert "71 of 80" in text
    assert seen.outside(dashboard) == []
    assert seen.complaints == []
    page.close()


@pytest.fixture
def opened_dashboard(study: Study, monkeypatch: pytest.MonkeyPatch):
    testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not installed")
    monkeypatch.setenv("PAINSTATS_STUDY", str(study.folder))
    return testing.AppTest.from_file(str(DASHBOARD), default_timeout=60).run()


def test_another_participant_can_be_chosen(opened_dashboard):
    assert not opened_dashboard.exception
    chosen = opened_dashboard.selectbox[0].set_value("p02").run()
    assert [heading.value for heading in chosen.subheader] == ["Sleep: no large link", "Steps: more pain"]


def test_dates_can_be_narrowed(opened_dashboard):
    opened_dashboard.selectbox[0].set_value("p03").run()
    first, last = opened_dashboard.date_input[0].value
    narrowed = opened_dashboard.date_input[0].set_value((first, first.replace(day=first.day + 9))).run()
    assert all(metric.value.endswith("of 10") for metric in narrowed.metric)
    assert first < last


def test_nothing_published_is_said_plainly(tmp_path, monkeypatch):
    testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not installed")
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv("PAINSTATS_STUDY", str(tmp_path))
    page = testing.AppTest.from_file(str(DASHBOARD), default_timeout=60).run()
    assert "Nothing is published yet" in page.info[0].value
    assert not page.exception
