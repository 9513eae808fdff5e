"""Texts of one shape cut out of a file's bytes, thousands at a time, and looked at column by column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_ENDS = {"9": ("0", "9"), "±": ("+", "-")}


@dataclass(frozen=True, slots=True)
class Shape:
    """The lowest and the highest byte in each column of a text."""

    lowest: Bytes
    highest: Bytes

    @property
    def width(self) -> int:
        """How many bytes it has."""
        return len(self.lowest)


def shape(pattern: str) -> Shape:
    """Describe ASCII texts: ``9`` stands for any digit, ``±`` for a byte from ``+`` to ``-``, all else for itself."""
    lowest, highest = ("".join(_ENDS.get(letter, letter * 2)[end] for letter in pattern) for end in (0, 1))
    return Shape(*(np.frombuffer(text.encode("ascii"), np.uint8) for text in (lowest, highest)))


def texts_at(content: bytes, places: Places, width: int) -> Bytes:
    """Copy the texts of one width that begin at some places.

    Returns
    -------
    Bytes, ``(len(places), width)``.

    Raises
    ------
    IndexError
        A text does not lie wholly in the content.
    """
    every = np.ndarray((max(len(content) - width + 1, 0),), f"V{width}", content, strides=(1,))
    return every[places].view(np.uint8).reshape(len(places), width)


def have_shape(texts: Bytes, wanted: Shape) -> Flags:
    """Whether each text, ``(n, width)``, has a shape."""
    # One subtraction that wraps around answers for both ends of the range.
    inside = texts - wanted.lowest <= wanted.highest - wanted.lowest
    return np.ones(len(texts), np.bool_) if inside.all() else np.asarray(inside.all(axis=1))


def whole_numbers(digits: Bytes) -> npt.NDArray[np.int64]:
    """Read texts of decimal digits, ``(n, width)``, as numbers."""
    number = np.zeros(len(digits), np.int64)
    for column in digits.T:
        number = number * 10 + (column - np.uint8(ord("0")))
    return number
