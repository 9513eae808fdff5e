"""``participants.csv`` and ``[variables.NAME]``: what takes part, and what is refused, with its line and column."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from painstats.cohort.baseline import arms_of, outside_population
from painstats.cohort.participants_file import read_baseline
from painstats.errors import StudyError
from painstats.plan.study import Study, checked_plan

VARIABLES = {
    "sex": {"kind": "categorical", "levels": ["female", "male"]},
    "education": {"kind": "ordinal", "levels": ["low", "middle", "high"]},
    "age": {"kind": "continuous", "unit": "years", "per": 10},
}
FIRST_DAYS = {"p1": date(2026, 1, 5), "p2": date(2026, 1, 6), "p4": None}


def study(folder, table: str, plan=None) -> Study:
    text = "\n".join(line.strip() for line in table.strip().splitlines()) + "\n"
    (folder / "participants.csv").write_text(text, encoding="utf-8")
    return Study(folder=folder, plan=checked_plan(plan or {"variables": VARIABLES}, "study.toml"))


GOOD = """
    participant,sex,age,education,note,seen
    p3,male,,high,x,
    p1,female,31.5,low,y,2026-01-05
    p2,NA,40,middle,z,2026-01-07
"""


def test_declared_columns_become_variables_in_the_order_of_ids(tmp_path):
    baseline = read_baseline(study(tmp_path, GOOD), FIRST_DAYS)
    assert baseline.participants == ("p1", "p2", "p3", "p4")
    assert baseline.values("sex").to_list() == ["female", None, "male", None]
    assert baseline.values("age").to_list() == [31.5, 40, None, None]
    assert baseline.values("education").dtype == pl.Enum(["low", "middle", "high"])
    assert baseline.values("education").to_physical().to_list() == [0, 1, 2, None]


def test_who_has_only_a_row_or_only_data_is_listed_and_undeclared_columns_are(tmp_path):
    baseline = read_baseline(study(tmp_path, GOOD), FIRST_DAYS)
    assert (baseline.without_data, baseline.without_row) == (("p3",), ("p4",))
    assert baseline.undeclared == ("note", "seen")


def test_what_was_measured_after_the_first_day_is_described_only(tmp_path):
    plan = {"variables": VARIABLES | {"age": {"kind": "continuous", "measured": "seen"}}}
    baseline = read_baseline(study(tmp_path, GOOD, plan), FIRST_DAYS)
    assert baseline.measured_late == {"age": ("p2",)}
    assert baseline.described_only == ("age",)
    assert baseline.undeclared == ("note",)


@pytest.mark.parametrize(
    ("row", "place", "expected"),
    [
        ("p9,other,4,low", "line 3, column sex", "not one of the levels: female, male"),
        ("p9,male,four,low", "line 3, column age", "not a number"),
        ("p9,male,1_0,low", "line 3, column age", "not a number"),
        ("p9,male,inf,low", "line 3, column age", "not a number"),
        ("p3,male,4,low", "line 3, column participant", "the same participant as on line 2"),
        ("P3,male,4,low", "line 3, column participant", "the same participant as on line 2"),
        (" P1 ,male,4,low", "line 3, column participant", "only in capitals, spaces or accents"),
        (",male,4,low", "line 3, column participant", "the id is empty"),
        ("p9,male,4", "line 3", "more or fewer cells"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_column_and_without_its_value(tmp_path, row, place, expected):
    with pytest.raises(StudyError) as refusal:
        read_baseline(study(tmp_path, f"participant,sex,age,education\np3,male,4,low\n{row}"), FIRST_DAYS)
    text = str(refusal.value).removeprefix(str(tmp_path))
    assert place in text
    assert expected in text
    assert "other" not in text.replace("another", "")
    assert "four" not in text


def test_a_missing_column_or_file_is_an_error_that_says_what_to_write(tmp_path):
    with pytest.raises(StudyError, match=r"line 1: there is no column sex, only: participant, age"):
        read_baseline(study(tmp_path, "participant,age\np1,3"), FIRST_DAYS)
    with pytest.raises(StudyError, match=r"line 1: there is no column participant, only: participant;age"):
        read_baseline(study(tmp_path, "participant;age\np1;3"), FIRST_DAYS)
    (tmp_path / "participants.csv").unlink()
    plan = checked_plan({"variables": VARIABLES}, "study.toml")
    with pytest.raises(StudyError, match=r"is missing, but the plan declares sex, education, age"):
        read_baseline(Study(folder=tmp_path, plan=plan), FIRST_DAYS)


def test_without_variables_everyone_with_data_is_enrolled(tmp_path):
    baseline = read_baseline(Study(folder=tmp_path, plan=checked_plan({}, "study.toml")), FIRST_DAYS)
    assert baseline.participants == ("p1", "p2", "p4")
    assert not baseline.variables


def test_the_population_leaves_out_who_is_outside_or_unknown(tmp_path):
    plan = {"variables": VARIABLES, "analysis": {"population": {"age": [18, 35], "sex": ["female"]}, "arms": "sex"}}
    given = study(tmp_path, GOOD, plan)
    baseline = read_baseline(given, FIRST_DAYS)
    assert outside_population(baseline, given.plan.analysis) == {"p2", "p3", "p4"}
    assert list(arms_of(baseline, given.plan.analysis)) == ["female", None, "male", None]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"variables": {"sex": {"kind": "categorical"}}}, "needs levels, at least two"),
        ({"variables": {"sex": {"kind": "ordinal", "levels": ["a", "a"]}}}, "levels: one is there twice"),
        ({"variables": {"sex": {"kind": "ordinal", "levels": ["a", "NA"]}}}, "both a level and a mark of missing"),
        ({"variables": {"sex": {"kind": "ordinal", "levels": ["a", "b"], "reference": "c"}}}, "reference: 'c' is not"),
        ({"variables": {"age": {"kind": "continuous", "levels": ["a", "b"]}}}, "levels is only for kind"),
        ({"variables": {"sex": {"kind": "ordinal", "levels": ["a", "b"], "per": 2}}}, "per is only for a continuous"),
        ({"variables": {"pain": {"kind": "continuous"}}}, "pain means something else in formulas"),
        ({"variables": {"a b": {"kind": "continuous"}}}, "'a b' cannot stand in a formula"),
        ({"analysis": {"moderators": ["age"]}}, "analysis.moderators: age is not declared"),
        ({"analysis": {"primary": "weight"}}, "primary: 'weight' is not known"),
        ({"analysis": {"primary": "arm"}}, 'primary = "arm" needs arms'),
        ({"analysis": {"primary": ["sleep", "steps", "exercise"]}}, "at most 2 items"),
        ({"variables": VARIABLES, "analysis": {"subgroups": ["age"]}}, "age is a number; list it in moderators"),
        ({"variables": VARIABLES, "analysis": {"arms": "education"}}, "needs kind = \"categorical\""),
        ({"variables": VARIABLES, "analysis": {"population": {"sex": ["x"]}}}, "sex must be some of female, male"),
        ({"variables": VARIABLES, "analysis": {"population": {"age": [1, 2, 3]}}}, "age must be [lowest, highest]"),
        ({"models": [{"formula": "pain = sleep_within"}]}, "a formula is written"),
        ({"models": [{"formula": "pain ~ log(sleep_within)"}]}, "is not a column or a product of two"),
        ({"models": [{"formula": "pain ~ sleep_within * age * sex"}]}, "a product of three columns"),
        ({"models": [{"formula": "pain ~ sleep_within * pain"}]}, "pain is an outcome"),
        ({"models": [{"formula": "pain ~ sleep_within * bmi"}]}, "bmi is not known"),
        ({"models": [{"formula": "mood ~ sleep_within"}]}, "explains mood, which the plan does not"),
        (
            {"variables": VARIABLES, "models": [{"formula": "pain ~ sleep_within * age", "random": "~ steps_within"}]},
            "sleep_within is tested, so it needs a slope of each participant",
        ),
        ({"models": [{"formula": "pain ~ sleep_within", "random": "~ age"}]}, "age does not differ between the days"),
        ({"models": [{"formula": "pain ~ sleep_within * phase"}]}, "a product of two columns of days is not offered"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_analysed_is_refused_by_key(plan, expected):
    with pytest.raises(StudyError) as refusal:
        checked_plan(plan, "study.toml")
    assert expected in str(refusal.value)


def test_a_formula_tests_the_days_of_its_products_and_gives_them_slopes():
    plan = {"variables": VARIABLES, "models": [{"formula": "pain ~ age*sleep_within + steps_within + weekend"}]}
    [model] = checked_plan(plan, "study.toml").models
    assert model.parsed.products == (("sleep_within", "age"),)
    assert model.random_columns == ("sleep_within",)
    assert model.parsed.columns == ("age", "sleep_within", "steps_within", "weekend")
