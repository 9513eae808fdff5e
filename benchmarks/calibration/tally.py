"""Count what a study said of simulated diaries against the truth.

A tally has for each quantity its hits, and of how many. Rates and their Monte Carlo errors come from tallies of
batches (``results.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.calibration.after import EXPOSURES, LOOKS, After, Course, Interval

Tally = dict[str, tuple[int, int]]

OWN, POOLED, VERDICT, AVERAGE = "own", "pooled", "verdict", "average"
"""Bases: own days, pooled, the verdict from both, and the average over participants."""

COUNTED = (
    "ever",
    *(f"ever_{exposure}" for exposure in EXPOSURES),
    "interval_covers",
    "range_covers",
    "wrong",
    "withdrawn",
    "withdrawn_false",
    "small_wrong",
    "forecast",
    "judged",
    *(f"{kind}_{exposure}_{days}" for kind in ("sign", "small") for exposure in EXPOSURES for days in LOOKS),
)

QUANTITIES = (
    *(f"{basis}.{name}" for basis in (OWN, POOLED, VERDICT, AVERAGE) for name in COUNTED),
    "nights.interval_covers",
    "nights.ever",
)
"""All that is counted."""

Truth = Mapping[str, float]
"""Exposure to its true effect."""


def add(tallies: Iterable[Tally]) -> Tally:
    """Add up tallies."""
    total: Tally = {}
    for tally in tallies:
        for name, (hits, of) in tally.items():
            before = total.get(name, (0, 0))
            total[name] = before[0] + hits, before[1] + of
    return total


def tally_course(basis: str, course: Course, truth: Truth) -> Tally:
    """Count what a study said about one participant, or about one average, in a year."""
    counted = add(
        [
            _false_signs(course, truth),
            *(_of_question(exposure, course[exposure], truth[exposure]) for exposure in EXPOSURES),
        ]
    )
    return {f"{basis}.{name}": counts for name, counts in counted.items()}


def _false_signs(course: Course, truth: Truth) -> Tally:
    """Count any sign of an effect that is zero."""
    false = {name: _has_sign(course[name], (-1, 1)) for name in EXPOSURES if truth[name] == 0}
    if not false:
        return {}
    one_by_one = {f"ever_{name}": (int(is_false), 1) for name, is_false in false.items()}
    return {"ever": (int(any(false.values())), 1), **one_by_one}


def _of_question(exposure: str, said: Sequence[After], true: float) -> Tally:
    intervals = [after.interval for after in said if after.interval]
    return {
        "interval_covers": (sum(low <= true <= high for low, high in intervals), len(intervals)),
        "range_covers": (int(bool(said) and all(after.low <= true <= after.high for after in said)), int(bool(said))),
        **_signs(exposure, said, true),
        **_small(exposure, said, true),
        "forecast": _forecasts(said),
        "judged": (len({after.number for after in said}), len(LOOKS)),
    }


def _signs(exposure: str, said: Sequence[After], true: float) -> Tally:
    """Count signs by each look; of effects, also wrong ones; and how many were withdrawn, false and true ones."""
    by_look = {
        f"sign_{exposure}_{days}": (int(_has_sign(said, (-1, 1), number)), 1)
        for number, days in enumerate(LOOKS, start=1)
    }
    right = (1 if true > 0 else -1,) if true else ()
    is_right, is_false = (_has_sign(said, signs) for signs in (right, tuple({-1, 1} - {*right})))
    withdrawn = int(any(after.is_withdrawn for after in said))
    return {
        **by_look,
        "wrong": (int(is_false and true != 0), int((is_right or is_false) and true != 0)),
        "withdrawn": (withdrawn * is_right * (not is_false), int(is_right and not is_false)),
        "withdrawn_false": (withdrawn * is_false, int(is_false)),
    }


def _small(exposure: str, said: Sequence[After], true: float) -> Tally:
    """Count how often no sign but at most a small effect was said by each look, and wrongly so."""
    by_look = {
        f"small_{exposure}_{days}": (int(any(_is_at_most_small(after) for after in said if after.number <= number)), 1)
        for number, days in enumerate(LOOKS, start=1)
    }
    matters = [after for after in said if abs(true) >= after.smallest_effect > 0]
    return {**by_look, "small_wrong": (int(any(map(_is_at_most_small, matters))), int(bool(matters)))}


def _is_at_most_small(after: After) -> bool:
    return after.is_small and not after.sign


def _has_sign(said: Sequence[After], signs: tuple[int, ...], until: int = len(LOOKS)) -> bool:
    return any(after.sign in signs for after in said if after.number <= until)


def _forecasts(said: Sequence[After]) -> tuple[int, int]:
    """Count forecasts that were right, of those made before the last look of the year.

    A forecast is right if a verdict came between its first and its last look; or if none came within the year and the
    forecast does not end there.
    """
    made = [(place, after.forecast) for place, after in enumerate(said) if after.forecast and after.number < len(LOOKS)]
    return sum(_comes_true(said[place + 1 :], *found) for place, found in made), len(made)


def _comes_true(later: Sequence[After], first: int | None, last: int | None) -> bool:
    came = next((LOOKS[after.number - 1] for after in later if after.sign or after.is_small), None)
    if came is None:
        return last is None or last > LOOKS[-1]
    return first is not None and first <= came and (last is None or came <= last)


def tally_nights(nights: Sequence[Mapping[str, Interval]], truth: Truth) -> Tally:
    """Count, over one participant's nights, intervals that cover the truth, and what the old rule would have said.

    The old rule reported a sign on any night on which an interval left out zero.
    """
    found = [(interval, truth[exposure]) for night in nights for exposure, interval in night.items()]
    false = [low > 0 or high < 0 for (low, high), true in found if true == 0]
    covered = sum(low <= true <= high for (low, high), true in found)
    return {
        "nights.interval_covers": (covered, len(found)),
        "nights.ever": (int(any(false)), int(bool(false))),
    }
