"""Texts cut out of bytes, compared with the same cut letter by letter."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from painstats.parsing.byte_columns import (
    begin_with,
    have_shape,
    numbers_from_digits,
    places_of,
    shape,
    texts,
    texts_at,
)


@given(st.lists(st.sampled_from([b"\n", b"a", b"\n\n", b"b" * 9, b"c" * 40]), max_size=60).map(b"".join))
def test_a_byte_is_found_wherever_it_stands(content: bytes) -> None:
    assert places_of(content, ord("\n")).tolist() == [at for at, byte in enumerate(content) if byte == ord("\n")]


def test_a_byte_is_found_in_every_piece_of_a_long_text() -> None:
    content = (b"x" * 99 + b"\n") * 10_000
    assert places_of(content, ord("\n")).tolist() == list(range(99, len(content), 100))


@given(st.text("ab", max_size=30), st.text("ab", min_size=1, max_size=4))
def test_a_text_is_found_where_it_stands(content: str, text: str) -> None:
    found = begin_with(content.encode(), np.arange(len(content)), text.encode())
    assert found.tolist() == [content.startswith(text, at) for at in range(len(content))]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 16, 30])
def test_a_text_of_any_length_is_found(length: int) -> None:
    content = bytes(range(97, 123)) * 3
    changed = bytearray(content)
    changed[26 + max(length - 1, 0)] ^= 1
    text, places = content[:length], np.array([0, 26, 1, 78 - length, 79 - length])
    assert begin_with(content, places, text).tolist()[:3] == [True, True, not length]
    assert begin_with(changed, places, text).tolist()[:2] == [True, not length]
    assert begin_with(content, places, text).tolist()[3:] == [content[-length:] == text or not length, False]


@given(st.lists(st.text("0159-/:+, x", min_size=6, max_size=6), max_size=8))
@example(["1-5:-0", "1-5:+9"])
@example(["1-5:-0", "1x5:+9"])
def test_a_shape_is_that_of_a_pattern(lines: list[str]) -> None:
    found = have_shape(texts_at("".join(lines).encode(), np.arange(len(lines)) * 6, 6), shape("9-9:±9"))
    assert found.tolist() == [re.fullmatch(r"[0-9]-[0-9]:[+,-][0-9]", line) is not None for line in lines]


def test_a_text_beyond_the_end_is_an_error() -> None:
    with pytest.raises(IndexError):
        texts_at(b"12345", np.array([3]), 3)


def test_digits_become_numbers_and_bytes_become_texts() -> None:
    rows = texts_at(b"0123 9876", np.array([0, 5]), 4)
    assert numbers_from_digits(rows).tolist() == [123, 9876]
    assert texts(rows).to_list() == ["0123", "9876"]
    assert texts(rows.reshape(-1), np.array([1, 0, 7])).to_list() == ["0", "", "1239876"]
