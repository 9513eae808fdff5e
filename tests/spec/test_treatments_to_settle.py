"""Treatments of the plan and of tables: renamed rows are replaced, contradictions and strangers are named."""

import pytest
from pydantic import ValidationError

from painstats.frame.treatments import declare_phases, treatments_to_settle
from painstats.plan.phases import PhasePlan
from painstats.run import run_study
from painstats.store import open_store

TABLE = "kind,name,start_date,end_date,dose,dose_unit\n"
DIARY = {
    "file": "diary.csv", "filled": "evening",
    "items": [{"item": "pain", "column": "pain", "scale": [0, 10], "higher_is": "worse", "recall": "today"}],
}  # fmt: skip


def phases(study):
    with open_store(study) as store:
        return store.connection.execute("SELECT name, dose FROM treatment_phase ORDER BY ALL").fetchall()


@pytest.fixture
def study(make_study):
    def make(*rows, phases=()):
        made = make_study(study={"time_zone": "UTC"}, diaries=[DIARY], phases=list(phases))
        folder = made.inbox / "me"
        folder.mkdir(exist_ok=True)
        (folder / "diary.csv").write_text("date,pain\n2026-01-05,3\n")
        (folder / "treatments.csv").write_text(TABLE + "".join(f"{row}\n" for row in rows))
        run_study(made)
        return made

    return make


def test_a_renamed_row_replaces_the_old_one(study):
    study("medicine,naltrexon,2026-01-01,,4.5,mg", "therapy,massage,2026-01-01,,,")
    renamed = study("medicine,naltrexone,2026-01-01,,4.5,mg", "therapy,massage,2026-01-01,,,")
    assert phases(renamed) == [("massage", None), ("naltrexone", 4.5)]


def test_the_plan_counts_where_a_table_contradicts_it(study):
    declared = {"participant": "me", "name": "Naltrexone", "kind": "medicine", "start": "2026-01-01", "dose": 3}
    made = study("medicine,naltrexone,2026-01-03,,4.5,mg", "therapy,massage,2026-01-01,,,", phases=[declared])
    assert phases(made) == [("Naltrexone", 3.0), ("massage", None)]
    with open_store(made) as store:
        assert treatments_to_settle(store) == [
            "study.toml and a table of treatments disagree about naltrexone of me from 2026-01-03; the plan counts. "
            "Correct or remove one of the two"
        ]


def test_the_same_treatment_twice_is_one_and_no_contradiction(study):
    declared = {"participant": "me", "name": "massage", "start": "2026-01-01"}
    made = study("therapy,massage,2026-01-01,,,", phases=[declared])
    assert phases(made) == [("massage", None)]
    with open_store(made) as store:
        assert treatments_to_settle(store) == []


def test_a_participant_without_data_is_named(study):
    made = study("therapy,massage,2026-01-01,,,", phases=[{"participant": "mee", "name": "x", "start": "2026-01-01"}])
    with open_store(made) as store:
        declare_phases(store)
        [line] = treatments_to_settle(store)
    assert line.startswith("treatments name the participant mee, who has no other data")


def test_an_impossible_dose_is_refused_by_name():
    with pytest.raises(ValidationError, match=r"4,500 g of naltrexone is no possible dose"):
        PhasePlan.model_validate({"participant": "me", "name": "naltrexone", "start": "2026-01-01", "dose": 4500,
                                  "dose_unit": "g"})  # fmt: skip
