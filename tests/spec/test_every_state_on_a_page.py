"""Every state of a finding on a personal page, with its chart: what no page may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from painstats.findings.words import answer
from painstats.frame.participants import participant_summaries
from painstats.reports.figures.effect_charts import VERDICT_COLOURS
from painstats.reports.pages import page_bytes
from painstats.reports.personal.charts import figures_among_others
from painstats.reports.personal.page import personal_page
from painstats.reports.personal.record import ParticipantRecord, participant_record
from painstats.store import Store, open_store
from tests.made_up_study import fill, small_study
from tests.reading_pages import read_page
from tests.spec.made_up_findings import STATES

NEVER = re.compile(
    r"no clear link|cannot tell yet|about [\d,]+ more days|(?<![\d.])100%|[Pp]rov(es|ed|en)|\bcauses\b|\bbecause\b"
    r"|\bimproves?\b|\bleads? to\b|\bhelps?\b|significan|−|(?<![\w-])-\d"
)
COLOURS = {colour for verdict, colour in VERDICT_COLOURS.items() if verdict.has_direction}


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
    figures = figures_among_others(shown)
    page = page_bytes(personal_page(store, shown, figures, ()))
    text = read_page(page).text
    assert NEVER.findall(text) == []
    assert answer(finding).line in text
    drawn = "".join(figure.wide + figure.narrow for figure in figures)
    is_split = answer(finding).state.is_split
    assert bool(drawn) is (not is_split and (finding.judged is not None or finding.estimate.value is not None))
    assert {colour for colour in COLOURS if colour in drawn} == (
        {VERDICT_COLOURS[finding.verdict]} if finding.verdict.has_direction else set()
    )
    assert ("your reading" in drawn) is (not is_split and finding.estimate.value is not None)
