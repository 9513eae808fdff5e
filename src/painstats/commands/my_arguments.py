"""The options of ``painstats me`` on the command line, in the groups in which ``--help`` shows them."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from painstats.language import ENGLISH, LANGUAGES

ZONE_HELP = "where you live, such as Europe/London"


def add_options(me: argparse.ArgumentParser) -> None:
    """Add the files that ``painstats me`` reads, and its options."""
    me.add_argument(
        "exports", metavar="FILE", type=Path, nargs="*", help="exports from a phone or watch, and diaries, in any order"
    )
    _add_own_files(me)
    _add_pages(me)
    _add_question(me)
    _add_diary_format(me)
    _add_meaning(me)


def _add_own_files(me: argparse.ArgumentParser) -> None:
    own = me.add_argument_group("your files and you")
    own.add_argument("--diary", type=Path, help="the diary, if it has to be named")
    own.add_argument("--time-zone", help=f"{ZONE_HELP}, if no export names it")
    own.add_argument("--last-visit", type=day, metavar="DATE", help="when you last saw your doctor, such as 2027-01-04")


def _add_pages(me: argparse.ArgumentParser) -> None:
    pages = me.add_argument_group("the two pages", "The page for a visit to a doctor goes beside the report.")
    pages.add_argument(
        "--output",
        type=Path,
        default=Path("painstats-report.html"),
        help="path of the report (default: %(default)s)",
    )
    pages.add_argument(
        "--language", choices=LANGUAGES, default=ENGLISH, help="language of the pages (default: %(default)s)"
    )
    pages.add_argument("--overwrite", action="store_true", help="replace pages that exist already")
    pages.add_argument("--open", dest="open_page", action="store_true", help="open the report in the browser")
    pages.add_argument("--explain", action="store_true", help="print from what everything was concluded")
    pages.add_argument("--timings", action="store_true", help="print the seconds of each stage")


def _add_question(me: argparse.ArgumentParser) -> None:
    question = me.add_argument_group("what the report is about")
    question.add_argument("--item", help="what was rated: pain, fatigue, mood, … (default: pain)")
    question.add_argument("--site", help="one place of several, or: worst, mean")
    question.add_argument(
        "--unlogged",
        choices=("missing", "zero"),
        help="a day with entries but no score: missing, or none (default: missing)",
    )


def _add_diary_format(me: argparse.ArgumentParser) -> None:
    diary = me.add_argument_group("format of the diary", "What is not given is found out from the diary, or asked.")
    diary.add_argument("--pain-column", dest="column", help="column with the score; all: each place of pain")
    diary.add_argument("--date-column", help="column with the date")
    diary.add_argument("--date-format", help="how dates are written: day first, month first, or such as %%d.%%m.%%Y")
    diary.add_argument("--year", type=int, help="year of the first date, if dates have none")
    diary.add_argument("--time-column", help="column with the time, if any")
    diary.add_argument("--time-format", help="how times are written, such as %%H:%%M")
    diary.add_argument("--notes-column", help="column with notes that contain the column separator")
    diary.add_argument("--sheet", help="sheet of a workbook")
    diary.add_argument("--delimiter", help="column separator")
    diary.add_argument("--decimal", choices=(".", ","), help="decimal separator")
    diary.add_argument(
        "--encoding", choices=("utf-8", "utf-16", "latin-1", "cp1252", "mac_roman"), help="text encoding"
    )


def _add_meaning(me: argparse.ArgumentParser) -> None:
    score = me.add_argument_group("meaning of a score", "What is not given is found out from the diary, or asked.")
    score.add_argument(
        "--scale", type=float, nargs=2, metavar=("LOW", "HIGH"), help="lowest and highest possible score"
    )
    score.add_argument("--higher-is", choices=("worse", "better"), help="what a high score means")
    score.add_argument("--filled", choices=("morning", "evening", "any_time"), help="when the diary is filled in")
    score.add_argument(
        "--recall", choices=("now", "today", "last_24_hours", "yesterday"), help="the period that a score describes"
    )
    score.add_argument(
        "--words", dest="map", action=Numbers, metavar="WORD=NUMBER", nargs="+", help="numbers of scores in words"
    )
    score.add_argument(
        "--moods",
        action=Numbers,
        metavar="MOOD=NUMBER",
        nargs="+",
        help="numbers of your own moods in Daylio, 5 is best",
    )


class Numbers(argparse.Action):
    """Words such as ``ouch=8``, collected as a mapping of words to numbers."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        """Add the words of one option."""
        numbers = dict(getattr(namespace, self.dest) or {})
        for text in values:
            word, _, number = text.rpartition("=")
            try:
                numbers[word.strip()] = float(number.replace(",", "."))
            except ValueError:
                parser.error(f"{option}: write {text.rstrip('=')}=3 with the number that it means")
        setattr(namespace, self.dest, numbers)


def day(text: str) -> date:
    """Read a date; for ``type`` of an option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write a date like 2027-01-04") from None
