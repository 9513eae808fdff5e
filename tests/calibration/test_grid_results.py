"""The grid of calibration can be interrupted anywhere; its table shows every promise, kept or not."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration.promises import Promise, is_kept
from benchmarks.calibration.results import KEYS, Batch, Rate, rate, read
from benchmarks.calibration.rows import BATCH, ROWS, chosen
from benchmarks.calibration.run import of_rows, run
from benchmarks.calibration.situations import simulate
from benchmarks.calibration.table import report
from benchmarks.calibration.tally import QUANTITIES

FALSE_SIGNS = Promise("own.ever", most=5.7)
NAMES = ("CAR(1), .4", "weeks unrated")
TWO = tuple(replace(row, participants=2 * BATCH, promises=(FALSE_SIGNS,)) for row in chosen(NAMES))


def count(row, batch):
    """Count something about each row and batch."""
    return {"own.ever": (len(row.name) + batch, 100), "own.wrong": (0, 0)}


def lines(results):
    """Return the lines without date and seconds, which differ from run to run."""
    rows = csv.reader(results.read_text(encoding="utf-8").splitlines())
    return [row[: KEYS.index("date")] + row[len(KEYS) :] for row in rows]


def batch_of(row, number, **counts):
    tally = {f"own.{name}": pair for name, pair in counts.items()}
    return Batch(row.name, number, row.situation_id, "0.2.0", "2026-11-30", 1800.0, tally)


def test_an_interrupted_grid_is_taken_up_where_it_was(tmp_path):
    whole, broken = tmp_path / "whole.csv", tmp_path / "broken.csv"
    run(TWO, None, whole, count)
    text = whole.read_text(encoding="utf-8")
    assert [(batch.number, batch.row) for batch in read(whole)] == [(k, name) for k in (0, 1) for name in NAMES]
    broken.write_text(text[: text.rfind(",")], encoding="utf-8")  # the last line was being written
    assert len(list(read(broken))) == 3
    run(TWO, None, broken, count)
    assert lines(broken) == lines(whole)
    before = broken.read_text(encoding="utf-8")
    run(TWO, None, broken, count)
    assert broken.read_text(encoding="utf-8") == before


def test_rows_can_be_run_in_parts_and_printed_together(tmp_path):
    parts = [tmp_path / f"{place}.csv" for place in range(2)]
    for row, results in zip(TWO, parts, strict=True):
        run([row], 1, results, count)
    found = of_rows(TWO, [batch for results in parts for batch in read(results)])
    assert [(batch.row, batch.number) for batch in found] == [(name, 0) for name in NAMES]


def test_batches_of_a_situation_that_has_changed_are_computed_again(tmp_path):
    results = tmp_path / "results.csv"
    run(TWO[:1], 1, results, count)
    changed = replace(TWO[0], situation=replace(TWO[0].situation, zeros=0.2))
    assert of_rows([changed], read(results)) == []
    run([changed], 1, results, count)
    assert [batch.situation for batch in read(results)] == [TWO[0].situation_id, changed.situation_id]
    assert len(of_rows([changed], read(results))) == 1


def test_a_file_with_other_columns_is_refused(tmp_path):
    results = tmp_path / "results.csv"
    results.write_text("row,batch\nwhite noise,0\n", encoding="utf-8")
    with pytest.raises(ValueError, match="move it away"):
        run(TWO[:1], 1, results, count)
    assert results.read_text(encoding="utf-8") == "row,batch\nwhite noise,0\n"


def test_the_error_of_a_rate_is_that_of_batches_which_depend_within():
    alike = [{"own.ever": (10 * (k % 2), 10)} for k in range(8)]
    mixed = [{"own.ever": (5, 10)}, {"own.ever": (6, 10)}, {"own.ever": (4, 10)}, {}]
    assert rate(alike, "own.ever") == pytest.approx(Rate(50.0, 100 * 0.5 / 7**0.5, 80))
    assert rate([{"own.ever": (0, 50)}, {"own.ever": (0, 50)}], "own.ever").error == pytest.approx(0.995, abs=1e-3)
    assert rate(mixed, "own.wrong") is None
    assert np.isnan(rate(mixed[:1], "own.ever").error)


def test_a_few_batches_that_happen_to_agree_do_not_look_exact():
    agree = [{"own.ever": (2, 20)}] * 3
    assert rate(agree, "own.ever").error == pytest.approx(100 * (0.1 * 0.9 / 60) ** 0.5)


@pytest.mark.parametrize(
    ("percent", "kept"), [(5.7, "yes"), (0.0, "yes"), (7.6, "within error"), (7.8, "no"), (60.0, "no")]
)
def test_a_promise_is_missed_if_a_value_is_two_errors_beyond_it(percent, kept):
    assert is_kept(FALSE_SIGNS, Rate(percent, 1.0, 400)) == kept


def test_limits_on_both_sides_hold():
    both = Promise("own.interval_covers", least=93, most=97)
    assert [is_kept(both, Rate(percent, 0.5, 100)) for percent in (91, 92.5, 95, 97.5, 99)] == [
        "no", "within error", "yes", "within error", "no",
    ]  # fmt: skip


def test_one_batch_is_too_few_to_say_whether_a_promise_is_kept():
    assert is_kept(FALSE_SIGNS, rate([{"own.ever": (9, 20)}], "own.ever")) == "unclear"


def test_a_few_counts_are_too_few_to_say_whether_a_promise_is_kept():
    assert is_kept(FALSE_SIGNS, Rate(0.0, 30.0, 9)) == "unclear"
    assert is_kept(FALSE_SIGNS, Rate(0.0, 9.0, 10)) == "yes"


def test_the_table_shows_broken_promises_with_their_reason_and_rows_that_were_not_run():
    first, second = TWO
    explained = replace(first, reason="It is known.")
    canary = replace(second, promises=(FALSE_SIGNS, Promise("nights.ever", least=30, is_canary=True)))
    batches = [
        batch_of(first, 0, ever=(20, 100)),
        batch_of(first, 1, ever=(22, 100)),
        batch_of(second, 0, ever=(2, 50)),
        batch_of(second, 1, ever=(0, 50)),
    ]
    printed = report([explained, canary, chosen(["heavy tails"])[0]], batches)
    assert "painstats 0.2.0, run on 2026-11-30, 2.0 hours of one CPU" in printed
    assert "| CAR(1), .4 | ever a false sign in a year | 21.0 ± 2.9 | ≤ 5.7 | **no**: It is known. | 200 |" in printed
    assert "| weeks unrated | ever a false sign in a year | 2.0 ± 2.0 | ≤ 5.7 | yes | 100 |" in printed
    assert (
        "| weeks unrated | canary: ever a false sign by a 95% interval of any 15th night | none | ≥ 30 |  | 0 |"
        in printed
    )
    assert "| heavy tails | | not run | | | 0 |" in printed
    assert "**no**: not explained" in report([first], batches)


def test_every_row_has_a_name_of_its_own_and_promises_that_are_counted():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert len({row.situation_id for row in ROWS}) == len(ROWS)
    assert {promise.quantity for row in ROWS for promise in row.promises} <= set(QUANTITIES)
    assert all(row.promises for row in ROWS)


def test_long_rows_run_only_if_they_are_named():
    long = [row.name for row in ROWS if row.is_long]
    assert long
    assert not set(long) & {row.name for row in chosen(None)}
    assert [row.name for row in chosen(long)] == long
    with pytest.raises(ValueError, match="no such row: sunshine"):
        chosen(["sunshine"])


def test_seeds_give_the_same_diaries():
    once, again = (simulate(TWO[0].situation, 3, np.random.SeedSequence([7, 1]), days=90) for _ in range(2))
    assert np.array_equal(once.diaries.score, again.diaries.score, equal_nan=True)
    other = simulate(TWO[0].situation, 3, np.random.SeedSequence([7, 2]), days=90)
    assert not np.array_equal(once.diaries.score, other.diaries.score, equal_nan=True)
