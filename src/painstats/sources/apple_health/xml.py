"""Read the XML of an Apple Health export as a stream into frames of text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO, TypeVar, cast
from xml.parsers import expat

import polars as pl

from painstats.archive.entries import Entry, refused
from painstats.errors import ExportRefused
from painstats.parsing.byte_columns import Block
from painstats.sources.apple_health.elements import (
    AGAIN,
    NO_RECORDS,
    NO_WORKOUTS,
    ElementParser,
    Tally,
)
from painstats.sources.apple_health.lines import ReadLines, read_lines

BATCH_ROWS = 50_000
BLOCK_BYTES = 2 << 20

_THREADS = 3  # to unpack, to read lines, to join frames
_PIECE_BYTES = 1 << 18
_PROLOGUE_BYTES = 1 << 20
_MAX_DTD_BYTES = 256 << 10
_MAX_TAG_BYTES = 1 << 20

_ROOT = re.compile(rb"<HealthData[\s>/]")
_OPENING = re.compile(rb"\A(\xef\xbb\xbf)?\s*<")
_NAMED = re.compile(rb"<!DOCTYPE\s+HealthData\b|<HealthData[\s>/]")
_FORBIDDEN = re.compile(rb"<!ENTITY|<!DOCTYPE\s+\S+\s+(SYSTEM|PUBLIC)\b")
_VERSION = re.compile(rb"HealthKit Export Version:\s*(\d{1,4})")
_INDENTATION = re.compile(rb"(?:\s*\n)?([ \t]*)<")

Elements = tuple[pl.DataFrame, pl.DataFrame]
Item = TypeVar("Item")

_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_TO_SPACES = bytes.maketrans(_CONTROLS, b" " * len(_CONTROLS))
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def looks_like_health_data(head: bytes) -> bool:
    """Whether the first bytes of a file open an Apple Health document."""
    if head.startswith(_UTF16_MARKS):
        head = head.decode("utf-16", errors="replace").encode()
    return _OPENING.match(head) is not None and _NAMED.search(head) is not None


def read_elements(
    entry: Entry, wanted: Collection[str], tally: Tally, block_bytes: int = BLOCK_BYTES
) -> Iterator[Elements]:
    """Yield the records of the wanted types and the workouts directly below the root.

    Blocks of plain lines take the fast path; everything else goes through the XML parser, which checks the document as
    a whole. The parser never sees the document type definition, which can contain entity bombs and which Apple itself
    has shipped malformed: everything before the root element is cut off.

    Parameters
    ----------
    entry
        The XML file.
    wanted
        Record types to yield; the others are counted.
    tally
        Counts of everything else; complete when the iterator is exhausted.
    block_bytes
        Size of the blocks; memory is a multiple of it.

    Yields
    ------
    Frames with ``RECORD_COLUMNS`` and with ``WORKOUT_COLUMNS``, at most ``BATCH_ROWS`` records each, in file order.

    Raises
    ------
    ExportRefused
        ``xml_entity``, ``xml_dtd_size``, ``xml_truncated``, ``xml_malformed`` or ``encoding``. Rows may have been
        yielded before.
    """
    with entry.open() as stream, ThreadPoolExecutor(_THREADS) as pool:
        opening = stream.read(_PROLOGUE_BYTES)
        root_at = _check_prologue(entry, opening, tally)
        document = _Document(entry, wanted, tally, opening[:root_at])
        blocks = _ahead(pool, _blocks(stream, opening[root_at:], block_bytes))
        looked_at = _ahead(pool, ((block, read_lines(block, wanted)) for block in blocks))
        yield from _ahead(pool, _in_batches(document.take(block, read) for block, read in looked_at))
        document.finish()


def _in_batches(elements: Iterable[Elements]) -> Iterator[Elements]:
    """Join small frames and cut large ones."""
    waiting: list[Elements] = [(NO_RECORDS, NO_WORKOUTS)]
    n_waiting = 0
    for more in elements:
        waiting.append(more)
        n_waiting += max(frame.height for frame in more)
        if n_waiting >= BATCH_ROWS:
            records, workouts = (pl.concat(frames) for frames in zip(*waiting, strict=True))
            while max(records.height, workouts.height) >= BATCH_ROWS:
                yield records[:BATCH_ROWS], workouts[:BATCH_ROWS]
                records, workouts = records[BATCH_ROWS:], workouts[BATCH_ROWS:]
            waiting, n_waiting = [(records, workouts)], records.height + workouts.height
    records, workouts = (pl.concat(frames) for frames in zip(*waiting, strict=True))
    if records.height or workouts.height:
        yield records, workouts


# --- blocks ---


def _blocks(stream: BinaryIO, opening: bytes, block_bytes: int) -> Iterator[Block]:
    """Cut the document into the line of its root, blocks that begin with an element below the root, and its end.

    The cuts are guessed from the indentation; reading a block shows whether the guess was right.
    """
    root_ends = opening.find(b"\n") + 1 or len(opening)
    yield opening[:root_ends]
    indentation = _INDENTATION.match(opening, root_ends)
    mark = b"\n" + (indentation.group(1) if indentation else b"") + b"<"
    left, n_known = b"", root_ends
    while True:
        known = opening[n_known : n_known + block_bytes]
        block, n_known = _filled(left + known, 0 if known else block_bytes, stream), n_known + len(known)
        if len(block) == len(left):
            break
        cut = _last_element(block, mark, len(left))
        left = bytes(block[cut:])
        del block[cut:]
        yield block
    end = left.rfind(b"\n", 0, max(left.rfind(b"</HealthData"), 0)) + 1
    yield left[:end]
    yield left[end:]


def _filled(known: bytes, n_bytes: int, stream: BinaryIO) -> bytearray:
    """Append the next bytes of a stream in place: copying would cost as much as unpacking."""
    block = bytearray(len(known) + n_bytes)
    block[: len(known)] = known
    with memoryview(block)[len(known) :] as space:
        n_read = stream.readinto(space) if n_bytes else 0  # type: ignore[attr-defined]
    del block[len(known) + n_read :]
    return block


def _last_element(block: Block, mark: bytes, start: int) -> int:
    """Return where the last element after a position begins, or the length of the block if there is none."""
    at = block.rfind(mark, start)
    while at >= 0 and block[at + len(mark) : at + len(mark) + 1] in (b"/", b""):
        at = block.rfind(mark, start, at)
    return at + 1 if at >= 0 else len(block)


def _ahead(pool: ThreadPoolExecutor, items: Iterator[Item]) -> Iterator[Item]:
    """Prepare the next item in a thread while the current one is used."""
    end = object()
    drawing = pool.submit(next, items, end)
    while (item := drawing.result()) is not end:
        drawing = pool.submit(next, items, end)
        yield cast(Item, item)


# --- the document ---


class _Document:
    """One XML document, read block by block in file order.

    Parameters
    ----------
    entry, wanted, tally
        As for :func:`read_elements`.
    prologue
        What was cut off before the root element.
    """

    def __init__(self, entry: Entry, wanted: Collection[str], tally: Tally, prologue: bytes) -> None:
        self._entry = entry
        self._wanted = wanted
        self._tally = tally
        self._parser = ElementParser(entry, wanted, tally)
        self._parser.move_to(prologue.count(b"\n") + 1)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._n_bytes = len(prologue)
        self._since_tag = 0
        self._begins_a_line = False

    def take(self, block: Block, read: ReadLines | None) -> Elements:
        """Read the next block; by its lines if they were read and the block before ended between two elements."""
        if read is not None and self._begins_a_line and self._parser.is_between_elements:
            return self._take_lines(block, read)
        self._parse(block)
        self._begins_a_line = block.endswith(b"\n")
        return self._parser.drain()

    def _take_lines(self, block: Block, read: ReadLines) -> Elements:
        first_line = self._parser.line
        for row, element in read.elements:
            self._parser.move_to(first_line + row)
            self._parser.feed(element)
        self._parser.move_to(first_line + read.n_lines)
        self._tally.unwanted += read.unwanted
        self._n_bytes += len(block)
        records, workouts = self._parser.drain()
        in_lines = read.records.with_columns(pl.col("line") + first_line) if read.records.height else NO_RECORDS
        return pl.concat([in_lines, records]).sort("line") if records.height else in_lines, workouts

    def finish(self) -> None:
        """Check that the document is whole."""
        self._parser.finish()

    def _parse(self, block: Block) -> None:
        for start in range(0, len(block), _PIECE_BYTES):
            piece = block[start : start + _PIECE_BYTES]
            self._check_utf8(piece)
            self._n_bytes += len(piece)
            last_tag = piece.rfind(b"<")
            self._since_tag = self._since_tag + len(piece) if last_tag < 0 else len(piece) - last_tag
            if self._since_tag > _MAX_TAG_BYTES:
                raise refused("xml_malformed", self._entry, f"one element is longer than 1 MB; {AGAIN}")
            n_controls = len(piece) - len(piece.translate(None, _CONTROLS))
            self._tally.control_characters += n_controls
            self._parser.feed(piece.translate(_TO_SPACES) if n_controls else piece)

    def _check_utf8(self, piece: Block) -> None:
        try:
            self._decoder.decode(piece)
        except UnicodeDecodeError as error:
            place = self._n_bytes + error.start
            raise refused("encoding", self._entry, f"it is not UTF-8 text from byte {place} on; {AGAIN}") from None


# --- the prologue ---


def _check_prologue(entry: Entry, opening: bytes, tally: Tally) -> int:
    """Check what comes before the root element, and return where the root begins."""
    if opening.startswith(_UTF16_MARKS):
        raise refused("encoding", entry, f"it is UTF-16, but Apple writes UTF-8; {AGAIN}")
    root = _ROOT.search(opening)
    prologue = opening[: root.start()] if root else opening
    if _FORBIDDEN.search(prologue):
        raise refused(
            "xml_entity",
            entry,
            f"its prologue declares entities or an external definition, which Apple never does; {AGAIN}",
        )
    if len(prologue) > _MAX_DTD_BYTES:
        raise refused("xml_dtd_size", entry, f"its document type definition is larger than 256 kB; {AGAIN}")
    if root is None:
        raise _without_root(entry, opening)
    version = _VERSION.search(prologue)
    tally.version = version.group(1).decode() if version else None
    try:
        expat.ParserCreate("UTF-8").Parse(prologue.translate(_TO_SPACES) + b"<HealthData/>", True)
    except expat.ExpatError:
        tally.dtd_malformed = True
    return root.start()


def _without_root(entry: Entry, opening: bytes) -> ExportRefused:
    is_cut = len(opening) < _PROLOGUE_BYTES
    rule, found = (
        ("xml_truncated", "it ends before the data begin") if is_cut else ("xml_dtd_size", "it contains no health data")
    )
    return refused(rule, entry, f"{found}; {AGAIN}", opening.count(b"\n") + 1)
