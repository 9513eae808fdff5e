"""Diaries that the reader was not written for: each in a style of its own, with what is right to read from it."""

from __future__ import annotations

import json
from datetime import date

from tests.sources.hand_made_diaries import Diary


def march(*scores: float | None, first: int = 1, month: int = 3, year: int = 2025) -> dict[date, float]:
    """Return scores of successive days; None for a day without one."""
    return {date(year, month, n): score for n, score in enumerate(scores, first) if score is not None}


DIARIES: dict[str, Diary] = {
    "physio_sheet": Diary(
        "Patient: J. D.;;;;\nPhysiotherapie Schmerzprotokoll März 2025;;;;\n;;;;\n"
        "Datum;Wochentag;Ruheschmerz (NRS 0-10);Tabletten;Bemerkungen\n"
        "01.03.2025;Samstag;6;1;Regen\n02.03.2025;Sonntag;3;0;\n03.03.2025;Montag;;;vergessen\n04.03.2025;Dienstag;8;2;Arbeit, Stress\n",
        march(6, 3, None, 8),
    ),
    "whatsapp_to_self": Diary(
        "[01/03/2025, 21:04] Me: Pain 6 today\n[02/03/2025, 20:55] Me: pain 4, walked a lot\n[15/03/2025, 22:01] Me: pain 7\n",
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 4.0, date(2025, 3, 15): 7.0},
        file="chat.txt",
    ),
    "phone_note": Diary(
        "Pain log\n\nSat 1 Mar - 6/10 back bad\nSun 2 Mar - 3/10\nMon 3 Mar - 8/10 couldn't work\nTue 4 Mar - 5/10\n",
        march(6, 3, 8, 5),
        file="Notes.txt",
    ),
    "iso_week_note": Diary(
        "2025-03-01 6\n2025-03-02 3 (rain)\n2025-03-03 8\n2025-03-04 n/a\n2025-03-05 5\n",
        march(6, 3, 8, None, 5),
        file="pain.txt",
    ),
    "semicolon_quotes": Diary(
        '"Datum";"Uhrzeit";"Schmerzintensität";"Auslöser"\n"01.03.25";"19:30";"6";"Sitzen; langes Autofahren"\n"02.03.25";"20:00";"3";""\n'
        '"13.03.25";"21:10";"8";"Wetter"\n',
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 3.0, date(2025, 3, 13): 8.0},
    ),
    "app_export": Diary(
        "id,created_at,updated_at,pain_level,mood,notes\n101,2025-03-01 20:00:11,2025-03-01 20:00:11,6,3,\n"
        "102,2025-03-02 20:03:54,2025-03-02 20:03:54,3,4,\n103,2025-03-03 21:40:00,2025-03-04 08:00:00,8,2,\n",
        march(6, 3, 8),
    ),
    "nested_json": Diary(
        json.dumps(
            {
                "version": 2,
                "entries": [
                    {"when": "2025-03-01T20:00:00", "ratings": {"pain": 6, "sleep": 7}},
                    {"when": "2025-03-02T20:00:00", "ratings": {"pain": 3, "sleep": 8}},
                    {"when": "2025-03-03T20:00:00", "ratings": {"pain": 8, "sleep": 5}},
                ],
            }
        ),
        march(6, 3, 8),
        file="backup.json",
    ),
    "french_words": Diary(
        "Date;Douleur;Commentaire\n01/03/2025;modérée;\n02/03/2025;légère;\n13/03/2025;forte;\n14/03/2025;aucune;\n",
        {date(2025, 3, 1): 2.0, date(2025, 3, 2): 1.0, date(2025, 3, 13): 3.0, date(2025, 3, 14): 0.0},
        (0.0, 3.0),
    ),
    "spanish_long_dates": Diary(
        "Fecha\tDolor (0 a 10)\n1 de marzo de 2025\t6\n2 de marzo de 2025\t3\n3 de marzo de 2025\t8\n", march(6, 3, 8)
    ),
    "percent": Diary(
        "date,pain %,meds\n2025-03-01,60%,ibuprofen\n2025-03-02,30%,\n2025-03-03,85%,\n",
        march(60, 30, 85),
        (0.0, 100.0),
    ),
    "bpi": Diary(
        "Date,Worst pain,Least pain,Average pain,Pain right now\n2025-03-01,8,2,6,5\n2025-03-02,5,1,3,2\n2025-03-03,9,4,8,7\n",
        march(6, 3, 8),
    ),
    "weeks": Diary(
        "Week 9,,\nDate,Pain,Notes\n1/3/2025,6,\n2/3/2025,3,\nWeek 10,,\nDate,Pain,Notes\n3/3/2025,8,\n14/3/2025,5,\nWeek average,5.5,\n",
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 3.0, date(2025, 3, 3): 8.0, date(2025, 3, 14): 5.0},
    ),
    "dutch_note": Diary(
        "za 1 maart 2025: pijn 6, slecht geslapen\nzo 2 maart 2025: pijn 3\nma 3 maart 2025: pijn 8\n",
        march(6, 3, 8),
        file="dagboek.txt",
    ),
    "american_slash_short": Diary(
        "Date,Pain Level (1-10),Weather\n3/1/25,6,sun\n3/2/25,3,rain\n3/3/25,8,rain\n3/14/25,4,sun\n",
        {date(2025, 3, 1): 6.0, date(2025, 3, 2): 3.0, date(2025, 3, 3): 8.0, date(2025, 3, 14): 4.0},
        (1.0, 10.0),
    ),
    "migraine_days": Diary(
        "Datum,Kopfschmerz (0-10),Aura,Triptan\n2025-03-01,6,ja,1\n2025-03-02,0,nein,0\n2025-03-03,8,ja,2\n",
        march(6, 0, 8),
        site="head",
    ),
    "across_days": Diary(
        "Pain diary,,,,\n,1 Mar 2025,2 Mar 2025,3 Mar 2025,4 Mar 2025\nMorning stiffness (min),30,20,45,10\nPain (0-10),6,3,8,5\nSleep (h),7,8,5,7\n",
        march(6, 3, 8, 5),
    ),
    "markdown_german": Diary(
        "| Tag | Schmerz | Notiz |\n|:--|--:|---|\n| Sa, 1. März 2025 | 6/10 | |\n| So, 2. März 2025 | 3/10 | ok |\n| Mo, 3. März 2025 | 8/10 | |\n",
        march(6, 3, 8),
        file="tagebuch.md",
    ),
    "yes_no": Diary(
        "Date,Pain?\n2025-03-01,yes\n2025-03-02,no\n2025-03-03,yes\n",
        march(1, 0, 1),
        asked="map",
        known={"map": {"yes": 1, "no": 0}},
        scale=(0.0, 1.0),
    ),
    "painkillers_too": Diary(
        "Date,Painkillers,Pain duration (h),Pain\n2025-03-01,2,4,6\n2025-03-02,0,1,3\n2025-03-03,3,10,8\n",
        march(6, 3, 8),
    ),
    "year_headings": Diary(
        "2024\n30 Dec: pain 6\n31 Dec: pain 3\n2025\n1 Jan: pain 8\n",
        {date(2024, 12, 30): 6.0, date(2024, 12, 31): 3.0, date(2025, 1, 1): 8.0},
        file="pain.txt",
    ),
    "day_month_columns": Diary("Year,Month,Day,Pain\n2025,3,1,6\n2025,3,2,3\n2025,3,3,8\n", march(6, 3, 8)),
    "twice_a_day_words": Diary(
        "Date,When,Pain\n2025-03-01,morning,6\n2025-03-01,evening,4\n2025-03-02,morning,3\n2025-03-02,evening,9\n",
        march(5, 6),
    ),
}
