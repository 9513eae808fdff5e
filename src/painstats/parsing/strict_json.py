"""Read JSON strictly: no repeated keys, no NaN, no truncated files; every error says where it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, NoReturn

import jiter

from painstats.archive.entries import Entry, read_whole, refused
from painstats.errors import ExportRefused

MAX_BYTES = 512 << 20

_BLANK = re.compile(rb"[ \t\r\n]*")
_MORE_FOLLOWS = "trailing characters"
_NOT_NUMBERS = (b"NaN", b"Infinity")
_AGAIN = "export it again"
_PROBLEMS = {
    "json_truncated": "the file ends before it is complete",
    "json_malformed": "it is not valid JSON",
    "json_duplicate_key": "an object contains a key twice, so it is unclear which value is right",
    "json_not_a_number": "it contains NaN or Infinity, which are not valid JSON",
    "json_depth": "its objects are nested too deeply",
}


def read_objects(entry: Entry, wrapper: str | None = None) -> list[dict[str, object]]:
    """Return the objects of a JSON array.

    Parameters
    ----------
    entry
        A file that contains an array, ``[{…}, {…}]``.
    wrapper
        The key under which the array may also be inside an object, ``{"sleep": […]}``.

    Returns
    -------
    One dictionary for each element; an empty one for an element that is not an object.

    Raises
    ------
    ExportRefused
        ``encoding``, ``too_large``, ``json_truncated``, ``json_malformed``, ``json_duplicate_key``,
        ``json_not_a_number``, ``json_depth`` or ``json_shape``, with line and byte.
    """
    content = _content(entry)
    opening = content[_begin(content) :][:1]
    if opening != b"[" and not (opening == b"{" and wrapper):
        _check_encoding(entry, content)
        raise _wrong_shape(entry, "array")
    try:
        array = _parsed(content)
    except ValueError as error:
        _refuse(entry, content, error)
    if isinstance(array, dict):
        array = array.get(wrapper)
    if not isinstance(array, list):
        raise _wrong_shape(entry, "array")
    return [element if isinstance(element, dict) else {} for element in array]


def read_documents(entry: Entry) -> list[dict[str, object]]:
    """Return the objects of a file with one object, or one on each line (NDJSON).

    Raises
    ------
    ExportRefused
        As :func:`read_objects`; ``json_shape`` also for anything other than objects.
    """
    content = _content(entry)
    if _begin(content) == len(content):
        return []
    try:
        documents = [_parsed(content)]
    except ValueError as error:
        if not str(error).startswith(_MORE_FOLLOWS):
            _refuse(entry, content, error)
        documents = list(_lines(entry, content))
    if not all(isinstance(document, dict) for document in documents):
        raise _wrong_shape(entry, "object")
    return documents


def _content(entry: Entry) -> bytes:
    return read_whole(entry, MAX_BYTES).removeprefix(codecs.BOM_UTF8)


def _begin(content: bytes) -> int:
    found = _BLANK.match(content)
    return found.end() if found else 0


def _parsed(content: bytes) -> Any:
    return jiter.from_json(content, allow_inf_nan=False, catch_duplicate_keys=True)


def _lines(entry: Entry, content: bytes) -> Iterator[Any]:
    begin = 0
    for line in content.split(b"\n"):
        if line.strip():
            try:
                yield _parsed(line)
            except ValueError as error:
                _refuse(entry, content, error, begin)
        begin += len(line) + 1


def _wrong_shape(entry: Entry, expected: str) -> ExportRefused:
    return refused("json_shape", entry, f"a JSON {expected} was expected; {_AGAIN}")


def _check_encoding(entry: Entry, content: bytes) -> None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        raise refused("encoding", entry, f"it is not valid UTF-8 from byte {error.start} on; {_AGAIN}") from None


def _refuse(entry: Entry, content: bytes, error: ValueError, begin: int = 0) -> NoReturn:
    """Refuse what jiter could not parse; its own message can hold a key of the file, so only the place is taken."""
    _check_encoding(entry, content)
    problem, _, place = str(error).rpartition(" at line ")
    line, column = map(int, place.split(" column "))
    for _ in range(line - 1):
        begin = content.index(b"\n", begin) + 1
    position = begin + max(column - 1, 0)
    rule = _rule(problem, content, position)
    line = content.count(b"\n", 0, position) + 1
    raise refused(rule, entry, f"{_PROBLEMS[rule]} (near byte {position}); {_AGAIN}", line) from None


def _rule(problem: str, content: bytes, position: int) -> str:
    if problem.startswith("EOF") and not content[position + 1 :].strip():
        return "json_truncated"
    if problem.startswith("Detected duplicate key"):
        return "json_duplicate_key"
    if problem.startswith("recursion limit"):
        return "json_depth"
    return "json_not_a_number" if content.startswith(_NOT_NUMBERS, position) else "json_malformed"
