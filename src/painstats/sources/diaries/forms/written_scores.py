"""Scores as they are written by hand: ``7/10``, ``7 out of 10``, ``7,5``, ``~6``, ``6-7``, ``7 (bad day)``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from painstats.sources.diaries.forms.words_of_dates import folded

_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_HALVES = {"½": ".5", "¼": ".25", "¾": ".75"}
_PREFIX = re.compile(
    r"^(?:~|≈|ca\.?|circa|about|approx\.?|approximately|around|roughly|etwa|ungefahr|environ|vers|nrs|vas|vrs|level|"
    r"lvl|stufe|niveau|nivel|livello|score|pain|schmerz(?:en)?|dolor|douleur|dolore|pijn|dor|p|mild|moderate|medium|severe|low|high|bad|leicht|mittel|stark|=|:)[\s:=]*"
)
_SHARE = re.compile(rf"^({_NUMBER})\s*(?:/|out of|of|von|sur|de|su|van de|van|em|auf)\s*({_NUMBER})(?!\d)(.*)$")
_RANGE = re.compile(rf"^({_NUMBER})\s*(?:-|–|—|to|bis|a|tot|ate|/)\s*({_NUMBER})(?!\d)(.*)$")
_RANGE_SHARE = re.compile(rf"^({_NUMBER})\s*[-–—]\s*({_NUMBER})\s*(?:/|out of|von|sur|de|su|van)\s*(\d{{1,3}})\D*$")
_ALONE = re.compile(rf"^({_NUMBER})(?![\d.,])(.*)$")
_LAST = re.compile(rf"^[^\d<>]*(?:\(|[:=]\s?)({_NUMBER})\)?$")
_MORE_OR_LESS = re.compile(r"^\s*[+\-–—]\s*$")


@dataclass(frozen=True, slots=True)
class WrittenScore:
    """A score: its value, the number that it is out of if that is written, and whether it is the middle of a range."""

    value: float
    out_of: float | None = None
    is_middle: bool = False
    is_plain: bool = False


@lru_cache(maxsize=20_000)
def written_score(text: str) -> WrittenScore | None:
    """Read a score; None for words, for "more than 5", and for a text with further numbers in it."""
    rest = _halves_as_digits(text.strip())
    if re.fullmatch(r"-?\d+(?:[.,]\d+)?", rest):
        return WrittenScore(_float(rest), is_plain=True)
    rest = folded(rest).strip()
    while found := _PREFIX.match(rest):
        rest = rest[found.end() :]
    share = _SHARE.match(rest)
    if (
        share
        and _is_remark(share[3])
        and _float(share[2]) >= _float(share[1])
        and _float(share[2]) in (3, 4, 5, 6, 7, 10, 20, 100)
    ):
        return WrittenScore(_float(share[1]), _float(share[2]))
    share_of_range = _RANGE_SHARE.match(rest)
    if share_of_range and _float(share_of_range[1]) < _float(share_of_range[2]) <= _float(share_of_range[3]):
        middle = (_float(share_of_range[1]) + _float(share_of_range[2])) / 2
        return WrittenScore(middle, _float(share_of_range[3]), is_middle=True)
    spread = _RANGE.match(rest)
    if spread and _is_remark(spread[3]) and _float(spread[1]) < _float(spread[2]):
        return WrittenScore((_float(spread[1]) + _float(spread[2])) / 2, is_middle=True)
    last = _LAST.match(rest)
    if last:
        return WrittenScore(_float(last[1]))
    alone = _ALONE.match(rest)
    if alone and _is_remark(alone[2]) and not _MORE_OR_LESS.match(alone[2]):
        return WrittenScore(_float(alone[1]))
    return None


def _halves_as_digits(text: str) -> str:
    for sign, digits in _HALVES.items():
        text = re.sub(rf"(?<=\d)\s*{sign}", digits, text)
        text = text.replace(sign, f"0{digits}")
    return text


def _is_remark(rest: str) -> bool:
    """Whether what follows a number only comments on it: no further numbers, and not "or more"."""
    return not re.search(r"\d|^\s*(?:or|and|oder|und|ou|et|o|y|e|of|en)\b|^\s*\+", rest)


def _float(text: str) -> float:
    return float(text.replace(",", "."))


def score_on(text: str, scale: tuple[float, float], words: Mapping[str, float]) -> float | None:
    """Return a score on a scale: of a declared word, else a written number; None if it is out of another number."""
    known = {folded(word): value for word, value in words.items()}
    if folded(text) in known:
        return known[folded(text)]
    found = written_score(text)
    if found is None or (found.out_of is not None and found.out_of != scale[1]):
        return None
    return found.value
