"""Diaries kept as JSON: an array of objects, one within another object, or an object with a key for each date."""

from __future__ import annotations

import json
from collections.abc import Iterable

from painstats.sources.diaries.forms.rows_of_text import TextRow, text_row

KEY_NAME = "date"
VALUE_NAME = "value"


def json_rows(text: str, most: int | None = None) -> list[TextRow]:
    """Return the records of the longest list in a JSON document, or ``most`` of them, below a header of their keys."""
    try:
        records = [_flat(record) for record in _records(json.loads(text))[:most]]
    except (ValueError, RecursionError):
        return []
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        return []
    body = [
        text_row(n, (_text(record.get(name)) for name in names), json.dumps(record, ensure_ascii=False))
        for n, record in enumerate(records, 2)
    ]
    return [text_row(1, names), *body]


def _records(document: object) -> list[dict[str, object]]:
    if isinstance(document, list):
        return [record for record in document if isinstance(record, dict)]
    if not isinstance(document, dict):
        return []
    found = [records for value in document.values() if (records := _records(value))]
    if any(isinstance(value, list) for value in document.values()) and found:
        return max(found, key=len)
    if document and all(isinstance(value, dict) for value in document.values()) and len(document) > 1:
        return [{KEY_NAME: key, **value} for key, value in document.items()]
    if len(document) > 1 and all(isinstance(value, int | float) for value in document.values()):
        return [{KEY_NAME: key, VALUE_NAME: value} for key, value in document.items()]
    return max(found, key=len, default=[])


def _flat(record: dict[str, object]) -> dict[str, object]:
    """Lift the values of objects inside a record, as ``outer.inner``."""
    parts: list[Iterable[tuple[str, object]]] = [
        [(f"{name}.{inner}", value) for inner, value in _flat(value).items()]
        if isinstance(value, dict)
        else [(name, value)]
        for name, value in record.items()
    ]
    return {name: value for part in parts for name, value in part}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
