"""Where ``painstats me`` writes its two pages, and that nothing is replaced unasked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from painstats.errors import StudyError
from painstats.intake.owner import SOLE_PARTICIPANT
from painstats.plan.study import Study
from painstats.reports.pages import CLINIC_ENDING
from painstats.store.publish import write_privately


@dataclass(frozen=True, slots=True)
class Pages:
    """The paths of the report and of the page for a visit to a doctor."""

    report: Path
    clinic: Path


def pages_at(output: Path) -> Pages:
    """Return the paths of both pages: ``report.html`` and ``report-clinic.html``.

    Raises
    ------
    StudyError
        The name is not that of a page.
    """
    if output.suffix.lower() not in (".html", ".htm"):
        raise StudyError(f"{output}: the report is an HTML page; choose a name for --output that ends in .html")
    return Pages(output, output.with_name(f"{output.stem}{CLINIC_ENDING}{output.suffix}"))


def check_pages(pages: Pages, files: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse to replace what is read, and without ``overwrite`` what is there already."""
    for page in (pages.report, pages.clinic):
        if any(page.resolve() == path.resolve() for path in files):
            raise StudyError(f"{page} is one of the files to read; give the report another name with --output")
        if page.exists() and not overwrite:
            raise StudyError(
                f"{page} exists already; replace it with --overwrite, or give the report another name with --output"
            )


def keep_pages(study: Study, pages: Pages) -> bool:
    """Copy both pages to where they are wanted, with links to each other; return whether there are any.

    Raises
    ------
    StudyError
        They cannot be written there.
    """
    names = {f"{SOLE_PARTICIPANT}.html": pages.report, f"{SOLE_PARTICIPANT}{CLINIC_ENDING}.html": pages.clinic}
    sources = [(study.reports / name, target) for name, target in names.items() if (study.reports / name).exists()]
    for source, target in sources:
        content = source.read_bytes()
        for name, place in names.items():
            content = content.replace(f'href="{name}"'.encode(), f'href="{quote(place.name)}"'.encode())
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write_privately(target, content)
        except OSError as error:
            raise StudyError(
                f"{target} cannot be written ({error.strerror}); choose another place with --output"
            ) from None
    return bool(sources)
