"""Every state of a finding on a personal page, with its chart: what no page may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from painstats.findings.words import answer
from painstats.frame.participants import participant_summaries
from painstats.questions.verdict import Verdict
from painstats.reports.pages import page_bytes
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.reports.personal.scatter import scatter_charts
from painstats.store import Store, open_store
from tests.made_up_study import fill, small_study
from tests.reading_pages import read_page
from tests.spec.made_up_findings import STATES
from tests.spec.svg_shapes import shapes

NEVER = re.compile(
    r"no clear link|cannot tell yet|about [\d,]+ more days|(?<![\d.])100%|[Pp]rov(es|ed|en)|\bcauses\b|\bbecause\b"
    r"|\bimproves?\b|\bleads? to\b|\bhelps?\b|significan|−|(?<![\w-])-\d"
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(small_study(tmp_path_factory.mktemp("states") / "study")) as opened:
        fill(opened, people={"p01": 70})
        yield opened


@pytest.fixture(scope="module")
def record(store: Store) -> ParticipantRecord:
    [summary] = participant_summaries(store)
    return participant_record(store, summary, ())


@pytest.mark.parametrize("name", STATES)
def test_no_state_is_said_in_a_way_that_is_banned(store, record, name):
    finding = replace(STATES[name], participant_id="p01")
    shown = replace(record, findings=(finding,), all_findings=(finding,))
    charts = scatter_charts(shown)
    page = page_bytes(personal_page(store, shown, charts, ()))
    text = read_page(page).text
    assert NEVER.findall(text) == []
    assert answer(finding).line in text
    drawn = "".join(chart.drawing for chart in charts)
    is_answered = finding.verdict.has_direction or finding.verdict is Verdict.AT_MOST_SMALL
    is_shown = is_answered and finding.judged is not None and not answer(finding).state.is_split
    assert bool(drawn) is is_shown
    signs = {name for shape in (shapes(f"<i>{drawn}</i>")) for name in shape.classes} & {"lower", "higher"}
    assert signs == ({finding.verdict.value} if is_shown and finding.verdict.has_direction else set())
