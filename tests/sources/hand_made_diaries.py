"""Diaries as they are kept by hand, each with what is right to read from it: scores by date, or one question."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta

FIRST = date(2025, 3, 3)
SCORES = (7.0, 4.0, 8.0, 3.0, 6.0, 2.0, 5.0, 7.0, 4.0, 6.0, 8.0, 3.0)
DAYS = tuple(FIRST + timedelta(days=n) for n in range(len(SCORES)))
USUAL = dict(zip(DAYS, SCORES, strict=True))
"""What most of the diaries say: 3 March 2025 (a Monday) to 14 March."""


@dataclass(frozen=True)
class Diary:
    """A file, and what is right: ``scores`` by date, or the ``asked`` key and what the answer ``known`` leads to."""

    content: str | bytes
    scores: dict[date, float] = field(default_factory=lambda: USUAL)
    scale: tuple[float, float] = (0.0, 10.0)
    asked: str | None = None
    known: dict[str, object] = field(default_factory=dict)
    file: str = "diary.csv"
    site: str = ""
    higher_is: str = "worse"
    is_diary: bool = False

    @property
    def data(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def lines(row: str, head: str = "", form: str = "%Y-%m-%d", scores: tuple[float, ...] = SCORES) -> str:
    """Return a line for each day: ``{d}`` is the date in a format, ``{s}`` the score, ``{n}`` its number."""
    body = [
        row.format(d=f"{day:{form}}", s=f"{score:g}", n=n)
        for n, (day, score) in enumerate(zip(DAYS, scores, strict=True), 1)
    ]
    return "\n".join([*([head] if head else []), *body]) + "\n"


WEEKDAYS_DE = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
HALVES = tuple(score + 0.5 for score in SCORES)
HALF_DAYS = dict(zip(DAYS, HALVES, strict=True))
UK = "%d/%m/%Y"
DE = "%d.%m.%Y"

DIARIES: dict[str, Diary] = {
    "plain": Diary(lines("{d},{s}", "date,pain")),
    "utf8_bom": Diary(b"\xef\xbb\xbf" + lines("{d},{s}", "Date,Pain (0-10)").encode()),
    "utf16": Diary(lines("{d}\t{s}", "Date\tPain").encode("utf-16")),
    "cp1252_german": Diary(lines("{d};{s};m\xfcde", "Datum;Schmerzst\xe4rke;Notiz", DE).encode("cp1252")),
    "mac_german": Diary(lines("{d};{s};m\xfcde", "Datum;Schmerzst\xe4rke;Notiz", DE).encode("mac_roman")),
    "sep_line": Diary(lines("{d};{s}", "sep=;\nDate;Pain level", UK)),
    "semicolon_decimal_comma": Diary(
        lines("{d};{s};ok", "Datum;Schmerz;Notiz", DE, HALVES).replace(".5", ",5"), HALF_DAYS
    ),
    "pipes": Diary(lines("{d}|{s}", "date|pain")),
    "title_lines": Diary(lines("{d},{s},", "My pain diary,,\nDr Smith asked for this,,\n,,\nDate,Pain,Notes")),
    "no_header": Diary(lines("{d},{s}"), file="pain.csv"),
    "no_header_no_name": Diary(lines("{d},{s}"), asked="column", known={"column": "column 2"}, file="list.csv"),
    "google_form": Diary(
        "Timestamp,How bad is your pain today? (0 = none; 10 = worst),Anything else?\n"
        + "".join(f"{d.month}/{d.day}/{d.year} 20:1{n % 10}:00,{s:g},\n" for n, (d, s) in enumerate(USUAL.items()))
        + "3/15/2025 21:00:00,5,\n",
        USUAL | {date(2025, 3, 15): 5.0},
    ),
    "google_form_new": Diary(
        'Timestamp,"What is your pain level right now?","Username"\n'
        + "".join(f"{d:%Y/%m/%d} 8:1{n % 10}:03 PM GMT,{s:g},a@b.c\n" for n, (d, s) in enumerate(USUAL.items())),
    ),
    "french": Diary(lines("{d};{s};", "Jour;Douleur (sur 10);Remarques", UK)),
    "spanish": Diary(lines("{d};{s};", "Fecha;Nivel de dolor;Notas", "%d-%m-%Y")),
    "italian": Diary(lines("{d};{s}", "Data;Dolore", UK)),
    "dutch": Diary(lines("{d};{s}", "Datum;Pijn", "%d-%m-%Y")),
    "portuguese": Diary(lines("{d};{s}", "Data;Dor", UK)),
    "german_weekday": Diary(
        "Tag\tSchmerzen\n"
        + "".join(f"{WEEKDAYS_DE[d.weekday()]} {d.day}.{d.month}.{d.year}\t{s:g}\n" for d, s in USUAL.items())
    ),
    "day_first_decided": Diary(lines("{d},{s}", "Date,Pain", UK) + "20/03/2025,5\n", USUAL | {date(2025, 3, 20): 5.0}),
    "order_asked": Diary(
        "Date,Pain\n03/04/2025,7\n05/06/2025,2\n08/09/2025,6\n",
        {date(2025, 4, 3): 7.0, date(2025, 6, 5): 2.0, date(2025, 9, 8): 6.0},
        asked="date_format",
        known={"date_format": "day first"},
    ),
    "iso_offset": Diary(lines("{d}T20:15:00+00:00,{s}", "timestamp,pain")),
    "long_dates": Diary(lines("{d},{s}", "day,pain", "%d %B %Y").replace(" 2025", " 2025")),
    "us_long_dates": Diary("Date\tPain\n" + "".join(f"{d:%B} {d.day}, {d.year}\t{s:g}\n" for d, s in USUAL.items())),
    "excel_serials": Diary(
        "Date,Pain\n" + "".join(f"{(d - date(1899, 12, 30)).days},{s:g}\n" for d, s in USUAL.items())
    ),
    "no_year": Diary(lines("{d},{s}", "Date,Pain", "%d %b"), asked="year", known={"year": 2025}),
    "no_year_in_name": Diary(lines("{d},{s}", "Date,Pain", "%d %b"), file="pain 2025.csv"),
    "no_year_over_new_year": Diary(
        "Date,Pain\n30 Dec,7\n31 Dec,4\n1 Jan,6\n",
        {date(2024, 12, 30): 7.0, date(2024, 12, 31): 4.0, date(2025, 1, 1): 6.0},
        asked="year",
        known={"year": 2024},
    ),
    "date_and_time": Diary(lines("{d},21:30,{s}", "Date,Time,Pain")),
    "carried_down": Diary(
        "Date,Time,Pain\n2025-03-03,08:00,7\n,20:00,5\n2025-03-04,08:00,6\n,20:00,4\n2025-03-05,08:00,3\n",
        {date(2025, 3, 3): 6.0, date(2025, 3, 4): 5.0, date(2025, 3, 5): 3.0},
    ),
    "newest_first": Diary("Date,Pain\n" + "".join(f"{d},{s:g}\n" for d, s in reversed(USUAL.items()))),
    "repeated_header": Diary(lines("{d},{s}", "Date,Pain").replace("2025-03-08", "Date,Pain\n2025-03-08")),
    "totals": Diary(lines("{d},{s},", "Date,Pain,Notes") + ",,\nAverage,5.25,\nMax,8,\n"),
    "out_of_ten": Diary(lines("{d},{s}/10", "Date,Pain")),
    "out_of_ten_words": Diary(lines("{d},{s} out of 10", "Date,Pain")),
    "about": Diary(lines("{d},~{s}", "Date,Pain")),
    "ranges": Diary(
        "Date,Pain\n2025-03-03,6-7\n2025-03-04,4\n2025-03-05,7 to 8\n",
        {date(2025, 3, 3): 6.5, date(2025, 3, 4): 4.0, date(2025, 3, 5): 7.5},
    ),
    "remarks": Diary(lines("{d},{s} (bad day)", "Date,Pain")),
    "words_en": Diary(
        "Date,Pain\n2025-03-03,none\n2025-03-04,Mild\n2025-03-05,moderate\n2025-03-06,severe\n",
        {date(2025, 3, 3): 0.0, date(2025, 3, 4): 1.0, date(2025, 3, 5): 2.0, date(2025, 3, 6): 3.0},
        (0.0, 3.0),
    ),
    "words_de": Diary(
        "Datum;Schmerz\n03.03.2025;keine\n04.03.2025;leicht\n05.03.2025;mittel\n16.03.2025;stark\n",
        {date(2025, 3, 3): 0.0, date(2025, 3, 4): 1.0, date(2025, 3, 5): 2.0, date(2025, 3, 16): 3.0},
        (0.0, 3.0),
    ),
    "number_words": Diary(
        "Date,Pain\n2025-03-03,seven\n2025-03-04,two\n2025-03-05,Six\n",
        {date(2025, 3, 3): 7.0, date(2025, 3, 4): 2.0, date(2025, 3, 5): 6.0},
    ),
    "unknown_words": Diary(
        "Date,Pain\n2025-03-03,meh\n2025-03-04,ouch\n2025-03-05,meh\n",
        {date(2025, 3, 3): 3.0, date(2025, 3, 4): 8.0, date(2025, 3, 5): 3.0},
        asked="map",
        known={"map": {"meh": 3, "ouch": 8}, "scale": (0, 10)},
    ),
    "missing_marks": Diary(
        lines("{d},{s}", "Date,Pain") + "2025-03-15,-\n2025-03-16,x\n2025-03-17,?\n2025-03-18,k.A.\n"
    ),
    "unquoted_notes": Diary(
        lines("{d},{s},fine", "Date,Pain,Notes").replace("8,fine", "8,bad night, no sleep, tired"),
    ),
    "unquoted_notes_inside": Diary(
        lines("{d},fine,{s}", "Date,Notes,Pain").replace("fine,8", "bad night, no sleep,8"),
    ),
    "never_above_five": Diary(
        "Date,Pain\n2025-03-03,3\n2025-03-04,5\n2025-03-05,1\n",
        {date(2025, 3, 3): 3.0, date(2025, 3, 4): 5.0, date(2025, 3, 5): 1.0},
        (0.0, 5.0),
        asked="scale",
        known={"scale": "0-5"},
    ),
    "never_above_five_stated": Diary(
        "Date,Pain 0-10\n2025-03-03,3\n2025-03-04,5\n2025-03-05,1\n",
        {date(2025, 3, 3): 3.0, date(2025, 3, 4): 5.0, date(2025, 3, 5): 1.0},
    ),
    "to_hundred": Diary(lines("{d},{s}0", "Date,VAS"), {d: s * 10 for d, s in USUAL.items()}, (0.0, 100.0)),
    "wellbeing": Diary(
        lines("{d},{s}", "Date,Wellbeing"),
        asked="column",
        known={"column": "Wellbeing"},
        higher_is="better",
        is_diary=True,
    ),
    "legend_better": Diary(lines("{d},{s}", "10 = no pain\nDate,Pain"), higher_is="better"),
    "morning_and_evening": Diary(
        lines("{d},{s},{s}", "Date,Pain morning,Pain evening"),
    ),
    "sites": Diary(
        lines("{d},{s},1", "Date,Back pain,Knee pain"), asked="column", known={"column": "Back pain"}, site="back"
    ),
    "overall_and_sites": Diary(lines("{d},1,{s},2", "Date,Back pain,Pain overall,Knee pain")),
    "across": Diary(
        ","
        + ",".join(f"{d:%Y-%m-%d}" for d in DAYS)
        + "\nPain,"
        + ",".join(f"{s:g}" for s in SCORES)
        + "\nSleep,"
        + ",".join("7" for _ in SCORES)
        + "\n"
    ),
    "calendar": Diary(
        "Pain 2025,,,\nDay,Jan,Feb,Mar\n"
        + "".join(f"{n},{n % 9},,{(n + 3) % 10 if n < 31 else ''}\n" for n in range(1, 32)),
        {date(2025, 1, n): float(n % 9) for n in range(1, 32)}
        | {date(2025, 3, n): float((n + 3) % 10) for n in range(1, 31)},
    ),
    "long": Diary(
        "date,symptom,score\n" + "".join(f"{d},Pain,{s:g}\n{d},Fatigue,3\n" for d, s in USUAL.items()),
    ),
    "note": Diary(
        "3 March 2025: pain 7, slept badly\n4 March 2025: pain 4\n\n5 March 2025 - pain 8/10, rain\n",
        {date(2025, 3, 3): 7.0, date(2025, 3, 4): 4.0, date(2025, 3, 5): 8.0},
        file="pain.txt",
    ),
    "note_short": Diary(
        lines("{d} {s}", form=DE),
        file="schmerz.txt",
    ),
    "aligned": Diary(lines("{d}    {s}    ok", "Date          Pain    Notes"), file="pain.txt"),
    "markdown": Diary(
        lines("| {d} | {s} | ok |", "# Diary\n\n| Date | Pain | Notes |\n|---|---|---|"), file="diary.md"
    ),
    "json": Diary(json.dumps([{"date": f"{d}", "pain": s} for d, s in USUAL.items()]), file="diary.json"),
    "json_by_date": Diary(json.dumps({"pain": {f"{d}": s for d, s in USUAL.items()}}), file="pain.json"),
    "short_rows": Diary(lines("{d},{s}", "Date,Pain,Notes,Sleep")),
    "quotes_open": Diary(lines('{d},{s},"ouch" he said', "Date,Pain,Notes")),
    "unnamed_date": Diary(lines("{d},{s}", ",Pain")),
    "more_than": Diary(lines("{d},{s}", "Date,Pain") + "2025-03-15,>5\n"),
}
