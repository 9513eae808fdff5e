"""A zip with several exports gives what each of them gives alone, once, and nothing in it is dropped silently."""

from __future__ import annotations

import json
import shutil
from random import Random

import pytest

from painstats.archive.archive import open_archive
from painstats.cli import main
from painstats.intake import candidates, reading
from painstats.intake.parts import parts_of_zip
from painstats.plan.study import read_study
from painstats.records import RECORD_TABLES
from painstats.sources import SOURCES
from painstats.store import open_store
from tests.faults.test_bad_input import GOOD, PLAN, STEP
from tests.reading_inboxes import read_inbox
from tests.sources.reading import FIXTURES, zipped
from tests.sources.test_contract import DECLARED, FILES
from tests.spec.test_inbox_folders import SLEEP, STEPS

APPLE = f'<?xml version="1.0"?><HealthData>{STEP.format(7)}</HealthData>'
FITBIT = {"Takeout/Fitbit/sleep-1.json": json.dumps(SLEEP), "Takeout/Fitbit/steps-1.json": json.dumps(STEPS)}
FIT = {
    "Takeout/Fit/Daily activity metrics/2024-03-01.csv": (FIXTURES / "google_fit_2024-03-01.csv").read_text(),
    "Takeout/Fit/Daily activity metrics/Daily activity metrics.csv": (FIXTURES / "google_fit_daily.csv").read_text(),
}
SINGLE = {
    "health_connect", "health_auto_export", "apple_shortcuts", "visible", "bearable", "daylio", "fhir", "treatments", "table",
    "sleep_as_android", "autosleep", "workout_table",
}  # fmt: skip
UNDECLARED = "effective_time_frame,fatigue,mood,soreness\n2026-01-01T08:00:00.000Z,3,3,2\n"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "inbox" / "anna").mkdir(parents=True)
    (tmp_path / "study.toml").write_text(PLAN)
    return read_study(tmp_path)


def run(study):
    return read_inbox(study.folder)


def rows_of(study):
    with open_store(study) as store:
        return {
            name: store.connection.execute(f"SELECT * EXCLUDE (import_id) FROM {name} ORDER BY ALL").fetchall()
            for name in RECORD_TABLES
        }


# --- what is in it ---


def test_a_diary_beside_an_apple_export_is_read(study):
    zipped(study.inbox / "anna" / "everything.zip", {"apple/export.xml": APPLE, "my_diary.csv": GOOD})
    outcomes = run(study)
    assert {name: (each.status, each.summary.source, each.summary.new) for name, each in outcomes.items()} == {
        "anna/everything.zip": ("loaded", "apple_health", 1),
        "anna/everything.zip/my_diary.csv": ("loaded", "diary", 30),
    }


def test_packed_and_laid_out_give_the_same_rows(study, tmp_path):
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    run(study)
    beside = tmp_path / "beside"
    (beside / "inbox" / "anna").mkdir(parents=True)
    (beside / "study.toml").write_text(PLAN)
    (beside / "inbox" / "anna" / "export.xml").write_text(APPLE)
    (beside / "inbox" / "anna" / "my_diary.csv").write_text(GOOD)
    read_inbox(beside)
    assert rows_of(study) == rows_of(read_study(beside))
    assert rows_of(study)["self_report"]


def test_the_files_of_another_format_are_read_together(study):
    zipped(study.inbox / "anna" / "takeout.zip", FITBIT | FIT | {"Takeout/archive_browser.html": "<html>"})
    outcomes = run(study)
    assert set(outcomes) == {"anna/takeout.zip", "anna/takeout.zip/google_fit"}
    with open_store(study) as store:
        counted = store.connection.execute(
            "SELECT 'quarters', date_trunc('day', start_at)::DATE::VARCHAR FROM step_count WHERE source = 'google_fit' "
            "UNION SELECT 'sum', date::VARCHAR FROM daily_total WHERE source = 'google_fit' AND measure = 'step_count'"
        ).fetchall()
    assert sorted(counted) == [("quarters", "2024-03-01"), ("sum", "2024-03-03")]  # no date by both


def test_an_app_diary_beside_a_ring_is_read(study):
    names = {name: (FIXTURES / name).read_text() for name in ("oura_sleepmodel.csv", "bearable.csv")}
    outcomes = run_zip(study, names)
    assert outcomes["anna/all.zip"].summary.source == "oura"
    assert outcomes["anna/all.zip/bearable.csv"].summary.source == "bearable"
    assert outcomes["anna/all.zip/bearable.csv"].summary.read == FILES["bearable.csv"][1]


def run_zip(study, entries):
    zipped(study.inbox / "anna" / "all.zip", entries)
    return run(study)


def test_two_diaries_and_nothing_else(study):
    outcomes = run_zip(study, {"a/diary.csv": GOOD, "b/diary.csv": GOOD.replace("2026-01", "2026-03")})
    assert {name: each.summary.new for name, each in outcomes.items()} == {
        "anna/all.zip": 30,
        "anna/all.zip/b/diary.csv": 30,
    }
    assert {each.status for each in run(study).values()} == {"known"}


def test_what_no_format_takes_is_refused_by_itself_where_there_is_no_whole(study):
    outcomes = run_zip(study, {"a_diary.csv": GOOD, "letter.txt": "Dear reader"})
    assert outcomes["anna/all.zip/a_diary.csv"].summary.new == 30
    assert outcomes["anna/all.zip"].rule == "not_recognised"
    assert "letter.txt" in outcomes["anna/all.zip"].message


def test_every_format_in_one_zip(tmp_path):
    unused = "GGIRread_calories-1995-06-23_Fitbit.json"  # in an archive that is one of thousands, and not opened
    names = [name for name in FILES if not name.endswith(".zip") and name != unused]
    export = open_archive(zipped(tmp_path / "all.zip", {name: (FIXTURES / name).read_bytes() for name in names}))
    own = {entry.name: name for name, part in parts_of_zip(export, DECLARED).own.items() for entry in part.entries}
    for name in names:
        source = FILES[name][0]
        assert own.get(name, "") in (
            "" if source == "apple_health" else source,
            name,
        )  # a single file gives its part the name
    assert set(own.values()) > {source.name for source in SOURCES} - {"apple_health", "diary"} - SINGLE


@pytest.mark.parametrize(
    "source", [source.name for source in SOURCES if source.name not in ("diary", "table", "apple_health")]
)
def test_an_export_of_one_format_is_not_taken_apart(source, tmp_path):
    names = [name for name, (known, _) in FILES.items() if known == source]
    entries = {name: (FIXTURES / name).read_bytes() for name in names} | {"readme.txt": b"an export"}
    assert not parts_of_zip(open_archive(zipped(tmp_path / "one.zip", entries)), DECLARED).own


# --- once and only once ---


def test_it_is_known_again_and_not_opened_again(study, monkeypatch):
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    run(study)
    monkeypatch.setattr(candidates, "parts_of_zip", None)  # it costs what a known file costs
    assert {name: each.status for name, each in run(study).items()} == {"anna/everything.zip": "known"}


def test_only_what_is_new_in_it_is_read_and_a_correction_counts(study):
    path = study.inbox / "anna" / "everything.zip"
    zipped(path, {"export.xml": APPLE, "my_diary.csv": GOOD})
    run(study)
    zipped(path, {"export.xml": APPLE.replace("value=", 'x="1" value='), "my_diary.csv": GOOD})
    assert run(study)["anna/everything.zip/my_diary.csv"].status == "known"
    zipped(path, {"export.xml": APPLE, "my_diary.csv": GOOD.replace("2026-01-05,5", "2026-01-05,1")})
    assert run(study)["anna/everything.zip/my_diary.csv"].summary.corrected == 1


def test_the_same_diary_beside_it_is_known(study):
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    run(study)
    (study.inbox / "anna" / "my_diary.csv").write_text(GOOD)
    assert run(study)["anna/my_diary.csv"].status == "known"


def test_one_of_its_exports_can_be_taken_out_and_stays_out(study):
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    run(study)
    assert main(["forget-import", str(study.folder), "my_diary.csv"]) == 0
    run(study)
    with open_store(study) as store:
        assert store.connection.execute("SELECT count(*) FROM self_report").fetchone() == (0,)
        assert store.connection.execute("SELECT count(*) FROM step_count").fetchone() == (1,)
    assert main(["forget-import", str(study.folder), "my_diary.csv", "--undo"]) == 0
    zipped(study.inbox / "anna" / "again.zip", {"export.xml": APPLE + " ", "my_diary.csv": GOOD})
    assert run(study)["anna/again.zip/my_diary.csv"].summary.new == 30


def test_a_diary_that_is_declared_later_is_read_then(study):
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "wellness.csv": GOOD})
    [outcome] = run(study).values()
    assert [note for note in outcome.summary.notes if "not read: " in note]
    (study.folder / "study.toml").write_text(PLAN.replace("*diary*.csv", "wellness.csv"))
    assert run(study)["anna/everything.zip/wellness.csv"].summary.new == 30


@pytest.mark.parametrize("packed", [True, False])
def test_a_diary_in_an_archive_may_be_declared_and_the_declaration_taken_back(packed, study):
    if packed:
        zipped(study.inbox / "anna" / "all", {"a.json": json.dumps(STEPS), "wellness.csv": GOOD})
    else:
        (study.inbox / "anna" / "all").mkdir()
        (study.inbox / "anna" / "all" / "a.json").write_text(json.dumps(STEPS))
        (study.inbox / "anna" / "all" / "wellness.csv").write_text(GOOD)
    (study.inbox / "anna" / "diary.csv").write_text(GOOD.replace("2026-01", "2026-03"))
    run(study)
    (study.folder / "study.toml").write_text(PLAN.replace("*diary*.csv", "[wd]*.csv"))
    assert run(study)["anna/all/wellness.csv"].summary.new == 30
    (study.folder / "study.toml").write_text(PLAN)
    taken_back = run(study)
    assert taken_back["anna/diary.csv"].summary.new == 30
    concluded = "anna/all" if packed else "anna/all/wellness.csv"  # no longer declared, so its format is found out
    assert taken_back[concluded].summary.new == 30
    with open_store(study) as store:
        assert store.connection.execute("SELECT count(*) FROM self_report").fetchone() == (60,)


def test_what_is_refused_or_fails_in_it_is_reported_by_every_run_until_it_is_read(study, monkeypatch):
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": "day,pain\n2026-01-01,3\n"})
    for _ in range(2):
        assert run(study)["anna/everything.zip/my_diary.csv"].rule == "header"
    zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    with monkeypatch.context() as patched:
        patched.setattr(reading, "read_export", failing_for_diaries(reading.read_export))
        for _ in range(2):
            assert run(study)["anna/everything.zip/my_diary.csv"].status == "failed"
    assert run(study)["anna/everything.zip/my_diary.csv"].summary.new == 30


def failing_for_diaries(read_export):
    def read(archive, settings):
        if archive.is_part:
            raise RuntimeError("a bug")
        return read_export(archive, settings)

    return read


def test_a_person_who_is_forgotten_takes_the_zip_along(study):
    (study.inbox / "anna").rmdir()
    zipped(study.inbox / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    run(study)
    assert main(["forget", str(study.folder), "me", "--yes"]) == 0
    assert not (study.inbox / "everything.zip").exists()


# --- what is said ---


def test_run_names_what_might_be_wanted_and_was_not_read(study, capsys):
    inner = zipped(study.folder / "inner.zip", {"export.xml": APPLE}).read_bytes()
    entries = {"export.xml": APPLE, "pmsys/wellness.csv": UNDECLARED, "older.zip": inner}
    zipped(study.inbox / "anna" / "everything.zip", entries)
    (study.inbox / "anna" / "diary.csv").write_text("date,pain,mood\n2026-01-01,3,4\n")
    main(["run", str(study.folder), "--quiet"])
    said = capsys.readouterr().out
    assert "columns that were not used: mood" in said
    assert "everything.zip: wellness.csv: not read: it looks like a diary" in said
    assert "not read: older.zip: a zip inside the zip" in said
    assert main(["inspect", str(study.inbox / "anna" / "everything.zip"), "--study", str(study.folder)]) == 0
    assert "wellness.csv: not read: it looks like a diary" in capsys.readouterr().out


def test_a_table_in_utf_16_beside_another_export_is_named(study):
    [outcome] = run_zip(study, {"export.xml": APPLE, "bearable.csv": "date,weekday\n".encode("utf-16")}).values()
    assert [note for note in outcome.summary.notes if "bearable.csv: not read: it is UTF-16" in note]


def test_an_unrecognised_file_takes_one_line_of_a_run(study, capsys):
    for name in ("a.txt", "b.txt"):
        (study.inbox / "anna" / name).write_text("Dear reader")
    main(["run", str(study.folder), "--quiet"])
    said = capsys.readouterr().out
    assert said.count("no supported format was recognised") == 2
    assert len([line for line in said.splitlines() if "painstats sources lists them" in line]) == 2
    assert "Garmin Connect" not in said


def test_a_folder_says_so_too(study, capsys):
    folder = study.inbox / "pmdata" / "p01"
    for name, text in {"fitbit/steps.json": json.dumps(STEPS), "pmsys/wellness.csv": UNDECLARED}.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text)
    main(["run", str(study.folder), "--quiet"])
    assert "pmdata/p01: wellness.csv: not read: it looks like a diary" in capsys.readouterr().out


def test_inspect_tells_of_every_export_in_a_zip(study, capsys):
    path = zipped(study.inbox / "anna" / "everything.zip", {"export.xml": APPLE, "my_diary.csv": GOOD})
    assert main(["inspect", str(path), "--study", str(study.folder)]) == 0
    said = capsys.readouterr().out
    assert "my_diary.csv is an export of its own; see below" in said
    assert "everything.zip/my_diary.csv: A diary (CSV, spreadsheet, note, JSON)" in said
    assert "30 read = 30 would be stored" in said
    assert main(["inspect", str(path), "--study", str(study.folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["summary"]["new"] for each in (found, *found["exports_in_it"])] == [1, 30]


def test_me_may_be_given_the_diary_and_a_zip_that_holds_it_too(tmp_path, capsys):
    (tmp_path / "my_diary.csv").write_text(GOOD)
    path = zipped(tmp_path / "everything.zip", FITBIT | {"my_diary.csv": GOOD})
    report = tmp_path / "report.html"
    words = [
        "--diary",
        str(tmp_path / "my_diary.csv"),
        "--time-zone",
        "Europe/London",
        "--output",
        str(report),
        "--overwrite",
        "--json",
    ]
    for _ in range(2):  # also in the place of an earlier report
        main(["me", str(path), *words])
        answer = json.loads(capsys.readouterr().out)
        assert sorted(file["status"] for file in answer["files"]) == ["known", "loaded", "loaded"]
        assert answer["reports"] == [str(report), str(tmp_path / "report-clinic.html")]


def test_several_processes_read_the_same(study, tmp_path):
    noise = Random(1).randbytes(2 << 20)
    for name in ("one.zip", "two.zip"):
        day = "01/03/26" if name == "one.zip" else "01/23/26"
        steps = json.dumps(STEPS).replace("01/03/26", day)
        entries = FITBIT | FIT | {"Takeout/Fitbit/steps-1.json": steps, "my_diary.csv": GOOD, "photo.bin": noise}
        zipped(study.inbox / "anna" / name, entries)
    alone = {name: (each.status, each.summary) for name, each in run(study).items()}
    twin = tmp_path / "twin"
    shutil.copytree(study.inbox, twin / "inbox")
    (twin / "study.toml").write_text(PLAN)
    outcomes = read_inbox(twin, processes=2)
    assert {name: (each.status, each.summary) for name, each in outcomes.items()} == alone
    assert rows_of(read_study(twin)) == rows_of(study)
