"""The methods of the results are the functions of the package, applied to the fit and the rows of the model."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from painstats.errors import PainstatsError
from painstats.mixedlm import (
    cluster_bootstrap,
    cluster_robust,
    influence,
    parametric_bootstrap,
    participant_slopes,
    residual_checks,
    variance_intervals,
)
from tests.reference.as_statsmodels import diary_model, relation
from tests.reference.reference_data import table


@pytest.fixture(scope="module")
def fit():
    return diary_model().fit()


def same(one, other):
    """Return whether two results have the same values, arrays included."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "__dataclass_fields__"):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    return np.array_equal(one, other, equal_nan=isinstance(one, (np.ndarray, float)))


PAIRS = {
    "person_slopes": lambda fit: (fit.person_slopes(seed=3), participant_slopes(fit.mixed_fit, ["sleep_w"], 3)),
    "named slopes": lambda fit: (
        fit.person_slopes(["Intercept"], weighted=False),
        participant_slopes(fit.mixed_fit, ["intercept"], 0, weighted=False),
    ),
    "residual_checks": lambda fit: (fit.residual_checks(), residual_checks(fit.mixed_fit, fit.model.rows)),
    "variance_intervals": lambda fit: (fit.variance_intervals(0.9), variance_intervals(fit.mixed_fit, level=0.9)),
    "bootstrap": lambda fit: (fit.bootstrap(refits=5, seed=2), cluster_bootstrap(fit.mixed_fit, refits=5, seed=2)),
    "parametric bootstrap": lambda fit: (
        fit.bootstrap("parametric", refits=5, seed=2),
        parametric_bootstrap(fit.mixed_fit, fit.model.rows, refits=5, seed=2),
    ),
    "influence": lambda fit: (fit.influence(), influence(fit.mixed_fit)),
    "cluster_robust": lambda fit: (fit.cluster_robust(), cluster_robust(fit.mixed_fit)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_method_gives_what_its_function_gives(fit, name):
    method, function = PAIRS[name](fit)
    assert same(method, function)
    assert method != ()


def test_a_bootstrap_of_another_kind_is_refused(fit):
    with pytest.raises(PainstatsError, match="kind must be 'participants' or 'parametric', not 'rows'"):
        fit.bootstrap("rows")


def test_a_model_of_a_relation_has_the_methods_that_need_no_rows():
    fit = relation(table("cohort200x90.csv.gz")).fit()
    assert len(fit.person_slopes()) == 200
    assert fit.bootstrap(refits=2).impossible == 0
    for needs_rows in (fit.residual_checks, lambda: fit.bootstrap("parametric")):
        with pytest.raises(PainstatsError, match="no rows in Python"):
            needs_rows()
