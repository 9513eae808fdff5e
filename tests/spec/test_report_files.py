"""Report files: private, the same bytes for the same findings, exactly one for each participant."""

from __future__ import annotations

import os
import shutil
import stat
from hashlib import sha256
from pathlib import Path

import altair as alt
import pytest

from painstats.findings import read_findings
from painstats.frame.participants import participant_summaries
from painstats.plan.study import Study
from painstats.questions.phrases import label_text
from painstats.questions.registry import kind_of
from painstats.reports import write_reports
from painstats.reports.figures.daily_charts import NARROW, WIDE
from painstats.reports.figures.effect_charts import cohort_effects, completeness
from painstats.reports.figures.vega_svg import drawn
from painstats.reports.numbers import Interval
from painstats.reports.pages import page_name
from painstats.reports.verdict_bars import verdict_bar
from painstats.store import open_store
from tests.made_up_study import EVIL_ID, fill, plan, small_study
from tests.reading_pages import read_page


@pytest.mark.usefixtures("charts_drawn_again")
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
    assert left == {"index.html", "p01.html", "my notes.html"}


def test_one_failed_report_does_not_stop_the_others(tmp_path):
    with open_store(small_study(tmp_path / "broken")) as store:
        fill(store, people={"p01": 60, "p02": 60})
        store.connection.execute("UPDATE finding SET kind = 'a secret of p02' WHERE participant_id = 'p02'")
        write_reports(store)
        broken, whole = (read_page((store.study.reports / f"{name}.html").read_bytes()).text for name in ("p02", "p01"))
    assert "This report could not be written" in broken
    assert "StudyError" in broken
    assert "secret" not in broken
    assert "What goes with your pain" in whole


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


def test_long_and_turning_names_are_tamed():
    assert label_text("a\u202eb\u200bc\x00") == "abc"
    assert len(label_text("x" * 10_000)) == 64
    assert label_text("\u200b") == "unnamed"


def test_a_drawing_that_reaches_outside_is_refused():
    image = alt.Chart(alt.InlineData(values=[{"u": "https://example.org/x.png"}])).mark_image().encode(url="u:N")
    with pytest.raises(ValueError, match="may not"):
        drawn(image, "image")


def test_every_figure_follows_the_schema_of_charts(tmp_path):
    """Outside ``unchecked_charts``, altair checks each part as it is made; specifications are checked here."""
    with open_store(small_study(tmp_path / "study")) as store:
        fill(store)
        findings = [finding for finding in read_findings(store) if not finding.is_average]
        participants = participant_summaries(store)
        counts = {"outcome_days": "scores", "usable_days": "usable"}
        for width in (WIDE, NARROW):
            alt.HConcatChart.from_dict(completeness(participants, counts, width))
    made = [verdict_bar(finding, label="x") for finding in findings]
    bars, effects = [bar for bar in made if bar], kind_of("daily").chart(findings[0].question)
    assert len(bars) > 5
    for width in (WIDE, NARROW):
        alt.LayerChart.from_dict(cohort_effects(bars, Interval(0.1, -0.1, 0.3), effects, width))


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
