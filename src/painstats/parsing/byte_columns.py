"""Texts of one shape cut out of a file's bytes, thousands at a time, and looked at column by column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Block = bytes | bytearray
Flags = npt.NDArray[np.bool_]

_PIECE_BYTES = 1 << 18
# A byte of 1 among seven of 0, as a number, times _PLACES has its place in its last byte.
_ONE, _PLACES, _LAST = np.uint64(1), np.uint64(0x0001020304050607), np.uint64(56)
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


def places_of(content: Block, byte: int) -> Places:
    """Return where a rare byte stands: eight bytes are looked at in one go, in pieces that stay near the processor."""
    text, parts = np.frombuffer(content, np.uint8), [np.empty(0, np.int64)]
    found = np.empty(_PIECE_BYTES, np.bool_)
    for first in range(0, len(text), _PIECE_BYTES):
        piece = text[first : first + _PIECE_BYTES]
        found[len(piece) :] = False
        np.equal(piece, byte, out=found[: len(piece)])
        eights = found.view(np.uint64)
        marked = np.flatnonzero(eights != 0)
        marks = eights[marked]
        stand_close = bool((marks & (marks - _ONE)).any())
        places = np.flatnonzero(found) if stand_close else marked * 8 + (marks * _PLACES >> _LAST).astype(np.int64)
        parts.append(first + places)
    return np.concatenate(parts)


def texts_at(content: Block, places: Places, width: int) -> Bytes:
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


def begin_with(content: Block, places: Places, text: bytes) -> Flags:
    """Whether a text stands at each of some places: eight bytes are compared at once, then those that remain."""
    stands = places + len(text) <= len(content)
    inside = places if stands.all() else places[stands]
    cut = len(text) // 8 * 8
    eights = texts_at(content, inside, cut).view(np.uint64) == np.frombuffer(text[:cut], np.uint64)
    others = texts_at(content, inside + cut, len(text) - cut) == np.frombuffer(text[cut:], np.uint8)
    stands[stands] = True if eights.all() and others.all() else eights.all(axis=1) & others.all(axis=1)
    return stands


def texts(content: Bytes, lengths: Places | None = None) -> pl.Series:
    """Make a series of texts of ASCII bytes: of ``(n, width)``, or of one row of bytes cut into lengths."""
    if lengths is None:
        lengths = np.full(*content.shape)
    ends = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    offsets, data = (pa.py_buffer(np.ascontiguousarray(part)) for part in (ends, content))
    return pl.Series(pl.from_arrow(pa.StringArray.from_buffers(len(lengths), offsets, data)))


def bytes_of(texts: pl.Series, width: int) -> Bytes | None:
    """Return the bytes of texts, ``(n, width)``; None unless each has that width."""
    if texts.null_count() or not bool((texts.str.len_bytes() == width).all()):
        return None
    told = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    first = told.offset
    offsets, content = np.frombuffer(told.buffers()[1], np.int64), np.frombuffer(told.buffers()[2], np.uint8)
    return content[offsets[first] : offsets[first + len(texts)]].reshape(len(texts), width)


def whole_numbers(digits: Bytes) -> npt.NDArray[np.int64]:
    """Read texts of decimal digits, ``(n, width)``, as numbers."""
    number = np.zeros(len(digits), np.int64)
    for column in digits.T:
        number = number * 10 + (column - np.uint8(ord("0")))
    return number
