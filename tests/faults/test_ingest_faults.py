"""Hostile, damaged, half-written or growing files in an inbox are reported, and affect no other file."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.run import list_inbox, load_files
from painstats.store import open_store
from tests.faults.test_bad_input import DAYS, GOOD, PLAN, STEP
from tests.faults.test_crash import table_hashes
from tests.reading_inboxes import exit_code, read_inbox
from tests.sources.reading import zipped

HEALTH = '<?xml version="1.0"?>\n<HealthData>\n' + STEP.format(5) + "\n</HealthData>"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "inbox" / "anna").mkdir(parents=True)
    (tmp_path / "study.toml").write_text(PLAN)

    def put(name, content=GOOD):
        path = tmp_path / "inbox" / "anna" / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run():
        files = read_inbox(tmp_path)
        return exit_code(files.values()), {name.removeprefix("anna/"): file for name, file in files.items()}

    return tmp_path, put, run


# --- archives ---


def test_a_zip_bomb_is_refused_and_the_diary_beside_it_is_read(study):
    folder, put, run = study
    put("diary.csv")
    zipped(folder / "inbox" / "anna" / "bomb.zip", {"export.xml": HEALTH + " " * 3_000_000})
    code, files = run()
    assert (code, files["bomb.zip"].rule) == (3, "zip_ratio")
    assert files["diary.csv"].summary.new == len(DAYS)


@pytest.mark.parametrize("name", ["../../escaped.csv", "/tmp/escaped.csv", "C:\\escaped.csv", "..\\escaped.csv", "CON"])
def test_names_in_a_zip_never_become_paths(study, name):
    folder, _, run = study
    with zipfile.ZipFile(folder / "inbox" / "anna" / "my-diary.csv", "w") as archive:
        archive.writestr(name, GOOD)
    before = set(folder.parent.rglob("*"))
    code, files = run()
    assert code == 0
    assert files["my-diary.csv"].summary.new == len(DAYS)
    made = set(folder.parent.rglob("*")) - before
    assert not [path for path in made if "escaped" in path.name]
    assert all(path.is_relative_to(folder) for path in made)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_that_is_still_being_copied_is_refused_and_read_when_it_is_whole(study, cut):
    folder, _, run = study
    path = zipped(folder / "inbox" / "anna" / "export.zip", {"apple_health_export/export.xml": HEALTH})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(cut * len(whole))])
    code, files = run()
    assert (code, files["export.zip"].status) == (3, "refused")
    path.write_bytes(whole)
    _, files = run()
    assert (files["export.zip"].status, files["export.zip"].summary.new) == ("loaded", 1)


# --- tables ---


@pytest.mark.parametrize(
    ("content", "status", "rule_or_rows"),
    [
        (GOOD.replace("\n", "\r\n"), "loaded", (30, 0)),
        (GOOD.replace("\n", "\r"), "loaded", (30, 0)),
        ("\ufeff" + GOOD, "loaded", (30, 0)),
        (GOOD.replace(",1\n", ",\0" + "1\n"), "loaded", (30, 0)),
        (GOOD.replace("2026-01-05,5", "2026-01-05,1e999"), "loaded", (29, 1)),
        (GOOD.replace("2026-01-05,5", "2026-01-05,nan"), "loaded", (29, 1)),
        (GOOD.replace("2026-01-05,5", "2026-01-05,99999999999999999999"), "loaded", (29, 1)),
        (GOOD.replace("2026-01-05,5", "9999-12-31,5"), "loaded", (29, 1)),
        (GOOD.replace("2026-01-05,5", "0001-01-01,5"), "loaded", (29, 1)),
        (GOOD.replace("2026-01-05,5", "2026-01-05,5,5"), "loaded", (29, 1)),
        (GOOD.replace("2026-01-05,5", '2026-01-05,"5'), "refused", "quote"),
        (GOOD.replace("date,pain", "date,pain,Pain"), "refused", "duplicate_column"),
        (GOOD.encode("utf-16"), "refused", "encoding"),
        (GOOD.replace(",5", ",\u00bd").encode("latin-1"), "refused", "encoding"),
        ("date,pain\n" + "x" * (2 << 20), "refused", "line_too_long"),
        ("date;pain\n2026-01-05;5\n", "refused", "header"),
        (b"%PDF-1.7 not a table", "refused", "not_csv"),
        (b"\0" * 5000, "refused", None),
    ],
)  # fmt: skip
def test_a_diary_in_every_state(study, content, status, rule_or_rows):
    _, put, run = study
    put("diary.csv", content)
    _, files = run()
    file = files["diary.csv"]
    assert file.status == status
    if status == "refused":
        assert rule_or_rows in (None, file.rule)
        assert file.summary is None
    else:
        assert (file.summary.new, file.summary.quarantined) == rule_or_rows
        rows = file.summary
        assert rows.new + rows.same + rows.corrected + rows.quarantined + rows.ignored == 30


def test_the_same_diary_in_other_dress_is_the_same_data(study):
    folder, put, run = study
    put("diary.csv")
    run()
    expected = table_hashes(read_study(folder))
    put("a-diary.csv", GOOD.replace("\n", "\r\n"))
    lines = GOOD.splitlines()
    put("b-diary.csv", "\n".join([lines[0], *reversed(lines[1:])]))
    zipped(folder / "inbox" / "anna" / "c-diary.csv.zip", {"c-diary.csv": GOOD})
    _, files = run()
    assert {name: file.summary.same for name, file in files.items() if file.summary} == {
        "a-diary.csv": 30, "b-diary.csv": 30, "c-diary.csv.zip": 30,
    }  # fmt: skip
    assert table_hashes(read_study(folder)) == expected


@pytest.mark.parametrize(
    "name", ["diary[1].csv", "diary*.csv", "diary?.csv", "{diary}.csv", "-diary.csv", "diary \n.csv"]
)
def test_a_file_name_is_never_a_pattern(study, name):
    folder, put, run = study
    (folder / "study.toml").write_text(PLAN.replace("*diary*.csv", "*"))
    put("diary1.csv", GOOD.replace(",1\n", ",2\n"))
    put(name)
    _, files = run()
    assert files[name].status == "loaded"
    with open_store(read_study(folder)) as store:
        stored = store.connection.execute("SELECT file_name FROM import ORDER BY ALL").fetchall()
    assert (f"anna/{name}",) in stored


READING = (
    "import sys; from pathlib import Path; from tests.reading_inboxes import read_inbox; read_inbox(Path(sys.argv[1]))"
)


@pytest.mark.parametrize("environment", [{"TZ": "Asia/Tokyo"}, {"TZ": "America/New_York", "LANG": "de_DE.UTF-8"}])
def test_the_zone_and_language_of_the_machine_change_nothing(study, environment):
    folder, put, run = study
    put("diary.csv")
    put("export.xml", HEALTH)
    run()
    expected = table_hashes(read_study(folder))
    for name in ("painstats.duckdb", ".painstats.checksum"):
        (folder / name).unlink()
    subprocess.run(
        [sys.executable, "-c", READING, str(folder)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, **environment},
        check=True,
    )
    assert table_hashes(read_study(folder)) == expected


# --- files that change ---


def growing(path: Path, lines: list[str]):
    """Return a listener that appends to a file as soon as its reading is announced."""

    def say(line):
        if line.endswith(path.name):
            with path.open("a") as file:
                file.write(lines.pop() if lines else "")

    return say


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(study):
    folder, put, _ = study
    path = put("diary.csv")
    put("other-diary.csv", GOOD.replace("2026-01-05,5", "2026-01-05,4"))
    loaded = read_study(folder)
    with open_store(loaded) as store:
        say = growing(path, ["2026-02-02,3\n"])
        first = {each.file.path.name: each for each in load_files(store, list_inbox(loaded), say)}
        assert (first["diary.csv"].status, first["diary.csv"].rule) == ("waiting", "file_changed")
        assert "next run" in first["diary.csv"].message
        assert first["other-diary.csv"].summary.new == 30
        assert store.connection.execute("SELECT count(*) FROM import").fetchone() == (1,)
        second = {each.file.path.name: each for each in load_files(store, list_inbox(loaded), say)}
        assert second["diary.csv"].status == "loaded"
        assert (second["diary.csv"].summary.new, second["diary.csv"].summary.corrected) == (1, 1)


def test_what_a_half_written_file_lacks_is_not_held_against_it(study):
    folder, put, _ = study
    path = put("export.xml", HEALTH[:-20])
    loaded = read_study(folder)
    with open_store(loaded) as store:
        first, second = (
            load_files(store, list_inbox(loaded), growing(path, [HEALTH[-20:]] if run == 0 else []))[0]
            for run in (0, 1)
        )
    assert (first.rule, second.status) == ("file_changed", "loaded")


def test_a_file_that_vanishes_before_its_turn_is_left_out_alone(study):
    folder, put, _ = study
    path = put("diary.csv")
    put("other-diary.csv", GOOD.replace("2026-01-05,5", "2026-01-05,4"))
    loaded = read_study(folder)
    with open_store(loaded) as store:
        outcomes = load_files(store, list_inbox(loaded), lambda line: line.endswith("/diary.csv") and path.unlink())
    assert {each.file.path.name: each.status for each in outcomes} == {
        "diary.csv": "waiting",
        "other-diary.csv": "loaded",
    }


# --- disks ---


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=False)


def test_a_full_disk_stores_nothing_of_the_file_and_the_next_run_makes_up_for_it(small_disk, tmp_path, capsys):
    (small_disk / "study.toml").write_text(PLAN)
    outside = tmp_path / "export.xml"
    minutes = (
        f"2026-01-{1 + number // 1440:02d} {number // 60 % 24:02d}:{number % 60:02d}" for number in range(40_000)
    )
    outside.write_text(
        '<?xml version="1.0"?>\n<HealthData>\n'
        + "\n".join(
            STEP.format(number % 90).replace("2026-01-01 08:00", minute).replace("2026-01-01 08:10", minute)
            for number, minute in enumerate(minutes)
        )
        + "\n</HealthData>"
    )
    (small_disk / "inbox").mkdir()
    (small_disk / "inbox" / "diary.csv").write_text(GOOD)
    assert main(["run", str(small_disk), "--quiet"]) in (0, 7)
    ballast = small_disk / "ballast"
    (small_disk / "inbox" / "export.xml").symlink_to(outside)
    with ballast.open("wb") as file:
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        file.write(b"\0" * (free - 100_000))
    capsys.readouterr()
    assert main(["run", str(small_disk), "--quiet"]) == 6
    assert "make space on the disk" in capsys.readouterr().err
    ballast.unlink()
    study = read_study(small_disk)
    with open_store(study) as store:
        assert store.connection.execute("SELECT count(*) FROM step_count").fetchone() == (0,)
        assert store.connection.execute("SELECT count(*) FROM self_report").fetchone() == (len(DAYS),)
        [outcome] = [each for each in load_files(store, list_inbox(study), lambda _: None) if each.summary]
        assert outcome.summary.new == 40_000
