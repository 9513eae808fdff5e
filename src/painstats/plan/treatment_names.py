"""When two names of treatments are the same, and how names of medicines are found whatever the language."""

from __future__ import annotations

import unicodedata

_ONE_SPELLING = (("ph", "f"), ("th", "t"), ("y", "i"), ("c", "k"), ("-", " "))


def same_name(name: str) -> str:
    """Return a treatment's name as names are compared: without capitals, and without spaces at its ends."""
    return name.strip().casefold()


def one_spelling(name: str) -> str:
    """Return a name as names of medicines are searched: small letters, no accents, and one spelling of languages.

    "Buprenorphine", "buprénorphine" and "buprenorfine" become the same.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    spelled = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for one, other in _ONE_SPELLING:
        spelled = spelled.replace(one, other)
    return spelled
