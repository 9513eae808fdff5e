"""The notice about an opioid with naltrexone and the days of medicine use: on pages, in status, and as a count."""

from __future__ import annotations

import json

import pytest

from painstats.commands.status import status
from painstats.errors import NEEDS_HAND_EXIT_CODE
from painstats.reports import write_reports
from painstats.reports.cohort.days import safety_words
from painstats.reports.cohort.treatment_counts import SMALL_CELL
from painstats.store import open_store
from tests.made_up_study import fill, small_study
from tests.reading_pages import read_page

PHASES = [
    {"participant": "p01", "name": "<b>Oxycodone</b>", "kind": "medicine", "start": "2026-01-10", "end": "2026-01-20"},
    {"participant": "p01", "name": "LDN", "kind": "medicine", "start": "2026-02-01", "dose": 1.5, "dose_unit": "mg"},
]
NOTICE = "Please ask your prescriber or pharmacist before the next dose"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with open_store(small_study(tmp_path_factory.mktemp("safety") / "study", phases=PHASES)) as store:
        fill(store, people={"p01": 60})
        write_reports(store)
        (store.study.folder / "inbox").mkdir()
        return store.study


def test_the_notice_comes_first_and_advises_neither_to_stop_nor_to_start(study):
    page = read_page((study.reports / "p01.html").read_bytes()).text
    assert page.index(NOTICE) < page.index("Your pain, and what goes with it") < page.index("Your answers")
    assert (
        "You listed <b>Oxycodone</b> and LDN within two weeks of each other. Naltrexone blocks opioids and can bring on "
        "withdrawal. Do not stop or change either on your own."
    ) in page


def test_days_of_use_are_shown_by_month_newest_first(study):
    page = read_page((study.reports / "p01.html").read_bytes()).text
    days = page[page.index("Days with medicines, for your doctor") :]
    assert days.index("Mar 2026 (5 days)") < days.index("Feb 2026 (28 days)") < days.index("Jan 2026 (27 days)")
    assert "Any, as needed" not in days


def test_status_counts_participants_and_names_no_medicine(study, capsys):
    assert status(study.folder, as_json=True) == NEEDS_HAND_EXIT_CODE
    assert json.loads(capsys.readouterr().out)["opioid_with_naltrexone"] == 1
    status(study.folder, as_json=False)
    said = capsys.readouterr().out
    assert "1 participant listed an opioid and naltrexone or nalmefene within two weeks of each other" in said
    assert "LDN" not in said


@pytest.mark.parametrize("number", [SMALL_CELL - 1, SMALL_CELL])
def test_a_cohort_is_only_counted_from_the_small_cell_limit_on(make_study, number):
    with open_store(make_study(study={"time_zone": "UTC"})) as store:
        store.connection.execute(
            "CREATE TABLE treatment_phase AS SELECT 'p' || n AS participant_id, name, 'medicine' AS kind, DATE '2026-01-01' "
            "AS start_date, NULL::DATE AS end_date, NULL::DOUBLE AS dose, NULL::VARCHAR AS dose_unit, 0 AS ramp_days, "
            f"0 AS wash_out_days, NULL::BIGINT AS acts_days FROM range({number}) AS t(n), (VALUES ('morphine'), ('LDN')) AS v(name)"
        )
        said = safety_words(store)
    assert [text.startswith("5 participants listed an opioid") for text in said] == (
        [True] if number == SMALL_CELL else []
    )
