"""A second set of diaries that the reader was not written for, in further layouts and languages."""

from __future__ import annotations

from datetime import date

from tests.sources.hand_made_diaries import Diary
from tests.sources.made_up_workbooks import ods, xlsx
from tests.sources.unseen_diaries import march

DIARIES: dict[str, Diary] = {
    "sheets_de_umlaut": Diary(
        "Schmerztagebuch;;;\nName: Erika M.;;;\n\nTag;Schmerz morgens;Schmerz abends;Medikament\nSa 01.03.25;3;6;Ibu 400\nSo 02.03.25;4;7;\n".encode(
            "latin-1"
        ),
        march(4.5, 5.5),
    ),
    "bullets": Diary(
        "* 1/3/25: 6 - stiff\n* 2/3/25: 3\n* 23/3/25: 8 - flare\n",
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 3.0, date(2025, 3, 23): 8.0},
        file="pain notes.txt",
    ),
    "vas_mm": Diary(
        "Visit date\tVAS (mm)\n2025-03-01\t62 mm\n2025-03-02\t31 mm\n2025-03-03\t88 mm\n",
        march(62, 31, 88),
        (0.0, 100.0),
    ),
    "today_question": Diary(
        '"Zeitstempel";"Wie stark waren Ihre Schmerzen heute (0 = keine, 10 = stärkste)?"\n"01.03.2025 20:11:05";"6"\n"02.03.2025 21:40:00";"3"\n"03.03.2025 19:58:41";"8"\n',
        march(6, 3, 8),
    ),
    "catalan_like_ital": Diary(
        "Giorno;Ora;Intensità dolore;Note\n1 mar 2025;20.30;6;\n2 mar 2025;21.00;3;\n3 mar 2025;20.45;8;\n",
        march(6, 3, 8),
    ),
    "blank_cols": Diary(",,,\n,Date,,Pain score\n,2025-03-01,,6\n,2025-03-02,,3\n,2025-03-03,,8\n", march(6, 3, 8)),
    "french_excel": Diary(
        xlsx(
            {
                "Feuil1": [
                    ["Date", "Douleur /10", "Sommeil"],
                    [date(2025, 3, 1), 6, 7],
                    [date(2025, 3, 2), 3, 8],
                    [date(2025, 3, 3), 8, 5],
                ]
            }
        ),
        march(6, 3, 8),
        file="suivi.xlsx",
    ),
    "apple_health_like_notes": Diary(
        "Mar 1, 2025 at 8:15 PM\nPain: 6/10\n\nMar 2, 2025 at 9:00 PM\nPain: 3/10\n", march(6, 3), file="Journal.txt"
    ),
    "quoted_all_us": Diary(
        '"Date","Time","Pain Rating","Location"\n"03/01/2025","08:00 AM","6","Back"\n"03/02/2025","09:30 PM","3","Knee"\n"03/13/2025","07:00 PM","8","Back"\n',
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 3.0, date(2025, 3, 13): 8.0},
    ),
    "tsv_levels": Diary(
        "date\tlevel\n2025-03-01\t6 - moderate\n2025-03-02\t3 - mild\n2025-03-03\t8 - severe\n",
        march(6, 3, 8),
        file="pain.tsv",
    ),
    "month_tabs": Diary(
        ods(
            {
                "März": [["Datum", "Schmerz"], ["1.3.2025", 6], ["2.3.2025", 3]],
                "April": [["Datum", "Schmerz"], ["1.4.2025", 8]],
            }
        ),
        march(6, 3) | {date(2025, 4, 1): 8.0},
        file="Tagebuch.ods",
    ),
    "zero_ten_legend": Diary(
        "Scale: 0 = worst pain imaginable, 10 = no pain\n\nDate,Score,Comment\n2025-03-01,4,\n2025-03-02,7,\n2025-03-03,2,\n",
        march(4, 7, 2),
        higher_is="better",
    ),
    "long_tracker": Diary(
        "Date;Symptom;Severity\n2025-03-01;Back pain;6\n2025-03-01;Nausea;2\n2025-03-02;Back pain;3\n2025-03-03;Back pain;8\n",
        march(6, 3, 8),
        site="back",
    ),
    "dates_with_gaps_text": Diary(
        "Date,Pain\n2025-03-01,6\n2025-03-02,on holiday\n2025-03-03,3\n2025-03-04,8\n", march(6, None, 3, 8)
    ),
    "stars": Diary(
        "Date,Pain\n2025-03-01,***\n2025-03-02,*****\n2025-03-03,***\n",
        march(3, 5, 3),
        asked="map",
        known={"map": {"***": 3, "*****": 5}, "scale": "0-5"},
        scale=(0.0, 5.0),
    ),
    "calendar_days_across": Diary(
        "Schmerz 2025,"
        + ",".join(map(str, range(1, 32)))
        + "\nJan,"
        + ",".join(str(n % 9) for n in range(1, 32))
        + "\nFeb,"
        + ",".join(str(n % 8) for n in range(1, 29))
        + ",,,\n",
        {date(2025, 1, n): float(n % 9) for n in range(1, 32)} | {date(2025, 2, n): float(n % 8) for n in range(1, 29)},
    ),
}
