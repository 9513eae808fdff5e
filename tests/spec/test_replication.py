"""``replicate.R`` and ``replicate.py`` of an export fit its models again, and get the same headline."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from painstats.cohort.models.average import average_model
from painstats.cohort.sharing.daily_frame import model_data
from painstats.cohort.sharing.pseudonyms import pseudonyms
from painstats.cohort.sharing.replication import python_script
from tests.cohort_days import cohort_days, residuals, simulated
from tests.spec.test_cohort_command import folder  # noqa: F401 - the fixture
from tests.spec.test_cohort_paper import run  # noqa: F401 - the fixture
from tests.spec.test_sharing import KEY, exported, request_  # noqa: F401 - the fixtures


def test_the_python_script_repeats_the_primary_model(exported, tmp_path):  # noqa: F811
    """Canary: with another reported estimate it ends with status 1."""
    place = shutil.copytree(exported / "pseudonymous", tmp_path / "again")
    script = place / "replicate.py"
    again = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert "the same within 1e-05 standard errors" in again.stdout
    text = script.read_text()
    first = json.loads(text.split('r"""')[1].split('"""')[0])[0]["estimates"][1]
    script.write_text(text.replace(repr(first), repr(first + 0.01), 1))
    changed = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (changed.returncode, "NOT the same" in changed.stdout) == (1, True)


def test_the_python_script_holds_guard_columns_as_the_headline_does(tmp_path):
    """Of a cohort with white noise. Canary: another reported headline is not the same."""
    series, rng = simulated(7, 12, 40), np.random.default_rng(7)
    slow, fast = residuals(rng, 12, 40, rho=0.9), rng.normal(0, 1, (12, 40))
    days = cohort_days(series | {"pain": 5 - 0.2 * (series["sleep"] - 7) + slow + fast})
    model = average_model(days)
    (data,) = model_data([model], days.every_day, pseudonyms(KEY, days.participants))
    assert len(data.held) == 2
    data.frame.write_csv(tmp_path / "model_1.tsv", separator="\t")
    headline = replace(data.headlines[0], estimate=data.headlines[0].estimate + 0.001)
    script = tmp_path / "replicate.py"
    script.write_text(python_script([data, replace(data, headlines=(headline,))]))
    again = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    said = [line.split(" within")[0] for line in again.stdout.splitlines() if "same within" in line]
    assert (again.returncode, said) == (1, ["the same"] * 3 + ["NOT the same"]), again.stdout + again.stderr
    assert data.headlines[0].estimate == model.effects[0].estimate


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed (Debian: r-base-core)")
def test_the_r_script_repeats_the_primary_model_and_its_headline(exported, tmp_path):  # noqa: F811
    """Canary: with another reported headline it ends with status 1."""
    script = (exported / "pseudonymous" / "replicate.R").read_text()
    head, headline = script.rsplit("estimate = c(", 1)
    place = shutil.copytree(exported / "pseudonymous", tmp_path / "again")
    for text, code, said in ((script, 0, "the same"), (f"{head}estimate = c(9 + {headline}", 1, "NOT the same")):
        (place / "replicate.R").write_text(text)
        again = subprocess.run(["Rscript", "replicate.R"], cwd=place, capture_output=True, text=True, check=False)
        assert again.returncode == code, again.stdout + again.stderr
        assert f"\n{said} within 0.02 standard errors" in again.stdout.split("headline")[1]
