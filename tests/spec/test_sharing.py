"""``painstats export --deidentify``: pseudonyms, rounded counts, coarse variables, the search for leaks, replication."""

import json
import shutil
from dataclasses import replace
from functools import partial
from io import BytesIO
from zipfile import ZipFile

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from painstats.cli import main
from painstats.cohort.baseline import baseline_of
from painstats.cohort.sharing.export import ExportRequest, forbidden_words, write_export
from painstats.cohort.sharing.leaks import Leak, leaks
from painstats.cohort.sharing.open_tables import check_counts, open_tables, rounded
from painstats.cohort.sharing.pseudonyms import KEY_FILE, pseudonym, pseudonyms, shift_in_weeks, study_key
from painstats.cohort.sharing.shared_variables import check_groups, in_bands, shared_variables
from painstats.commands import cohort as cohort_command
from painstats.commands.cohort_results import all_tables
from painstats.errors import StudyError
from painstats.plan.variables import VariablePlan
from tests.spec.test_cohort_command import folder  # noqa: F401 - the fixture
from tests.spec.test_cohort_paper import run  # noqa: F401 - the fixture

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def request_(run):  # noqa: F811
    tables, svg = all_tables(run, run.description), "<svg xmlns='http://www.w3.org/2000/svg'/>"
    return ExportRequest(
        run.study, run.inputs, run.analysis, run.record.head, run.recalls, tables, {"curve": svg}, KEY
    )  # fmt: skip


@pytest.fixture(scope="module")
def exported(request_, tmp_path_factory):
    place = tmp_path_factory.mktemp("shared") / "export"
    write_export(request_, place)
    return place


# --- pseudonyms ---


@pytest.mark.parametrize(
    ("participant", "expected", "weeks"),
    [("anna", "s99549a3d20", 18), ("p01", "sb2a48a3a17", 28), ("Zoë", "s519d1b9cd8", -50)],
)
def test_pseudonyms_and_shifts_are_those_of_the_reference(participant, expected, weeks):
    assert pseudonym(KEY, participant) == expected
    assert shift_in_weeks(KEY, participant) == weeks
    assert pseudonym(KEY, "Zoe\u0308") == pseudonym(KEY, "Zo\u00eb")  # two ways to write the same id
    assert pseudonym(b"x" * 32, participant) != expected


def test_shifts_are_up_to_a_year_and_never_none():
    shifts = [shift_in_weeks(KEY, f"p{number}") for number in range(3000)]
    assert (min(shifts), max(shifts)) == (-52, 52)
    assert len(set(shifts)) == 104
    assert 0 not in shifts


def test_rows_are_in_the_order_of_pseudonyms():
    assert list(pseudonyms(KEY, ["p01", "anna", "Zoë"])) == ["Zoë", "anna", "p01"]


def test_the_key_is_private_and_stays_the_same(tmp_path):
    key = study_key(tmp_path)
    assert (len(key), (tmp_path / KEY_FILE).stat().st_mode & 0o777) == (32, 0o600)
    assert study_key(tmp_path) == key
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(StudyError, match="can be read by other users; make it private first: chmod 600"):
        study_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o600)
    (tmp_path / KEY_FILE).write_bytes(key[:-1])
    with pytest.raises(StudyError, match="has 31 bytes instead of 32"):
        study_key(tmp_path)


# --- counts ---


def test_counts_are_rounded_to_the_nearest_five():
    counts = pl.DataFrame({"n": [0, 2, 3, 7, 8, 12, 13]})
    assert counts.select(rounded("n"))["n"].to_list() == [0, 0, 5, 5, 10, 10, 15]


def test_an_exact_count_is_refused_and_its_cell_named():
    table = pl.DataFrame({"participants": [10, 5, 7]})
    with pytest.raises(StudyError, match="flow, row 3, column participants is not rounded to 5"):
        check_counts({"flow": table})
    check_counts({"flow": table.with_columns(rounded("participants"))})


def test_a_table_that_the_export_does_not_know_is_refused():
    with pytest.raises(StudyError, match="the table surprise is not known to the export"):
        open_tables({"surprise": pl.DataFrame({"n": [1]})})


TABLE_ONE = pl.DataFrame(
    {
        "variable": ["age"] * 3 + ["sex"] * 3,
        "kind": ["number"] * 3 + ["level"] * 3,
        "group": ["a", "b", "all"] * 2,
        "n": [11, 12, 23, 3, 4, 7],
        "of": [11, 12, 23, 11, 12, 23],
        "share": [None, None, None, 3 / 11, 4 / 12, 7 / 23],
        **dict.fromkeys(("mean", "sd", "median", "q1", "q3"), [1.0] * 6),
        **dict.fromkeys(("difference", "mean_difference", "by_chance"), [0.5] * 6),
        "difference_between": ["a - b"] * 6,
    }
)


def means(table):
    return open_tables({"table_one": table})["table_one"]["mean"].to_list()[:3]


def test_table_one_has_no_number_close_to_a_participant():
    shown = open_tables({"table_one": TABLE_ONE})["table_one"]
    assert not {"median", "q1", "q3", "by_chance"} & set(shown.columns)
    assert shown["share"].to_list()[3:] == [0.5, 0.5, 5 / 25]
    assert shown["difference"].to_list() == [0.5] * 3 + [None] * 3  # that of levels follows from their exact counts
    assert means(TABLE_ONE) == [1, 1, 1]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([9, 14, 23], [None, None, 1]), ([10, 12, 23], [None, None, 1]), ([4, 5, 9], [None] * 3)],
    ids=["a small group", "few in no group", "few in all"],
)
def test_a_mean_of_few_does_not_follow_from_the_other_means(counts, expected):
    table = TABLE_ONE.with_columns(n=pl.Series(counts + TABLE_ONE["n"].to_list()[3:]))
    assert means(table) == expected


def test_estimates_of_few_participants_are_left_out():
    rows = {
        "participants": [9, 10],
        "days": [91, 101],
        "estimate": [0.1, 0.2],
        "se": [1.0, 1.0],
        "refusal": ["3", None],
    }
    shown = open_tables({"specification": pl.DataFrame(rows)})["specification"]
    assert shown.rows() == [(10, 90, None, None), (10, 100, 0.2, 1.0)]


# --- baseline variables ---

VARIABLES = {
    "name": VariablePlan(kind="categorical", levels=("x", "y"), identifying=True),
    "age": VariablePlan(kind="continuous", quasi=True),
    "sex": VariablePlan(kind="categorical", levels=("f", "m", "d"), quasi=True),
    "site": VariablePlan(kind="categorical", levels=("n", "s", "e", "w")),
    "severity": VariablePlan(kind="continuous"),
}


def baseline(n=20):
    rows = pl.DataFrame(
        {
            "participant_id": [f"p{each:02d}" for each in range(n)],
            "name": ["x"] * n,
            "age": [20.0 + 2 * each for each in range(n)],
            "sex": ["fm"[each % 2] for each in range(n)],
            "site": ["n"] * (n - 6) + ["s", "s", "s", "e", "e", "w"],
            "severity": [float(each) for each in range(n)],
        },
        schema_overrides={name: pl.Enum(each.levels) for name, each in VARIABLES.items() if each.has_levels},
    )
    return baseline_of(VARIABLES, rows, {})


def test_variables_are_shared_as_coarsely_as_needed():
    shared = shared_variables(baseline(), {"age": (40,)}, ())
    assert shared.frame.columns == ["participant_id", "age", "sex", "site", "severity"]
    assert dict(shared.frame["site"].value_counts().iter_rows()) == {"n": 14, "other": 6}
    assert shared.left_out == {"name": "identifying"}
    assert shared.quasi == ("age", "sex")
    check_groups(shared)


def test_what_others_may_know_is_shared_in_bands_only():
    shared = shared_variables(baseline(), {}, ())
    assert shared.left_out["age"] == "others may know it: give bands, such as --bands age=30,50"
    ages = pl.Series([29.0, 30.0, 49.9, 50.0, None])
    assert in_bands(ages, (30, 50)).to_list() == ["< 30", "30 to < 50", "30 to < 50", ">= 50", None]


def test_a_variable_whose_rare_levels_are_too_few_together_is_not_shared():
    few = baseline(18)  # levels s, e and w have six participants; without two of them four
    fewer = few.only(few.participants[:-2])
    assert "rare levels" in shared_variables(fewer, {"age": (40,)}, ()).left_out["site"]


@pytest.mark.parametrize(("limit", "alone", "few"), [(30, 0, 5), (70, 0, 0)])
def test_participants_who_stand_out_are_refused_and_only_counted(limit, alone, few):
    """Two sexes in turn, and ages from 20 to 58 in steps of two: five are below 30, all below 70."""
    shared = shared_variables(baseline(), {"age": (limit,)}, ())
    if not few:
        check_groups(shared)
        return
    with pytest.raises(StudyError) as refused:
        check_groups(shared)
    said = f"age with sex: {alone} participants are alone in their combination, and {few} have one of fewer than 5"
    assert said in str(refused.value)
    assert "--leave-out sex" in str(refused.value)
    check_groups(shared_variables(baseline(), {"age": (limit,)}, ("sex",)))


@pytest.mark.parametrize(
    ("bands", "left_out", "message"),
    [
        ({"weight": (30,)}, (), "--bands: weight is not declared"),
        ({}, ("weight",), "--leave-out: weight is not declared"),
        ({"sex": (30,)}, (), "--bands: sex has levels"),
        ({"age": (50, 30)}, (), "--bands: the limits of age must increase"),
    ],
)
def test_options_that_name_no_such_variable_are_refused(bands, left_out, message):
    with pytest.raises(StudyError, match=message):
        shared_variables(baseline(), bands, left_out)


# --- the export ---


def test_the_export_holds_no_id_and_no_date(exported, request_):
    assert {path.name for path in exported.iterdir()} == {"open", "pseudonymous", ".painstats.files"}
    assert leaks(exported, forbidden_words(request_)) == []
    data = pl.read_csv(exported / "pseudonymous" / "data.tsv", separator="\t")
    assert (data.height, data["id"].n_unique(), data["day"].min()) == (336, 12, 1)
    assert data.equals(pl.read_parquet(exported / "pseudonymous" / "data.parquet"), null_equal=True)
    dictionary = json.loads((exported / "pseudonymous" / "dictionary.json").read_text())
    assert set(data.columns) <= set(dictionary["data"])
    plan = json.loads((exported / "pseudonymous" / "plan.json").read_text())
    assert plan["plan_hash"] == request_.study.plan_hash
    assert not {"final", "registered"} & set(plan["plan"]["analysis"])


def test_dates_are_shared_only_when_asked_for_and_off_by_the_weeks_of_each_participant(request_, tmp_path):
    place = write_export(replace(request_, has_dates=True), tmp_path / "export").folder / "pseudonymous"
    data, every_day = pl.read_parquet(place / "data.parquet"), request_.inputs.every_day
    for participant in ("p00", "p07"):
        own = data.filter(pl.col("id") == pseudonym(KEY, participant))
        real = every_day.filter(pl.col("participant_id") == participant)["date"]
        assert ((own["date"] - real).dt.total_days() == 7 * shift_in_weeks(KEY, participant)).all()
        assert (own["date"].dt.weekday() == own["weekday"]).all()
    assert "shifted by whole weeks" in (place / "README.md").read_text()
    assert leaks(place.parent, {}, {"pseudonymous/data.tsv": set(map(str, data["date"]))}) == [
        Leak("pseudonymous/data.parquet", "a date")
    ]


def parquet(values, metadata=None):
    content = BytesIO()
    pq.write_table(pa.table({"value": values}).replace_schema_metadata(metadata), content)
    return content.getvalue()


def zipped(name, content):
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr(name, content)
    return archive.getvalue()


PLANTED = {
    "a value of Parquet": ("x.parquet", parquet(["p07", "b"])),
    "metadata of Parquet": ("x.parquet", parquet(["a"], {"note": "made for p07"})),
    "a file in an archive": ("x.docx", zipped("word.xml", "<t>p07</t>")),
    "a name in an archive": ("x.zip", zipped("p07/days.csv", "1")),
    "text of SVG": ("x.svg", b"<svg><text>P07</text></svg>"),
    "a hash": ("x.json", b'"6668d1f6b1b5a7b0ffd9b0b5cf8d0cd6"'),
    "its hex": ("x.json", b'"703037"'),
    "its file name": ("p07.csv", b"1"),
}


@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_id_is_found(place, tmp_path):
    import hashlib

    name, content = PLANTED[place]
    content = f'"{hashlib.md5(b"p07").hexdigest()}"'.encode() if place == "a hash" else content
    (tmp_path / name).write_bytes(content)
    in_name = " in its name" if place == "its file name" else ""
    assert leaks(tmp_path, {"an id": {"p07"}}) == [Leak(name, f"an id{in_name}")]


@pytest.mark.parametrize("text", ["on 2026-01-05", "20260105", "2026/01/05"])
def test_a_planted_date_is_found(text, tmp_path):
    (tmp_path / "x.csv").write_text(text)
    assert leaks(tmp_path, {}) == [Leak("x.csv", "a date")]


@pytest.mark.parametrize("text", ["0.20260105", "2026.0105", "a20260105b", "20261305", "1,101,2"])
def test_numbers_are_no_dates_and_no_ids(text, tmp_path):
    (tmp_path / "x.csv").write_text(text)
    assert leaks(tmp_path, {"an id": {"101"}}) == []


def test_an_export_with_a_leak_is_refused_and_leaves_nothing(request_, tmp_path):
    leaking = replace(request_, figures={"curve": "<svg><text>p07</text></svg>"})
    with pytest.raises(StudyError, match=r"open/curve.svg contains a participant's id; nothing was written"):
        write_export(leaking, tmp_path / "export")
    assert list(tmp_path.iterdir()) == []


# --- the command ---


def test_the_command_writes_an_export_and_forgetting_removes_it(folder, tmp_path, monkeypatch, capsys):  # noqa: F811
    study = shutil.copytree(folder, tmp_path / "study")
    monkeypatch.setattr(cohort_command, "analyse", partial(cohort_command.analyse, with_sensitivity=False))
    assert main(["export", str(study)]) == 2
    assert "add --deidentify" in capsys.readouterr().err
    assert main(["export", str(study), "--deidentify", "--to", str(study / "reports" / "x")]) == 2
    assert "choose a folder outside it" in capsys.readouterr().err
    assert main(["export", str(study), "--deidentify", "--bands", "age:30"]) == 2
    assert "write it like age=30,50,70" in capsys.readouterr().err
    assert main(["export", str(study), "--deidentify"]) == 0
    assert "not shared: site" in capsys.readouterr().out
    assert main(["export", str(study), "--deidentify"]) == 2
    assert "exists already" in capsys.readouterr().err
    (study / "export" / "notes.txt").write_text("mine")
    assert main(["forget", str(study), "p07", "--yes"]) in (0, 8)  # participants.csv still names the participant
    assert [path.name for path in (study / "export").rglob("*")] == ["notes.txt"]
