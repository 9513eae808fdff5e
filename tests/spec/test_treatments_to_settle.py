"""Treatments of the plan and of tables: renamed rows are replaced, contradictions and strangers are named."""

from contextlib import contextmanager

import pytest
from pydantic import ValidationError

from painstats.frame.treatments import declare_phases, treatments_to_settle
from painstats.plan.phases import PhasePlan
from painstats.plan.study import Plan
from painstats.run import run_study
from painstats.store import open_store
from tests.conftest import put, table

TABLE = "kind,name,start_date,end_date,dose,dose_unit,acts_days\n"
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
    study("medicine,naltrexon,2026-01-01,,4.5,mg,", "therapy,massage,2026-01-01,,,,")
    renamed = study("medicine,naltrexone,2026-01-01,,4.5,mg,", "therapy,massage,2026-01-01,,,,")
    assert phases(renamed) == [("massage", None), ("naltrexone", 4.5)]


def test_the_plan_counts_where_a_table_contradicts_it(study):
    declared = {"participant": "me", "name": "Naltrexone", "kind": "medicine", "start": "2026-01-01", "dose": 3}
    made = study("medicine,naltrexone,2026-01-03,,4.5,mg,", "therapy,massage,2026-01-01,,,,", phases=[declared])
    assert phases(made) == [("Naltrexone", 3.0), ("massage", None)]
    with open_store(made) as store:
        assert treatments_to_settle(store) == [
            "study.toml and a table of treatments disagree about naltrexone of me from 2026-01-03; the plan counts. "
            "Correct or remove one of the two"
        ]


def test_the_same_treatment_twice_is_one_and_no_contradiction(study):
    declared = {"participant": "me", "name": "massage", "start": "2026-01-01"}
    made = study("therapy,massage,2026-01-01,,,,", phases=[declared])
    assert phases(made) == [("massage", None)]
    with open_store(made) as store:
        assert treatments_to_settle(store) == []


def test_a_participant_without_data_is_named(study):
    made = study("therapy,massage,2026-01-01,,,,", phases=[{"participant": "mee", "name": "x", "start": "2026-01-01"}])
    with open_store(made) as store:
        declare_phases(store)
        [line] = treatments_to_settle(store)
    assert line.startswith("treatments name the participant mee, who has no other data")


def test_an_impossible_dose_is_refused_by_name():
    with pytest.raises(
        ValidationError, match=r"4,500 g of naltrexone: expected at most 150 mg a day; is the unit right"
    ):
        PhasePlan.model_validate({"participant": "me", "name": "naltrexone", "start": "2026-01-01", "dose": 4500,
                                  "dose_unit": "g"})  # fmt: skip


@pytest.fixture
def declared(make_study):
    """Open a study of ann, whose data ends on 1 February 2026, with rows of treatments and phases of the plan."""

    @contextmanager
    def opened(rows, phases=()):
        with open_store(make_study(study={"time_zone": "UTC"}, phases=list(phases))) as store:
            store.connection.execute(
                "CREATE TABLE daily_summary AS SELECT 'ann' AS participant_id, DATE '2026-02-01' AS date"
            )
            put(store, "treatment", rows)
            declare_phases(store)
            yield store

    return opened


def days(store):
    return table(
        store,
        "SELECT name, start_date::VARCHAR AS first, end_date::VARCHAR AS last, acts_days FROM treatment_phase ORDER BY ALL",
    )


def test_an_injection_lasts_as_long_as_it_acts_in_plan_and_table(declared):
    rows = """
        kind       | name      | start_date | acts_days
        injection  | cortisone | 2026-01-03 | 60
        nerve_block| block     | 2026-01-29 | 28
    """
    phase = {"participant": "ann", "name": "block", "kind": "nerve_block", "start": "2026-01-01", "acts_days": 28}
    with declared(rows, [phase]) as store:
        assert [tuple(each.values()) for each in days(store)] == [
            ("block", "2026-01-01", "2026-01-28", 28),
            ("block", "2026-01-29", "2026-02-25", 28),
            ("cortisone", "2026-01-03", "2026-03-03", 60),
        ]


def test_sessions_of_plan_and_table_are_days_and_their_course_a_phase(declared):
    rows = """
        kind    | name    | start_date | end_date
        massage | Massage | 2026-01-01 | 2026-01-01
        massage | massage | 2026-01-08 | 2026-01-08
    """
    phase = {"participant": "ann", "name": "massage", "kind": "massage", "start": "2026-01-22", "end": "2026-01-22"}
    with declared(rows, [phase]) as store:
        logged = table(store, "SELECT date::VARCHAR AS date FROM treatment_day ORDER BY date")
        assert [day["date"] for day in logged] == ["2026-01-01", "2026-01-08", "2026-01-22"]
        assert [(each["first"], each["last"]) for each in days(store)] == [("2026-01-01", None)]


def test_what_was_declared_counts_and_not_what_was_logged_of_it(declared):
    rows = "name | start_date | end_date\n" + "\n".join(
        f"ldn | 2026-01-{day:02d} | 2026-01-{day:02d}" for day in range(2, 32)
    )
    with declared(rows, [{"participant": "ann", "name": "LDN", "start": "2026-01-01"}]) as store:
        assert [(each["name"], each["first"]) for each in days(store)] == [("LDN", "2026-01-01")]
        assert treatments_to_settle(store) == []


@pytest.mark.parametrize(
    ("first", "acts", "ends"),
    [("", "", ("2026-01-31", None)), ("2026-03-01", "", ("2026-01-31", None)), ("", "60", ("2026-01-31", 31))],
)
def test_a_row_that_lasts_into_the_next_one_of_its_name_ends_before_it_and_is_named(declared, first, acts, ends):
    rows = f"start_date | end_date | acts_days | dose | name\n2026-01-01 | {first} | {acts} | 1 | ldn\n2026-02-01 | | | 2 | LDN"
    with declared(rows) as store:
        assert [(each["first"], each["last"], each["acts_days"]) for each in days(store)] == [
            ("2026-02-01", None, None), ("2026-01-01", *ends),
        ]  # fmt: skip
        assert treatments_to_settle(store) == [
            "LDN of ann: the row from 2026-01-01 of a table of treatments lasts into the one from 2026-02-01, and was taken "
            "to end on 2026-01-31. Write its last day as end_date"
        ]


def test_rows_of_one_name_that_start_on_one_day_are_named(declared):
    with declared("start_date | name\n2026-01-01 | ldn\n2026-01-01 | LDN") as store:
        assert treatments_to_settle(store) == [
            "tables of treatments have two rows of ldn of ann that start on 2026-01-01; keep one of them"
        ]


def test_rows_that_follow_each_other_have_nothing_to_settle(declared):
    rows = (
        "start_date | end_date | name\n2026-01-01 | 2026-01-31 | ldn\n2026-02-01 | 2026-03-01 | LDN\n2026-03-02 | | ldn"
    )
    with declared(rows) as store:
        assert treatments_to_settle(store) == []


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"kind": "injection"}, r"x needs acts_days: for how many days does it act"),
        ({"kind": "injection", "acts_days": 30, "end": "2026-02-01"}, r"x has acts_days, which is for one day, and a"),
        ({"end": "2025-12-31"}, "end is before start"),
        ({"name": " "}, "name is empty"),
        ({"dose": float("nan")}, "finite number"),
        ({"kind": "prayer"}, "'prayer' is not known; write one of: medicine, supplement, injection"),
    ],
)
def test_entries_that_cannot_be_are_refused_by_name(keys, said):
    with pytest.raises(ValidationError, match=said):
        PhasePlan.model_validate({"participant": "me", "name": "x", "start": "2026-01-01", **keys})


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({}, {"start": "2026-03-01"}, "X of me: the entry from 2026-01-01 has no end, so it overlaps the one from "
         "2026-03-01; give the first end = 2026-02-28"),
        ({"end": "2026-03-01"}, {"start": "2026-03-01"}, "lasts until 2026-03-01, so it overlaps"),
        ({"kind": "injection", "acts_days": 60}, {"start": "2026-03-01"}, "give the first a smaller acts_days"),
        ({}, {}, "X of me has two entries that start on 2026-01-01; keep one of them"),
    ],
)  # fmt: skip
def test_entries_of_one_name_that_overlap_are_refused(first, second, said):
    entry = {"participant": "me", "start": "2026-01-01"}
    with pytest.raises(ValidationError) as refused:
        Plan.model_validate({"phases": [{**entry, "name": "x", **first}, {**entry, "name": "X ", **second}]})
    assert said in str(refused.value)


def test_entries_of_one_name_that_follow_each_other_or_are_of_others_do_not_overlap():
    entry = {"participant": "me", "name": "x", "start": "2026-01-01"}
    following = {**entry, "start": "2026-03-01"}
    Plan.model_validate({"phases": [{**entry, "end": "2026-02-28"}, following, {**entry, "participant": "you"}]})
