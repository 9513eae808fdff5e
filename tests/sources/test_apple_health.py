"""Apple Health: what is read, what is ignored, and hostile documents."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from painstats.errors import ExportRefused
from painstats.sources.apple_health.xml import BATCH_ROWS
from tests.sources.reading import FIXTURES, Contents, read, written, zipped

WATCH = "&lt;&lt;HKDevice: 0x1&gt;, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,7&gt;"
PHONE = "&lt;&lt;HKDevice: 0x2&gt;, name:iPhone, manufacturer:Apple Inc., model:iPhone, hardware:iPhone13,2&gt;"
PAD = "&lt;&lt;HKDevice: 0x3&gt;, name:iPad, manufacturer:Apple Inc., model:iPad, hardware:iPad1,1&gt;"
STEPS, SLEEP = "HKQuantityTypeIdentifierStepCount", "HKCategoryTypeIdentifierSleepAnalysis"


ATTRIBUTES = ("sourceName", "device", "unit", "creationDate", "startDate", "endDate", "value")
ENDINGS = {"read as lines": "/>", "read by the XML parser": "></Record>"}


@pytest.fixture(autouse=True, params=ENDINGS)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test with records as Health writes them, and with records that the XML parser must read."""
    monkeypatch.setitem(ENDINGS, "now", ENDINGS[request.param])


def record(kind: str = STEPS, inside: str = "", **attributes: str | None) -> str:
    usual = {
        "sourceName": "Ann’s Watch",
        "unit": "count" if kind == STEPS else None,
        "creationDate": "2024-01-10 08:10:00 +0100",
        "startDate": "2024-01-10 08:00:00 +0100",
        "endDate": "2024-01-10 08:10:00 +0100",
        "value": "812",
    }
    known = {key: value for key, value in (usual | attributes).items() if value is not None}
    told = " ".join(f'{key}="{known[key]}"' for key in ATTRIBUTES if key in known)
    return f'<Record type="{kind}" {told}' + (f">{inside}</Record>" if inside else "/>")


def document(*records: str, prologue: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> str:
    lines = re.sub(r"(?m)^(<Record .*)/>$", rf"\1{ENDINGS['now']}", "\n".join(records))
    return f'{prologue}<HealthData locale="en_GB">\n{lines}\n</HealthData>\n'


def read_document(tmp_path: Path, *records: str, prologue: str = "") -> Contents:
    return read(written(tmp_path / "export.xml", document(*records, prologue=prologue)))


def refusal_of(path: Path) -> ExportRefused:
    with pytest.raises(ExportRefused) as refusal:
        read(path)
    return refusal.value


# --- real excerpts ---


def test_the_excerpt_of_2016_gives_its_steps() -> None:
    contents = read(FIXTURES / "tdda_export6s3sample.xml")
    steps = contents.accepted("step_count")
    assert steps["step_count"].to_list() == [329, 283, 426, 61, 10, 200, 390, 320, 216, 282]
    assert steps["start_at"][0] == datetime(2014, 9, 13, 9, 27, 54, tzinfo=UTC)
    assert steps["end_at"][0] == datetime(2014, 9, 13, 9, 27, 59, tzinfo=UTC)
    assert contents.notes[0].message == "version 3 of the export format"
    assert {(ignored.rows, ignored.reason) for ignored in contents.ignored} == {
        (5, "HKQuantityTypeIdentifierDistanceWalkingRunning: not used"),
        (2, "ActivitySummary: not used"),
    }


def test_the_broken_definition_of_ios_16_is_left_out_and_noted() -> None:
    contents = read(FIXTURES / "broken_dtd_v12.xml")
    assert contents.accepted("step_count")["step_count"].to_list() == [812, 790]
    assert contents.accepted("sleep_segment")["stage"].to_list() == ["in_bed", "core"]
    assert [note.message.split(";")[0] for note in contents.notes] == [
        "version 12 of the export format",
        "its document type definition is malformed (a known defect of iOS 16)",
        "2 symptoms",
        "every record has the UTC offset -0700, the phone's offset at the time of the export",
        "2 records name their time zone: America/Los_Angeles (2)",
    ]


def test_offsets_that_differ_and_stages_that_are_numbers_are_noted(tmp_path: Path) -> None:
    winter, summer = "2024-01-10 23:00:00 +0000", "2024-07-10 23:00:00 +0100"
    contents = read_document(
        tmp_path, record(SLEEP, startDate=winter, value="3"), record(SLEEP, startDate=summer, endDate=summer, value="5")
    )
    assert [note.message.split(",")[0] for note in contents.notes] == [
        "records have 2 different UTC offsets",
        "2 sleep stages are numbers",
    ]


def test_a_watch_that_inherits_the_name_of_the_old_one_is_another_device(tmp_path: Path) -> None:
    old, new = (
        f"&lt;&lt;HKDevice: 0x1&gt;, name:Apple Watch, model:Watch, hardware:Watch{model}&gt;"
        for model in ("3,1", "6,7")
    )
    later = {"startDate": "2024-01-11 09:00:00 +0000", "endDate": "2024-01-11 09:10:00 +0000"}
    contents = read_document(tmp_path, record(STEPS, device=old), record(STEPS, device=new, **later))
    steps = contents.accepted("step_count")
    assert steps["device_kind"].to_list() == ["watch", "watch"]
    assert steps["device"].n_unique() == 2


def test_a_zip_made_on_a_mac_is_read() -> None:
    contents = read(FIXTURES / "alxdrcirilo_export.zip")
    assert contents.accepted("sleep_segment")["start_at"].to_list() == [
        datetime(2023, 12, 31, 22, 55, 28, tzinfo=UTC),
        datetime(2024, 1, 1, 1, 27, 53, tzinfo=UTC),
    ]


def test_the_xml_is_found_by_content_under_any_name(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "导出.zip",
        {
            "apple_health_export/export_cda.xml": '<?xml version="1.0"?>\n<ClinicalDocument/>',
            "apple_health_export/导出.xml": document(record()),
            "apple_health_export/workout-routes/route.gpx": "<gpx/>",
        },
    )
    contents = read(path)
    assert contents.accepted("step_count").height == 1
    assert contents.ignored[-1].reason == "2 other file(s) of the zip: not used"


def test_two_candidates_are_ambiguous(tmp_path: Path) -> None:
    path = zipped(tmp_path / "export.zip", {"a/export.xml": document(record()), "a/copy.xml": document(record())})
    assert refusal_of(path).rule == "ambiguous"


def test_other_documents_are_not_recognised(tmp_path: Path) -> None:
    for content in ('<?xml version="1.0"?><ClinicalDocument/>', "<html>HealthData</html>", "<gpx/>", "<HealthDataX/>"):
        assert refusal_of(written(tmp_path / "export.xml", content)).rule == "not_recognised"


# --- records ---


@pytest.mark.parametrize(
    ("record_xml", "kind"),
    [
        (record(device=WATCH), "watch"),
        (record(device=PHONE), "phone"),
        (record(device=PAD), "unknown"),
        (record(), "app"),
        (record(device=WATCH, inside='<MetadataEntry key="HKWasUserEntered" value="1"/>'), "manual"),
        (record(device=WATCH, inside='<MetadataEntry key="HKWasUserEntered" value="0"/>'), "watch"),
    ],
)
def test_the_kind_of_device_comes_from_its_description(tmp_path: Path, record_xml: str, kind: str) -> None:
    steps = read_document(tmp_path, record_xml).accepted("step_count")
    assert steps["device_kind"].to_list() == [kind]
    assert re.fullmatch(rf"{kind}-[0-9a-f]{{6}}", steps["device"][0])


def test_a_device_keeps_its_name_however_its_spaces_are_written_and_no_name_is_kept(tmp_path: Path) -> None:
    names = ("Mark’s Apple Watch", "Mark’s Apple&#160;Watch", " Mark’s  Apple Watch")
    contents = read_document(tmp_path, *(record(sourceName=name, device=WATCH) for name in names))
    assert contents.accepted("step_count")["device"].n_unique() == 1
    other = read_document(tmp_path, record(sourceName="Mary’s Apple Watch", device=WATCH))
    assert other.accepted("step_count")["device"][0] != contents.accepted("step_count")["device"][0]
    assert "Mark" not in contents.frame("step_count").write_csv()


def test_the_offset_makes_the_instant_whatever_the_season_of_export(tmp_path: Path) -> None:
    summer = record(startDate="2024-01-10 09:00:00 +0200", endDate="2024-01-10 09:10:00 +0200")
    winter = record(startDate="2024-01-10 08:00:00 +0100", endDate="2024-01-10 08:10:00 +0100")
    steps = read_document(tmp_path, summer, winter).accepted("step_count")
    assert steps["start_at"].to_list() == [datetime(2024, 1, 10, 7, tzinfo=UTC)] * 2
    assert steps.unique().height == 1


@pytest.mark.parametrize(
    ("value", "stage"),
    [
        ("HKCategoryValueSleepAnalysisInBed", "in_bed"),
        ("HKCategoryValueSleepAnalysisAsleep", "asleep"),
        ("HKCategoryValueSleepAnalysisAsleepUnspecified", "asleep"),
        ("HKCategoryValueSleepAnalysisAsleepCore", "core"),
        ("HKCategoryValueSleepAnalysisAsleepDeep", "deep"),
        ("HKCategoryValueSleepAnalysisAsleepREM", "rem"),
        ("HKCategoryValueSleepAnalysisAwake", "awake"),
        ("0", "in_bed"),
        ("1", "asleep"),
        ("2", "awake"),
        ("3", "core"),
        ("4", "deep"),
        ("5", "rem"),
    ],
)
def test_sleep_stages(tmp_path: Path, value: str, stage: str) -> None:
    assert read_document(tmp_path, record(SLEEP, value=value)).accepted("sleep_segment")["stage"].to_list() == [stage]


@pytest.mark.parametrize(
    ("attributes", "column", "rule"),
    [
        ({"value": "NaN"}, "value", "unreadable"),
        ({"value": "1e309"}, "value", "unreadable"),
        ({"value": ""}, "value", "unreadable"),
        ({"value": None}, "value", "unreadable"),
        ({"value": "99999999999999999999"}, "value", "unreadable"),
        ({"value": "1_000"}, "value", "unreadable"),
        ({"unit": "mi"}, "unit", "unreadable"),
        ({"startDate": "2024-01-10 08:00:00"}, "startDate", "unreadable"),
        ({"startDate": None}, "startDate", "unreadable"),
        ({"endDate": "2024-02-30 08:00:00 +0100"}, "endDate", "unreadable"),
        ({"endDate": "2024-01-10 08:10:60 +0100"}, "endDate", "unreadable"),
        ({"value": "-5"}, "step_count", "steps_negative"),
        ({"value": "1000000000"}, "step_count", "steps_implausible"),
        ({"endDate": "9999-12-31 23:59:59 -0100"}, "end_at", "interval_too_long"),
        ({"endDate": "2024-01-10 07:00:00 +0100"}, "end_at", "interval_negative"),
    ],
)
def test_a_record_that_cannot_be_is_rejected_alone(
    tmp_path: Path, attributes: dict[str, str | None], column: str, rule: str
) -> None:
    contents = read_document(tmp_path, record(), record(**attributes), record())
    assert contents.accepted("step_count").height == 2
    assert contents.rejected() == [("export.xml", 3, column, rule)]


def test_a_part_of_a_step_is_rounded(tmp_path: Path) -> None:
    steps = read_document(tmp_path, record(value="12.6"), record(value="1e3")).accepted("step_count")
    assert steps["step_count"].to_list() == [13, 1000]


def test_records_inside_a_correlation_are_counted_and_not_read_twice(tmp_path: Path) -> None:
    contents = read_document(tmp_path, f'<Correlation type="C">{record()}{record()}</Correlation>', record())
    assert contents.accepted("step_count").height == 1
    assert {ignored.reason.split(":")[0]: ignored.rows for ignored in contents.ignored} == {
        "Correlation": 1,
        "Record inside a Correlation": 2,
    }


def test_types_with_odd_names_are_counted_together(tmp_path: Path) -> None:
    contents = read_document(tmp_path, *(record(kind=f"Ann weighs {number} kg") for number in range(50)))
    assert [(ignored.rows, ignored.reason) for ignored in contents.ignored] == [
        (50, "elements of an unknown kind: not used")
    ]


def test_batches_stay_small(tmp_path: Path) -> None:
    one = record(SLEEP, value="3")
    contents = read_document(tmp_path, *[record()] * 60_000, *[one] * 60_000)
    assert [batch.frame.height for batch in contents.batches] == [50_000, 10_000, 40_000, 20_000]
    assert all(batch.frame.height <= BATCH_ROWS for batch in contents.batches)
    assert contents.frame("sleep_segment")["line"].to_list() == list(range(60_002, 120_002))


def test_an_export_without_steps_and_sleep_says_so(tmp_path: Path) -> None:
    [note] = read_document(tmp_path, record(kind="HKQuantityTypeIdentifierHeartRate")).notes
    assert note.message.startswith("it contains no steps and no sleep")


# --- repaired ---


def test_control_characters_are_replaced_and_counted(tmp_path: Path) -> None:
    contents = read_document(tmp_path, record(sourceName="Ann\x0b\x00s Watch"), record())
    assert contents.accepted("step_count").height == 2
    assert "2 characters" in contents.notes[0].message


def test_a_byte_order_mark_is_fine(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + document(record()).encode()
    assert read(written(tmp_path / "export.xml", content)).accepted("step_count").height == 1


def test_a_definition_that_would_add_attributes_has_no_effect(tmp_path: Path) -> None:
    prologue = f'<!DOCTYPE HealthData [<!ATTLIST Record extra CDATA "{"x" * 200_000}">]>\n'
    began = time.perf_counter()
    contents = read_document(tmp_path, *[record()] * 20_000, prologue=prologue)
    assert contents.accepted("step_count").height == 20_000
    assert time.perf_counter() - began < 5


# --- refused ---


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE HealthData [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE HealthData [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE HealthData [<!ENTITY % p SYSTEM "http://localhost/p.dtd"> %p;]>',
        '<!DOCTYPE HealthData SYSTEM "http://localhost/health.dtd">',
    ],
)
def test_entities_and_outside_definitions_are_refused(tmp_path: Path, prologue: str) -> None:
    path = written(tmp_path / "export.xml", document(record(sourceName="&x;"), prologue=prologue))
    assert refusal_of(path).rule == "xml_entity"


def test_an_undeclared_entity_is_refused(tmp_path: Path) -> None:
    refusal = refusal_of(written(tmp_path / "export.xml", document(record(), record(sourceName="&x;"))))
    assert refusal.rule == "xml_malformed"
    assert "line 4" in str(refusal)


def test_a_huge_or_endless_definition_is_refused(tmp_path: Path) -> None:
    huge = "<!DOCTYPE HealthData [" + "<!ELEMENT A EMPTY>\n" * 15_000 + "]>"
    assert refusal_of(written(tmp_path / "a.xml", document(record(), prologue=huge))).rule == "xml_dtd_size"
    endless = "<!DOCTYPE HealthData [" + "<!ELEMENT A EMPTY>\n" * 80_000
    assert refusal_of(written(tmp_path / "b.xml", endless)).rule == "xml_dtd_size"


@pytest.mark.parametrize("cut", [-3, -14, -16, -40, -120, -3000])
def test_a_file_cut_short_is_refused_with_its_line(tmp_path: Path, cut: int) -> None:
    whole = document(*[record()] * 1000)
    refusal = refusal_of(written(tmp_path / "export.xml", whole[:cut]))
    assert refusal.rule == "xml_truncated"
    assert re.search(r"line \d+", str(refusal))


@pytest.mark.parametrize(
    ("inside", "line"),
    [
        (record(sourceName="&#11;"), 4),
        (record().replace("<Record ", '<Record value="1" '), 4),
        ("<a><b></a></b>", 4),
        ("</HealthData><More/>", 4),
    ],
    ids=["forbidden reference", "attribute twice", "tags crossed", "second root"],
)
def test_malformed_xml_is_refused_with_its_line(tmp_path: Path, inside: str, line: int) -> None:
    refusal = refusal_of(written(tmp_path / "export.xml", document(record(), inside)))
    assert refusal.rule == "xml_malformed"
    assert f"line {line}" in str(refusal)


def test_lines_are_counted_from_the_top_of_the_file(tmp_path: Path) -> None:
    prologue = "<!DOCTYPE HealthData [\n<!ELEMENT A EMPTY>\n\n]>\n"
    contents = read_document(tmp_path, record(), record(value="x"), prologue=prologue)
    assert contents.frame("step_count")["line"].to_list() == [6, 7]


def test_endless_tags_and_deep_nesting_are_refused_quickly(tmp_path: Path) -> None:
    began = time.perf_counter()
    endless = document(record(sourceName="x" * 20_000_000))
    assert refusal_of(written(tmp_path / "a.xml", endless)).rule == "xml_malformed"
    deep = document("<a>" * 100_000 + "</a>" * 100_000)
    assert refusal_of(written(tmp_path / "b.xml", deep)).rule == "xml_malformed"
    assert time.perf_counter() - began < 2


def test_other_encodings_are_refused(tmp_path: Path) -> None:
    utf16 = refusal_of(written(tmp_path / "a.xml", document(record()).encode("utf-16")))
    assert utf16.rule == "encoding"
    latin1 = refusal_of(written(tmp_path / "b.xml", document(record(sourceName="Zoë")).encode("cp1252", "replace")))
    assert latin1.rule == "encoding"
    assert re.search(r"from byte \d+ on", str(latin1))


def test_dates_of_2015_are_refused_politely(tmp_path: Path) -> None:
    old = record(startDate="20150616071916-0700", endDate="20150616071916-0700")
    refusal = refusal_of(written(tmp_path / "export.xml", document(old)))
    assert refusal.rule == "dates_of_2015"
    assert "make a new export" in str(refusal)


def test_refusals_repeat_no_value_and_no_name(tmp_path: Path) -> None:
    path = written(tmp_path / "export.xml", document(record(sourceName="Ann&x;", value="4711")))
    assert not re.search("Ann|4711", str(refusal_of(path)))


def test_the_text_of_a_rejected_record_is_kept(tmp_path: Path) -> None:
    frame = read_document(tmp_path, record(value="many")).frame("step_count")
    assert frame.select(pl.col("text").str.contains("many")).item()
