"""Models of the reference data, made as statsmodels users make them."""

from __future__ import annotations

import duckdb
import numpy as np

from painstats.mixedlm import CAR1MixedLM, ColumnRoles
from tests.reference.reference_data import COHORT_COLUMNS, table

FORMULA = "pain ~ " + " + ".join(COHORT_COLUMNS)
SMALL = "small12x40.csv"

SAME_FIT = 1e-8
"""Absolute, of estimates of order one: the ways in differ only in the order of a sum."""


def sleepstudy(**options):
    return CAR1MixedLM.from_formula(
        "Reaction ~ Days", table("sleepstudy.csv"), re_formula="~Days", groups="Subject", **options
    )


def diary_of(frame, re_formula="~sleep_w", **options):
    return CAR1MixedLM.from_formula(FORMULA, frame, re_formula=re_formula, groups="id", days="day", **options)


def diary_model(re_formula="~sleep_w", file="diary30x60.csv", **options):
    return diary_of(table(file), re_formula, **options)


def small(**options):
    return diary_model(file=SMALL, residuals="independent", **options)


def in_order(expected, labels):
    """Return the positions of labels among the rows that R wrote."""
    return [expected["rows"].index(str(label)) for label in labels]


def arrays(frame):
    X = np.column_stack([np.ones(frame.height), *(frame[name].to_numpy() for name in COHORT_COLUMNS)])
    return CAR1MixedLM(frame["pain"], X, frame["id"].to_numpy(), X[:, :2], days=frame["day"].to_list())


def relation(frame, **options):
    connection = duckdb.connect()
    connection.register("days", frame.to_arrow())
    return CAR1MixedLM.from_relation(
        connection,
        "FROM days",
        ColumnRoles(
            outcome="pain", columns=COHORT_COLUMNS, participant="id", day="day", random=("intercept", "sleep_w")
        ),
        **options,
    )
