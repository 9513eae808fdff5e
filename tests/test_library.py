"""The library: what ``import painstats`` offers, and the example of its docstring."""

from __future__ import annotations

import shutil
import textwrap
from datetime import date
from pathlib import Path

import pytest

import painstats
from painstats.errors import StudyError
from sample_data.make import DEFAULT_SEED, make_study
from sample_data.truth import Truth
from tests.sources.reading import FIXTURES


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small study of five participants."""
    folder = tmp_path_factory.mktemp("library") / "demo"
    make_study(folder, Truth(people=5, days=45), DEFAULT_SEED)
    return folder


def example() -> str:
    """Return the indented block of the package's docstring."""
    lines = (painstats.__doc__ or "").splitlines()
    return textwrap.dedent("\n".join(line for line in lines if line.startswith("    ")))


def test_the_example_of_the_docstring_goes_from_a_study_to_a_fitted_model(demo, monkeypatch):
    monkeypatch.chdir(demo.parent)
    names = {"painstats": painstats}
    exec(example(), names)
    assert len(example().splitlines()) <= 8
    fit, used = names["fit"], names["used"]
    assert "total_sleep_time_min_lag0_within" in fit.params.index
    assert fit.converged
    assert int(fit.nobs) == used.height > 100
    assert set(used.columns) >= {"participant_id", "date", "outcome_score", "step_count_lag1_within", "left_out"}
    assert used.select("participant_id", "date").is_duplicated().sum() == 0


def test_a_study_that_was_not_run_has_no_frame(tmp_path):
    (tmp_path / "inbox").mkdir()
    with pytest.raises(StudyError, match="no results yet; run it first"):
        painstats.load_frame(painstats.read_study(str(tmp_path)))


def test_an_export_is_inspected_without_a_study(tmp_path):
    shutil.copy(FIXTURES / "steps_2025-10-01.csv", tmp_path)
    found = painstats.inspect_export(tmp_path / "steps_2025-10-01.csv")
    assert (found.source, found.participants, found.summary.read) == ("fitbit", 1, 4)
    assert found.contents[0].first_date == date(2025, 10, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["steps_2025-10-01.csv"]


def test_every_public_name_exists_and_is_documented():
    for name in painstats.__all__:
        assert getattr(painstats, name).__doc__
    assert set(painstats.__all__) <= set(dir(painstats))
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        painstats.nothing_of_that_name  # noqa: B018
