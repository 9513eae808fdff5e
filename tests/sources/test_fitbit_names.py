"""Fitbit files under any name: recognised by their content, or refused with the name that they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.fitbit_files import EXERCISE, GOOGLE_RESTING, RESTING, values
from tests.sources.reading import FIXTURES, read, refusal_of, written, zipped

# --- files under another name ---

MINUTES = values([("03/01/24 10:00:00", "5"), ("03/01/24 10:01:00", "7")])
NAMED_OTHERWISE = [
    ("my steps.json", MINUTES, "step_count", 2),
    ("Ann's Steps.JSON", MINUTES, "step_count", 2),
    ("steps-2024-03-01 (1).json", MINUTES, "step_count", 2),
    ("my very_active_minutes.json", values([("03/01/24 00:00:00", "5")]), "daily_total", 1),
    ("copy of exercise.json", EXERCISE, "exercise_session", 1),
    ("steps.json", EXERCISE, "exercise_session", 1),
    ("download.json", RESTING, "daily_total", 1),
    ("download.csv", GOOGLE_RESTING, "daily_total", 2),
]


@pytest.mark.parametrize(("name", "content", "table", "rows"), NAMED_OTHERWISE)
def test_files_under_another_name_are_known_by_what_they_hold(
    tmp_path: Path, name: str, content: str, table: str, rows: int
) -> None:
    assert read(written(tmp_path / name, content)).accepted(table).height == rows
    small = zipped(tmp_path / "a.zip", {f"Ann/{name}": content, "notes.json": "[{}]"})
    assert read(small).accepted(table).height == rows


@pytest.mark.parametrize(("content", "table"), [(EXERCISE, "exercise_session"), (GOOGLE_RESTING, "daily_total")])
def test_a_bare_file_needs_no_ending(tmp_path: Path, content: str, table: str) -> None:
    assert read(written(tmp_path / "x.bin", content)).accepted(table).height > 0


@pytest.mark.parametrize("name", ["x.bin", "download.json", "steps and calories.json"])
def test_values_by_time_that_no_name_explains_are_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    for path in (written(tmp_path / name, MINUTES), zipped(tmp_path / "a.zip", {"download.json": MINUTES})):
        refusal = refusal_of(read, path)
        assert refusal.rule == "unclear_values"
        assert "such as steps-2024-03-01.json" in str(refusal)


def test_beside_others_a_file_that_no_name_explains_is_counted_with_its_reason(tmp_path: Path) -> None:
    contents = read(zipped(tmp_path / "a.zip", {"download.json": MINUTES, "my steps.json": MINUTES}))
    assert contents.accepted("step_count").height == 2
    assert [(found.rows, found.reason[:12]) for found in contents.ignored] == [(2, "timed values")]


def test_calories_are_known_and_samples_of_heart_rate_are_no_resting_heart_rate(tmp_path: Path) -> None:
    calories = read(FIXTURES / "GGIRread_calories-1995-06-23_Fitbit.json")
    assert (calories.batches, calories.ignored[0].reason) == ([], "a file of a Fitbit export that is not used")
    samples = GOOGLE_RESTING.replace("02T00:00:00", "01T00:00:05")
    for content in (samples, samples.rstrip()):
        assert refusal_of(read, written(tmp_path / "heart.csv", content)).rule == "not_recognised"


SCORED = "sleep_log_entry_id,timestamp,overall_score\n1,2024-03-01T07:30:00Z,80\n2,2024-03-02T07:30:00Z,81\n"


def test_scores_of_nights_alone_say_where_the_nights_are(tmp_path: Path) -> None:
    contents = read(written(tmp_path / "sleep_score.csv", SCORED))
    assert (contents.source, contents.n_ignored, contents.batches) == ("fitbit", 2, [])
    [note] = contents.notes
    assert note.message.startswith("not read: it holds Fitbit's own scores")
    assert "sleep-YYYY-MM-DD.json" in note.message
