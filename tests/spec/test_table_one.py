"""Table 1 against R, differences by chance, the participant flow, and patterns of missing days."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.cohort.baseline import baseline_of, outside_population
from painstats.cohort.differences import by_chance, levels_distance, standardised_mean
from painstats.cohort.inputs import only_complete_days
from painstats.cohort.missing_patterns import before_missing, missing_patterns
from painstats.cohort.models.cohort_days import CohortDays
from painstats.cohort.participant_days import participant_days
from painstats.cohort.participant_flow import participant_flow
from painstats.cohort.participants_file import read_baseline
from painstats.cohort.table_one import table_one, table_one_frame
from painstats.frame.exposure import Exposure
from painstats.plan.formula import PHASE
from painstats.plan.study import Study, checked_plan
from painstats.questions.daily.design import DailyDesign

FOLDER = Path(__file__).parents[1] / "reference" / "cohort"
REFERENCE = json.loads((FOLDER / "table_one.json").read_text(encoding="utf-8"))
SAME_FORMULA = 1e-9
"""Both compute the same closed form in double precision."""

VARIABLES = {
    "arm": {"kind": "categorical", "levels": ["programme", "usual"]},
    "site": {"kind": "categorical", "levels": ["A", "B", "C"]},
    "age": {"kind": "continuous", "unit": "years"},
    "sex": {"kind": "categorical", "levels": ["female", "male"]},
    "diagnosis": {"kind": "categorical", "levels": ["fibromyalgia", "low back pain", "neuropathic", "other"]},
    "education": {"kind": "ordinal", "levels": ["1", "2", "3", "4", "5"]},
    "years_in_pain": {"kind": "continuous", "summary": "median"},
    "phq9": {"kind": "continuous"},
}


@pytest.fixture(scope="module")
def reference_baseline():
    study = Study(folder=FOLDER, plan=checked_plan({"variables": VARIABLES}, ""))
    return read_baseline(study, {})


@pytest.mark.parametrize("by", ["arm", "site"])
def test_table_one_has_the_numbers_of_r(reference_baseline, by):
    table, expected = table_one(reference_baseline, by), REFERENCE[by]
    numbers = {row.variable: row for row in table.rows if row.kind == "number"}
    for name, given in expected["continuous"].items():
        row, pairs = numbers[name], np.abs(np.atleast_1d(given["smd"]))
        assert abs(row.difference.largest) == pytest.approx(pairs.max(), abs=SAME_FORMULA)
        assert row.difference.mean == pytest.approx(pairs.mean(), abs=SAME_FORMULA)
        for group, cell in zip(table.groups[:-1], row.cells, strict=False):
            wanted = dict(given["by_group"][group])
            assert cell.of - cell.n == wanted.pop("missing")
            found = {key: getattr(cell, key) for key in wanted}
            assert found == pytest.approx(wanted, abs=SAME_FORMULA)
    for name, given in expected["levels"].items():
        rows = [row for row in table.rows if row.variable == name and row.kind == "level"]
        assert rows[0].difference.largest == pytest.approx(np.max(given["smd"]), abs=SAME_FORMULA)
        counts = {group: [row.cells[place].n for row in rows] for place, group in enumerate(table.groups[:-1])}
        assert counts == {group: list(levels.values()) for group, levels in given["counts"].items()}


def test_missing_values_are_a_row_and_the_frame_has_every_cell(reference_baseline):
    table = table_one(reference_baseline, "arm")
    [missing] = [row for row in table.rows if row.variable == "phq9" and row.kind == "missing"]
    assert [cell.n for cell in missing.cells] == [0, 3, 3]
    frame = table_one_frame(table)
    assert frame.height == len(table.rows) * 3
    assert table.sizes == (20, 20, 40)
    assert frame.filter(variable="sex", level="male", group="all")["n"].item() == 14


@pytest.mark.parametrize(
    ("sizes", "levels", "expected"),
    [((10, 10), 2, 0.36), ((20, 20), 2, 0.25), ((200, 200), 2, 0.08), ((10, 10), 4, 0.77), ((50, 50), 4, 0.35)],
)
def test_the_difference_by_chance_is_that_of_the_method(sizes, levels, expected):
    assert by_chance(*sizes, levels) == pytest.approx(expected, abs=0.005)


def test_a_drawn_group_differs_by_about_what_chance_gives():
    rng = np.random.default_rng(3)
    sizes = [abs(standardised_mean(*rng.normal(size=(2, 20)))) for _ in range(2000)]
    assert np.mean(sizes) == pytest.approx(by_chance(20, 20), abs=0.02)  # three standard errors of the mean


def test_differences_that_cannot_be_determined_are_none():
    assert standardised_mean(np.array([1.0, 1.0]), np.array([2.0, 2.0])) is None
    assert standardised_mean(np.array([1.0, 1.0]), np.array([1.0, 1.0])) == 0
    assert standardised_mean(np.array([1.0]), np.array([2.0, 3.0])) is None
    assert levels_distance([3, 0], [0, 4]) is None
    assert levels_distance([3, 0], [4, 0]) == 0
    assert levels_distance([0, 0], [4, 0]) is None


# --- flow


SLEEP, STEPS = Exposure("total_sleep_time_min", 0), Exposure("step_count", 1)
EXPOSURES = (SLEEP, STEPS)
RULES = {"min_days_in_model": 10, "min_days_known": 14, "min_days_shown": 10}


def drawn_cohort(rng: np.random.Generator) -> pl.DataFrame:
    """Draw a model frame of up to twelve participants, each with their own kind of trouble."""
    frames = []
    for number in rng.choice(20, size=int(rng.integers(1, 13)), replace=False):
        n_days = int(rng.integers(1, 60))
        rating = rng.integers(0, rng.integers(1, 6), n_days).astype(float)
        sleep, steps = rng.normal(7, rng.choice([0, 1]), n_days), rng.normal(5, rng.choice([0, 2]), n_days)
        columns = {"outcome_score": rating, SLEEP.name: sleep, STEPS.name: steps}
        holes = {
            name: rng.random(n_days) < rng.choice([0.0, 0.05, 0.3, 1.0], p=[0.4, 0.3, 0.2, 0.1]) for name in columns
        }
        days = [date(2026, 1, 1) + timedelta(days=day) for day in range(n_days)]
        frames.append(
            pl.DataFrame({"participant_id": [f"p{number:02}"] * n_days, "date": days})
            .with_columns(pl.Series(name, values) for name, values in columns.items())
            .with_columns(
                pl.when(pl.Series(hole)).then(None).otherwise(pl.col(name)).alias(name) for name, hole in holes.items()
            )
        )
    rated = pl.col("outcome_score").is_not_null()
    frame = pl.concat(frames).with_columns(
        pl.Series(PHASE, rng.choice([0.0, 1.0, np.nan], sum(map(len, frames)), p=[0.3, 0.2, 0.5])).fill_nan(None)
    )
    known = [(pl.col(each.name).is_not_null() & rated).sum().over("participant_id") for each in EXPOSURES]
    return frame.with_columns(
        left_out=pl.when(~rated)
        .then(pl.lit("no_outcome"))
        .when(rated.sum().over("participant_id") < RULES["min_days_in_model"])
        .then(pl.lit("few_days")),
        **{
            each.unknown: (pl.col(each.name).is_null() | (days < RULES["min_days_known"])).cast(pl.Float64)
            for each, days in zip(EXPOSURES, known, strict=True)
        },
    )


def participants_of_the_model(frame, baseline, plan, design):
    """Return who is in the primary model: participants with usable days, and every exposure or arm and phase known."""
    if plan.analysis.primary == ("arm",):
        in_a_phase = frame.filter(pl.col("left_out").is_null() & pl.col(PHASE).is_not_null())
        of_an_arm = baseline.frame.filter(pl.col("arm").is_not_null())["participant_id"]
        return set(in_a_phase["participant_id"]) & set(of_an_arm)
    return set(CohortDays(frame, SLEEP, design).participants)


@pytest.mark.parametrize(("unknown", "primary"), [("keep", "sleep"), ("complete", "sleep"), ("keep", "arm")])
def test_each_participant_is_excluded_once_or_in_the_model_in_random_cohorts(unknown, primary):
    rng = np.random.default_rng(5)
    plan = checked_plan(
        {
            "rules": RULES,
            "variables": {"arm": VARIABLES["arm"], "age": VARIABLES["age"]},
            "analysis": {
                "primary": primary,
                "arms": "arm",
                "population": {"age": [18, 60]},
                "unknown_predictors": unknown,
            },
        },
        "",
    )
    design = DailyDesign(EXPOSURES, (0, 10), plan.rules)
    exposures = () if primary == "arm" else EXPOSURES
    reasons = set()
    for _ in range(100):
        frame = drawn_cohort(rng)
        of_file = [f"p{number:02}" for number in rng.choice(20, size=int(rng.integers(1, 15)), replace=False)]
        rows = pl.DataFrame(
            {
                "participant_id": of_file,
                "arm": pl.Series(rng.choice(["programme", "usual", "unknown"], len(of_file)).tolist(), dtype=pl.String)
                .replace("unknown", None)
                .cast(pl.Enum(["programme", "usual"])),
                "age": rng.uniform(15, 62, len(of_file)),
            }
        )
        first_days = dict(frame.group_by("participant_id").agg(pl.col("date").min()).rows())
        baseline = baseline_of(plan.variables, rows, first_days)
        outside = pl.col("participant_id").is_in(list(outside_population(baseline, plan.analysis)))
        frame = frame.with_columns(left_out=pl.when(outside).then(pl.lit("outside")).otherwise("left_out"))
        frame = only_complete_days(frame, design) if unknown == "complete" else frame
        flow = participant_flow(baseline, participant_days(frame, exposures), exposures, plan)
        assert set(flow.analysed) == participants_of_the_model(frame, baseline, plan, design)
        everyone = [each for one in flow.excluded for each in one.participants] + list(flow.analysed)
        assert sorted(everyone) == sorted({*of_file, *first_days}) == list(flow.enrolled)
        for of in (None, *flow.arms):
            counts = flow.counts(of)
            enrolled = counts.pop("enrolled")
            assert enrolled == sum(counts.values())
            days = flow.days[of]
            assert days.calendar >= days.rated >= days.complete
            assert days.rated >= days.analysed
        assert sum(len(ids) for ids in flow.arms.values()) == len(flow.enrolled)
        assert sum(flow.days[arm].analysed for arm in flow.arms) == flow.days[None].analysed
        assert all(set(one.participants) <= set(flow.analysed) for one in flow.without_variation)
        held = (*flow.excluded, *flow.without_variation)
        reasons |= {one.reason for one in held if one.participants} | ({"analysed"} if flow.analysed else set())
    of_kind = {"arm_unknown"} if primary == "arm" else {f"no_{SLEEP.name}", f"{STEPS.name}_does_not_vary"}
    kept = {f"few_{SLEEP.name}"} if (unknown, primary) == ("keep", "sleep") else set()
    assert {"outside_population", "no_data", "no_rating", "few_days", "analysed", "ratings_do_not_vary"} <= reasons
    assert of_kind | kept <= reasons


def test_days_go_missing_after_worse_days_within_each_participant():
    days = [date(2026, 1, day) for day in range(1, 7)]
    frame = pl.DataFrame(
        {
            "participant_id": ["p1"] * 6 + ["p2"] * 6,
            "date": days * 2,
            "outcome_score": [8.0, 2.0, 8.0, None, 3.0, None] + [5.0] * 6,
            SLEEP.name: [7.0, None, 7.0, None, 7.0, 7.0] + [7.0] * 6,
        }
    )
    patterns = missing_patterns(frame, [SLEEP])
    assert [(each.days, each.participants) for each in patterns] == [(9, 2), (1, 1), (1, 1), (1, 1)]
    rating, sleep = before_missing(frame, [SLEEP])
    assert (rating.difference, rating.participants) == (pytest.approx((8 + 3) / 2 - (8 + 2) / 2), 1)
    assert (sleep.difference, sleep.participants) == (pytest.approx(8 - (2 + 3) / 2), 1)
