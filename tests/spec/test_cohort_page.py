"""The cohort's page: its order, its words, what it reads of ``results/``, and the page that may be shared."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from painstats.cohort.analyse import Sensitivity, analyse
from painstats.cohort.inputs import cohort_inputs
from painstats.cohort.missing_after_high import missing_after_high
from painstats.cohort.missing_days.sensitivity import missing_days
from painstats.cohort.participant_flow import UNKNOWN_ARM, Counted
from painstats.cohort.sharing.export import ExportRequest, write_export
from painstats.cohort.sharing.open_tables import open_tables
from painstats.cohort.specification_curve.curve import specification_curve
from painstats.cohort.specification_curve.summary import summarise
from painstats.commands.cohort_results import CohortRun, all_tables, recalls_of
from painstats.errors import StudyError
from painstats.findings import read_findings
from painstats.findings.plan_record import plan_record
from painstats.frame.exposure import Exposure
from painstats.frame.participants import participant_summaries
from painstats.plan.ledger_chain import Standing
from painstats.plan.study import read_study
from painstats.reports.cohort.missing import week_rows
from painstats.reports.cohort.model import CohortModel
from painstats.reports.cohort.page import cohort_page
from painstats.reports.cohort.page_facts import files_on_cohort_page
from painstats.reports.cohort.primary import primary_result
from painstats.reports.cohort.provenance import provenance_words, shareable_provenance
from painstats.reports.cohort.results_files import CohortResults, read_results
from painstats.reports.cohort.shareable import SHAREABLE_PAGE, shareable_page
from painstats.reports.cohort.who import flow_steps, kept_words
from painstats.reports.pages import page_bytes
from painstats.store import open_store
from painstats.store.plan_ledger import declare_plan
from tests.made_up_results import write_made_up_results
from tests.made_up_study import fill, small_study
from tests.reading_pages import read_page
from tests.spec.test_cohort_command import folder  # noqa: F401 - the fixture

SLEEP = Exposure("total_sleep_time_min", 0)
HEADINGS = (
    "Primary result", "Participant flow", "Who took part", "Participant effects", "Missing data", "Multiverse",
    "Files and methods", "Averages in full", "Can the models be trusted?", "The settings behind this report",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with open_store(small_study(tmp_path_factory.mktemp("page") / "study")) as store:
        fill(store)
        declare_plan(store)
        page = cohort_page(store, participant_summaries(store), read_findings(store))
    content = page_bytes(page)
    return page, read_page(content).text, re.findall(r"<h2>(.*?)</h2>", content.decode())


def test_the_page_has_its_parts_in_order(shown):
    _, text, headings = shown
    assert [heading for heading in headings if heading in HEADINGS] == list(HEADINGS)
    assert text.index("Internal: shows single participants by code") < text.index(f"{shown[0].plan}.")
    assert text.index(f"{shown[0].plan}.") < text.index("Primary result Pain was")


def test_the_primary_result_is_a_sentence_with_its_table(shown):
    primary = shown[0].primary
    assert "<b>0.17 points lower</b> per hour of sleep the night before (95% CI 0.04 to 0.30)" in str(primary.sentence)
    [sleep, steps] = primary.rows
    assert sleep.cells[:2] == ("−0.17", "−0.30 to −0.04")
    assert (sleep.mark, steps.name) == ("lower", "Steps the day before, per 1,000 steps")


def test_there_is_a_mark_for_each_verdict_in_the_order_of_its_words(shown):
    for marks in shown[0].primary.marks:
        counts = [int(part.split()[0]) for part in marks.words.partition(": ")[2].split(", ")]
        runs = [len(list(run)) for run in _runs(marks.marks)]
        assert counts == runs


def _runs(marks):
    found: list[list[str]] = []
    for mark in marks:
        if not found or found[-1][0] != mark:
            found.append([])
        found[-1].append(mark)
    return found


def test_without_results_the_page_names_the_command(shown):
    assert shown[0].multiverse == ()
    assert "Not computed yet. This command computes it: painstats cohort STUDY" in shown[1]


# --- who took part


@pytest.fixture(scope="module")
def run(folder):  # noqa: F811
    study = read_study(folder)
    with open_store(study) as store:
        declare_plan(store)
        inputs = cohort_inputs(store)
        found = with_curve(analyse(inputs, study.plan, with_sensitivity=False), inputs)
        return CohortRun(study, inputs, found, plan_record(store), recalls_of(store))


def with_curve(analysis, inputs):
    """Add a curve of few specifications, and days with few completed sets."""
    [model], days = analysis.primary, inputs.days_of(SLEEP)
    headline = model.effects[0]
    curve = specification_curve(days, model.fitted, headline, {}, names=("calendar", "first 14 days"))
    missing = missing_days(days, model.fitted, headline, sets=2)
    return replace(analysis, sensitivity=(Sensitivity(SLEEP.name, missing, curve, summarise(curve), ()),))


def test_the_flow_ends_with_the_analysed_and_names_whom_the_model_keeps(run):
    description = run.description
    steps = flow_steps(description, run.study.plan)
    assert (steps[0].number, steps[0].words) == ("12", "enrolled")
    assert (steps[-1].number, steps[-1].words) == (str(len(description.flow.analysed)), "analysed")
    assert kept_words(description, frozenset(description.flow.analysed)) == ""
    everyone = frozenset(description.flow.enrolled)
    excluded = len(everyone) - len(description.flow.analysed)
    assert kept_words(description, everyone).startswith(f"The primary model has {excluded} ") or not excluded


def test_a_box_of_the_flow_never_has_the_words_of_those_who_left(run):
    description, plan = run.description, run.study.plan
    ids = description.flow.enrolled
    excluded = tuple(
        Counted(reason, words, ids[place : place + 1])
        for place, (reason, words) in enumerate(
            {
                "outside_population": "outside the declared population",
                "no_rating": "no rating",
                "few_days": f"fewer than {plan.rules.min_days_in_model} days with a rating",
                "arm_unknown": UNKNOWN_ARM,
                "phase_unknown": "no day on which the phase is known",
            }.items()
        )
    )
    flow = replace(description.flow, excluded=excluded, analysed=ids[len(excluded) :])
    steps = flow_steps(replace(description, flow=flow), plan)
    assert [step.words for step in steps] == [
        "enrolled",
        "in the declared population",
        "with rating",
        f"with {plan.rules.min_days_in_model} or more days with a rating",
        "in a known arm",
        "analysed",
    ]


def test_counts_of_a_flow_are_rounded_each_by_itself(run):
    steps = flow_steps(run.description, run.study.plan, rounding=lambda count: 5 * ((count + 2) // 5))
    assert {int(step.number) % 5 for step in steps} == {0}


# --- missing data


def days(*participants: str) -> pl.DataFrame:
    """Make a frame from strings: a digit is a score, a dash a day without one."""
    rows = [
        (f"p{n}", date(2026, 1, 5) + timedelta(days=step), None if mark == "-" else float(mark), 1.0)
        for n, marks in enumerate(participants)
        for step, mark in enumerate(marks)
    ]
    schema = {"participant_id": pl.String, "date": pl.Date, "outcome_score": pl.Float64, SLEEP.name: pl.Float64}
    return pl.DataFrame(rows, schema, orient="row")


def test_weeks_count_from_each_first_day_in_the_order_of_the_forest():
    frame = days("123456712-----1", "-------7777777").filter(
        ~((pl.col("participant_id") == "p1") & (pl.col("date") < date(2026, 1, 9)))
    )
    rows = week_rows(frame, [SLEEP], ["p1", "absent"])
    assert [row.participant_id for row in rows] == ["p1", "p0"]
    assert rows[0].weeks == pytest.approx((4 / 7, 1.0))
    assert rows[1].weeks == pytest.approx((1.0, 2 / 7, 1.0))


def test_a_week_without_any_row_is_one_without_complete_days():
    frame = days("7" * 21).filter(pl.col("date").dt.week() != date(2026, 1, 12).isocalendar().week)
    [row] = week_rows(frame, [SLEEP], [])
    assert row.weeks == (1.0, 0.0, 1.0)


def test_the_odds_ratio_is_that_of_mantel_and_haenszel():
    """p2 has no missing score, and the same score every day: it says nothing."""
    p0, p1, p2 = "9-9-92-2229", "9-92-22", "5555"
    found = missing_after_high(days(p0, p1, p2))
    after = [_table(marks) for marks in (p0, p1)]
    top = sum(a * d / (a + b + c + d) for a, b, c, d in after)
    foot = sum(b * c / (a + b + c + d) for a, b, c, d in after)
    assert found.odds_ratio == pytest.approx(top / foot)
    assert found.low < found.odds_ratio < found.high
    assert found.participants == 2


def _table(marks: str) -> tuple[int, int, int, int]:
    median = float(np.median([int(mark) for mark in marks if mark != "-"]))
    pairs = [(int(first) > median, then == "-") for first, then in pairwise(marks) if first != "-"]
    return tuple(pairs.count(each) for each in ((True, True), (True, False), (False, True), (False, False)))


def test_no_odds_ratio_where_no_score_is_missing():
    assert missing_after_high(days("123454321", "543212345")) is None


# --- results/


@pytest.fixture
def study_with_results(run, tmp_path):
    place = tmp_path / "study"
    shutil.copytree(run.study.folder, place)
    (place / "results").mkdir()
    for name, table in all_tables(run, run.description).items():
        table.write_parquet(place / "results" / f"{name}.parquet")
    return read_study(place)


def test_results_of_this_plan_are_shown_and_others_are_not(study_with_results):
    study, path = study_with_results, study_with_results.folder / "results" / "effect.parquet"
    assert read_results(study).absent == ""
    other = pl.read_parquet(path).with_columns(plan_hash=pl.lit("0" * 64))
    other.write_parquet(path)
    assert "Computed for another plan" in read_results(study).absent
    path.write_bytes(b"PAR1 cut off")
    assert "Not computed yet" in read_results(study).absent


def test_a_run_notices_new_results_and_a_changed_participants_file(study_with_results):
    before = files_on_cohort_page(study_with_results)
    assert before == files_on_cohort_page(study_with_results)
    (study_with_results.folder / "results" / "effect.parquet").write_bytes(b"other")
    changed = files_on_cohort_page(study_with_results)
    assert changed != before
    (study_with_results.folder / "participants.csv").write_text("participant\n", encoding="utf-8")
    assert files_on_cohort_page(study_with_results) != changed


def test_the_page_shows_what_was_computed(tmp_path):
    with open_store(small_study(tmp_path / "study")) as store:
        fill(store)
        write_made_up_results(store.study)
        text = read_page(page_bytes(cohort_page(store, participant_summaries(store), read_findings(store)))).text
    for words in (
        "3 of 4 specifications give pain that is lower after a longer night, 2 with a 95% CI below zero.",
        "Not crossed, because there would be more than 500 specifications: time. 1 specification could not be fitted.",
        "Computed with 400 days; today's model has",
        "Calendar weekend 2 declared day of the week 2 +0.25",
        "The answer changes if missing scores were 1.9 points higher than imputed ones.",
        "arms change in usual care −0.10 −0.30 to 0.10 20.0 0.40 – 12",
    ):
        assert words in text, words


def test_a_contrast_of_arms_can_be_the_primary_result(study_with_results):
    plan = study_with_results.plan
    about_arms = plan.model_copy(update={"analysis": plan.analysis.model_copy(update={"primary": ("arm",)})})
    rows = {
        "name": ["change in a", "b less a"],
        "estimate": [-0.1, -0.3],
        "p": [None, 0.0042],
        "is_primary": [True] * 2,
    }
    effects = pl.DataFrame({**rows, "low": [-0.3, -0.5], "high": [0.1, -0.1], "df": [10.0, 10.0]})
    computed = CohortResults({"effect": effects})
    result = primary_result(about_arms, [], CohortModel({}, ()), [], computed)
    assert "<b>−0.30 points</b> (95% CI −0.50 to −0.10; p 0.004)" in str(result.sentence)
    assert result.notes == ("Change in a: −0.10 (−0.30 to 0.10).",)
    absent = primary_result(about_arms, [], CohortModel({}, ()), [], CohortResults({}, "Not computed yet."))
    assert (absent.sentence, absent.notes) == ("The primary question compares arms.", ("Not computed yet.",))


# --- the page that may be shared


def test_the_shareable_page_does_not_say_what_was_changed_in_the_plan(run):
    words = (
        "changed on 2 May 2026 after results existed: analysis phase: none → naltrexone; results of the earlier plan"
    )
    changed = replace(run.record, standing=Standing.AFTER_RESULTS, words=words)
    assert str(shareable_provenance(changed)).startswith("Changed on 2 May 2026 after results existed. Ledger ")
    assert "naltrexone" in str(provenance_words(changed, "0" * 16))


def test_the_shareable_page_has_rounded_counts_and_no_participant(run):
    tables = open_tables(all_tables(run, run.description))
    text = read_page(shareable_page(run.study, run.record, tables)).text
    assert not [each for each in run.inputs.baseline.participants if each in text]
    assert "The average effect of sleep the night before on pain is" in text
    assert "Participant effects" not in text
    assert "Shares describe; they are no evidence of their own." in text
    assert "Moderator sex" in text or "moderator sex" in text


def test_an_export_has_the_page_and_refuses_one_with_a_code(run, tmp_path):
    tables = all_tables(run, run.description)
    key = b"0123456789abcdef0123456789abcdef"

    def request(page):
        return ExportRequest(
            run.study, run.inputs, run.analysis, run.record.head, run.recalls, tables, {}, key,
            page=(SHAREABLE_PAGE, page),
        )  # fmt: skip

    write_export(request(partial(shareable_page, run.study, run.record)), tmp_path / "export")
    text = read_page((tmp_path / "export" / "open" / SHAREABLE_PAGE).read_bytes()).text
    assert "10 enrolled" in text  # of 12
    with pytest.raises(StudyError, match=r"cohort-shareable\.html contains a participant's id"):
        write_export(request(lambda _: b"<p>p07</p>"), tmp_path / "leaking")
    assert not (tmp_path / "leaking").exists()
