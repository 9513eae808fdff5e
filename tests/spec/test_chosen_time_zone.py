"""A time zone is one that someone chose: no command and no template has a default, and abbreviations are no places."""

import io
import json

import pytest

from painstats.cli import main
from painstats.commands.time_zone import chosen_zone
from painstats.errors import StudyError
from painstats.intake.undeclared_zone import refuse_undeclared_zone
from painstats.plan.study import read_study
from painstats.run import run_study

RECORD = (
    ' <Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch" startDate="2026-02-01 00:30:00 +0100" '
    'endDate="2026-02-01 06:00:00 +0100" value="HKCategoryValueSleepAnalysisAsleepCore">'
    '<MetadataEntry key="HKTimeZone" value="{zone}"/></Record>\n'
)


def apple(tmp_path, **records):
    zones = [zone.replace("_in_", "/") for zone, number in records.items() for _ in range(number)]
    body = "".join(RECORD.format(zone=zone) for zone in zones)
    path = tmp_path / "export.xml"
    path.write_text(f'<?xml version="1.0"?>\n<HealthData locale="en_GB">\n{body}</HealthData>\n')
    return path


@pytest.fixture
def typed(monkeypatch):
    def type_(text):
        terminal = io.StringIO(text)
        terminal.isatty = lambda: True
        monkeypatch.setattr("sys.stdin", terminal)

    return type_


@pytest.mark.parametrize(
    ("written", "advised"),
    [
        ("EST", "America/New_York"),
        ("MST", "America/Denver or America/Phoenix"),
        ("CET", "Europe/Berlin or Europe/Paris"),
        ("BST", "Europe/London"),
        ("Etc/GMT+5", "Europe/London or America/New_York"),
        ("posixrules", "Europe/London or America/New_York"),
        ("europe/london", "did you mean Europe/London?"),
        ("new york", "did you mean America/New_York?"),
    ],
)
def test_what_is_not_a_place_is_refused_with_the_place_to_write(tmp_path, capsys, written, advised):
    (tmp_path / "study.toml").write_text(f'[study]\ntime_zone = "{written}"\n')
    with pytest.raises(StudyError, match=r"study\.time_zone") as refused:
        read_study(tmp_path)
    assert advised in str(refused.value)
    assert main(["init", str(tmp_path / "s"), "--time-zone", written]) == 2
    assert advised in capsys.readouterr().err


def test_utc_is_allowed_for_those_who_write_it(tmp_path):
    assert main(["init", str(tmp_path / "s"), "--time-zone", "UTC"]) == 0
    assert read_study(tmp_path / "s").plan.study.time_zone == "UTC"


def test_the_zone_that_nearly_all_records_name_is_taken(tmp_path, capsys):
    export = apple(tmp_path, Europe_in_Berlin=19, America_in_New_York=1)
    assert main(["init", str(tmp_path / "s"), str(export)]) == 0
    assert read_study(tmp_path / "s").plan.study.time_zone == "Europe/Berlin"
    assert "The time zone is Europe/Berlin, which 19 of 20 records of your export name." in capsys.readouterr().out


def test_an_export_of_two_homes_is_asked_about(tmp_path, capsys):
    export = apple(tmp_path, Europe_in_Berlin=3, America_in_New_York=2)
    assert main(["init", str(tmp_path / "s"), str(export)]) == 2
    said = capsys.readouterr().err
    assert "Europe/Berlin (3 records), America/New_York (2 records)" in said
    assert "--time-zone Europe/Berlin" in said


def test_sleep_as_android_names_its_zone(tmp_path):
    rows = '"1700000000000","Pacific/Auckland","01. 02. 2026 22:00"\n'
    (tmp_path / "sleep-export.csv").write_text(f"Id,Tz,From,To\n{rows}Id,Tz,From,To\n{rows}")
    assert chosen_zone(None, [tmp_path / "sleep-export.csv"]).name == "Pacific/Auckland"


def test_without_a_zone_nothing_is_made_and_an_example_is_given(tmp_path, capsys):
    assert main(["init", str(tmp_path / "s")]) == 2
    assert "--time-zone Europe/London" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_in_a_terminal_the_zone_is_asked_for_until_it_is_a_place(tmp_path, typed, capsys):
    typed("PST\nAmerica/Los_Angeles\n")
    assert main(["init", str(tmp_path / "s"), "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["time_zone"] == "America/Los_Angeles"
    assert "'PST' is not a place" in printed.err


def test_a_person_who_ends_the_input_gets_the_option(typed):
    typed("")
    with pytest.raises(StudyError, match="--time-zone Europe/London"):
        chosen_zone(None, [])


def test_a_study_without_a_zone_is_not_run_in_utc(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "study.toml").write_text('[outcome]\nitem = "pain"\n')
    with pytest.raises(StudyError, match="does not say where you live"):
        run_study(read_study(tmp_path))


def test_a_study_needs_no_zone_of_its_own_where_each_participant_has_one(tmp_path):
    for participant in ("ann", "bea"):
        (tmp_path / "inbox" / participant).mkdir(parents=True)
    homes = '[participants.ann]\ntime_zone = "Europe/Berlin"\n'
    (tmp_path / "study.toml").write_text(homes)
    with pytest.raises(StudyError, match="does not say where you live"):
        refuse_undeclared_zone(read_study(tmp_path))
    (tmp_path / "study.toml").write_text(f'{homes}[participants.bea]\ntime_zone = "Europe/Paris"\n')
    refuse_undeclared_zone(read_study(tmp_path))
    (tmp_path / "inbox" / "diary.csv").write_text("date,pain\n")
    with pytest.raises(StudyError, match="does not say where you live"):
        refuse_undeclared_zone(read_study(tmp_path))
