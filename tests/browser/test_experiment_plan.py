"""The plan of an experiment in a real browser: it fits a phone, and prints on one page."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from painstats.questions.experiment.plan import ExperimentPlan
from painstats.questions.experiment.stored import Experiment
from painstats.reports.experiment_plan import plan_page
from painstats.reports.pages import page_bytes
from tests.browser.test_pages import DESKTOP, PHONE, browser, needs_chromium, visit

__all__ = ["browser"]

pytestmark = pytest.mark.slow


@needs_chromium
@pytest.mark.parametrize(("blocks", "days"), [(16, 7), (28, 4), (112, 1)])
def test_the_plan_fits_a_phone_and_prints_on_one_page(browser, tmp_path: Path, blocks, days):
    plan = ExperimentPlan(
        "p01", "10 minutes of stretching, evening", "nothing", date(2026, 6, 3), blocks, days, 0, "0f"
    )
    drawn_at = datetime(2026, 5, 30, tzinfo=UTC)
    medicine = (True, date(2026, 5, 20), "family doctor")
    experiment = Experiment("p01", plan.fingerprint, plan.canonical, drawn_at, "{}", *medicine, None)
    path = tmp_path / "plan.html"
    path.write_bytes(page_bytes(plan_page(experiment, 2, date(2026, 5, 30))))
    for size in (PHONE, DESKTOP):
        page, seen = visit(browser, size)
        page.goto(path.as_uri())
        assert page.locator("h1").inner_text() == "My experiment: 10 minutes of stretching, evening"
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert (seen.requests, seen.complaints) == ([path.as_uri()], [])
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
        page.close()
