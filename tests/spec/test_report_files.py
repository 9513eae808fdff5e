"""Report files: private, the same bytes for the same findings, exactly one for each participant."""

from __future__ import annotations

import os
import shutil
import stat
from hashlib import sha256
from pathlib import Path

import pytest

from painstats.plan.study import Study
from painstats.questions.phrases import label_text
from painstats.reports import write_reports
from painstats.reports.pages import clinic_page_name, page_name
from painstats.store import open_store
from tests.made_up_study import EVIL_ID, fill, plan, small_study
from tests.reading_pages import read_page


def test_the_same_findings_give_the_same_bytes_and_touch_no_file(tmp_path):
    with open_store(small_study(tmp_path / "again")) as store:
        fill(store, people={"p01": 60, "p02": 60})
        first = {
            path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in write_reports(store)
        }
        second = {
            path: (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in write_reports(store)
        }
    assert first == second


def test_reports_are_private(tmp_path):
    with open_store(small_study(tmp_path / "private")) as store:
        fill(store, people={"p01": 20})
        written = write_reports(store)
    assert stat.S_IMODE(os.stat(written[0].parent).st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}


def test_pages_of_people_who_left_are_removed_and_other_files_stay(tmp_path):
    with open_store(small_study(tmp_path / "left")) as store:
        fill(store, people={"p01": 60, "p02": 60})
        write_reports(store)
        (store.study.reports / "my notes.html").write_text("<p>mine</p>", encoding="utf-8")
        store.connection.execute("DELETE FROM participant_summary WHERE participant_id = 'p02'")
        store.connection.execute("DELETE FROM finding WHERE participant_id = 'p02' OR subject = 'cohort'")
        write_reports(store)
        left = {path.name for path in store.study.reports.glob("*.html")}
    assert left == {"p01.html", "p01-clinic.html", "my notes.html"}


def test_one_failed_report_does_not_stop_the_others(tmp_path):
    with open_store(small_study(tmp_path / "broken")) as store:
        fill(store, people={"p01": 60, "p02": 60})
        store.connection.execute("UPDATE finding SET kind = 'a secret of p02' WHERE participant_id = 'p02'")
        write_reports(store)
        broken, whole = (read_page((store.study.reports / f"{name}.html").read_bytes()).text for name in ("p02", "p01"))
    assert "This report could not be written" in broken
    assert "StudyError" in broken
    assert "secret" not in broken
    assert "Your pain, and what goes with it" in whole


@pytest.mark.parametrize("participant", ["p01", "p-01", "A_b-9", "x" * 40])
def test_a_plain_id_names_its_file(participant):
    assert page_name(participant, frozenset({participant})) == f"{participant}.html"


@pytest.mark.parametrize(
    "participant",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "",
        "CON",
        "nul",
        "index",
        "Cohort",
        "x" * 41,
        "p-0123abcd",
        "p01-clinic",
        "P01-Clinic",
        "zoë",
        "a\x00b",
        "a b",
        EVIL_ID,
    ],
)
def test_any_other_id_never_chooses_a_path(participant):
    assert page_name(participant, frozenset({participant})) == f"p-{sha256(participant.encode()).hexdigest()[:8]}.html"


def test_ids_that_differ_in_case_alone_get_files_of_their_own():
    everyone = frozenset({"Ann", "ann", "bob"})
    made = {page_name(name, everyone).lower() for name in everyone}
    assert len(made) == 3


def test_no_id_can_take_the_name_of_a_page_for_the_clinic():
    everyone = frozenset({"ann", "ann-clinic", "Ann", "p-0123abcd", EVIL_ID})
    names = [name for each in everyone for name in (page_name(each, everyone), clinic_page_name(each, everyone))]
    assert len({name.lower() for name in names}) == 2 * len(everyone)
    assert clinic_page_name("bob", everyone | {"bob"}) == "bob-clinic.html"


def test_long_and_turning_names_are_tamed():
    assert label_text("a\u202eb\u200bc\x00") == "abc"
    assert len(label_text("x" * 10_000)) == 64
    assert label_text("\u200b") == "unnamed"


# --- Pages of participants whose data did not change


def written(store):
    return {path.name: path.read_bytes() for path in write_reports(store)}


@pytest.fixture(scope="module")
def drawn_once(tmp_path_factory):
    study = small_study(tmp_path_factory.mktemp("kept") / "study")
    with open_store(study) as store:
        fill(store, people={"p01": 60, "p02": 60})
        whole = written(store)
    return study.folder, whole


@pytest.fixture
def two_people(drawn_once, tmp_path):
    """Return a store whose pages are written, and the bytes of each."""
    folder, whole = drawn_once
    with open_store(Study(folder=Path(shutil.copytree(folder, tmp_path / "kept")), plan=plan())) as store:
        yield store, whole


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE daily_summary SET outcome_score = 9.5 WHERE participant_id = 'p01' AND date = '2026-02-02'",
        "DELETE FROM daily_summary WHERE participant_id = 'p01' AND date = '2026-01-05'",
        "UPDATE treatment_phase SET start_date = '2026-02-01' WHERE participant_id = 'p01'",
    ],
)
def test_only_pages_of_participants_with_changed_days_change(two_people, change):
    store, first = two_people
    store.connection.execute(change)
    after = written(store)
    assert after["p01.html"] != first["p01.html"]
    assert after["p02.html"] == first["p02.html"]
