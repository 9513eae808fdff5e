"""Bad input: a clear message with place and advice, everything readable imported, and the right exit code."""

from __future__ import annotations

import json
import zipfile
from datetime import date, timedelta

import pytest

from painstats.cli import main
from tests.reading_inboxes import exit_code, read_inbox

PLAN = """
[nightly]
last_date = 2026-03-01
[study]
time_zone = "Europe/London"
[[diaries]]
file = "*diary*.csv"
filled = "evening"
[[diaries.items]]
item = "pain"
column = "pain"
scale = [0, 10]
higher_is = "worse"
recall = "today"
"""
DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(30)]
GOOD = "date,pain\n" + "".join(f"{day},{day.day % 7}\n" for day in DAYS)


@pytest.fixture
def put(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "study.toml").write_text(PLAN)

    def into_inbox(files):
        for name, content in files.items():
            path = tmp_path / "inbox" / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return into_inbox


@pytest.fixture
def read(tmp_path, put):
    def go(**files):
        put(files)
        return read_inbox(tmp_path)

    return go


@pytest.fixture
def run(tmp_path, put, capsys):
    def go(**files):
        put(files)
        code = main(["run", str(tmp_path), "--json", "--quiet"])
        answer = json.loads(capsys.readouterr().out)
        return code, {file["file"]: file for file in answer["files"]}

    return go


def zipped(tmp_path, name, text):
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return path.read_bytes()


STEP = (
    '<Record type="HKQuantityTypeIdentifierStepCount" sourceName="W" unit="count" startDate="2026-01-01 08:00:00 +0000" '
    'endDate="2026-01-01 08:10:00 +0000" value="{}"/>'
)


@pytest.mark.parametrize(
    ("name", "content", "rule", "says"),
    [
        ("holiday__csv", "where,when\nSpain,June\n", "not_recognised", "holiday.csv"),
        ("photo__jpg", b"\xff\xd8\xff\xe0 not health", "not_recognised", "photo.jpg"),
        ("empty__csv", "", None, "empty.csv"),
        ("export__zip", b"PK\x03\x04 half a zip", None, "export.zip"),
        (
            "export__xml",
            '<?xml version="1.0"?><HealthData>' + STEP.format(5) + "<Record type=",
            "xml_truncated",
            "export.xml",
        ),
        ("diary__csv", "day,ache\n2026-01-01,3\n", "header", "date"),
        ("mydiary__csv", "date,pain,pain\n2026-01-01,3,4\n", None, "pain"),
        ("bdiary__csv", "date,pain\n" + "".join(f"{day:%d/%m/%Y},3\n" for day in DAYS[:12]), "date_format", "%d/%m/%Y"),
        ("cdiary__csv", "date,pain\n" + "".join(f"{day},{10 * (day.day % 7)}\n" for day in DAYS), "scale", "scale"),
        ("ddiary__csv", "<html><body>Please log in</body></html>", None, "ddiary.csv"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_and_the_others_are_read(read, name, content, rule, says):
    files = read(**{name: content, "good_diary__csv": GOOD})
    bad = files[name.replace("__", ".")]
    assert (bad.status, bad.exit_code) == ("refused", 3)
    assert rule is None or bad.rule == rule
    assert says in bad.message
    assert files["good_diary.csv"].summary.new == len(DAYS)


def test_an_impossible_score_is_kept_apart_and_the_rest_is_read(run, tmp_path, capsys):
    code, files = run(
        diary__csv=GOOD.replace("2026-01-05,5", "2026-01-05,11").replace("2026-01-09,2", "2026-01-09,two")
    )
    rows = files["diary.csv"]["rows"]
    assert code == 4
    assert (rows["new"], rows["quarantined"]) == (28, 2)
    assert main(["quarantine", str(tmp_path), "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)["rows"]
    assert [(row["line"], row["rule"], row["text"]) for row in kept] == [
        (6, "outside_scale", "2026-01-05,11"), (10, "unreadable", "2026-01-09,two"),
    ]  # fmt: skip


def test_dates_that_could_be_read_two_ways_are_never_guessed(read):
    header = "Id,ActivityDate,TotalSteps,TotalDistance,TrackerDistance,LoggedActivitiesDistance,VeryActiveDistance,ModeratelyActiveDistance,"
    header += "LightActiveDistance,SedentaryActiveDistance,VeryActiveMinutes,FairlyActiveMinutes,LightlyActiveMinutes,SedentaryMinutes,Calories\n"
    rows = "".join(f"1503960366,{month}/{month}/2026,9000,0,0,0,0,0,0,0,10,10,200,700,2000\n" for month in range(1, 9))
    rows += "1503960366,3/5/2026,9000,0,0,0,0,0,0,0,10,10,200,700,2000\n"
    files = read(dailyActivity_merged__csv=header + rows)
    assert files["dailyActivity_merged.csv"].rule == "date_ambiguous"


def test_a_refused_file_is_named_again_each_night_until_it_is_gone(read, tmp_path):
    assert exit_code(read(holiday__csv="where,when\n", diary__csv=GOOD).values()) == 3
    assert exit_code(read().values()) == 3
    (tmp_path / "inbox" / "holiday.csv").unlink()
    assert exit_code(read().values()) == 0


def test_a_record_of_impossible_size_does_not_reach_a_day(read, tmp_path):
    text = (
        '<?xml version="1.0"?><HealthData>'
        + STEP.format(5)
        + STEP.format(1_000_000_000).replace("08:", "09:")
        + STEP.format(-5).replace("08:", "10:")
    )
    files = read(
        export__zip=zipped(tmp_path, "apple_health_export/export.xml", text + "</HealthData>"), diary__csv=GOOD
    )
    assert exit_code(files.values()) == 4
    assert (files["export.zip"].summary.new, files["export.zip"].summary.quarantined) == (1, 2)


def test_a_message_never_holds_a_value(run):
    secret = "private words"
    _, files = run(diary__csv=f"date,pain\n2026-01-01,{secret}\n", odd__csv=f"{secret},b\n{secret},2\n")
    assert not any(secret in (file["message"] or "") for file in files.values())
