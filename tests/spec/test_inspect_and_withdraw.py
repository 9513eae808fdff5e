"""A file can be inspected before it is imported, and withdrawn afterwards."""

from __future__ import annotations

import json

import pytest

from painstats.cli import main
from painstats.daily import build_daily_table
from painstats.plan.study import read_study
from painstats.store import open_store
from tests.faults.test_bad_input import DAYS, GOOD, PLAN, STEP
from tests.reading_inboxes import read_inbox
from tests.sources.reading import FIXTURES, zipped
from tests.spec.test_load_in_any_order import stored

LATER = GOOD.replace("2026-01-05,5", "2026-01-05,1") + "2026-02-01,4\n"
SPOILT = GOOD.replace("2026-01-05,5", "2026-01-05,11").replace("2026-01-09,2", "2026-01-09,two") + "2026-01-09,3\n"


@pytest.fixture
def study(tmp_path, capsys):
    (tmp_path / "inbox" / "anna").mkdir(parents=True)
    (tmp_path / "study.toml").write_text(PLAN)

    def put(name, content):
        (tmp_path / "inbox" / "anna" / name).write_text(content)

    def do(*words):
        code = main([*words, "--json"])
        captured = capsys.readouterr()
        return code, json.loads(captured.out) if captured.out else captured.err

    return tmp_path, put, do


def everything(folder):
    with open_store(read_study(folder)) as store:
        return stored(store, ledger=True)


def values(folder):
    with open_store(read_study(folder)) as store:
        return dict(store.connection.execute("SELECT date::VARCHAR, value FROM self_report").fetchall())


# --- looking ---


def test_inspect_tells_what_is_there_and_what_would_be_rejected_and_keeps_nothing(study):
    folder, put, do = study
    put("diary.csv", SPOILT)
    code, found = do("inspect", str(folder / "inbox" / "anna" / "diary.csv"), "--study", str(folder))
    assert code == 4
    assert found["title"].startswith("A diary")
    assert found["time_zone"] == "Europe/London"
    assert found["contents"] == [
        {
            "table": "self_report", "what": "pain", "device_kind": None, "rows": 29, "first_date": "2026-01-01",
            "last_date": "2026-01-30", "scale": "0 to 10, higher is worse",
        }
    ]  # fmt: skip
    rejected = {row["rule"]: [place["line"] for place in row["places"]] for row in found["rejected"]}
    assert rejected == {"outside_scale": [6], "unreadable": [10]}
    assert found["summary"]["new"] + found["summary"]["quarantined"] == 31
    assert "two" not in json.dumps(found["rejected"])
    assert not (folder / "painstats.duckdb").exists()


def test_inspect_counts_by_device_and_dates_where_the_person_lives(study, capsys):
    folder, put, do = study
    step = STEP.format(7).replace("08:00:00 +0000", "23:30:00 +0000").replace("08:10:00 +0000", "23:40:00 +0000")
    watch = step.replace("sourceName", 'device="&lt;&lt;HKDevice: 0x1&gt;, name:x, model:Watch&gt;" sourceName')
    put("export.xml", f'<?xml version="1.0"?><HealthData>{step}{watch}</HealthData>')
    path = str(folder / "inbox" / "anna" / "export.xml")
    _, found = do("inspect", path, "--zone", "Asia/Tokyo")
    rows = [(row["table"], row["device_kind"], row["rows"], row["first_date"]) for row in found["contents"]]
    assert sorted(rows) == [("step_count", "app", 1, "2026-01-02"), ("step_count", "watch", 1, "2026-01-02")]
    assert main(["inspect", path]) == 0
    said = capsys.readouterr().out
    assert "use --zone to change this" in said
    assert "2 read = 2 would be stored" in said


def test_inspect_says_why_a_file_would_be_refused(study):
    folder, put, do = study
    put("letter.txt", "Dear reader")
    code, found = do("inspect", str(folder / "inbox" / "anna" / "letter.txt"))
    assert (code, found["refused"]) == (3, "not_recognised")
    assert main(["inspect", str(folder / "inbox" / "anna" / "letter.txt")]) == 3
    assert main(["inspect", str(folder / "absent.zip")]) == 2
    assert main(["inspect", str(folder / "inbox" / "anna" / "letter.txt"), "--zone", "Mars/Base"]) == 2


def test_a_conflicting_duplicate_is_reported_with_its_line(study):
    folder, put, do = study
    walk = STEP.format(7)
    put(
        "export.xml",
        f'<?xml version="1.0"?>\n<HealthData>\n{walk}\n{walk.replace("7", "9", 1)}\n{STEP.format(8)}\n</HealthData>',
    )
    _, found = do("inspect", str(folder / "inbox" / "anna" / "export.xml"))
    [row] = [row for row in found["rejected"] if row["rule"] == "conflicting_duplicate"]
    assert row["places"][0]["entry"] == "export.xml"
    assert row["places"][0]["line"] is not None


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("tdda_export6s3sample.xml", "days"),
        ("withings_raw_tracker_steps.csv", "days"),
        ("withings_sleep.csv", "days"),
        ("whoop_sleeps.csv", None),
        ("oura_sleepmodel.csv", None),
        ("google_fit_2024-03-01.csv", None),
        ("health_connect_export.db", None),
        ("GGIRread_sleep-1995-06-23_Fitbit.json", "clock times"),
        ("sleepDay_merged.csv", None),
        ("minuteStepsNarrow.csv", "clock times"),
        ("ggir_part4_nightsummary_sleep_cleaned.csv", "clock times"),
        ("daylio.csv", "clock times"),
        ("oura_dailyactivity.csv", None),
        ("Visible_Data_Export.csv", None),
    ],
)
def test_inspect_names_the_zone_only_where_it_was_used(name, use, study):
    _, _, do = study
    _, found = do("inspect", str(FIXTURES / name), "--zone", "America/New_York")
    assert found["zone_use"] == use


def test_inspect_says_what_it_does_not_know(study, capsys):
    folder, put, _ = study
    put("diary.csv", GOOD)
    path = folder / "inbox" / "anna" / "diary.csv"
    main(["inspect", str(path), "--study", str(folder)])
    said = capsys.readouterr().out
    assert "Date of export unknown" in said
    assert "Europe/London" not in said  # dates without times need no zone
    dated = zipped(folder / "packed.zip", {"diary.csv": GOOD})
    main(["inspect", str(dated), "--study", str(folder)])
    assert "Exported about" in capsys.readouterr().out


def test_inspect_offers_the_mapping_of_a_diary_beside_declared_ones(study):
    folder, put, do = study
    put("wellness.csv", "date,pain\n2026-01-01,3\n2026-01-02,4\n")
    _, found = do("inspect", str(folder / "inbox" / "anna" / "wellness.csv"), "--study", str(folder))
    assert found["refused"] == "diary_not_declared"
    assert 'file = "wellness.csv"' in found["message"]


# --- taking out ---


def test_a_withdrawn_file_leaves_what_never_was_and_stays_out(study):
    folder, put, do = study
    put("diary.csv", GOOD)
    read_inbox(folder)
    without = everything(folder)
    put("later-diary.csv", LATER)
    read_inbox(folder)
    assert values(folder)["2026-01-05"] == 1.0
    code, answer = do("forget-import", str(folder), "later-diary.csv")
    assert code == 0
    [withdrawn] = answer["withdrawn"]
    assert (withdrawn["removed"], withdrawn["reinstated"], withdrawn["kept"]) == (1, 1, len(DAYS) - 1)
    assert everything(folder) == without
    assert values(folder)["2026-01-05"] == 5.0
    statuses = {name: file.status for name, file in read_inbox(folder).items()}
    assert statuses == {"anna/diary.csv": "known", "anna/later-diary.csv": "withdrawn"}
    assert everything(folder) == without


def test_a_withdrawn_file_can_be_let_in_again(study):
    folder, put, do = study
    put("diary.csv", GOOD)
    put("later-diary.csv", LATER)
    read_inbox(folder)
    whole = everything(folder)
    _, listed = do("status", str(folder), "--files")
    number = next(file["import_id"] for file in listed["files"] if file["file_name"] == "anna/later-diary.csv")
    do("forget-import", str(folder), str(number))
    assert {file["status"] for file in do("status", str(folder), "--files")[1]["files"]} == {"loaded", "withdrawn"}
    assert do("forget-import", str(folder), str(number))[0] == 2
    assert do("forget-import", str(folder), "later-diary.csv", "--undo") == (0, {"taken_back": 1})
    assert do("forget-import", str(folder), "later-diary.csv", "--undo")[0] == 2
    read_inbox(folder)
    assert everything(folder)["self_report"] == whole["self_report"]
    assert everything(folder)["superseded"] == whole["superseded"]


def test_a_name_that_fits_two_imports_asks_for_the_number(study):
    folder, put, do = study
    put("diary.csv", GOOD)
    read_inbox(folder)
    put("diary.csv", LATER)
    read_inbox(folder)
    code, said = do("forget-import", str(folder), "diary.csv")
    assert code == 2
    assert "by its number: 1, 2" in said
    assert do("forget-import", str(folder), "1")[0] == 0
    assert values(folder)["2026-01-05"] == 1.0
    assert do("forget-import", str(folder), "nothing.csv")[0] == 2


def test_what_was_withdrawn_stays_out_when_everything_is_read_again(study):
    folder, put, do = study
    put("diary.csv", GOOD)
    put("later-diary.csv", LATER)
    read_inbox(folder)
    do("forget-import", str(folder), "later-diary.csv")
    (folder / "study.toml").write_text(PLAN.replace("Europe/London", "Asia/Tokyo"))
    assert {file.status for file in read_inbox(folder).values()} == {"loaded", "withdrawn"}
    assert values(folder)["2026-01-05"] == 5.0


def test_the_days_of_a_withdrawn_file_are_computed_again(study):
    folder, put, do = study

    def scores():
        read_inbox(folder)
        with open_store(read_study(folder)) as store:
            build_daily_table(store)
            return dict(
                store.connection.execute(
                    "SELECT date::VARCHAR, outcome_score FROM daily_summary WHERE outcome_score >= 0"
                ).fetchall()
            )

    put("diary.csv", GOOD)
    before = scores()
    put("later-diary.csv", LATER)
    assert scores()["2026-01-05"] == 1.0
    do("forget-import", str(folder), "later-diary.csv")
    with open_store(read_study(folder)) as store:
        touched = store.connection.execute(
            "SELECT first_date::VARCHAR, last_date::VARCHAR FROM touched_day ORDER BY 1"
        ).fetchall()
    assert touched == [("2026-01-03", "2026-01-07"), ("2026-01-30", "2026-02-03")]
    assert scores() == before
