"""Put the state of a study on a page. Counts, dates and codes only; no value of any participant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from zoneinfo import ZoneInfo

from markupsafe import Markup

from painstats.plan.study import Study
from painstats.questions.date_words import date_words
from painstats.questions.phrases import counted, whole
from painstats.reports.pages import GENERATOR, named, page_environment
from painstats.reports.status.drawings import day_strip, night_bars
from painstats.study_status.status import Problem, Sender, StudyStatus
from painstats.study_status.words import lead_words, sender_words

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Links:
    """The pages to link to, by their names in ``reports/``: those of participants, and the others with their words."""

    participants: Mapping[str, str]
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the four numbers under the lead: what it counts, the number, and words after it."""

    label: str
    number: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class HandRow:
    """A row of what needs a hand."""

    who: Markup
    subject: str
    why: str
    advice: str


@dataclass(frozen=True, slots=True)
class SenderRow:
    """A row of who sends data: the id with a link, the state in words, a strip for each stream, the last day."""

    who: Markup
    state: str
    needs_hand: bool
    strips: tuple[Markup, ...]
    last: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What the template of the page needs."""

    title: str
    heading: str
    study: Markup
    updated: str
    n_participants: str
    lead: tuple[str, str, str]
    figures: tuple[Figure, ...]
    hands: tuple[HandRow, ...]
    footnotes: tuple[str, ...]
    senders: tuple[SenderRow, ...]
    bars: Markup
    first_night: str
    last_night: str
    links: tuple[tuple[str, Markup], ...]
    is_single: bool
    version: str


def status_page(study: Study, status: StudyStatus, links: Links) -> bytes:
    """Put the state of a study into HTML."""
    template = _ENVIRONMENT.get_template("status.html.j2")
    return template.render(page=_page(study, status, links), generator=GENERATOR).encode()


def _page(study: Study, status: StudyStatus, links: Links) -> StatusPage:
    local = status.at.astimezone(ZoneInfo(study.plan.study.time_zone))
    is_single = len(status.senders) <= 1
    last = status.last_run
    return StatusPage(
        title="Study status",
        heading="Your reports" if is_single else "Study status",
        study=named(status.study),
        updated=f"{date_words(local.date())}, {local:%H:%M}",
        n_participants=counted(len(status.senders), "participant"),
        lead=lead_words(status),
        figures=_figures(status),
        hands=tuple(_hand_row(problem) for problem in status.problems),
        footnotes=tuple(_footnotes(status)),
        senders=tuple(_sender_row(sender, links) for sender in status.senders),
        bars=night_bars(status.nights),
        first_night=_short(status.nights[0].date) if status.nights else "",
        last_night=f"last run: {last.seconds:,.0f} s" if last and last.seconds is not None else "",
        links=tuple(_link_rows(status, links)),
        is_single=is_single,
        version=version("painstats"),
    )


def _figures(status: StudyStatus) -> tuple[Figure, ...]:
    return (
        Figure("Files read", whole(status.files_read), f"of {whole(status.files_sent)}"),
        Figure("Rows new", whole(status.last_run.rows_new if status.last_run else 0)),
        Figure("Sent in the last 7 days", whole(status.sent_lately), f"of {whole(len(status.senders))}"),
        Figure("Next answer days", whole(status.answer_days), "within a week"),
    )


def _hand_row(problem: Problem) -> HandRow:
    who = named(problem.participant_id) if problem.participant_id else Markup("The study")
    return HandRow(who, problem.subject, _sentence(problem.why), _sentence(problem.advice))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _footnotes(status: StudyStatus) -> list[str]:
    notes = []
    if status.medicine_notices:
        have = "has" if status.medicine_notices == 1 else "have"
        notes.append(
            f"{counted(status.medicine_notices, 'participant')} {have} a medicine notice on page 1 of the report."
        )
    if status.quarantined_rows:
        are = "is" if status.quarantined_rows == 1 else "are"
        notes.append(f"{counted(status.quarantined_rows, 'row')} {are} in quarantine.")
    return [*notes, *(_changed(status))]


def _changed(status: StudyStatus) -> list[str]:
    """Name each kind of change once, with its participants."""
    by_words: dict[str, list[str]] = {}
    for change in status.changes:
        by_words.setdefault(change.what, []).append(change.participant_id or "a file of several participants")
    return [f"{', '.join(who)}: {what}." for what, who in by_words.items()]


def _sender_row(sender: Sender, links: Links) -> SenderRow:
    name = links.participants.get(sender.participant_id)
    text = named(sender.participant_id)
    who = Markup('<a href="{}">{}</a>').format(name, text) if name else text
    strips = tuple(day_strip(stream.days) for stream in sender.streams)
    last = _short(sender.last) if sender.last else "–"
    return SenderRow(who, sender_words(sender), bool(sender.overdue), strips, last)


def _short(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _link_rows(status: StudyStatus, links: Links) -> list[tuple[str, Markup]]:
    if len(status.senders) <= 1:
        own = [(name, Markup("Your report")) for name in links.participants.values()]
        return [*own, *((name, Markup("{}").format(words)) for name, words in links.others)]
    return [(name, Markup("{}").format(words)) for name, words in links.others]


_ENVIRONMENT = page_environment()
