"""The orders that an experiment's blocks can be drawn in: half of them on, and never more than three alike in a row.

Orders are numbered as in a dictionary, blocks without the treatment first, and the order with a number is found by
counting, without a list of all of them.

Source: docs/method/experiments.md, "The order"; Edgington & Onghena 2007, Randomization Tests.
"""

from __future__ import annotations

from functools import cache

Order = tuple[int, ...]
"""1 for a block with the treatment, 0 for one without."""

MOST_ALIKE = 3
"""Most blocks of one kind in a row."""


@cache
def count_orders(blocks: int) -> int:
    """Return the number of orders of an even number of blocks: 62 of 8 blocks, 6,344 of 16."""
    return _ways(blocks, blocks // 2, 0, MOST_ALIKE)


@cache
def _ways(left: int, on: int, last: int, alike: int) -> int:
    """Count the ways to go on: ``left`` blocks, ``on`` of them on, ``alike`` of which may still be like the last one.

    At the beginning no block has gone before, and as many blocks of either kind may follow: counted as if the last one
    had been off, with a block to spare.
    """
    if not 0 <= on <= left:
        return 0
    if left == 0:
        return 1
    return sum(_ways(left - 1, on - kind, kind, rest) for kind, rest in _next_kinds(last, alike))


@cache
def _next_kinds(last: int, alike: int) -> tuple[tuple[int, int], ...]:
    """Return the kinds that the next block may have, each with how many more of it may follow."""
    kinds = ((kind, alike - 1 if kind == last else MOST_ALIKE - 1) for kind in (0, 1))
    return tuple((kind, rest) for kind, rest in kinds if rest >= 0)


def order_at(place: int, blocks: int) -> Order:
    """Return the order with a number from 0 to ``count_orders(blocks) - 1``."""
    order: list[int] = []
    on, last, alike = blocks // 2, 0, MOST_ALIKE
    for left in range(blocks - 1, -1, -1):
        for kind, rest in _next_kinds(last, alike):
            ways = _ways(left, on - kind, kind, rest)
            if place < ways:
                order.append(kind)
                on, last, alike = on - kind, kind, rest
                break
            place -= ways
    return tuple(order)


def all_orders(blocks: int) -> list[Order]:
    """List every order by its number; for up to about 16 blocks."""
    started: list[tuple[Order, int, int, int]] = [((), blocks // 2, 0, MOST_ALIKE)]
    for left in range(blocks - 1, -1, -1):
        started = [
            ((*order, kind), on - kind, kind, rest)
            for order, on, last, alike in started
            for kind, rest in _next_kinds(last, alike)
            if _ways(left, on - kind, kind, rest)
        ]
    return [order for order, *_ in started]
