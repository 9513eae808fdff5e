"""Fast reader for the minutes of a Fitbit file in which every object has exactly the layout of the first one.

Every byte is checked: the text before the first object, the objects, which may differ only in the digits of their time
and value, the text between any two of them, which must be the same, and the text after the last one. Such a file is
valid JSON without repeated keys. All other files are left to the JSON reader. Both give the same minutes.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import polars as pl

from painstats.parsing.byte_columns import Bytes, Flags, Places, have_shape, numbers_from_digits, shape, texts_at
from painstats.parsing.text import local_times

MOST_DIGITS = 9
"""Files with longer values are left to the JSON reader."""

_SPACE = rb"[ \t\r\n]*"
_END = rb"~\]~\Z".replace(b"~", _SPACE)
_FIRST = re.compile(
    rb'(?:\xef\xbb\xbf)?~\[~(?P<before>\{~"dateTime"~:~")'.replace(b"~", _SPACE)
    + rb"(?P<date>[0-9]{2}/[0-9]{2}/[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2})"
    + rb"[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    + rb'(?P<between>"~,~"value"~:~")[0-9]+(?P<closing>"~\})(?:(?P<comma>~,~)\{|'.replace(b"~", _SPACE)
    + _END
    + rb")"
)
_US_IN_S = 1_000_000

_Microseconds = npt.NDArray[np.int64]


class _OtherFormError(Exception):
    """A file does not have the layout of its first object throughout."""


def minutes_by_columns(content: bytes) -> pl.DataFrame | None:
    """Read the times and values of a whole file.

    Parameters
    ----------
    content
        ``[{"dateTime" : "06/24/95 16:00:00", "value" : "0"}, …]``, with any spacing that is the same in all objects;
        times as :func:`painstats.parsing.text.local_times` reads them.

    Returns
    -------
    ``line`` (from 1), ``clock`` (naive) and ``step_count``; None if the file has any other layout, or contains an
    impossible time or a value of more than ``MOST_DIGITS`` digits.
    """
    first = _FIRST.match(content)
    try:
        return _minutes(content, first) if first else None
    except _OtherFormError:
        return None


def _minutes(content: bytes, first: re.Match[bytes]) -> pl.DataFrame:
    starts = np.flatnonzero(np.frombuffer(content, np.uint8) == ord("{"))
    values = _values(content, first, starts)
    clock = _clocks(content, first, starts).view("datetime64[us]")
    return pl.DataFrame({"clock": clock, "step_count": values}).with_row_index("line", 1)


def _values(content: bytes, first: re.Match[bytes], starts: Places) -> npt.NDArray[np.int32]:
    """Read the values; the text between any two objects must be the text after the first one."""
    value_at = starts + (first.end("between") - first.start("before"))
    last = re.compile(rb"[0-9]+(?=" + re.escape(first["closing"]) + _END + rb")").match(content, int(value_at[-1]))
    if last is None:
        raise _OtherFormError
    between = first["closing"] + (first["comma"] or b"")
    ends = starts[1:] - len(between)
    n_digits = np.append(ends, last.end()) - value_at
    _require((n_digits >= 1) & (n_digits <= MOST_DIGITS))
    _require(have_shape(texts_at(content, ends, len(between)), shape(between.decode())))
    values = np.empty(len(starts), np.int32)
    for width in np.flatnonzero(np.bincount(n_digits)).tolist():
        chosen = np.flatnonzero(n_digits == width)
        digits = texts_at(content, value_at[chosen], width)
        _require(have_shape(digits, shape("9" * width)))
        values[chosen] = numbers_from_digits(digits)
    return values


def _clocks(content: bytes, first: re.Match[bytes], starts: Places) -> _Microseconds:
    """Read the times as microseconds since 1970; each run of the same date is parsed once."""
    form = content[first.start("before") : first.end("between")]
    heads = texts_at(content, starts, len(form))
    _require(have_shape(heads, shape(re.sub(r"[0-9]", "9", form.decode()))))
    columns = np.ascontiguousarray(heads[:, len(first["before"]) : -len(first["between"])].T)
    n_date = len(first["date"])
    hour, minute, second = (numbers_from_digits(columns[at : at + 2].T) for at in (n_date + 1, n_date + 4, n_date + 7))
    _require((hour < 24) & (minute < 60) & (second < 60))
    of_day_us = (hour * 3600 + minute * 60 + second) * _US_IN_S
    differs = (columns[:n_date, 1:] != columns[:n_date, :-1]).any(axis=0)
    runs = np.append(0, np.flatnonzero(differs) + 1)
    midnights_us = _looked_up(columns[:, runs]) - of_day_us[runs]
    clocks_us: _Microseconds = np.repeat(midnights_us, np.diff(np.append(runs, len(starts)))) + of_day_us
    return clocks_us


def _looked_up(columns: Bytes) -> _Microseconds:
    """Parse times, one in each column."""
    texts = np.ascontiguousarray(columns.T).view(f"S{len(columns)}").ravel().astype(str).tolist()
    clocks = pl.DataFrame({"text": texts}).select(local_times("text"))["text"]
    if clocks.null_count():
        raise _OtherFormError
    times_us: _Microseconds = clocks.to_physical().to_numpy()
    return times_us


def _require(holds: Flags) -> None:
    if not holds.all():
        raise _OtherFormError
