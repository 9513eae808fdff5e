"""Read a person's files in a temporary study, answer its questions, and write the two pages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from painstats.commands.my_files import HandMadeDiary, check_files, hand_made_diaries, without_folders
from painstats.commands.my_options import MyOptions
from painstats.commands.my_outcome import MyOutcome, choose_outcome
from painstats.commands.my_places import Pages, check_pages, keep_pages
from painstats.commands.my_problems import problem, rejected
from painstats.commands.my_stages import Stages
from painstats.commands.my_study import ReadFiles, fill_inbox, preloaded, rarely_collected, read_files
from painstats.commands.my_words import questions
from painstats.commands.printing import printable
from painstats.commands.run import shown_progress
from painstats.commands.time_zone import ChosenZone, chosen_zone
from painstats.errors import ExportRefused, StudyError
from painstats.intake.files_read import files_read
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.plan.study import Study, checked_plan
from painstats.run import RunSummary, answer
from painstats.store import Store, open_store

PLACE = "the options of painstats me"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person gave and asked for; fields as the options of ``painstats me``."""

    exports: Sequence[Path]
    diary: Path | None
    time_zone: str | None
    last_visit: date | None
    language: str
    pages: Pages
    overwrite: bool
    options: MyOptions


@dataclass(frozen=True, slots=True)
class MyReport:
    """One report: the open study that made it, what was chosen for it, and where it went.

    ``written`` and ``clinic`` are None where nothing was written.
    """

    store: Store
    diaries: Sequence[HandMadeDiary]
    zone: ChosenZone
    outcome: MyOutcome
    summary: RunSummary
    written: Path | None
    clinic: Path | None


@contextmanager
def made_report(wish: Wish, stages: Stages, *, quiet: bool) -> Iterator[MyReport]:
    """Make the report and write its pages; the study behind it is open inside the block, and removed after it."""
    files = _different(wish)
    check_pages(wish.pages, files, overwrite=wish.overwrite)
    diaries = hand_made_diaries(files, wish.options.known, wish.diary)
    _refuse_open_questions(diaries)
    zone = chosen_zone(wish.time_zone, files)
    stages.end("diary, zone")
    with (
        tempfile.TemporaryDirectory(prefix="painstats-") as name,
        rarely_collected(),
        shown_progress(quiet=quiet) as say,
    ):
        plan = _plan(wish, zone, diaries)
        study = Study(folder=Path(name), plan=checked_plan(plan, PLACE), is_own=True)
        fill_inbox(study, files)
        with preloaded(), open_store(study) as opened:
            read = read_files(opened, say)
            stages.end("reading")
            outcome = _outcome(read, wish)
            plan |= {"outcome": outcome.keys}
            study = Study(folder=study.folder, plan=checked_plan(plan, PLACE), is_own=True)
            store = replace(opened, study=study)
            summary = answer(store, read.outcomes, files_read(read.outcomes, read.seconds), say)
            _refuse_several_participants(store)
            stages.end("answers")
            is_kept = _may_be_written(summary, wish.pages) and keep_pages(study, wish.pages)
            places = (wish.pages.report, wish.pages.clinic) if is_kept else (None, None)
            yield MyReport(store, diaries, zone, outcome, summary, *places)


def _different(wish: Wish) -> list[Path]:
    """Return the files, each once: a diary can be among the exports too, and all of them in a folder."""
    files = [*([wish.diary] if wish.diary else []), *wish.exports]
    check_files(files)
    return list({path.resolve(): path for path in without_folders(files)}.values())


def _refuse_open_questions(diaries: Sequence[HandMadeDiary]) -> None:
    """Refuse a diary of several participants, and one with something that only its keeper knows."""
    for diary in diaries:
        if diary.found.draft and diary.found.draft.participant_column:
            raise StudyError(
                f"{printable(diary.path.name)}: the column {printable(diary.found.draft.participant_column)} names "
                "several participants, but painstats me writes a report about one; keep only your own rows, or create "
                "a study with: painstats init"
            )
    asking = [diary for diary in diaries if diary.found.asked]
    if asking:
        parts = [f"{printable(diary.path.name)}:\n{questions(diary.found.asked)}" for diary in asking]
        raise StudyError("only you can say how this diary is meant.\n" + "\n".join(parts))


def _plan(wish: Wish, zone: ChosenZone, diaries: Sequence[HandMadeDiary]) -> dict[str, object]:
    visit = {SOLE_PARTICIPANT: {"last_visit": wish.last_visit}} if wish.last_visit else {}
    return {
        "study": {"name": "My report", "time_zone": zone.name, "language": wish.language},
        "diaries": [diary.found.plan.model_dump() for diary in diaries if diary.found.plan],
        "apps": {"daylio": {"moods": wish.options.moods or {}}},
        "participants": visit,
    }


def _outcome(read: ReadFiles, wish: Wish) -> MyOutcome:
    """Choose the outcome; where the diary was refused, or nothing is rated because a file was, that is the answer."""
    diary, options = wish.diary, wish.options
    unread = [each for each in read.outcomes if each.status in ("refused", "failed", "waiting")]
    is_diary_lost = diary is not None and any(each.file.path.resolve() == diary.resolve() for each in unread)
    if unread and (is_diary_lost or not read.rated):
        raise ExportRefused("nothing_rated", "no report can be written:\n" + "\n".join(map(problem, unread)))
    spoilt = [each for each in read.outcomes if each.summary and each.summary.quarantined]
    if spoilt and not read.rated:
        raise ExportRefused("nothing_rated", "no report can be written:\n" + "\n".join(map(rejected, spoilt)))
    return choose_outcome(read.rated, options.item, options.site, options.unlogged)


def _refuse_several_participants(store: Store) -> None:
    row = store.connection.execute("SELECT count(DISTINCT participant_id) FROM daily_summary").fetchone()
    if row and row[0] > 1:
        raise StudyError(
            f"these files have data of {row[0]} participants, but painstats me writes a report about one; "
            "create a study with: painstats init"
        )


def _may_be_written(summary: RunSummary, pages: Pages) -> bool:
    """Whether to write the pages: no earlier report is replaced by an incomplete one."""
    is_whole = all(outcome.status in ("loaded", "known") for outcome in summary.files)
    return not summary.failed_reports and (is_whole or not pages.report.exists())
