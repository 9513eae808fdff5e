"""Sentences with numbers from a run: a number that is missing stops the text, so that none is ever made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from string import Formatter

from painstats.errors import PainstatsError

Value = str | int | float | None


class MissingNumber(PainstatsError):
    """A sentence needs a number that the run did not give."""


def filled(sentence: str, values: Mapping[str, Value]) -> str:
    """Fill the names in braces of a sentence.

    Parameters
    ----------
    sentence
        Such as ``"Of {enrolled} participants enrolled"``, with the format of numbers where it matters: ``{share:.0%}``.
    values
        Name to value; more names than the sentence has are allowed.

    Raises
    ------
    MissingNumber
        A name has no value, an empty text, or a number that is not finite.
    """
    for _, name, _, _ in Formatter().parse(sentence):
        if name is not None and not _is_known(values.get(name)):
            raise MissingNumber(f"methods.md: {name!r} is missing in {sentence!r}; nothing was written in its place")
    return sentence.format_map(values)


def listed(words: Sequence[str]) -> str:
    """Write words as a list in a sentence: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _is_known(value: Value) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return value is not None and value != ""
