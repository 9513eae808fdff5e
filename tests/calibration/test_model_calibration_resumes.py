"""The long calibration run can be interrupted anywhere and gives the same table."""

from __future__ import annotations

from benchmarks import model_calibration
from benchmarks.model_calibration import Scenario, read, run, table, total

SCENARIOS = [Scenario(6, 20, 0.3, residuals) for residuals in ("car1", "independent")]


def test_an_interrupted_run_is_taken_up_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(model_calibration, "BATCH", 3)
    whole, broken = tmp_path / "whole.csv", tmp_path / "broken.csv"
    run(SCENARIOS, 3, whole)
    text = whole.read_text(encoding="utf-8")
    assert len(text.splitlines()) == 3
    broken.write_text(text[: text.rfind(",")], encoding="utf-8")  # the second row was being written
    assert [scenario.residuals for scenario, _, _ in read(broken)] == ["car1"]
    run(SCENARIOS, 3, broken)
    assert broken.read_text(encoding="utf-8") == text
    run(SCENARIOS, 3, broken)
    assert broken.read_text(encoding="utf-8") == text


def test_the_table_adds_up_batches(tmp_path):
    results = tmp_path / "results.csv"
    header = (
        "participants,days,rho,residuals,batch,replicates,average_rejected,differences_rejected,fixed_covered,"
        "cohorts_with_participants,participants_covered,participants_covered_squared,signs_called,signs_wrong,not_certified"
    )
    rows = ["6,20,0.3,car1,0,20,1,0,19,4,3.8,3.62,6,0,0", "6,20,0.3,car1,1,20,1,2,19,4,3.6,3.26,4,1,0"]
    results.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    counts = total([counts for _, _, counts in read(results)])
    assert (counts.replicates, counts.average_rejected, counts.differences_rejected) == (40, 2, 2)
    assert "| 5.0 ± 3.4 | 5.0 ± 3.4 | 95.0 ± 3.4 | 92.5 ± 2.5 | 10.0 ± 9.5 | 40 |" in table(SCENARIOS, results)
