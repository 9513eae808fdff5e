"""Step minutes by columns of bytes and as JSON: the same minutes and refusals for any content."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from painstats.archive.archive import open_archive
from painstats.errors import ExportRefused
from painstats.parsing.text import local_times
from painstats.sources.fitbit.logs import minutes_by_objects, read_minutes
from painstats.sources.fitbit.minutes import minutes_by_columns
from tests.examples import examples
from tests.sources.reading import FIXTURES, read, refusal_of, written, zipped

US, ISO = "%m/%d/%y %H:%M:%S", "%Y-%m-%d %H:%M:%S"
FITBIT = ("[", '{\n  "dateTime" : "', '",\n  "value" : "', '"\n}', ",", "]")
COMPACT = ("[", '{"dateTime":"', '","value":"', '"}', ",", "]")
SPACED = ("[", '{"dateTime": "', '", "value": "', '"}', ", ", "]\n")
WINDOWS = ("\ufeff[\r\n", '{\r\n"dateTime": "', '",\r\n\t"value": "', '"\r\n}', " ,\r\n", "\r\n]\r\n\r\n")
FORMS = {"fitbit": FITBIT, "compact": COMPACT, "spaced": SPACED, "windows": WINDOWS}


def content_of(rows: list[tuple[str, str]], form: tuple[str, ...] = FITBIT) -> bytes:
    opening, before, between, closing, comma, end = form
    objects = (f"{before}{at}{between}{value}{closing}" for at, value in rows)
    return f"{opening}{comma.join(objects)}{end}".encode()


def minutes_of(path: Path, content: bytes, *, as_json: bool) -> tuple[pl.DataFrame | None, str]:
    """Read a file in one of the two ways: its minutes, or what it is refused with."""
    entry = open_archive(written(path, content)).entries[0]
    try:
        minutes = minutes_by_objects(entry) if as_json else read_minutes(entry)
    except ExportRefused as refusal:
        return None, f"{refusal.rule}: {refusal}"
    if "text" not in minutes.columns:
        minutes = minutes.with_columns(pl.lit(None, pl.String).alias("text"))
    return minutes.with_columns(pl.col("step_count").cast(pl.Int64)), ""


def assert_both_ways_agree(path: Path, content: bytes) -> None:
    found, refusal = minutes_of(path, content, as_json=False)
    known, known_refusal = minutes_of(path, content, as_json=True)
    assert refusal == known_refusal
    assert (found is None and known is None) or (found is not None and known is not None and found.equals(known))


# --- files ---

spaces = st.sampled_from(["", "", " ", "\n", "\n  ", "\r\n", "\t"])
numbers = st.one_of(
    st.sampled_from(["0", "0", "0", "7", "12", "104"]),
    st.integers(0, 10**11).map(str),
    st.sampled_from(["007", "00", "999999999", "1000000000", "9" * 16]),
)
odd_values = st.sampled_from(["", "-5", "5.0", "1e2", "five", "٥", "+5", " 5", '5", "value":"6', "\\u0035", "\\ud800"])
odd_times = st.sampled_from(
    ["02/30/24 10:00:00", "13/01/24 10:00:00", "00/10/24 10:00:00", "03/01/24 24:00:00", "03/01/24 23:60:00",
     "03/01/24 23:59:60", "2024-02-30 10:00:00", "2024-03-01 10:00:60", "0000-00-00 00:00:00", "03/01/24T10:00:00",
     "03/01/24 10:00", "03/01/2024 10:00:00", "", "٠3/01/24 10:00:00"]
)  # fmt: skip
clocks = st.sampled_from([US, US, US, ISO, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.000"])
forms = st.one_of(
    st.sampled_from(list(FORMS.values())),
    st.builds(
        lambda a, b, c, d, e, f: (
            f"{a}[{b}", f'{{{c}"dateTime"{d}:{e}"', f'"{f},{a}"value"{b}:{c}"', f'"{d}}}', f"{e},{f}", f"{a}]{b}"
        ),
        *[spaces] * 6,
    ),
)  # fmt: skip


@st.composite
def times(draw: st.DrawFn, clock: str) -> list[str]:
    """Draw times minute by minute, with gaps, or in no order."""
    at = draw(st.datetimes(datetime(1969, 1, 1), datetime(2068, 1, 1))).replace(second=0)
    steps = draw(st.lists(st.sampled_from([1, 1, 1, 1, 2, 15, 700, 1440, 0, -1]), max_size=12))
    found = [at.strftime(clock)]
    for step in steps:
        at += timedelta(minutes=step, seconds=draw(st.sampled_from([0, 0, 0, 17])))
        found.append(at.strftime(clock))
    return found


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[str, str]]:
    return [(at, draw(numbers)) for at in draw(times(draw(clocks)))]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Draw a file of one form."""
    return content_of(draw(rows()), draw(forms))


@st.composite
def odd_files(draw: st.DrawFn) -> bytes:
    """Draw a file with one object of its own kind."""
    minutes, form = draw(rows()), draw(forms)
    place = draw(st.integers(0, len(minutes) - 1))
    at, value = minutes[place]
    opening, before, between, closing, comma, end = form
    inside = f"{at}{between}{value}"
    odd = draw(
        st.one_of(
            st.just(before + inside + closing).map(lambda text: text.replace(":", " :", 1)),
            odd_values.map(lambda odd_value: f"{before}{at}{between}{odd_value}{closing}"),
            odd_times.map(lambda odd_time: f"{before}{odd_time}{between}{value}{closing}"),
            st.sampled_from(
                ["7", "null", "{}", "[]", "{", f'{{"value": "{value}", "dateTime": "{at}"}}', f'{{"dateTime": "{at}"}}',
                 f'{{"dateTime": "{at}", "value": {value}}}', f'{before}{inside}", "value": "3"}}',
                 f'{before}{inside}", "note": "a {{ b"}}', f"{before}{inside}{closing}{before}{inside}{closing}"]
            ),
        )
    )  # fmt: skip
    objects = [f"{before}{a}{between}{b}{closing}" for a, b in minutes]
    objects[place] = odd
    return f"{opening}{comma.join(objects)}{end}".encode()


unhurried = settings(
    deadline=None,
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(files())
@unhurried
def test_both_ways_give_the_same_minutes(tmp_path: Path, content: bytes) -> None:
    assert_both_ways_agree(tmp_path / "steps.json", content)


@given(odd_files())
@unhurried
def test_both_ways_agree_on_an_object_of_another_kind(tmp_path: Path, content: bytes) -> None:
    assert_both_ways_agree(tmp_path / "steps.json", content)


@given(files(), st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=2)), min_size=1, max_size=2))
@unhurried
def test_both_ways_agree_on_damaged_bytes(tmp_path: Path, content: bytes, damage: list[tuple[int, bytes]]) -> None:
    for place, bytes_there in damage:
        at = place % len(content)
        content = content[:at] + bytes_there + content[at + 1 :]
    assert_both_ways_agree(tmp_path / "steps.json", content)


@given(files(), st.integers(0, 5000))
@unhurried
def test_both_ways_agree_on_a_file_cut_short(tmp_path: Path, content: bytes, cut: int) -> None:
    assert_both_ways_agree(tmp_path / "steps.json", content[: 1 + cut % (len(content) - 1)])


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_byte_goes_unseen(tmp_path: Path, form: tuple[str, ...]) -> None:
    content = content_of([("03/01/24 23:59:00", "0"), ("03/02/24 00:00:00", "12"), ("03/02/24 00:01:00", "9")], form)
    for place in range(len(content)):
        for other in (b"", *(bytes([byte]) for byte in b'"{}[],: \n\r09/-\\a\x00\xff'), b"{{", b"  ", b"00"):
            changed = content[:place] + other + content[place + 1 :]
            if minutes_by_columns(changed) is not None:
                assert_both_ways_agree(tmp_path / "steps.json", changed)


# --- the calendar ---


@given(
    st.from_regex(r"[0-9]{2}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", fullmatch=True)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}", fullmatch=True)
    | st.builds(
        "{:02}/{:02}/{:02} {:02}:{:02}:{:02}".format,
        *(st.integers(0, top) for top in (13, 32, 99, 25, 61, 61)),
    )
)
@settings(max_examples=examples(200))
@example("02/29/24 00:00:00")
@example("02/29/23 00:00:00")
@example("02/29/00 00:00:00")
@example("12/31/68 23:59:59")
@example("01/01/69 00:00:00")
@example("01/01/70 00:00:00")
@example("03/01/24 24:00:00")
@example("03/01/24 23:60:00")
@example("03/01/24 23:59:60")
@example("1900-02-29 00:00:00")
@example("0000-01-01 00:00:00")
@example("9999-12-31T23:59:59")
def test_a_time_is_read_where_and_as_the_clock_reads_it(at: str) -> None:
    [known_us] = pl.DataFrame({"at": [at]}).select(local_times("at").cast(pl.Int64))["at"]
    before = "2024-03-01 10:00:00".replace(" ", at[10]) if "-" in at else "03/01/24 10:00:00"
    for rows_before in ([], [(before, "0")]):
        minutes = minutes_by_columns(content_of([*rows_before, (at, "5")]))
        assert (None if minutes is None else minutes["clock"].cast(pl.Int64)[-1]) == known_us


# --- the way of the bulk ---


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("clock", [US, ISO, "%Y-%m-%dT%H:%M:%S.000"])
@pytest.mark.parametrize("n_rows", [1, 2, 2000])
def test_what_fitbit_writes_is_read_by_columns(form: tuple[str, ...], clock: str, n_rows: int) -> None:
    known = [(datetime(2023, 12, 31, 20) + timedelta(minutes=3 * row), row * row) for row in range(n_rows)]
    minutes = minutes_by_columns(content_of([(at.strftime(clock), str(count)) for at, count in known], form))
    assert minutes is not None
    assert minutes.rows() == [(row + 1, at, count) for row, (at, count) in enumerate(known)]


def test_a_real_file_is_read_by_columns() -> None:
    minutes = minutes_by_columns((FIXTURES / "GGIRread_steps-1995-06-23_Fitbit.json").read_bytes())
    assert minutes is not None
    assert (minutes.height, minutes["step_count"].sum()) == (34, 607)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"no data",
        content_of([("03/01/24 10:00:00", "5")])[:-1],
        content_of([("03/01/24 10:00:00", "5")]) + b"x",
        content_of([("03/01/24 10:00:00", "5")]) * 2,
        content_of([("03/01/24 10:00:00", "5"), ("2024-03-01 10:01:00", "5")]),
        content_of([("03/01/24 10:00:00", "5"), ("03/01/24 10:01:00", "-5")]),
        content_of([("03/01/24 10:00:00", "1234567890")]),
        content_of([("03/01/24 10:00:00", "5")]).replace(b"value", b"other"),
        content_of([("03/01/24 10:00:00", "5")]) .replace(b"{\n", b"{" + b" " * 100_000) .replace(b"]", b",{" * 1000),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_left_to_the_reader_of_json(content: bytes) -> None:
    assert minutes_by_columns(content) is None


# --- minutes without steps ---


def joined_by_a_loop(minutes: list[tuple[datetime, int]]) -> list[tuple[datetime, datetime, int]]:
    """Join neighbouring minutes of one date without steps, one after the other."""
    intervals = [(at, at + timedelta(minutes=1), count) for at, count in minutes if count]
    idle: list[tuple[datetime, datetime, int]] = []
    last = None
    for at in sorted(at for at, count in minutes if not count):
        if last is not None and at - last == timedelta(minutes=1) and at.date() == last.date():
            idle[-1] = (idle[-1][0], idle[-1][1] + timedelta(minutes=1), 0)
        else:
            idle.append((at, at + timedelta(minutes=1), 0))
        last = at
    return intervals + idle


@given(rows(), st.booleans())
@unhurried
def test_minutes_without_steps_are_joined_as_a_loop_joins_them(
    tmp_path: Path, minutes: list[tuple[str, str]], is_odd: bool
) -> None:
    known = [(at, str(int(int(count) % 3 == 0) * int(count) % 100)) for at, count in minutes]
    content = content_of(known) if not is_odd else content_of(known).replace(b'" :', b'":', 1)
    contents = read(written(tmp_path / "steps.json", content))
    clock = pl.DataFrame({"at": [at for at, _ in known]}).select(local_times("at"))["at"].to_list()
    expected = joined_by_a_loop(list(zip(clock, (int(count) for _, count in known), strict=True)))
    steps = contents.frame("step_count")
    naive = steps.select(pl.col("start_at", "end_at").dt.replace_time_zone(None), "step_count")
    assert naive.rows() == expected
    assert contents.n_rows == len(known)


# --- many files ---


def test_files_of_both_ways_are_read_in_their_order(tmp_path: Path) -> None:
    names = [f"steps-2024-03-{day:02}.json" for day in range(1, 10)]
    files = {
        name: content_of(
            [(f"03/{day:02}/24 10:00:00", str(day)), (f"03/{day:02}/24 10:01:00", "x" if day % 4 else "0")]
        )
        for day, name in enumerate(names, 1)
    }
    contents = read(zipped(tmp_path / "a.zip", files))
    rows = contents.frame("step_count").select("entry", "line", "step_count", "column", "text").rows()
    assert rows == [
        row
        for day, name in enumerate(names, 1)
        for row in (
            (name, 1, day, None, f"2024-03-{day:02} 10:00:00.000000 {day}"),
            (name, 2, None, "value", f"03/{day:02}/24 10:01:00 x")
            if day % 4
            else (name, 2, 0, None, f"2024-03-{day:02} 10:01:00.000000 0"),
        )
    ]


def test_of_many_broken_files_the_first_is_named(tmp_path: Path) -> None:
    files = {f"steps-2024-03-{day:02}.json": content_of([("03/01/24 10:00:00", "5")] * 50) for day in range(1, 30)}
    broken = {name: content[:-1] if name >= "steps-2024-03-17" else content for name, content in files.items()}
    assert "steps-2024-03-17.json" in str(refusal_of(read, zipped(tmp_path / "a.zip", broken)))
