"""The pages in a real browser: contents are visible, and there are no network requests and no errors."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from painstats.plan.study import Study
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.treatment.finding import ChangeFinding
from painstats.reports import write_reports
from painstats.reports.pages import page_name
from painstats.reports.status.write import write_status_page
from painstats.store import open_store
from painstats.store.rows import replace_rows
from tests.faults.test_signals import descendants
from tests.made_up_results import write_made_up_results
from tests.made_up_study import DAYS, EVIL_ID, fill, plan
from tests.network import addresses, outside, traced
from tests.spec.made_up_changes import EXPERIMENTS, STATES

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
        replace_rows(store, "change_finding", ChangeFinding, [STATES["lower_start"]])
        replace_rows(store, "experiment_finding", ExperimentFinding, [EXPERIMENTS["sealed"]])
        write_made_up_results(made)
        write_reports(store)
        write_status_page(store)
    return made


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


def visit(browser, size: dict[str, int], scheme: str = "light"):
    """Open an empty page that notes its requests and complaints."""
    page, seen = browser.new_page(viewport=size, color_scheme=scheme), Visit()
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
    figures = [figure for figure in page.locator("figure").all() if figure.is_visible()]
    assert figures or name == "index.html"
    assert all(any(svg.is_visible() for svg in figure.locator("svg").all()) for figure in figures)
    page.close()


def violations(axe, page) -> list[str]:
    """Return the rules of WCAG 2.1, levels A and AA, that a page breaks."""
    found = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    return [each["id"] for each in found.response["violations"]]


@needs_chromium
@pytest.mark.parametrize(("size", "scheme"), [({**PHONE, "width": 390}, "dark"), (DESKTOP, "light")])
def test_every_page_can_be_read_by_everyone(browser, study, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    # The pages let no script run, not even that of the checker.
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    for name in ("p01.html", "p01-clinic.html", "cohort.html", "index.html"):
        page = context.new_page()
        page.goto((study.reports / name).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert violations(axe, page) == [], name
        page.set_viewport_size({"width": 320, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
        page.close()
    context.close()


@needs_chromium
def test_links_of_the_index_lead_to_every_report(browser, study):
    page, _ = visit(browser, DESKTOP)
    page.goto((study.reports / "index.html").as_uri())
    links = {link.get_attribute("href") or "" for link in page.locator("a").all()}
    everyone = frozenset(DAYS)
    assert {page_name(participant, everyone) for participant in everyone} | {"cohort.html"} <= links
    assert all((study.reports / link).exists() for link in links if link.endswith(".html"))
    page.get_by_text("p01", exact=True).click()
    page.wait_for_url("**/p01.html")
    assert "After longer nights, pain was lower: 0.6 points per extra hour" in page.inner_text("main")
    page.close()


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that was started from the root folder: its printed address, and what it asked of the network."""

    url: str
    trace: Path
    pid: int

    @property
    def site(self) -> str:
        return self.url.split("?")[0]


@pytest.fixture(scope="module")
def dashboard(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    pytest.importorskip("streamlit", reason="streamlit is not installed")
    place = tmp_path_factory.mktemp("dashboard")
    command = [sys.executable, "-m", "painstats", "dashboard", str(study.folder), "--port", str(free_port()), "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PAINSTATS", "STREAMLIT"))}
    process = subprocess.Popen(
        [*traced(place / "trace"), *command], cwd="/", env={**environment, "HOME": str(place)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        started = Dashboard(
            json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")["url"], place / "trace", own_pid(process)
        )
        _wait_for(started.url)
        yield started
    finally:
        os.kill(own_pid(process), signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (143, "painstats: the dashboard has stopped\n")


def own_pid(traced_process: subprocess.Popen[str]) -> int:
    [pid] = [pid for pid in descendants(traced_process.pid) if "painstats" in Path(f"/proc/{pid}/cmdline").read_text()]
    return pid


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(url: str) -> None:
    until = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the dashboard did not start")


@needs_chromium
def test_the_dashboard_shows_a_person_and_asks_nothing_of_the_network(browser, dashboard):
    page, seen = visit(browser, DESKTOP)
    page.goto(dashboard.url)
    page.get_by_text("Who stopped", exact=True).wait_for(timeout=PATIENCE_MS)
    page.get_by_role("link", name="Participant").click()
    page.get_by_text("Course of pain").wait_for(timeout=PATIENCE_MS)
    page.locator("svg.drawn path.dots").wait_for(timeout=PATIENCE_MS)
    page.get_by_text("Sleep: less pain").wait_for(timeout=PATIENCE_MS)
    assert re.search(r"Days with a score\s+71\s+of 80", page.inner_text("body"))
    page.get_by_role("combobox").first.click()
    page.keyboard.type("p01")
    page.keyboard.press("Enter")
    page.locator("figure.chart").nth(2).wait_for(timeout=PATIENCE_MS)  # the course, a change and an experiment
    assert seen.outside(dashboard.site) == []
    assert seen.complaints == []
    page.close()
    listened, contacted = addresses(dashboard.trace)
    assert "127.0.0.1" in listened  # the trace did see the server
    assert outside(listened) == set()
    assert outside(contacted) == set()


@needs_chromium
@pytest.mark.parametrize(("size", "scheme"), [({**PHONE, "width": 390}, "dark"), (DESKTOP, "light")])
def test_every_view_fits_and_can_be_read_by_everyone(browser, dashboard, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page, seen = visit(browser, size, scheme)
    missing = []
    page.on("response", lambda response: missing.append(response.url) if response.status >= 400 else None)
    for view in ("", "participant", "cohort", "data"):
        page.goto(dashboard.url.replace("/?", f"/{view}?"))
        page.locator(".view table").first.wait_for(timeout=PATIENCE_MS)
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=PATIENCE_MS)
        page.wait_for_function("!document.querySelector('[data-stale=true]')", timeout=PATIENCE_MS)
        page.add_style_tag(content="* { animation: none !important; transition: none !important }")  # no faded text
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= size["width"]
        assert violations(axe, page) == [], view
    # Streamlit looks for its server below the address of a view first, and then above it.
    assert [url for url in missing if not url.endswith(("/_stcore/health", "/_stcore/host-config"))] == []
    assert len(seen.complaints) == len(missing)
    page.close()


@needs_chromium
@pytest.mark.parametrize("ending", ["", "?token=", "?token=guessed", "?token=%C3%A9"])
def test_without_its_token_the_dashboard_shows_nothing(browser, study, dashboard, ending):
    page, _ = visit(browser, DESKTOP)
    page.goto(dashboard.site + ending)
    page.get_by_text("Open the whole address").wait_for(timeout=PATIENCE_MS)
    text = page.inner_text("body")
    assert not [word for word in ("p01", "Sleep", "Participant", study.folder.name) if word in text]
    page.close()


def test_every_dashboard_has_an_unguessable_token_of_its_own(dashboard):
    token = dashboard.url.split("token=")[1]
    assert len(token) >= 40
    assert token not in Path(f"/proc/{dashboard.pid}/cmdline").read_text()  # which every user of the machine can read


@needs_chromium
def test_started_by_streamlit_itself_where_others_can_reach_it_nothing_is_shown(browser, study, tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(DASHBOARD),
        "--server.port",
        str(port),
        "--server.address",
        "0.0.0.0",
    ]
    environment = {**os.environ, "PAINSTATS_STUDY": str(study.folder), "PAINSTATS_DASHBOARD_TOKEN": "known"}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/")
        page, _ = visit(browser, DESKTOP)
        page.goto(f"http://127.0.0.1:{port}/?token=known")
        page.get_by_text("only if it is started with").wait_for(timeout=PATIENCE_MS)
        assert "p01" not in page.inner_text("body")
        page.close()
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_a_port_that_is_taken_is_a_sentence(study):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "painstats", "dashboard", str(study.folder), "--port", port]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert (
        answer.stderr == f"painstats: port {port} cannot be used (Address already in use); choose another with --port\n"
    )


SAFE = {
    "server.address": "127.0.0.1", "browser.gatherUsageStats": False, "server.enableCORS": True,
    "server.enableXsrfProtection": True,
}  # fmt: skip


def opened(monkeypatch: pytest.MonkeyPatch, folder: Path, view: str = "participant", **changed: object):
    """Open the page without a server, as ``painstats dashboard`` sets it up but for some options of Streamlit."""
    testing = pytest.importorskip("streamlit.testing.v1", reason="streamlit is not installed")
    from streamlit import config
    from streamlit.util import calc_hash

    monkeypatch.setenv("PAINSTATS_STUDY", str(folder))
    monkeypatch.setenv("PAINSTATS_DASHBOARD_TOKEN", "secret")
    for name, value in {**SAFE, **changed}.items():
        config.set_option(name, value)
    monkeypatch.syspath_prepend(DASHBOARD.parent)
    # The page becomes the main module; processes that later tests start would import it.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    page = testing.AppTest.from_file(str(DASHBOARD), default_timeout=60)
    page.query_params["token"] = "secret"
    page._page_hash = calc_hash(view)  # switch_page only knows pages in files
    return page


@pytest.fixture
def opened_dashboard(study: Study, monkeypatch: pytest.MonkeyPatch):
    return opened(monkeypatch, study.folder).run()


@pytest.mark.parametrize(
    "changed",
    [
        {"server.address": "0.0.0.0"}, {"server.address": None}, {"browser.gatherUsageStats": True}, {"server.enableCORS": False},
        {"server.enableXsrfProtection": False},
    ],
    ids=lambda changed: "=".join(map(str, *changed.items())),
)  # fmt: skip
def test_with_an_unsafe_setting_the_dashboard_shows_nothing(study, monkeypatch, changed):
    page = opened(monkeypatch, study.folder, **changed).run()
    assert [error.value for error in page.error] == [
        "This page shows health data only if it is started with `painstats dashboard STUDY`."
    ]
    assert not page.title
    assert not page.selectbox


def test_another_participant_can_be_chosen(opened_dashboard):
    assert not opened_dashboard.exception
    chosen = opened_dashboard.selectbox[0].set_value("p02").run()
    assert [heading.value for heading in chosen.subheader] == ["Sleep: not determined", "Steps: more pain"]


def test_treatments_are_listed_and_drawn(opened_dashboard):
    chosen = opened_dashboard.selectbox[0].set_value("p01").run()
    headings = [heading.value for heading in chosen.subheader]
    assert headings[2:] == ["Low-dose naltrexone, from 16 March 2026: less pain", "Experiment with heat: sealed"]
    assert any("Water walking" in text.value for text in chosen.markdown if "<svg" in text.value)


def test_dates_can_be_narrowed(opened_dashboard):
    opened_dashboard.selectbox[0].set_value("p03").run()
    first, last = opened_dashboard.date_input[0].value
    narrowed = opened_dashboard.date_input[0].set_value((first, first.replace(day=first.day + 9))).run()
    [numbers] = [text.value for text in narrowed.markdown if "<dl>" in text.value]
    assert numbers.count("<small>of 10</small>") == numbers.count("<dt>") > 0
    assert first < last


def test_nothing_published_is_said_plainly(tmp_path, monkeypatch):
    (tmp_path / "inbox").mkdir()
    page = opened(monkeypatch, tmp_path).run()
    assert "Nothing is published yet" in page.info[0].value
    assert not page.exception
