"""``replicate.R`` and ``replicate.py``: each fits the exported models again and compares them with what painstats gave.

Compared are the coefficients and standard errors of the model with its guard columns, by REML with residual correlation
(1 - w) rho^d: in R ``corExp(nugget = TRUE)`` of nlme, whose nugget is w and whose range is -1 / log(rho), or
``corCAR1`` where there is no white noise. From them follows the headline, by holding the coefficients that have a
prior (docs/method/real_diaries.md, step 4); it is compared too. Standard errors are those for known variance
parameters: no package of R has those of Kenward and Roger for these residuals, so the scripts print the reported ones.

References
----------
Pinheiro & Bates 2000, Mixed-Effects Models in S and S-PLUS, ch. 5; docs/method/sharing.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
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
# Where nlme stops without convergence, what it has is compared all the same; a warning says so.
control <- lmeControl(maxIter = 200, msMaxIter = 500, msMaxEval = 2000, returnObject = TRUE)

compare <- function(names, estimates, errors, got, got_errors) {{
  shown <- data.frame(painstats = estimates, R = got, se_painstats = errors, se_R = got_errors,
    difference_in_se = abs(got - estimates) / errors, difference_of_se = abs(got_errors / errors - 1),
    row.names = names)
  print(shown, digits = 6)
  same <- all(shown$difference_in_se <= tolerances[["estimate"]], shown$difference_of_se <= tolerances[["se"]])
  cat(if (same) "the same" else "NOT the same", "within", tolerances[["estimate"]],
    "standard errors, and standard errors within", tolerances[["se"]], "of their size\\n")
  same
}}

# Combines coefficients b, with covariance V, with independent priors N(m, m^2) of some of them: returns the others.
hold <- function(b, V, held, m) {{
  K <- V[-held, held, drop = FALSE] %*% solve(V[held, held] + diag(m^2, length(m)))
  list(estimate = b[-held] - K %*% (b[held] - m), V = V[-held, -held] - K %*% V[held, -held])
}}

again <- function(file, title, columns, random, correlation, estimates, errors, held, means, headlines) {{
  cat("\\n", title, "\\n", sep = "")
  d <- read.delim(file, colClasses = c(id = "character"), check.names = FALSE)
  stopifnot(identical(names(d), c("id", "day", "score", columns)))
  x <- if (length(columns)) paste0("x", seq_along(columns)) else character()
  names(d) <- c("id", "day", "score", x)  # names of columns may have any characters
  d$id <- factor(d$id)
  random <- as.formula(paste("~", paste(c("1", x[match(random, columns)]), collapse = " + "), "| id"))
  fit <- tryCatch(eval(bquote(lme(.(reformulate(c("1", x), "score")), random = .(random), data = d, method = "REML",
    control = control, correlation = .(correlation)))), error = function(e) e)
  if (inherits(fit, "error")) {{
    cat("nlme could not fit the model:", conditionMessage(fit), "\\n")
    return(FALSE)
  }}
  b <- unname(fixef(fit)); V <- unname(vcov(fit))
  same <- compare(c("intercept", columns), estimates, errors, b, sqrt(diag(V)))
  kept <- seq_along(b)
  if (length(held)) {{
    places <- 1 + match(held, columns)
    kept <- kept[-places]
    with_priors <- hold(b, V, places, means)
    b <- with_priors$estimate; V <- with_priors$V
  }}
  cat("headline, with the coefficients of", length(held), "columns held by their priors\\n")
  at <- match(1 + match(headlines$column, columns), kept)
  same <- compare(headlines$name, headlines$estimate, headlines$se, b[at], sqrt(diag(V))[at]) && same
  cat("reported standard error:", headlines$reported_se, "with", headlines$df, "degrees of freedom\\n")
  same
}}
"""

R_MODEL = """
{note}is_same <- again("{name}.tsv", {title},
  columns = c({columns}),
  random = c({random}), correlation = quote({correlation}),
  estimates = c({estimates}),
  errors = c({errors}),
  held = c({held}), means = c({means}),
  headlines = list(name = c({headline_names}), column = c({headline_columns}),
    estimate = c({headline_estimates}), se = c({headline_errors}),
    reported_se = c({reported_errors}), df = c({df}))) && is_same
"""

SINGULAR = "# Some random effects have no variance: nlme may stop elsewhere.\n"

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

from painstats.mixedlm.inference.held import hold
from painstats.mixedlm.model import CAR1MixedLM

FOLDER = Path(__file__).parent
OF_ESTIMATES, OF_ERRORS = {tolerances}  # in standard errors; as a share of the standard error
MODELS = json.loads(r"""
{models}
""")


def is_same(model):
    """Fit one model, print it and its headline beside what was reported, and say whether they are the same."""
    days = pl.read_csv(FOLDER / (model["name"] + ".tsv"), separator="\\t", infer_schema_length=None)
    columns = pd.DataFrame({{name: days[name].cast(pl.Float64) for name in model["columns"]}})
    columns.insert(0, "intercept", 1.0)
    random = columns[["intercept", *model["random"]]]
    fit = CAR1MixedLM(
        days["score"].to_numpy(), columns, days["id"].to_numpy(), random,
        days=days["day"].to_numpy(), residuals="car1+white",
    ).fit()
    fit = fit.mixed_fit
    print("\\n" + model["title"])
    same = compared(list(columns), model["estimates"], model["standard_errors"], fit)
    print(f"headline, with the coefficients of {{len(model['held'])}} columns held by their priors")
    held = hold(fit, model["held"], np.array(model["prior_means"])) if model["held"] else fit
    columns, estimates, errors = zip(*((one["column"], one["estimate"], one["se"]) for one in model["headlines"]))
    return compared(list(columns), estimates, errors, held) and same


def compared(names, estimates, errors, fit):
    """Print coefficients beside the reported ones, and say whether they are the same."""
    order = [fit.names.index(name) for name in names]
    shown = pd.DataFrame(
        {{
            "reported": estimates,
            "again": fit.coefficients[order],
            "se_reported": errors,
            "se_again": np.sqrt(np.diag(fit.covariance))[order],
        }},
        index=names,
    )
    of_estimates = (shown["again"] - shown["reported"]).abs() / shown["se_reported"]
    of_errors = (shown["se_again"] / shown["se_reported"] - 1).abs()
    same = bool((of_estimates <= OF_ESTIMATES).all() and (of_errors <= OF_ERRORS).all())
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
            "held": each.held,
            "prior_means": each.prior_means,
            "headlines": [asdict(headline) for headline in each.headlines],
        }
        for each in models
    ]
    return PYTHON.format(tolerances=PYTHON_TOLERANCES, models=json.dumps(content, indent=1))


def _r_model(model: ModelData) -> str:
    headlines = model.headlines
    return R_MODEL.format(
        note=SINGULAR if model.is_singular else "",
        name=model.name,
        title=json.dumps(model.title),
        columns=_texts(model.columns),
        random=_texts(model.random),
        correlation=_correlation(model),
        estimates=_numbers(model.estimates),
        errors=_numbers(model.standard_errors),
        held=_texts(model.held),
        means=_numbers(model.prior_means),
        headline_names=_texts([each.name for each in headlines]),
        headline_columns=_texts([each.column for each in headlines]),
        headline_estimates=_numbers([each.estimate for each in headlines]),
        headline_errors=_numbers([each.se for each in headlines]),
        reported_errors=_numbers([each.reported_se for each in headlines]),
        df=_numbers([each.df for each in headlines]),
    )


def _texts(names: Sequence[str]) -> str:
    return ", ".join(map(json.dumps, names))


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(map(repr, values))


def _correlation(model: ModelData) -> str:
    """Return nlme's correlation, started at the fitted values, which have to be inside their range."""
    rho = min(max(model.rho, LEAST_CORRELATION), GREATEST_CORRELATION)
    if model.white_share <= 0:
        return f"corCAR1({rho!r}, form = ~ day | id)"
    white = min(max(model.white_share, LEAST_CORRELATION), GREATEST_CORRELATION)
    return f"corExp(c({-1 / log(rho)!r}, {white!r}), form = ~ day | id, nugget = TRUE)"
