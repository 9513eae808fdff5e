"""A run opens, hashes and recognises each file once; the public functions, chained, store and answer what was read."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import painstats
from painstats import sources
from painstats.archive import archive as archives
from painstats.archive.archive import Archive, export_date, open_archive
from painstats.archive.content_hash import hash_of_file
from painstats.batch import ExportedAt
from painstats.intake import inbox, inbox_file, loose_files, parts
from painstats.intake.inbox import list_inbox
from painstats.intake.load_files import load_files
from painstats.intake.read_settings import settings_of
from painstats.plan.study import Study, read_study
from painstats.questions.asked import asked, exposures
from painstats.records import RECORD_TABLES
from painstats.sources import SOURCES
from painstats.sources.contract import ReadSettings, Source
from painstats.store import open_store
from painstats.store.ledger import ExportIdentity
from sample_data.make import DEFAULT_SEED
from sample_data.make import make_study as make_sample_study
from sample_data.truth import Truth
from tests.sources.reading import FIXTURES, PAIN_DIARY


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "study"
    make_sample_study(folder, Truth(people=12, days=30), DEFAULT_SEED)
    return folder


@pytest.fixture
def study(sample: Path, tmp_path: Path) -> Study:
    return read_study(Path(shutil.copytree(sample, tmp_path / "study")))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> dict[str, Counter[object]]:
    """Count the files that are opened and hashed, by path, and the questions put to sources, by source and archive."""
    counts: dict[str, Counter[object]] = {"opened": Counter(), "hashed": Counter(), "asked": Counter()}
    alive = []  # so that no two archives have the same id

    def open_counted(path: Path) -> Archive:
        counts["opened"][path] += 1
        return open_archive(path)

    def hash_counted(path: Path) -> str:
        counts["hashed"][path] += 1
        return hash_of_file(path)

    def counted(source: Source) -> Source:
        def recognises(archive: Archive, settings: ReadSettings) -> bool:
            alive.append(archive)
            counts["asked"][source.name, id(archive)] += 1
            return source.recognises(archive, settings)

        return replace(source, recognises=recognises)

    every_source = tuple(map(counted, SOURCES))
    for module in (inbox_file, loose_files, parts):
        monkeypatch.setattr(module, "open_archive", open_counted)
    for module in (sources, parts):
        monkeypatch.setattr(module, "SOURCES", every_source)
    monkeypatch.setattr(archives, "hash_of_file", hash_counted)
    return counts


def test_each_file_is_opened_and_hashed_once_and_each_source_is_asked_once(study, work):
    with open_store(study) as store:
        outcomes = load_files(store, list_inbox(study), lambda _: None, processes=1)
        first = {kind: counts.copy() for kind, counts in work.items()}
        for counts in work.values():
            counts.clear()
        again = load_files(store, list_inbox(study), lambda _: None, processes=1)
    files = {outcome.file.path for outcome in outcomes}
    assert len(files) == 21
    assert all(outcome.status == "loaded" for outcome in outcomes)
    for kind in ("opened", "hashed"):
        assert set(first[kind]) == files
        assert set(first[kind].values()) == {1}
    assert set(first["asked"].values()) == {1}
    assert {outcome.status for outcome in again} == {"known"}
    assert set(work["hashed"].values()) == {1}
    assert not work["asked"]


def test_the_public_functions_chained_give_findings_and_reports(tmp_path):
    """As the docstring of the package names them."""
    make_sample_study(tmp_path / "study", Truth(people=4, days=80), DEFAULT_SEED)
    study = read_study(tmp_path / "study")
    n_new = 0
    with open_store(study) as store:
        for file in list_inbox(study):
            archive = open_archive(file.path)
            settings = settings_of(study, file.participant_id)
            source, batches = painstats.read_export(archive, settings)
            identity = ExportIdentity(file.name, archive.content_hash, "", file.participant_id)
            dated = ExportedAt(*export_date(archive))
            n_new += painstats.load_records(store, identity, source, batches, "chained", dated).new
        counted = (store.connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in RECORD_TABLES)
        assert sum(counted) == n_new > 10_000
        painstats.build_daily_table(store)
        painstats.build_model_frame(store, exposures(asked(study)))
        painstats.fit_questions(store)
        painstats.find(store)
        painstats.write_reports(store)
        verdicts = store.connection.execute("SELECT DISTINCT verdict FROM finding ORDER BY ALL").fetchall()
    assert len(verdicts) > 1
    assert (study.folder / "reports" / "cohort.html").exists()


def test_folders_beyond_the_limit_are_opened_again_when_they_are_read(make_study, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_OPEN_ENTRIES", 2)
    study = make_study(diaries=[PAIN_DIARY.model_dump()])
    for name in ("anna", "bob"):
        folder = study.inbox / name / "Takeout"
        folder.mkdir(parents=True)
        for fixture in ("steps_2025-10-01.csv", "pain_diary.csv"):
            shutil.copy(FIXTURES / fixture, folder)
    listed = list_inbox(study)
    assert {file.name: file.archive is None for file in listed if file.path.is_dir()} == {
        "anna/Takeout": False,
        "bob/Takeout": True,
    }
    with open_store(study) as store:
        outcomes = load_files(store, listed, lambda _: None, processes=1)
    counts = {name: [o.summary.read for o in outcomes if o.file.participant_id == name] for name in ("anna", "bob")}
    assert sorted(counts["anna"]) == sorted(counts["bob"]) == [4, 12]
