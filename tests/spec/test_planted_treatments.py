"""Listed treatments and experiments of the sample: what is planted is in the days, the exports and the truth."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from painstats.plan.study import read_study
from painstats.questions.asked import declared_kinds
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.experiment.stored import stored_experiments
from painstats.questions.treatment.finding import ChangeFinding
from painstats.questions.verdict import Verdict
from painstats.store import open_store
from painstats.store.rows import column_types
from sample_data.compare_treatments import PUBLISHED, compare_changes, compare_experiments
from sample_data.compared import Compared
from sample_data.make import DEFAULT_SEED, make_study
from sample_data.simulate import Life, daily_frame, simulate
from sample_data.treated import TREATED
from sample_data.treatments import Treatment, day_after_bad_week
from sample_data.truth import Truth
from tests.sources.reading import read

TRUTH = Truth(people=0, treated=len(TREATED))
DOSES, COURSE, INJECTION, CLOSE, EFFECTIVE, USELESS = (person.participant_id for person in TREATED)


@pytest.fixture(scope="module")
def lives() -> dict[str, Life]:
    return {life.person.participant_id: life for life in simulate(TRUTH, DEFAULT_SEED)}


@pytest.fixture(scope="module")
def untreated() -> dict[str, Life]:
    """Return the same lives with the same noise and no effects."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "sample_data.simulate.TREATED", tuple(replace(p, treatments=(), experiment=None) for p in TREATED)
        )
        return {life.person.participant_id: life for life in simulate(TRUTH, DEFAULT_SEED)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("treated") / "study"
    make_study(made, TRUTH, DEFAULT_SEED)
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(life: Life, first: int, last: int) -> int:
    return int((~life.diary_missing[first : last + 1]).sum())


# The days


def test_the_treated_leave_everyone_else_as_they_were() -> None:
    without, with_them = (daily_frame(Truth(people=3, treated=treated), DEFAULT_SEED) for treated in (0, len(TREATED)))
    assert with_them.head(len(without)).equals(without)
    assert with_them["participant_id"].n_unique() == 3 + len(TREATED)


def test_planted_days_do_not_change_between_versions() -> None:
    text = daily_frame(TRUTH, DEFAULT_SEED).write_csv().encode()
    assert hashlib.sha256(text).hexdigest()[:16] == "0962a1f51d9e41a4"


def added(name: str, lives: dict[str, Life], untreated: dict[str, Life], first: int, last: int) -> float:
    """Return what treatments added to the mean score of days; a little of it comes back by way of sleep and steps."""
    with_them, without = (each[name].pain_score[first : last + 1] for each in (lives, untreated))
    return float(np.mean(with_them - without))


def test_pain_is_two_points_lower_after_the_second_dose_and_not_after_the_first(lives, untreated) -> None:
    _, first, second = lives[DOSES].treatments
    assert (first.dose, second.dose, second.starts_on - first.last_day) == (1.5, 4.5, 1)
    assert added(DOSES, lives, untreated, first.starts_on, second.starts_on - 1) == 0
    in_full = second.starts_on + second.ramp_days
    assert added(DOSES, lives, untreated, in_full, in_full + 83) == pytest.approx(-2, abs=0.15)
    assert added(DOSES, lives, untreated, second.starts_on, in_full - 1) == pytest.approx(-1, abs=0.15)


def test_the_opioid_overlaps_naltrexone_for_ten_days(lives) -> None:
    opioid, blocker, _ = lives[DOSES].treatments
    assert (opioid.name, blocker.name) == ("oxycodone", "naltrexone")
    assert opioid.last_day - blocker.starts_on + 1 == 10


def test_the_course_begins_after_a_bad_week_and_changes_nothing(lives, untreated) -> None:
    scores, [course] = lives[COURSE].pain_score, lives[COURSE].treatments
    start = course.starts_on
    weeks = [scores[day - 7 : day].mean() for day in range(7, len(scores) + 1)]
    limit = np.percentile(weeks, 80)
    assert weeks[start - 7] > limit >= weeks[start - 8]
    assert lives[COURSE].person.treatments[0].starts_on <= start
    assert np.array_equal(scores, untreated[COURSE].pain_score)
    assert scores[start : start + 28].mean() < weeks[start - 7] - 0.5  # it eases all the same


def test_a_bad_week_is_found_by_hand() -> None:
    scores = np.array([3.0] * 20 + [8.0] * 5 + [3.0] * 20)
    assert day_after_bad_week(scores, 0) == 22  # the week of days 15 to 21 is the first in the worst fifth
    with pytest.raises(ValueError, match="no bad week from day 30 on"):
        day_after_bad_week(scores, 30)


def test_the_injection_acts_for_twelve_weeks(lives, untreated) -> None:
    [injection] = lives[INJECTION].treatments
    start, last = injection.starts_on, injection.last_day
    assert (injection.ends_on, last - start + 1) == (start, 84)
    assert added(INJECTION, lives, untreated, start + 3, last) == pytest.approx(-1.8, abs=0.15)
    assert added(INJECTION, lives, untreated, last + 2, len(lives[INJECTION].dates) - 1) == pytest.approx(0, abs=0.1)


def test_two_treatments_begin_four_days_apart(lives, untreated) -> None:
    first, second = lives[CLOSE].treatments
    assert second.starts_on - first.starts_on == 4
    assert added(CLOSE, lives, untreated, second.starts_on + 7, 181) == pytest.approx(-1.7, abs=0.15)


@pytest.mark.parametrize(("name", "effect"), [(EFFECTIVE, -1.2), (USELESS, 0.0)])
def test_blocks_follow_the_order_drawn_by_lot(name: str, effect: float, lives, untreated) -> None:
    made = lives[name].person.experiment
    order = made.plan(name, TRUTH.start).order
    blocks = [made.starts_on + 7 * block for block in range(16)]
    differences = [added(name, lives, untreated, first, first + 6) for first in blocks]
    assert differences == pytest.approx([effect * kind for kind in order], abs=0.5)
    on, off = (np.mean([d for d, kind in zip(differences, order, strict=True) if kind == which]) for which in (1, 0))
    assert on - off == pytest.approx(effect, abs=0.1)
    assert made.drawn_on < made.starts_on


def test_windows_have_the_days_that_a_verdict_needs(lives) -> None:
    second = lives[DOSES].treatments[2]
    assert scored(lives[DOSES], second.starts_on - 91, second.starts_on - 8) >= 56
    assert second.starts_on + second.ramp_days + 84 <= len(lives[DOSES].dates)
    for name, first, ramp in ((DOSES, 49, 10), (COURSE, lives[COURSE].treatments[0].starts_on, 0), (INJECTION, 91, 3)):
        assert scored(lives[name], max(first - 91, 0), first - 8) >= 28
        assert scored(lives[name], first + ramp, first + ramp + 76) >= 28
    assert all(life.dates[-1] < date(2026, 10, 25) for life in lives.values())


def test_a_ramp_rises_in_equal_steps_to_the_last_day() -> None:
    course = Treatment("medicine", "x", 2, 6, ramp_days=2)
    assert course.share(np.arange(9)) == pytest.approx([0, 0, 1 / 3, 2 / 3, 1, 1, 1, 0, 0])


# The files


def test_every_listed_treatment_is_read_as_it_was_planted(folder: Path, lives) -> None:
    contents = read(folder / "inbox" / "treatments.csv")
    columns = ("participant_id", "name", "start_date", "end_date", "dose", "ramp_days", "acts_days")
    assert contents.rejected() == []
    courses = contents.accepted("treatment").filter(pl.col("name") != "ibuprofen")
    assert courses.select(columns).rows() == [
        (
            name,
            listed.name,
            life.dates[0] + timedelta(days=listed.starts_on),
            None if listed.ends_on is None else life.dates[0] + timedelta(days=listed.ends_on),
            listed.dose,
            listed.ramp_days,
            listed.acts_days,
        )
        for name, life in lives.items()
        for listed in life.treatments
    ]
    assert set(contents.accepted("treatment")["acts_days"]) == {None, 84}


def test_a_medicine_is_taken_on_bad_days(folder: Path, lives) -> None:
    life = lives[DOSES]
    doses = read(folder / "inbox" / "treatments.csv").accepted("treatment").filter(pl.col("name") == "ibuprofen")
    taken = set(doses["start_date"])
    scores = {
        day: score for day, score, gone in zip(life.dates, life.pain_score, life.diary_missing, strict=True) if not gone
    }
    assert taken == {day for day, score in scores.items() if score >= 8}
    assert doses["start_date"].equals(doses["end_date"], check_names=False)
    assert 5 < len(taken) < 20
    assert all(dose == 400 for dose in doses["dose"])


def test_the_plan_asks_about_treatments_and_experiments_only_where_there_are_some(folder: Path, tmp_path: Path) -> None:
    assert declared_kinds(read_study(folder)) == ("treatment", "experiment")
    make_study(tmp_path / "few", Truth(people=1, days=14), DEFAULT_SEED)
    assert declared_kinds(read_study(tmp_path / "few")) == ()
    assert {path.name for path in (tmp_path / "few").iterdir()} == {"inbox", "study.toml", "truth.csv", "truth.json"}


def test_a_diary_holds_the_participants_own_days(folder: Path, lives) -> None:
    for name, life in lives.items():
        days = [date.fromisoformat(row["date"]) for row in rows_of(folder / "inbox" / name / "diary.csv")]
        assert days == [day for day, missing in zip(life.dates, life.diary_missing, strict=True) if not missing]
    exports = {name: {path.name for path in (folder / "inbox" / name).iterdir()} for name in lives}
    assert exports == {name: {"diary.csv"} for name in lives} | {DOSES: {"diary.csv", "MyFitbitData.zip"}}


def test_the_experiments_are_stored_as_they_were_drawn(folder: Path, lives) -> None:
    with open_store(read_study(folder)) as store:
        experiments = stored_experiments(store)
    drawn = datetime(2026, 2, 23, 12, tzinfo=UTC)
    assert {each.participant_id: each.plan for each in experiments} == {
        name: lives[name].person.experiment.plan(name, TRUTH.start) for name in (EFFECTIVE, USELESS)
    }
    assert [(each.drawn_at, each.ended_at, each.is_medicine) for each in experiments] == 2 * [(drawn, None, False)]


# What a run found beside what was planted


def written(folder: Path, name: str, row_type: type, rows: Sequence[object]) -> None:
    """Write findings as a run publishes them."""
    plain = [{field.name: getattr(row, field.name) for field in fields(row)} for row in rows]
    (folder / PUBLISHED).mkdir(parents=True, exist_ok=True)
    pl.DataFrame(plain, schema=column_types(row_type)).write_parquet(folder / PUBLISHED / name)


def change(name: str, names: tuple[str, ...], first: date, last: date, *found: object) -> ChangeFinding:
    n = len(names)
    return ChangeFinding(
        name, 1, "several", names, n * ("start",), n * (None,), n * (None,), n * (None,), first, last, last,
        None, None, None, None, 60, 60, 1, last, None, *found,
    )  # fmt: skip


def test_changes_are_compared_with_what_was_planted(folder: Path) -> None:
    dose, pilates, yoga = (TRUTH.start + timedelta(days=day) for day in (154, 84, 69))
    lower, unknown = (Verdict.LOWER, (), -2.05, -3.29, -0.81), (Verdict.NOT_DETERMINED, ("hangs_on_the_days_before",))
    found = [
        change(DOSES, ("naltrexone",), dose, dose, *lower),
        change(CLOSE, ("pilates", "duloxetine"), pilates, pilates + timedelta(days=4), *lower),
        change(COURSE, ("yoga course",), yoga, yoga, *unknown),
    ]
    written(folder, "change_finding.parquet", ChangeFinding, found)
    assert compare_changes(folder) == [
        Compared(DOSES, "naltrexone start, 2026-07-06", "lower (-3.29 to -0.81)", "-2.00"),
        Compared(CLOSE, "pilates start, duloxetine start, 2026-04-27", "lower (-3.29 to -0.81)", "-1.70"),
        Compared(COURSE, "yoga course start, 2026-04-12", "not determined: hangs on the days before", "0.00"),
    ]


def test_the_end_of_an_injection_takes_its_change_back(folder: Path) -> None:
    end = TRUTH.start + timedelta(days=91 + 84)
    found = change(INJECTION, ("steroid injection",), end, end, Verdict.HIGHER, (), 1.4, 0.2, 2.5)
    written(folder, "change_finding.parquet", ChangeFinding, [found])
    assert [row.planted for row in compare_changes(folder)] == ["1.80"]


def test_experiments_are_compared_by_their_fingerprint(folder: Path, lives) -> None:
    plan = lives[EFFECTIVE].person.experiment.plan(EFFECTIVE, TRUTH.start)
    about = (plan.on, plan.off, plan.first_day, plan.last_day, 16, 7, 1, plan.order, datetime(2026, 2, 23, tzinfo=UTC))
    judged = (1, "finished", date(2026, 6, 22), Verdict.LOWER, (), -1.44, -2.22, -0.76)
    found = [ExperimentFinding(EFFECTIVE, key, *about, *judged) for key in (plan.fingerprint, "of another plan")]
    written(folder, "experiment_finding.parquet", ExperimentFinding, found)
    asked = "a heat pad for 20 minutes or no heat pad"
    assert compare_experiments(folder) == [Compared(EFFECTIVE, asked, "lower (-2.22 to -0.76)", "-1.20")]


def test_the_truth_about_experiments_has_what_their_plans_need(folder: Path, lives) -> None:
    for row in rows_of(folder / "truth_experiments.csv"):
        made = lives[row["participant_id"]].person.experiment
        plan = made.plan(row["participant_id"], TRUTH.start)
        assert (row["fingerprint"], row["seed"]) == (plan.fingerprint, made.seed)
        assert row["order"] == "".join(map(str, plan.order))
        assert (row["order"].count("1"), row["order"].count("0"), len(made.seed)) == (8, 8, 32)


def test_a_study_without_listed_treatments_has_nothing_to_compare(tmp_path: Path) -> None:
    assert compare_changes(tmp_path) == compare_experiments(tmp_path) == []
