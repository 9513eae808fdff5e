"""Every rule rejects what it should and nothing else; accepted and rejected rows add up."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from painstats.batch import PLACE, Rows
from painstats.intake.checks import (
    RULES,
    UNREADABLE,
    check_records,
)
from painstats.records import MAX_STEPS_IN_ONE_RECORD, OPTIONAL, RECORD_TABLES, RecordTable
from painstats.vocabulary import DAILY_LIMITS, SAMPLED
from tests.conftest import DEFAULTS, drawn

TODAY = date(2026, 6, 1)
USUAL = DEFAULTS | {
    "start_at": "2026-01-01 22:00", "end_at": "2026-01-02 06:00", "date": "2026-01-02", "step_count": "5",
    "stage": "core", "measure": "exercise_time_min", "total_sleep_time_min": "420", "time_in_bed_min": "480", "value": "5",
    "reported_at": "2026-01-02 21:00", "entry": "a.csv", "text": "as it came",
}  # fmt: skip
EMPTY = "∅"


def checked(table: str, text: str) -> Rows:
    """Check drawn rows; columns that are not drawn have a usual value, ``∅`` is null."""
    columns = {**RECORD_TABLES[table].columns, **PLACE}
    rows = [
        {name: None if row.get(name) == EMPTY else row.get(name, USUAL.get(name)) for name in columns}
        | {"line": row.get("line", str(number))}
        for number, row in enumerate(drawn(text), 1)
    ]
    texts = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return check_records(Rows(table, texts.select(typed(name, dtype) for name, dtype in columns.items())), TODAY)


def typed(name: str, dtype: object) -> pl.Expr:
    text = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return text.str.to_datetime("%Y-%m-%d %H:%M").dt.replace_time_zone("UTC").cast(dtype)
    if dtype == pl.Date:
        return text.str.to_date("%Y-%m-%d")
    return text == "true" if dtype == pl.Boolean else text.cast(dtype)


def verdicts(table: str, text: str) -> dict[int, str]:
    """Return line to rule of the rejected rows."""
    return dict(checked(table, text).rejected.select("line", "rule").rows())


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_usual_rows_pass_and_come_out_with_the_columns_of_their_table(table: str) -> None:
    result = checked(table, "participant_id\nann\nbob")
    assert dict(result.accepted.schema) == RECORD_TABLES[table].columns
    assert result.accepted.height == 2
    assert result.rejected.columns == ["entry", "line", "column", "rule", "text"]
    assert result.rejected.is_empty()


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_an_empty_batch_passes(table: str) -> None:
    result = checked(table, "participant_id")
    assert (result.accepted.height, result.rejected.height) == (0, 0)


@pytest.mark.parametrize("table", RECORD_TABLES.values(), ids=RECORD_TABLES)
def test_every_limit_of_a_column_is_checked_once_and_with_its_own_text(table: RecordTable) -> None:
    declared = [(name, limit.rule, limit.text) for name, column in table.described.items() for limit in column.limits]
    rules = [(rule.column, rule.name, rule.explanation) for rule in RULES[table.name]]
    assert [rules.count(limit) for limit in declared] == [1] * len(declared)


def test_every_table_has_rules_with_an_explanation() -> None:
    assert set(RULES) == set(RECORD_TABLES)
    for table, rules in RULES.items():
        assert all(rule.explanation and rule.column in RECORD_TABLES[table].columns for rule in rules)


def test_what_a_source_could_not_read_is_rejected_with_its_place() -> None:
    result = checked(
        "step_count",
        """
        line | column | rule           | step_count | text
        4    | value  | ∅              | ∅          | five
        5    | value  | excel_artifact | ∅          | #####
        6    | ∅      | ∅              | 5          | ∅
        """,
    )
    assert result.rejected.rows() == [
        ("a.csv", 4, "value", UNREADABLE, "five"),
        ("a.csv", 5, "value", "excel_artifact", "#####"),
    ]
    assert result.accepted["step_count"].to_list() == [5]


def test_a_row_is_rejected_once_by_the_first_rule_it_breaks() -> None:
    result = checked("step_count", "participant_id | step_count\n∅ | -1\nann | -1")
    assert result.rejected.select("column", "rule").rows() == [
        ("participant_id", "missing_participant"),
        ("step_count", "steps_negative"),
    ]


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_nothing_may_be_missing_but_what_is_optional(table: str) -> None:
    for column in RECORD_TABLES[table].columns:
        found = verdicts(table, f"{column}\n{EMPTY}")
        if column in OPTIONAL:
            assert found == {}
        elif column == "participant_id":
            assert found == {1: "missing_participant"}
        else:
            assert found == {1: "missing_key" if column in RECORD_TABLES[table].key else "missing_value"}


def test_a_blank_participant_is_missing() -> None:
    blank = pl.DataFrame({"participant_id": ["  "]})
    [rule] = [rule for rule in RULES["daily_total"] if rule.name == "missing_participant"]
    assert blank.select(rule.rejects).item()


def test_steps() -> None:
    assert MAX_STEPS_IN_ONE_RECORD == 30_000
    assert verdicts("step_count", "step_count\n0\n30000\n30001\n-1\n1000000000") == {
        3: "steps_implausible",
        4: "steps_negative",
        5: "steps_implausible",
    }


@pytest.mark.parametrize("table", ["step_count", "sleep_segment", "sleep_episode"])
def test_intervals(table: str) -> None:
    text = """
        start_at         | end_at
        2026-01-01 22:00 | 2026-01-01 22:00
        2026-01-01 22:00 | 2026-01-02 22:00
        2026-01-01 22:00 | 2026-01-02 22:01
        2026-01-01 22:00 | 2026-01-01 21:59
        1989-12-31 22:00 | 1989-12-31 23:00
        1990-01-01 22:00 | 1990-01-01 23:00
        2026-06-02 22:00 | 2026-06-02 23:00
        2026-06-03 00:00 | 2026-06-03 01:00
    """
    assert verdicts(table, text) == {
        3: "interval_too_long",
        4: "interval_negative",
        5: "date_range",
        8: "date_range",
    }


@pytest.mark.parametrize("table", ["sleep_episode", "daily_total", "self_report"])
def test_dates_lie_between_1990_and_tomorrow(table: str) -> None:
    text = "date\n1970-01-01\n1989-12-31\n1990-01-01\n2026-06-01\n2026-06-02\n2026-06-03\n9999-12-31"
    assert verdicts(table, text) == dict.fromkeys((1, 2, 6, 7), "date_range")


def test_sleep_stages_are_known() -> None:
    assert verdicts("sleep_segment", "stage\ncore\nin_bed\nawake\nlight\nsnoring") == {5: "unknown_stage"}


def test_sleep_episodes() -> None:
    text = """
        total_sleep_time_min | time_in_bed_min
        480                  | 480
        481                  | 480
        -1                   | 480
        0                    | 0
        420                  | 1441
        420                  | nan
    """
    assert verdicts("sleep_episode", text) == {
        2: "asleep_longer_than_in_bed",
        3: "minutes_implausible",
        5: "minutes_implausible",
        6: "minutes_implausible",
    }


def measured(table: str, measure: str, limits: tuple[float, float]) -> dict[int, str]:
    values = (*limits, limits[1] + 1, -1, "nan", "inf")
    return verdicts(table, "measure | value\n" + "\n".join(f"{measure} | {value}" for value in values))


BEYOND = {3: "total_implausible", 4: "total_negative", 5: "not_finite", 6: "not_finite"}


@pytest.mark.parametrize("measure", DAILY_LIMITS)
def test_daily_totals_have_limits_by_measure(measure: str) -> None:
    assert measured("daily_total", measure, DAILY_LIMITS[measure]) == BEYOND


@pytest.mark.parametrize("measure", SAMPLED)
def test_measurements_have_limits_by_measure(measure: str) -> None:
    assert measured("measurement", measure, SAMPLED[measure]) == BEYOND


def test_offsets_of_clocks_lie_between_those_of_the_ends_of_the_earth() -> None:
    text = "utc_offset_min\n-720\n840\n841\n-841\n"
    assert verdicts("step_count", text) == {3: "offset_implausible", 4: "offset_implausible"}


def test_sessions_are_of_a_known_kind_and_possible() -> None:
    text = """
        exercise_type | duration_min | distance_m | energy_kcal | heart_rate_bpm
        walking       | 30           | 2500       | 120         | 95
        walking       | 30           | ∅          | ∅           | ∅
        napping       | 30           | ∅          | ∅           | ∅
        yoga          | 1441         | ∅          | ∅           | ∅
        running       | 30           | 2000000    | ∅           | ∅
        running       | 30           | ∅          | -1          | ∅
        running       | 30           | ∅          | ∅           | 400
    """
    assert verdicts("exercise_session", text) == {
        3: "unknown_exercise",
        4: "minutes_implausible",
        5: "distance_implausible",
        6: "energy_implausible",
        7: "heart_rate_implausible",
    }


def test_treatments_are_of_a_known_kind_and_run_forwards() -> None:
    text = """
        kind     | start_date | end_date   | dose | ramp_days
        medicine | 2026-01-02 | ∅          | 4.5  | 14
        therapy  | 2026-01-02 | 2026-01-02 | ∅    | 0
        prayer   | 2026-01-02 | ∅          | ∅    | 0
        medicine | 2026-01-02 | 2026-01-01 | 4.5  | 0
        medicine | 2026-01-02 | ∅          | -1   | 0
        medicine | 2026-01-02 | ∅          | 4.5  | 5000
    """
    assert verdicts("treatment", text) == {
        3: "unknown_treatment",
        4: "ends_before_start",
        5: "dose_implausible",
        6: "days_implausible",
    }


def test_daily_totals_are_of_known_measures() -> None:
    assert verdicts("daily_total", "measure | value\nmood_min | 3") == {1: "unknown_measure"}


def test_answers_lie_on_their_own_scale() -> None:
    text = """
        scale_low | scale_high | value
        0         | 10         | 0
        0         | 10         | 10
        0         | 10         | 10.0001
        0         | 10         | -1
        0         | 100        | 55
        1         | 5          | 0
        0         | 10         | nan
        0         | 10         | inf
    """
    assert verdicts("self_report", text) == {
        3: "outside_scale",
        4: "outside_scale",
        6: "outside_scale",
        7: "not_finite",
        8: "not_finite",
    }


def test_accepted_and_rejected_rows_add_up() -> None:
    text = "step_count\n" + "\n".join(str(value) for value in range(-50, 50))
    result = checked("step_count", text)
    assert (result.accepted.height, result.rejected.height) == (50, 50)
