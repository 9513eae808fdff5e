"""``painstats experiment``: plan an experiment of one's own, list those planned, or end one early."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from painstats.commands.experiment_lines import answer_of, drawn_lines, prospect_lines, rows_of_list
from painstats.commands.printing import print_json, print_table, printable
from painstats.errors import StudyError
from painstats.plan.study import STUDY_FILE, Study, read_study
from painstats.questions.asked import declared_kinds
from painstats.questions.experiment.checks import Agreement, Wish
from painstats.questions.experiment.clock import date_at, now
from painstats.questions.experiment.draw import Prospect, checked_wish, draw, prospect
from painstats.questions.experiment.stored import Experiment, draws_of, store_end, stored_experiments
from painstats.store import Store, open_store
from painstats.store.durable import write_private
from painstats.store.erase_rows import participants_in
from painstats.store.forgotten import forgotten_hashes, participant_hash

LIST_HEADINGS = {
    "experiment": "experiment", "participant": "participant", "on": "with", "off": "or", "first_date": "from",
    "last_date": "to", "stage": "stage", "block": "block", "result": "result",
}  # fmt: skip


def plan(
    folder: Path,
    participant: str | None,
    on: str,
    off: str,
    blocks: int,
    block_days: int,
    first_day: date,
    onset_days: int,
    carry_over_days: int,
    medicine: bool,
    agreed_with_prescriber: list[str] | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Say what an experiment could show, then draw and store its order, and write its calendar and a page to print."""
    if as_json and not (yes or dry_run):
        raise StudyError("--json does not ask; add --yes, or --dry-run")
    study = read_study(folder)
    _check_asked(study)
    agreement = _agreement(agreed_with_prescriber)
    with open_store(study) as store:
        who = _participant(store, participant)
        wish = Wish(
            who, on.strip(), off.strip(), first_day, blocks, block_days, onset_days, carry_over_days, medicine,
            agreement,
        )  # fmt: skip
        wish = checked_wish(store, wish, now())
        could_show = prospect(store, wish, now())
    if not as_json:
        print("\n".join(map(printable, prospect_lines(wish, could_show))))
    if dry_run:
        if as_json:
            print_json(answer_of(wish, could_show))
        return 0
    if not yes and not _confirmed():
        raise StudyError("nothing was drawn; answer yes, or use --yes. --dry-run only says what it could show")
    return _drawn(study, wish, could_show, as_json)


def _drawn(study: Study, wish: Wish, could_show: Prospect, as_json: bool) -> int:
    """Draw and store the order, write its files, and say so; meanwhile the first day may have come."""
    instant = now()
    with open_store(study) as store:
        drawn = draw(store, checked_wish(store, wish, instant), instant)
        draws = draws_of(drawn, stored_experiments(store))
        files = _write_files(store, drawn)
    if as_json:
        print_json(answer_of(wish, could_show, drawn, draws, files))
    else:
        print("\n".join(map(printable, drawn_lines(drawn, draws, files))))
    return 0


def list_experiments(folder: Path, as_json: bool) -> int:
    """Print how far each experiment has come; what it showed only after its last block."""
    study = read_study(folder)
    with open_store(study) as store:
        rows = rows_of_list(store, now())
    if as_json:
        print_json(rows)
    elif rows:
        print_table(rows, LIST_HEADINGS)
    else:
        print(f"No experiments are planned. Plan one with: painstats experiment plan {folder}")
    return 0


def end(folder: Path, named: str, yes: bool, as_json: bool) -> int:
    """End an experiment before its last day: its means are shown, but nothing is tested."""
    study, instant = read_study(folder), now()
    with open_store(study) as store:
        experiment = _named(store, named)
        stage = experiment.stage_on(date_at(study, experiment.participant_id, instant))
        if stage in ("finished", "ended_early"):
            raise StudyError(f"{experiment.fingerprint[:8]} is over already; see: painstats experiment list {folder}")
        if not yes and not _confirmed_end():
            raise StudyError("nothing was ended; answer yes, or use --yes")
        store_end(store, experiment, instant)
    if as_json:
        print_json({"experiment": experiment.fingerprint, "ended_at": instant})
    else:
        print(f"Ended {experiment.fingerprint[:8]}. Remove its days from the calendar; all scores are kept.")
        print(f"Show the means of its blocks with: painstats run {folder}")
    return 0


def _check_asked(study: Study) -> None:
    if "experiment" not in declared_kinds(study):
        raise StudyError(
            f"{study.folder / STUDY_FILE} lists its questions without experiments, so no result would be shown; add to "
            'it: [[questions]] and, on the next line, kind = "experiment"'
        )


def _participant(store: Store, given: str | None) -> str:
    """Return the participant: the one that is named, or the only one of the study."""
    study = store.study
    known = sorted({*participants_in(store.connection), *study.plan.participants})
    if given is None and len(known) == 1:
        return known[0]
    if not known:
        raise StudyError(
            f"{study.folder.name} has no participants yet; put a diary into {study.inbox} and import it with: "
            f"painstats run {study.folder}"
        )
    if given is None:
        raise StudyError(f"the study has {len(known)} participants; say who with --participant")
    if given not in known or _is_forgotten(study, given):
        raise StudyError(f"{study.folder.name} has no participant with that id; see: painstats status {study.folder}")
    return given


def _is_forgotten(study: Study, participant: str) -> bool:
    forgotten = forgotten_hashes(study)
    return bool(forgotten) and participant_hash(study, participant) in forgotten


def _agreement(given: list[str] | None) -> Agreement | None:
    if given is None:
        return None
    try:
        return Agreement(date.fromisoformat(given[0]), given[1].strip())
    except ValueError:
        raise StudyError(
            '--agreed-with-prescriber: write the date like 2026-11-28, then the role in quotes, such as "family doctor"'
        ) from None


def _named(store: Store, named: str) -> Experiment:
    """Return the experiment whose fingerprint begins like this."""
    found = [each for each in stored_experiments(store) if named and each.fingerprint.startswith(named.lower())]
    if len(found) != 1:
        raise StudyError(
            f"{len(found)} experiments begin with that; see: painstats experiment list {store.study.folder}"
        )
    return found[0]


def _write_files(store: Store, drawn: Experiment) -> list[Path]:
    """Write the calendar and the page of an experiment at once; every run writes them again."""
    from painstats.reports.experiment_plan import experiment_files, file_stem  # pages load charts

    written = []
    for name, content in experiment_files(store):
        path = store.study.reports / name
        if path.stem == file_stem(drawn):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, content)
            written.append(path)
    return written


def _confirmed() -> bool:
    return _asked("Draw the order now? It cannot be changed afterwards. [yes/no] ")


def _confirmed_end() -> bool:
    return _asked("End this experiment? It can no longer be tested, and cannot be taken up again. [yes/no] ")


def _asked(question: str) -> bool:
    return sys.stdin.isatty() and input(question).strip().lower() in ("y", "yes")
