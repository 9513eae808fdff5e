"""Translate the names of symptoms in apps into an item of the vocabulary and a site."""

from __future__ import annotations

import re

_PAIN = re.compile(
    r"\b(?:pain|pains|painful|aches?|aching|hurts?)\b|(?<=\w)aches?\b|\bcramps?\b|\bmigraines?\b|\bsciatica\b"
)
_NOT_THE_SITE = re.compile(r"\b(?:pain|pains|painful|aches?|aching|hurts?|in|of|the|my)\b|(?<=\w)aches?\b")
_OTHER_ITEMS = (
    ("fatigue", re.compile(r"\b(?:fatigue|tired|tiredness|exhaustion|exhausted)\b")),
    ("stiffness", re.compile(r"\bstiff(?:ness)?\b")),
    ("soreness", re.compile(r"\bsore(?:ness)? muscles?\b|\bmuscle soreness\b|^soreness$")),
    ("anxiety", re.compile(r"\banxi(?:ety|ous)\b")),
    ("stress", re.compile(r"^stress(?:ed)?$")),
)


def item_and_site(name: str) -> tuple[str, str]:
    """Return the item and site of a symptom.

    Parameters
    ----------
    name
        The symptom as the app names it, in English: ``Neck pain``, ``Headache``, ``Brain Fog``.

    Returns
    -------
    Item and site: ``("pain", "neck")``, ``("pain", "head")``, ``("symptom", "brain_fog")``. The site is empty for pain
    without a named site.
    """
    words = " ".join(re.sub(r"[\W\d_]+", " ", name.casefold()).split())
    if _PAIN.search(words):
        return "pain", _snake(_NOT_THE_SITE.sub(" ", words))
    for item, pattern in _OTHER_ITEMS:
        if pattern.search(words):
            return item, ""
    return "symptom", _snake(words) or "unnamed"


def _snake(words: str) -> str:
    return "_".join(words.split())
