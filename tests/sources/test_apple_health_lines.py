"""Apple Health by lines and by the XML parser: the same rows, counts and refusals as a plain slow reader, whatever the text."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.parsers import expat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from painstats.archive.archive import open_archive
from painstats.errors import ExportRefused
from painstats.sources.apple_health.elements import RECORD_COLUMNS, Tally
from painstats.sources.apple_health.lines import read_lines
from painstats.sources.apple_health.source import WANTED
from painstats.sources.apple_health.xml import read_elements
from tests.examples import examples
from tests.sources.reading import written

STEPS, HEART = "HKQuantityTypeIdentifierStepCount", "HKQuantityTypeIdentifierHeartRate"
VARIABILITY = "HKQuantityTypeIdentifierHeartRateVariabilitySDNN"
AT = (
    'creationDate="2024-01-10 08:00:00 +0100" startDate="2024-01-10 08:00:00 +0100" endDate="2024-01-10 08:10:00 +0100"'
)

FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ")


# --- the plain slow reader ---


class Reference:
    """Everything in one tree, by expat alone."""

    def __init__(self, document: str) -> None:
        self.records: list[tuple[object, ...]] = []
        self.workouts: list[str] = []
        self.counts: Counter[str] = Counter()
        self.refusal: tuple[str, int] | None = None
        self.path: list[tuple[str, dict[str, str], int, list[tuple[str, dict[str, str]]]]] = []
        root = document.index("<HealthData")
        self.line_before = document.count("\n", 0, root)
        self.parser = expat.ParserCreate("UTF-8")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        try:
            self.parser.Parse(document[root:].translate(FORBIDDEN), False)
        except expat.ExpatError as error:
            self.refusal = "xml_malformed", error.lineno + self.line_before
            return
        try:
            self.parser.Parse("", True)
        except expat.ExpatError as error:
            self.refusal = "xml_truncated", error.lineno + self.line_before

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.path) == 2:
            self.path[1][3].append((tag, attributes))
        elif tag == "Record" and len(self.path) > 2:
            self.counts["inside"] += 1
        self.path.append((tag, attributes, self.parser.CurrentLineNumber + self.line_before, []))

    def end(self, tag: str) -> None:
        _, attributes, line, children = self.path.pop()
        if len(self.path) != 1 or tag in ("ExportDate", "Me"):
            return
        self.counts["inside"] += sum(child == "Record" for child, _ in children)
        metadata = [(entry.get("key"), entry.get("value")) for child, entry in children if child == "MetadataEntry"]
        if tag == "Workout":
            self.workouts.append(attributes.get("workoutActivityType", ""))
        elif tag == "Record" and attributes.get("type") in WANTED:
            names = ("type", "sourceName", "device", "startDate", "endDate")
            zones = [value for key, value in metadata if key == "HKTimeZone"]
            self.records.append(
                (
                    line,
                    *map(attributes.get, names),
                    ("HKWasUserEntered", "1") in metadata,
                    zones[-1] if zones else None,
                    attributes.get("unit"),
                    attributes.get("value"),
                )
            )
        else:
            self.counts[attributes.get("type", "") if tag == "Record" else tag] += 1


def elements_of(path: Path, block_bytes: int) -> tuple[object, ...]:
    """Read a document in blocks of some size: records, workouts, counts, refusal."""
    tally = Tally()
    records, workouts, refusal = [], [], None
    try:
        for record_frame, workout_frame in read_elements(open_archive(path).entries[0], WANTED, tally, block_bytes):
            records += record_frame.select(*RECORD_COLUMNS).rows()
            workouts += workout_frame["type"].fill_null("").to_list()
    except ExportRefused as error:
        line = re.search(r"line (\d+)", str(error))
        refusal = error.rule, int(line.group(1)) if line else None
    counts = tally.unwanted + Counter({"inside": tally.inside_correlations})
    return records, workouts, counts, refusal


# --- documents ---

values = st.sampled_from(
    ["count", "Ann’s Watch", "Ann’s Apple\xa0Watch", "a &amp; b", "&lt;&lt;x&gt;&gt;", "x > y", "&#160;", "&#x41;", "&quot;",
     "", " ", "a\x0bb", "tab\there", "日本", "&amp;lt;", "it's", "𝛼", "Watch6,7", "\x7f\x85\u2028"]
)  # fmt: skip
kinds = st.sampled_from(
    [STEPS, STEPS, HEART, VARIABILITY, "HKCategoryTypeIdentifierFatigue", "a &amp; b", "Workout", "Me", ""]
)
metadata = st.one_of(
    st.sampled_from(
        [
            '<MetadataEntry key="HKWasUserEntered" value="1"/>',
            '<MetadataEntry key="HKWasUserEntered" value="0"/>',
            '<MetadataEntry value="1" key="HKWasUserEntered"/>',
            '<MetadataEntry key="HKTimeZone" value="Europe/London"/>',
            '<MetadataEntry key="HKTimeZone" value="a&amp;b"/>',
            '<MetadataEntry key="HKTimeZone" value="Asia/Tokyo" />',
            "<MetadataEntry key='HKTimeZone' value='Asia/Tokyo'/>",
            "<!-- <MetadataEntry key='HKWasUserEntered' value='1'/> -->",
            "<HeartRateVariabilityMetadataList>\n   <InstantaneousBeatsPerMinute bpm=\"60\" time=\"9:00\"/>\n"
            "  </HeartRateVariabilityMetadataList>",
            "<HeartRateVariabilityMetadataList>\n   <MetadataEntry key=\"HKWasUserEntered\" value=\"1\"/>\n"
            "  </HeartRateVariabilityMetadataList>",
            "<Other>\n   <MetadataEntry key=\"HKTimeZone\" value=\"Asia/Tokyo\"/>\n  </Other>",
            "<MetadataEntry key=\"HKTimeZone\" value=\"Asia/Tokyo\">\n  </MetadataEntry>",
            "some text",
        ]
    ),
    st.builds('<MetadataEntry key="{}" value="{}"/>'.format, st.sampled_from(["HKTimeZone", "x"]), values),
)  # fmt: skip


@st.composite
def usual_records(draw: st.DrawFn) -> str:
    """Draw a record in the form of Health."""
    parts = [f'type="{draw(kinds)}"', f'sourceName="{draw(values)}"']
    parts += [f'{name}="{draw(values)}"' for name in ("sourceVersion", "device", "unit") if draw(st.booleans())]
    parts += [AT] + ([f'value="{draw(values)}"'] if draw(st.integers(0, 5)) else [])
    children = draw(st.lists(metadata, max_size=2))
    if not children:
        return f" <Record {' '.join(parts)}/>"
    return "\n".join([f" <Record {' '.join(parts)}>", *(f"  {child}" for child in children), " </Record>"])


@st.composite
def odd_records(draw: st.DrawFn) -> str:
    """Draw a record that says the same in another way."""
    parts = [f'type="{draw(kinds)}"', *re.findall(r'\w+="[^"]*"', AT), f'value="{draw(values)}"', 'sourceName="Ann"']
    quote = draw(st.sampled_from('""\''))
    space = draw(st.sampled_from([" ", "  ", "\n", " \t"]))
    parts = [part.replace('"', quote) for part in draw(st.permutations(parts)) if "'" not in part]
    ending = draw(st.sampled_from(["/>", " />", "></Record>", "\n/>", ">\n </Record>"]))
    return f" <Record {space.join(parts)}{ending}"


others = st.sampled_from(
    [
        "",
        "  ",
        " <!-- a comment -->",
        f' <!--\n <Record type="{STEPS}" sourceName="no" {AT} value="1"/>\n -->',
        f' <![CDATA[\n <Record type="{STEPS}" sourceName="no" {AT} value="1"/>\n ]]>',
        " <?note something?>",
        " plain text",
        f' <Correlation type="C" {AT}>\n  <Record type="{STEPS}" sourceName="a" {AT} value="1"/>\n </Correlation>',
        f' <Correlation type="C" {AT}>\n <Record type="{STEPS}" sourceName="a" {AT} value="1"/>\n </Correlation>',
        f' <Workout workoutActivityType="Run" {AT} duration="3"/>',
        f' <Workout workoutActivityType="Walk" {AT}>\n  <WorkoutRoute>\n   <FileReference path="x"/>\n  </WorkoutRoute>\n </Workout>',
        ' <ActivitySummary dateComponents="2024-01-01" appleExerciseTime="3"/>',
        f' <Record type="{STEPS}" sourceName="a" {AT} value="1"/> <Record type="{STEPS}" sourceName="b" {AT} value="2"/>',
        f'<Record type="{STEPS}" sourceName="a" {AT} value="1"/>\r',
        f' <Record type="{HEART}" sourceName="a" {AT} value="1"/>',
        ' <Record type="x" sourceName="y" creationDate="z"/>',
    ]
)
broken = st.sampled_from(
    [
        f' <Record type="{STEPS}" type="x" sourceName="a" {AT} value="1"/>',
        f' <Record type="{HEART}" sourceName="a" {AT} value="1"/',
        f' <Record type="{HEART}" sourceName="a" {AT} value="1">',
        f' <Record type="{HEART}" sourceName="&x;" {AT} value="1"/>',
        f' <Record type="{HEART}" sourceName="a&#11;" {AT} value="1"/>',
        f' <Record type="{HEART}" sourceName="a&#1٣٢;" {AT} value="1"/>',
        f' <Record type="{HEART}" sourceName="a&nbsp;" {AT} value="1"/>',
        f' <Record type="{HEART}" sourceName="a" {AT} value="\ufffe"/>',
        f' <Record type="{HEART}" sourceName="a" {AT} value="a"b"/>',
        f' <Record type="{HEART}" sourceName="a"{AT} value="1"/>',
        f' <Record type="{HEART}" sourceName="a<b" {AT} value="1"/>',
        " </Record>",
        " <a>\n <b>\n </a>\n </b>",
        ' <MetadataEntry key="a" key="b" value="c"/>',
        f' <Record type="{STEPS}" sourceName="a" {AT} value="1">\n  <MetadataEntry key="HKTimeZone" value="x" value="y"/>\n </Record>',
        f' <Record type="{STEPS}" sourceName="a" {AT} value="1">\n </HealthData>',
        "</HealthData>",
        " <!-- a -- b -->",
    ]
)
PROLOGUES = (
    "",
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!-- HealthKit Export Version: 12 -->\n'
    "<!ATTLIST VisionPrescription\n  type CDATA #REQUIRED\n  device CDATA #IMPLIED\n>\n]>\n",
    "\n\n",
)  # fmt: skip

a_document = st.builds(
    lambda prologue, root, elements, end: f"{prologue}{root}" + "\n".join(elements) + end,
    st.sampled_from(PROLOGUES),
    st.sampled_from(['<HealthData locale="en_GB">\n', "<HealthData\n locale='en'>\n", "<HealthData>"]),
    st.lists(st.one_of(usual_records(), usual_records(), usual_records(), odd_records(), others), max_size=12),
    st.sampled_from(["\n</HealthData>\n", "\n</HealthData>", "</HealthData>\n\n", "\n</HealthData>\n<!-- end -->\n"]),
)
a_broken_document = st.builds(
    lambda document, piece, where: "\n".join([*(lines := document.split("\n"))[:where], piece, *lines[where:]]),
    a_document,
    broken,
    st.integers(1, 20),
).filter(lambda document: "<HealthData" in document)
unhurried = settings(
    deadline=None,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(a_document, st.sampled_from([1, 40, 300, 1000, 1 << 20]))
@unhurried
def test_both_ways_give_what_a_plain_reader_gives(tmp_path: Path, document: str, block_bytes: int) -> None:
    known = Reference(document)
    records, workouts, counts, refusal = elements_of(written(tmp_path / "export.xml", document), block_bytes)
    assert refusal is None
    assert known.refusal is None
    assert records == known.records
    assert workouts == known.workouts
    assert counts == known.counts


@given(a_broken_document, st.sampled_from([1, 40, 300, 1 << 20]))
@unhurried
def test_what_a_plain_reader_refuses_is_refused_at_the_same_line(
    tmp_path: Path, document: str, block_bytes: int
) -> None:
    known = Reference(document)
    records, _, counts, refusal = elements_of(written(tmp_path / "export.xml", document), block_bytes)
    assert refusal == known.refusal
    if refusal is None:
        assert (records, counts) == (known.records, known.counts)


@given(
    a_document,
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=3),
    st.sampled_from([40, 1 << 20]),
)
@unhurried
def test_damaged_bytes_give_the_same_both_ways_or_a_refusal(
    tmp_path: Path, document: str, damage: list[tuple[int, int]], block_bytes: int
) -> None:
    content = bytearray(document.encode())
    root = content.index(b"<HealthData") + 12
    for place, byte in damage:
        content[root + place % (len(content) - root)] = byte
    found = elements_of(written(tmp_path / "export.xml", bytes(content)), block_bytes)
    whole = elements_of(tmp_path / "export.xml", 1)  # nothing is read by lines where no block holds one
    assert (found[3] is None) == (whole[3] is None)
    if whole[3] is None:
        assert found == whole


@given(a_document, st.integers(0, 3000), st.sampled_from([40, 1 << 20]))
@unhurried
def test_a_document_cut_short_is_refused(tmp_path: Path, document: str, cut: int, block_bytes: int) -> None:
    end, root = document.index("</HealthData>") + len("</HealthData>") - 1, document.index("<HealthData") + 12
    short = document[: max(end - cut, root)]
    *_, refusal = elements_of(written(tmp_path / "export.xml", short), block_bytes)
    assert refusal is not None
    assert refusal == Reference(short).refusal


# --- the way of the bulk ---


def test_what_health_writes_is_read_by_lines() -> None:
    record = (
        f' <Record type="{STEPS}" sourceName="Ann’s Watch" sourceVersion="10" device="a, b" unit="count" {AT} value="7"'
    )
    other = record.replace(STEPS, HEART)
    block = (
        f"{record}/>\n{other}/>\n"
        f'{record}>\n  <MetadataEntry key="HKWasUserEntered" value="1"/>\n </Record>\n'
        f'{other}>\n  <MetadataEntry key="x" value="1"/>\n </Record>\n'
        ' <Workout workoutActivityType="Run" duration="3">\n </Workout>\n'
    )
    read = read_lines(block.encode(), WANTED)
    assert read is not None
    assert read.records["line"].to_list() == [0, 2]
    assert read.records["user_entered"].to_list() == [False, True]
    assert read.unwanted == {HEART: 2}
    assert [(row, len(lines.splitlines())) for row, lines in read.elements] == [(8, 2)]


@pytest.mark.parametrize(
    "block",
    [
        f'<Record type="{STEPS}" sourceName="a" {AT} value="7"/>',
        f'<Record type="{STEPS}" sourceName="a" {AT} value="7">\n',
        "</Record>\n",
        "<!-- -->\n",
        "<a/><b/>\n",
        "text\n",
        "<a b='c'/>\n",
        '<a b="\x0b"/>\n',
        '<a b="' + "x" * 5000 + '"/>\n',
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(block: str) -> None:
    assert read_lines(block.encode(), WANTED) is None


def test_bytes_that_are_no_text_are_left_to_the_parser() -> None:
    assert read_lines(b'<a b="\xff"/>\n', WANTED) is None


def test_kinds_of_records_may_alternate_and_be_many() -> None:
    lines = [
        f' <Record type="{STEPS if number % 3 else HEART}" sourceName="Phone {number % 150}" unit="count" {AT} '
        f'value="{number}"/>'
        for number in range(1000)
    ]
    read = read_lines("\n".join([*lines, " <Other/>", ""]).encode(), WANTED)
    assert read is not None
    known = [number for number in range(1000) if number % 3]
    assert read.records["value"].to_list() == [str(number) for number in known]
    assert read.records["source_name"].to_list() == [f"Phone {number % 150}" for number in known]
    assert read.unwanted == {HEART: 334}
    assert [row for row, _ in read.elements] == [1000]


@pytest.mark.parametrize(
    "changed",
    [
        ("2024-01-10 08:00:00 +0100", "2024-01-10T08:00:00 +0100"),
        ("2024-01-10 08:00:00 +0100", "2024-1-10 08:00:00 +01000"),
        ('value="5"', 'value="5&amp;"'),
        ('value="5"', 'value="é"'),
        ('value="5"', 'value="' + "5" * 200 + '"'),
        (' value="5"', ""),
        ("/>", " />"),
        ("Ann", "An<n"),
    ],
)
def test_one_line_that_differs_does_not_lead_the_others_astray(tmp_path: Path, changed: tuple[str, str]) -> None:
    usual = f' <Record type="{STEPS}" sourceName="Ann" unit="count" {AT} value="5"/>'
    lines = [usual.replace('value="5"', f'value="{number}"') for number in range(40)]
    lines[20] = usual.replace(*changed)
    document = "<HealthData>\n" + "\n".join(lines) + "\n</HealthData>\n"
    known = Reference(document)
    records, _, counts, refusal = elements_of(written(tmp_path / "export.xml", document), 1 << 20)
    assert refusal == known.refusal
    if refusal is None:
        assert (records, counts) == (known.records, known.counts)
