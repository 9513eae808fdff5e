"""Planned experiments survive what replaces a database, and are erased with their participant."""

from __future__ import annotations

from pathlib import Path

import pytest

from painstats.cli import main
from painstats.plan.study import read_study
from painstats.store import open_store
from painstats.store.backup import restore, start_again
from tests.experimenting import listed, new_study, on_day, planned, put, run
from tests.reading_inboxes import read_inbox

__all__ = ["on_day"]

pytestmark = pytest.mark.usefixtures("on_day", "own_machine")
SHORT = "date,pain\n" + "".join(f"2026-02-{day:02d},{day % 5}\n" for day in range(1, 11))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    made = new_study(tmp_path / "S", "anna", "bo")
    for participant in ("anna", "bo"):
        put(made, participant, "diary-before", SHORT)
    return made


def fingerprints(study: Path) -> list[str]:
    with open_store(read_study(study)) as store:
        rows = store.connection.execute("SELECT fingerprint FROM experiment_plan ORDER BY 1").fetchall()
    return [row[0] for row in rows]


def files(study: Path) -> list[str]:
    return sorted(path.name for path in (study / "reports" / "experiments").glob("*"))


def test_a_plan_survives_when_the_inbox_is_read_again_and_a_rebuild(study, capsys):
    fingerprint = planned(study, capsys, "--participant", "anna")["fingerprint"]
    written = files(study)
    read_inbox(study)
    toml = study / "study.toml"
    toml.write_text(toml.read_text().replace("Europe/London", "Europe/Madrid"))
    read_inbox(study)
    with open_store(read_study(study)) as store:
        assert store.connection.execute("SELECT min(import_id) FROM import").fetchone() == (3,)  # read again
    assert fingerprints(study) == [fingerprint]
    main(["experiment", "end", str(study), fingerprint[:6], "--yes"])
    start_again(read_study(study))
    assert fingerprints(study) == [fingerprint]
    assert [row["stage"] for row in listed(study, capsys)] == ["ended early"]
    assert files(study) == written


def test_restoring_an_older_backup_keeps_the_plans_drawn_since(study, tmp_path, capsys):
    first = planned(study, capsys, "--participant", "anna")["fingerprint"]
    backup = tmp_path / "backup.duckdb"
    assert main(["backup", str(study), str(backup)]) == 0
    second = planned(study, capsys, "--participant", "bo")["fingerprint"]
    main(["experiment", "end", str(study), first[:8], "--yes"])
    restore(read_study(study), backup)
    assert fingerprints(study) == sorted([first, second])
    stages = {row["participant"]: row["stage"] for row in listed(study, capsys)}
    assert stages == {"anna": "ended early", "bo": "planned"}


def test_a_backup_has_the_plans(study, tmp_path, capsys):
    fingerprint = planned(study, capsys, "--participant", "anna")["fingerprint"]
    backup = tmp_path / "backup.duckdb"
    main(["backup", str(study), str(backup)])
    for path in [*study.glob("painstats.duckdb*"), study / ".painstats.checksum"]:
        path.unlink(missing_ok=True)
    restore(read_study(study), backup)
    assert fingerprints(study) == [fingerprint]


def test_forgetting_a_participant_erases_their_experiments_and_no_others(study, tmp_path, capsys):
    read_inbox(study)
    planned(study, capsys, "--participant", "anna", "--on", "heat, as anna likes it")
    other = planned(study, capsys, "--participant", "bo")["fingerprint"]
    backup = tmp_path / "backup.duckdb"
    main(["backup", str(study), str(backup)])
    toml = study / "study.toml"
    toml.write_text(toml.read_text().replace("[participants.anna]\n", "# one has left\n"))
    assert main(["forget", str(study), "anna", "--yes"]) == 0
    assert fingerprints(study) == [other]
    assert files(study) == []
    run(study)
    assert len(files(study)) == 2  # those of bo, written again
    restore(read_study(study), backup)
    assert fingerprints(study) == [other]


def test_no_experiment_is_planned_for_a_forgotten_participant(study, capsys):
    read_inbox(study)
    main(["forget", str(study), "anna", "--yes"])
    capsys.readouterr()
    words = ["--on", "heat", "--off", "none", "--blocks", "8", "--block-days", "7", "--first-day", "2026-03-05"]
    assert main(["experiment", "plan", str(study), "--participant", "anna", "--yes", *words]) == 2
    assert "no participant with that id" in capsys.readouterr().err
