"""Find texts of a fixed layout in the bytes of a file and read thousands of them at once, column by column."""

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
# Multiplying eight bytes, one of them 1 and the others 0, by _PLACES puts the position of the 1 into the top byte.
_ONE, _PLACES, _LAST = np.uint64(1), np.uint64(0x0001020304050607), np.uint64(56)
_ENDS = {"9": ("0", "9"), "±": ("+", "-")}


@dataclass(frozen=True, slots=True)
class Shape:
    """The lowest and the highest byte allowed in each column of a text."""

    lowest: Bytes
    highest: Bytes

    @property
    def width(self) -> int:
        """The length of the text in bytes."""
        return len(self.lowest)


def shape(pattern: str) -> Shape:
    """Describe ASCII texts: ``9`` is any digit, ``±`` any byte from ``+`` to ``-``; other characters are themselves."""
    lowest, highest = ("".join(_ENDS.get(letter, letter * 2)[end] for letter in pattern) for end in (0, 1))
    return Shape(*(np.frombuffer(text.encode("ascii"), np.uint8) for text in (lowest, highest)))


def places_of(content: Block, byte: int) -> Places:
    """Return the positions of a rare byte.

    Eight bytes are compared at a time, in pieces small enough for the CPU cache.
    """
    text, parts = np.frombuffer(content, np.uint8), [np.empty(0, np.int64)]
    found = np.empty(_PIECE_BYTES, np.bool_)
    for first in range(0, len(text), _PIECE_BYTES):
        piece = text[first : first + _PIECE_BYTES]
        found[len(piece) :] = False
        np.equal(piece, byte, out=found[: len(piece)])
        eights = found.view(np.uint64)
        marked = np.flatnonzero(eights != 0)
        marks = eights[marked]
        any_adjacent = bool((marks & (marks - _ONE)).any())
        places = np.flatnonzero(found) if any_adjacent else marked * 8 + (marks * _PLACES >> _LAST).astype(np.int64)
        parts.append(first + places)
    return np.concatenate(parts)


def texts_at(content: Block, places: Places, width: int) -> Bytes:
    """Copy the texts of a given width that begin at the given positions.

    Returns
    -------
    Bytes, ``(len(places), width)``.

    Raises
    ------
    IndexError
        A text extends beyond the content.
    """
    every = np.ndarray((max(len(content) - width + 1, 0),), f"V{width}", content, strides=(1,))
    return every[places].view(np.uint8).reshape(len(places), width)


def have_shape(texts: Bytes, wanted: Shape) -> Flags:
    """Whether each text, ``(n, width)``, has the wanted shape."""
    # Unsigned subtraction wraps around, so a single comparison checks both ends of the range.
    inside = texts - wanted.lowest <= wanted.highest - wanted.lowest
    return np.ones(len(texts), np.bool_) if inside.all() else np.asarray(inside.all(axis=1))


def begin_with(content: Block, places: Places, text: bytes) -> Flags:
    """Whether a text begins at each of the given positions; eight bytes are compared at a time, then the rest."""
    is_there = places + len(text) <= len(content)
    inside = places if is_there.all() else places[is_there]
    cut = len(text) // 8 * 8
    eights = texts_at(content, inside, cut).view(np.uint64) == np.frombuffer(text[:cut], np.uint64)
    others = texts_at(content, inside + cut, len(text) - cut) == np.frombuffer(text[cut:], np.uint8)
    is_there[is_there] = True if eights.all() and others.all() else eights.all(axis=1) & others.all(axis=1)
    return is_there


def texts(content: Bytes, lengths: Places | None = None) -> pl.Series:
    """Turn ASCII bytes into a series of texts: bytes of shape ``(n, width)``, or one row cut into ``lengths``."""
    if lengths is None:
        lengths = np.full(*content.shape)
    ends = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    offsets, data = (pa.py_buffer(np.ascontiguousarray(part)) for part in (ends, content))
    return pl.Series(pl.from_arrow(pa.StringArray.from_buffers(len(lengths), offsets, data)))


def bytes_of(texts: pl.Series, width: int) -> Bytes | None:
    """Return the bytes of texts, ``(n, width)``; None unless every text has that width."""
    if texts.null_count() or not bool((texts.str.len_bytes() == width).all()):
        return None
    array = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    first = array.offset
    offsets, content = np.frombuffer(array.buffers()[1], np.int64), np.frombuffer(array.buffers()[2], np.uint8)
    return content[offsets[first] : offsets[first + len(texts)]].reshape(len(texts), width)


def numbers_from_digits(digits: Bytes) -> npt.NDArray[np.int64]:
    """Read texts of decimal digits, ``(n, width)``, as numbers."""
    number = np.zeros(len(digits), np.int64)
    for column in digits.T:
        number = number * 10 + (column - np.uint8(ord("0")))
    return number
