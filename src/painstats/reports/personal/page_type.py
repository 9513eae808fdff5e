"""What a personal page is made of, part by part, in the order of the page."""

from __future__ import annotations

from dataclasses import dataclass

from painstats.findings.catalogue import personal_page as say
from painstats.reports.pages import Card, Cell, Chart, Part


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """One participant's report.

    Parameters
    ----------
    title
        The title of the document, without a name in it.
    heading
        "Your pain, and what goes with it".
    about
        The participant, the last day of the data and the period, one line each.
    running
        What stands at the foot of each printed sheet.
    notices
        What must be read before anything else.
    lead
        How the outcome has been.
    answers
        One card for each confirmatory question, change of a treatment and experiment.
    course
        The outcome over time.
    since_heading, since
        What changed in the last month.
    clearer, next_day
        What to record more often or more finely; when the next answer is due, empty where none is.
    more
        One card for each kind of exploratory question.
    doctor, doctor_parts
        Where the page for a doctor is; tables for the doctor.
    days
        The calendar.
    method, rules
        How it is worked out in four sentences; everything else that decides what the page says.
    has_index
        Whether an index of reports lies beside the page.
    prints_all
        Whether folds are printed; otherwise only those are that the reader has opened.
    contents
        Target and text of each entry of the contents.
    """

    title: str
    heading: str
    about: tuple[Cell, ...]
    running: str
    notices: tuple[Part, ...]
    lead: tuple[str, ...]
    answers: tuple[Card, ...]
    course: tuple[Chart, ...]
    since_heading: str
    since: tuple[Cell, ...]
    clearer: tuple[str, ...]
    next_day: str
    more: tuple[Card, ...]
    doctor: Cell
    doctor_parts: tuple[Part, ...]
    days: tuple[Chart, ...]
    method: tuple[str, ...]
    rules: tuple[Part, ...]
    has_index: bool = True
    prints_all: bool = False
    kind: str = "personal"

    @property
    def words(self) -> dict[str, str]:
        """The headings that are the same on every page."""
        return {
            "skip": say.SKIP, "contents": say.CONTENTS, "answers": say.ANSWERS, "course": say.COURSE,
            "clearer": say.CLEARER, "more": say.MORE, "more_note": say.MORE_NOTE,
            "doctor": say.DOCTOR, "days": say.DAYS, "method": say.METHOD, "rules": say.RULES, "footer": say.FOOTER,
            "nothing": say.NOTHING_ASKED,
        }  # fmt: skip

    @property
    def contents(self) -> tuple[tuple[str, str], ...]:
        """Target and text of each entry of the contents; the last one leads to all reports, where there are others."""
        more = (("#more", say.MORE),) if self.more else ()
        return (
            ("#answers", say.ANSWERS), ("#course", say.COURSE), ("#since", self.since_heading),
            ("#clearer", say.CLEARER), *more, ("#doctor", say.DOCTOR), ("#days", say.DAYS), ("#method", say.METHOD),
            *((("index.html", say.ALL_REPORTS),) if self.has_index else ()),
        )  # fmt: skip
