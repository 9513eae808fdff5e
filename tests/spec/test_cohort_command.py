"""``painstats cohort`` and ``painstats power`` on a small study in DuckDB, from its plan to its tables."""

import json
from datetime import date, timedelta
from xml.etree import ElementTree

import numpy as np
import polars as pl
import pytest

from painstats.cli import main
from painstats.cohort.analyse import analyse
from painstats.cohort.inputs import cohort_inputs
from painstats.cohort.result_tables import result_tables
from painstats.daily import build_daily_table
from painstats.frame import build_model_frame
from painstats.plan.study import read_study
from painstats.questions.asked import asked, exposures
from painstats.store import open_store
from tests.cohort_days import simulated
from tests.simulated_days import fill

PARTICIPANTS, DAYS = 12, 28
FIRST = date(2026, 1, 5)
PLAN = """
[study]
time_zone = "Europe/London"
[variables.sex]
kind = "categorical"
levels = ["f", "m"]
[variables.age]
kind = "continuous"
per = 10
[variables.site]
kind = "categorical"
levels = ["north", "south"]
[analysis]
primary = "sleep"
covariates = ["age"]
moderators = ["sex", "age", "site"]
[[models]]
formula = "pain ~ sleep_within * age + weekend"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a study of twelve participants; one is alone in a site."""
    return made_study(tmp_path_factory.mktemp("cohort"), PLAN)


def made_study(place, plan):
    """Write a study with a daily table and a model frame; fatigue is ten less pain."""
    (place / "inbox").mkdir()
    (place / "study.toml").write_text(plan)
    rows = [f"p{n:02d},{'fm'[n % 2]},{30 + 2 * n},{'south' if n == 7 else 'north'}" for n in range(PARTICIPANTS)]
    (place / "participants.csv").write_text("\n".join(["participant,sex,age,site", *rows]) + "\n")
    with open_store(read_study(place)) as store:
        fill(store, drawn_days())
        fatigue = "SELECT * REPLACE ('fatigue' AS item, 10 - value AS value) FROM self_report WHERE item = 'pain'"
        store.connection.execute(f"INSERT INTO self_report {fatigue}")
        build_daily_table(store)
        build_model_frame(store, exposures(asked(store.study)))
    return place


def drawn_days():
    series = simulated(2, PARTICIPANTS, DAYS)
    missing = np.random.default_rng(0).random((PARTICIPANTS, DAYS)) < 0.1
    return pl.DataFrame(
        {
            "participant_id": np.repeat([f"p{n:02d}" for n in range(PARTICIPANTS)], DAYS),
            "date": [FIRST + timedelta(days=day) for _ in range(PARTICIPANTS) for day in range(DAYS)],
            "step_count": (1000 * np.maximum(series["steps"], 0.5)).ravel(),
            "total_sleep_time_min": (60 * np.maximum(series["sleep"], 2)).ravel(),
            "pain_score": series["pain"].ravel(),
            "unworn": missing.ravel(),
            "diary_missing": np.zeros(PARTICIPANTS * DAYS, dtype=bool),
        }
    )


@pytest.fixture(scope="module")
def analysis(folder):
    study = read_study(folder)
    with open_store(study) as store:
        return analyse(cohort_inputs(store), study.plan, with_sensitivity=False)


def test_every_question_of_the_plan_is_answered_or_refused(analysis):
    assert [model.name for model in analysis.primary] == ["average sleep"]
    assert [model.name for model in analysis.secondary] == [
        "average steps", "adjusted", "moderator sex", "moderator age", "pain ~ sleep_within * age + weekend",
    ]  # fmt: skip
    (refusal,) = analysis.refusals
    assert (refusal.model, refusal.message) == ("moderator site", "p07 alone has site south: nothing to compare")
    assert {each.name: each.size for each in analysis.families} == {
        "secondary exposures": 1, "moderators": 2, "models": 1,
    }  # fmt: skip
    assert analysis.family_of(analysis.primary[0]) is None


def test_tables_have_the_families_and_name_no_participant(analysis):
    tables = result_tables(analysis, "plan", "head")
    effects = tables["effect"]
    assert effects["is_primary"].to_list()[:2] == [True, False]
    of_moderators = effects.filter(pl.col("family") == "moderators")
    assert of_moderators["family_size"].unique().to_list() == [2]
    assert (of_moderators["q"] >= of_moderators["model_p"]).all()
    for table in tables.values():
        assert {"plan_hash", "ledger_head"} <= set(table.columns)
        assert "p07" not in table.write_csv()


def test_the_command_prints_the_result_and_writes_the_tables(folder, capsys):
    assert main(["cohort", str(folder), "--timings"]) == 0
    printed = capsys.readouterr().out
    assert "Primary: average sleep (12 participants, 336 days)" in printed
    assert "Not fitted: moderator site: p07 alone has site south: nothing to compare" in printed
    assert "Family: moderators, 2 question(s)" in printed
    assert "CPU seconds: primary model" in printed
    for name in ("effect", "family", "missing_days", "specification", "left_out"):
        csv = pl.read_csv(folder / "results" / f"{name}.csv")
        assert csv.height == pl.read_parquet(folder / "results" / f"{name}.parquet").height > 0
    declared = pl.read_csv(folder / "results" / "specification.csv").filter(pl.col("is_declared"))
    headline = pl.read_csv(folder / "results" / "effect.csv").filter(pl.col("is_primary"))
    assert declared["estimate"].item() == pytest.approx(headline["estimate"].item(), abs=1e-10)
    curve = pl.read_parquet(folder / "results" / "specification.parquet")
    assert set(curve["choice_days"]) == {"every day with a score", "complete days"}
    assert curve["days"].dtype == pl.Int64
    written = {path.name for path in (folder / "results").iterdir()}
    assert {"methods.md", "tables.docx", "table_one.tex", "effect.tex", "flow.csv", "checklist.parquet"} <= written
    for figure in ("specification_curve_total_sleep_time_min_lag0", "missing_days_total_sleep_time_min_lag0"):
        root = ElementTree.parse(folder / "results" / f"{figure}.svg").getroot()
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert (folder / "results" / f"{figure}.pdf").read_bytes().startswith(b"%PDF")
    ledger = [json.loads(line) for line in (folder / "plan_ledger.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in ledger][-1] == "result"


def test_a_study_that_was_not_run_is_refused(tmp_path, capsys):
    (tmp_path / "inbox").mkdir()
    assert main(["cohort", str(tmp_path)]) == 2
    assert "has no results yet; run it first: painstats run" in capsys.readouterr().err


def test_power_gives_a_table_and_a_figure(folder, tmp_path, capsys):
    figure = tmp_path / "precision.svg"
    stated = ["power", "--slope-sd", "0.15", "--exposure-sd", "1.2", "--participants", "20", "--days", "60"]
    assert main([*stated, "--figure", str(figure), "--matters", "0.1"]) == 0
    assert "60    20            0.129" in capsys.readouterr().out
    assert ElementTree.parse(figure).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # or no viewer opens it
    assert main(["power", "--study", str(folder), "--participants", "20", "--days", "60", "--json"]) == 0
    (design,) = json.loads(capsys.readouterr().out)["designs"]
    assert design["low"] < design["detectable"] < design["high"]
    assert main(["power"]) == 2
    assert "give --slope-sd and --exposure-sd" in capsys.readouterr().err
