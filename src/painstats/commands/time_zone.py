"""The time zone of a person, for ``me`` and ``init``: given, named by an export, or asked for; never a default."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from painstats.archive.archive import open_archive
from painstats.errors import ExportRefused, StudyError
from painstats.plan.zone_names import advice, is_place
from painstats.sources.named_zones import home_of, zones_named

QUESTION = "In which time zone do you live? Write a region and a city, such as Europe/London or America/New_York: "


@dataclass(frozen=True, slots=True)
class ChosenZone:
    """A time zone, and a sentence that says where it comes from; empty where the person has just written it."""

    name: str
    said: str = ""


def chosen_zone(given: str | None, paths: Sequence[Path]) -> ChosenZone:
    """Return the zone that a person gave, or that their exports name, or that they answer in a terminal.

    Raises
    ------
    StudyError
        The given name is no place; or there is none, and no terminal to ask in.
    """
    if given is not None:
        if not is_place(given):
            raise StudyError(f"--time-zone: {advice(given)}")
        return ChosenZone(given)
    named = _named_by(paths)
    home = home_of(named)
    if home is not None:
        records = "1 record" if named.total() == 1 else f"{named[home]:,} of {named.total():,} records"
        return ChosenZone(home, f"The time zone is {home}, which {records} of your export name{_s(named.total())}.")
    answer = _answered() if sys.stdin.isatty() else None
    if answer is None:
        raise StudyError(_what_to_give(named))
    return ChosenZone(answer)


def _s(number: int) -> str:
    return "s" if number == 1 else ""


def _named_by(paths: Sequence[Path]) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in paths:
        with suppress(ExportRefused):  # what is wrong with it is reported when it is read
            found += zones_named([open_archive(path)])
    return found


def _answered() -> str | None:
    """Ask in a terminal until the answer is a place; None if the person ends the input."""
    while True:
        print(QUESTION, end="", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        if not answer:
            return None
        if is_place(answer.strip()):
            return answer.strip()
        print(advice(answer.strip()), file=sys.stderr)


def _what_to_give(named: Counter[str]) -> str:
    if named:
        several = ", ".join(f"{zone} ({records:,} records)" for zone, records in named.most_common(3))
        return (
            f"your exports name several time zones: {several}. Say where you live, for example "
            f"--time-zone {named.most_common(1)[0][0]}"
        )
    return (
        "your time zone is needed, because it says when your days begin, and no file names it. Say "
        "where you live, for example --time-zone Europe/London or --time-zone America/New_York"
    )
