"""From a diary and a table of treatments to the table ``change_finding``, in a real store."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.questions.asked import asked, exposures
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.treatment.kind import TREATMENT
from painstats.questions.verdict import Verdict
from painstats.run import list_inbox, load_files, prepare
from painstats.store import Store, open_store
from painstats.store.rows import read_rows

FIRST = date(2026, 1, 1)
TABLE = "kind,name,start_date,end_date,dose,dose_unit\n"
DIARY = {
    "file": "diary.csv", "filled": "evening",
    "items": [{"item": "pain", "column": "pain", "scale": [0, 10], "higher_is": "worse", "recall": "today"}],
}  # fmt: skip


@pytest.fixture
def judged(make_study):
    study = make_study(
        study={"time_zone": "UTC"},
        diaries=[DIARY],
        phases=[{"participant": "me", "name": "Yoga", "kind": "therapy", "start": "2025-06-01"}],
    )
    folder = study.inbox / "me"
    folder.mkdir()
    scores = np.clip(np.rint(6 + np.random.default_rng(2).standard_normal(150)), 0, 10)
    scores[60:] = np.clip(scores[60:] - 3, 0, 10)
    rows = [f"{FIRST + timedelta(days=number)},{score:.0f}" for number, score in enumerate(scores)]
    (folder / "diary.csv").write_text("date,pain\n" + "\n".join(rows) + "\n")
    (folder / "treatments.csv").write_text(
        TABLE + "medicine,LDN,2026-03-02,2026-04-20,1.5,mg\nmedicine,ldn,2026-04-21,,4.5,mg\n"
    )
    with open_store(study) as store:
        prepare(store, lambda _: None)
        load_files(store, list_inbox(study), lambda _: None)
        build_daily_table(store)
        build_model_frame(store, exposures(asked(study)))
        TREATMENT.judge(store)
        yield store


def findings(store: Store) -> list[ChangeFinding]:
    return read_rows(store, "change_finding", ChangeFinding, "participant_id, number")


def test_every_change_is_a_row_by_its_date(judged):
    yoga, start, dose = findings(judged)
    assert (yoga.names, yoga.reasons) == (("Yoga",), ("covers_all_days",))
    assert (start.change, start.verdict, start.look) == ("start", Verdict.LOWER, 1)
    assert start.low < -3 < start.high
    assert (start.look_date, start.next_look_date) == (date(2026, 3, 29), None)
    assert (dose.change, dose.doses_before, dose.doses_after, dose.look) == ("dose", (1.5,), (4.5,), 1)
    assert dose.verdict in (Verdict.NOT_DETERMINED, Verdict.AT_MOST_SMALL)
    assert [one.number for one in (yoga, start, dose)] == [1, 2, 3]


def test_an_event_of_one_day_lasts_as_long_as_it_acts_and_tables_can_be_cleared(judged):
    judged.connection.execute(
        "UPDATE treatment_phase SET end_date = start_date + 19, acts_days = 20 WHERE name = 'ldn'"
    )
    TREATMENT.judge(judged)
    [end] = [one for one in findings(judged) if one.actions == ("stop",)]
    assert end.first_date == date(2026, 4, 21) + timedelta(days=20)
    change = "UPDATE treatment_phase SET start_date = '0001-01-01', end_date = '9999-12-31' WHERE name = 'Yoga'"
    judged.connection.execute(change)  # what some tables write for "always"
    TREATMENT.judge(judged)
    assert findings(judged)[0].reasons == ("covers_all_days",)
    TREATMENT.clear(judged)
    assert findings(judged) == []
