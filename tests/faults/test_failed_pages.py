"""A report that could not be written, or was damaged afterwards, is not done: the next run writes it."""

from __future__ import annotations

import shutil

import pytest

from painstats.cli import main
from painstats.reports import write
from painstats.run import run_study
from painstats.store import open_store
from painstats.store.tables import read_table
from painstats.study import read_study
from sample_data.make import make_study
from sample_data.truth import Truth

SECRET = "a value of amber"
PAGE, PARQUET = "reports/amber.html", "reports/published/finding.parquet"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Make a study and run it: two participants, an index, a cohort report and published tables."""
    folder = tmp_path_factory.mktemp("finished") / "study"
    make_study(folder, Truth(people=2, days=40), 5)
    run_study(read_study(folder))
    return folder


@pytest.fixture
def study(finished, tmp_path):
    return read_study(shutil.copytree(finished, tmp_path / "study"))


def contents(study):
    return {path.relative_to(study.folder): path.read_bytes() for path in study.reports.rglob("*") if path.is_file()}


def spoil_amber(monkeypatch):
    """Make the report of one participant fail in our own code, with a value in the message."""
    whole = write.personal_page

    def failing(store, record, figures):
        if record.participant_id == "amber":
            raise KeyError(SECRET)
        return whole(store, record, figures)

    monkeypatch.setattr(write, "personal_page", failing)


def test_a_failed_page_is_tried_again_although_nothing_is_new(study, monkeypatch):
    before = contents(study)
    (study.folder / PAGE).unlink()
    with monkeypatch.context() as patch:
        spoil_amber(patch)
        for _ in range(2):  # it fails as often as it is tried
            summary = run_study(study)
            assert (summary.changed, summary.exit_code) == (True, 1)
            assert [failed.path for failed in summary.failed_reports] == [study.folder / PAGE]
        after = contents(study)
    differing = {str(path) for path in before if before[path] != after[path]}
    assert differing == {PAGE, "reports/published/manifest.json"}
    assert b"could not be written this time" in (study.folder / PAGE).read_bytes()
    lines = []
    assert run_study(study, lines.append).exit_code == 0
    assert lines == ["writing the reports"]  # the models are not fitted again for it
    assert contents(study) == before
    assert not run_study(study).changed


def test_the_run_says_which_page_failed_and_where_but_no_value(study, monkeypatch, capsys):
    (study.folder / PAGE).unlink()
    spoil_amber(monkeypatch)
    assert main(["run", str(study.folder)]) == 1
    said = capsys.readouterr()
    assert "amber.html could not be written: KeyError in write.py:" in said.out
    assert "next run" in said.out
    assert "amber" not in said.err  # progress may end up in a log
    page = (study.folder / PAGE).read_text(encoding="utf-8")
    assert SECRET not in said.out + said.err + page


def test_a_program_is_given_the_failed_page(study, monkeypatch, capsys):
    import json

    (study.folder / PAGE).unlink()
    spoil_amber(monkeypatch)
    main(["run", str(study.folder), "--json", "--quiet"])
    [failed] = json.loads(capsys.readouterr().out)["failed_reports"]
    assert failed["report"] == str(study.folder / PAGE)
    assert failed["reason"].startswith("KeyError in write.py:")


def flip(path):
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize("damage", [flip, cut, lambda path: path.unlink()], ids=["flipped", "cut", "deleted"])
@pytest.mark.parametrize("name", [PAGE, PARQUET, "reports/index.html"])
def test_a_damaged_file_is_written_again_although_nothing_is_new(study, name, damage):
    before = contents(study)
    damage(study.folder / name)
    assert run_study(study).changed
    assert contents(study) == before
    assert not run_study(study).changed


def test_figures_that_were_damaged_are_drawn_again(study):
    before = contents(study)
    with open_store(study) as store:
        store.connection.execute("UPDATE kept_figures SET packed = 'x' WHERE participant_id = 'amber'")
    (study.folder / PAGE).unlink()
    run_study(study)
    run_study(study)
    assert contents(study) == before


def test_results_of_withdrawn_data_are_not_taken_for_done(study, monkeypatch):
    """New data comes, the run fails while it computes, and the new data is withdrawn again."""
    before = daily_table(study)
    late = study.inbox / "amber" / "late" / "diary.csv"
    late.parent.mkdir()
    late.write_text("date,time,pain,fatigue,mood\n2026-05-01,20:00,3,3,3\n", encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr("painstats.models.analysis.fit_models", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_study(study)
    assert daily_table(study) != before
    late.unlink()
    assert main(["forget-import", str(study.folder), "amber/late"]) == 0
    assert run_study(study).changed
    assert daily_table(study) == before


def interrupted(*_):
    raise KeyboardInterrupt


def daily_table(study):
    with open_store(study) as store:
        return read_table(store, "daily_summary").rows()


def test_a_study_of_before_digests_is_taken_over(study):
    """Earlier versions kept plain names in the stage record, had no manifest and left unfinished files when killed."""
    before = contents(study)
    with open_store(study) as store:
        store.connection.execute("DELETE FROM stage_done WHERE stage <> 'reports'")
        store.connection.execute("UPDATE stage_done SET files = ['reports/index.html', 'reports/amber.html']")
    (study.published / "manifest.json").unlink(missing_ok=True)
    (study.reports / ".amber.html.unfinished").write_bytes(b"half a page")
    assert run_study(study).changed
    assert contents(study) == before
