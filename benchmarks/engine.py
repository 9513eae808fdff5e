"""The mixed model side by side with statsmodels and, where R is installed, lme4, nlme and glmmTMB.

    python -m benchmarks.engine --sizes 200x90 1000x180 2000x365 --limit 600

The diary of the rows "car1+white" has residuals with rho 0.9 and 60% white noise, and "CAR(1) alone" is our own fit
without it: its ratio is one over that of both fits, since the fit with white noise begins with CAR(1).

All programs get the same rows (days left out at random, three correlated random effects) and maximise the restricted
likelihood; each runs in a process of its own and is stopped at the limit. Seconds, including those of the limit, are
CPU seconds, so that other work on the machine does not count: of the fit alone, without reading the rows and starting
up. For painstats they begin with the rows in memory, checked and sorted, and include the cross-products; another row
includes checking and sorting. statsmodels is called as its users do, and once more with a start that suits the scale of
the columns, from which it converges where its own start does not. Two optima agree if their log-likelihoods are within
1e-3; a program with a lower one has stopped short.

    python -m venv peers && peers/bin/pip install mixedlm-rs glmm interlace-lme
    python -m benchmarks.engine --formula --peers peers/bin/python --sizes 200x90 2000x365 --limit 120

With ``--formula`` each program gets a formula and a pandas frame, and its seconds include everything it does with
them (``benchmarks/formula_fit.py``). Programs take turns for ``ROUNDS`` rounds, each time in a new process: a fit to
warm up, then ``REPEATS`` fits, of which the median counts. The smallest of the rounds is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from painstats.frame.guard import ExposureDays
from painstats.mixedlm import MixedFit, ModelRows, fit_mixed, model_rows
from painstats.mixedlm.engine.fit import Residuals
from painstats.mixedlm.engine.rows import Floats
from painstats.mixedlm.inference.degrees_of_freedom import coefficient_table
from painstats.questions.daily.guarded import guarded
from painstats.questions.daily.guards import columns_for

OTHER = "another model"
"""Instead of a comparison of log-likelihoods."""

AGREEMENT = 1e-3
"""Largest difference of log-likelihoods that agree: other programs stop at about this."""

REPEATS = 9
"""Number of fits by painstats; the median counts."""

ROUNDS = 3
"""Rounds of the programs that are given a formula."""

SLOW = 5.0
"""CPU seconds above which a program that is given a formula runs once only."""

FORMULA_PROGRAMS = {
    "independent": ("painstats", "mixedlm-rs", "glmm", "interlace-lme", "statsmodels"),
    "car1": ("painstats", "interlace-lme"),
}
"""Programs that take a formula and a frame, and have these residuals."""

STARTS = {"statsmodels": "default", "statsmodels, scaled start": "scaled"}
"""Where statsmodels begins: at its own start, and at variances of 0.1 / mean(z^2), relative to the residuals'."""

RANDOM = ("intercept", "sleep", "steps")
FORMULA = "pain ~ sleep + steps + weekend"

WHITE_RHO, WHITE_SHARE = 0.9, 0.6
"""Residuals of the diary that is fitted with white noise: rho and the share of white noise."""

R_FITS = {
    "lme4": f"lmer({FORMULA} + (1 + sleep + steps | id), d, REML = TRUE)",
    "nlme": f"lme({FORMULA}, random = ~ 1 + sleep + steps | id, data = d, method = 'REML'{{correlation}})",
    "glmmTMB": f"glmmTMB({FORMULA} + (1 + sleep + steps | id){{correlation}}, data = d, REML = TRUE{{dispersion}})",
}
R_CORRELATION = {
    ("nlme", "car1"): ", correlation = corCAR1(form = ~ day | id)",
    ("nlme", "car1+white"): ", correlation = corExp(c(5, .5), form = ~ day | id, nugget = TRUE)",
    ("glmmTMB", "car1"): " + ou(time + 0 | id)",
    ("glmmTMB", "car1+white"): " + ou(time + 0 | id)",
}
R_SCRIPT = """
suppressPackageStartupMessages(library({package}))
d <- read.csv("{path}"); d$id <- factor(d$id){prepare}
spent <- system.time(m <- {fit})
seconds <- spent[["user.self"]] + spent[["sys.self"]]
cat(sprintf('{{"seconds": %.6f, "log_likelihood": %.10f}}', seconds, as.numeric(logLik(m))))
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds and log-likelihood of a program, or the reason why there are none."""

    seconds: float | None
    log_likelihood: float | None
    reason: str = ""


def main() -> None:
    """Run every size without and with CAR(1), and with white noise beside it, and print a table."""
    options = _options()
    cores = os.cpu_count()
    print(f"{cores} cores; limit {options.limit} CPU s; REML; 3 correlated random effects; 15% gaps")
    print("| participants x days | residuals | program | CPU seconds | ratio | log-likelihood | difference | agrees |")
    print("|---|---|---|---:|---:|---:|---:|---|")
    for size in options.sizes:
        participants, days = (int(number) for number in size.split("x"))
        table = _diary(participants, days, options.seed, 0.4, 0.0, options.columns)
        for residuals in ("independent", "car1"):
            if options.formula:
                _compare_formulas(size, table, residuals, options.limit, options.peers)
            else:
                _compare(size, table, residuals, options.limit, options.only)
        if not options.formula:
            noisy = _diary(participants, days, options.seed, WHITE_RHO, WHITE_SHARE, options.columns)
            _compare(size, noisy, "car1+white", options.limit, options.only)


def _compare_formulas(size: str, table: pl.DataFrame, residuals: Residuals, limit: int, peers: Path | None) -> None:
    """Print a row for each program that fits a formula; programs of others need the Python of their environment."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "diary.csv"
        table.with_columns(id=pl.format("p{}", pl.col("id").cast(pl.String).str.zfill(5))).write_csv(path)
        found: dict[str, list[Outcome]] = {}
        for _ in range(ROUNDS):
            for name in FORMULA_PROGRAMS[residuals]:
                python = sys.executable if name in ("painstats", "statsmodels") else peers
                earlier = found.setdefault(name, [])
                if python is None or (earlier and (earlier[0].seconds or limit) > SLOW):
                    continue
                script = Path(__file__).with_name("formula_fit.py")
                earlier.append(_competitor([str(python), str(script), name, str(path), residuals, str(REPEATS)], limit))
    best = {name: min(outcomes, key=_seconds) for name, outcomes in found.items() if outcomes}
    for name, outcome in best.items():
        _print_row(size, residuals, name, outcome, best["painstats"])


def _seconds(outcome: Outcome) -> float:
    return np.inf if outcome.seconds is None else outcome.seconds


def _compare(size: str, table: pl.DataFrame, residuals: Residuals, limit: int, only: list[str]) -> None:
    rows = _rows(table)
    ours = _ours(rows, residuals, checked=True)
    _print_row(size, residuals, "painstats", ours, ours)
    _print_row(size, residuals, "painstats, with checks", _ours(rows, residuals, checked=False), ours)
    if residuals == "car1+white":
        _print_row(size, residuals, "painstats, CAR(1) alone", _ours(rows, "car1", checked=True), ours, OTHER)
        _print_row(size, residuals, "painstats, with guard columns", _three_fits(rows), ours, OTHER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "diary.csv"
        table.write_csv(path)
        for name, command in _commands(only, residuals, path).items():
            _print_row(size, residuals, name, _competitor(command, limit), ours)


def _print_row(size: str, residuals: str, name: str, found: Outcome, ours: Outcome, verdict: str = "") -> None:
    if found.seconds is None or found.log_likelihood is None:
        print(f"| {size} | {residuals} | {name} | {found.reason} | | | | |", flush=True)
        return
    assert ours.seconds is not None
    assert ours.log_likelihood is not None
    less = found.log_likelihood - ours.log_likelihood
    compared = "yes" if abs(less) < AGREEMENT else "stops short" if less < 0 else "no: higher"
    print(
        f"| {size} | {residuals} | {name} | {found.seconds:.4f} | {found.seconds / ours.seconds:.3g} "
        f"| {found.log_likelihood:.6f} | {less:+.1e} | {verdict or compared} |",
        flush=True,
    )


def _ours(rows: ModelRows, residuals: Residuals, *, checked: bool) -> Outcome:
    columns = dict(zip(rows.names[1:], rows.X.T[1:], strict=True))

    def fit() -> MixedFit:
        if checked:
            return fit_mixed(rows, residuals=residuals)
        again = model_rows(y=rows.y, predictors=columns, participant=rows.participant, day=rows.day, random=RANDOM)
        return fit_mixed(again, residuals=residuals)

    fit()  # once for imports and caches
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        fitted = fit()
        seconds.append(time.process_time() - start)
    assert fitted.converged
    return Outcome(float(np.median(seconds)), fitted.log_likelihood)


def _three_fits(rows: ModelRows) -> Outcome:
    """Time the first fit and those with guard columns for sleep and steps, with their tests."""
    columns = {name: rows.X[:, rows.names.index(name)] for name in ("sleep", "steps")}
    days = {name: ExposureDays(rows.participant, rows.day, values) for name, values in columns.items()}
    start = time.process_time()
    first = fit_mixed(rows, residuals="car1+white")
    guards = columns_for(rows.participant, rows.day, days, first.rho)
    found = guarded(rows, first, coefficient_table(first, rows), guards)
    seconds = time.process_time() - start
    assert found.converged
    assert found.with_both is not None
    return Outcome(seconds, found.with_both.log_likelihood)


def _competitor(command: list[str], limit: int) -> Outcome:
    limited = ["prlimit", f"--cpu={limit}", *command] if shutil.which("prlimit") else command
    ended = subprocess.run(limited, capture_output=True, text=True, check=False)
    if ended.returncode == -signal.SIGXCPU or ended.returncode == -signal.SIGKILL:
        return Outcome(None, None, f"stopped after {limit} s")
    if ended.returncode:
        lines = ended.stderr.strip().splitlines()
        return Outcome(None, None, f"failed: {lines[-1][:80] if lines else 'no message'}")
    found = json.loads(ended.stdout.strip().splitlines()[-1])
    return Outcome(found["seconds"], found["log_likelihood"])


def _commands(only: list[str], residuals: Residuals, path: Path) -> dict[str, list[str]]:
    """Return the command of each program that is installed and has the residual correlation."""
    commands: dict[str, list[str]] = {}
    if "statsmodels" in only and residuals == "independent":
        command = [sys.executable, "-m", "benchmarks.engine", "--statsmodels", str(path), "--start"]
        commands |= {name: [*command, start] for name, start in STARTS.items()}
    for name in R_FITS:
        has_residuals = residuals == "independent" or (name, residuals) in R_CORRELATION
        if name in only and has_residuals and _has_r_package(name):
            commands[name] = _r_command(name, residuals, path)
    return commands


def _r_command(name: str, residuals: Residuals, path: Path) -> list[str]:
    """Return the command of a fit in R. In glmmTMB correlated residuals are effects: with CAR(1) no others are left."""
    in_glmm = name == "glmmTMB" and residuals != "independent"
    prepare = "; d$time <- numFactor(d$day)" if in_glmm else ""
    fit = R_FITS[name].replace("{correlation}", R_CORRELATION.get((name, residuals), ""))
    fit = fit.replace("{dispersion}", ", dispformula = ~ 0" if in_glmm and residuals == "car1" else "")
    fit = fit.replace(FORMULA, " + ".join([FORMULA, *_further(pl.read_csv(path, n_rows=1))]))
    return ["Rscript", "-e", R_SCRIPT.format(package=name, path=path, prepare=prepare, fit=fit)]


def _has_r_package(name: str) -> bool:
    if shutil.which("Rscript") is None:
        return False
    asked = ["Rscript", "-e", f"quit(status = !requireNamespace('{name}', quietly = TRUE))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _statsmodels(path: Path, start: str) -> None:
    """Fit with statsmodels' ``MixedLM`` and print the result; the columns already have SDs of about one."""
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams

    rows = _rows(pl.read_csv(path))
    X, Z = np.ascontiguousarray(rows.X), np.ascontiguousarray(rows.X[:, :3])
    began = time.process_time()
    model = MixedLM(rows.y, X, groups=rows.participant, exog_re=Z)
    scaled = MixedLMParams.from_components(np.zeros(X.shape[1]), cov_re=np.diag(0.1 / np.mean(Z**2, axis=0)))
    result = model.fit(reml=True, start_params=scaled if start == "scaled" else None)
    print(json.dumps({"seconds": time.process_time() - began, "log_likelihood": float(result.llf)}))


def _rows(table: pl.DataFrame) -> ModelRows:
    return model_rows(
        y=table["pain"],
        predictors={name: table[name] for name in ("sleep", "steps", "weekend", *_further(table))},
        participant=table["id"],
        day=table["day"],
        random=RANDOM,
    )


def _further(table: pl.DataFrame) -> list[str]:
    """Return the names of the columns that ``--columns`` added."""
    return [name for name in table.columns if name.startswith("further")]


def _diary(participants: int, days: int, seed: int, rho: float, white_share: float, columns: int) -> pl.DataFrame:
    """Return a seeded diary with CAR(1) residuals, a share of white noise, and 15% of the days left out."""
    rng = np.random.default_rng(seed)
    sleep, steps = rng.standard_normal((2, participants, days))
    weekend = np.broadcast_to((np.arange(days) % 7 >= 5).astype(float), (participants, days))
    between = np.array([[1.0, 0.0, 0.0], [0.1, 0.28, 0.0], [0.0, 0.07, 0.23]])
    effects = (rng.standard_normal((participants, 3)) @ between.T)[:, :, None]
    pain = 5 + effects[:, 0] + (0.2 + effects[:, 1]) * sleep + (effects[:, 2] - 0.1) * steps + 0.1 * weekend
    pain += np.sqrt(1 - white_share) * _car1(rng.standard_normal((participants, days)), rho)
    kept = rng.random((participants, days)) < 0.85
    participant, day = np.indices((participants, days))
    if white_share > 0:
        pain += np.sqrt(white_share) * rng.standard_normal((participants, days))
    table = {"id": participant, "day": day, "pain": pain, "sleep": sleep, "steps": steps, "weekend": weekend}
    table |= {f"further{number}": rng.standard_normal((participants, days)) for number in range(4, columns)}
    return pl.DataFrame({name: values[kept] for name, values in table.items()})


def _car1(noise: Floats, rho: float) -> Floats:
    """Turn white noise (participants, days) into noise with correlation rho**d between days d apart."""
    series = noise.copy()
    for day in range(1, noise.shape[1]):
        series[:, day] = rho * series[:, day - 1] + np.sqrt(1 - rho**2) * noise[:, day]
    return series


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["200x90", "1000x180", "2000x365"], help="participants x days")
    parser.add_argument("--limit", type=int, default=600, help="CPU seconds for each program")
    parser.add_argument("--only", nargs="*", default=["statsmodels", *R_FITS], help="programs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--columns", type=int, default=4, help="columns of the model, the intercept among them")
    parser.add_argument("--formula", action="store_true", help="compare programs that are given a formula and a frame")
    parser.add_argument("--peers", type=Path, help="Python of the environment with mixedlm-rs, glmm and interlace-lme")
    parser.add_argument("--statsmodels", type=Path, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--start", choices=STARTS.values(), default="default", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.statsmodels is not None:
        _statsmodels(options.statsmodels, options.start)
        raise SystemExit
    return options


if __name__ == "__main__":
    main()
