"""Names of time zones: places, because abbreviations do not say when clocks change, and some mean several places."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import available_timezones

_PREFIXES = ("Etc/", "posix/", "right/", "SystemV/")
"""First parts of names that are no places: offsets without clock changes, and copies of the database."""

PLACES: dict[str, tuple[str, ...]] = {
    "EST": ("America/New_York",), "EDT": ("America/New_York",), "EST5EDT": ("America/New_York",),
    "ET": ("America/New_York",), "CST": ("America/Chicago", "Asia/Shanghai"), "CDT": ("America/Chicago",),
    "CST6CDT": ("America/Chicago",), "CT": ("America/Chicago",), "MST": ("America/Denver", "America/Phoenix"),
    "MDT": ("America/Denver",), "MST7MDT": ("America/Denver",), "MT": ("America/Denver",),
    "PST": ("America/Los_Angeles",), "PDT": ("America/Los_Angeles",), "PST8PDT": ("America/Los_Angeles",),
    "PT": ("America/Los_Angeles",), "HST": ("Pacific/Honolulu",), "AKST": ("America/Anchorage",),
    "GMT": ("Europe/London", "Africa/Accra"), "BST": ("Europe/London",), "WET": ("Europe/Lisbon",),
    "CET": ("Europe/Berlin", "Europe/Paris"), "CEST": ("Europe/Berlin", "Europe/Paris"),
    "MET": ("Europe/Berlin", "Europe/Paris"), "EET": ("Europe/Athens", "Europe/Helsinki"),
    "EEST": ("Europe/Athens", "Europe/Helsinki"), "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "JST": ("Asia/Tokyo",), "AEST": ("Australia/Sydney", "Australia/Brisbane"), "AEDT": ("Australia/Sydney",),
    "ACST": ("Australia/Adelaide",), "AWST": ("Australia/Perth",), "NZST": ("Pacific/Auckland",),
    "NZDT": ("Pacific/Auckland",), "SAST": ("Africa/Johannesburg",), "MSK": ("Europe/Moscow",),
}  # fmt: skip
"""Abbreviations, and places to write instead: those where most people live who use them."""

_NO_PLACES = {
    *PLACES, "GMT0", "GMT+0", "GMT-0", "Greenwich", "UCT", "Universal", "Zulu", "Factory", "localtime", "posixrules",
}  # fmt: skip


@cache
def known_names() -> frozenset[str]:
    """Return all names of the database; listing its files takes 20 ms, and a plan names one for each participant."""
    return frozenset(available_timezones())


def is_place(name: str) -> bool:
    """Whether a name is one of the IANA database for a place, or ``UTC``, which is written by those who mean it."""
    return name in known_names() and name not in _NO_PLACES and not name.startswith(_PREFIXES)


def advice(name: str) -> str:
    """Say which names to write instead of one that is no place: a region and a city."""
    suggested = PLACES.get(name.upper()) or _alike(name)
    examples = _or(suggested or ("Europe/London", "America/New_York"))
    if name in known_names() or name.upper() in PLACES:
        return (
            f"{name!r} is not a place and does not say when clocks change; write the region and city you live in, "
            f"such as {examples}"
        )
    if suggested:
        return f"unknown time zone {name!r}; did you mean {examples}?"
    return f"unknown time zone {name!r}; write a region and a city, such as {examples}"


def _alike(name: str) -> tuple[str, ...]:
    """Return the places whose name, or whose city alone, is written almost like this."""
    wanted = name.strip().casefold().replace(" ", "_")
    places = [zone for zone in sorted(known_names()) if "/" in zone and is_place(zone)]
    for key in (str.casefold, lambda zone: zone.rpartition("/")[2].casefold()):
        known = {key(zone): zone for zone in places}
        near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.85)
        if near:
            return (known[near[0]],)
    return ()


def _or(names: tuple[str, ...]) -> str:
    return " or ".join(names)
