"""No public function of the package accepts a keyword that changes nothing."""

from __future__ import annotations

import inspect

import duckdb
import numpy as np
import pytest

import painstats
from painstats import mixedlm
from painstats.errors import PainstatsError
from painstats.mixedlm import CAR1MixedLM, CAR1MixedLMResults, ColumnRoles
from tests.reference.as_statsmodels import SMALL, arrays, diary_model, diary_of, small
from tests.reference.reference_data import table

UNKNOWN = "ofset"

EXCEPT = {"initialize": "statsmodels calls it on its own objects", "profile_re": "it refuses whatever it is given"}


def public_functions():
    """Return every public function and class of the package, and every public method of model and results, by name."""
    found = {name: getattr(mixedlm, name) for name in mixedlm.__all__}
    found |= {f"painstats.{name}": getattr(painstats, name) for name in painstats.__all__}
    for owner in (CAR1MixedLM, CAR1MixedLMResults):
        for name, value in inspect.getmembers(owner, callable):
            if not name.startswith("_") and name not in EXCEPT:
                found[f"{owner.__name__}.{name}"] = value
    return {name: value for name, value in found.items() if inspect.isclass(value) or inspect.isroutine(value)}


PUBLIC = public_functions()


@pytest.mark.parametrize("name", PUBLIC)
def test_an_unknown_keyword_is_refused_by_name(name):
    arguments = dict.fromkeys(required(PUBLIC[name]))
    if "self" in arguments:
        arguments["self"] = diary_model(file=SMALL, residuals="independent")
    with pytest.raises(TypeError, match=UNKNOWN):
        PUBLIC[name](**arguments, **{UNKNOWN: 1})


def required(function):
    """Return the names of the arguments without a default."""
    return [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]


def test_the_list_is_not_empty():
    assert {"CAR1MixedLM", "CAR1MixedLM.from_formula", "CAR1MixedLM.fit", "CAR1MixedLMResults.predict"} <= set(PUBLIC)
    assert {"participant_slopes", "cross_products_of", "ModelRows", "painstats.find"} <= set(PUBLIC)


ENTRIES = {
    "arrays": lambda **given: CAR1MixedLM(np.ones(3), np.ones((3, 1)), np.ones(3), **given),
    "formula": lambda **given: diary_of(table(SMALL), **given),
    "relation": lambda **given: CAR1MixedLM.from_relation(
        duckdb.connect(), "FROM days", ColumnRoles(outcome="y", columns=["x"], participant="id", day="day"), **given
    ),
    "fit": lambda **given: small().fit(**given),
}

MISTAKES = {
    "weights": r"'weights': rows have no weights; participant_weights",
    "offset": r"'offset': subtract it from the outcome",
    "cov_type": r"'cov_type': .* cluster_robust\(\) of the fit",
    "hasconst": r"'hasconst': a column of ones is found",
    "group": r"has no such keyword: 'group'",
}


@pytest.mark.parametrize("keyword", MISTAKES)
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_message_says_what_to_do(entry, keyword):
    with pytest.raises(PainstatsError, match=MISTAKES[keyword]) as refused:
        ENTRIES[entry](**{keyword: 1})
    accepted = str(refused.value).partition("It accepts ")[2].split(", ")
    assert {"arrays": "exog_re", "formula": "re_formula", "relation": "roles", "fit": "ddf"}[entry] in accepted
    assert not {"self", "cls", keyword} & set(accepted)


@pytest.mark.parametrize("entry", ["arrays", "formula", "relation"])
def test_a_misspelled_keyword_is_compared_with_those_that_exist(entry):
    with pytest.raises(PainstatsError, match="'residual': did you mean 'residuals'"):
        ENTRIES[entry](residual="independent")


def test_statsmodels_options_of_the_optimiser_are_explained():
    model = small()
    with pytest.raises(PainstatsError, match=r"certifies the optimum.*; leave out disp, maxiter, method"):
        model.fit(method="lbfgs", maxiter=200, disp=True)
    with pytest.raises(PainstatsError, match="correlated=False replaces free"):
        model.fit(free=np.eye(2))
    assert model.fit(method=None, disp=False).llf == model.fit().llf


OF_STATSMODELS = {
    "loglike": lambda model, fit: model.loglike(fit.params_object),
    "score": lambda model, fit: model.score(fit.params_object),
    "score_full": lambda model, fit: model.score_full(fit.params_object, True),
    "score_sqrt": lambda model, fit: model.score_sqrt(fit.params_object),
    "hessian": lambda model, fit: model.hessian(fit.params_object),
    "get_scale": lambda model, fit: model.get_scale(fit.fe_params, fit.cov_re_unscaled, fit.vcomp),
    "get_fe_params": lambda model, fit: model.get_fe_params(fit.cov_re_unscaled, fit.vcomp),
    "fit_regularized": lambda model, _: model.fit_regularized(alpha=1.0),
}


@pytest.mark.parametrize("name", OF_STATSMODELS)
def test_methods_of_statsmodels_refuse_correlated_residuals_and_work_without(name):
    model = arrays(table(SMALL))
    with pytest.raises(PainstatsError, match="no residual correlation"):
        OF_STATSMODELS[name](model, model.fit()._results)
    model = small()
    assert OF_STATSMODELS[name](model, model.fit()._results) is not None
