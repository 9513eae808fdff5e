"""Cross-products from DuckDB equal those of rows in memory, and so do its refusals."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest

from painstats.errors import NotEnoughData, PainstatsError
from painstats.mixedlm import ColumnRoles, cross_products, fit_cross_products, model_rows
from painstats.mixedlm.sql import sums_query
from painstats.mixedlm.sql.cross_products_of import cross_products_of, cross_products_of_frame
from tests.reference.reference_data import COHORT_COLUMNS, table

SUMS = 1e-10
"""Relative to the largest sum: the same numbers added in another order."""

MODEL = {"outcome": "pain", "columns": COHORT_COLUMNS, "participant": "id", "day": "day"}
RANDOM = ("intercept", "sleep_w", "steps_lag_w")


def roles(**change):
    return ColumnRoles(**{**MODEL, "random": RANDOM, **change})


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        connection.register("diary", table("diary30x60.csv").sample(fraction=0.9, seed=1, shuffle=True).to_arrow())
        yield connection


def in_memory(connection, query="FROM diary", *, columns=COHORT_COLUMNS, random=RANDOM, intercept=True, outcome="pain"):
    frame = connection.sql(query).pl()
    return cross_products(
        model_rows(
            y=frame[outcome],
            predictors={name: frame[name] for name in columns},
            participant=frame["id"],
            day=frame["day"],
            random=random,
            intercept=intercept,
        )
    )


def diary(connection, query="FROM diary"):
    return sums_query.Relation(connection, query, roles(), False)


def assert_same(ours, theirs):
    largest = np.abs(theirs.sums).max()
    assert np.abs(ours.sums - theirs.sums).max() < SUMS * largest
    for name in ("gap", "rows_per_gap", "first_pair", "rows_per_participant", "positions", "residual_scale"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    assert (ours.participants, ours.names, ours.random) == (theirs.participants, theirs.names, theirs.random)
    for name in ("centre", "scale", "transform", "random_transform", "outcome_centre", "outcome_scale", "intercept"):
        assert getattr(ours.scaling, name) == pytest.approx(getattr(theirs.scaling, name), rel=1e-12, abs=1e-12), name


@pytest.mark.parametrize("random", [(), ("intercept",), RANDOM])
def test_sums_are_those_of_rows_in_memory(connection, random):
    assert_same(cross_products_of(connection, "FROM diary", roles(random=random)), in_memory(connection, random=random))


def test_sums_without_an_intercept_are_those_of_rows_in_memory(connection):
    model = {"columns": ("sleep_w", "weekend")}
    ours = cross_products_of(connection, "FROM diary", roles(random=("sleep_w",), intercept=False, **model))
    theirs = in_memory(connection, columns=model["columns"], random=("sleep_w",), intercept=False)
    assert_same(ours, theirs)


def test_units_far_apart_and_far_from_zero_do_no_harm(connection):
    query = "SELECT * REPLACE (1e6 + 1e-3 * sleep_w AS sleep_w, 1e9 * steps_lag_w AS steps_lag_w) FROM diary"
    ours = cross_products_of(connection, query, roles())
    theirs = in_memory(connection, query)
    assert np.abs(ours.sums - theirs.sums).max() < 1e-6 * np.abs(theirs.sums).max()  # 1e6 hides ten of 16 digits
    assert fit_cross_products(ours).log_likelihood == pytest.approx(fit_cross_products(theirs).log_likelihood, abs=1e-4)


def test_dates_are_days(connection):
    query = "SELECT * REPLACE (DATE '2024-02-20' + day::INTEGER AS day) FROM diary"
    assert_same(cross_products_of(connection, query, roles()), in_memory(connection))


def test_a_frame_gives_the_same_sums(connection):
    frame = connection.sql("SELECT * REPLACE (DATE '2024-02-20' + day::INTEGER AS day) FROM diary").pl()
    for rows in (frame, frame.lazy()):
        assert_same(cross_products_of_frame(rows, roles()), in_memory(connection))


def test_parquet_is_a_query_like_any_other(connection, tmp_path):
    path = tmp_path / "days.parquet"
    connection.execute("COPY diary TO ? (FORMAT parquet)", [str(path)])
    ours = cross_products_of(connection, f"FROM read_parquet('{path}')", roles())
    assert_same(ours, in_memory(connection))


def test_odd_names_are_quoted(connection):
    query = """SELECT id AS "who ""is"" it", day AS "order", pain AS "select", sleep_w AS "sleep; (h)" FROM diary"""
    odd = ColumnRoles(outcome="select", columns=["sleep; (h)"], participant='who "is" it', day="order", random=())
    ours = cross_products_of(connection, query, odd)
    assert np.abs(ours.sums - in_memory(connection, columns=("sleep_w",), random=()).sums).max() < 1e-8


@pytest.mark.parametrize("order", ["hash(id, day)", "id, day"])
def test_threads_change_nothing(connection, order, monkeypatch):
    monkeypatch.setattr(sums_query, "ROWS_AT_ONCE", 200)
    found = []
    for threads in (1, 2, 4):
        connection.execute(f"SET threads = {threads}")
        found.append(cross_products_of(connection, f"FROM diary ORDER BY {order}", roles()).sums)
    for sums in found[1:]:
        assert np.array_equal(sums, found[0])


ORDERS = {
    "participant, day": "id, day",
    "participant backwards": "id DESC, day",
    "day": "day, id",
    "day backwards": "id, day DESC",
    "in two parts": "day > 30, id, day",
    "any": "hash(id, day)",
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("head", [2, 10_000])
def test_rows_may_come_in_any_order(connection, order, head, monkeypatch):
    monkeypatch.setattr(sums_query, "HEAD_ROWS", head)  # of two rows, any order is right
    ours = cross_products_of(connection, f"FROM diary ORDER BY {ORDERS[order]}", roles())
    assert_same(ours, in_memory(connection))


@pytest.mark.parametrize("order", ORDERS)
def test_the_first_rows_tell_the_order(connection, order):
    in_order = sums_query.head_summary(diary(connection, f"FROM diary ORDER BY {ORDERS[order]}")).in_order
    assert in_order is (order in ("participant, day", "participant backwards"))


def test_rows_in_order_are_not_sorted(connection):
    rows = diary(connection)
    for in_order in (True, False):
        query = sums_query._summing(rows, sums_query._steps(rows, 0, np.zeros(7), is_sorted=in_order))
        limits = {"first_0": "1", "last_0": "9"}
        plan = str(connection.execute(f"EXPLAIN {query}", limits).fetchall())
        assert ("STREAMING_WINDOW" in plan, "ORDER_BY" in plan) == (True, not in_order)


def test_first_rows_unlike_the_others_do_no_harm(connection, monkeypatch):
    monkeypatch.setattr(sums_query, "HEAD_ROWS", 5)
    query = "SELECT * REPLACE (pain + if(id = 1 AND day < 6, 1e7 + day, 0) AS pain) FROM diary ORDER BY id, day"
    few = "SELECT * REPLACE (pain + if(id = 1 AND day < 6, 0, 1e7) AS pain) FROM diary ORDER BY id, day"
    for unlike in (query, few):
        assert_same(cross_products_of(connection, unlike, roles()), in_memory(connection, unlike))


@pytest.mark.parametrize("kind", ["UTINYINT", "TINYINT", "USMALLINT", "BIGINT"])
def test_days_may_be_of_any_whole_type(connection, kind):
    query = f"SELECT * REPLACE (day::{kind} AS day) FROM diary"
    assert_same(cross_products_of(connection, query, roles()), in_memory(connection))


def test_blocks_of_people_change_nothing(connection, monkeypatch):
    whole = cross_products_of(connection, "FROM diary", roles())
    monkeypatch.setattr(sums_query, "ROWS_AT_ONCE", 200)
    blocks, rows = sums_query.blocks_of(diary(connection))
    assert (len(blocks) > 5, rows) == (True, connection.table("diary").shape[0])
    assert_same(cross_products_of(connection, "FROM diary", roles()), whole)


def test_people_come_in_the_order_of_their_names(connection):
    ours = cross_products_of(connection, "FROM diary", roles())
    assert ours.participants == tuple(sorted(ours.participants))
    assert ours.participants[:3] == ("1", "10", "11")


REFUSED = {
    "missing": ("SELECT * REPLACE (if(day = 3, NULL, sleep_w) AS sleep_w) FROM diary", "'sleep_w' is not a finite"),
    "infinite": ("SELECT * REPLACE (if(day = 3, 'inf', pain)::DOUBLE AS pain) FROM diary", "'pain' is not a finite"),
    "missing id": ("SELECT * REPLACE (if(day = 3, NULL, id) AS id) FROM diary", "'id' is missing in"),
    "never": ("SELECT * REPLACE (if(day = 3, NULL, day) AS day) FROM diary", "'day' is missing in"),
    "never, alone": (
        "FROM diary UNION ALL BY NAME (SELECT * REPLACE (99 AS id, NULL AS day) FROM diary LIMIT 1)",
        "'day' is",
    ),
    "missing at first": (
        "SELECT * REPLACE (if(day = 1, NULL, sleep_w) AS sleep_w) FROM diary",
        "'sleep_w' is not a finite",
    ),
    "outcome missing": (
        "SELECT * REPLACE (if(id = 3 AND day < 20, NULL, pain) AS pain) FROM diary",
        "'pain' is not a f",
    ),
    "twice, in order": (
        "FROM (FROM diary UNION ALL FROM diary WHERE day = 3) ORDER BY id, day",
        "repeat the 'id' and 'day'",
    ),
    "twice": ("FROM diary UNION ALL FROM diary WHERE day = 3", "repeat the 'id' and 'day'"),
    "constant": ("SELECT * REPLACE (0.1 AS weekend) FROM diary", "'weekend' has the same value"),
    "same outcome": ("SELECT * REPLACE (4 AS pain) FROM diary", "the outcome has the same value"),
    "collinear": (
        "SELECT * REPLACE (2 * sleep_w - 3 * time30 AS weekend) FROM diary",
        "'sleep_w', 'time30', 'weekend'",
    ),
    "few": ("FROM diary LIMIT 7", "7 complete days are too few for 7"),
    "none": ("FROM diary WHERE false", "no complete days"),
    "text": ("SELECT * REPLACE ('3' AS weekend) FROM diary", "'weekend' must contain numbers"),
    "half days": ("SELECT * REPLACE (day / 2 AS day) FROM diary", "'day' must contain whole"),
    "unknown": ("SELECT * EXCLUDE (sleep_bc) FROM diary", "no column 'sleep_bc'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_model_can_be_fitted_to_is_refused_by_name(connection, case):
    query, words = REFUSED[case]
    with pytest.raises((PainstatsError, NotEnoughData), match=words):
        cross_products_of(connection, query, roles())


def test_names_given_twice_are_refused(connection):
    with pytest.raises(PainstatsError, match="twice in 'random'"):
        cross_products_of(connection, "FROM diary", roles(random=("sleep_w", "sleep_w")))
    with pytest.raises(PainstatsError, match="twice in 'columns'"):
        cross_products_of(connection, "FROM diary", roles(columns=("sleep_w", "sleep_w"), random=()))


def test_a_frame_without_a_column_is_refused_by_name():
    with pytest.raises(PainstatsError, match="no column 'pain'"):
        cross_products_of_frame(pl.DataFrame({"id": ["a"], "day": [1]}), roles())


@pytest.mark.parametrize("name", ["columns", "random"])
def test_one_name_in_place_of_several_is_refused(name):
    with pytest.raises(PainstatsError, match=f"{name!r} must be a list of names; write \\['sleep_w'\\]"):
        roles(**{name: "sleep_w"})
