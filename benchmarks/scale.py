"""Fit a cohort much larger than memory: daily rows in Parquet, one SQL pass, one optimisation.

    python -m benchmarks.scale --participants 100000 --days 365

Prints seconds for each step and the peak memory, and for comparison what DuckDB needs to scan the same columns and
aggregate them once by participant: few sums, and as many sums and products as the pass makes, without the previous day.
The shortest of three rounds counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from painstats.mixedlm import ColumnRoles, CrossProducts, MixedFit, fit_cross_products
from painstats.mixedlm.sql.cross_products_of import cross_products_of

COLUMNS = ("sleep_within", "steps_within", "weekend")
RANDOM = ("intercept", "sleep_within", "steps_within")
PLANTED = {"intercept": 5.0, "sleep_within": -0.2, "steps_within": 0.1, "weekend": 0.1, "rho": 0.4, "residual_sd": 1.0}
SHARE_OF_DAYS = 0.75
PARTICIPANTS_PER_FILE = 5_000
ROUNDS = 3

DAYS_SQL = """
COPY (
    WITH participant AS (
        SELECT id, normal(id, -1, 1) AS u1, normal(id, -1, 2) AS u2, normal(id, -1, 3) AS u3
        FROM range($start, $stop) AS participants(id)
    ), day AS (
        SELECT id, u1, u2, u3, day, normal(id, day, 1) AS sleep, normal(id, day, 2) AS steps,
            sum(0.4 ** -day * normal(id, day, 3) * if(day = 0, 1, sqrt(1 - 0.4 ** 2)))
                OVER (PARTITION BY id ORDER BY day) * 0.4 ** day AS residual
        FROM participant, range(0, $days) AS days(day)
    )
    SELECT format('P{:07d}', id) AS participant_id, DATE '2024-01-01' + day::INTEGER AS date,
        sleep AS sleep_within, steps AS steps_within, (day % 7 >= 5)::DOUBLE AS weekend,
        5 + u1 + (0.3 * u2 - 0.2) * sleep + (0.1 * u2 + 0.2 * u3 + 0.1) * steps + 0.1 * (day % 7 >= 5)::DOUBLE
            + residual AS pain_nrs
    FROM day
    WHERE uniform(id, day, 0) < $share
    ORDER BY participant_id, date
) TO '{file}' (FORMAT parquet)
"""

MACROS = (
    "CREATE MACRO uniform(id, day, k) AS "
    "((hash(((id * 10000 + day + 1) * 16 + k)::BIGINT) >> 11)::DOUBLE + 0.5) / 2.0 ** 53",
    "CREATE MACRO normal(id, day, k) AS "
    "sqrt(-2 * ln(uniform(id, day, 2 * k))) * cos(6.283185307179586 * uniform(id, day, 2 * k + 1))",
)


def main() -> None:
    """Make the days, fit them, and print what each step took."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder, duckdb.connect() as connection:
        connection.execute("SET memory_limit = ?", [options.duckdb_memory])
        connection.execute("SET temp_directory = ?", [folder])
        _make_days(connection, Path(folder), options.participants, options.days)
        query = f"FROM read_parquet('{folder}/*.parquet')"
        _run(connection, query)


def _run(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    rows, participants = connection.execute(
        f"SELECT count(*), count(DISTINCT participant_id) FROM ({query})"
    ).fetchall()[0]
    print(f"{rows:,} days of {participants:,} participants; {len(os.sched_getaffinity(0))} cores; {_peak()} so far")
    passes = {
        "scan and aggregate the same columns once by participant": lambda: _asked(connection, _aggregated_once(query)),
        "the same with 28 sums and products, no previous day": lambda: _asked(connection, _as_many_sums(query)),
        "SQL pass: sum products by participant and gap": lambda: _summed(connection, query),
    }
    seconds, (*_, products) = _quickest_in_turn(list(passes.values()))
    for name, least in zip(passes, seconds, strict=True):
        _print_step(name, least)
    fitting, fit = _timed(lambda: fit_cross_products(products))
    _print_step("optimisation, CAR(1), three correlated random effects", fitting)
    print(f"pairs of participant and gap {len(products.gap):,}")
    *others, (clock, processors) = seconds
    for name, other in zip(("scan", "scan with 28 sums and products"), others, strict=True):
        print(f"ratio of the SQL pass to the {name} {clock / other[0]:.1f}, by CPU {processors / other[1]:.1f}")
    _report(fit)


def _asked(connection: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    return connection.execute(query).pl()


def _summed(connection: duckdb.DuckDBPyConnection, query: str) -> CrossProducts:
    roles = ColumnRoles(outcome="pain_nrs", columns=COLUMNS, participant="participant_id", day="date", random=RANDOM)
    return cross_products_of(connection, query, roles)


def _print_step(name: str, seconds: tuple[float, float]) -> None:
    clock, processors = seconds
    print(f"{name:58}{clock:7.2f} s, CPU {processors:7.2f} s; {_peak()}")


def _aggregated_once(query: str) -> str:
    sums = ", ".join(f"sum({name}), sum({name} * pain_nrs)" for name in (*COLUMNS, "pain_nrs"))
    return f"SELECT participant_id, min(date), max(date), {sums} FROM ({query}) GROUP BY 1"


def _as_many_sums(query: str) -> str:
    """Two matrices of products and two lists of sums, as of differences and of sums of successive rows."""
    names = (*COLUMNS, "pain_nrs")
    first, second = [f"({name} - 1)" for name in names], [f"({name} + 1)" for name in names]
    sums = [f"sum({name})" for name in (*first, *second)]
    sums += [f"sum({of[i]} * {of[j]})" for of in (first, second) for i in range(len(of)) for j in range(i + 1)]
    return f"SELECT participant_id, count(*), {', '.join(sums)} FROM ({query}) GROUP BY 1"


def _report(fit: MixedFit) -> None:
    print(
        f"certified {fit.converged}, singular {fit.is_singular}, evaluations {fit.optimum.evaluations}, "
        f"projected gradient {fit.optimum.projected_gradient:.1e}, log-likelihood {fit.log_likelihood:.4f}"
    )
    found = dict(zip(fit.names, fit.coefficients, strict=True)) | {"rho": fit.rho, "residual_sd": fit.residual_sd}
    for name, planted in PLANTED.items():
        print(f"  {name:14} true    {planted:6.2f}   estimate {found[name]:9.5f}")


def _make_days(connection: duckdb.DuckDBPyConnection, folder: Path, participants: int, days: int) -> None:
    for macro in MACROS:
        connection.execute(macro)
    start = time.perf_counter()
    for first in range(0, participants, PARTICIPANTS_PER_FILE):
        statement = DAYS_SQL.replace("{file}", str(folder / f"days-{first:09d}.parquet"))
        numbers = {
            "start": first,
            "stop": min(first + PARTICIPANTS_PER_FILE, participants),
            "days": days,
            "share": SHARE_OF_DAYS,
        }
        connection.execute(statement, numbers)
    size = sum(file.stat().st_size for file in folder.glob("*.parquet")) / 2**20
    seconds = time.perf_counter() - start
    print(f"made {participants:,} participants x {days} days in {seconds:.1f} s, {size:,.0f} MiB of Parquet")


def _timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Return the elapsed and CPU seconds that work took, and its result."""
    clock, processors = time.perf_counter(), time.process_time()
    result = work()
    return (time.perf_counter() - clock, time.process_time() - processors), result


def _quickest_in_turn(works: Sequence[Callable[[], Any]]) -> tuple[list[tuple[float, float]], list[Any]]:
    """Return the shortest elapsed and CPU seconds of each piece of work, and the last results."""
    least = np.full((len(works), 2), np.inf)
    results: list[Any] = []
    for _ in range(ROUNDS):
        results.clear()
        for place, work in enumerate(works):
            seconds, result = _timed(work)
            least[place] = np.minimum(least[place], seconds)
            results.append(result)
    return [(float(clock), float(processors)) for clock, processors in least], results


def _peak() -> str:
    return f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=100_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--folder", default=None, help="where the Parquet files are made, and deleted again")
    parser.add_argument("--duckdb-memory", default="1500MB", help="what DuckDB may use before it spills to disk")
    return parser.parse_args()


if __name__ == "__main__":
    main()
