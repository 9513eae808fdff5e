"""The models of a cohort against R: nlme, and dense Kenward-Roger with CAR(1); the data are in ``cohort/``."""

import json
from pathlib import Path

import polars as pl
import pytest

from painstats.cohort.models.cohort_model import fitted_model
from painstats.mixedlm.engine.rows import model_rows

HERE = Path(__file__).parent / "cohort"
R = json.loads((HERE / "models.json").read_text())

SAME_ESTIMATE, SAME_SE, SAME_DF = 1e-6, 1e-6, 1e-5
"""In standard errors, relative, and relative: differences between two optimisers."""

CONTRASTS = {
    "arm_by_phase": {
        "weekend": {"weekend": 1}, "phase": {"phase": 1}, "arm": {"arm": 1}, "phase_arm": {"phase_arm": 1},
        "phase_in_arm_1": {"phase": 1, "phase_arm": 1},
    },
    "moderator": {
        "sleep_w": {"sleep_w": 1}, "severity": {"severity": 1}, "sleep_severity": {"sleep_severity": 1},
        "slope_at_minus_1": {"sleep_w": 1, "sleep_severity": -1}, "slope_at_plus_1": {"sleep_w": 1, "sleep_severity": 1},
    },
}  # fmt: skip
COLUMNS = {"arm_by_phase": ("weekend", "phase", "arm", "phase_arm"), "moderator": ("weekend", "sleep_w", "severity", "sleep_severity")}  # fmt: skip


@pytest.mark.parametrize("kind", CONTRASTS)
def test_contrasts_are_those_of_r(kind):
    days = pl.read_csv(HERE / "arms.csv").with_columns(
        phase_arm=pl.col("phase") * pl.col("arm"), sleep_severity=pl.col("sleep_w") * pl.col("severity")
    )
    rows = model_rows(
        y=days["pain"].to_numpy(),
        predictors={name: days[name].to_numpy() for name in COLUMNS[kind]},
        participant=days["id"].to_numpy(),
        day=days["day"].to_numpy(),
        random=("intercept", "phase" if kind == "arm_by_phase" else "sleep_w"),
    )
    fitted, reference = fitted_model(rows, {}, "car1"), R[kind]["car1"]
    assert fitted.fit.log_likelihood == pytest.approx(reference["logLik"], abs=1e-8)
    assert fitted.method == "Kenward-Roger"
    for effect in fitted.effects(CONTRASTS[kind]):
        expected = reference["contrasts"][effect.name]
        assert effect.estimate == pytest.approx(expected["estimate"], abs=SAME_ESTIMATE * expected["se"]), effect.name
        assert effect.se == pytest.approx(expected["se_kr"], rel=SAME_SE), effect.name
        assert effect.df == pytest.approx(expected["df_kr"], rel=SAME_DF), effect.name
        assert effect.p == pytest.approx(expected["p_kr"], rel=1e-4), effect.name
