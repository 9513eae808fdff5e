"""The exercise types of the vocabulary for Samsung Health's numbers.

They are those of "Predefined Exercise Type" in Samsung's reference of its data SDK (``EXERCISE_TYPE``); 10010 to 10026
are lifts, squats, crunches and the like.
"""

from __future__ import annotations

import polars as pl

_CODES = {
    "walking": ("1001",),
    "running": ("1002", "15005"),
    "hiking": ("13001", "13002", "13003"),
    "cycling": ("11007", "13004", "15003"),
    "swimming": ("14001",),
    "yoga": ("9002",),
    "pilates": ("9001",),
    "strength": ("15002", "10003", "10004", "10005", *(str(code) for code in range(10010, 10027))),
    "mind_and_body": ("7001", "10001"),
    "rowing": ("14010", "15004"),
    "elliptical": ("15006",),
    "stairs": ("15001",),
    "interval_training": ("10002", "10006", "10007", "10008", "10009"),
    "dance": ("8001", "8002", "8003", "12001"),
    "ball_game": (
        "2001", "2002", "2003", "3001", "3003", "4001", "4002", "4003", "4004", "4005", "4006", "5001", "5002", "6001",
        "6002", "6003", "6004", "6005", "11008",
    ),
    "winter_sport": ("16001", "16002", "16003", "16004", "16006", "16007", "16008", "16009"),
    "water_sport": (
        "14002", "14003", "14004", "14005", "14006", "14007", "14008", "14009", "14011", "14012", "14013",
    ),
}  # fmt: skip

_KIND = {code: kind for kind, codes in _CODES.items() for code in codes}


def exercise_kinds(column: str) -> pl.Expr:
    """Convert Samsung's numbers to exercise types; ``other`` for those without one, such as custom exercises."""
    return pl.col(column).replace_strict(_KIND, default="other", return_dtype=pl.String)
