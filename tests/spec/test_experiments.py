"""An experiment from its plan to its result, as a participant goes through it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import icalendar
import polars as pl
import pytest

from painstats.cli import main
from painstats.plan.study import OutcomePlan, Study, read_study
from painstats.questions.experiment.checks import Wish
from painstats.questions.experiment.clock import date_at
from painstats.questions.experiment.finding import ExperimentFinding
from painstats.questions.experiment.judge import findings
from painstats.questions.experiment.orders import count_orders
from painstats.questions.experiment.plan import ExperimentPlan, plan_of
from painstats.questions.experiment.stored import Experiment, stages, store_end, store_plan
from painstats.questions.verdict import Verdict
from painstats.store import Store, open_store
from tests.conftest import drawn
from tests.experimenting import FIRST_DAY, PLANNED_ON, diary, listed, new_study, on_day, plan, planned, put, run

__all__ = ["on_day"]

pytestmark = pytest.mark.usefixtures("on_day")

SEED = "0f" * 16
LAST_DAY = FIRST_DAY + timedelta(days=111)
NUMBERS = (
    "estimate", "low", "high", "p", "orders", "model_estimate", "model_low", "model_high", "level_off", "level_on",
    "more_blocks",
)  # fmt: skip


def published(study: Path) -> dict[str, object]:
    [row] = pl.read_parquet(study / "reports" / "published" / "experiment_finding.parquet").to_dicts()
    return row


def test_a_participant_goes_from_the_plan_to_the_result(tmp_path, on_day, capsys, monkeypatch):
    monkeypatch.setattr("painstats.questions.experiment.draw.new_seed", lambda: SEED)
    study = new_study(tmp_path / "S", "p01")
    run(study)
    answer = planned(study, capsys)
    order = answer["order"]
    assert (sum(order), len(order), answer["draws"], answer["own_days"] > 40) == (8, 16, 1, True)
    [page, calendar] = map(Path, answer["files"])
    events = icalendar.Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")
    assert [("stretching" in event["SUMMARY"]) == bool(on) for event, on in zip(events, order, strict=True)] == [
        True
    ] * 16
    assert page.read_text().count("10 minutes of stretching</bdi></td>") == 8

    put(study, "p01", "diary-during", diary(FIRST_DAY, 112, order, effect=-2.0, seed=7))
    on_day(LAST_DAY)  # the last block still goes on, though all of its scores are there
    run(study)
    sealed = published(study)
    assert (sealed["stage"], sealed["verdict"], sealed["block"]) == ("sealed", "not_judged", 16)
    assert {sealed[name] for name in NUMBERS} == {None}
    assert sealed["block_means"] == sealed["block_scored_days"] == []
    assert calendar.exists()
    [row] = listed(study, capsys)
    assert (row["stage"], row["block"], row["result"]) == (
        "sealed",
        "16 of 16",
        f"opens on {LAST_DAY + timedelta(days=1)}",
    )
    run(study)
    assert "Nothing new" in capsys.readouterr().out

    on_day(LAST_DAY + timedelta(days=1))  # nothing else is new
    assert [(row["stage"], row["result"]) for row in listed(study, capsys)] == [("finished", "ready: painstats run")]
    run(study)
    result = published(study)
    assert (result["stage"], result["verdict"], result["reasons"]) == ("finished", "lower", [])
    assert result["low"] < -2 < result["high"] < 0
    assert result["p"] < 0.05
    assert result["model_low"] < -2 < result["model_high"]
    assert result["orders"] == count_orders(16)
    assert result["level_on"] < result["level_off"]
    assert sum(result["block_scored_days"]) == pytest.approx(101, abs=8)
    capsys.readouterr()
    run(study)
    assert "Nothing new" in capsys.readouterr().out
    [row] = listed(study, capsys)
    assert row["result"].startswith("lower by ")


def test_nothing_is_drawn_before_the_participant_says_yes(tmp_path, capsys):
    study = new_study(tmp_path / "S", "p01")
    capsys.readouterr()
    assert plan(study, "--dry-run") == 0
    out = capsys.readouterr().out
    assert "half a point: in about" in out
    assert "two points: " in out
    assert plan(study) == 2
    assert "nothing was drawn" in capsys.readouterr().err
    assert plan(study, "--json") == 2
    assert listed(study, capsys) == []


def test_nothing_is_drawn_if_the_first_day_came_while_the_question_was_open(tmp_path, on_day, capsys, monkeypatch):
    study = new_study(tmp_path / "S", "p01")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def answer_tomorrow(question: str) -> str:
        assert "cannot be changed afterwards" in question
        on_day(FIRST_DAY)
        return "yes"

    monkeypatch.setattr("builtins.input", answer_tomorrow)
    assert plan(study) == 2
    assert "(first_day_has_come)" in capsys.readouterr().err
    assert listed(study, capsys) == []


def test_a_second_draw_is_counted_and_needs_the_end_of_the_first(tmp_path, capsys):
    study = new_study(tmp_path / "S", "p01")
    first = planned(study, capsys)["fingerprint"]
    assert plan(study, "--yes") == 2
    said = capsys.readouterr().err
    assert "(another_at_the_same_time)" in said
    assert f"painstats experiment end {study} {first[:8]}" in said
    assert main(["experiment", "end", str(study), first[:8]]) == 2
    assert main(["experiment", "end", str(study), first[:8], "--yes"]) == 0
    assert main(["experiment", "end", str(study), first[:8], "--yes"]) == 2
    assert plan(study, "--yes", "--on", " 10 Minutes of  stretching") == 0
    assert "was drawn 2 times" in capsys.readouterr().out
    rows = listed(study, capsys)
    assert {(row["stage"], row["draws"]) for row in rows} == {("ended early", 2), ("planned", 2)}
    assert len({row["experiment"] for row in rows}) == 2  # of a random seed each


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        (["--blocks", "6"], "too_few_blocks"),
        (["--first-day", PLANNED_ON.isoformat()], "first_day_has_come"),
        (["--medicine"], "medicine_without_prescriber"),
        (["--on", "pregabalin", "--agreed-with-prescriber", "2026-02-01", "doctor"], "listed_medicine"),
        (["--onset-days", "9"], "more_than_a_year"),
        (["--on", "one LDN in the evening"], "medicine_without_prescriber"),
    ],
)
def test_the_command_refuses_by_name_and_draws_nothing(tmp_path, capsys, words, rule):
    study = new_study(tmp_path / "S", "p01")
    phase = '[[phases]]\nparticipant = "p01"\nname = "LDN"\nkind = "medicine"\nstart = 2026-01-01\n'
    (study / "study.toml").write_text((study / "study.toml").read_text() + phase)
    assert plan(study, "--yes", *words) == 2
    assert f"({rule})" in capsys.readouterr().err
    assert listed(study, capsys) == []


def test_a_study_that_asks_no_experiments_plans_none(tmp_path, capsys):
    study = new_study(tmp_path / "S", "p01")
    (study / "study.toml").write_text((study / "study.toml").read_text() + '[[questions]]\nkind = "daily"\n')
    assert plan(study, "--yes") == 2
    assert 'kind = "experiment"' in capsys.readouterr().err


def test_an_agreed_medicine_is_stored_with_date_and_role(tmp_path, capsys):
    study = new_study(tmp_path / "S", "p01")
    planned(study, capsys, "--on", "naproxen 250 mg", "--agreed-with-prescriber", "2026-02-20", "family doctor")
    with open_store(read_study(study)) as store:
        stored = store.connection.execute("SELECT is_medicine, agreed_on, agreed_by FROM experiment_plan").fetchall()
    assert stored == [(True, date(2026, 2, 20), "family doctor")]


# --- the finding, at each stage ---


def put_scores(store: Store, first: date, scores: list[float | None]) -> None:
    """Store the part of the daily table that experiments read."""
    rows = {
        "participant_id": ["ann"] * len(scores),
        "date": [first + timedelta(days=number) for number in range(len(scores))],
        "outcome_score": scores,
    }
    days = pl.DataFrame(rows, schema_overrides={"outcome_score": pl.Float64})
    store.connection.register("days", days.to_arrow())
    store.connection.execute("CREATE OR REPLACE TABLE daily_summary AS FROM days")


def drawn_in(store: Store) -> Experiment:
    wish = Wish("ann", "heat", "none", FIRST_DAY, blocks=8, block_days=7, carry_over_days=1)
    plan = ExperimentPlan("ann", "heat", "none", FIRST_DAY, 8, 7, 1, SEED)
    return store_plan(store, plan, wish, datetime(2026, 3, 1, 9, tzinfo=UTC))


def scores_of(experiment: Experiment, effect: float) -> list[float | None]:
    plan = experiment.plan
    return [round(5 + effect * plan.order[day // 7] + (day * 7 % 5) / 2, 1) for day in range(plan.days)]


def finding_on(store: Store, day: date) -> ExperimentFinding:
    [found] = findings(store, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    return found


STAGES = drawn(
    """
    day | block | stage
    -1  |       | planned
    0   | 1     | sealed
    6   | 1     | sealed
    7   | 2     | sealed
    55  | 8     | sealed
    56  |       | finished
    """
)


def test_no_number_leaves_before_the_last_block_is_over(store):
    put_scores(store, FIRST_DAY, scores_of(drawn_in(store), -2))
    for case in STAGES:
        found = finding_on(store, FIRST_DAY + timedelta(days=int(case["day"])))
        assert found.stage == case["stage"]
        assert found.block == (int(case["block"]) if case["block"] else None)
        assert found.opens_on == FIRST_DAY + timedelta(days=56)
        has_numbers = any(getattr(found, name) is not None for name in NUMBERS) or bool(found.block_means)
        assert has_numbers == (found.stage == "finished")


@pytest.mark.parametrize(("effect", "verdict"), [(-2, Verdict.LOWER), (2, Verdict.HIGHER), (0, Verdict.NOT_DETERMINED)])
def test_the_verdict_is_that_of_the_test(store, effect, verdict):
    put_scores(store, FIRST_DAY, scores_of(drawn_in(store), effect))
    found = finding_on(store, FIRST_DAY + timedelta(days=56))
    assert found.verdict == verdict
    assert found.estimate == pytest.approx(effect, abs=0.3)
    assert (found.p <= 0.05) == verdict.has_direction
    assert (found.more_blocks is None) == verdict.has_direction


def test_days_at_the_head_of_blocks_do_not_count(store):
    experiment = drawn_in(store)
    scores = scores_of(experiment, -2)
    put_scores(store, FIRST_DAY, [10.0 if day % 7 == 0 else score for day, score in enumerate(scores)])
    found = finding_on(store, FIRST_DAY + timedelta(days=56))
    assert found.block_scored_days == (6,) * 8
    assert found.estimate == pytest.approx(-2, abs=0.3)


def test_blocks_with_few_scores_are_named_and_keep_their_days(store):
    experiment = drawn_in(store)
    scores = [score if not 16 <= day < 21 else None for day, score in enumerate(scores_of(experiment, -2))]
    put_scores(store, FIRST_DAY, scores)
    found = finding_on(store, FIRST_DAY + timedelta(days=56))
    assert found.block_scored_days == (6, 6, 1, 6, 6, 6, 6, 6)
    assert found.blocks_with_few_scores == (3,)
    assert found.reasons == ("few_scores_in_blocks",)
    assert found.verdict == Verdict.LOWER


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("none", "outcome_missing"), ("one", "scores_of_one_kind"), ("alike", "outcome_hardly_varies")],
)
def test_scores_that_cannot_be_tested_are_refused_by_name(store, kind, reason):
    order = drawn_in(store).plan.order
    score = {"none": lambda _: None, "one": lambda day: day % 5 if order[day // 7] else None, "alike": lambda _: 4}[
        kind
    ]
    put_scores(store, FIRST_DAY, [score(day) for day in range(56)])
    found = finding_on(store, FIRST_DAY + timedelta(days=70))
    assert (found.verdict, found.reasons, found.p) == (Verdict.NOT_JUDGED, (reason,), None)


def test_an_experiment_that_ended_early_has_means_but_no_test(store):
    experiment = drawn_in(store)
    put_scores(store, FIRST_DAY, scores_of(experiment, -2))
    store_end(store, experiment, datetime(2026, 3, 22, 9, tzinfo=UTC))  # day 20, in the third block
    found = finding_on(store, FIRST_DAY + timedelta(days=70))
    assert (found.stage, found.verdict, found.reasons) == ("ended_early", Verdict.NOT_JUDGED, ("ended_early",))
    assert found.block_scored_days == (6, 6, 6, 0, 0, 0, 0, 0)
    assert found.block_means[3] is None
    assert {getattr(found, name) for name in ("estimate", "low", "high", "p", "model_estimate")} == {None}


def test_the_model_alone_does_not_decide(store):
    """Seven of eight blocks agree: the model sees a difference, the lot of 62 orders does not."""
    experiment = drawn_in(store)
    order, wrong = experiment.plan.order, experiment.plan.order.index(1)
    scores = [round(5 - 1.6 * (order[day // 7] and day // 7 != wrong) + (day * 7 % 5) / 2, 1) for day in range(56)]
    put_scores(store, FIRST_DAY, scores)
    found = finding_on(store, FIRST_DAY + timedelta(days=56))
    assert found.model_high < 0
    assert found.p > 0.05
    assert (found.verdict, found.reasons) == (Verdict.NOT_DETERMINED, ("only_the_model_says_so",))


def test_the_result_waits_for_the_scores_of_the_last_days(store):
    experiment = drawn_in(store)
    scores = scores_of(experiment, -2)
    put_scores(store, FIRST_DAY, [*scores[:50], *[None] * 6])
    for day in (56, 69):
        found = finding_on(store, FIRST_DAY + timedelta(days=day))
        assert (found.stage, found.reasons, found.block) == ("sealed", ("waiting_for_scores",), 8)
        assert found.opens_on == FIRST_DAY + timedelta(days=70)
        assert {getattr(found, name) for name in NUMBERS} == {None}
    assert finding_on(store, FIRST_DAY + timedelta(days=70)).verdict == Verdict.LOWER
    put_scores(store, FIRST_DAY, [*scores[:50], *[None] * 8, 4.0])  # the diary goes on later
    assert finding_on(store, FIRST_DAY + timedelta(days=59)).stage == "finished"


def test_another_outcome_is_not_tested_with_the_order(store):
    put_scores(store, FIRST_DAY, scores_of(drawn_in(store), -2))
    other = store.study.model_copy(
        update={"plan": store.study.plan.model_copy(update={"outcome": OutcomePlan(item="mood")})}
    )
    found = finding_on(replace(store, study=other), FIRST_DAY + timedelta(days=56))
    assert (found.verdict, found.reasons, found.p) == (Verdict.NOT_JUDGED, ("outcome_changed",), None)


# --- dates ---


def test_the_day_is_that_of_the_participant(make_study):
    study: Study = make_study(
        study={"time_zone": "Europe/London"},
        participants={
            "kim": {"time_zone": "Pacific/Auckland"},
            "bo": {"travel": [{"first_date": "2026-03-01", "last_date": "2026-03-05", "time_zone": "Asia/Tokyo"}]},
        },
    )
    instant = datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert [date_at(study, who, instant).day for who in ("ann", "kim", "bo")] == [1, 2, 2]


def test_stages_change_with_the_calendar_alone(store):
    plan = plan_of(drawn_in(store).canonical)
    days = [stages(store, datetime(2026, 3, 1, 12, tzinfo=UTC) + timedelta(days=day)) for day in range(60)]
    assert len(set(days)) == 1 + plan.blocks + 1
    assert days[-1] == (f"{plan.fingerprint} finished None False",)
