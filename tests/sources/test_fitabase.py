"""Fitabase: files known by their columns, dates decided once for the whole column."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from painstats.errors import ExportRefused
from tests.sources.reading import FIXTURES, read, settings, written, zipped

NEW_YORK = settings(participant=None, zone="America/New_York")


def sleep_day(dates: list[str], participant: str = "1000000001", minutes: str = "402") -> str:
    rows = [f"{participant},{day},1,{minutes},431" for day in dates]
    return "\r\n".join(["Id,SleepDay,TotalSleepRecords,TotalMinutesAsleep,TotalTimeInBed", *rows, ""])


def dates_of(path: Path) -> list[date]:
    return read(path, NEW_YORK).accepted("daily_total").filter(measure="total_sleep_time_min")["date"].to_list()


def days_from(first: date, count: int, form: str) -> list[str]:
    return [(first + timedelta(days=day)).strftime(form) for day in range(count)]


def refusal_of(path: Path) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(path, NEW_YORK)
    return refusal.value


# --- real excerpts ---


def test_daily_activity_gives_five_sums_for_each_day() -> None:
    totals = read(FIXTURES / "dailyActivity_merged.csv", NEW_YORK).accepted("daily_total")
    first = totals.filter(participant_id="1503960366", date=date(2016, 4, 12))
    assert dict(first.select("measure", "value").rows()) == {
        "step_count": 13162,
        "sedentary_time_min": 728,
        "lightly_active_time_min": 328,
        "moderately_active_time_min": 13,
        "very_active_time_min": 25,
    }
    assert totals["participant_id"].unique().sort().to_list() == ["1503960366", "1624580081"]


def test_the_same_days_saved_again_give_the_same_rows() -> None:
    whole = read(FIXTURES / "dailyActivity_merged.csv", NEW_YORK).accepted("daily_total")
    day_first = read(FIXTURES / "dailyActivity_day_first.csv", NEW_YORK)
    assert day_first.notes[0].message.startswith("dates in ActivityDate were read as %d-%m-%Y")
    assert day_first.accepted("daily_total").join(whole, on=whole.columns, how="anti").is_empty()


def test_mixed_zero_padding_is_one_format() -> None:
    contents = read(FIXTURES / "dailyActivity_mixed_padding.csv", NEW_YORK)
    assert contents.rejected() == []
    assert contents.notes[0].message.startswith("dates in ActivityDate were read as %m/%d/%Y")


def test_sleep_by_day_belongs_to_the_date_of_waking() -> None:
    totals = read(FIXTURES / "sleepDay_merged.csv", NEW_YORK).accepted("daily_total")
    first = totals.filter(date=date(2016, 4, 12))
    assert first.select("measure", "value").rows() == [("total_sleep_time_min", 327.0), ("time_in_bed_min", 346.0)]


def test_hourly_steps_are_on_the_clock_of_the_participant() -> None:
    steps = read(FIXTURES / "hourlySteps_iso.csv", NEW_YORK).accepted("step_count")
    assert steps.select("start_at", "end_at", "step_count").row(0) == (
        datetime(2016, 4, 12, 4, tzinfo=UTC),
        datetime(2016, 4, 12, 5, tzinfo=UTC),
        373,
    )


def test_files_without_use_are_counted() -> None:
    contents = read(FIXTURES / "weightLogInfo_merged.csv", NEW_YORK)
    assert (contents.batches, contents.n_ignored) == ([], 3)
    assert contents.ignored[0].reason == "weightLogInfo: weight is not used"


@pytest.mark.parametrize(
    "header",
    [
        "Id,ActivityDay,Calories",
        "Id,ActivityDay,SedentaryMinutes,LightlyActiveMinutes,FairlyActiveMinutes,VeryActiveMinutes",
        "Id,ActivityMinute,METs",
        "Id,Time,Value",
    ],
)
def test_other_fitabase_files_are_known_and_counted(tmp_path: Path, header: str) -> None:
    contents = read(written(tmp_path / "other.csv", f"{header}\n1,1,1\n1,1,1"), NEW_YORK)
    assert (contents.source, contents.n_ignored) == ("fitabase", 2)


def test_a_whole_folder_can_come_as_one_zip(tmp_path: Path) -> None:
    names = ("dailyActivity_merged.csv", "sleepDay_merged.csv", "weightLogInfo_merged.csv")
    entries: dict[str, str | bytes] = {f"Fitabase Data/{name}": (FIXTURES / name).read_bytes() for name in names}
    contents = read(zipped(tmp_path / "fitabase.zip", {**entries, "readme.txt": "hello"}), NEW_YORK)
    assert contents.accepted("daily_total").height == 28 * 5 + 12 * 2
    assert contents.ignored[-1].reason == "1 other file(s) of the archive: not used"


def test_the_id_column_has_two_names(tmp_path: Path) -> None:
    content = sleep_day(["4/20/2016"]).replace("Id,", "Customer Id,", 1)
    assert dates_of(written(tmp_path / "a.csv", content)) == [date(2016, 4, 20)]


def test_columns_that_were_added_are_no_obstacle(tmp_path: Path) -> None:
    content = "Id,SleepDay,SleepTime,TotalMinutesAsleep,TotalTimeInBed\n1,4/20/2016 12:00:00 AM,x,402,431\n"
    assert dates_of(written(tmp_path / "a.csv", content)) == [date(2016, 4, 20)]


# --- dates ---


@pytest.mark.parametrize(
    "form", ["%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y-%m-%d"]
)
@pytest.mark.parametrize("clock", ["", " 12:00:00 AM", " 0:00", " 00:00:00"])
def test_days_past_the_twelfth_tell_the_format(tmp_path: Path, form: str, clock: str) -> None:
    texts = [text + clock for text in days_from(date(2016, 4, 10), 8, form)]
    assert dates_of(written(tmp_path / "a.csv", sleep_day(texts)))[-1] == date(2016, 4, 17)


@pytest.mark.parametrize("form", ["%m/%d/%Y", "%d/%m/%Y"])
def test_days_in_a_row_tell_the_format_where_all_days_are_small(tmp_path: Path, form: str) -> None:
    path = written(tmp_path / "a.csv", sleep_day(days_from(date(2016, 4, 2), 8, form)))
    assert dates_of(path) == [date(2016, 4, 2) + timedelta(days=day) for day in range(8)]


def test_first_days_of_months_are_ambiguous(tmp_path: Path) -> None:
    texts = [f"{month}/1/2016" for month in range(1, 13, 2)]
    refusal = refusal_of(written(tmp_path / "a.csv", sleep_day(texts)))
    assert refusal.rule == "date_ambiguous"
    assert "%m/%d/%Y" in str(refusal)
    assert "%d/%m/%Y" in str(refusal)
    assert "3/1/2016" not in str(refusal)


def test_dates_that_are_the_same_either_way_are_not_ambiguous(tmp_path: Path) -> None:
    assert dates_of(written(tmp_path / "a.csv", sleep_day(["5/5/2016"]))) == [date(2016, 5, 5)]


def test_single_bad_dates_are_rejected(tmp_path: Path) -> None:
    texts = days_from(date(2016, 4, 1), 40, "%m/%d/%Y")
    texts[7], texts[9] = "soon", "04/10/2016 3:00:00 AM"
    contents = read(written(tmp_path / "a.csv", sleep_day(texts)), NEW_YORK)
    assert contents.accepted("daily_total").height == 2 * 38
    assert set(contents.rejected()) == {("a.csv", line, "SleepDay", "unreadable") for line in (9, 11)}


@pytest.mark.parametrize("texts", [["soon", "later"], ["42472", "42473"], ["13/13/2016", "14/14/2016"]])
def test_dates_in_no_known_format_are_refused(tmp_path: Path, texts: list[str]) -> None:
    assert refusal_of(written(tmp_path / "a.csv", sleep_day(texts))).rule == "date_format"


def test_the_two_orders_mixed_are_refused(tmp_path: Path) -> None:
    texts = days_from(date(2016, 4, 1), 20, "%m/%d/%Y") + days_from(date(2016, 4, 1), 20, "%d/%m/%Y")
    assert refusal_of(written(tmp_path / "a.csv", sleep_day(texts))).rule == "date_format"


# --- rows ---


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("1,4/20/2016,1,many,431", "TotalMinutesAsleep", "unreadable"),
        ("1,4/20/2016,1,-5,431", "value", "total_negative"),
        ("1,4/20/2016,1,1500,431", "value", "total_implausible"),
        ("1.50396E+09,4/20/2016,1,402,431", "Id", "excel_artifact"),
        (",4/20/2016,1,402,431", "participant_id", "missing_participant"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_alone(tmp_path: Path, row: str, column: str, rule: str) -> None:
    content = sleep_day(["4/19/2016"]) + row + "\r\n" + sleep_day(["4/21/2016"]).split("\r\n", 1)[1]
    rejected = read(written(tmp_path / "a.csv", content), NEW_YORK).rejected()
    assert ("a.csv", 3, column, rule) in rejected
    assert {line for _, line, _, _ in rejected} == {3}


def test_ragged_rows_are_rejected_once_for_each_value(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "a.csv", sleep_day(["4/19/2016"]) + "1,4/20/2016\r\n"), NEW_YORK)
    assert contents.rejected() == [("a.csv", 3, "(whole row)", "ragged_row")] * 2


def test_a_header_without_rows_is_noted(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "a.csv", sleep_day([])), NEW_YORK)
    assert contents.batches == []
    assert contents.notes[0].message == "it has a header but no rows"


def test_ids_are_kept_as_text(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv", sleep_day(["4/19/2016"], "007") + sleep_day(["4/20/2016"], "NA").split("\r\n", 1)[1]
    )
    assert read(path, NEW_YORK).accepted("daily_total")["participant_id"].unique().sort().to_list() == ["007", "NA"]


@pytest.mark.parametrize("other", ["ANN", "ann ", "Ann"])
def test_ids_that_differ_in_dress_only_are_refused(tmp_path: Path, other: str) -> None:
    content = sleep_day(["4/19/2016"], "ann") + sleep_day(["4/20/2016"], other).split("\r\n", 1)[1]
    refusal = refusal_of(written(tmp_path / "a.csv", content))
    assert refusal.rule == "id_collision"
    assert "lines 2 and 3" in str(refusal)
