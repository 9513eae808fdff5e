"""Diaries of apps: Visible, Bearable, Daylio, and the names that they give to symptoms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from painstats.sources.diaries.symptom_words import item_and_site
from tests.sources.reading import FIXTURES, plan, read, refusal_of, settings, written


@pytest.mark.parametrize(
    ("name", "item", "site"),
    [
        ("Neck pain", "pain", "neck"),
        ("Lower back pain", "pain", "lower_back"),
        ("Pain in the left knee", "pain", "left_knee"),
        ("Pain", "pain", ""),
        ("Headache", "pain", "head"),
        ("Muscle aches", "pain", "muscle"),
        ("Migraine", "pain", "migraine"),
        ("Stomach cramps", "pain", "stomach_cramps"),
        ("Fatigue", "fatigue", ""),
        ("Anxiety", "anxiety", ""),
        ("Joint stiffness", "stiffness", ""),
        ("Brain Fog", "symptom", "brain_fog"),
        ("Spinal tap", "symptom", "spinal_tap"),
        ("Müdigkeit", "symptom", "müdigkeit"),
        ("🤕", "symptom", "unnamed"),
    ],
)
def test_a_symptom_becomes_item_and_site(name: str, item: str, site: str) -> None:
    assert item_and_site(name) == (item, site)


def told(path: Path, **known) -> list[tuple[object, ...]]:
    """Return date, item, site, value and both ends of the scale of each accepted answer."""
    reports = read(path, settings(**known)).accepted("self_report")
    return reports.select("date", "item", "site", "value", "scale_low", "scale_high").rows()


# --- Visible ---

HEADER = "observation_date,tracker_name,tracker_category,observation_value \n"


def test_visible_names_and_values_lose_their_trailing_spaces(tmp_path: Path) -> None:
    path = written(tmp_path / "v.csv", HEADER + "2024-05-21,Headache,Brain,1 \n2024-05-21,Migraine,Pain,0 \n")
    assert told(path) == [
        (date(2024, 5, 21), "pain", "head", 1.0, 0.0, 3.0),
        (date(2024, 5, 21), "pain", "migraine", 0.0, 0.0, 3.0),
    ]


def test_visible_keeps_symptoms_and_resting_heart_rate_and_counts_the_rest() -> None:
    contents = read(FIXTURES / "Visible_Data_Export.csv")
    assert contents.accepted("self_report").height == 12
    heart = contents.accepted("daily_total").select("date", "measure", "value").rows()
    assert sorted(heart) == [
        (date(2024, 5, 21), "unscored_entries", 7.0),
        (date(2024, 5, 22), "resting_heart_rate_bpm", 62.0),
        (date(2024, 5, 22), "unscored_entries", 4.0),
    ]
    assert contents.n_ignored == 9


def test_a_longer_later_export_of_visible_numbers_repeated_answers_alike(tmp_path: Path) -> None:
    older = "2024-05-20,Headache,Brain,3\n2024-05-20,Headache,Brain,1\n2024-05-19,Headache,Brain,1\n"
    newer = "2024-05-21,Headache,Brain,2\n" + older
    numbers = []
    for text in (older, newer):
        reports = read(written(tmp_path / "v.csv", HEADER + text)).accepted("self_report")
        numbers.append(set(reports.select("date", "entry_number", "value").rows()))
    assert numbers[0] <= numbers[1]
    assert (date(2024, 5, 20), 1, 1.0) in numbers[0]  # the newest stands first, so the lower row is the older


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ("2024-05-21,Headache,Brain,4", "value", "outside_scale"),
        ("2024-05-21,Headache,Brain,often", "observation_value", "unreadable"),
        ("21/05/2024,Headache,Brain,1", "observation_date", "unreadable"),
        ("2099-05-21,Headache,Brain,1", "date", "date_range"),
        ("2024-05-21,Headache,Brain,1,extra", "(whole row)", "ragged_row"),
    ],
)
def test_visible_rows_that_cannot_be_are_rejected(row: str, column: str, rule: str, tmp_path: Path) -> None:
    contents = read(written(tmp_path / "v.csv", HEADER + "2024-05-20,Headache,Brain,1\n" + row + "\n"))
    assert contents.rejected() == [("v.csv", 3, column, rule)]


# --- Bearable ---

BEARABLE = "date,weekday,time of day,category,rating/amount,detail,notes\n"


def bearable(path: Path, *rows: str) -> Path:
    return written(path / "bearable.csv", BEARABLE + "".join(f"{row}\n" for row in rows))


@pytest.mark.parametrize("day", ["1st Dec 2021", "1 Dec 2021", "1st December 2021", "2021-12-01"])
def test_bearable_dates_are_ordinal_english_or_iso(day: str, tmp_path: Path) -> None:
    path = bearable(tmp_path, f'"{day}",Wednesday,mid,Symptom,2,Neck pain (Moderate),')
    assert told(path) == [(date(2021, 12, 1), "pain", "neck", 2.0, 0.0, 4.0)]


def test_bearable_severity_must_agree_with_its_word(tmp_path: Path) -> None:
    rows = [f"1st Dec 2021,,am,Symptom,{number},Neck pain ({word})," for number, word in ((1, "Mild"), (1, "Severe"))]
    contents = read(bearable(tmp_path, *rows))
    assert contents.rejected() == [("bearable.csv", 3, "rating/amount", "severity_contradicts")]
    assert contents.accepted("self_report").height == 1


@pytest.mark.parametrize(("ratings", "highest"), [((2, 5), 5.0), ((2, 6), 10.0)])
def test_bearable_mood_has_the_scale_that_its_highest_value_proves(
    ratings: tuple[int, int], highest: float, tmp_path: Path
) -> None:
    rows = [f"{day}th Dec 2021,,pm,Mood,{rating},," for day, rating in zip((4, 5), ratings, strict=True)]
    contents = read(bearable(tmp_path, *rows))
    reports = contents.accepted("self_report")
    assert reports["scale_high"].to_list() == [highest, highest]
    assert reports["higher_is_worse"].to_list() == [False, False]
    assert any(f"from 1 to {highest:g}" in note.message for note in contents.notes)


def test_bearable_times_of_day_are_words_or_clock_times(tmp_path: Path) -> None:
    words = ("am", "pm", "mid", "all day", "8:15 pm", "20:15")
    rows = [f"{day}th Jul 2021,,{word},Symptom,1,Neck pain (Mild)," for day, word in enumerate(words, 4)]
    reports = read(bearable(tmp_path, *rows)).accepted("self_report").sort("date")
    assert reports["filled"].to_list() == ["morning", "evening", "any_time", "any_time", "any_time", "any_time"]
    hours = [moment.hour if moment else None for moment in reports["reported_at"]]
    assert hours == [None, None, None, None, 19, 19]  # British Summer Time


def test_notes_are_kept_nowhere() -> None:
    for name, words in (("bearable.csv", "private words"), ("daylio.csv", "over two lines")):
        assert words in (FIXTURES / name).read_text(encoding="utf-8")
        for batch in read(FIXTURES / name).batches:
            assert words not in batch.frame.write_csv()


def test_a_rejected_row_is_kept_as_it_stood_without_its_notes(tmp_path: Path) -> None:
    row = '"1st Dec 2021","Wednesday","am","Symptom","x","Neck pain, left (Mild)","12"'
    batches = read(bearable(tmp_path, row)).batches
    assert [text for batch in batches for text in batch.frame["text"]] == [
        '1st Dec 2021,Wednesday,am,Symptom,x,"Neck pain, left (Mild)",…'
    ]


def test_bearable_words_that_mostly_contradict_their_numbers_are_refused(tmp_path: Path) -> None:
    """A scale from 1 to 5 shifts every word by one."""
    rows = [f"1st Dec 2021,,am,Symptom,{number},Neck pain ({word})," for number, word in ((2, "Mild"), (3, "Moderate"))]
    assert refusal_of(read, bearable(tmp_path, *rows)).rule == "severity_scale"


def messages(path: Path) -> list[str]:
    return [note.message for note in read(path).notes]


def test_conclusions_about_a_diary_are_noted(tmp_path: Path) -> None:
    on_the_clock = "times of answers have no local offset and were read in the participant's time zone"
    assert messages(FIXTURES / "bearable.csv") == [
        "symptoms were read on a scale from 0 (none) to 4 (unbearable): 4 of 5 numbers match their words; a day "
        "without an entry is missing, unless the plan says that it was free of the symptom",
        "mood was read on a scale from 1 to 10, judging by its highest value",
        "doses of medicines and supplements were added up by day: 1",
        "date agrees with the weekday in 9 of 9 rows",
        on_the_clock,
    ]
    assert messages(FIXTURES / "daylio.csv") == [
        "moods were read from 1 (awful) to 5 (rad): 3 of 4 have known names, the others need a number in "
        "[apps.daylio.moods]: sleepy (1); scales and notes were not read",
        "activities were not read; one that is a symptom or a treatment can be declared in study.toml under "
        '[apps.daylio.activities], for example headache = { item = "pain", site = "head" } or '
        'massage = { treatment = "massage" }',
        "full_date agrees with the weekday in 4 of 4 rows",
        on_the_clock,
    ]
    unknown = bearable(tmp_path, "1st Dec 2021,,am,Symptom,2,Nackenschmerz (Mäßig),")
    assert "there are no known words to check this" in messages(unknown)[0]


# --- Daylio ---

DAYLIO = "full_date,date,weekday,time,mood,activities,note_title,note\n"


def test_daylio_moods_go_from_awful_to_rad_at_their_local_time(tmp_path: Path) -> None:
    moods = ("rad", "Good", "meh", "bad", "awful")
    rows = "".join(f"2023-07-0{day},x,,8:05 pm,{mood},,,\n" for day, mood in enumerate(moods, 1))
    reports = read(written(tmp_path / "d.csv", DAYLIO + rows)).accepted("self_report").sort("date")
    assert reports["value"].to_list() == [5.0, 4.0, 3.0, 2.0, 1.0]
    assert {moment.hour for moment in reports["reported_at"]} == {19}


def test_daylio_separated_by_tabs_without_titles_is_read(tmp_path: Path) -> None:
    text = "full_date\tdate\tweekday\ttime\tmood\tactivities\tnote\n2023-07-01\tx\ty\t20:05\tgood\t\t\n"
    assert told(written(tmp_path / "d.csv", text)) == [(date(2023, 7, 1), "mood", "", 4.0, 1.0, 5.0)]


def test_daylio_with_renamed_moods_is_refused_with_what_to_declare(tmp_path: Path) -> None:
    rows = "".join(f"2023-07-0{day},x,y,20:05,sparkly,,,\n" for day in range(1, 5))
    path = written(tmp_path / "d.csv", DAYLIO + rows)
    refusal = refusal_of(read, path)
    assert refusal.rule == "moods_renamed"
    item = {
        "item": "mood", "column": "mood", "scale": (1, 5), "higher_is": "better", "recall": "now",
        "map": {"sparkly": 5},
    }  # fmt: skip
    declared = plan(file="d.csv", date_column="full_date", items=[item])
    assert read(path, settings(diaries=[declared])).accepted("self_report")["value"].to_list() == [5.0] * 4


@pytest.mark.parametrize(
    ("words", "outcome"),
    [
        (("Saturday", "Sunday", "Mon", "TUE"), "4 of 4"),
        (("sábado", "domingo", "lunes", "martes"), "4 of 4"),
        (("sábado", "domingo", "domingo", "domingo"), "2 of 4"),
        (("", "Sunday", "", "Friday"), "1 of 2"),
        (("Sunday", "Monday", "Tuesday", "Wednesday"), "refused"),  # each date one day early
        (("x", "x", "x", "x"), "refused"),
    ],
)
def test_dates_are_checked_by_their_weekday_in_any_language(
    words: tuple[str, ...], outcome: str, tmp_path: Path
) -> None:
    rows = "".join(f"2023-07-0{day},x,{word},20:05,good,,,\n" for day, word in enumerate(words, 1))
    path = written(tmp_path / "d.csv", DAYLIO + rows)
    if outcome == "refused":
        assert refusal_of(read, path).rule == "dates_contradict"
    else:
        assert f"full_date agrees with the weekday in {outcome} rows" in messages(path)
