"""What a plan or ``participants.csv`` must not be for ``painstats cohort``: each is said by name, with its exit code."""

import shutil

import pytest

from painstats.cli import main
from painstats.commands import cohort as command
from painstats.frame import build_model_frame
from painstats.plan.study import read_study
from painstats.questions.asked import asked, exposures
from painstats.store import open_store
from tests.spec.test_cohort_command import made_study

HEAD = '[study]\ntime_zone = "Europe/London"\n'
SLEEP = '[analysis]\nprimary = "sleep"\n'
SEX = '[variables.sex]\nkind = "categorical"\nlevels = ["f", "m"]\n'
PHASES = "".join(
    f'[[phases]]\nparticipant = "p{n:02d}"\nname = "course"\nstart = 2026-01-19\n' for n in range(1, 12, 2)
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return made_study(tmp_path_factory.mktemp("refused"), HEAD)


def answer(base, place, plan, *, run_again=False):
    """Return the exit code of the command on a copy of the study with another plan."""
    study = shutil.copytree(base, place / "study")
    (study / "study.toml").write_text(HEAD + plan)
    if run_again:
        with open_store(read_study(study)) as store:
            build_model_frame(store, exposures(asked(store.study)))
    return main(["cohort", str(study)])


@pytest.mark.parametrize(
    ("plan", "code", "said"),
    [
        (SLEEP + '[[models]]\nformula = "pain ~ weekend"\n', 2, "'pain ~ weekend' tests nothing that differs from day"),
        (SLEEP + 2 * '[[models]]\nname = "m"\nformula = "pain ~ sleep_within"\n', 2, "two are called 'm'"),
        (SLEEP + 'arms = "sex"\n' + SEX, 2, "no participant has a treatment; list each one's start in [[phases]]"),
        ("[rules]\nmin_days_in_model = 12\n", 2, "study.toml was changed since the last run"),
        ('[[questions]]\nkind = "daily"\nconfirmatory = false\n', 2, "was changed since the last run"),
    ],
)
def test_a_plan_that_cannot_be_analysed_is_refused_by_name(base, tmp_path, capsys, plan, code, said):
    assert answer(base, tmp_path, plan) == code
    assert said in capsys.readouterr().err


def test_arms_are_refused_by_the_name_of_the_treatment_and_of_the_arm(base, tmp_path, capsys):
    plan = '[analysis]\nprimary = "arm"\narms = "sex"\n' + SEX + PHASES
    assert answer(base, tmp_path, plan, run_again=True) == 7
    assert "all days of sex f are before the start" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "study")
    other = plan.replace('arms = "sex"', 'arms = "sex"\nphase = "drug"')
    assert answer(base, tmp_path, other, run_again=True) == 2
    assert "no participant has a treatment named drug, only: course" in capsys.readouterr().err


def test_what_does_not_belong_together_is_said(base, tmp_path):
    study = shutil.copytree(base, tmp_path / "study")
    (study / "study.toml").write_text(HEAD + SEX)
    (study / "participants.csv").write_text("participant,sex,height\np00,f,1\nq1,m,2\n")
    with open_store(read_study(study)) as store:
        lines = list(command.file_lines(command.cohort_inputs(store).baseline))
    assert lines[0].startswith("participants.csv: no row for: p01, p02,")
    assert lines[1:] == [
        "participants.csv: no data of: q1",
        "participants.csv: columns that the plan does not declare: height",
    ]
