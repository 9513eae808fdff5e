"""The contract of every source, whatever its format. A new source only adds a line to ``FILES``."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from painstats.archive.archive import open_archive
from painstats.batch import PLACE
from painstats.errors import ExportRefused
from painstats.records import RECORD_TABLES
from painstats.sources import SOURCES, read_batches, recognise
from painstats.sources.batching import BATCH_ROWS
from tests.examples import examples
from tests.sources.reading import FIXTURES, LIFESNAPS, PAIN_DIARY, SYMPTOMS_LONG, Contents, read, settings, zipped

DECLARED = settings(diaries=(PAIN_DIARY, SYMPTOMS_LONG), tables=(LIFESNAPS,))

FILES = {
    # file: (source, rows that it holds)
    "tdda_export6s3sample.xml": ("apple_health", 10 + 5 + 2 + 1),
    "tdda_StepCount.csv": ("apple_health", 10),
    "alxdrcirilo_export.zip": ("apple_health", 8),
    "dogsheep_export.xml": ("apple_health", 2 + 1 + 2),
    "broken_dtd_v12.xml": ("apple_health", 6),
    "apple_shortcuts.json": ("apple_shortcuts", 2),
    "health_auto_export.json": ("health_auto_export", 3 + 3 + 1 + 2 + 2 + 2 + 1),
    "GGIRread_sleep-1995-06-23_Fitbit.json": ("fitbit", 2),
    "GGIRread_steps-1995-06-23_Fitbit.json": ("fitbit", 34),
    "GGIRread_calories-1995-06-23_Fitbit.json": ("fitbit", 47),
    "exercise-0.json": ("fitbit", 2),
    "resting_heart_rate-2024-03-01.json": ("fitbit", 2),
    "steps_2025-10-01.csv": ("fitbit", 4),
    "UserSleeps_2025-10-01.csv": ("fitbit", 2),
    "UserExercises_2025-10-01.csv": ("fitbit", 2),
    "daily_resting_heart_rate.csv": ("fitbit", 2),
    "dailyActivity_merged.csv": ("fitabase", 28 * 5),
    "dailyActivity_mixed_padding.csv": ("fitabase", 28 * 5),
    "dailyActivity_day_first.csv": ("fitabase", 8 * 5),
    "sleepDay_merged.csv": ("fitabase", 12 * 2),
    "hourlySteps_iso.csv": ("fitabase", 24),
    "weightLogInfo_merged.csv": ("fitabase", 3),
    "garmin_UDSFile_2025-02-28_2025-06-08.json": ("garmin", 4 + 1 + 4),
    "garmin_2025-02-28_2025-06-08_sleepData.json": ("garmin", 4 + 1),
    "garmin_2025-02-28_2025-06-08_healthStatusData.json": ("garmin", 3),
    "garmin_0_summarizedActivities.json": ("garmin", 2),
    "oura_sleepmodel.csv": ("oura", 4 + 2 * 2),
    "oura_dailyactivity.csv": ("oura", 6 + 1),
    "oura_workout.csv": ("oura", 2),
    "oura_enhancedtag.csv": ("oura", 1),
    "oura_2025-03-01_2025-03-03_trends.csv": ("oura", 1 + 2 + 6 + 1 + 1),
    "oura_sleep.json": ("oura", 2 + 2),
    "oura_trends_today.csv": ("oura", 2 + 3 * 6 + 3 + 1),
    "oura_api.json": ("oura", 2 * 6 + 2 + 1 + 2 + 2),
    "oura_api_sleep.csv": ("oura", 3 + 2 * 2),
    "withings_aggregates_steps.csv": ("withings", 24),
    "withings_raw_tracker_steps.csv": ("withings", 5),
    "withings_raw_tracker_sleep-state.csv": ("withings", 74),
    "withings_sleep.csv": ("withings", 4),
    "withings_activities.csv": ("withings", 2),
    "samsung_sleep.csv": ("samsung_health", 4),
    "samsung_sleep_stage.csv": ("samsung_health", 3),
    "samsung_step_daily_trend.csv": ("samsung_health", 3),
    "samsung_pedometer_day_summary.csv": ("samsung_health", 3),
    "samsung_pedometer_step_count.csv": ("samsung_health", 2),
    "samsung_exercise.csv": ("samsung_health", 2),
    "samsung_stress.csv": ("samsung_health", 1),
    "whoop_physiological_cycles.csv": ("whoop", 7 * 3 + 3),
    "whoop_sleeps.csv": ("whoop", 8),
    "whoop_workouts.csv": ("whoop", 3),
    "whoop_journal_entries.csv": ("whoop", 2),
    "ggir_part4_nightsummary_sleep_cleaned.csv": ("ggir", 3),
    "ggir_part5_daysummary_MM_L30M100V400_T5A5.csv": ("ggir", 4 + 2),
    "ggir_part5_daysummary_WW_L30M100V400_T5A5.csv": ("ggir", 4),
    "rapids_fitbit_sleep.csv": ("rapids", 2),
    "rapids_fitbit_steps.csv": ("rapids", 4),
    "rapids_features.csv": ("rapids", 3 + 1),
    "pain_diary.csv": ("diary", 6 * 2),
    "symptoms_long.csv": ("diary", 5),
    "minuteStepsNarrow.csv": ("fitabase", 5),
    "minuteStepsWide.csv": ("fitabase", 60),
    "minuteSleep.csv": ("fitabase", 30),
    "google_fit_daily.csv": ("google_fit", 3 * 2 + 2),
    "google_fit_2024-03-01.csv": ("google_fit", 3),
    "2024-03-02T00_10_00+01_00_SLEEP.json": ("google_fit", 1),
    "sleep_cycle.csv": ("sleep_cycle", 5),
    "sleep_cycle_old.csv": ("sleep_cycle", 2),
    "sleep_cycle_today.csv": ("sleep_cycle", 2),
    "sleep_as_android.csv": ("sleep_as_android", 4),
    "zepp_life_SLEEP.csv": ("zepp_life", 4),
    "zepp_life_ACTIVITY.csv": ("zepp_life", 3),
    "autosleep.csv": ("autosleep", 3 + 2 + 1),
    "allWorkouts.csv": ("workout_table", 2),
    "health_connect_export.db": ("health_connect", 3 + 2 + 5 + 1 + 1 + 3),
    "Visible_Data_Export.csv": ("visible", 24),
    "bearable.csv": ("bearable", 9 + 1),  # the medicine is a dose, and shows that the diary was kept
    "daylio.csv": ("daylio", 4),
    "fhir_bundle.json": ("fhir", 1 + 4 + 2 + 1 + 2),
    "lifesnaps_daily.csv": ("table", 4 + 3 + 3 + 2),
    "treatments.csv": ("treatments", 3),
}

every_file = pytest.mark.parametrize("name", FILES)


def test_every_source_and_every_fixture_is_tested() -> None:
    assert {source for source, _ in FILES.values()} == {source.name for source in SOURCES}
    assert {path.name for path in FIXTURES.iterdir() if path.suffix != ".md"} == set(FILES)


@every_file
def test_a_source_recognises_its_own_files_and_no_others(name: str) -> None:
    export = open_archive(FIXTURES / name)
    assert [source.name for source in SOURCES if source.recognises(export, DECLARED)] == [FILES[name][0]]
    assert recognise(export, DECLARED).name == FILES[name][0]


@every_file
def test_batches_have_the_columns_and_types_of_the_contract(name: str) -> None:
    for batch in read(FIXTURES / name, DECLARED).batches:
        assert dict(batch.frame.schema) == {**RECORD_TABLES[batch.table].columns, **PLACE}
        assert 0 < batch.frame.height <= BATCH_ROWS
        place = batch.frame.select("entry", "line", "text")
        assert place.null_count().row(0) == (0, 0, 0)


@every_file
def test_read_rejected_and_ignored_rows_add_up_to_what_the_file_holds(name: str) -> None:
    contents = read(FIXTURES / name, DECLARED)
    accepted = sum(contents.accepted(table).height for table in RECORD_TABLES)
    assert accepted + len(contents.rejected()) + contents.n_ignored == FILES[name][1]


# A zip in a zip is not opened, and a Fitbit file of which nothing is read makes no Fitbit archive.
BARE_ONLY = {"alxdrcirilo_export.zip", "GGIRread_calories-1995-06-23_Fitbit.json"}


@pytest.mark.parametrize("packed", ["zip", "folder"])
@pytest.mark.parametrize("name", [name for name in FILES if name not in BARE_ONLY])
def test_a_zip_and_a_folder_give_the_same_as_the_bare_file(name: str, packed: str, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    if packed == "zip":
        zipped(path, {f"export/{name}": (FIXTURES / name).read_bytes()})
    else:
        (path / "export").mkdir(parents=True)
        shutil.copy(FIXTURES / name, path / "export" / name)
    bare, inside = read(FIXTURES / name, DECLARED), read(path, DECLARED)
    assert inside.source == bare.source
    assert inside.n_rows == bare.n_rows
    for table in RECORD_TABLES:
        assert inside.accepted(table).equals(bare.accepted(table))
    assert inside.rejected() == bare.rejected()
    assert [note.message for note in inside.notes] == [note.message for note in bare.notes]


@every_file
def test_reading_twice_gives_the_same(name: str) -> None:
    first, second = read(FIXTURES / name, DECLARED), read(FIXTURES / name, DECLARED)
    assert (first.ignored, first.notes) == (second.ignored, second.notes)
    for one, other in zip(first.batches, second.batches, strict=True):
        assert one.frame.equals(other.frame)


@every_file
def test_nothing_is_read_before_the_iterator_is_drawn_from(name: str) -> None:
    source, reads = read_batches(open_archive(FIXTURES / name), DECLARED)
    assert source.name == FILES[name][0]
    assert iter(reads) is reads


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_a_source_says_what_it_is(source) -> None:
    assert source.title
    assert source.reads
    assert source.how_to_export.endswith(".")


# --- hostile bytes ---


def attempt(path: Path) -> Contents | str:
    """Read a file; a refusal gives its rule. Any other exception fails the test."""
    refusal = None
    try:
        return read(path, DECLARED)
    except ExportRefused as caught:
        refusal = caught
    assert path.name in str(refusal)
    return refusal.rule


@every_file
def test_damaged_files_are_refused_or_read_and_never_crash(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole = (FIXTURES / name).read_bytes()
    path = tmp_path / name
    for _ in range(examples(10)):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        attempt(path)


@every_file
def test_files_cut_short_are_never_read_as_whole(name: str, tmp_path: Path) -> None:
    chance = random.Random(name)
    whole = (FIXTURES / name).read_bytes()
    path = tmp_path / name
    for _ in range(examples(6)):
        path.write_bytes(whole[: chance.randrange(1, len(whole.rstrip()) - 1)])
        result = attempt(path)
        if path.suffix != ".csv":  # a CSV that ends after a whole cell cannot be told from a shorter one
            assert isinstance(result, str) or result.n_rows == result.n_ignored


@every_file
def test_random_bytes_under_a_known_name_are_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(random.Random(name).randbytes(5000))
    assert isinstance(attempt(path), str)


def test_an_unrecognised_file_is_refused_with_where_to_look(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader")
    with pytest.raises(ExportRefused, match=r"letter\.txt") as refusal:
        read(path, DECLARED)
    assert refusal.value.rule == "not_recognised"
    assert "painstats sources" in str(refusal.value)
    assert "pain_diary*.csv" in str(refusal.value)
    assert "\n" not in str(refusal.value)
