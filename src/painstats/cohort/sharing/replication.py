"""``replicate.R`` and ``replicate.py``: each fits the exported models again and compares them with what painstats gave.

What is compared are the coefficients and standard errors of the fit without guard columns, by REML with residual
correlation (1 - w) rho^d: in R ``corExp(nugget = TRUE)`` of nlme, whose nugget is w and whose range is -1 / log(rho),
or ``corCAR1`` where there is no white noise.

References
----------
Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, ch. 5; docs/method/sharing.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import log

from painstats.cohort.sharing.daily_frame import ModelData

R_TOLERANCES = (0.02, 0.02)
"""Of estimates in standard errors, and of standard errors as a share: nlme may stop somewhat short of the optimum."""

PYTHON_TOLERANCES = (1e-5, 1e-5)
"""The same for the same engine, whose optimum depends on the order of participants in the last digits only."""

LEAST_CORRELATION, GREATEST_CORRELATION = 0.01, 0.99

R_HEAD = """# Fits the exported models again with nlme. Usage, in this folder: Rscript replicate.R
suppressMessages(library(nlme))
tolerances <- c(estimate = {estimate}, se = {se})  # in standard errors; as a share of the standard error
is_same <- TRUE
compare <- function(title, fit, names, estimates, errors) {{
  got <- cbind(fixef(fit), sqrt(diag(vcov(fit))))
  shown <- data.frame(painstats = estimates, R = got[, 1], se_painstats = errors, se_R = got[, 2],
    difference_in_se = abs(got[, 1] - estimates) / errors, difference_of_se = abs(got[, 2] / errors - 1),
    row.names = names)
  cat("\\n", title, "\\n", sep = "")
  print(shown, digits = 6)
  same <- all(shown$difference_in_se <= tolerances[["estimate"]], shown$difference_of_se <= tolerances[["se"]])
  cat(if (same) "the same" else "NOT the same", "within", tolerances[["estimate"]],
    "standard errors, and standard errors within", tolerances[["se"]], "of their size\\n")
  same
}}
control <- lmeControl(opt = "nlminb", maxIter = 300, msMaxIter = 500, msTol = 1e-10, tolerance = 1e-9, niterEM = 50)
"""

R_MODEL = """
{note}d <- read.delim("{name}.tsv", colClasses = c(id = "character"), check.names = FALSE)
d$id <- factor(d$id)
fit <- tryCatch(
  lme({formula}, random = ~ {random} | id, data = d, method = "REML", control = control,
    correlation = {correlation}),
  error = function(e) e)
if (inherits(fit, "error")) {{
  cat("\\n", {title}, ": nlme could not fit the model: ", conditionMessage(fit), "\\n", sep = "")
  is_same <- FALSE
}} else is_same <- compare({title}, fit, c({names}), c({estimates}), c({errors})) && is_same
"""

WITHOUT_GUARDS = "# The headline also has guard columns, which protect it against feedback and are not fitted here.\n"

R_END = """
cat("\\n", R.version.string, ", nlme ", as.character(packageVersion("nlme")), "\\n", sep = "")
quit(status = if (is_same) 0 else 1)
"""

PYTHON = '''"""Fit the exported models again with painstats. Usage, in this folder: python replicate.py"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl

from painstats.mixedlm.model import CAR1MixedLM

FOLDER = Path(__file__).parent
OF_ESTIMATES, OF_ERRORS = {tolerances}  # in standard errors; as a share of the standard error
MODELS = json.loads(r"""
{models}
""")


def is_same(model):
    """Fit one model, print it beside what was reported, and say whether the two are the same."""
    days = pl.read_csv(FOLDER / (model["name"] + ".tsv"), separator="\\t", infer_schema_length=None)
    columns = pd.DataFrame({{name: days[name].cast(pl.Float64) for name in model["columns"]}})
    columns.insert(0, "intercept", 1.0)
    random = columns[["intercept", *model["random"]]]
    fit = CAR1MixedLM(
        days["score"].to_numpy(), columns, days["id"].to_numpy(), random,
        days=days["day"].to_numpy(), residuals="car1+white",
    ).fit()
    fit = fit.mixed_fit
    errors = np.sqrt(np.diag(fit.covariance))
    order = [fit.names.index(name) for name in columns]
    shown = pd.DataFrame(
        {{
            "reported": model["estimates"],
            "again": fit.coefficients[order],
            "se_reported": model["standard_errors"],
            "se_again": errors[order],
        }},
        index=list(columns),
    )
    of_estimates = (shown["again"] - shown["reported"]).abs() / shown["se_reported"]
    of_errors = (shown["se_again"] / shown["se_reported"] - 1).abs()
    same = bool((of_estimates <= OF_ESTIMATES).all() and (of_errors <= OF_ERRORS).all())
    print("\\n" + model["title"])
    print(shown.to_string())
    said = "the same" if same else "NOT the same"
    print(f"{{said}} within {{OF_ESTIMATES:g}} standard errors, standard errors within {{OF_ERRORS:g}} of their size")
    print(f"largest differences: {{of_estimates.max():.1e}} and {{of_errors.max():.1e}}")
    return same


if __name__ == "__main__":
    same = [is_same(model) for model in MODELS]
    print("\\npainstats", version("painstats"))
    sys.exit(0 if all(same) else 1)
'''


def r_script(models: Sequence[ModelData]) -> str:
    """Return ``replicate.R``; it ends with status 1 if a model is not the same within the stated tolerances."""
    head = R_HEAD.format(estimate=R_TOLERANCES[0], se=R_TOLERANCES[1])
    return head + "".join(_r_model(each) for each in models) + R_END


def python_script(models: Sequence[ModelData]) -> str:
    """Return ``replicate.py``, which needs painstats and no study."""
    content = [
        {
            "name": each.name,
            "title": each.title,
            "columns": each.columns,
            "random": each.random,
            "estimates": each.estimates,
            "standard_errors": each.standard_errors,
        }
        for each in models
    ]
    return PYTHON.format(tolerances=PYTHON_TOLERANCES, models=json.dumps(content, indent=1))


def _r_model(model: ModelData) -> str:
    note = "" if model.has_headline else WITHOUT_GUARDS
    if model.is_singular:
        note += "# Some random effects have no variance: nlme may not converge.\n"
    return R_MODEL.format(
        note=note,
        name=model.name,
        title=json.dumps(model.title),
        formula=f"score ~ {' + '.join(model.columns) or 1}",
        random=" + ".join(("1", *model.random)),
        correlation=_correlation(model),
        names=", ".join(json.dumps(name) for name in ("intercept", *model.columns)),
        estimates=", ".join(map(repr, model.estimates)),
        errors=", ".join(map(repr, model.standard_errors)),
    )


def _correlation(model: ModelData) -> str:
    """Return nlme's correlation, started at the fitted values, which have to be inside their range."""
    rho = min(max(model.rho, LEAST_CORRELATION), GREATEST_CORRELATION)
    if model.white_share <= 0:
        return f"corCAR1({rho!r}, form = ~ day | id)"
    white = min(max(model.white_share, LEAST_CORRELATION), GREATEST_CORRELATION)
    return f"corExp(c({-1 / log(rho)!r}, {white!r}), form = ~ day | id, nugget = TRUE)"
