"""The XML of an Apple Health export, read as a stream into frames of text; the one place that knows the parser."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat

import polars as pl

from painstats.errors import ExportRefused
from painstats.sources.export import Entry, refused

RAW_COLUMNS: dict[str, type[pl.DataType]] = {
    "line": pl.Int64,
    "type": pl.String,
    "source_name": pl.String,
    "device": pl.String,
    "unit": pl.String,
    "start": pl.String,
    "end": pl.String,
    "value": pl.String,
    "user_entered": pl.Boolean,
}
"""What one record gives, as text. ``source_name`` holds names of people and goes no further than a hash."""

BATCH_ROWS = 100_000
_CHUNK_BYTES = 1 << 18
_PROLOGUE_BYTES = 1 << 20
_MAX_DTD_BYTES = 256 << 10
_MAX_TAG_BYTES = 1 << 20
_MAX_DEPTH = 64

_ROOT = re.compile(rb"<HealthData[\s>/]")
_OPENING = re.compile(rb"\A(\xef\xbb\xbf)?\s*<")
_NAMED = re.compile(rb"<!DOCTYPE\s+HealthData\b|<HealthData[\s>/]")
_FORBIDDEN = re.compile(rb"<!ENTITY|<!DOCTYPE\s+\S+\s+(SYSTEM|PUBLIC)\b")
_VERSION = re.compile(rb"HealthKit Export Version:\s*(\d{1,4})")
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_TO_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_AGAIN = "make a new export in the Health app and give that file"


@dataclass(slots=True)
class Tally:
    """What the reader met besides the wanted records; it fills up while records are drawn.

    Parameters
    ----------
    unwanted
        Other elements below the root by record type or tag.
    inside_correlations
        Records that only repeat a top-level record.
    control_characters
        Characters that XML forbids, replaced by spaces.
    version
        Generation of the export format, from the comment in the prologue.
    dtd_malformed
        Whether the document type definition has the defect of the first iOS 16 releases, or another one.
    """

    unwanted: Counter[str] = field(default_factory=Counter)
    inside_correlations: int = 0
    control_characters: int = 0
    version: str | None = None
    dtd_malformed: bool = False


def looks_like_health_data(head: bytes) -> bool:
    """Whether the first bytes of a file open an Apple Health document."""
    if head.startswith(_UTF16_MARKS):
        head = head.decode("utf-16", errors="replace").encode()
    return _OPENING.match(head) is not None and _NAMED.search(head) is not None


def read_records(entry: Entry, wanted: Collection[str], tally: Tally) -> Iterator[pl.DataFrame]:
    """Yield the top-level records of the wanted types.

    The document type definition is never shown to the parser: it can hold entity bombs, and Apple's own has been
    malformed. Whatever comes before the root element is cut off.

    Parameters
    ----------
    entry
        The XML file.
    wanted
        Record types to yield; the others are counted.
    tally
        Counts of everything else; complete when the iterator is exhausted.

    Yields
    ------
    Frames with ``RAW_COLUMNS``, at most ``BATCH_ROWS`` rows each, in file order.

    Raises
    ------
    ExportRefused
        ``xml_entity``, ``xml_dtd_size``, ``xml_truncated``, ``xml_malformed`` or ``encoding``. Rows may have been
        yielded before.
    """
    handler = _Handler(wanted, tally)
    with entry.open() as stream:
        for chunk in _from_root(entry, stream, tally):
            handler.feed(entry, chunk)
            while len(handler.rows) >= BATCH_ROWS:
                yield _frame(handler.rows[:BATCH_ROWS])
                del handler.rows[:BATCH_ROWS]
    handler.finish(entry)
    if handler.rows:
        yield _frame(handler.rows)


def _frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=RAW_COLUMNS, orient="row")


# --- bytes ---


def _from_root(entry: Entry, stream: BinaryIO, tally: Tally) -> Iterator[bytes]:
    """Yield clean chunks from the root element on, after as many line ends as were cut off before it."""
    opening = stream.read(_PROLOGUE_BYTES)
    if opening.startswith(_UTF16_MARKS):
        raise refused("encoding", entry, f"it is UTF-16, but Apple writes UTF-8; {_AGAIN}")
    root = _ROOT.search(opening)
    prologue = opening[: root.start()] if root else opening
    _check_prologue(entry, prologue, tally)
    if root is None:
        cut = len(opening) < _PROLOGUE_BYTES
        rule, found = (
            ("xml_truncated", "it ends before the data begin") if cut else ("xml_dtd_size", "no data begin in it")
        )
        raise refused(rule, entry, f"{found}; {_AGAIN}", prologue.count(b"\n") + 1)
    decoder = codecs.getincrementaldecoder("utf-8")()
    line_ends = b"\n" * prologue.count(b"\n")
    n_bytes = len(prologue)
    since_tag = 0
    chunk = line_ends + opening[root.start() :]
    while chunk:
        _check_utf8(entry, decoder, chunk, n_bytes)
        n_bytes += len(chunk)
        last_tag = chunk.rfind(b"<")
        since_tag = since_tag + len(chunk) if last_tag < 0 else len(chunk) - last_tag
        if since_tag > _MAX_TAG_BYTES:
            raise refused("xml_malformed", entry, f"one element is longer than 1 MB; {_AGAIN}")
        n_controls = len(chunk) - len(chunk.translate(None, _CONTROLS))
        tally.control_characters += n_controls
        yield chunk.translate(_TO_SPACES) if n_controls else chunk
        chunk = stream.read(_CHUNK_BYTES)


def _check_prologue(entry: Entry, prologue: bytes, tally: Tally) -> None:
    if _FORBIDDEN.search(prologue):
        raise refused(
            "xml_entity",
            entry,
            f"its prologue declares entities or an outside definition, as Apple never does; {_AGAIN}",
        )
    if len(prologue) > _MAX_DTD_BYTES:
        raise refused("xml_dtd_size", entry, f"its document type definition is larger than 256 kB; {_AGAIN}")
    version = _VERSION.search(prologue)
    tally.version = version.group(1).decode() if version else None
    try:
        expat.ParserCreate("UTF-8").Parse(prologue.translate(_TO_SPACES) + b"<HealthData/>", True)
    except expat.ExpatError:
        tally.dtd_malformed = True


def _check_utf8(entry: Entry, decoder: codecs.IncrementalDecoder, chunk: bytes, n_bytes: int) -> None:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError as error:
        raise refused(
            "encoding", entry, f"it is not UTF-8 text from byte {n_bytes + error.start} on; {_AGAIN}"
        ) from None


# --- elements ---


class _Handler:
    """What expat calls back: collects wanted records and counts the rest."""

    def __init__(self, wanted: Collection[str], tally: Tally) -> None:
        self.rows: list[tuple[object, ...]] = []
        self._wanted = frozenset(wanted)
        self._tally = tally
        self._depth = 0
        self._too_deep = False
        self._record: list[object] | None = None
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def feed(self, entry: Entry, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, False)
        except expat.ExpatError as error:
            raise self._malformed(entry, error) from None
        if self._too_deep:
            raise refused("xml_malformed", entry, f"its elements are nested too deep; {_AGAIN}", self._line)

    def finish(self, entry: Entry) -> None:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            raise refused(
                "xml_truncated", entry, f"the file ends before it is complete; {_AGAIN}", self._line
            ) from None

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    @staticmethod
    def _malformed(entry: Entry, error: expat.ExpatError) -> ExportRefused:
        problem = expat.errors.messages[error.code]
        return refused("xml_malformed", entry, f"it is not well-formed XML ({problem}); {_AGAIN}", error.lineno)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 2:
            self._start_top_level(tag, attributes.get)
        elif tag == "MetadataEntry":
            if self._record and attributes.get("key") == "HKWasUserEntered" and attributes.get("value") == "1":
                self._record[-1] = True
        elif tag == "Record":
            self._tally.inside_correlations += 1
        elif self._depth > _MAX_DEPTH:
            self._too_deep = True

    def _start_top_level(self, tag: str, attribute: Any) -> None:
        kind = attribute("type", "") if tag == "Record" else tag
        if tag == "Record" and kind in self._wanted:
            names = ("sourceName", "device", "unit", "startDate", "endDate", "value")
            self._record = [self._line, kind, *map(attribute, names), False]
        elif kind not in ("ExportDate", "Me"):
            self._tally.unwanted[kind] += 1

    def _end(self, _tag: str) -> None:
        if self._depth == 2 and self._record:
            self.rows.append(tuple(self._record))
            self._record = None
        self._depth -= 1
