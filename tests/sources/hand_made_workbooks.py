"""Diaries kept in spreadsheets, each with what is right to read from it."""

from __future__ import annotations

from datetime import date, datetime, time

from tests.sources.hand_made_diaries import DAYS, HALF_DAYS, USUAL, Diary
from tests.sources.made_up_workbooks import ods, xlsx

ROWS = [[day, score, "fine"] for day, score in USUAL.items()]
HEAD = ["Date", "Pain", "Notes"]

DIARIES: dict[str, Diary] = {
    "xlsx": Diary(xlsx({"Sheet1": [HEAD, *ROWS]}), file="diary.xlsx"),
    "ods": Diary(ods({"Tabelle1": [["Datum", "Schmerz (0-10)"], *(row[:2] for row in ROWS)]}), file="Schmerz.ods"),
    "title_and_gap": Diary(
        xlsx({"Sheet1": [["My pain"], [], [None, *HEAD], *([None, *row] for row in ROWS), [None, "Average", 5.25]]}),
        file="diary.xlsx",
    ),
    "date_times": Diary(
        xlsx(
            {
                "Form responses 1": [
                    ["Timestamp", "Pain level"],
                    *([datetime.combine(d, time(20, 15)), s] for d, s in USUAL.items()),
                ]
            }
        ),
        file="answers.xlsx",
    ),
    "text_dates": Diary(
        xlsx({"Sheet1": [HEAD, *([f"{d:%d.%m.%Y}", s, ""] for d, s in USUAL.items())]}), file="diary.xlsx"
    ),
    "half_scores": Diary(
        xlsx({"Sheet1": [HEAD, *([d, s, ""] for d, s in HALF_DAYS.items())]}), HALF_DAYS, file="diary.xlsx"
    ),
    "a_sheet_for_each_month": Diary(
        xlsx({"March": [HEAD, *ROWS[:6]], "March 2": [HEAD, *ROWS[6:]], "Info": [["Kept by", "me"]]}), file="diary.xlsx"
    ),
    "other_sheets": Diary(
        xlsx({"Read me": [["How to fill this in"]], "Weights": [["Date", "kg"], [DAYS[0], 70]], "Pain": [HEAD, *ROWS]}),
        file="diary.xlsx",
    ),
    "calendar_sheet": Diary(
        xlsx({"2025": [["Pain", "Jan", "Feb", "Mar"], *([n, n % 9, None, n % 7] for n in range(1, 29))]}),
        {date(2025, 1, n): float(n % 9) for n in range(1, 29)} | {date(2025, 3, n): float(n % 7) for n in range(1, 29)},
        file="calendar.xlsx",
    ),
    "named_csv": Diary(xlsx({"Sheet1": [HEAD, *ROWS]}), file="diary.csv"),
}
