"""Parse an Apple Health document with expat: records and workouts as rows of text, everything else as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from xml.parsers import expat

import polars as pl

from painstats.archive.entries import Entry, refused
from painstats.errors import ExportRefused

WORKOUT, EXPORT_DATE, PROFILE = "Workout", "ExportDate", "Me"
ENTERED, ZONE = "HKWasUserEntered", "HKTimeZone"

ELEMENT_COLUMNS: dict[str, type[pl.DataType]] = {
    "line": pl.Int64,
    "type": pl.String,
    "source_name": pl.String,
    "device": pl.String,
    "start": pl.String,
    "end": pl.String,
    "user_entered": pl.Boolean,
    "time_zone": pl.String,
}
"""Columns of every element, as text. ``source_name`` contains names of participants and is only used as a hash;
``time_zone`` is the participant's zone where a record names it."""

RECORD_COLUMNS: dict[str, type[pl.DataType]] = {**ELEMENT_COLUMNS, "unit": pl.String, "value": pl.String}

WORKOUT_COLUMNS: dict[str, type[pl.DataType]] = {
    **ELEMENT_COLUMNS,
    "duration": pl.String,
    "duration_unit": pl.String,
    "distance": pl.String,
    "distance_unit": pl.String,
    "energy": pl.String,
    "energy_unit": pl.String,
    "heart_rate": pl.String,
    "heart_rate_unit": pl.String,
}

NO_RECORDS, NO_WORKOUTS = pl.DataFrame(schema=RECORD_COLUMNS), pl.DataFrame(schema=WORKOUT_COLUMNS)

AGAIN = "make a new export in the Health app and give that file"

_MAX_DEPTH = 64
_QUANTITY = "HKQuantityTypeIdentifier"
_DISTANCE = f"{_QUANTITY}Distance"
_ON_FOOT = f"{_DISTANCE}WalkingRunning"
_STATISTICS = {f"{_QUANTITY}ActiveEnergyBurned": ("energy", "sum"), f"{_QUANTITY}HeartRate": ("heart_rate", "average")}
_ATTRIBUTES = {
    "source_name": "sourceName",
    "device": "device",
    "start": "startDate",
    "end": "endDate",
}
_RECORD_ATTRIBUTES = {**_ATTRIBUTES, "type": "type", "unit": "unit", "value": "value"}
_WORKOUT_ATTRIBUTES = {
    **_ATTRIBUTES,
    "type": "workoutActivityType",
    "duration": "duration",
    "duration_unit": "durationUnit",
    "distance": "totalDistance",
    "distance_unit": "totalDistanceUnit",
    "energy": "totalEnergyBurned",
    "energy_unit": "totalEnergyBurnedUnit",
}

Attributes = dict[str, str]
Row = dict[str, object]


@dataclass(slots=True)
class Tally:
    """What the reader found besides the wanted elements; complete once all of them have been read.

    Parameters
    ----------
    unwanted
        Other elements below the root by record type or tag.
    inside_correlations
        Records that repeat a top-level record.
    control_characters
        Characters that XML does not allow, replaced by spaces.
    version
        Version of the export format, from the comment in the prologue.
    dtd_malformed
        Whether the document type definition has the defect of the first iOS 16 releases, or another one.
    exported
        When the export was made, as stated in the file.
    """

    unwanted: Counter[str] = field(default_factory=Counter)
    inside_correlations: int = 0
    control_characters: int = 0
    version: str | None = None
    dtd_malformed: bool = False
    exported: str | None = None


class ElementParser:
    """An expat parser of one document, fed piece by piece with the position of each piece in the file.

    Parameters
    ----------
    entry
        The file, for refusals.
    wanted
        Record types to return as rows; workouts always are.
    tally
        Counts of everything else.
    """

    def __init__(self, entry: Entry, wanted: Collection[str], tally: Tally) -> None:
        self._rows: list[Row] = []
        self._workouts: list[Row] = []
        self._entry = entry
        self._wanted = frozenset(wanted)
        self._tally = tally
        self._depth = 0
        self._too_deep = False
        self._in_text_section = False
        self._n_fed = 0
        self._lines_passed = 0
        self._row: Row | None = None
        self._distance_type = ""
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartCdataSectionHandler = lambda: self._set_text_section(True)
        self._parser.EndCdataSectionHandler = lambda: self._set_text_section(False)

    @property
    def line(self) -> int:
        """The current line of the file."""
        return self._parser.CurrentLineNumber + self._lines_passed

    @property
    def is_between_elements(self) -> bool:
        """Whether the parser is between two elements directly below the root."""
        is_up_to_date = self._parser.CurrentByteIndex == self._n_fed
        return self._depth == 1 and is_up_to_date and not self._in_text_section

    def move_to(self, line: int) -> None:
        """Set the line at which the next piece begins; the lines in between were read by other means."""
        self._lines_passed = line - self._parser.CurrentLineNumber

    def feed(self, piece: bytes | bytearray) -> None:
        """Read the next piece.

        Raises
        ------
        ExportRefused
            ``xml_malformed``.
        """
        self._n_fed += len(piece)
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            raise self._malformed(error) from None
        if self._too_deep:
            raise refused("xml_malformed", self._entry, f"its elements are nested too deeply; {AGAIN}", self.line)

    def drain(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the records and workouts completed since the last call."""
        drained = (
            _frame(self._rows, RECORD_COLUMNS) if self._rows else NO_RECORDS,
            _frame(self._workouts, WORKOUT_COLUMNS) if self._workouts else NO_WORKOUTS,
        )
        self._rows.clear()
        self._workouts.clear()
        return drained

    def finish(self) -> None:
        """Check that the document is complete.

        Raises
        ------
        ExportRefused
            ``xml_truncated``.
        """
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError:
            raise refused(
                "xml_truncated", self._entry, f"the file ends before it is complete; {AGAIN}", self.line
            ) from None

    def _malformed(self, error: expat.ExpatError) -> ExportRefused:
        problem = expat.errors.messages[error.code]
        line = error.lineno + self._lines_passed
        return refused("xml_malformed", self._entry, f"it is not well-formed XML ({problem}); {AGAIN}", line)

    def _set_text_section(self, inside: bool) -> None:
        self._in_text_section = inside

    def _start(self, tag: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth == 2:
            self._start_top_level(tag, attributes)
        elif tag == "Record":
            self._tally.inside_correlations += 1
        elif self._depth == 3 and self._row is not None:
            self._take_child(self._row, tag, attributes.get)
        elif self._depth > _MAX_DEPTH:
            self._too_deep = True

    def _start_top_level(self, tag: str, attributes: Attributes) -> None:
        kind = attributes.get("type", "") if tag == "Record" else tag
        if tag == WORKOUT or (tag == "Record" and kind in self._wanted):
            names = _RECORD_ATTRIBUTES if tag == "Record" else _WORKOUT_ATTRIBUTES
            read: Row = {column: attributes.get(name) for column, name in names.items()}
            self._row = {"line": self.line, "user_entered": False, "time_zone": None} | read
            self._distance_type = ""
        elif tag == EXPORT_DATE:
            self._tally.exported = attributes.get("value")
        elif tag != PROFILE:
            self._tally.unwanted[kind] += 1

    def _take_child(self, row: Row, tag: str, attribute: Callable[[str], str | None]) -> None:
        if tag == "MetadataEntry":
            if attribute("key") == ENTERED:
                row["user_entered"] = row["user_entered"] or attribute("value") == "1"
            elif attribute("key") == ZONE:
                row["time_zone"] = attribute("value")
        elif tag == "WorkoutStatistics" and "duration" in row:
            self._take_statistic(row, attribute)

    def _take_statistic(self, row: Row, attribute: Callable[[str], str | None]) -> None:
        """Read totals as exports since iOS 16 write them. Of several distances, that of the sport itself counts."""
        kind = attribute("type") or ""
        name, which = _STATISTICS.get(kind, ("distance", "sum"))
        if name == "distance":
            if not kind.startswith(_DISTANCE) or (self._distance_type and not self._is_nearer(row, kind)):
                return
            self._distance_type = kind
        row[name], row[f"{name}_unit"] = attribute(which), attribute("unit")

    def _is_nearer(self, row: Row, kind: str) -> bool:
        """Whether a second distance fits the sport better than the one read before."""
        walks = str(row["type"]).endswith(("Walking", "Running", "Hiking"))
        return (kind == _ON_FOOT) == walks and (self._distance_type == _ON_FOOT) != walks

    def _end(self, tag: str) -> None:
        if self._depth == 2 and self._row is not None:
            (self._workouts if tag == WORKOUT else self._rows).append(self._row)
            self._row = None
        self._depth -= 1


def _frame(rows: list[Row], columns: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.DataFrame({name: [row.get(name) for row in rows] for name in columns}, schema=columns)
