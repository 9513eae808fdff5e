"""``painstats me``: any diary, in any place of the command; questions and advice name its options."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from painstats.cli import main
from painstats.commands.my_files import hand_made_diaries, without_folders
from painstats.commands.my_outcome import Rated, choose_outcome
from painstats.commands.my_words import in_my_words, questions
from painstats.errors import StudyError
from painstats.sources.common_zones import zone_advice
from painstats.sources.diaries.conclusion import Ask
from tests.reading_pages import read_page

DAYS = [date(2026, 1, 1) + timedelta(n) for n in range(30)]
DIARY = "Date;Schmerz (0-10);Notiz\n" + "".join(f"{day:%d.%m.%Y};{n % 9};gut\n" for n, day in enumerate(DAYS))
EXPORT = '<?xml version="1.0"?>\n<HealthData>\n</HealthData>\n'
TREATMENTS = (
    "kind,name,start_date,end_date,dose,dose_unit\n"
    "medicine,Naltrexone,2026-01-05,2026-01-14,1.5,mg\n"
    "medicine,Naltrexone,2026-01-15,,4.5,mg\n"
)
ZONE = ("--time-zone", "Europe/Berlin")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tagebuch.csv").write_text(DIARY)
    (tmp_path / "export.xml").write_text(EXPORT)
    (tmp_path / "treatments.csv").write_text(TREATMENTS)
    return tmp_path


def said(capsys, *words):
    code = main(["me", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize(
    "words",
    [
        ("tagebuch.csv", "export.xml"),
        ("export.xml", "--diary", "tagebuch.csv"),
        ("tagebuch.csv", "--diary", "export.xml"),
    ],
)
def test_the_diary_is_found_wherever_it_is_given(place, words):
    paths = [place / word for word in words if not word.startswith("--")]
    named = place / words[-1] if "--diary" in words else None
    [diary] = hand_made_diaries(paths, {}, named)
    assert diary.path.name == "tagebuch.csv"
    assert diary.found.plan is not None
    assert (diary.found.plan.date_format, diary.found.plan.items[0].scale) == ("%d.%m.%Y", (0, 10))


def test_the_diary_in_a_folder_is_found_beside_an_export_too(place):
    (place / "all").mkdir()
    for name in ("tagebuch.csv", "export.xml"):
        (place / name).rename(place / "all" / name)
    (place / "all" / ".hidden").write_text("x")
    assert [path.name for path in without_folders([place / "all"])] == ["all", "tagebuch.csv"]
    (place / "all" / "export.xml").unlink()
    assert [path.name for path in without_folders([place / "all"])] == ["tagebuch.csv"]


def test_five_lines_say_what_was_concluded_and_more_is_said_when_asked(place, capsys):
    code, out, err = said(capsys, "tagebuch.csv", "treatments.csv", *ZONE, "--explain", "--timings")
    assert code == 7  # a diary alone has nothing to compare with
    assert out.splitlines()[:5] == [
        "Files:       tagebuch.csv and treatments.csv; 32 rows: 32 new, 0 unused, 0 rejected",
        "Time zone:   Europe/Berlin, as you said",
        "Scores:      pain, 0 to 10, written in the evening about that day (from tagebuch.csv)",
        "Treatments:  Naltrexone",
        "Days:        1 January 2026 to 30 January 2026: 30 of 30 with a score, 0 with a night, 0 with steps",
    ]
    assert "  tagebuch.csv: The scale is 0 to 10, as the diary says.\n" in out
    assert "study.toml" not in out
    assert [line.split()[0] for line in err.splitlines()[-6:]] == [
        "loading", "diary,", "reading", "answers", "summary", "in",
    ]  # fmt: skip
    report, clinic = (place / f"painstats-report{ending}.html" for ending in ("", "-clinic"))
    assert "Pain diary summary for a clinic visit" in clinic.read_text(encoding="utf-8")
    links = read_page(report.read_bytes()).links()
    assert [link for link in links if not link.startswith("#")] == ["painstats-report-clinic.html"]


@pytest.mark.parametrize("taken", ["mine.html", "mine-clinic.html"])
def test_nothing_is_replaced_unasked(place, capsys, taken):
    (place / taken).write_text("kept")
    words = ("tagebuch.csv", *ZONE, "--output", "mine.html")
    code, _, err = said(capsys, *words)
    assert (code, (place / taken).read_text()) == (2, "kept")
    assert err == (
        f"painstats: {taken} exists already; replace it with --overwrite, or give the report another name with "
        "--output\n"
    )


def test_thousands_of_rejected_rows_are_a_line_for_each_reason(place, capsys):
    rows = "".join(f"{day:%d.%m}.2099;3;gut\n" for day in DAYS)
    (place / "tagebuch.csv").write_text(DIARY + rows)
    _, out, _ = said(capsys, "tagebuch.csv", *ZONE)
    assert out.count("\n  tagebuch.csv: 30 rows: an impossible date (first in line 32, column date)\n") == 1
    assert len(out.splitlines()) < 15


def test_the_last_visit_is_on_the_page_for_the_doctor_and_the_report_opens(place, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    said(capsys, "tagebuch.csv", *ZONE, "--last-visit", "2026-01-20", "--open")
    page = (place / "painstats-report-clinic.html").read_text(encoding="utf-8")
    assert "Since the last visit, 20\u00a0January" in page
    assert opened == [(place / "painstats-report.html").as_uri()]


def test_what_only_the_person_knows_is_asked_with_the_option_that_answers(place, capsys):
    rows = "".join(f"{day},{1 + n % 5}\n" for n, day in enumerate(DAYS))
    (place / "diary.csv").write_text("date,pain\n" + rows)
    code, _, err = said(capsys, "diary.csv", *ZONE, "--json")
    assert code == 2
    assert "never go above 5" in err
    assert "Answer with --scale 0 10 or --scale 0 5 or --scale 1 5\n" in err
    [diary] = hand_made_diaries([place / "diary.csv"], {"scale": (1.0, 5.0)})
    assert diary.found.asked == ()


def test_a_column_that_does_not_exist_is_named_beside_those_that_do(place, capsys):
    code, _, err = said(capsys, "tagebuch.csv", "--pain-column", "Pain", *ZONE)
    assert (code, err) == (2, "painstats: tagebuch.csv: no column is named Pain; it has Date, Schmerz (0-10), Notiz\n")
    known = {"column": "schmerz (0-10)"}
    assert hand_made_diaries([place / "tagebuch.csv"], known)[0].found.plan is not None


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("--scale", "5", "1"), "--scale: write the lowest possible score first, such as --scale 0 10"),
        (("--delimiter", "ab"), "--delimiter: write one character"),
    ],
)
@pytest.mark.usefixtures("place")
def test_impossible_options_are_refused_by_their_own_names(capsys, words, advice):
    code, _, err = said(capsys, "tagebuch.csv", *words, *ZONE)
    assert code == 2
    assert advice in err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "no diary was found in it"),
        (b"date,pain\n", "no diary was found in it"),
        (b"\xff\xfe", "save it as UTF-8"),
        (b"date,pain\n2099-01-01,3\n2099-01-02,9\n", "2 rows could not be used; see why with: painstats inspect"),
        (b"full_date,weekday,time,mood,activities\n2026-01-01,,20:00,gut,\n", '--moods "gut=NUMBER"'),
    ],
)
def test_no_file_ends_in_a_crash_or_in_advice_about_a_study(place, capsys, content, words):
    (place / "file.csv").write_bytes(content)
    code, _, err = said(capsys, "--diary", "file.csv", *ZONE)
    assert code == 3
    assert words in err
    assert "study.toml" not in err


@pytest.mark.usefixtures("place")
def test_without_any_file_it_says_what_to_give(capsys):
    assert said(capsys, *ZONE)[2] == "painstats: give your files: exports from a phone or watch, and your diary\n"


def test_moods_of_ones_own_are_given_as_options(place, capsys):
    rows = "".join(f"{day},,20:00,{('gut', 'na ja')[n % 2]},\n" for n, day in enumerate(DAYS))
    (place / "daylio.csv").write_text("full_date,weekday,time,mood,activities\n" + rows)
    code, out, _ = said(capsys, "daylio.csv", "--moods", "gut=4", "na ja=3", "--json", *ZONE)
    answer = json.loads(out)
    assert (code, answer["files"][0]["rows"]["new"]) == (7, 30)
    assert answer["concluded"] == ["The files have no scores of pain, so the report is about mood."]


# --- what the report is about ---

HEAD, NECK = Rated("pain", "head", 20, True, 0, 4), Rated("pain", "neck", 9, True, 0, 4)
MOOD, FATIGUE = Rated("mood", "", 30, True, 1, 5), Rated("fatigue", "", 12, True, 0, 10)


def test_several_places_of_pain_are_asked_about():
    with pytest.raises(StudyError) as asked:
        choose_outcome([MOOD, HEAD, NECK], None, None, None)
    assert str(asked.value).splitlines()[1:] == [
        "  --site head   (20 days)",
        "  --site neck   (9 days)",
        "  --site worst",
        "  --site mean",
    ]


def test_the_answer_is_a_place_or_the_worst_of_all():
    scale = {"scale": (0, 4)}
    assert choose_outcome([HEAD, NECK], None, "neck", None).keys == {"item": "pain", "site": "neck"} | scale
    assert choose_outcome([HEAD, NECK], None, "worst", "zero").keys == (
        {"item": "pain", "across_sites": "worst", "unlogged": "zero"} | scale
    )
    with pytest.raises(StudyError, match="--site knee: these files rate head, neck"):
        choose_outcome([HEAD, NECK], None, "knee", None)


def test_one_place_of_pain_needs_no_question():
    assert choose_outcome([MOOD, HEAD], None, None, None).keys == {"item": "pain", "scale": (0, 4)}


def test_without_pain_the_only_item_is_taken_and_of_several_one_is_asked_for():
    assert choose_outcome([MOOD], None, None, None).keys["item"] == "mood"
    with pytest.raises(StudyError, match="Answer with --item mood or --item fatigue"):
        choose_outcome([MOOD, FATIGUE], None, None, None)
    assert choose_outcome([MOOD, FATIGUE], "fatigue", None, None).keys["item"] == "fatigue"
    with pytest.raises(StudyError, match="none of these files has scores of pain"):
        choose_outcome([], None, None, None)


# --- words ---


def test_questions_name_an_option_for_each_answer():
    asked = (
        Ask("date_format", "Which part comes first?", ("day first", "month first")),
        Ask("map", "Which numbers?", ("ouch=", "so so=")),
    )
    assert questions(asked).splitlines() == [
        "  Which part comes first?",
        "    Answer with --date-format 'day first' or --date-format 'month first'",
        "  Which numbers?",
        "    Answer with --words ouch=NUMBER 'so so=NUMBER'",
    ]


@pytest.mark.parametrize(
    ("message", "mine"),
    [
        (
            'do not fit; in its [[diaries]] block in study.toml write\n  date_format = "%d.%m.%Y"',
            'do not fit; use\n  --date-format "%d.%m.%Y"',
        ),
        ("the scale is unknown; declare the file as a diary in study.toml", "the scale is unknown"),
        ("it looks odd; write something into study.toml", "it looks odd"),
    ],
)
def test_advice_never_names_the_plan_of_a_study(message, mine):
    assert in_my_words(message) == mine


def test_advice_on_the_time_zone_names_the_option():
    mine = in_my_words(f"read in Europe/London, nights have steps; {zone_advice(['Asia/Tokyo'])}")
    assert (
        mine == "read in Europe/London, nights have steps; if you lived in Asia/Tokyo then, use --time-zone Asia/Tokyo"
    )
