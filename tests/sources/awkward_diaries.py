"""Diaries in which something is easily read wrongly: side by side, swapped dates, mixed scales, loose notes."""

from __future__ import annotations

import json
from datetime import date

from tests.sources.hand_made_diaries import Diary
from tests.sources.made_up_workbooks import xlsx
from tests.sources.unseen_diaries import march

SWAPPED = "day first, swapped by the spreadsheet"

DIARIES: dict[str, Diary] = {
    "side_by_side": Diary(
        "February,,,March,\nDate,Pain,,Date,Pain\n27/02/2025,6,,01/03/2025,3\n28/02/2025,4,,02/03/2025,8\n,,,03/03/2025,5\n",
        {date(2025, 2, 27): 6.0, date(2025, 2, 28): 4.0} | march(3, 8, 5),
    ),
    "half_converted": Diary(
        xlsx(
            {
                "Sheet1": [
                    ["Date", "Pain"],
                    [date(2025, 11, 3), 6],
                    [date(2025, 12, 3), 7],
                    ["13/03/2025", 3],
                    ["14/03/2025", 8],
                ]
            }
        ),
        march(6, 7, 3, 8, first=11),
        file="diary.xlsx",
        asked="date_format",
        known={"date_format": SWAPPED},
    ),
    "mixed_scales": Diary(
        "Date,Pain\n2025-03-01,7\n2025-03-02,65\n2025-03-03,6\n2025-03-04,70\n2025-03-05,8\n",
        march(7, 65, 6, 70, 8),
        (0.0, 100.0),
        asked="scale",
        known={"scale": "0-100"},
    ),
    "one_typing_error": Diary(
        "Date,Pain\n2025-03-01,7\n2025-03-02,5\n2025-03-03,77\n2025-03-04,6\n",
        march(7, 5, None, 6),
        asked="scale",
        known={"scale": "0-10"},
    ),
    "minus_scale": Diary(
        "Date,Pain\n2025-03-01,-2\n2025-03-02,3\n2025-03-03,-5\n",
        march(-2, 3, -5),
        (-5.0, 5.0),
        asked="scale",
        known={"scale": (-5, 5)},
    ),
    "range_of_ten": Diary("Date,Pain\n2025-03-01,5-6/10\n2025-03-02,3/10\n", march(5.5, 3)),
    "records_in_lines": Diary(
        "Date: 2025-03-01\nPain: 6\nNotes: rain\n\nDate: 2025-03-02\nPain: 3\nNotes: 2 walks\n",
        march(6, 3),
        file="log.txt",
    ),
    "date_above_number": Diary(
        "1 March 2025\n6\n\n2 March 2025\n3\n\n3 March 2025\n8\n", march(6, 3, 8), file="pain.txt"
    ),
    "markdown_headings": Diary(
        "# Pain\n\n## 2025-03-01\n\nPain 6/10, slept 5 hours\n\n## 2025-03-02\n\n- walked 3 km\n- pain: 3\n",
        march(6, 3),
        file="journal.md",
    ),
    "camel_case": Diary(
        json.dumps(
            [
                {"entryDate": "2025-03-01", "painScore": 6, "stepCount": 4000},
                {"entryDate": "2025-03-02", "painScore": 3},
            ]
        ),
        march(6, 3),
        file="export.json",
    ),
    "sheets_with_other_columns": Diary(
        xlsx(
            {
                "Knee": [["Date", "Knee pain"], [date(2025, 3, 1), 6]],
                "Back": [["Day", "Pain back"], [date(2025, 3, 1), 8]],
            }
        ),
        {date(2025, 3, 1): 8.0},
        file="diary.xlsx",
        asked="sheet",
        known={"sheet": "Back"},
        site="back",
    ),
    "faces": Diary(
        "Date,Pain\n2025-03-01,🙂\n2025-03-02,😢\n2025-03-03,🙂\n",
        march(2, 8, 2),
        asked="map",
        known={"map": {"🙂": 2, "😢": 8}, "scale": "0-10"},
    ),
    "none_among_numbers": Diary(
        "Date,Pain\n2025-03-01,none\n2025-03-02,6\n2025-03-03,0\n",
        march(0, 6, 0),
        asked="map",
        known={"map": {"none": 0}},
    ),
    "no_pain_among_numbers": Diary("Date,Pain\n2025-03-01,no pain\n2025-03-02,6\n2025-03-03,3\n", march(0, 6, 3)),
    "left_and_right": Diary(
        "Date,L knee pain,R knee pain\n2025-03-01,6,2\n2025-03-02,3,7\n",
        march(6, 3),
        asked="column",
        known={"column": "L knee pain"},
        site="left_knee",
    ),
    "several_facts_before_pain": Diary(
        "date,sleep,mood,steps,pain,stress\n01.03.2025,7,6,4000,6,3\n02.03.2025,8,4,7000,3,2\n13.03.2025,5,4,2500,8,9\n",
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 3.0, date(2025, 3, 13): 8.0},
    ),
    "two_digit_years_first": Diary("date,pain\n25-03-13,6\n25-03-14,3\n25-03-15,8\n", march(6, 3, 8, first=13)),
    "short_and_long_rows": Diary("date,pain,note\n2025-03-01,6,a, b\n2025-03-02,3\n2025-03-03,8,,\n", march(6, 3, 8)),
}
