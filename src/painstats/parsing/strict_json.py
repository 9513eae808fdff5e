"""Read JSON strictly: no repeated keys, no NaN, no truncated files; every error says where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NoReturn

from painstats.archive.entries import Entry, read_whole, refused

MAX_BYTES = 512 << 20

_BETWEEN = re.compile(r"[ \t\r\n]*")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_AGAIN = "export it again"


class _BrokenRuleError(ValueError):
    """A JSON text breaks a rule that painstats adds to JSON's own; the message is the name of the rule."""


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
    text = _decoded(entry)
    start = _skip(text, 0)
    if text.startswith("{", start) and wrapper:
        return _wrapped(entry, text, start, wrapper)
    if not text.startswith("[", start):
        raise refused("json_shape", entry, f"a JSON array was expected; {_AGAIN}")
    return [element if isinstance(element, dict) else {} for element in _array(entry, text, start)]


def read_documents(entry: Entry) -> list[dict[str, object]]:
    """Return the objects of a file with one object, or one on each line (NDJSON).

    Raises
    ------
    ExportRefused
        As :func:`read_objects`; ``json_shape`` also for anything other than objects.
    """
    text = _decoded(entry)
    documents, position = [], _skip(text, 0)
    while position < len(text):
        document, position = _decode(entry, text, position)
        if not isinstance(document, dict):
            raise refused("json_shape", entry, f"a JSON object was expected; {_AGAIN}")
        documents.append(document)
        position = _skip(text, position)
    return documents


def _decoded(entry: Entry) -> str:
    content = read_whole(entry, MAX_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("encoding", entry, f"it is not valid UTF-8 from byte {error.start} on; {_AGAIN}") from None


def _wrapped(entry: Entry, text: str, start: int, wrapper: str) -> list[dict[str, object]]:
    whole, end = _decode(entry, text, start)
    _refuse_rest(entry, text, end)
    inner = whole.get(wrapper) if isinstance(whole, dict) else None
    if not isinstance(inner, list):
        raise refused("json_shape", entry, f"a JSON array was expected; {_AGAIN}")
    return [element if isinstance(element, dict) else {} for element in inner]


def _array(entry: Entry, text: str, start: int) -> list[object]:
    """Read an array at once; if that fails, read it element by element to find the error."""
    if _SURROGATE.search(text):
        return list(_elements(entry, text, start))
    try:
        array, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return list(_elements(entry, text, start))
    _refuse_rest(entry, text, end)
    return array  # type: ignore[no-any-return]


def _elements(entry: Entry, text: str, start: int) -> Iterator[object]:
    """Yield the elements one by one, so that an error can say where its element begins."""
    position = _skip(text, start + 1)
    if text.startswith("]", position):
        return _refuse_rest(entry, text, position + 1)
    while True:
        element, position = _decode(entry, text, position)
        yield element
        position = _skip(text, position)
        if text.startswith("]", position):
            return _refuse_rest(entry, text, position + 1)
        if not text.startswith(",", position):
            _refuse(entry, text, position, "json_malformed")
        position = _skip(text, position + 1)


def _decode(entry: Entry, text: str, start: int) -> tuple[object, int]:
    try:
        element, end = _DECODER.raw_decode(text, start)
        if "\\" in text[start:end] and _SURROGATE.search(text, start, end):
            json.dumps(element, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        _refuse(entry, text, error.pos, "json_malformed")
    except _BrokenRuleError as error:
        _refuse(entry, text, start, str(error))
    except RecursionError:
        _refuse(entry, text, start, "json_depth")
    except ValueError:  # an integer of thousands of digits, or half a surrogate pair
        _refuse(entry, text, start, "json_malformed")
    return element, end


def _skip(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return found.end() if found else position


def _refuse_rest(entry: Entry, text: str, position: int) -> None:
    if text[position:].strip():
        _refuse(entry, text, _skip(text, position), "json_malformed")


_PROBLEMS = {
    "json_truncated": "the file ends before it is complete",
    "json_malformed": "it is not valid JSON",
    "json_duplicate_key": "an object contains a key twice, so it is unclear which value is right",
    "json_not_a_number": "it contains NaN or Infinity, which are not valid JSON",
    "json_depth": "its objects are nested too deeply",
}


def _refuse(entry: Entry, text: str, position: int, rule: str) -> NoReturn:
    if rule == "json_malformed" and _ends_inside(text, position):
        rule = "json_truncated"
    n_bytes = len(text[:position].encode(errors="replace"))
    line = text.count("\n", 0, position) + 1
    raise refused(rule, entry, f"{_PROBLEMS[rule]} (near byte {n_bytes}); {_AGAIN}", line) from None


def _ends_inside(text: str, position: int) -> bool:
    """Whether the error is that the text ends too early: at its end, or inside an unclosed string."""
    rest = text[position:].rstrip()
    return not rest or ("\n" not in rest and rest.count('"') == 1 and rest.startswith('"'))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _BrokenRuleError("json_duplicate_key")
    return found


def _constant(_name: str) -> NoReturn:
    raise _BrokenRuleError("json_not_a_number")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
