"""Contrast of the colours of pages, computed from their tokens: axe leaves out the text and lines of drawings."""

from __future__ import annotations

import re
from importlib import resources

import pytest

TEMPLATES = resources.files("painstats.reports") / "templates"

TEXT, MARKS = 4.5, 3.0
"""The least contrasts of WCAG 2.1: criteria 1.4.3 for text, 1.4.11 for lines and marks."""

LETTERS = [
    *[(text, "paper") for text in ("ink", "ink2", "lower", "higher", "none")],
    *[("ink", ground) for ground in ("panel", "notice", "phase", "phase2", "wash", "lower2", "higher2", "none2")],
    ("ink2", "panel"),
    ("ink2", "wash"),
]
DRAWN = [
    *[(line, "paper") for line in ("axis", "dot", "lower", "higher", "none", "c4", "notice-edge")],
    *[(sign, f"{sign}2") for sign in ("lower", "higher", "none")],
]


def schemes(sheet: str) -> dict[str, dict[str, str]]:
    """Return the colours of a style sheet by token, for a light and for a dark screen."""
    light, dark = (TEMPLATES / sheet).read_text().split("prefers-color-scheme: dark", maxsplit=1)
    found = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
    return {"light": dict(found.findall(light)), "dark": dict(found.findall(dark))}


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.1 defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(LETTERS, TEXT), (DRAWN, MARKS)], ids=["text", "marks"])
def test_everything_stands_out_from_its_ground(scheme, pairs, least):
    colours = schemes("tokens.css")[scheme]
    contrasts = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: found for pair, found in contrasts.items() if found < least} == {}


def test_the_status_page_has_the_colours_of_the_others():
    pages, status = schemes("tokens.css"), schemes("status.css")
    shared = pages["light"].keys() & status["light"].keys()
    assert {"paper", "ink", "ink2", "axis", "rule"} <= shared
    for scheme, colours in status.items():
        assert {token: colours[token] for token in shared & colours.keys()} == {
            token: pages[scheme][token] for token in shared & colours.keys()
        }
