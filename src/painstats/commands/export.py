"""``painstats export --deidentify``: open tables and figures, and the daily frame under pseudonyms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from painstats.cohort.sharing.export import ExportRequest, write_export
from painstats.cohort.sharing.pseudonyms import KEY_FILE, study_key
from painstats.cohort.sharing.shared_variables import Bands
from painstats.commands.cohort import analysed
from painstats.commands.cohort_results import all_tables, figures_of
from painstats.commands.printing import print_json, printable
from painstats.errors import StudyError
from painstats.plan.study import Study, read_study
from painstats.reports.cohort.shareable import SHAREABLE_PAGE, shareable_page

EXPORT = "export"
SHIFTED = "shifted"


def export(
    folder: Path,
    deidentify: bool,
    to: Path | None,
    bands: Sequence[str],
    leave_out: Sequence[str],
    dates: str,
    as_json: bool,
) -> int:
    """Write what may be shared of a cohort analysis into a new folder."""
    if not deidentify:
        raise StudyError("only data without ids and dates can be exported; add --deidentify")
    study = read_study(folder)
    limits, destination = bands_of(bands), _destination(study, to)
    run = analysed(study, quiet=as_json)
    request = ExportRequest(
        study, run.inputs, run.analysis, run.record.head, run.recalls, all_tables(run, run.description),
        figures_of(run.analysis), study_key(study.folder), limits, leave_out, dates == SHIFTED,
        page=(SHAREABLE_PAGE, partial(shareable_page, study, run.record)),
    )  # fmt: skip
    exported = write_export(request, destination)
    if as_json:
        print_json(asdict(exported))
        return 0
    print(f"{exported.participants} participants: {printable(str(exported.folder))}")
    for name, reason in exported.not_shared.items():
        print(f"  not shared: {printable(name)} ({printable(reason)})")
    print("open/ may be published: counts are rounded to 5, estimates are of ten participants or more.")
    if dates == SHIFTED:
        print("The dates are shifted by whole weeks: a holiday may be read off the days around it.")
    print("pseudonymous/ is not anonymous: a few days single a participant out. Share it only under an agreement.")
    print(f"The key of the pseudonyms is {KEY_FILE} in the study folder; never give it away.")
    return 0


def bands_of(given: Sequence[str]) -> Bands:
    """Read ``age=30,50,70`` as the limits of a variable.

    Raises
    ------
    StudyError
        It is written differently.
    """
    found = {}
    for text in given:
        name, _, numbers = text.partition("=")
        try:
            found[name] = tuple(float(number) for number in numbers.split(","))
        except ValueError:
            raise StudyError(f"--bands {text!r} cannot be read; write it like age=30,50,70") from None
    return found


def _destination(study: Study, to: Path | None) -> Path:
    """Return the folder to write; what is not for sharing must not be near it."""
    destination = (to or study.folder / EXPORT).resolve()
    for kept in (study.inbox, study.reports):
        if destination.is_relative_to(kept.resolve()):
            raise StudyError(f"--to {destination}: {kept.name}/ has data under ids; choose a folder outside it")
    if destination == study.folder:
        raise StudyError(f"--to {destination} is the study folder; choose a folder of its own")
    return destination
